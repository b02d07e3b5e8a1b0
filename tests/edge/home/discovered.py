"""What tests of discovery share: an announcement as a device sends it, and a state to read into."""

from __future__ import annotations

import json
from typing import Any

from edge.home.discovery import read_discovery
from edge.home.mqtt_entity import MqttEntity
from edge.types import Action, EntityState


def announce(component: str, **config: Any) -> MqttEntity:
    """The one entity of an announcement."""
    config = {"name": "Thing", "unique_id": "u1", **config}
    (entity,) = read_discovery(f"homeassistant/{component}/thing/config", json.dumps(config))
    return entity


def read(entity: MqttEntity, *messages: tuple[str, str]) -> EntityState:
    """The state after messages (topic, payload)."""
    state = entity.entity.state
    for topic, payload in messages:
        state = entity.read(topic, payload, state) or state
    return state


def sent(entity: MqttEntity, service: str, **data: Any) -> list[tuple[str, str]]:
    """Topics and payloads of a service call."""
    action = Action(f"{entity.entity.domain}.{service}", entity.entity.id, data)
    return [(message.topic, message.payload) for message in entity.command(action)]
