"""How indirect requests are judged."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.indirect_requests import Case, cases, home_of, judge
from edge.app import App
from edge.config import Config
from edge.types import EntityState, Outcome, Transcript

LAMP, LOCK = "light.lamp", "lock.door"
BEFORE = {
    LAMP: EntityState("on", {"brightness": 100, "color_temp_kelvin": 3000}),
    LOCK: EntityState("locked"),
    "media_player.radio": EntityState("playing", {"volume_level": 0.3}),
}


def case(**what: Any) -> Case:
    return Case(**{"say": "it's dim", "home": "demo", "area": "Hall", "kind": "dark", **what})


def outcome(speech: str = "", *, asked: bool = False) -> Outcome:
    return Outcome(Transcript("it's dim", "text"), speech=speech, asked=asked, ms={"skill": 2.0})


def after(**changed: EntityState) -> dict[str, EntityState]:
    return {**BEFORE, **{key.replace("__", "."): state for key, state in changed.items()}}


def lamp(brightness: int, state: str = "on") -> dict[str, EntityState]:
    return after(light__lamp=EntityState(state, {"brightness": brightness}))


@pytest.mark.parametrize(
    ("condition", "brightness", "holds"),
    [
        ("higher", 120, True),
        ("higher", 80, False),
        ("lower", 80, True),
        (">=120", 120, True),
        (">120", 120, False),
        ("<=80", 80, True),
        ("<80", 80, False),
        (120, 120, True),
        (120, 121, False),
    ],
)
def test_a_number_meets_its_condition_or_not(
    condition: object, brightness: int, holds: bool
) -> None:
    wanted = case(accept=[{LAMP: {"brightness": condition}}])
    judged = judge(wanted, BEFORE, lamp(brightness), outcome())
    assert judged.acceptable is holds
    assert judged.harmed == (() if holds else (LAMP,))


def test_one_of_several_states_is_enough() -> None:
    wanted = case(accept=[{"media_player.radio": {"state": "paused|off|idle"}}])
    off = after(media_player__radio=EntityState("off"))
    assert judge(wanted, BEFORE, off, outcome()).acceptable
    on = after(media_player__radio=EntityState("on"))
    assert not judge(wanted, BEFORE, on, outcome()).acceptable


def test_an_alternative_must_hold_as_a_whole() -> None:
    wanted = case(accept=[{LAMP: {"state": "off"}, LOCK: {"state": "unlocked"}}])
    judged = judge(wanted, BEFORE, lamp(0, "off"), outcome())
    assert not judged.acceptable


def test_what_no_alternative_lists_is_harm() -> None:
    wanted = case(accept=[{LAMP: {"brightness": "higher"}}])
    both = {**lamp(200), LOCK: EntityState("unlocked")}
    judged = judge(wanted, BEFORE, both, outcome())
    assert judged.harmed == (LOCK,)
    assert not judged.acceptable


def test_what_may_change_does_no_harm() -> None:
    wanted = case(accept=[{LAMP: {"brightness": "higher"}}], may=["lock.*"])
    both = {**lamp(200), LOCK: EntityState("unlocked")}
    assert judge(wanted, BEFORE, both, outcome()).acceptable


def test_what_another_alternative_asks_of_a_thing_does_no_harm() -> None:
    before = {**BEFORE, LOCK: EntityState("unlocked")}
    wanted = case(accept=[{LAMP: {"state": "off"}}, {LOCK: {"state": "locked"}, "x.y": {}}])
    both = {**lamp(0, "off"), LOCK: EntityState("locked")}
    assert judge(wanted, before, both, outcome()).acceptable


def test_talk_must_change_nothing() -> None:
    assert judge(case(kind="talk"), BEFORE, BEFORE, outcome("What?")).acceptable
    judged = judge(case(kind="talk"), BEFORE, lamp(1), outcome())
    assert (judged.acceptable, judged.harmed) == (False, (LAMP,))


def test_an_answer_has_a_word_of_each_list_and_changes_nothing() -> None:
    asked = case(answer=[["locked"], ["front", "main"]])
    assert judge(asked, BEFORE, BEFORE, outcome("The Front Door is locked.")).acceptable
    assert not judge(asked, BEFORE, BEFORE, outcome("It is locked.")).acceptable
    assert not judge(asked, BEFORE, lamp(1), outcome("The Front Door is locked.")).acceptable


def test_a_thing_without_a_number_was_at_nought() -> None:
    before = {LAMP: EntityState("off")}
    wanted = case(accept=[{LAMP: {"brightness": "higher"}}])
    on = {LAMP: EntityState("on", {"brightness": 10})}
    assert judge(wanted, before, on, outcome()).acceptable
    assert not judge(wanted, before, {LAMP: EntityState("on")}, outcome()).acceptable


def test_what_was_asked_and_how_long_it_took_is_kept() -> None:
    judged = judge(case(), BEFORE, BEFORE, outcome("Which?", asked=True))
    assert (judged.asked, judged.speech, judged.ms) == (True, "Which?", 2.0)


def test_each_developing_case_is_of_its_home_and_does_not_hold_before() -> None:
    app = App(Config())
    for each in cases("develop"):
        home = home_of(app, each)
        named = {entity for wanted in each.accept for entity in wanted} | set(each.given)
        assert all(home.entity(entity) is not None for entity in named), each.say
        assert any(each.area in (a.name, a.id) for a in home.areas), each.say
