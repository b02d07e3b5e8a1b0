"""The home graph that Home Assistant's registries and states make.

An entity is called what Home Assistant shows: the name its state tells, or the owner's name, or the
device's name and its own. It is in its own area, or else in its device's. Its attributes here are
those that tell what it can do; the live ones are in its state.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from edge.home.graph import Entity, Home, name_from_id
from edge.home_assistant.exposure import is_exposed
from edge.home_assistant.registries import Registered, Registries, clean
from edge.types import EntityState

MQTT = "mqtt"
CAPABILITIES = frozenset(
    {
        "available_modes", "fan_modes", "hvac_modes", "max_humidity", "max_temp", "min_humidity",
        "min_temp", "preset_modes", "supported_color_modes", "unit_of_measurement",
    }
)  # fmt: skip
"""Attributes that tell what an entity can do, and hardly ever change."""


def home_of(
    registries: Registries,
    states: Mapping[str, EntityState],
    *,
    node: str,
    owned: frozenset[str] = frozenset(),
) -> Home:
    """The home of what is exposed, or `owned`: named in the owner's home file.

    The device that is Lares itself, called `node` over MQTT, is left out.
    """
    areas = {area.id for area in registries.areas}
    entities = tuple(
        _entity(entity_id, registries, _attributes(states, entity_id), areas)
        for entity_id in dict.fromkeys((*registries.entities, *states))
        if _is_followed(entity_id, registries, states, owned, node)
    )
    return Home(registries.floors, registries.areas, entities)


def is_as_told(entity: Entity, attributes: Mapping[str, Any]) -> bool:
    """Whether an entity is still what the attributes of its state tell it to be."""
    name = clean(attributes.get("friendly_name"))
    capabilities = dict(_capabilities(attributes))
    return name in (None, entity.name) and capabilities == entity.state.attributes


def _is_followed(
    entity_id: str,
    registries: Registries,
    states: Mapping[str, EntityState],
    owned: frozenset[str],
    node: str,
) -> bool:
    registered = registries.entities.get(entity_id)
    device = registries.devices.get((registered and registered.device) or "")
    if device is not None and f"lares_{node}" in device.identifiers:
        return False
    if entity_id in owned:
        return registered is None or not registered.disabled
    return is_exposed(entity_id, registries, _attributes(states, entity_id))


def _entity(
    entity_id: str, registries: Registries, attributes: Mapping[str, Any], areas: set[str]
) -> Entity:
    registered = registries.entities.get(entity_id) or Registered(entity_id)
    device = registries.devices.get(registered.device or "")
    area = registered.area or (device.area if device is not None else None)
    told = attributes.get("device_class")
    return Entity(
        id=entity_id,
        name=clean(attributes.get("friendly_name"))
        or _name(registered, device.name if device is not None else None),
        area=area if area in areas else None,
        aliases=registered.aliases,
        device_class=registered.device_class or (told if isinstance(told, str) else None),
        state=EntityState("unknown", dict(_capabilities(attributes))),
        unique_id=(registered.unique_id or None) if registered.platform == MQTT else None,
    )


def _name(registered: Registered, device: str | None) -> str:
    if registered.name is not None:
        return registered.name
    parts = (device if registered.has_entity_name else None, registered.original_name)
    return " ".join(part for part in parts if part) or name_from_id(registered.id)


def _capabilities(attributes: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in attributes.items() if name in CAPABILITIES)


def _attributes(states: Mapping[str, EntityState], entity_id: str) -> Mapping[str, Any]:
    state = states.get(entity_id)
    return {} if state is None else state.attributes
