"""Virtual devices, one kind a module: what each announces, tells and obeys on MQTT."""

from __future__ import annotations

from collections.abc import Mapping

from edge.home.appliances.appliance import Appliance
from edge.home.appliances.climate import CLIMATE
from edge.home.appliances.fan import FAN
from edge.home.appliances.humidifier import HUMIDIFIER
from edge.home.appliances.light import LIGHT
from edge.home.appliances.media_player import MEDIA_PLAYER
from edge.home.appliances.openers import COVER, VALVE
from edge.home.appliances.sensor import SENSOR
from edge.home.appliances.service import service_appliance
from edge.home.appliances.switches import ALARM, BINARY_SENSOR, LOCK, SIREN, STATELESS, SWITCH
from edge.home.appliances.vacuum import VACUUM
from edge.home.appliances.values import NUMBER, SELECT

APPLIANCES: Mapping[str, Appliance] = {
    "alarm_control_panel": ALARM,
    "binary_sensor": BINARY_SENSOR,
    "button": STATELESS,
    "climate": CLIMATE,
    "cover": COVER,
    "fan": FAN,
    "humidifier": HUMIDIFIER,
    "light": LIGHT,
    "lock": LOCK,
    "media_player": MEDIA_PLAYER,
    "number": NUMBER,
    "scene": STATELESS,
    "select": SELECT,
    "sensor": SENSOR,
    "siren": SIREN,
    "switch": SWITCH,
    "vacuum": VACUUM,
    "valve": VALVE,
}


def appliance(domain: str) -> Appliance:
    """The kind of virtual device for a domain; one that takes service calls when none is listed."""
    return APPLIANCES.get(domain) or service_appliance(domain)
