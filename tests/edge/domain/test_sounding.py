"""Sentences that sound like what was heard, of a fixed domain, of homes, and of small domains whose
sentences can all be counted."""

from __future__ import annotations

import random
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.domain.alignment import align
from edge.domain.automaton import Automaton
from edge.domain.domain import Domain
from edge.domain.home import automaton_of
from edge.domain.sampling import sentences
from edge.domain.sounding import Sounding
from edge.voice.pronounce import pronounce
from edge.voice.vocabulary import Vocabulary
from tests.edge.domain.house import MEANINGS, house

HOUSE = house()
SOUNDING = Sounding(HOUSE)
NAMES = ("Kitchen Light", "Den Lamp", "Washer Leak", "Front Door", "灯")
HOME = Sounding(automaton_of(Vocabulary(names=NAMES, areas=("Kitchen",), floors=("Upstairs",))))
MOST = 0.4
"""What a phone may cost in the mean."""


def phones(text: str) -> int:
    return sum(len((pronounce(word, lambda _: None) or "").split()) for word in text.split())


def of(*texts: str) -> Automaton:
    """A domain of these sentences, and no others."""
    return Automaton.of(Domain.parse(str({"expressions": {"say": list(texts)}, "slots": {}})))


def cost(sounding: Sounding, heard: str, said: str) -> float:
    """What it costs to take what was heard for a sentence; it must be one that is found."""
    (found,) = (each.cost for each in sounding.like(heard, 100, 1.0) if each.text == said)
    return found


@pytest.mark.parametrize("text", [text for text, meaning in MEANINGS.items() if meaning])
def test_a_sentence_sounds_like_itself(text: str) -> None:
    first, *others = SOUNDING.like(text, 5, MOST)
    assert (first.text, first.cost) == (text, 0)
    assert all(each.cost > 0 for each in others)


@given(st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_every_sentence_of_a_domain_comes_first_and_costs_nothing(seed: int) -> None:
    text = next(sentences(HOUSE, random.Random(seed))).text
    first = SOUNDING.like(text, 3, MOST)[0]
    assert (first.text, first.cost) == (text, 0)


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        ("turn off the light sub stairs", "turn off the lights upstairs"),
        ("did the wash or leak", "did the washer leak"),
        ("tern off the den lamb", "turn off the den lamp"),
        ("turn on the kit shin light", "turn on the kitchen light"),
        ("lockthe frontdoor", "lock the front door"),
    ],
)
def test_words_that_were_cut_otherwise_are_found(heard: str, said: str) -> None:
    first = HOME.like(heard, 5, MOST)[0]
    assert first.text == said
    assert 0 <= first.cost < MOST * phones(heard)


def test_sounds_of_a_kind_are_taken_for_one_another_sooner_than_others() -> None:
    said = "open the blinds in the bedroom"
    alike = cost(SOUNDING, "open the plinds in the bedroom", said)
    unlike = cost(SOUNDING, "open the slinds in the bedroom", said)
    vowel_for_consonant = cost(SOUNDING, "open the alinds in the bedroom", said)
    assert 0 < alike < unlike < vowel_for_consonant


def test_a_sound_that_is_often_swallowed_is_missed_sooner_than_others() -> None:
    said = "lock the front door"
    without_t = cost(SOUNDING, "lock the fron door", said)
    without_r = cost(SOUNDING, "lock the font door", said)
    assert 0 < without_t < without_r


def test_a_pronouncing_dictionary_is_believed_whatever_its_stresses() -> None:
    known = {"blew": "B L UW1", "blue": "B L UW0", "paint": "P EY1 N T"}
    assert cost(Sounding(of("paint blue"), known.get), "paint blew", "paint blue") == 0
    assert cost(Sounding(of("paint blue")), "paint blew", "paint blue") > 0


HEARD = st.one_of(
    st.text(max_size=40),
    st.lists(st.sampled_from([*"abdt", "lock", "the", "front", "door", "blinds", "灯"]), max_size=9)
    .map(" ".join),
    st.integers(0, 2**32).map(lambda seed: next(sentences(HOUSE, random.Random(seed))).text[1:-2]),
)  # fmt: skip


@given(HEARD, st.integers(0, 6), st.sampled_from([0.1, MOST, 0.8]))
@settings(max_examples=120, deadline=None)
def test_whatever_was_heard_sentences_are_found_once_each_the_likest_first_within_the_limits(
    heard: str, count: int, most: float
) -> None:
    found = SOUNDING.like(heard, count, most)
    costs = [each.cost for each in found]
    assert len(found) <= count
    assert len({each.text for each in found}) == len(found)
    assert costs == pytest.approx(sorted(costs))
    assert all(0 <= each <= most * phones(heard) + 1e-6 for each in costs)
    assert all(align(HOUSE, each.text.split()).cost == 0 for each in found)


@given(HEARD)
@settings(max_examples=40, deadline=None)
def test_more_that_may_be_found_leave_the_likest_as_they_are(heard: str) -> None:
    few, many = SOUNDING.like(heard, 3, MOST), SOUNDING.like(heard, 12, MOST)
    assert [each.cost for each in few] == pytest.approx([each.cost for each in many[:3]])


ORDERS = [
    " ".join(filter(None, words))
    for words in product(
        ("", "please"), ("lock", "open"), ("", "the"), ("front", "back"), ("door", "blinds")
    )
]
ORDER = Sounding(of("(please) [lock, open] (the) [front, back] [door, blinds]"))
ALONE = {text: Sounding(of(text)) for text in ORDERS}


@given(
    st.sampled_from(ORDERS).flatmap(
        lambda text: (
            st.permutations(text.split()).map(" ".join)
            | st.integers(0, len(text)).map(lambda at: text[:at] + text[at + 2 :])
        )
    ),
    st.integers(1, 8),
)
@settings(max_examples=60, deadline=None)
def test_no_sentence_is_overlooked_that_alone_would_cost_less(heard: str, count: int) -> None:
    alone = {
        text: found[0].cost
        for text, sounding in ALONE.items()
        if (found := sounding.like(heard, 1, MOST))
    }
    found = ORDER.like(heard, count, MOST)
    costs = [each.cost for each in found]
    assert bool(costs) == bool(alone)
    assert costs == pytest.approx(sorted(alone.values())[: len(costs)])
    assert costs == pytest.approx([alone[each.text] for each in found])


def test_what_is_much_less_like_than_the_likest_is_not_found() -> None:
    found = SOUNDING.like("lock the front door", 100, 1.0)
    assert found[0].cost == 0
    assert all(each.cost < 6 for each in found)


@pytest.mark.parametrize("text", ["", "   ", "灯", "21 %"])
def test_what_has_no_sound_is_like_nothing(text: str) -> None:
    assert SOUNDING.like(text, 5, MOST) == ()


def test_what_sounds_like_no_sentence_is_like_nothing() -> None:
    assert SOUNDING.like("who was the last pharaoh of egypt", 5, 0.2) == ()


def test_a_name_that_cannot_be_spoken_is_not_among_the_sentences_and_does_no_harm() -> None:
    found = HOME.like("turn on the kitchen light", 50, MOST)
    assert (found[0].text, found[0].cost) == ("turn on the kitchen light", 0)
    assert not any("灯" in each.text for each in found)


@given(st.lists(st.text(max_size=12), max_size=4).map(tuple))
@settings(max_examples=15, deadline=None)
def test_whatever_other_things_are_called_a_thing_is_found(others: tuple[str, ...]) -> None:
    home = Sounding(automaton_of(Vocabulary(names=("Kitchen Light", *others))))
    found = {each.text: each.cost for each in home.like("turn on the kitchen light", 50, MOST)}
    assert found["turn on the kitchen light"] == 0
