"""Virtual devices that are switched, locked or pressed: switch, lock, button, scene."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from edge.home.appliances.appliance import Appliance, Obey
from edge.home.graph import Entity
from edge.types import EntityState


def _simple(
    keys: Mapping[str, Any], states: Mapping[str, str], commands: Mapping[str, str]
) -> Appliance:
    """A device with one state: `states` is how it tells it, `commands` what payloads make it."""
    return Appliance(announce=lambda _: dict(keys), tell=_tells(states), obey=_obeys(commands))


def _tells(states: Mapping[str, str]) -> Callable[[Entity, EntityState], Mapping[str, str]]:
    return lambda _, state: {"state": states.get(state.state, "None")}


def _obeys(commands: Mapping[str, str]) -> Obey:
    def obey(state: EntityState, part: str, payload: str) -> EntityState | None:
        if part or payload not in commands:
            return None
        return EntityState(commands[payload], state.attributes)

    return obey


SWITCH = _simple(
    {"cmd_t": "~/set", "stat_t": "~/state"}, {"on": "ON", "off": "OFF"}, {"ON": "on", "OFF": "off"}
)
LOCK = _simple(
    {"cmd_t": "~/set", "stat_t": "~/state"},
    {name: name.upper() for name in ("locked", "unlocked", "locking", "unlocking", "jammed")},
    {"LOCK": "locked", "UNLOCK": "unlocked"},
)
STATELESS = Appliance(
    announce=lambda _: {"cmd_t": "~/set"},
    tell=lambda _, __: {},
    obey=lambda _, __, ___: None,
)
"""A button or a scene: it takes a command and has nothing to tell."""
BINARY_SENSOR = _simple({"stat_t": "~/state"}, {"on": "ON", "off": "OFF"}, {})
