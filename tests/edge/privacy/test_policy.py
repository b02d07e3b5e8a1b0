"""What the privacy policy lets through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from edge.home.graph import Entity
from edge.privacy.policy import Decision, Policy, PolicyError, Rule
from edge.types import Action

LOCK = Entity("lock.front", "Front Door", "hall")
GARAGE = Entity("cover.garage", "Garage Door", "garage", device_class="garage")
CURTAIN = Entity("cover.curtain", "Curtain", "living_room", device_class="curtain")
GAS = Entity("valve.gas", "Gas", None, device_class="gas")


def verdict(policy: Policy, service: str, entity: Entity) -> str:
    return policy.decide(Action(service, entity.id), entity, entity.area).verdict


@pytest.mark.parametrize(
    ("service", "entity", "expected"),
    [
        ("lock.unlock", LOCK, "ask"),
        ("lock.lock", LOCK, "allow"),
        ("cover.open_cover", GARAGE, "ask"),
        ("cover.set_cover_position", GARAGE, "ask"),
        ("cover.close_cover", GARAGE, "allow"),
        ("cover.open_cover", Entity("cover.gate", "Driveway Gate"), "ask"),
        ("switch.turn_off", Entity("switch.lock", "Front Door Lock"), "ask"),
        ("switch.turn_on", Entity("switch.fan", "Clock Radio"), "allow"),
        ("script.turn_on", Entity("script.gate", "Open Gate"), "ask"),
        ("cover.open_cover", CURTAIN, "allow"),
        ("valve.open_valve", GAS, "ask"),
        ("valve.close_valve", GAS, "allow"),
        ("alarm_control_panel.alarm_disarm", Entity("alarm_control_panel.a", "Alarm"), "ask"),
        ("light.turn_on", Entity("light.a", "Lamp", "hall"), "allow"),
    ],
)
def test_by_default_ways_in_are_asked_about(service: str, entity: Entity, expected: str) -> None:
    assert verdict(Policy(), service, entity) == expected


def test_the_first_rule_that_matches_decides() -> None:
    policy = Policy(
        (Rule("allow", entities=("lock.front",)), Rule("refuse", domains=("lock",))), "ask"
    )
    assert verdict(policy, "lock.unlock", LOCK) == "allow"
    assert verdict(policy, "lock.unlock", Entity("lock.back", "Back Door")) == "refuse"
    assert verdict(policy, "light.turn_on", Entity("light.a", "Lamp")) == "ask"


def test_all_that_a_rule_names_must_match() -> None:
    policy = Policy((Rule("refuse", services=("cover.*",), areas=("Living Room",)),))
    assert verdict(policy, "cover.open_cover", CURTAIN) == "refuse"
    assert verdict(policy, "cover.open_cover", GARAGE) == "allow"
    nowhere = Entity("cover.x", "Awning")
    assert verdict(policy, "cover.open_cover", nowhere) == "allow"


def test_an_entity_that_the_home_does_not_know_is_judged_by_its_id() -> None:
    action = Action("lock.unlock", "lock.gone")
    assert Policy().decide(action, None, None).verdict == "ask"
    assert Policy((Rule("refuse", domains=("lock",)),)).decide(action).verdict == "refuse"


def test_a_decision_tells_its_reason() -> None:
    action = Action("lock.unlock", "lock.front")
    assert Policy().decide(action, LOCK).reason == "unlocking is asked about first"
    rules = (Rule("refuse", services=("lock.*",), areas=("hall",)),)
    assert Policy(rules).decide(action, LOCK, "hall") == Decision(
        "refuse", "refuse areas=hall services=lock.*"
    )
    assert Policy(()).decide(action, LOCK) == Decision("allow", "default")


def test_rules_are_read_from_the_configuration() -> None:
    policy = Policy.from_data(
        [{"verdict": "refuse", "domains": ["lock"], "areas": "Nursery", "reason": "no"}], "ask"
    )
    assert policy.rules == (Rule("refuse", ("lock",), ("Nursery",), reason="no"),)
    assert policy.default == "ask"
    assert Policy.from_data([]).rules == ()
    assert Policy.from_data().rules == Policy().rules


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({}, r"privacy\.rules\[0\]: verdict is missing; write one of allow, ask, refuse"),
        ({"verdict": "maybe"}, "expected one of allow, ask, refuse, found 'maybe'"),
        ({"verdict": "ask", "domain": ["lock"]}, "there is no key 'domain'. Allowed are: verdict"),
        ({"verdict": "ask", "domains": 3}, r"rules\[0\].domains: expected a list of words"),
        ({"verdict": "ask", "domains": []}, "the list is empty; leave domains out"),
        ({"verdict": "ask", "services": ["unlock"]}, "expected domain.service"),
        ({"verdict": "ask", "reason": 1}, "reason: expected text"),
        ("ask", "expected a table, found 'ask'"),
    ],
)
def test_a_wrong_rule_is_named_with_what_is_allowed(rule: Mapping[str, Any], message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        Policy.from_data([rule])


def test_a_wrong_default_is_an_error() -> None:
    with pytest.raises(PolicyError, match=r"privacy\.default: expected one of allow, ask, refuse"):
        Policy.from_data(None, "never")


@pytest.mark.parametrize(
    ("entity", "service"),
    [
        (Entity("cover.big", "Big One", aliases=("the garage door",)), "cover.open_cover"),
        (Entity("scene.gate", "Gate Open"), "scene.turn_on"),
        (Entity("script.evening", "Evening", aliases=("disarm",)), "script.turn_on"),
    ],
)
def test_what_only_an_alias_or_a_scenes_name_calls_a_way_in_is_asked_about(
    entity: Entity, service: str
) -> None:
    assert Policy().decide(Action(service, entity.id, {}), entity).verdict == "ask"
