"""The components of MQTT discovery that Lares understands, by Home Assistant's name for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from edge.home.components.alarm import alarm_control_panel
from edge.home.components.climate import climate
from edge.home.components.covers import cover, valve
from edge.home.components.fan import fan
from edge.home.components.humidifier import humidifier
from edge.home.components.light import light
from edge.home.components.machines import lawn_mower, update
from edge.home.components.media_player import media_player
from edge.home.components.sensors import binary_sensor, device_tracker, event, sensor
from edge.home.components.switches import button, lock, scene, siren, switch
from edge.home.components.vacuum import vacuum
from edge.home.components.values import number, select, text
from edge.home.components.water_heater import water_heater
from edge.home.components.wiring import Config, Wiring

COMPONENTS: Mapping[str, Callable[[Config], Wiring]] = {
    "alarm_control_panel": alarm_control_panel,
    "binary_sensor": binary_sensor,
    "button": button,
    "climate": climate,
    "cover": cover,
    "device_tracker": device_tracker,
    "event": event,
    "fan": fan,
    "humidifier": humidifier,
    "lawn_mower": lawn_mower,
    "light": light,
    "lock": lock,
    "media_player": media_player,
    "number": number,
    "scene": scene,
    "select": select,
    "sensor": sensor,
    "siren": siren,
    "switch": switch,
    "text": text,
    "update": update,
    "vacuum": vacuum,
    "valve": valve,
    "water_heater": water_heater,
}
PASSED_OVER = frozenset(
    {"camera", "date", "datetime", "device_automation", "image", "infrared", "notify", "remote",
     "tag", "time"}
)  # fmt: skip
"""Components that no voice assistant speaks of. zigbee2mqtt announces hundreds of
`device_automation`; nothing is said about any of them."""
