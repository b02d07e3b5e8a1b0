"""The exam of several commands: what is right, and whether its cases are sound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from edge.home.graph import Home
from edge.types import Intent, LaresError, Outcome
from models.exams import several
from tests.models.exams.playing import Scripted, intent, outcome

CASES: list[dict[str, Any]] = yaml.safe_load(several.FILE.read_text(encoding="utf-8"))
HOME = Home.from_yaml(several.HOME)
LIGHT_AND_LOCK: Mapping[str, Any] = {
    "say": "light on and lock the door",
    "does": [{"HassTurnOn": ["light.hall"]}, {"HassLock": ["lock.front"]}],
}


def exact(case: Mapping[str, Any], given: Outcome) -> bool:
    return several.suite(Scripted([given]), [case]).scores["exact"] == 1


def does(*entries: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"say": "…", "does": list(entries)}


def test_the_right_intents_about_the_right_entities_in_order_are_right() -> None:
    on, lock = intent("HassTurnOn", "light.hall"), intent("HassLock", "lock.front")
    assert exact(LIGHT_AND_LOCK, outcome(on, lock))
    assert not exact(LIGHT_AND_LOCK, outcome(lock, on))
    assert not exact(LIGHT_AND_LOCK, outcome(on))
    assert not exact(LIGHT_AND_LOCK, outcome(on, intent("HassLock", "lock.back")))
    assert not exact(LIGHT_AND_LOCK, outcome(on, intent("HassUnlock", "lock.front")))
    assert not exact(LIGHT_AND_LOCK, outcome())


def test_a_question_is_wrong_whatever_was_understood() -> None:
    on, lock = intent("HassTurnOn", "light.hall"), intent("HassLock", "lock.front")
    assert not exact(LIGHT_AND_LOCK, outcome(on, lock, speech="Which?", asked=True))


def test_where_and_what_is_judged_by_the_entities_and_not_by_the_slots() -> None:
    case = does({"HassTurnOn": ["light.a", "light.b"]})
    slots = {"area": "Hall", "floor": "Ground", "domain": "light", "device_class": "x"}
    assert exact(case, outcome(intent("HassTurnOn", "light.b", "light.a", **slots)))
    assert exact(case, outcome(Intent("HassTurnOn", {"except": "C"}, ("light.a", "light.b"))))


@pytest.mark.parametrize("value", [40, 40.0, "40"])
def test_values_are_judged(value: float | str) -> None:
    case = does({"HassLightSet": ["light.a"], "brightness": 40})
    assert exact(case, outcome(intent("HassLightSet", "light.a", brightness=value)))


@pytest.mark.parametrize("slots", [{}, {"brightness": 50}, {"brightness": 40, "color": "red"}])
def test_a_missing_another_or_one_more_value_is_wrong(slots: Mapping[str, Any]) -> None:
    case = does({"HassLightSet": ["light.a"], "brightness": 40})
    assert not exact(case, outcome(intent("HassLightSet", "light.a", **slots)))


def test_text_is_the_same_in_any_case() -> None:
    case = does({"HassListAddItem": ["todo.a"], "item": "Oat milk"})
    assert exact(case, outcome(intent("HassListAddItem", "todo.a", item="oat milk ")))
    assert not exact(case, outcome(intent("HassListAddItem", "todo.a", item="milk")))


def test_neighbours_that_are_alike_are_one() -> None:
    case = does({"HassTurnOff": ["light.a", "light.b"]}, {"HassTurnOn": ["fan.a"]})
    apart = [intent("HassTurnOff", f"light.{name}", name=name) for name in "ab"]
    fan = intent("HassTurnOn", "fan.a")
    assert exact(case, outcome(*apart, fan))
    assert not exact(case, outcome(apart[0], fan, apart[1]))


def test_neighbours_with_other_values_or_without_entities_stay_apart() -> None:
    case = does({"HassListAddItem": ["todo.a"], "item": "milk"})
    both = [intent("HassListAddItem", "todo.a", item=item) for item in ("milk", "eggs")]
    assert not exact(case, outcome(*both))
    timers = does({"HassStartTimer": [], "minutes": 5})
    assert not exact(timers, outcome(*2 * [intent("HassStartTimer", minutes=5)]))


def test_the_name_of_a_timer_is_a_value() -> None:
    case = does({"HassStartTimer": [], "minutes": 5, "name": "pasta"})
    assert exact(case, outcome(intent("HassStartTimer", minutes=5, name="pasta")))
    assert not exact(case, outcome(intent("HassStartTimer", minutes=5)))


def test_the_shopping_list_has_intents_of_its_own() -> None:
    case = does({"HassListAddItem": ["todo.a"], "item": "milk"})
    assert exact(case, outcome(intent("HassShoppingListAddItem", "todo.a", item="milk")))
    case = does({"HassListCompleteItem": ["todo.a"], "item": "milk"})
    assert exact(case, outcome(intent("HassShoppingListCompleteItem", "todo.a", item="milk")))


def test_a_case_is_said_in_its_area_and_only_understood() -> None:
    converse = Scripted([outcome()])
    several.suite(converse, [{**LIGHT_AND_LOCK, "area": "kitchen"}])
    (conversation,) = converse.played
    (turn,) = conversation.turns
    assert (turn.text, turn.area) == (LIGHT_AND_LOCK["say"], "kitchen")
    assert conversation.home == several.HOME
    assert converse.acting is False


def test_what_was_wrong_is_told() -> None:
    on = outcome(intent("HassTurnOn", "light.hall", brightness=5), speech="Which?", asked=True)
    result = several.suite(Scripted([on], [outcome()]), 2 * [LIGHT_AND_LOCK])
    assert (result.suite, result.sentences, result.scores) == ("several", 2, {"exact": 0.0})
    first, second = result.misses
    assert first.text == LIGHT_AND_LOCK["say"]
    assert first.expected == "HassTurnOn light.hall; HassLock lock.front"
    assert first.found == "HassTurnOn light.hall brightness=5 asks 'Which?'"
    assert second.found == "nothing"


@pytest.mark.parametrize("entry", [{}, {"brightness": 5}, {"HassTurnOn": [], "HassTurnOff": []}])
def test_a_case_without_one_intent_in_each_entry_is_none(entry: Mapping[str, Any]) -> None:
    with pytest.raises(LaresError, match="one intent"):
        several.suite(Scripted([outcome()]), [does(entry)])


def test_there_are_enough_cases_and_none_twice() -> None:
    assert len(CASES) >= 150
    said = Counter((case["say"].casefold().strip(" .!?"), case.get("area")) for case in CASES)
    assert [words for words, times in said.items() if times > 1] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["say"][:60])
def test_a_case_is_about_what_is_in_the_home(case: Mapping[str, Any]) -> None:
    assert case.keys() <= {"say", "area", "does"}
    assert case.get("area") in {None, *(area.id for area in HOME.areas)}
    for entry in case["does"]:
        for key, value in entry.items():
            if key.startswith("Hass"):
                assert [entity for entity in value if HOME.entity(entity) is None] == []
            else:
                assert isinstance(value, str | int | float) and not isinstance(value, bool)
