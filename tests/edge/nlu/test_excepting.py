"""What shall be left out of a command."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.nlu.excepting import cut, is_missed, without
from edge.nlu.finding import Lexicon
from edge.types import Intent, Understanding
from tests.edge.nlu.homes import HOME

LEXICON = Lexicon(HOME)
LIGHTS = ("light.kitchen_ceiling", "light.desk_lamp", "light.floor_lamp", "light.garage")
VOCABULARY = (
    "turn off all everything every the my lamp kitchen but and , not except for apart from leave "
    "keep on as it is alone else rest can stay may should one ones in . please though lights"
)
TEXTS = st.text() | st.lists(st.sampled_from(VOCABULARY.split()), max_size=25).map(" ".join)


@pytest.mark.parametrize(
    ("text", "main", "out"),
    [
        ("turn off all the fans except the bedroom fan", "turn off all the fans",
         "the bedroom fan"),
        ("Turn off everything except the Kettle.", "Turn off everything", "the kettle"),
        ("switch everything off apart from the radio", "switch everything off", "the radio"),
        ("close all the blinds but not the study blind", "close all the blinds",
         "the study blind"),
        ("turn off the lights but leave the hall light on", "turn off the lights",
         "the hall light"),
        ("except for the kettle turn everything off", "turn everything off", "the kettle"),
        ("turn off everything but the fridge", "turn off everything", "the fridge"),
        ("leave the porch light on and turn off everything else", "turn off everything",
         "the porch light"),
        ("turn everything off, the heater can stay on", "turn everything off", "the heater"),
        ("close the shutters but leave the left one", "close the shutters", "the left one"),
        ("everything off and leave me the sconces", "everything off", "the sconces"),
        ("lights out, only that one in the corner can stay", "lights out",
         "that one in the corner"),
    ],
)  # fmt: skip
def test_an_exception_is_cut_off(text: str, main: str, out: str) -> None:
    assert cut(text) == (main, out)


@pytest.mark.parametrize(
    "text", ["", "except", "turn on the fan", "is everything off except the tv"]
)
def test_without_an_order_and_an_exception_nothing_is_cut(text: str) -> None:
    assert cut(text) == (text, None)


def lights(*targets: str) -> Understanding:
    return Understanding((Intent("HassTurnOff", {"domain": "light"}, targets or LIGHTS),))


@pytest.mark.parametrize(
    ("out", "left"),
    [
        ("the desk lamp", {"light.desk_lamp"}),
        ("the desk lamp and the floor lamp", {"light.desk_lamp", "light.floor_lamp"}),
        ("the kitchen", {"light.kitchen_ceiling"}),
        ("the one in the garage", {"light.garage"}),
    ],
)
def test_what_is_named_is_left_out_and_nothing_else(out: str, left: set[str]) -> None:
    (intent,) = without(lights(), out, LEXICON).intents
    assert set(intent.targets) == set(LIGHTS) - left
    assert "except" in intent.slots


def test_an_exception_that_is_not_known_is_asked_about_and_nothing_is_done() -> None:
    found = without(lights(), "the moonbase", LEXICON)
    assert (found.intents, found.question) == ((), "I don't know anything called the moonbase.")


def test_an_exception_of_what_was_not_meant_anyway_changes_nothing() -> None:
    assert without(lights(), "the front door", LEXICON) == lights()


def test_when_all_is_left_out_there_is_nothing_to_do() -> None:
    found = without(lights("light.desk_lamp"), "the desk lamp", LEXICON)
    assert (found.intents, found.question) == ((), "Then there is nothing left to do.")


@given(TEXTS)
def test_no_text_raises_and_none_adds_a_target(text: str) -> None:
    main, out = cut(text)
    assert out is not None or main == text
    for intent in without(lights(), text, LEXICON).intents:
        assert set(intent.targets) <= set(LIGHTS)


@pytest.mark.parametrize(
    ("text", "missed"),
    [
        ("turn everything off yeah but not the fan i need that", True),
        ("shut it all off except that thing", True),
        ("turn the lights off but not too late", False),
        ("turn all the lights off", False),
    ],
)
def test_an_exception_that_was_passed_over_is_noticed(text: str, missed: bool) -> None:
    assert is_missed(text, lights()) == missed
    (intent,) = lights().intents
    left_out = replace(intent, slots={"except": "Fan"})
    assert not is_missed(text, Understanding((left_out,)))
    assert not is_missed(text, lights("light.one"))
