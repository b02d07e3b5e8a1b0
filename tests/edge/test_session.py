"""What stays between turns, and for how long: questions, what was spoken of, what was done."""

from __future__ import annotations

import pytest

from edge.nlu.context import Context, Spoken
from edge.session import (
    ANSWER_WITHIN_S,
    SPOKEN_OF_S,
    TAKEN_BACK_S,
    Choice,
    Session,
    Waiting,
)
from edge.types import Answer, EntityState, Intent, Tagging

OFF = EntityState("off")
TURN_ON = Intent("HassTurnOn", {"name": "Lamp"}, ("light.lamp",))
SPOKEN = Context((Spoken(Tagging("turn on the lamp", "HassTurnOn", 0.9), (TURN_ON,)),))


def questions(until: float) -> list[Waiting | Choice]:
    return [
        Waiting((TURN_ON,), Answer(speech="Done."), until),
        Choice(TURN_ON, ("light.a", "light.b"), until),
    ]


def test_a_new_session_knows_nothing() -> None:
    session = Session()
    assert session.open_question(0.0) is None
    assert session.context(0.0) == Context()
    assert session.latest() is None
    assert session.take_back(0.0) is None
    assert session.said == ""


@pytest.mark.parametrize("question", questions(until=10 + ANSWER_WITHIN_S))
def test_a_question_is_answered_in_time_and_once(question: Waiting | Choice) -> None:
    session = Session(question=question)
    assert session.open_question(9 + ANSWER_WITHIN_S) == question
    assert session.open_question(9 + ANSWER_WITHIN_S) is None


@pytest.mark.parametrize("question", questions(until=10.0))
def test_a_question_whose_time_is_up_is_gone(question: Waiting | Choice) -> None:
    session = Session(question=question)
    assert session.open_question(10.0) is None
    assert session.open_question(0.0) is None


def test_what_was_spoken_of_is_known_for_a_while() -> None:
    session = Session()
    session.speak_of(SPOKEN, 100.0)
    assert session.context(99.0 + SPOKEN_OF_S) == SPOKEN
    assert session.context(100.0 + SPOKEN_OF_S) == Context()


def test_speaking_of_it_again_begins_the_time_anew() -> None:
    session = Session()
    session.speak_of(SPOKEN, 0.0)
    session.speak_of(SPOKEN, SPOKEN_OF_S - 1)
    again = session.context(2 * SPOKEN_OF_S - 2)
    assert again.clauses == again.earlier == SPOKEN.clauses


def test_the_latest_is_taken_back_first() -> None:
    session = Session()
    for turn, entity in enumerate(("light.a", "light.b", "light.c")):
        session.did({entity: OFF}, float(turn))
    back = [session.take_back(5.0) for _ in range(4)]
    assert [done and [*done.before] for done in back] == [
        ["light.c"],
        ["light.b"],
        ["light.a"],
        None,
    ]


def test_a_turn_that_changed_nothing_is_nothing_to_take_back() -> None:
    session = Session()
    session.did({"light.a": OFF}, 0.0)
    session.did({}, 1.0)
    done = session.take_back(2.0)
    assert done is not None and done.before == {"light.a": OFF}


def test_what_was_done_long_ago_stays() -> None:
    session = Session()
    session.did({"light.a": OFF}, 0.0)
    session.did({"light.b": OFF}, 50.0)
    assert session.take_back(TAKEN_BACK_S) is not None
    assert session.take_back(TAKEN_BACK_S) is None


def test_a_state_that_changes_afterwards_is_remembered_as_it_was() -> None:
    session = Session()
    before = {"light.a": OFF}
    session.did(before, 0.0)
    before["light.a"] = EntityState("on")
    done = session.take_back(1.0)
    assert done is not None and done.before == {"light.a": OFF}


def test_a_correction_takes_back_the_last_turn_once_and_leaves_those_before() -> None:
    session = Session()
    session.did({"light.a": OFF}, 0.0)
    session.did({"light.b": OFF}, 1.0)
    latest = session.latest()
    assert latest is not None and [*latest.before] == ["light.b"]
    assert session.latest() is None
    done = session.take_back(2.0)
    assert done is not None and [*done.before] == ["light.a"]


def test_a_turn_that_meant_something_else_is_what_a_correction_is_about() -> None:
    session = Session()
    session.did({"light.a": OFF}, 0.0)
    session.speak_of(SPOKEN, 1.0)
    assert session.latest() is None
    assert session.take_back(2.0) is not None


def test_what_was_taken_back_is_not_corrected_as_well() -> None:
    session = Session()
    session.did({"light.a": OFF}, 0.0)
    session.take_back(1.0)
    assert session.latest() is None


def test_only_so_many_turns_are_kept() -> None:
    session = Session()
    for turn in range(50):
        session.did({f"light.{turn}": OFF}, 0.0)
    back: list[str] = []
    while (done := session.take_back(1.0)) is not None:
        back += done.before
    assert back == [f"light.{turn}" for turn in range(49, 29, -1)]
