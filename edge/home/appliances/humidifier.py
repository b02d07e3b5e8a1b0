"""A virtual humidifier: on and off, target humidity within its limits, modes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge.home.appliances.appliance import (
    Appliance,
    number,
    numeric,
    with_attributes,
    with_state,
    written,
)
from edge.home.graph import Entity
from edge.types import EntityState

_SWITCHED = {"on": "ON", "off": "OFF"}
_STATES = {"ON": "on", "OFF": "off"}
LIMITS = ("min_humidity", "max_humidity")
"""Attributes that it announces under the same key."""


def _announce(entity: Entity) -> dict[str, Any]:
    attributes = entity.state.attributes
    keys: dict[str, Any] = {
        "cmd_t": "~/set",
        "stat_t": "~/state",
        "hum_cmd_t": "~/set/humidity",
        "hum_stat_t": "~/humidity",
        "curr_hum_t": "~/current_humidity",
    }
    keys |= {key: attributes[key] for key in LIMITS if key in attributes}
    if modes := _modes(entity.state):
        keys |= {"modes": modes, "mode_cmd_t": "~/set/mode", "mode_stat_t": "~/mode"}
    return keys


def _modes(state: EntityState) -> list[str]:
    listed = state.attributes.get("available_modes")
    return [str(mode) for mode in listed] if isinstance(listed, list) else []


def _tell(_: Entity, state: EntityState) -> Mapping[str, str]:
    told = {"state": _SWITCHED.get(state.state, "None")}
    for name in ("humidity", "current_humidity"):
        if (percent := number(state.attributes.get(name))) is not None:
            told[name] = written(percent)
    if "mode" in state.attributes:
        told["mode"] = str(state.attributes["mode"])
    return told


def _obey(state: EntityState, part: str, payload: str) -> EntityState | None:
    if part == "":
        return with_state(state, _STATES[payload]) if payload in _STATES else None
    if part == "humidity":
        percent = numeric(payload)
        lowest = number(state.attributes.get("min_humidity")) or 0
        highest = number(state.attributes.get("max_humidity")) or 100
        fits = lowest <= percent <= highest
        return with_attributes(state, humidity=percent) if fits else None
    if part == "mode" and payload in _modes(state):
        return with_attributes(state, mode=payload)
    return None


HUMIDIFIER = Appliance(
    _announce,
    _tell,
    _obey,
    frozenset({"humidity", "current_humidity", "available_modes", "mode", *LIMITS}),
)
