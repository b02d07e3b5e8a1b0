"""A virtual fan: on and off, speed in percent, oscillation. It starts at full speed; 0 is off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge.home.appliances.appliance import (
    Appliance,
    has_feature,
    number,
    with_attributes,
    with_state,
    written,
)
from edge.home.graph import Entity
from edge.types import EntityState

_SWITCHED = {"on": "ON", "off": "OFF"}
_SWINGS = {"oscillate_on": True, "oscillate_off": False}


def _announce(entity: Entity) -> dict[str, Any]:
    keys = {"cmd_t": "~/set", "stat_t": "~/state"}
    if has_feature(entity.state, "SET_SPEED"):
        keys |= {"pct_cmd_t": "~/set/percentage", "pct_stat_t": "~/percentage"}
    if "oscillating" in entity.state.attributes:
        keys |= {"osc_cmd_t": "~/set/oscillation", "osc_stat_t": "~/oscillation"}
    return keys


def _tell(_: Entity, state: EntityState) -> Mapping[str, str]:
    told = {"state": _SWITCHED.get(state.state, "None")}
    if (percentage := number(state.attributes.get("percentage"))) is not None:
        told["percentage"] = written(percentage)
    if (swings := state.attributes.get("oscillating")) is not None:
        told["oscillation"] = "oscillate_on" if swings else "oscillate_off"
    return told


def _obey(state: EntityState, part: str, payload: str) -> EntityState | None:
    if part == "" and payload == "ON":
        return with_state(state, "on", **_speed(state, _percentage(state) or 100))
    if part == "" and payload == "OFF":
        return with_state(state, "off", **_speed(state, 0))
    if part == "percentage":
        percentage = min(max(round(float(payload)), 0), 100)
        return with_state(state, "on" if percentage else "off", percentage=percentage)
    if part == "oscillation" and payload in _SWINGS:
        return with_attributes(state, oscillating=_SWINGS[payload])
    return None


def _percentage(state: EntityState) -> int:
    return round(number(state.attributes.get("percentage")) or 0)


def _speed(state: EntityState, percentage: int) -> dict[str, int]:
    """The speed as an attribute, for a fan that has one."""
    return {"percentage": percentage} if has_feature(state, "SET_SPEED") else {}


FAN = Appliance(_announce, _tell, _obey, frozenset({"percentage", "oscillating"}))
