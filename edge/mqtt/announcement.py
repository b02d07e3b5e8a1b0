"""What Lares tells Home Assistant about itself: the messages of MQTT discovery.

    <prefix>/<component>/<node>/<object>/config   one entity, retained; empty: it is gone
    lares/<node>/status                           "online" or "offline", for all of them
    lares/<node>/<object>                         its state
    lares/<node>/<object>/set                     what it is told

Each entity is a message of its own: Home Assistant before 2024.12 reads no messages about whole
devices. What this machine has not is not announced. Everything that is set here is a "config"
entity, so that Home Assistant does not switch it when a whole area is switched. Source: Home
Assistant's documentation of "MQTT discovery" and of each component.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from edge.types import LaresError, Message

MAKER = "Lares"
ON, OFF, PRESS = "ON", "OFF", "PRESS"
ONLINE, OFFLINE = "online", "offline"

PipelineState = Literal["idle", "listening", "processing", "responding"]
PIPELINE: tuple[PipelineState, ...] = ("idle", "listening", "processing", "responding")

Result = Literal["done", "asked", "refused", "failed", "not_understood"]
RESULTS: tuple[Result, ...] = ("done", "asked", "refused", "failed", "not_understood")
"""What became of a command."""


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of one Lares. Raises LaresError when it has a name that topics cannot hold."""

    node: str
    prefix: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_-]+", self.node):
            raise LaresError(
                "mqtt.node must be letters, digits, - and _ only, so that it can stand in a topic, "
                f"not {self.node!r}."
            )

    @property
    def status(self) -> str:
        return f"lares/{self.node}/status"

    @property
    def birth(self) -> str:
        """Where Home Assistant says that it has started."""
        return f"{self.prefix}/status"

    @property
    def commands(self) -> str:
        """The filter of all commands."""
        return f"lares/{self.node}/+/set"

    @property
    def announcements(self) -> str:
        """The filter of all that Lares announces, or once announced."""
        return f"{self.prefix}/+/{self.node}/+/config"

    def state(self, item: str) -> str:
        return f"lares/{self.node}/{item}"

    def command(self, item: str) -> str:
        return f"lares/{self.node}/{item}/set"

    def config(self, component: str, item: str) -> str:
        return f"{self.prefix}/{component}/{self.node}/{item}/config"

    def commanded(self, topic: str) -> str | None:
        """Which item a command topic is about; None for any other topic."""
        found = re.fullmatch(rf"lares/{re.escape(self.node)}/([^/]+)/set", topic)
        return found[1] if found else None


@dataclass(frozen=True, slots=True)
class Machine:
    """What is announced: a machine and what is fitted to it."""

    model: str
    version: str
    area: str | None = None
    """The name of the area in which it stands."""
    wake_words: tuple[str, ...] = ()
    """What the wake word can be chosen from, as shown; empty: there is nothing to choose."""
    language_model: bool = False
    """Whether there is one that can be switched off."""
    temperature: bool = False
    """Whether the board tells its temperature."""


def announcement(topics: Topics, machine: Machine) -> tuple[Message, ...]:
    """The discovery messages of everything that is fitted, in the order in which it is shown."""
    shared = _shared(topics, machine)
    return tuple(
        Message(
            topics.config(component, item),
            json.dumps({**config, "unique_id": f"lares_{topics.node}_{item}", **shared}),
            retain=True,
        )
        for component, item, config in _entities(topics, machine)
    )


def is_ours(topics: Topics, payload: str) -> bool:
    """Whether a discovery message was made by a Lares of this name, of whatever version."""
    unique_id = _told(payload, "unique_id")
    return is_lares(payload) and str(unique_id).startswith(f"lares_{topics.node}_")


def is_lares(payload: str) -> bool:
    """Whether a discovery message was made by any Lares; these are no devices of the home."""
    return MAKER in payload and _told(payload, "origin", "name") == MAKER


def _told(payload: str, *keys: str) -> object:
    """What stands in a JSON object of objects; None where it does not."""
    try:
        found: object = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _shared(topics: Topics, machine: Machine) -> Mapping[str, Any]:
    name = MAKER if topics.node == "lares" else f"{MAKER} {topics.node}"
    device = {
        "identifiers": [f"lares_{topics.node}"],
        "name": name,
        "manufacturer": MAKER,
        "model": machine.model,
        "sw_version": machine.version,
    }
    if machine.area is not None:
        device["suggested_area"] = machine.area
    return {
        "device": device,
        "origin": {"name": MAKER, "sw_version": machine.version},
        "availability_topic": topics.status,
        "payload_available": ONLINE,
        "payload_not_available": OFFLINE,
    }


def _entities(topics: Topics, machine: Machine) -> Sequence[tuple[str, str, Mapping[str, Any]]]:
    """(component, object, what is particular to it) of each entity."""

    def tells(item: str) -> dict[str, Any]:
        return {"state_topic": topics.state(item)}

    def is_set(item: str) -> dict[str, Any]:
        return {**tells(item), "command_topic": topics.command(item), "entity_category": "config"}

    measured = {"entity_category": "diagnostic", "state_class": "measurement"}
    entities: list[tuple[str, str, Mapping[str, Any]]] = [
        ("sensor", "pipeline", {
            "name": "Pipeline", "icon": "mdi:account-voice",
            "device_class": "enum", "options": list(PIPELINE), **tells("pipeline"),
        }),
        ("event", "last_command", {
            "name": "Last command", "icon": "mdi:message-processing-outline",
            "event_types": list(RESULTS), **tells("last_command"),
        }),
        ("switch", "mute", {
            "name": "Microphone mute", "icon": "mdi:microphone-off",
            "payload_on": ON, "payload_off": OFF, **is_set("mute"),
        }),
        ("number", "volume", {
            "name": "Volume", "icon": "mdi:volume-high", "min": 0, "max": 100, "step": 1,
            "unit_of_measurement": "%", "mode": "slider", **is_set("volume"),
        }),
    ]  # fmt: skip
    if machine.wake_words:
        entities.append(("select", "wake_word", {
            "name": "Wake word", "icon": "mdi:ear-hearing",
            "options": list(machine.wake_words), **is_set("wake_word"),
        }))  # fmt: skip
    if machine.language_model:
        entities.append(("switch", "language_model", {
            "name": "Language model", "icon": "mdi:brain",
            "payload_on": ON, "payload_off": OFF, **is_set("language_model"),
        }))  # fmt: skip
    entities += [
        ("button", "restart", {
            "name": "Restart", "device_class": "restart", "payload_press": PRESS,
            "command_topic": topics.command("restart"), "entity_category": "config",
        }),
        ("update", "update", {
            "name": "Update", "title": MAKER, "entity_category": "diagnostic", **tells("update"),
        }),
    ]  # fmt: skip
    if machine.temperature:
        entities.append(("sensor", "temperature", {
            "name": "Temperature", "device_class": "temperature", "unit_of_measurement": "°C",
            "suggested_display_precision": 1, **measured, **tells("temperature"),
        }))  # fmt: skip
    entities += [
        ("sensor", "memory", {
            "name": "Memory in use", "device_class": "data_size", "unit_of_measurement": "MiB",
            "suggested_display_precision": 0, **measured, **tells("memory"),
        }),
        ("sensor", "errors", {
            "name": "Errors", "icon": "mdi:alert-circle-outline",
            "entity_category": "diagnostic", "state_class": "total_increasing",
            "value_template": "{{ value_json.count }}",
            "json_attributes_topic": topics.state("errors"), **tells("errors"),
        }),
    ]  # fmt: skip
    return entities
