"""Virtual devices for domains without an MQTT convention; they take service calls as they are.

A to-do list counts its open items in its state, as Home Assistant's does; one that starts without a
number counts those it has. Timers, mowers and input helpers do what their services say; what is
none of these is switched on and off, or only tells its state.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from edge.home.appliances.appliance import Appliance, number, with_state
from edge.home.graph import Entity
from edge.types import EntityState

READ_ONLY = frozenset(
    {
        "air_quality",
        "calendar",
        "camera",
        "conversation",
        "device_tracker",
        "event",
        "image",
        "person",
        "sensor",
        "stt",
        "sun",
        "tts",
        "update",
        "wake_word",
        "weather",
        "zone",
    }
)
"""Domains that only tell."""
SERVICES: Mapping[str, Mapping[str, str]] = {
    "timer": {"start": "active", "pause": "paused", "cancel": "idle", "finish": "idle"},
    "lawn_mower": {"start_mowing": "mowing", "pause": "paused", "dock": "docked"},
    "script": {"turn_on": "off", "turn_off": "off"},
    "counter": {},
}
"""Domain → service → the state it leads to. A script has run by the time it answers."""
VALUES = {"set_value": "value", "select_option": "option", "set_datetime": "datetime"}
"""Service → the field that becomes the state."""
SWITCHED = {"turn_on": "on", "turn_off": "off"}


def _announce(entity: Entity) -> dict[str, Any]:
    takes = {} if entity.domain in READ_ONLY else {"cmd_t": "~/set"}
    return {"schema": "service", "stat_t": "~/state", **takes}


def _tell(_: Entity, state: EntityState) -> Mapping[str, str]:
    return {"state": json.dumps({"state": state.state, "attributes": dict(state.attributes)})}


def obey_service(domain: str, state: EntityState, payload: str) -> EntityState | None:
    """The state after a service call {"service", "data"}; None when the domain ignores it."""
    call = json.loads(payload)
    service, data = str(call["service"]), call.get("data") or {}
    if domain == "todo":
        return _todo(state, service, data)
    if service in VALUES and VALUES[service] in data:
        return EntityState(str(data[VALUES[service]]), state.attributes)
    states = SERVICES.get(domain, SWITCHED)
    if service == "toggle" and states is SWITCHED:
        return EntityState("off" if state.state == "on" else "on", state.attributes)
    return EntityState(states[service], state.attributes) if service in states else None


def _todo(state: EntityState, service: str, data: Mapping[str, Any]) -> EntityState | None:
    item = str(data.get("item", ""))
    items = list(state.attributes.get("todo_items") or [])
    told = number(state.state)
    count = sum(map(_is_open, items)) if told is None else round(told)
    if service == "add_item" and item:
        items.append({"summary": item, "status": "needs_action"})
        return with_state(state, str(count + 1), todo_items=items)
    removed = service == "remove_item"
    if not removed and (service != "update_item" or data.get("status") != "completed"):
        return None
    found = [other for other in items if _summary(other).casefold() == item.casefold()]
    found = [other for other in found if removed or _is_open(other)]
    if not found:
        return None
    items.remove(found[0])
    return with_state(state, str(max(count - _is_open(found[0]), 0)), todo_items=items)


def _summary(item: Any) -> str:
    return str(item.get("summary", "")) if isinstance(item, Mapping) else str(item)


def _is_open(item: Any) -> bool:
    return not isinstance(item, Mapping) or item.get("status") != "completed"


def service_appliance(domain: str) -> Appliance:
    """The virtual device of a domain that has no MQTT convention."""
    return Appliance(
        _announce, _tell, lambda state, _, payload: obey_service(domain, state, payload)
    )
