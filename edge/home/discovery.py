"""Home Assistant's MQTT discovery: from a configuration message to entities with topics.

    homeassistant/<component>/[<node>/]<object>/config    one entity
    homeassistant/device/[<node>/]<object>/config         a device with several, in its `components`
    an empty payload                                      the device is gone

A message is read in this order: short keys become long ones, `~` becomes the base topic, a device's
message is split into its components, and each component's module (`edge.home.components`) makes its
wiring. Then the entity gets its name, id, area and availability by Home Assistant's rules. Source:
Home Assistant's documentation of "MQTT discovery".
"""

from __future__ import annotations

import json
import logging
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from edge.home.abbreviations import DEVICE_KEYS, KEYS
from edge.home.components import COMPONENTS
from edge.home.components.service import SCHEMA, service
from edge.home.components.wiring import (
    UNKNOWN,
    Config,
    DiscoveryError,
    Reader,
    state_of,
    with_attributes,
)
from edge.home.graph import Entity
from edge.home.mqtt_entity import UNAVAILABLE, Availability, MqttEntity
from edge.types import EntityState

log = logging.getLogger(__name__)

PREFIX = "homeassistant"
TELLS_CLASS = ("sensor", "binary_sensor")
"""Components whose default name is their device class."""


@dataclass(frozen=True, slots=True)
class _Component:
    """One component of a discovery message, before its keys are read."""

    kind: str
    unique_id: str
    values: Mapping[str, Any]


def discovery_filter(prefix: str = PREFIX) -> str:
    """The topic filter that catches all discovery messages."""
    return f"{prefix}/#"


def is_discovery(topic: str, prefix: str = PREFIX) -> bool:
    """Whether a topic is one of discovery's."""
    return (
        topic.startswith(f"{prefix}/") and topic.endswith("/config") and topic.count("/") in (3, 4)
    )


def read_discovery(topic: str, payload: str) -> tuple[MqttEntity, ...]:
    """The entities that a discovery message announces; none when it takes its device away.

    In a device's message a component that cannot be used is left out and logged. Raises
    `DiscoveryError` when nothing of the message can be used.
    """
    if not payload.strip():
        return ()
    _, kind, *path = topic.split("/")
    identifier = "/".join(path[:-1])
    try:
        content = json.loads(payload)
    except (ValueError, RecursionError) as error:
        found = f"{payload[:60]!r} ({error})"
        raise DiscoveryError(f"{topic}: expected JSON, found {found}.") from error
    if not isinstance(content, dict):
        raise DiscoveryError(f"{topic}: expected a JSON object, found {payload[:60]!r}.")
    values = _long_keys(content)
    if kind != "device":
        return (_entity(topic, _Component(kind, f"{kind}/{identifier}", values)),)
    entities = []
    for component in _components(topic, identifier, values):
        try:
            entities.append(_entity(topic, component))
        except DiscoveryError as error:
            log.warning("%s", error)
    return tuple(entities)


def slug(name: str) -> str:
    """A name as an id: "Küche 2" → "kuche_2"."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_") or "unnamed"


def _long_keys(values: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration with long keys and whole topics."""
    long = {KEYS.get(key, key): value for key, value in values.items()}
    if isinstance(device := long.get("device"), Mapping):
        long["device"] = {DEVICE_KEYS.get(key, key): value for key, value in device.items()}
    if isinstance(several := long.get("availability"), list | Mapping):
        several = several if isinstance(several, list) else [several]
        long["availability"] = [
            {KEYS.get(key, key): value for key, value in item.items()}
            for item in several
            if isinstance(item, Mapping)
        ]
    return _whole_topics(long, long["~"]) if isinstance(long.get("~"), str) else long


def _whole_topics(values: dict[str, Any], base: str) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, str) and (key == "topic" or key.endswith("_topic")):
            whole[key] = _whole_topic(value, base)
        elif key == "availability" and isinstance(value, list):
            whole[key] = [_whole_topics(item, base) for item in value]
        else:
            whole[key] = value
    return whole


def _whole_topic(topic: str, base: str) -> str:
    if topic.startswith("~"):
        topic = base + topic[1:]
    return topic[:-1] + base if topic.endswith("~") else topic


def _components(topic: str, identifier: str, values: dict[str, Any]) -> Iterator[_Component]:
    """The components of a device's message, each with what the message says for all of them."""
    components = values.get("components")
    if not isinstance(components, Mapping) or not components:
        raise DiscoveryError(f"{topic}: expected components, found {str(components)[:60]!r}.")
    shared = {key: value for key, value in values.items() if key not in ("components", "~")}
    for name, item in components.items():
        if not isinstance(item, Mapping):
            log.warning("%s: component %s is not an object", topic, name)
            continue
        own = {KEYS.get(key, key): value for key, value in item.items()}
        if set(own) <= {"platform"}:
            continue
        base = {"~": values["~"]} if "~" in values else {}
        merged = _long_keys({**base, **shared, **own})
        yield _Component(str(own.get("platform", "")), f"device/{identifier}/{name}", merged)


def _entity(topic: str, component: _Component) -> MqttEntity:
    config = Config(topic, component.values)
    if config.text("schema") == SCHEMA:
        wiring = service(config)
    elif component.kind in COMPONENTS:
        wiring = COMPONENTS[component.kind](config)
    else:
        known = ", ".join(COMPONENTS)
        raise DiscoveryError(
            f'{topic}: the component "{component.kind}" is not supported. Supported are: {known}.'
        )
    device = component.values.get("device")
    device = device if isinstance(device, Mapping) else {}
    name = _name(component.kind, config, device)
    area = device.get("suggested_area")
    device_class = config.text("device_class") or None
    if device_class:
        wiring = replace(wiring, attributes={"device_class": device_class, **wiring.attributes})
    extra = config.reader("json_attributes_topic", "json_attributes_template", _read_attributes)
    return MqttEntity(
        entity=Entity(
            id=_entity_id(component.kind, config, name),
            name=name,
            area=slug(area) if isinstance(area, str) and area else None,
            device_class=device_class,
            state=EntityState(UNKNOWN, wiring.attributes),
        ),
        wiring=replace(wiring, readers=(*wiring.readers, *extra)),
        unique_id=config.text("unique_id") or component.unique_id,
        suggested_area=area if isinstance(area, str) and area else None,
        availability=_availability(config),
    )


def _name(kind: str, config: Config, device: Mapping[str, Any]) -> str:
    """The name as it is shown: the device's, and after it the entity's own where it has one.

    A `name` of null, or none, makes the entity the device's main one; sensors without a name are
    called by class.
    """
    device_name = str(device.get("name") or "").strip()
    own = config.text("name").strip()
    if not own and "name" not in config.values and kind in TELLS_CLASS:
        own = config.text("device_class").replace("_", " ").capitalize()
    if not own:
        return device_name or f"MQTT {kind.replace('_', ' ')}"
    if not device_name or own.casefold().startswith(device_name.casefold()):
        return own
    return f"{device_name} {own}"


def _entity_id(kind: str, config: Config, name: str) -> str:
    wanted = config.text("default_entity_id")
    if re.fullmatch(r"[\w-]+\.[\w -]+", wanted):
        return wanted
    return f"{kind}.{slug(config.text('object_id') or name)}"


def _read_attributes(value: str, state: EntityState) -> EntityState:
    payload = json.loads(value)
    if not isinstance(payload, Mapping):
        raise ValueError("expected a JSON object")
    return with_attributes(state, payload)


def _availability(config: Config) -> Availability:
    """The topics of an `availability` list, or the single `availability_topic`."""
    several = config.values.get("availability") or []
    if not isinstance(several, list):
        raise DiscoveryError(
            f"{config.origin}: expected a list for availability, found {several!r}."
        )
    single = [
        {
            "topic": config.text("availability_topic"),
            "payload_available": config.text("payload_available", "online"),
            "payload_not_available": config.text("payload_not_available", "offline"),
            "value_template": config.text("availability_template") or None,
        }
    ]
    readers: list[Reader] = []
    for item in several or single:
        one = Config(config.origin, item)
        online = one.text("payload_available", "online")
        offline = one.text("payload_not_available", "offline")
        states = state_of({online: "online", offline: UNAVAILABLE})
        readers += one.reader("topic", "value_template", states)
    return Availability(tuple(readers), config.text("availability_mode", "latest"))
