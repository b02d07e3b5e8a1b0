from __future__ import annotations

import random
from collections import Counter
from itertools import islice

from edge.domain.alignment import align
from edge.domain.automaton import Automaton
from edge.domain.domain import Domain
from edge.domain.sampling import Sample, sentences, talk, varied
from tests.edge.domain.house import house

HOUSE = house()


def some(count: int = 300, seed: int = 3) -> list[Sample]:
    return [*islice(sentences(HOUSE, random.Random(seed)), count)]


def test_sentences_are_the_domains_own_with_their_meaning() -> None:
    for sample in some(40):
        found = align(HOUSE, sample.text.split())
        assert (found.cost, found.intent, found.slots) == (0, sample.intent, sample.slots)


def test_every_intent_and_every_value_is_said() -> None:
    samples = some()
    assert {sample.intent for sample in samples} == set(HOUSE.finals.values())
    assert {s.slots["room"] for s in samples if "room" in s.slots} == {
        "kitchen", "living room", "bedroom", "office",
    }  # fmt: skip


def test_the_same_seed_says_the_same() -> None:
    assert some(20) == some(20)
    assert some(20) != some(20, seed=4)


def test_a_slot_with_many_values_is_said_no_more_often_than_one_with_few() -> None:
    values = [f"{one}{two}" for one in "abcdefghij" for two in "abcdefghij"]
    domain = Domain.parse(
        str(
            {
                "expressions": {"i": ["get $many", "get $few"]},
                "slots": {"many": values, "few": ["x"]},
            }
        )
    )
    said = islice(sentences(Automaton.of(domain), random.Random(1)), 400)
    counts = Counter(next(iter(sample.slots)) for sample in said)
    assert 0.4 < counts["few"] / 400 < 0.6


def test_what_is_said_otherwise_means_the_same() -> None:
    rng = random.Random(5)
    changed = 0
    for sample in some(200):
        other = varied(sample, rng)
        assert (other.intent, other.slots) == (sample.intent, sample.slots)
        changed += other.text != sample.text
    assert changed > 100


def test_what_has_no_slots_keeps_its_words_in_their_order() -> None:
    rng = random.Random(5)
    for sample in (sample for sample in some(400) if sample.intent == "help"):
        assert f" {sample.text} " in f" {varied(sample, rng).text} "


def test_talk_is_not_for_the_domain_and_some_of_it_begins_like_it() -> None:
    """What the domain has too, such as its lock, is left out."""
    texts = [*islice(talk(HOUSE, random.Random(2)), 300)]
    assert {(sample.intent, len(sample.slots)) for sample in texts} == {("", 0)}
    assert "lock the front door please" not in {sample.text for sample in texts}
    begins = sum(sample.text.startswith(("dim the", "lock the")) for sample in texts)
    assert 0 < begins < 150
