"""The components of MQTT discovery that Lares understands, by Home Assistant's name for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from edge.home.components.climate import climate
from edge.home.components.covers import cover, valve
from edge.home.components.fan import fan
from edge.home.components.humidifier import humidifier
from edge.home.components.light import light
from edge.home.components.media_player import media_player
from edge.home.components.sensors import binary_sensor, sensor
from edge.home.components.switches import button, lock, scene, switch
from edge.home.components.vacuum import vacuum
from edge.home.components.wiring import Config, Wiring

COMPONENTS: Mapping[str, Callable[[Config], Wiring]] = {
    "binary_sensor": binary_sensor,
    "button": button,
    "climate": climate,
    "cover": cover,
    "fan": fan,
    "humidifier": humidifier,
    "light": light,
    "lock": lock,
    "media_player": media_player,
    "scene": scene,
    "sensor": sensor,
    "switch": switch,
    "vacuum": vacuum,
    "valve": valve,
}
