"""Virtual devices that hold a value: number and select.

A number that tells no range takes 0 to 100, and whatever it starts with; a select without options
has the one that it starts with.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge.home.appliances.appliance import Appliance, number, written
from edge.home.graph import Entity
from edge.types import EntityState

_KEYS = {"cmd_t": "~/set", "stat_t": "~/state"}
_UNTOLD = ("", "unknown", "unavailable")


def _announce_number(entity: Entity) -> dict[str, Any]:
    low, high = _range(entity.state)
    attributes = entity.state.attributes
    step = number(attributes.get("step"))
    unit = attributes.get("unit_of_measurement")
    return {
        **_KEYS,
        "min": low,
        "max": high,
        **({"step": step} if step and step > 0 else {}),
        **({"unit_of_meas": unit} if unit else {}),
    }


def _range(state: EntityState) -> tuple[float, float]:
    value = number(state.state) or 0.0
    low, high = (number(state.attributes.get(name)) for name in ("min", "max"))
    return (
        min(0.0, value) if low is None else low,
        max(100.0, value) if high is None else high,
    )


def _announce_select(entity: Entity) -> dict[str, Any]:
    return {**_KEYS, "ops": _options(entity.state)}


def _options(state: EntityState) -> list[str]:
    listed = state.attributes.get("options")
    return [str(option) for option in listed] if isinstance(listed, list) else [state.state]


def _tell(_: Entity, state: EntityState) -> Mapping[str, str]:
    return {"state": "None" if state.state in _UNTOLD else state.state}


def _obey_number(state: EntityState, part: str, payload: str) -> EntityState | None:
    low, high = _range(state)
    value = float(payload)
    fits = part == "" and low <= value <= high
    return EntityState(written(value), state.attributes) if fits else None


def _obey_select(state: EntityState, part: str, payload: str) -> EntityState | None:
    fits = part == "" and payload in _options(state)
    return EntityState(payload, state.attributes) if fits else None


NUMBER = Appliance(
    _announce_number, _tell, _obey_number, frozenset({"max", "min", "step", "unit_of_measurement"})
)
SELECT = Appliance(_announce_select, _tell, _obey_select, frozenset({"options"}))
