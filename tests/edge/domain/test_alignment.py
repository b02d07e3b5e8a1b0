"""Laying what was heard along a domain's sentences, of a fixed domain and of random ones."""

from __future__ import annotations

import random
from itertools import islice
from string import ascii_lowercase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.domain.alignment import HEARD_FOR_NOTHING, MISSED, MOST_FOR_ANOTHER, align
from edge.domain.automaton import Automaton
from edge.domain.domain import Domain
from edge.domain.sampling import sentences
from tests.edge.domain.house import MEANINGS, house

HOUSE = house()


@pytest.mark.parametrize("text", [text for text, meaning in MEANINGS.items() if meaning])
def test_a_sentence_costs_nothing(text: str) -> None:
    found = align(HOUSE, text.split())
    assert (found.intent, found.slots) == MEANINGS[text]
    assert (found.cost, found.words) == (0, tuple(text.split()))
    assert found.costs == dict.fromkeys(found.slots, 0)


@pytest.mark.parametrize(
    ("heard", "slots", "most"),
    [
        ("lock the um front door", {"door": "front"}, HEARD_FOR_NOTHING),
        ("lock front door", {"door": "front"}, MISSED),
        ("lock the frond door", {"door": "front"}, MOST_FOR_ANOTHER / 2),
        (
            "open the blends in the bed room",
            {"what": "blinds", "room": "bedroom"},
            2 * HEARD_FOR_NOTHING + 0.1,
        ),
        ("", {}, 99),
    ],
)
def test_what_was_heard_wrongly_is_the_sentence_that_is_most_like_it(
    heard: str, slots: dict[str, str], most: float
) -> None:
    found = align(HOUSE, heard.split())
    assert 0 < found.cost <= most
    assert slots.items() <= found.slots.items()


def test_the_words_of_a_slot_that_were_not_heard_cost_as_much_as_missed_ones() -> None:
    found = align(HOUSE, ["make", "the", "bedroom", "lamp"])
    assert found.intent == "paint"
    assert found.costs == {"room": 0, "color": pytest.approx(MISSED)}


@given(st.lists(st.sampled_from([*"abc", "lock", "the", "front", "door", "灯"]), max_size=12))
def test_no_cost_is_more_than_of_missing_a_sentence_and_hearing_all_for_nothing(
    heard: list[str],
) -> None:
    found = align(HOUSE, heard)
    shortest = len(["lock", "the", "front", "door"])
    assert 0 <= found.cost <= MISSED * shortest + HEARD_FOR_NOTHING * len(heard) + 1e-9


class Spelling:
    """Words that are all different, so that each sentence has one meaning."""

    def __init__(self) -> None:
        self._made = 0

    def word(self) -> str:
        self._made += 1
        digits = self._made
        letters = ""
        while digits:
            digits, letter = divmod(digits, len(ascii_lowercase))
            letters += ascii_lowercase[letter]
        return f"w{letters}"

    def words(self, count: int) -> str:
        return " ".join(self.word() for _ in range(count))


@st.composite
def domains(draw: st.DrawFn) -> Domain:
    """Each slot at most once in an expression; options in options; several ways to say a value."""
    spell = Spelling()
    some = st.integers(1, 3)
    names = [f"s{n}" for n in range(draw(some))]
    slots = {
        name: {
            f"{name}v{value}": [spell.words(draw(some)) for _ in range(draw(some))]
            for value in range(draw(some))
        }
        for name in names
    }

    def sequence(depth: int, left: list[str]) -> str:
        parts = []
        for _ in range(draw(some)):
            kind = draw(st.sampled_from(["word", "slot", "[", "("] if depth else ["word"]))
            if kind == "slot" and left:
                parts.append(f"${left.pop()}")
            elif kind in "[(" and depth:
                options = [sequence(depth - 1, left) for _ in range(draw(some))]
                parts.append(kind + ", ".join(options) + {"[": "]", "(": ")"}[kind])
            else:
                parts.append(spell.word())
        return " ".join(parts)

    intents = {
        f"i{n}": [f"{spell.word()} {sequence(2, [*names])}" for _ in range(draw(some))]
        for n in range(draw(some))
    }
    return Domain.parse(str({"expressions": intents, "slots": slots}))


@settings(max_examples=60)
@given(domains(), st.integers(0, 2**32))
def test_every_sentence_of_any_domain_costs_nothing_and_means_itself(
    domain: Domain, seed: int
) -> None:
    automaton = Automaton.of(domain)
    for sample in islice(sentences(automaton, random.Random(seed)), 5):
        found = align(automaton, sample.text.split())
        assert found.cost == 0
        assert (found.intent, found.slots) == (sample.intent, sample.slots)
        assert " ".join(found.words) == sample.text


def test_five_thousand_values_are_told_apart() -> None:
    """Each in two words, no two alike."""
    letters = "bdfgklmnprstvz"
    names = [f"{a}o{b}o {c}i{d}i" for a in letters for b in letters for c in letters[:6]
             for d in letters[:5]][:5_000]  # fmt: skip
    domain = Domain.parse(str({"expressions": {"play": ["play $song"]}, "slots": {"song": names}}))
    automaton = Automaton.of(domain)
    for name in (names[0], names[2_345], names[-1]):
        found = align(automaton, ["play", *name.split()])
        assert (found.cost, found.slots) == (0, {"song": name})
