"""Devices as programs really announce them, tell of them and command them: the fixtures.

A fixture is a file `fixtures/<program>/<model>.yaml` of facts, from public documentation and device
databases (`source` names them) and from what the programs themselves publish:

    maker, model, what   the device
    program, source      who announces it, and where the facts are from
    discovery            the messages that announce it: topic, payload
    entities             what must come of them: name, area, exposed, attributes that never change
    told                 messages that the device tells, one after the other; `becomes` says which
                         entities change by each, and what is different about them then
    calls                services in Home Assistant's words, and the messages that carry them out

Payloads are objects where they are JSON. `home_of` reads the announcements, and a `Replayed` home
the messages.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from edge.home.discovery import read_discovery
from edge.home.mqtt_entity import UNAVAILABLE, MqttEntity
from edge.home.tasmota import is_tasmota, read_tasmota
from edge.mqtt.broker import topic_matches
from edge.types import EntityState

FIXTURES = Path(__file__).with_name("fixtures")
THEN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
"""When all of it happens."""


@dataclass(frozen=True, slots=True)
class Told:
    """A message of the device, and what becomes of it."""

    topic: str
    payload: str
    becomes: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Call:
    """A service call, and the messages (topic, payload) that carry it out."""

    service: str
    entity_id: str
    data: Mapping[str, Any]
    sends: tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class RealDevice:
    """One fixture."""

    path: Path
    maker: str
    model: str
    program: str
    discovery: tuple[tuple[str, str], ...]
    entities: Mapping[str, Mapping[str, Any]]
    told: tuple[Told, ...]
    calls: tuple[Call, ...]

    def __str__(self) -> str:
        return f"{self.path.parent.name}/{self.path.stem}"


@lru_cache
def real_devices() -> tuple[RealDevice, ...]:
    """All fixtures."""
    return tuple(_read(path) for path in sorted(FIXTURES.glob("*/*.yaml")))


def _read(path: Path) -> RealDevice:
    values = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return RealDevice(
        path,
        values["maker"],
        str(values["model"]),
        values["program"],
        tuple((item["topic"], payload_of(item["payload"])) for item in values["discovery"]),
        values["entities"],
        tuple(
            Told(item["topic"], payload_of(item["payload"]), item.get("becomes", {}))
            for item in values["told"]
        ),
        tuple(
            Call(
                item["call"],
                item["of"],
                item.get("with", {}),
                tuple((message["topic"], message["payload"]) for message in item["sends"]),
            )
            for item in values.get("calls", ())
        ),
    )


def payload_of(value: Any) -> str:
    """A payload as it is sent."""
    return value if isinstance(value, str) else json.dumps(value)


def content_of(payload: str) -> Any:
    """A payload as a fixture writes it: an object where it is one."""
    try:
        return json.loads(payload) if payload.startswith("{") else payload
    except ValueError:
        return payload


def home_of(device: RealDevice) -> tuple[MqttEntity, ...]:
    """The entities that a device's announcements make. Fails on what was not understood."""
    problems: list[str] = []
    own = {topic.rpartition("/")[2]: payload for topic, payload in device.discovery}
    entities: list[MqttEntity] = []
    for topic, payload in device.discovery:
        if not is_tasmota(topic):
            entities += read_discovery(topic, payload, problem=problems.append, now=lambda: THEN)
        elif topic.endswith("/config"):
            told = own.get("sensors", "")
            entities += read_tasmota(topic, payload, told, problem=problems.append)
    assert problems == []
    return tuple(entities)


@dataclass(slots=True)
class Replayed:
    """One entity that is told messages, as whoever follows it does."""

    mqtt: MqttEntity
    state: EntityState
    heard: dict[str, bool] = field(default_factory=dict)
    """What its availability topics said, the latest last."""
    silent: bool = False
    """It tells its state now and then, and has not yet."""

    def __post_init__(self) -> None:
        self.silent = self.mqtt.expires_after_s is not None

    @property
    def shown(self) -> EntityState:
        """The state as it is shown."""
        shown = self.mqtt.shown(self.state)
        if self.silent or not self.mqtt.availability.reachable(self.heard):
            return EntityState(UNAVAILABLE, shown.attributes)
        return shown

    def tell(self, topic: str, payload: str, problems: list[str]) -> dict[str, Any]:
        """What is different after a message: the state, and attributes that changed."""
        before = self.shown
        topic = next((name for name in self.mqtt.topics if topic_matches(name, topic)), topic)
        reached = self.mqtt.reads_availability(topic, payload, problems.append)
        if reached is not None:
            self.heard.pop(topic, None)
            self.heard[topic] = reached
        self.state = self.mqtt.read(topic, payload, self.state, problems.append) or self.state
        self.silent = self.silent and topic != self.mqtt.state_topic
        after = self.shown
        different = {
            name: value
            for name, value in after.attributes.items()
            if value != before.attributes.get(name)
        }
        return different | ({"state": after.state} if after.state != before.state else {})
