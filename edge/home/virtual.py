"""A home of virtual devices that behave over MQTT as real ones do.

A `VirtualDevice` announces its entity by Home Assistant's MQTT discovery, tells its states, and
answers commands with new states. It never reads Lares's own commands by Lares's own code: it parses
topics and payloads as a device would. Messages go in and come out as values, so the same devices
run in process (`lares say` on a home file) and as MQTT clients of a real broker
(`edge.demo.devices`).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any

from edge.home.appliances import appliance
from edge.home.discovery import PREFIX
from edge.home.graph import Entity, Home
from edge.types import EntityState, LaresError, Message

log = logging.getLogger(__name__)

BASE = "virtual"
"""The first level of every virtual device's own topics."""
ONLINE, OFFLINE = "online", "offline"


@dataclass(frozen=True, slots=True)
class _Journey:
    """A cover on its way."""

    end: float
    goal: EntityState


class VirtualDevice:
    """One virtual device and its state."""

    def __init__(
        self,
        entity: Entity,
        *,
        area: str | None = None,
        availability_topic: str | None = None,
        travel_s: float = 0.0,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """`area` is the area's name; `travel_s` is how long covers and valves take to move."""
        self.entity = entity
        self.state = entity.state
        self.base = f"{BASE}/{entity.domain}/{entity.id.partition('.')[2]}"
        self._area = area
        self._availability_topic = availability_topic
        self._travel_s = travel_s if entity.domain in ("cover", "valve") else 0.0
        self._clock = clock
        self._journey: _Journey | None = None
        self._kind = appliance(entity.domain)

    @property
    def command_filter(self) -> str:
        """The topic filter of its commands."""
        return f"{self.base}/set/#"

    def discovery(self) -> Message:
        """The retained message that announces it."""
        entity = self.entity
        config: dict[str, Any] = {
            "~": self.base,
            "name": None,
            "uniq_id": f"lares_virtual_{entity.id}",
            "def_ent_id": entity.id,
            "dev": {"ids": [f"lares_virtual_{entity.id}"], "name": entity.name},
            **self._kind.announce(entity),
        }
        if self._area:
            config["dev"]["sa"] = self._area
        if entity.device_class:
            config["dev_cla"] = entity.device_class
        if config.get("schema") != "service":
            config["json_attr_t"] = "~/attributes"
        if self._availability_topic:
            config["avty_t"] = self._availability_topic
        object_id = entity.id.partition(".")[2]
        topic = f"{PREFIX}/{entity.domain}/lares_virtual/{object_id.replace(' ', '_')}/config"
        return Message(topic, json.dumps(config), retain=True)

    def state_messages(self) -> tuple[Message, ...]:
        """Its whole state, retained; what confirms a command, the state itself, comes last."""
        told = dict(self._kind.tell(self.entity, self.state))
        if extra := self._extra_attributes():
            told["attributes"] = json.dumps(extra)
        parts = sorted(told, key=lambda part: part == "state")
        return tuple(Message(f"{self.base}/{part}", told[part], retain=True) for part in parts)

    def set_up(self, state: EntityState) -> tuple[Message, ...]:
        """Begin anew in a state, whose attributes come on top of those it has.

        Where they tell that it can do other things, it announces itself again. An empty state stays
        as it is.
        """
        before = self.discovery()
        attributes = {**self.state.attributes, **state.attributes}
        told = EntityState(state.state or self.state.state, attributes)
        self.entity = replace(self.entity, state=told)
        announced = self.discovery()
        return (*((announced,) if announced != before else ()), *self._become(told))

    def handle(self, message: Message) -> tuple[Message, ...]:
        """Obey a command. Returns the states it answers with; none when it ignores the command."""
        if not self._takes(message.topic):
            return ()
        part = message.topic[len(f"{self.base}/set") :].lstrip("/")
        if self._journey and message.payload == "STOP":
            return self._stopped()
        try:
            state = self._kind.obey(self.state, part, message.payload)
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
            log.warning("%s ignores %r: %s", self.entity.id, message.payload[:80], error)
            return ()
        if state is None:
            return ()
        if self._travel_s and state != self.state:
            return self._set_out(state)
        return self._become(state)

    def seconds_left(self) -> float | None:
        """How long it will still move; None while it rests."""
        return max(0.0, self._journey.end - self._clock()) if self._journey else None

    def advance(self) -> tuple[Message, ...]:
        """Arrive, when it is time to. Returns the states it tells then."""
        if self._journey is None or self._clock() < self._journey.end:
            return ()
        return self._become(self._journey.goal)

    def _become(self, state: EntityState) -> tuple[Message, ...]:
        self._journey = None
        self.state = state
        return self.state_messages()

    def _takes(self, topic: str) -> bool:
        return topic == f"{self.base}/set" or topic.startswith(f"{self.base}/set/")

    def _set_out(self, goal: EntityState) -> tuple[Message, ...]:
        here, there = _position(self.state), _position(goal)
        moving = "opening" if there > here else "closing"
        self.state = EntityState(moving, self.state.attributes)
        self._journey = _Journey(self._clock() + self._travel_s, goal)
        return self.state_messages()

    def _stopped(self) -> tuple[Message, ...]:
        """Stop half-way: where it would be by now."""
        assert self._journey is not None
        left = max(0.0, (self._journey.end - self._clock()) / self._travel_s)
        here, there = _position(self.state), _position(self._journey.goal)
        position = round(there + (here - there) * left)
        name = "closed" if position == 0 else "open"
        attributes = {**self.state.attributes, "current_position": position}
        return self._become(EntityState(name, attributes))

    def _extra_attributes(self) -> dict[str, Any]:
        """What the component's own topics do not tell."""
        if self._kind.announce(self.entity).get("schema") == "service":
            return {}
        covered = {*self._kind.tells, "device_class"}
        return {k: v for k, v in self.state.attributes.items() if k not in covered}


class VirtualHome:
    """All devices of a home."""

    def __init__(self, home: Home, *, travel_s: float = 0.0) -> None:
        areas = {area.id: area.name for area in home.areas}
        self.home = home
        self.devices = {
            entity.id: VirtualDevice(entity, area=areas.get(entity.area or ""), travel_s=travel_s)
            for entity in home.entities
        }
        self._by_base = {device.base: device for device in self.devices.values()}

    def discovery(self) -> tuple[Message, ...]:
        """The announcements of all devices."""
        return tuple(device.discovery() for device in self.devices.values())

    def state_messages(self) -> tuple[Message, ...]:
        """The states of all devices."""
        return tuple(m for device in self.devices.values() for m in device.state_messages())

    def states(self) -> Mapping[str, EntityState]:
        """The state of each device as the device knows it, by entity id."""
        return {entity_id: device.state for entity_id, device in self.devices.items()}

    def set_state(self, entity_id: str, state: EntityState) -> tuple[Message, ...]:
        """Change a device's state from outside. Raises `LaresError` for an unknown entity."""
        return self._device(entity_id).set_up(state)

    def handle(self, message: Message) -> tuple[Message, ...]:
        """Give a message to the device it is for. Returns the states that answer it."""
        base = "/".join(message.topic.split("/", 3)[:3])
        device = self._by_base.get(base)
        return device.handle(message) if device else ()

    def _device(self, entity_id: str) -> VirtualDevice:
        if (device := self.devices.get(entity_id)) is None:
            known = ", ".join([*list(self.devices)[:5], "…"])
            raise LaresError(f'There is no entity "{entity_id}" in this home, which has {known}.')
        return device


def _position(state: EntityState) -> float:
    position = state.attributes.get("current_position")
    if isinstance(position, int | float):
        return float(position)
    return 0.0 if state.state in ("closed", "opening") else 100.0
