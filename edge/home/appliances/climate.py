"""A virtual thermostat: mode, target temperature, measured temperature, presets, fan modes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge.home.appliances.appliance import Appliance, number, numeric, with_attributes, written
from edge.home.graph import Entity
from edge.types import EntityState

DEFAULT_MODES = ("off", "heat", "cool", "heat_cool", "auto")
NAMED = {"fan_mode": "fan_mode", "preset_mode": "pr_mode"}
"""Attribute → the short key that its topics begin with."""
LIMITS = ("min_temp", "max_temp", "fan_modes")
"""Attributes that it announces under the same key."""


def _modes(entity: Entity) -> list[str]:
    listed = entity.state.attributes.get("hvac_modes")
    return [str(mode) for mode in (listed if isinstance(listed, list) else DEFAULT_MODES)]


def _announce(entity: Entity) -> dict[str, Any]:
    keys: dict[str, Any] = {
        "modes": _modes(entity),
        "mode_cmd_t": "~/set/mode",
        "mode_stat_t": "~/mode",
        "temp_cmd_t": "~/set/temperature",
        "temp_stat_t": "~/temperature",
        "curr_temp_t": "~/current_temperature",
    }
    attributes = entity.state.attributes
    keys |= {key: attributes[key] for key in LIMITS if key in attributes}
    for name, short in NAMED.items():
        if name in attributes:
            keys |= {f"{short}_cmd_t": f"~/set/{name}", f"{short}_stat_t": f"~/{name}"}
    return keys


def _tell(_: Entity, state: EntityState) -> Mapping[str, str]:
    told = {"mode": "None" if state.state in ("unknown", "unavailable") else state.state}
    for name in ("temperature", "current_temperature"):
        if (degrees := number(state.attributes.get(name))) is not None:
            told[name] = written(degrees)
    return told | {name: str(state.attributes[name]) for name in NAMED if name in state.attributes}


def _obey(state: EntityState, part: str, payload: str) -> EntityState | None:
    attributes = state.attributes
    if part == "mode":
        listed = attributes.get("hvac_modes")
        known = listed if isinstance(listed, list) else DEFAULT_MODES
        return EntityState(payload, attributes) if payload in known else None
    if part == "temperature":
        degrees = numeric(payload)
        lowest = number(attributes.get("min_temp"))
        highest = number(attributes.get("max_temp"))
        if (lowest is not None and degrees < lowest) or (highest is not None and degrees > highest):
            return None
        return with_attributes(state, temperature=degrees)
    if part not in NAMED:
        return None
    choices = attributes.get(f"{part}s")
    if isinstance(choices, list) and payload not in choices:
        return None
    return with_attributes(state, **{part: payload})


CLIMATE = Appliance(
    _announce,
    _tell,
    _obey,
    frozenset({"temperature", "current_temperature", "hvac_modes", *LIMITS, *NAMED}),
)
