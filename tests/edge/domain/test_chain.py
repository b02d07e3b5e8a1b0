"""How usual sentences are in a home."""

from __future__ import annotations

import math
import random
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.domain.automaton import Automaton
from edge.domain.chain import BEGIN, END, PAIRS, UNHEARD_OF, Chain
from edge.domain.home import automaton_of
from edge.domain.sampling import sentences
from edge.voice.vocabulary import Vocabulary

HOME = Vocabulary(
    names=("Kitchen Light", "Den Lamp", "Front Door", "Quokka Lamp", "Lamp 2", "Office Skylight"),
    areas=("Kitchen", "Living Room", "Den", "Office"),
    floors=("Upstairs",),
    sentences=("Good night, everyone!",),
)
CHAIN = Chain(HOME)


@pytest.mark.parametrize(
    ("usual", "rarer"),
    [
        ("turn on the kitchen light", "turn on the light kitchen"),
        ("put the den lamp at sixty percent", "boot the den lamp at sixty percent"),
        ("did i leave any lights on in the kitchen", "then i leave many lights on in the kitchen"),
        ("turn on the quokka lamp", "turn on the camera"),
        ("turn on the kitchen light", "turn on the kitchen light and turn on the kitchen light"),
        ("good night everyone", "good night kitchen"),
        ("open the skylight", "open the percent"),
    ],
)
def test_what_is_said_is_more_usual_than_what_is_not(usual: str, rarer: str) -> None:
    assert CHAIN.unusual(usual) < CHAIN.unusual(rarer)


def test_how_a_text_is_written_makes_no_difference() -> None:
    assert CHAIN.unusual("Dim Lamp 2 to 30!") == CHAIN.unusual("dim lamp two to thirty")


def test_a_word_that_is_never_said_costs_what_it_costs_wherever_it_stands() -> None:
    alone = CHAIN.unusual("turn on the den lamp")
    assert CHAIN.unusual("turn on the zzyzx den lamp") == pytest.approx(alone + UNHEARD_OF)
    assert CHAIN.unusual("zzyzx") == pytest.approx(CHAIN.unusual("") + UNHEARD_OF)


def test_every_number_is_as_usual_as_any_other() -> None:
    assert CHAIN.unusual("dim the den lamp to 7") == CHAIN.unusual("dim the den lamp to 99")


def test_after_each_word_what_can_follow_has_a_probability_of_one_in_all() -> None:
    counted = CHAIN._counted
    for last in (BEGIN, "the", "turn", "<name>", "percent"):
        assert sum(counted.chance(last, word) for word in counted.alone) == pytest.approx(1)


@given(st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_the_automaton_says_what_the_home_says_at_the_price_of_its_probability(seed: int) -> None:
    automaton = CHAIN.automaton(share=1.0)
    for each in islice(sentences(automaton_of(HOME), random.Random(seed)), 3):
        assert cheapest(automaton, each.text.split()) == pytest.approx(CHAIN.unusual(each.text))


@given(st.text(max_size=60))
@settings(max_examples=100, deadline=None)
def test_any_text_is_somehow_unusual(text: str) -> None:
    assert 0 < CHAIN.unusual(text) < math.inf


NAMES = st.lists(st.text(max_size=12), max_size=4).map(tuple)


@given(NAMES, NAMES, NAMES, NAMES)
@settings(max_examples=20, deadline=None)
def test_a_home_may_have_any_names_or_none(
    names: tuple[str, ...],
    areas: tuple[str, ...],
    floors: tuple[str, ...],
    own: tuple[str, ...],
) -> None:
    home = Vocabulary(names, areas, floors, own)
    chain = Chain(home)
    for name in home.spoken_names():
        said = f"turn on the {name}"
        assert cheapest(chain.automaton(1.0), said.split()) < math.inf


def test_the_counted_pairs_begin_and_end_sentences() -> None:
    lines = PAIRS.read_text(encoding="utf-8").splitlines()
    assert any(line.startswith(f"{BEGIN}\t") for line in lines)
    assert any(f"\t{END} " in line for line in lines)
    assert lines == sorted(lines)


def cheapest(automaton: Automaton, words: list[str]) -> float:
    """The price of the cheapest way through the automaton that says the words."""
    costs = silently(automaton, {0: 0.0})
    for word in words:
        after: dict[int, float] = {}
        for state, cost in costs.items():
            for arc in automaton.arcs[state]:
                if arc.word == word:
                    after[arc.to] = min(after.get(arc.to, math.inf), cost + arc.price)
        costs = silently(automaton, after)
    return min((costs.get(final, math.inf) for final in automaton.finals), default=math.inf)


def silently(automaton: Automaton, costs: dict[int, float]) -> dict[int, float]:
    waiting = [*costs]
    while waiting:
        state = waiting.pop()
        for arc in automaton.arcs[state]:
            cost = costs[state] + arc.price
            if not arc.word and cost < costs.get(arc.to, math.inf) - 1e-12:
                costs[arc.to] = cost
                waiting.append(arc.to)
    return costs
