"""What an announced entity is called, where it is, how it is reached, and whether one speaks to it.

The rules for names and ids are Home Assistant's: the device's name comes first and the entity's own
after it; the id is the component's name, a dot, and what `default_entity_id` or `object_id` say or
the name suggests. The part before the dot is always the component's, so that no switch can pass for
a lock.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from edge.home.components.wiring import (
    UNKNOWN,
    Change,
    Config,
    DiscoveryError,
    Reader,
    Wiring,
    cleaned,
    state_of,
)
from edge.home.graph import Entity
from edge.home.json_payload import parsed
from edge.home.mqtt_entity import UNAVAILABLE, Availability, MqttEntity
from edge.types import EntityState

TELLS_CLASS = ("sensor", "binary_sensor")
"""Components that measure: a battery's class is worth speaking of, and what they tell expires."""
NAMED_BY_CLASS = ("binary_sensor", "button", "event", "number", "sensor", "update")
"""Components whose default name is their device class."""
CLASS_NAMES = {
    "aqi": "Air quality index",
    "battery_charging": "Charging",
    "energy_storage": "Stored energy",
    "enum": "",
    "ph": "pH",
    "pm1": "PM1",
    "pm10": "PM10",
    "pm25": "PM2.5",
    "volatile_organic_compounds": "VOCs",
    "volatile_organic_compounds_parts": "VOCs",
    "volume_storage": "Stored volume",
}
"""Names of device classes that are not the class itself."""
TELLS_STATE = ("fan", "humidifier", "light", "lock", "siren", "switch")
"""Components whose one state topic confirms what they were told; without it nothing does."""
NOT_SPOKEN_TO = ("config", "diagnostic")
"""Entity categories that Home Assistant keeps from its voice assistant too."""
NOT_FROM_ATTRIBUTES = frozenset({"device_class", "entity_id", "friendly_name", "restored", "state"})
"""What no attributes topic may tell; nor what the component itself tells."""
LONGEST_ID = 100
LARGEST_ATTRIBUTES = 1 << 14
"""Characters; Home Assistant records no larger ones either."""
_OBJECT_ID = re.compile(rf"[\w -]{{1,{LONGEST_ID}}}")


def announced_entity(kind: str, unique_id: str, config: Config, wiring: Wiring) -> MqttEntity:
    """The entity of one component; `unique_id` is what it is called where it does not say so
    itself. Raises `DiscoveryError`."""
    device = _inner(config, "device")
    name = _name(kind, config, device)
    area = cleaned(str(device.get("suggested_area") or ""))
    device_class = cleaned(config.text("device_class"), 60) or None
    if device_class:
        wiring = replace(wiring, attributes={"device_class": device_class, **wiring.attributes})
    attributes = config.reader(
        "json_attributes_topic", "json_attributes_template", _reads_attributes(kind, wiring)
    )
    return MqttEntity(
        entity=Entity(
            id=_entity_id(kind, config, name),
            name=name,
            area=slug(area) if area else None,
            device_class=device_class,
            state=EntityState(UNKNOWN, wiring.attributes),
        ),
        wiring=replace(wiring, readers=(*wiring.readers, *attributes)),
        unique_id=cleaned(config.text("unique_id"), 255) or unique_id,
        suggested_area=area or None,
        availability=_availability(config),
        exposed=_is_spoken_to(kind, config, device_class),
        assumed=_is_assumed(kind, config, wiring),
        origin=_origin(config),
        state_topic=config.topic_filter("state_topic"),
        expires_after_s=_seconds(config, "expire_after") if kind in TELLS_CLASS else None,
        off_delay_s=_seconds(config, "off_delay") if kind == "binary_sensor" else None,
    )


def slug(name: str) -> str:
    """A name as an id: "Küche 2" → "kuche_2"."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:LONGEST_ID] or "unnamed"


def _inner(config: Config, key: str) -> Mapping[str, Any]:
    """An object in the configuration; an empty one for anything else."""
    inner = config.values.get(key)
    return inner if isinstance(inner, Mapping) else {}


def _name(kind: str, config: Config, device: Mapping[str, Any]) -> str:
    """The name as it is shown: the device's, and after it the entity's own where it has one.

    A `name` of null, or none, makes the entity the device's main one; sensors without a name are
    called by class.
    """
    device_name = device.get("name")
    device_name = cleaned(str(device_name)) if isinstance(device_name, str | int | float) else ""
    own = cleaned(config.text("name"))
    if not own and "name" not in config.values and kind in NAMED_BY_CLASS:
        device_class = config.text("device_class")
        usual = cleaned(device_class.replace("_", " ")).capitalize()
        own = CLASS_NAMES.get(device_class, usual)
    if not own:
        return device_name or f"MQTT {kind.replace('_', ' ')}"
    if not device_name or own.casefold().startswith(device_name.casefold()):
        return own
    return f"{device_name} {own}"


def _entity_id(kind: str, config: Config, name: str) -> str:
    wanted = config.text("default_entity_id").rpartition(".")[2]
    if _OBJECT_ID.fullmatch(wanted):
        return f"{kind}.{wanted}"
    return f"{kind}.{slug(config.text('object_id') or name)}"


def _is_spoken_to(kind: str, config: Config, device_class: str | None) -> bool:
    """No settings and diagnoses, except how full a battery is."""
    if kind in TELLS_CLASS and device_class == "battery":
        return True
    hidden = config.text("entity_category") in NOT_SPOKEN_TO
    return not hidden and config.flag("enabled_by_default", default=True)


def _is_assumed(kind: str, config: Config, wiring: Wiring) -> bool:
    silent = kind in TELLS_STATE and not config.text("state_topic")
    return config.flag("optimistic") or wiring.assumed or silent or not wiring.readers


def _origin(config: Config) -> str:
    origin = _inner(config, "origin")
    told = (origin.get(key) for key in ("name", "sw_version"))
    return cleaned(" ".join(part for part in told if isinstance(part, str)))


def _seconds(config: Config, key: str) -> float | None:
    seconds = config.number(key, 0)
    return seconds if seconds > 0 else None


def _reads_attributes(kind: str, wiring: Wiring) -> Change:
    """Takes attributes in, instead of those that were told so before; but none that the component
    tells itself."""
    own = OWN_ATTRIBUTES.get(kind, frozenset()) | NOT_FROM_ATTRIBUTES
    own |= wiring.attributes.keys() - {"supported_features"}
    stays = own | wiring.attributes.keys()
    replaces = kind in OWN_ATTRIBUTES or kind in NOTHING_OF_THEIR_OWN

    def change(value: str, state: EntityState) -> EntityState:
        if len(value) > LARGEST_ATTRIBUTES:
            raise ValueError(f"attributes have at most {LARGEST_ATTRIBUTES} characters")
        payload = parsed(value)
        if not isinstance(payload, Mapping):
            raise ValueError("expected a JSON object")
        told = {name: item for name, item in payload.items() if name not in own}
        kept = {n: v for n, v in state.attributes.items() if n in stays or not replaces}
        return replace(state, attributes={**kept, **told})

    return change


NOTHING_OF_THEIR_OWN = ("binary_sensor", "button", "scene", "switch")
"""Components that tell no attributes on topics of their own."""
OWN_ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "climate": frozenset(
        {
            "current_humidity", "current_temperature", "fan_mode", "fan_modes", "humidity",
            "hvac_action", "hvac_modes", "max_humidity", "max_temp", "min_humidity", "min_temp",
            "preset_mode", "preset_modes", "swing_horizontal_mode", "swing_horizontal_modes",
            "swing_mode", "swing_modes", "target_temp_high", "target_temp_low", "target_temp_step",
            "temperature",
        }
    ),
    "cover": frozenset({"current_position", "current_tilt_position"}),
    "event": frozenset({"event_type", "event_types"}),
    "fan": frozenset(
        {"direction", "oscillating", "percentage", "percentage_step", "preset_mode", "preset_modes"}
    ),
    "humidifier": frozenset(
        {"action", "available_modes", "current_humidity", "humidity", "max_humidity",
         "min_humidity", "mode"}
    ),
    "light": frozenset(
        {
            "brightness", "color", "color_mode", "color_temp", "color_temp_kelvin", "effect",
            "effect_list", "hs_color", "max_color_temp_kelvin", "min_color_temp_kelvin",
            "rgb_color", "rgbw_color", "rgbww_color", "supported_color_modes", "xy_color",
        }
    ),
    "lock": frozenset({"changed_by", "code_format"}),
    "number": frozenset({"max", "min", "mode", "step"}),
    "select": frozenset({"options"}),
    "sensor": frozenset({"options", "state_class", "unit_of_measurement"}),
    "siren": frozenset({"available_tones", "duration", "tone", "volume_level"}),
    "text": frozenset({"max", "min", "mode", "pattern"}),
    "valve": frozenset({"current_position"}),
    "water_heater": frozenset(
        {"current_temperature", "max_temp", "min_temp", "operation_list", "operation_mode",
         "temperature"}
    ),
}  # fmt: skip
"""Attributes of each component that only its own topics tell. From Home Assistant's MQTT
integration, which bars the same."""


def _availability(config: Config) -> Availability:
    """The topics of an `availability` list, or the single `availability_topic`."""
    several = config.values.get("availability") or []
    if not isinstance(several, list):
        raise config.wrong("availability", "a list")
    single = {
        "topic": config.text("availability_topic"),
        "payload_available": config.text("payload_available", "online"),
        "payload_not_available": config.text("payload_not_available", "offline"),
        "value_template": config.text("availability_template") or None,
    }
    readers: list[Reader] = []
    for item in several or [single]:
        one = Config(config.origin, item, config.problem)
        online = one.text("payload_available", "online")
        offline = one.text("payload_not_available", "offline")
        states = state_of({online: "online", offline: UNAVAILABLE})
        readers += one.reader("topic", "value_template", states)
    mode = config.text("availability_mode", "latest")
    if mode not in ("all", "any", "latest"):
        raise DiscoveryError(
            f"{config.origin}: expected all, any or latest for availability_mode, "
            f"found {mode[:40]!r}."
        )
    return Availability(tuple(readers), mode)
