"""Which of Home Assistant's entities are spoken to: those that its owner exposes to Assist.

What nobody has decided on is exposed as Home Assistant 2026.2 would do it: by domain, and sensors
by device class, unless they are hidden or tell of the device itself. It is stricter than earlier
versions, which exposed locks and scripts too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge.home_assistant.registries import Registered, Registries

DOMAINS = frozenset(
    {
        "climate", "cover", "fan", "humidifier", "light", "media_player", "scene", "switch",
        "todo", "vacuum", "water_heater",
    }
)  # fmt: skip
DEVICE_CLASSES: Mapping[str, frozenset[str]] = {
    "binary_sensor": frozenset(
        {"door", "garage_door", "lock", "motion", "opening", "presence", "window"}
    ),
    "sensor": frozenset(
        {
            "aqi", "carbon_dioxide", "carbon_monoxide", "humidity", "pm10", "pm25", "temperature",
            "volatile_organic_compounds",
        }
    ),
}  # fmt: skip


def is_exposed(entity_id: str, registries: Registries, attributes: Mapping[str, Any]) -> bool:
    """Whether an entity is exposed to Assist. `attributes` are those of its state."""
    registered = registries.entities.get(entity_id)
    if registered is not None and registered.disabled:
        return False
    decided = registries.exposed.get(entity_id)
    if registered is not None and registered.exposed is not None:
        decided = registered.exposed
    if decided is not None:
        return decided
    return registries.expose_new and _by_default(entity_id, registered, attributes)


def _by_default(
    entity_id: str, registered: Registered | None, attributes: Mapping[str, Any]
) -> bool:
    if registered is not None and (registered.hidden or registered.category is not None):
        return False
    domain = entity_id.partition(".")[0]
    told = attributes.get("device_class")
    if not isinstance(told, str):
        told = registered.device_class if registered is not None else None
    return domain in DOMAINS or told in DEVICE_CLASSES.get(domain, ())
