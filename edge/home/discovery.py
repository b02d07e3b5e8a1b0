"""Home Assistant's MQTT discovery: from a configuration message to entities with topics.

    homeassistant/<component>/[<node>/]<object>/config    one entity
    homeassistant/device/[<node>/]<object>/config         a device with several, in its `components`
    an empty payload                                      the device is gone

A message is read in this order: it is refused where it is too large, short keys become long ones,
`~` becomes the base topic, a device's message is split into its components, and each component's
module (`edge.home.components`) makes its wiring. Then the entity gets its name, id, area and
availability (`edge.home.announced`) by Home Assistant's rules. Whatever a message holds, it is read
or it is a `DiscoveryError`. Source: Home Assistant's documentation of "MQTT discovery".
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from edge.home.abbreviations import DEVICE_KEYS, KEYS, ORIGIN_KEYS
from edge.home.announced import announced_entity
from edge.home.components import COMPONENTS, PASSED_OVER
from edge.home.components.service import SCHEMA, service
from edge.home.components.wiring import Config, DiscoveryError, Problem, Wiring, local_now
from edge.home.json_payload import parsed
from edge.home.mqtt_entity import MqttEntity

log = logging.getLogger(__name__)

PREFIX = "homeassistant"
LARGEST = 1 << 16
"""Characters of one component's message. The largest that is known, a light with all effects of
WLED or the events of zigbee2mqtt, has 4,000."""
LARGEST_DEVICE = 1 << 20
"""Characters of a device's message. A heating gateway with 300 entities has 200,000."""
MOST_COMPONENTS = 1_000
MOST_AVAILABILITIES = 32
SHARED = (
    "availability", "availability_mode", "availability_template", "availability_topic",
    "command_topic", "device", "encoding", "origin", "payload_available", "payload_not_available",
    "qos", "state_topic",
)  # fmt: skip
"""What a device's message says for all of its components."""
_KIND = re.compile(r"[a-z][a-z0-9_]{0,40}")


@dataclass(frozen=True, slots=True)
class _Component:
    """One component of a discovery message, its keys long and its topics whole."""

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


def read_discovery(
    topic: str,
    payload: str,
    *,
    problem: Problem = log.warning,
    now: Callable[[], datetime] = local_now,
) -> tuple[MqttEntity, ...]:
    """The entities that a discovery message announces; none when it takes its device away, and none
    for the components that no voice assistant speaks of.

    What cannot be used is left out, and `problem` hears of it: a component of a device, a property
    whose template asks for too much. Raises `DiscoveryError` when nothing of the message can be
    used.
    """
    parts = topic.split("/")
    if len(parts) < 4:
        raise DiscoveryError(f"{topic}: expected prefix/component/object/config.")
    kind, identifier = parts[1], "/".join(parts[2:-1])
    if not payload.strip():
        return ()
    values = _long_keys(_content(topic, payload, LARGEST_DEVICE if kind == "device" else LARGEST))
    passed_over = kind in PASSED_OVER and values.get("schema") != SCHEMA
    if passed_over or values.get("migrate_discovery") is True:
        return ()
    if kind != "device":
        values = _whole_topics(values, values.get("~"))
        component = _Component(kind, f"{kind}/{identifier}", values)
        return (_entity(topic, component, problem, now),)
    entities = []
    for component in _components(topic, identifier, values, problem):
        try:
            entities.append(_entity(topic, component, problem, now))
        except DiscoveryError as error:
            problem(str(error))
    return tuple(entities)


def _content(topic: str, payload: str, largest: int) -> Mapping[str, Any]:
    """The object of a message. Raises `DiscoveryError`."""
    if len(payload) > largest:
        raise DiscoveryError(
            f"{topic}: expected at most {largest:,} characters, found {len(payload):,}."
        )
    try:
        content = parsed(payload)
    except ValueError as error:
        found = f"{payload[:60]!r} ({error})"
        raise DiscoveryError(f"{topic}: expected JSON, found {found}.") from error
    if not isinstance(content, dict):
        raise DiscoveryError(f"{topic}: expected a JSON object, found {payload[:60]!r}.")
    return content


def _long_keys(values: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration with long keys, those of its device, origin and availability included."""
    long = {KEYS.get(key, key): value for key, value in values.items()}
    for name, keys in (("device", DEVICE_KEYS), ("origin", ORIGIN_KEYS)):
        if isinstance(inner := long.get(name), Mapping):
            long[name] = {keys.get(key, key): value for key, value in inner.items()}
    if isinstance(several := long.get("availability"), list | Mapping):
        several = several if isinstance(several, list) else [several]
        long["availability"] = [
            {KEYS.get(key, key): value for key, value in item.items()}
            for item in several[:MOST_AVAILABILITIES]
            if isinstance(item, Mapping)
        ]
    return long


def _whole_topics(values: Mapping[str, Any], base: Any) -> dict[str, Any]:
    """A configuration in whose topics a `~` at one of the ends is the base."""
    if not isinstance(base, str):
        return dict(values)
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
        return base + topic[1:]
    return topic[:-1] + base if topic.endswith("~") else topic


def _components(
    topic: str, identifier: str, values: Mapping[str, Any], problem: Problem
) -> Iterator[_Component]:
    """The components of a device's message, each with what the message says for all of them."""
    components = values.get("components")
    if not isinstance(components, Mapping) or not components:
        raise DiscoveryError(f"{topic}: expected components, found {str(components)[:60]!r}.")
    if len(components) > MOST_COMPONENTS:
        problem(f"{topic}: of {len(components)} components only {MOST_COMPONENTS} are used")
    base = values.get("~")
    shared = _whole_topics({key: values[key] for key in SHARED if key in values}, base)
    for name, item in tuple(components.items())[:MOST_COMPONENTS]:
        if not isinstance(item, Mapping):
            problem(f"{topic}: component {name[:60]!r} is not an object")
            continue
        own = _long_keys(item)
        kind = str(own.get("platform", ""))
        if set(own) <= {"platform"} or kind in PASSED_OVER:
            continue
        own = _whole_topics(own, own.get("~", base))
        yield _Component(kind, f"device/{identifier}/{name}", {**shared, **own})


def _entity(
    topic: str, component: _Component, problem: Problem, now: Callable[[], datetime]
) -> MqttEntity:
    config = Config(topic, component.values, problem, now)
    wiring = _wiring(component.kind, config)
    return announced_entity(component.kind, component.unique_id, config, wiring)


def _wiring(kind: str, config: Config) -> Wiring:
    if config.text("schema") == SCHEMA and _KIND.fullmatch(kind):
        return service(config)
    if kind in COMPONENTS:
        return COMPONENTS[kind](config)
    known = ", ".join(COMPONENTS)
    raise DiscoveryError(
        f'{config.origin}: the component "{kind[:60]}" is not supported. Supported are: {known}.'
    )
