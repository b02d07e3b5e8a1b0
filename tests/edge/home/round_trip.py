"""A virtual device, and what Lares makes of it: it is discovered, commanded and read back.

The reader of discovery and the maker of commands are the real ones, the device parses on its own;
so each round trip tests both sides against each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge.home.discovery import read_discovery
from edge.home.graph import Entity
from edge.home.mqtt_entity import MqttEntity
from edge.home.virtual import VirtualDevice
from edge.types import Action, EntityState, Message


class RoundTrip:
    """A virtual device, and what Lares makes of it."""

    def __init__(
        self, entity_id: str, state: str, attributes: Mapping[str, Any] | None = None
    ) -> None:
        entity = Entity(entity_id, "Thing", state=EntityState(state, attributes or {}))
        self.device = VirtualDevice(entity)
        announced = self.device.discovery()
        self.mqtt: MqttEntity
        (self.mqtt,) = read_discovery(announced.topic, announced.payload)
        self.state = self.mqtt.entity.state
        self.hear(self.device.state_messages())

    def hear(self, messages: tuple[Message, ...]) -> None:
        for message in messages:
            assert message.topic in self.mqtt.topics
            self.state = self.mqtt.read(message.topic, message.payload, self.state) or self.state

    def do(self, service: str, **data: Any) -> EntityState:
        """Call a service and return the state that is read back, as it is shown."""
        for command in self.mqtt.command(Action(service, self.mqtt.entity.id, data)):
            self.hear(self.device.handle(command))
        return self.mqtt.shown(self.state)
