"""The exam of dialogues: what is right in a turn, and whether its cases are sound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from edge.home.graph import Home
from edge.types import EntityState, Outcome
from models.exams import dialogue
from models.exams.conversation import Turn
from models.exams.several import HOME as HOME_FILE
from tests.models.exams.playing import Scripted, intent, outcome, state

CASES: list[dict[str, Any]] = yaml.safe_load(dialogue.FILE.read_text(encoding="utf-8"))
HOME = Home.from_yaml(HOME_FILE)


def right(expected: Mapping[str, Any], given: Outcome) -> bool:
    case = {"turns": [{"say": "…", **expected}]}
    return dialogue.suite(Scripted([given]), [case]).scores["exact"] == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"light.a": "on"},
        {"light.a": {"state": "on"}},
        {"light.a": {"state": "on", "brightness": 102}},
        {"light.a": {"brightness": 103}},
    ],
)
def test_just_the_right_changes_are_right(changes: Mapping[str, Any]) -> None:
    lit = {"light.a": state("on", brightness=102)}
    assert right({"changes": changes}, outcome(changes=lit))
    assert not right({"changes": changes}, outcome())
    assert not right({"changes": changes}, outcome(changes={**lit, "light.b": state("on")}))
    assert not right({"changes": changes}, outcome(changes={"light.a": state("off")}))
    assert not right({"changes": changes}, outcome(changes={"light.b": lit["light.a"]}))


def test_a_turn_without_changes_changes_nothing() -> None:
    assert right({}, outcome(speech="anything"))
    assert not right({}, outcome(changes={"light.a": state("on")}))


def test_what_must_be_said_is_said_in_any_case() -> None:
    said = outcome(speech="2 of 5 Lights are on.")
    assert right({"says": ["lights", "2"]}, said)
    assert right({"says": [2]}, said)
    assert not right({"says": ["lights", "3"]}, said)


def test_what_must_be_asked_is_asked() -> None:
    assert right({"asks": True}, outcome(speech="Which?", asked=True))
    assert not right({"asks": True}, outcome(speech="Done."))
    assert right({}, outcome(speech="Which?", asked=True))


def test_what_must_be_understood_is_understood_in_order() -> None:
    on, add = intent("HassTurnOn"), intent("HassShoppingListAddItem")
    assert right({"intents": ["HassTurnOn", "HassListAddItem"]}, outcome(on, add))
    assert not right({"intents": ["HassListAddItem", "HassTurnOn"]}, outcome(on, add))
    assert not right({"intents": []}, outcome(on))


def test_one_wrong_turn_makes_a_dialogue_wrong_and_is_told() -> None:
    turn = {"say": "light on", "changes": {"light.a": "on"}, "area": "hall"}
    lit = outcome(changes={"light.a": state("on", brightness=5, color_mode="rgb")})
    case = {"turns": [turn, {**turn, "say": "again"}, {**turn, "say": "and again"}]}
    asked = outcome(intent("HassTurnOn"), speech="Which?", asked=True)
    result = dialogue.suite(Scripted([lit, asked, lit], [lit, lit, lit]), [case, case])
    assert (result.suite, result.sentences) == ("dialogue", 2)
    assert result.scores == {"exact": 0.5, "turns": pytest.approx(5 / 6)}
    (miss,) = result.misses
    assert miss.text == "light on / again"
    assert miss.expected == "{'changes': {'light.a': 'on'}}"
    assert miss.found == "{} ['HassTurnOn'] says 'Which?' (asks)"


def test_a_dialogue_begins_as_it_is_set_up_and_is_acted_on() -> None:
    converse = Scripted([outcome(), outcome()])
    case = {
        "setup": {
            "light.a": {"state": "on", "attributes": {"brightness": 9}},
            "light.b": {"attributes": {"brightness": 7}},
        },
        "turns": [{"say": "hello", "area": "hall"}, {"say": "bye"}],
    }
    dialogue.suite(converse, [case])
    (conversation,) = converse.played
    assert conversation.turns == (Turn("hello", "hall"), Turn("bye"))
    assert conversation.setup == {
        "light.a": EntityState("on", {"brightness": 9}),
        "light.b": EntityState("", {"brightness": 7}),
    }
    assert conversation.home == HOME_FILE
    assert converse.acting is True


def test_there_are_enough_dialogues_and_none_twice() -> None:
    assert len(CASES) >= 150
    said = Counter(
        str([(turn["say"].casefold().strip(" .!?"), turn.get("area")) for turn in case["turns"]])
        for case in CASES
    )
    assert [words for words, times in said.items() if times > 1] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["turns"][0]["say"][:60])
def test_a_dialogue_is_about_what_is_in_the_home(case: Mapping[str, Any]) -> None:
    assert case.keys() <= {"setup", "turns"}
    assert case["turns"]
    setup: Mapping[str, Any] = case.get("setup") or {}
    assert [entity for entity in setup if HOME.entity(entity) is None] == []
    for told in setup.values():
        assert told.keys() <= {"state", "attributes"}
        assert isinstance(told.get("state", ""), str)
    for turn in case["turns"]:
        assert turn.keys() <= {"say", "area", "changes", "says", "asks", "intents"}
        assert turn.get("area") in {None, *(area.id for area in HOME.areas)}
        changes: Mapping[str, Any] = turn.get("changes") or {}
        assert [entity for entity in changes if HOME.entity(entity) is None] == []
        for expected in changes.values():
            name = expected.get("state", "") if isinstance(expected, Mapping) else expected
            assert isinstance(name, str)
