"""What is usually said to a home, as an automaton: its sentences, with any home's names."""

from __future__ import annotations

import random
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.demo.recordings import recordings
from edge.domain.alignment import align
from edge.domain.automaton import Automaton
from edge.domain.home import automaton_of, heads, with_grammar
from edge.domain.sampling import sentences
from edge.voice.vocabulary import COLORS, KINDS, NUMBERS, STATES, Vocabulary, spoken

HOME = Vocabulary(
    names=("Kitchen Light", "Bedroom Lamp", "Front Door", "Garage Door", "Lamp 2"),
    areas=("Kitchen", "Living Room", "Bedroom", "Office"),
    floors=("Ground Floor",),
    sentences=("Good night, everyone!",),
)
AUTOMATON = automaton_of(HOME)
ODD = (
    "Kid's [Lamp] | (a), @verb $name:x",
    'back\\slash "quoted" # 2 // not /* a */ comment',
    "{a: [b]}",
    "yes",
    "007",
    "Küche",
    "灯",
    "Кухня ٣",
    "l'Été",
)


def has(automaton: Automaton, sentence: str) -> bool:
    return align(automaton, sentence.split()).cost == 0


@pytest.mark.parametrize(
    "sentence",
    [
        "turn on the kitchen light",
        "please turn off all the lights in the living room",
        "switch the lamp two on",
        "dim the living room lights to thirty percent",
        "set the brightness of the bedroom lamp to a hundred percent",
        "set the bedroom lamp to one hundred percent",
        "make the bedroom lamp blue",
        "make the office two degrees warmer",
        "turn the bedroom lamp to warm white please",
        "set the office thermostat to twenty one point five degrees",
        "is the garage door open",
        "are there any windows open in the kitchen",
        "what is the temperature in the bedroom",
        "what's the humidity",
        "turn up the volume",
        "set the temperature in the office to twenty degrees",
        "how humid is it in the office",
        "set a timer for twenty five minutes",
        "start a five minute timer",
        "can you lock the front door and the garage door",
        "turn everything off on the ground floor",
        "turn the lights off in the kitchen",
        "what time is it",
        "never mind",
        "yes please",
        "good night everyone",
    ],
)
def test_what_is_said_to_a_home_is_a_sentence(sentence: str) -> None:
    assert has(AUTOMATON, sentence)


@pytest.mark.parametrize(
    "sentence",
    ["the", "turn on the", "kitchen light", "turn on the stove", "good night", "percent thirty"],
)
def test_what_is_no_command_is_no_sentence(sentence: str) -> None:
    assert not has(AUTOMATON, sentence)


def test_what_the_demos_recordings_say_is_said_with_the_names_of_its_home() -> None:
    named = Vocabulary(
        names=("Kitchen Light", "Bedroom Lamp", "Front Door", "Garage Door", "Thermostat"),
        areas=("Office", "Bedroom", "Living Room"),
    )
    assert [r.text for r in recordings() if not has(automaton_of(named), r.text)] == []


@pytest.mark.parametrize(
    "word", [*KINDS, *NUMBERS, *COLORS, *STATES], ids=lambda word: word.replace(" ", "-")
)
def test_every_home_has_all_kinds_numbers_colors_and_states(word: str) -> None:
    assert set(word.split()) <= BARE_WORDS


BARE_WORDS = frozenset(automaton_of(Vocabulary()).grammar().words)


def test_a_home_without_names_has_the_commands_of_any_home() -> None:
    bare = automaton_of(Vocabulary())
    assert has(bare, "turn on the lights upstairs")
    assert not has(bare, "turn on the kitchen light")


def test_signs_of_the_syntax_of_domains_are_no_syntax_in_names() -> None:
    odd = Vocabulary(names=ODD, areas=ODD, floors=ODD, sentences=ODD)
    automaton = automaton_of(odd)
    for name in odd.spoken_names():
        assert has(automaton, f"turn on the {name}")
        assert has(automaton, f"is the light on in the {name}")
        assert has(automaton, name)


@pytest.mark.parametrize("empty", ["", "???", "💡"])
def test_names_and_sentences_without_a_word_are_left_out(empty: str) -> None:
    nothing = Vocabulary((empty,), (empty,), (empty,), (empty,))
    assert automaton_of(nothing) == automaton_of(Vocabulary())
    among = automaton_of(Vocabulary(names=(empty, "Lamp"), sentences=(empty, "good night")))
    assert has(among, "turn on the lamp")
    assert has(among, "good night")


def test_a_home_of_a_thousand_names_is_not_too_large() -> None:
    """Expressions may hold each name in several places."""
    names = tuple(f"{room} Lamp {number}" for room in "ABCDEFGHIJ" for number in range(100))
    large = automaton_of(Vocabulary(names=names))
    assert has(large, "turn on the j lamp ninety nine and the a lamp seven")


def test_a_vocabulary_gets_the_grammar_of_its_sentences_and_keeps_all_else() -> None:
    whole = with_grammar(HOME)
    assert whole.grammar == AUTOMATON.grammar()
    assert (whole.names, whole.areas, whole.floors) == (HOME.names, HOME.areas, HOME.floors)
    assert not whole.closed, "more than the usual sentences can be said to a home"
    assert with_grammar(whole) == whole


names = st.lists(st.text(max_size=12), max_size=4).map(tuple)


@given(names, names, names, names, st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_any_names_can_be_said(
    names: tuple[str, ...],
    areas: tuple[str, ...],
    floors: tuple[str, ...],
    own: tuple[str, ...],
    seed: int,
) -> None:
    automaton = automaton_of(Vocabulary(names, areas, floors, own))
    words = automaton.grammar().words
    for text in (*names, *areas, *floors, *own):
        assert set(spoken(text).split()) <= set(words)
    for name in filter(None, map(spoken, names)):
        assert has(automaton, f"turn on the {name}")
    for sample in islice(sentences(automaton, random.Random(seed)), 3):
        assert has(automaton, sample.text)
        assert spoken(sample.text) == sample.text


def test_things_are_called_for_short_too() -> None:
    names = ("Office Skylight", "Washer Leak", "Hall Motion", "Kitchen Light", "Lamp")
    assert heads(Vocabulary(names=names)) == ("skylight", "leak", "motion", "washer", "hall")
