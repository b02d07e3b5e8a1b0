"""Entities for which no MQTT convention exists: to-do lists, scripts, persons, the weather.

Home Assistant has no MQTT component for them. Lares's own virtual devices announce them with
`schema: service`: the state topic carries {"state": "2", "attributes": {…}}, and the command topic,
where there is one, takes a service call as it is: {"service": "add_item", "data": {"item":
"milk"}}.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from edge.home.components.wiring import Config, Data, Send, Wiring
from edge.home.json_payload import parsed
from edge.types import EntityState, Message

SCHEMA = "service"


def service(config: Config) -> Wiring:
    """The wiring of an entity that takes service calls as they are."""
    send = config.sender("command_topic")
    return Wiring(
        config.reader("state_topic", "value_template", _read),
        any_service=_calls(send) if send else None,
    )


def _calls(send: Send) -> Callable[[str, Data], tuple[Message, ...]]:
    return lambda name, data: (send(json.dumps({"service": name, "data": dict(data)})),)


def _read(value: str, _: EntityState) -> EntityState:
    payload = parsed(value)
    if not isinstance(payload, Mapping) or not isinstance(payload.get("state"), str):
        raise ValueError('expected an object with "state" and "attributes"')
    attributes = payload.get("attributes") or {}
    if not isinstance(attributes, Mapping):
        raise ValueError("expected attributes as an object")
    return EntityState(payload["state"], dict(attributes))
