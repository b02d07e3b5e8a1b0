"""A state confirms an action when it is the one expected, within a device's own steps."""

from __future__ import annotations

from typing import Any

import pytest

from edge.home.confirm import confirms
from edge.types import EntityState


@pytest.mark.parametrize(
    ("attributes", "found", "close"),
    [
        ({"brightness": 128}, {"brightness": 130}, True),
        ({"brightness": 128}, {"brightness": 140}, False),
        ({"brightness": 128}, {"brightness": None}, False),
        ({"brightness": 128}, {}, False),
        ({"volume_level": 0.5}, {"volume_level": 0.495}, True),
        ({"volume_level": 0.5}, {"volume_level": 0.4}, False),
        ({"temperature": 21.3}, {"temperature": 21.5}, True),
        ({"color_temp_kelvin": 2700}, {"color_temp_kelvin": 2703}, True),
        ({"rgb_color": (255, 0, 0)}, {"rgb_color": [254, 2, 0]}, True),
        ({"rgb_color": (255, 0, 0)}, {"rgb_color": [200, 0, 0]}, False),
        ({"rgb_color": (255, 0, 0)}, {"rgb_color": [255, 0]}, False),
        ({"percentage": 50}, {"percentage": 66}, False),
        ({"percentage": 50}, {"percentage": 66, "percentage_step": 33.3}, True),
        ({"hvac_mode": "heat"}, {"hvac_mode": "heat"}, True),
        ({"hvac_mode": "heat"}, {"hvac_mode": "cool"}, False),
        ({"battery_level": 1}, {"battery_level": 2}, False),
    ],
)
def test_attributes_confirm_within_their_tolerance(
    attributes: dict[str, Any], found: dict[str, Any], close: bool
) -> None:
    assert confirms(EntityState("on", found), EntityState("on", attributes)) is close


def test_the_state_must_be_the_one_expected_unless_none_is() -> None:
    assert not confirms(EntityState("off"), EntityState("on"))
    assert not confirms(None, EntityState(""))
    assert confirms(EntityState("off", {"a": 1}), EntityState("", {"a": 1}))


@pytest.mark.parametrize(
    ("expected", "state"),
    [
        ("open", "opening"),
        ("closed", "closing"),
        ("locked", "locking"),
        ("unlocked", "unlocking"),
        ("docked", "returning"),
    ],
)
def test_what_takes_its_time_is_confirmed_once_it_is_on_its_way(expected: str, state: str) -> None:
    assert confirms(EntityState(state), EntityState(expected))


@pytest.mark.parametrize(
    ("before", "now", "goal", "confirmed"),
    [(100, 80, 0, True), (100, 100, 0, False), (50, 60, 0, False), (20, 40, 70, True)],
)
def test_a_shutter_that_stands_nearer_to_its_goal_is_on_its_way(
    before: int, now: int, goal: int, confirmed: bool
) -> None:
    states = [EntityState("open", {"current_position": at}) for at in (before, now)]
    wanted = EntityState("", {"current_position": goal})
    assert confirms(states[1], wanted, states[0]) is confirmed


def test_a_shutter_that_moves_the_other_way_confirms_nothing() -> None:
    before, now = (EntityState(s, {"current_position": 50}) for s in ("open", "opening"))
    assert not confirms(now, EntityState("closed"), before)
    assert not confirms(now, EntityState("", {"current_position": 20}), before)
    assert confirms(now, EntityState("", {"current_position": 80}), before)


@pytest.mark.parametrize(
    ("goal", "before", "between", "after"),
    [
        ("open", ("closed", 0), ("closed", 100), ("open", 100)),
        ("open", ("closed", 0), ("closed", 40), ("open", 40)),
        ("closed", ("open", 100), ("open", 0), ("closed", 0)),
    ],
)
def test_a_position_that_comes_before_its_state_waits_for_it(
    goal: str, before: tuple[str, int], between: tuple[str, int], after: tuple[str, int]
) -> None:
    told = [EntityState(s, {"current_position": at}) for s, at in (before, between, after)]
    assert not confirms(told[1], EntityState(goal), told[0])
    assert confirms(told[2], EntityState(goal), told[0])
