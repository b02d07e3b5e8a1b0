"""What an order names where the tagger marked nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.nlu.finding import Lexicon
from edge.nlu.unmarked import says_nothing, with_unmarked
from edge.types import Tagging
from tests.edge.nlu.homes import HOME, tagging

LEXICON = Lexicon(HOME)


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("blah off", "[blah](name) off"),
        ("turn off the gramophone", "turn off the [gramophone](name)"),
        ("please switch my old gizmo on now", "please switch my [old gizmo](name) on now"),
        ("Turn the beats off.", "Turn the [beats](name) off."),
    ],
)
def test_a_word_that_the_home_does_not_know_is_marked_as_a_name(text: str, marked: str) -> None:
    assert with_unmarked(Tagging(text, "HassTurnOff", 0.8), LEXICON) == (
        Tagging(text, "HassTurnOff", 0.8, tagging(marked, "HassTurnOff").spans)
    )


@pytest.mark.parametrize(
    "text",
    [
        "off", "lights out", "all off", "turn everything off", "turn it off", "kitchen off",
        "turn off the desk lamp", "turn off the radio",
        "it is dark in here", "switch those two off", "",
    ],
)  # fmt: skip
def test_what_the_home_knows_or_names_nothing_is_left_alone(text: str) -> None:
    said = Tagging(text, "HassTurnOff", 0.8)
    assert with_unmarked(said, LEXICON) == said


def test_other_intents_and_what_is_marked_are_left_alone() -> None:
    for said in (
        Tagging("blah off", "HassMediaPause", 0.8),
        tagging("[blah](domain) off", "HassTurnOff"),
    ):
        assert with_unmarked(said, LEXICON) is said


def test_verbs_small_words_and_light_say_nothing() -> None:
    assert says_nothing(("turn", "them", "off", "please", "light"))
    assert not says_nothing(("air", "moving"))


@given(st.text(max_size=40))
def test_whatever_is_marked_is_of_the_text(text: str) -> None:
    for span in with_unmarked(Tagging(text, "HassTurnOn", 0.9), LEXICON).spans:
        assert text[span.start : span.end] == span.text
