"""A virtual vacuum cleaner. Sent home it is "returning"; with travel it docks after that."""

from __future__ import annotations

import json
from collections.abc import Mapping

from edge.home.appliances.appliance import Appliance
from edge.home.graph import Entity
from edge.types import EntityState

_COMMANDS = {
    "start": "cleaning",
    "clean_spot": "cleaning",
    "stop": "idle",
    "pause": "paused",
    "return_to_base": "returning",
}
_FEATURES = [
    "start",
    "stop",
    "pause",
    "return_home",
    "clean_spot",
    "locate",
    "battery",
    "fan_speed",
]
_TOLD = ("battery_level", "fan_speed")


def _tell(_: Entity, state: EntityState) -> Mapping[str, str]:
    kept = {name: state.attributes[name] for name in _TOLD if name in state.attributes}
    return {"state": json.dumps({"state": state.state, **kept})}


def _obey(state: EntityState, part: str, payload: str) -> EntityState | None:
    if part == "fan_speed":
        return EntityState(state.state, {**state.attributes, "fan_speed": payload})
    if part or payload not in _COMMANDS:
        return None
    return EntityState(_COMMANDS[payload], state.attributes)


VACUUM = Appliance(
    announce=lambda _: {
        "cmd_t": "~/set",
        "stat_t": "~/state",
        "set_fan_spd_t": "~/set/fan_speed",
        "sup_feat": _FEATURES,
    },
    tell=_tell,
    obey=_obey,
    tells=frozenset(_TOLD),
)
