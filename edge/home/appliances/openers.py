"""Virtual devices that open and close: cover and valve.

They are there at once (a device that shall take its time is given travel by `edge.home.virtual`).
Which have a position: those that list SET_POSITION, and those that list no features at all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from edge.home.appliances.appliance import Appliance, Obey, has_feature, number, written
from edge.home.graph import Entity
from edge.types import EntityState


def _positioned(entity: Entity) -> bool:
    return has_feature(entity.state, "SET_POSITION")


def _cover_keys(entity: Entity) -> dict[str, Any]:
    keys = {"cmd_t": "~/set", "stat_t": "~/state", "pos_t": "~/position"}
    return keys | ({"set_pos_t": "~/set/position"} if _positioned(entity) else {})


def _cover_tells(_: Entity, state: EntityState) -> Mapping[str, str]:
    position = number(state.attributes.get("current_position"))
    told = {"state": state.state} if state.state in _STATES else {"state": "None"}
    return told | ({"position": written(position)} if position is not None else {})


def _valve_keys(entity: Entity) -> dict[str, Any]:
    if _positioned(entity):
        return {"cmd_t": "~/set", "stat_t": "~/state", "reports_position": True, "pl_stop": "STOP"}
    return {"cmd_t": "~/set", "stat_t": "~/state", "pl_stop": "STOP"}


def _valve_tells(entity: Entity, state: EntityState) -> Mapping[str, str]:
    if not _positioned(entity):
        return {"state": state.state if state.state in _STATES else "None"}
    position = number(state.attributes.get("current_position"))
    if position is None:
        position = 0.0 if state.state == "closed" else 100.0
    return {"state": json.dumps({"state": state.state, "position": round(position)})}


def _moved(state: EntityState, position: int, *, told: bool) -> EntityState:
    """The state at a position; `told` says whether the device knows its position."""
    name = "closed" if position == 0 else "open"
    known = told or "current_position" in state.attributes
    attributes = {**state.attributes, **({"current_position": position} if known else {})}
    return EntityState(name, attributes)


def _obeys(words: Mapping[str, int], position_part: str) -> Obey:
    """Opens and closes by words, moves by a number on the topic of `position_part`."""

    def obey(state: EntityState, part: str, payload: str) -> EntityState | None:
        if part == "" and payload in words:
            return _moved(state, words[payload], told=has_feature(state, "SET_POSITION"))
        if part == position_part and payload not in ("OPEN", "CLOSE", "STOP"):
            return _moved(state, min(max(round(float(payload)), 0), 100), told=True)
        return None

    return obey


_STATES = ("open", "opening", "closed", "closing", "stopped")
_WORDS = {"OPEN": 100, "CLOSE": 0}
_POSITION = frozenset({"current_position"})

COVER = Appliance(_cover_keys, _cover_tells, _obeys(_WORDS, "position"), _POSITION)
VALVE = Appliance(_valve_keys, _valve_tells, _obeys(_WORDS, ""), _POSITION)
