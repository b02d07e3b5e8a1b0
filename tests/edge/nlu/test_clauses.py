"""Several commands in one breath, taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.nlu.clauses import clauses, following
from models.labels import MAX_CHARACTERS

VOCABULARY = (
    "turn switch on off the lamp and then , . ; ! also but no sorry wait i mean set to 40 percent "
    "degrees add milk shopping list please would you mind putting leave keep else another one for "
    "timer in bedroom 😀 too as well can stay first scratch that thanks ’ it"
)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("switch on the heater and close the curtains",
         ["switch on the heater", "close the curtains"]),
        ("lock the door then tell me the time", ["lock the door", "tell me the time"]),
        ("open the blinds. play some jazz; mute the tv",
         ["open the blinds", "play some jazz", "mute the tv"]),
        ("the desk lamp on and the floor lamp off", ["the desk lamp on", "the floor lamp off"]),
        ("add bread to the shopping list and lock the back door",
         ["add bread to the shopping list", "lock the back door"]),
        ("lower the shade and the air is so dry that my nose bleeds",
         ["lower the shade", "the air is so dry that my nose bleeds"]),
        ("send the robot home and i have feet like ice",
         ["send the robot home", "i have feet like ice"]),
        ("put the fan on and i can hardly see", ["put the fan on", "i can hardly see"]),
        ("lock everything we are going to sleep", ["lock everything", "we are going to sleep"]),
        ("would you mind closing the blinds and locking the door",
         ["please close the blinds", "lock the door"]),
    ],
)  # fmt: skip
def test_each_command_is_a_clause(text: str, parts: list[str]) -> None:
    assert list(clauses(text)) == parts


@pytest.mark.parametrize(
    "text",
    [
        "turn on the fan",
        "buy salt and pepper",
        "add salt and pepper to the shopping list",
        "set a timer for one hour and ten minutes",
        "turn on the desk lamp, the floor lamp and the hall light",
        "announce that dinner is ready and the table is set",
        "have i left that window open up here",
        "are the shutters shut up there",
        "please",
        "",
    ],
)
def test_what_is_one_command_stays_whole(text: str) -> None:
    assert clauses(text) == (text,)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("set the desk lamp to 40 percent and the bedside lamp to 10",
         ["set the desk lamp to 40 percent", "set the bedside lamp to 10 percent"]),
        ("set a timer for 5 minutes and another one for 10 minutes",
         ["set a timer for 5 minutes", "set a timer for 10 minutes"]),
    ],
)  # fmt: skip
def test_verb_and_unit_said_once_count_for_both(text: str, parts: list[str]) -> None:
    assert list(clauses(text)) == parts


def test_what_is_taken_back_is_gone() -> None:
    assert clauses("turn on, no sorry, turn off the fan") == ("turn off the fan",)


def test_a_later_turn_gets_the_verb_and_the_unit() -> None:
    said = following("the hall light to 20", "set the desk lamp to 40 percent")
    assert said == "set the hall light to 20 percent"


def test_a_text_longer_than_any_command_is_cut() -> None:
    assert clauses("x" * (MAX_CHARACTERS + 500)) == ("x" * MAX_CHARACTERS,)


@given(st.text() | st.lists(st.sampled_from(VOCABULARY.split()), max_size=30).map(" ".join))
def test_any_text_has_clauses(text: str) -> None:
    parts = clauses(text)
    assert parts == (text,) or (parts and all(parts))
    following(text, "set the desk lamp to 40 percent")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("kettle on radio off", ("kettle on", "radio off")),
        ("telly off arc lamp on", ("telly off", "arc lamp on")),
        ("lights on outside on the terrace", ("lights on outside on the terrace",)),
        ("kitchen light on please", ("kitchen light on please",)),
        ("is the light on or off", ("is the light on or off",)),
    ],
)
def test_things_with_their_end_states_need_no_verb_between(
    text: str, parts: tuple[str, ...]
) -> None:
    assert clauses(text) == parts
