"""Tasmota's own discovery, which its devices use instead of Home Assistant's since version 9.2.

    tasmota/discovery/<MAC>/config     what the device is: its names, topics, relays, switches
    tasmota/discovery/<MAC>/sensors    one message of its sensors, as an example
    an empty payload                   the device is gone

Both are retained, and either may come first. `device` reads what the device says of itself; of that
`parts`, `lights` and `sensors` make its parts, each as Home Assistant's discovery would announce it
(so that the components of `edge.home.components` wire it), once for each topic on which Tasmota
tells the same thing. What it tells is not retained: `questions` asks for it.

Unique ids are those of Home Assistant's Tasmota integration. Sources: Tasmota's documentation
("MQTT", "Commands", "Blinds and shutters"), its discovery messages of version 1, and hatasmota.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from edge.home.announced import announced_entity
from edge.home.components import COMPONENTS
from edge.home.components.wiring import Config, DiscoveryError, Problem, local_now
from edge.home.json_payload import parsed
from edge.home.mqtt_entity import MqttEntity
from edge.home.tasmota.device import COMMAND, Device
from edge.home.tasmota.lights import lights
from edge.home.tasmota.parts import Part, fan, relays, shutters, switches
from edge.home.tasmota.sensors import battery, sensors
from edge.types import Message

log = logging.getLogger(__name__)

TASMOTA_FILTER = "tasmota/discovery/#"
LARGEST = 1 << 16
"""Characters of a message. One with 32 relays has 2,500."""
_TOPIC = re.compile(r"tasmota/discovery/([A-Za-z0-9_-]{1,40})/(config|sensors)")


def is_tasmota(topic: str) -> bool:
    """Whether a topic is one of Tasmota's discovery."""
    return _TOPIC.fullmatch(topic) is not None


def device_of(topic: str) -> str:
    """What the two topics of a device have in common. Raises `DiscoveryError`."""
    if (match := _TOPIC.fullmatch(topic)) is None:
        raise DiscoveryError(f"{topic}: expected tasmota/discovery/…/config or …/sensors.")
    return f"tasmota/discovery/{match[1]}"


def read_tasmota(
    topic: str,
    config: str,
    sensors_payload: str = "",
    *,
    problem: Problem = log.warning,
    now: Callable[[], datetime] = local_now,
) -> tuple[MqttEntity, ...]:
    """The entities of a device, out of its two messages; none without its `config`.

    `topic` is either of the two. What cannot be used is left out, and `problem` hears of it. Raises
    `DiscoveryError` when nothing can be used.
    """
    device = _device(topic, config)
    if device is None:
        return ()
    entities = []
    for part in _parts(device, _sensors(topic, sensors_payload, problem), problem):
        try:
            entities.append(_entity(device, part, problem, now))
        except DiscoveryError as error:
            problem(str(error))
    return tuple(entities)


def questions(topic: str, config: str) -> tuple[Message, ...]:
    """What to send to a device so that it tells all it knows; nothing to one that is gone or
    asleep. Raises `DiscoveryError`."""
    device = _device(topic, config)
    if device is None or device.flag("dslp"):
        return ()
    return (
        Message(device.topic(COMMAND, "STATE"), ""),
        Message(device.topic(COMMAND, "STATUS"), "10"),
    )


def _device(topic: str, config: str) -> Device | None:
    origin = f"{device_of(topic)}/config"
    if not config.strip():
        return None
    device = Device(origin, _content(origin, config))
    if device.number("ver") != 1:
        found = device.values.get("ver")
        raise DiscoveryError(f"{origin}: expected version 1 of this discovery, found {found!r}.")
    if f"/{device.mac}/" not in origin:
        raise DiscoveryError(f"{origin}: expected this device's MAC, found {device.mac}.")
    return device


def _sensors(topic: str, payload: str, problem: Problem) -> Mapping[str, Any]:
    if not payload.strip():
        return {}
    origin = f"{device_of(topic)}/sensors"
    try:
        told = _content(origin, payload).get("sn")
    except DiscoveryError as error:
        problem(str(error))
        return {}
    return told if isinstance(told, Mapping) else {}


def _content(origin: str, payload: str) -> Mapping[str, Any]:
    if len(payload) > LARGEST:
        raise DiscoveryError(
            f"{origin}: expected at most {LARGEST:,} characters, found {len(payload):,}."
        )
    try:
        content = parsed(payload)
    except ValueError as error:
        raise DiscoveryError(f"{origin}: expected JSON, found {payload[:60]!r}.") from error
    if not isinstance(content, Mapping):
        raise DiscoveryError(f"{origin}: expected a JSON object, found {payload[:60]!r}.")
    return content


def _parts(device: Device, told: Mapping[str, Any], problem: Problem) -> Iterator[Part]:
    for make in (relays, lights, fan, shutters, switches, battery):
        yield from make(device)
    yield from sensors(device, told, problem)


def _entity(
    device: Device, part: Part, problem: Problem, now: Callable[[], datetime]
) -> MqttEntity:
    described = device.device
    unique_id = f"{device.mac}_{part.kind}_{part.key}"
    shared = {
        "device": described,
        "origin": {"name": "Tasmota", "sw_version": described["sw_version"]},
        "unique_id": unique_id,
        **device.availability(),
    }

    def configured(values: Mapping[str, Any]) -> Config:
        return Config(device.origin, {**values, **shared}, problem, now)

    whole = configured(part.config)
    make = COMPONENTS[part.kind]
    wiring = make(whole)
    further = (reader for values in part.further for reader in make(configured(values)).readers)
    readers = (replace(reader, takes_empty=False) for reader in (*wiring.readers, *further))
    wiring = replace(wiring, readers=tuple(readers))
    return announced_entity(part.kind, unique_id, whole, wiring)
