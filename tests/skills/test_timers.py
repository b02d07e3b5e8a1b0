"""Timers by voice: which one is meant, what becomes of it, what is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.types import Answer, SlotValue, Timer, TimerOrder
from skills.skill import House
from skills.timers import NOT_KEPT, TIMERS, spoken
from tests.edge.nlu.homes import HOME, states
from tests.skills.asked import answer

PIZZA = Timer("1", 3_600, 125.0, "pizza", "kitchen", "kitchen")
EGG = Timer("2", 300, 240.0, "egg", "hall", "hallway")
PLAIN = Timer("3", 300, 299.0, "", "kitchen", "kitchen")
STOPPED = Timer("4", 600, 90.0, "tea", "hall", "hallway", active=False)


def asked(
    name: str,
    /,
    *timers: Timer,
    conversation: str = "",
    here: str | None = None,
    **slots: SlotValue,
) -> Answer:
    house = House(HOME, states(), timers=timers, conversation=conversation, area=here)
    return answer(name, [], house, **slots)


@pytest.mark.parametrize("name", TIMERS.intents)
def test_where_none_are_kept_that_is_said(name: str) -> None:
    assert answer(name, [], House(HOME, states()), minutes=5) == Answer(speech=NOT_KEPT)


@pytest.mark.parametrize(
    ("slots", "order", "said"),
    [
        ({"minutes": 5}, TimerOrder("start", seconds=300), "I set a timer for 5 minutes."),
        (
            {"hours": 1, "minutes": 20, "name": "pizza"},
            TimerOrder("start", seconds=4_800, name="pizza"),
            "I set a pizza timer for 1 hour and 20 minutes.",
        ),
        ({"seconds": 90}, TimerOrder("start", seconds=90),
         "I set a timer for 1 minute and 30 seconds."),
        (
            {"minutes": 10, "conversation_command": "turn off the light"},
            TimerOrder("start", seconds=600, command="turn off the light"),
            "All right, in 10 minutes.",
        ),
    ],
)  # fmt: skip
def test_one_is_set(slots: dict[str, SlotValue], order: TimerOrder, said: str) -> None:
    assert asked("HassStartTimer", **slots) == Answer(speech=said, timers=(order,))


def test_without_a_length_none_is_set() -> None:
    found = asked("HassStartTimer")
    assert (found.timers, "how long" in found.speech) == ((), True)


@pytest.mark.parametrize(
    ("slots", "where", "meant"),
    [
        ({}, {}, None),
        ({"name": "Egg"}, {}, EGG),
        ({"start_minutes": 10}, {}, STOPPED),
        ({"start_hours": 1}, {}, PIZZA),
        ({"start_minutes": 5}, {}, None),
        ({"start_minutes": 5}, {"conversation": "hall"}, EGG),
        ({"start_minutes": 5}, {"conversation": "phone", "here": "kitchen"}, PLAIN),
        ({"start_minutes": 5, "area": "Kitchen"}, {"conversation": "hall"}, PLAIN),
        ({"name": "cake"}, {}, None),
    ],
)
def test_the_one_that_is_meant_is_cancelled(
    slots: dict[str, SlotValue], where: dict[str, str], meant: Timer | None
) -> None:
    found = asked("HassCancelTimer", PIZZA, EGG, PLAIN, STOPPED, **where, **slots)
    wanted = () if meant is None else (TimerOrder("cancel", meant.id),)
    assert found.timers == wanted
    assert found.speech


def test_where_several_may_be_meant_they_are_named() -> None:
    found = asked("HassCancelTimer", PIZZA, EGG, PLAIN)
    said = "There are the pizza timer, the egg timer and the timer for 5 minutes. Say which one."
    assert found == Answer(speech=said)


def test_all_are_cancelled() -> None:
    found = asked("HassCancelAllTimers", PIZZA, EGG)
    assert found.timers == (TimerOrder("cancel", "1"), TimerOrder("cancel", "2"))
    assert found.speech == "I cancelled 2 timers."
    assert asked("HassCancelAllTimers", EGG).speech == "I cancelled the timer."
    assert asked("HassCancelAllTimers").speech == "There is no timer."


def test_time_is_added_and_taken_away_and_what_is_left_is_told() -> None:
    more = asked("HassIncreaseTimer", PIZZA, name="pizza", minutes=2)
    assert more.timers == (TimerOrder("change", "1", 120),)
    assert more.speech == "The pizza timer has 4 minutes and 5 seconds left."
    less = asked("HassDecreaseTimer", PIZZA, minutes=5)
    assert less.timers == (TimerOrder("change", "1", -300),)
    assert less.speech == "The pizza timer has 0 seconds left."
    assert asked("HassIncreaseTimer", PIZZA).timers == ()


def test_the_one_that_runs_is_paused_and_the_one_that_stands_goes_on() -> None:
    assert asked("HassPauseTimer", EGG, STOPPED).timers == (TimerOrder("pause", EGG.id),)
    found = asked("HassUnpauseTimer", EGG, STOPPED)
    assert found.timers == (TimerOrder("resume", STOPPED.id),)
    assert found.speech == "The tea timer goes on, with 1 minute and 30 seconds left."


def test_what_is_left_is_told_of_all_that_are_meant() -> None:
    found = asked("HassTimerStatus", PIZZA, STOPPED)
    assert found == Answer(
        speech="The pizza timer has 2 minutes and 5 seconds left. "
        "The tea timer has 1 minute and 30 seconds left, and is paused."
    )
    assert asked("HassTimerStatus").speech == "There is no timer."
    assert asked("HassTimerStatus", PIZZA, name="cake").speech == "There is no such timer."


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 seconds"), (0.4, "0 seconds"), (1, "1 second"), (60, "1 minute"), (3_599.7, "1 hour"),
     (3_661, "1 hour and 1 minute"), (7_205, "2 hours"), (86_400, "24 hours")],
)  # fmt: skip
def test_a_length_of_time_is_told_in_words(seconds: float, words: str) -> None:
    assert spoken(seconds) == words


@given(st.floats(0, 7 * 86_400))
def test_every_length_has_words(seconds: float) -> None:
    assert spoken(seconds)[0].isdigit()
