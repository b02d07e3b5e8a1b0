"""Turns in a dialogue, understood with the real tagger."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.home.graph import Area, Home
from edge.home.states import States
from edge.nlu.context import Context
from edge.nlu.interpreter import Interpreter, Reading
from edge.nlu.resolver import Resolver
from edge.nlu.tagger import Tagger
from tests.edge.nlu.homes import entity

NOW = datetime(2026, 11, 25, 12)
TAGGER = Tagger()
EXAMS = Home.from_yaml(Path("models/exams/home.yaml"))
WORDS = (
    "turn off the kitchen lights and it them again no, except everything but leave on for ten "
    "minutes when door is locked 😀 add milk to shopping list in study set forty percent other one"
)


def interpreter(home: Home) -> Interpreter:
    return Interpreter(Resolver(home, 0.5), TAGGER.tag, States(home.initial_states()), None, NOW)


EXAM = interpreter(EXAMS)
LOCK = entity("lock.door", "Front Door", state="locked")
MOON = entity("light.moon", "Moon")
ODD_HOMES = {
    "nothing": Home(),
    "duplicates": Home(entities=(entity("light.a", "Lamp"), entity("light.b", "Lamp"), LOCK)),
    "empty": Home(
        entities=(
            entity("light.a", ""),
            entity("light.b", " "),
            entity("light.c", ".", aliases=("", "!")),
            LOCK,
        )
    ),
    "areas": Home(
        areas=(Area("one", "Bedroom"), Area("two", "Bedroom")),
        entities=(entity("light.sun", "Sun", "one"), entity("light.moon", "Moon", "two"), LOCK),
    ),
    "all": Home(entities=(entity("switch.all", "all"), MOON, LOCK)),
    "command": Home(entities=(entity("switch.odd", "turn off the lights"), MOON, LOCK)),
}


def read(*turns: str, by: Interpreter = EXAM) -> Reading:
    """The reading of the last of some turns."""
    reading = Reading(by.read("", Context()).understanding)
    for text in turns:
        reading = by.read(text, reading.context)
    return reading


def meant(reading: Reading) -> list[tuple[str, tuple[str, ...]]]:
    return [(intent.name, intent.targets) for intent in reading.understanding.intents]


def targets(reading: Reading) -> set[str]:
    return {target for _, each in meant(reading) for target in each}


@pytest.mark.parametrize(
    ("turns", "intent", "target"),
    [
        (["turn on the desk lamp", "turn it off"], "HassTurnOff", "light.desk_lamp"),
        (["turn on the desk lamp", "now set it to thirty percent"], "HassLightSet",
         "light.desk_lamp"),
        (["switch on the printer", "and the kettle"], "HassTurnOn", "switch.kettle"),
        (["turn on the bathroom light", "again"], "HassTurnOn", "light.bathroom"),
        (["turn on the floor lamp", "off"], "HassTurnOff", "light.floor_lamp"),
        (["dim the desk lamp", "ugh too dark, back up by ten percent"], "HassLightSet",
         "light.desk_lamp"),
        (["turn off the lights in the kitchen", "and in the study"], "HassTurnOff",
         "light.desk_lamp"),
    ],
)  # fmt: skip
def test_pronouns_and_fragments_mean_what_was_spoken_of(
    turns: list[str], intent: str, target: str
) -> None:
    assert meant(read(*turns)) == [(intent, (target,))]


def test_a_correction_keeps_the_value_and_takes_back_what_was_done() -> None:
    reading = read("dim the floor lamp to fifty percent", "no, the bedside lamp")
    (intent,) = reading.understanding.intents
    assert (intent.targets, intent.slots["brightness"]) == (("light.bedside_lamp",), 50)
    assert reading.corrects


@pytest.mark.parametrize("text", ["turn it off", "turn on it"])
def test_a_pronoun_for_nothing_is_asked_about(text: str) -> None:
    reading = read(text)
    assert reading.understanding.question == "What do you mean?"
    assert not targets(reading)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("turn off all the lights upstairs except the night light",
         {"light.bedroom_ceiling", "light.bedside_lamp", "light.desk_lamp", "light.bathroom"}),
        ("turn off everything in the kitchen but leave the kettle on",
         {"light.kitchen_ceiling", "light.worktop", "switch.coffee_maker",
          "media_player.kitchen_radio"}),
    ],
)  # fmt: skip
def test_what_is_excepted_is_left_alone(text: str, left: set[str]) -> None:
    assert targets(read(text)) == left


def test_a_place_counts_for_the_next_clause() -> None:
    reading = read("turn on the lights in the study and close the blinds")
    assert meant(reading) == [
        ("HassTurnOn", ("light.desk_lamp",)),
        ("HassTurnOff", ("cover.study_blind",)),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "turn on the desk lamp and lock the spaceship",
        "lock the front door and turn on the flux capacitor",
        "turn on the kettle and explain quantum physics to me",
        "close all the blinds except the moonbase",
    ],
)
def test_where_one_part_is_not_understood_nothing_is_done(text: str) -> None:
    reading = read(text)
    assert reading.understanding.question is not None
    assert not targets(reading)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("i'm going to bed, lock the front door", "lock.front_door"),
        ("it's dark in here, turn on the hall light", "light.hall"),
        ("the guests are here, open the garage door", "cover.garage_door"),
        ("hey 😀 turn on the kettle 😀", "switch.kettle"),
    ],
)
def test_a_preamble_changes_nothing(text: str, target: str) -> None:
    assert meant(read(text)) == [("HassTurnOn", (target,))]


@pytest.mark.parametrize(
    ("text", "intent", "target"),
    [
        ("the desk lamp is too bright, turn it off", "HassTurnOff", "light.desk_lamp"),
        ("the kettle's boiling over, switch it off", "HassTurnOff", "switch.kettle"),
        ("the front door, lock it", "HassTurnOn", "lock.front_door"),
        ("the fan in the study, turn it on", "HassTurnOn", "fan.study_fan"),
        ("it's stuffy in the bedroom, turn on the fan", "HassTurnOn", "fan.bedroom_fan"),
        ("it's too dark in the study, turn on the lights", "HassTurnOn", "light.desk_lamp"),
    ],
)
def test_a_preamble_tells_of_what_or_where(text: str, intent: str, target: str) -> None:
    assert meant(read(text)) == [(intent, (target,))]


def test_a_place_said_first_counts_for_all_that_follows() -> None:
    reading = read("in the kitchen turn off the radio and close the blind")
    assert meant(reading) == [
        ("HassTurnOff", ("media_player.kitchen_radio",)),
        ("HassTurnOff", ("cover.kitchen_blind",)),
    ]


@pytest.mark.parametrize(
    ("text", "intent", "target"),
    [
        ("turn off the TV, it's giving me a headache", "HassTurnOff",
         "media_player.living_room_tv"),
        ("turn off the kitchen radio. It's too loud", "HassTurnOff",
         "media_player.kitchen_radio"),
        ("turn on the desk lamp. I can't see a thing", "HassTurnOn", "light.desk_lamp"),
    ],
)  # fmt: skip
def test_a_fact_told_after_a_command_does_nothing_more(text: str, intent: str, target: str) -> None:
    assert meant(read(text)) == [(intent, (target,))]


@pytest.mark.parametrize(
    "piece",
    ["turn on the kettle ", "a", "💡", "turn on the 💡 ", "and ", "turn on the desk lamp and ",
     ", ", "no ", "but ", "except the ", "turn off all the lights except the ", "is it ", "1 "],
)  # fmt: skip
def test_ten_thousand_characters_are_answered_within_two_seconds(piece: str) -> None:
    text = (piece * 10_000)[:10_000]
    before = read("turn on the desk lamp").context
    for context in (Context(), before):
        begin = time.perf_counter()
        EXAM.read(text, context)
        assert time.perf_counter() - begin < 2


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.text() | st.lists(st.sampled_from(WORDS.split()), max_size=15).map(" ".join),
        max_size=3,
    ),
    st.sampled_from([EXAM, *map(interpreter, ODD_HOMES.values())]),
)
def test_no_turn_raises_and_a_question_leaves_nothing_to_do(
    turns: list[str], by: Interpreter
) -> None:
    reading = read(*turns, by=by)
    if reading.understanding.question is not None:
        assert not targets(reading)


@pytest.mark.parametrize(
    ("home", "text", "may_be"),
    [
        ("nothing", "turn off everything", set()),
        ("duplicates", "turn on the lamp", set()),
        ("duplicates", "turn off all the lights", {"light.a", "light.b"}),
        ("duplicates", "turn off everything", {"light.a", "light.b"}),
        ("empty", "turn on the lamp", set()),
        ("empty", "turn on the fountain", set()),
        ("empty", "lock the front door", {"lock.door"}),
        ("areas", "turn on the moon", {"light.moon"}),
        ("areas", "turn off everything except the moon", {"light.sun"}),
        ("all", "turn on all", {"switch.all"}),
        ("all", "turn off all the lights", {"light.moon"}),
        ("all", "lock the front door", {"lock.door"}),
        ("all", "turn off everything except the moon", {"switch.all"}),
        ("command", "turn off all the lights", {"light.moon"}),
        ("command", "turn on the moon", {"light.moon"}),
        ("command", "lock the front door", {"lock.door"}),
    ],
)
def test_in_odd_homes_only_what_is_named_is_meant(home: str, text: str, may_be: set[str]) -> None:
    assert targets(read(text, by=interpreter(ODD_HOMES[home]))) == may_be


def test_two_areas_of_one_name_are_both_meant() -> None:
    home = Home.from_data(
        {
            "areas": [{"id": "one", "name": "Bedroom"}, {"id": "two", "name": "Bedroom"}],
            "entities": [
                {"id": "light.one", "name": "Lamp One", "area": "one", "state": "off"},
                {"id": "light.two", "name": "Lamp Two", "area": "two", "state": "off"},
            ],
        },
        "test",
    )
    reader = Interpreter(Resolver(home), Tagger().tag, States(home.initial_states()))
    meant = reader.read("turn on the lights in the bedroom", Context()).understanding
    assert {t for intent in meant.intents for t in intent.targets} == {"light.one", "light.two"}
