"""A virtual vacuum cleaner. Sent home it is "returning"; with travel it docks after that.

One that lists CLEAN_AREA, or no features at all, cleans single rooms: it takes any.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from edge.home.appliances.appliance import Appliance, has_feature
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
_TOLD = ("battery_level", "fan_speed", "segments")


def _announce(entity: Entity) -> dict[str, Any]:
    keys = {
        "cmd_t": "~/set",
        "stat_t": "~/state",
        "set_fan_spd_t": "~/set/fan_speed",
        "sup_feat": _FEATURES,
    }
    rooms = {"clean_segments_command_topic": "~/set/clean_segments"}
    return keys | (rooms if has_feature(entity.state, "CLEAN_AREA") else {})


def _tell(_: Entity, state: EntityState) -> Mapping[str, str]:
    kept = {name: state.attributes[name] for name in _TOLD if name in state.attributes}
    return {"state": json.dumps({"state": state.state, **kept})}


def _obey(state: EntityState, part: str, payload: str) -> EntityState | None:
    if part == "fan_speed":
        return EntityState(state.state, {**state.attributes, "fan_speed": payload})
    if part == "clean_segments" and has_feature(state, "CLEAN_AREA"):
        rooms = json.loads(payload)
        return EntityState("cleaning", state.attributes) if isinstance(rooms, list) else None
    if part or payload not in _COMMANDS:
        return None
    return EntityState(_COMMANDS[payload], state.attributes)


VACUUM = Appliance(
    announce=_announce,
    tell=_tell,
    obey=_obey,
    tells=frozenset(_TOLD),
)
