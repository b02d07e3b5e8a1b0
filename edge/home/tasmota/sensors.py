"""The sensors of a Tasmota device, out of an example of what they tell.

    {"sn": {"Time": "…", "AM2301": {"Temperature": 21.5, "Humidity": 44.0}, "TempUnit": "C"}}

Each value of each sensor becomes an entity with the class and unit that its name stands for. It is
called by what it measures, and by its sensor besides where the device measures that more than once.
Energy meters tell a value a phase, as a list. Source: Tasmota's documentation and hatasmota's table
of sensors.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from edge.home.components.wiring import Problem
from edge.home.tasmota.device import RESULT, TELEMETRY, Device
from edge.home.tasmota.parts import Part, is_plain

MOST_VALUES = 200
NO_SENSORS = ("PN532", "RDM6300")
"""Readers of cards and tags, whose values come once and go."""
OF_THE_CHIP = ("ESP32", "ESP8266")
"""What these measure is the device itself."""
Path = tuple[str | int, ...]

MASS_PER_VOLUME = "µg/m³"
KINDS: Mapping[str, tuple[str | None, str | None]] = {
    "Ambient": ("illuminance", "lx"),
    "Battery": ("battery", "%"),
    "CarbonDioxide": ("carbon_dioxide", "ppm"),
    "CCT": (None, "K"),
    "CF1": ("pm1", MASS_PER_VOLUME),
    "CF2.5": ("pm25", MASS_PER_VOLUME),
    "CF10": ("pm10", MASS_PER_VOLUME),
    "eCO2": ("carbon_dioxide", "ppm"),
    "Current": ("current", "A"),
    "CurrentNeutral": ("current", "A"),
    "Distance": ("distance", "cm"),
    "Energy": ("energy", "kWh"),
    "ExportActive": ("energy", "kWh"),
    "ExportTariff": ("energy", "kWh"),
    "ImportActive": ("energy", "kWh"),
    "Today": ("energy", "kWh"),
    "Total": ("energy", "kWh"),
    "TotalTariff": ("energy", "kWh"),
    "Yesterday": ("energy", "kWh"),
    "Frequency": ("frequency", "Hz"),
    "Humidity": ("humidity", "%"),
    "Illuminance": ("illuminance", "lx"),
    "Moisture": ("moisture", "%"),
    "PhaseAngle": (None, "°"),
    "PM1": ("pm1", MASS_PER_VOLUME),
    "PM2.5": ("pm25", MASS_PER_VOLUME),
    "PM10": ("pm10", MASS_PER_VOLUME),
    "Power": ("power", "W"),
    "ActivePower": ("power", "W"),
    "ApparentPower": ("apparent_power", "VA"),
    "ReactivePower": ("reactive_power", "var"),
    "Factor": ("power_factor", None),
    "TotalStartTime": (None, None),
    "TVOC": ("volatile_organic_compounds_parts", "ppb"),
    "Voltage": ("voltage", "V"),
    "Weight": ("weight", "kg"),
}
"""What a value's name stands for: device class and unit."""
KINDS_WITH_UNIT: Mapping[str, tuple[str | None, str]] = {
    "DewPoint": (None, "TempUnit"),
    "Pressure": ("pressure", "PressureUnit"),
    "SeaPressure": ("pressure", "PressureUnit"),
    "Speed": ("wind_speed", "SpeedUnit"),
    "Temperature": ("temperature", "TempUnit"),
}
"""Those whose unit is the owner's choice: device class, and the key of the message with the unit.
A dew point is no temperature that somebody asks for."""
UNITS = {"C": "°C", "F": "°F"}
NAMES = {
    "Total": "Energy",
    "Today": "Energy today",
    "Yesterday": "Energy yesterday",
    "CarbonDioxide": "CO2",
    "Factor": "Power factor",
    "SeaPressure": "Sea level pressure",
}
"""What a value is called where its own name says too little."""
SETTINGS = ("Id", "TotalStartTime")
"""Values that one does not ask for."""
SHUTTER = "Shutter"
"""How the sensors are called that tell what a shutter tells already."""


@dataclass(frozen=True, slots=True)
class _Value:
    """One value of a sensor."""

    path: Path
    """Where it is in the message: ("ENERGY", "Power", 0)."""
    quantity: str
    """What its name stands for: "Power"."""

    @property
    def measured(self) -> str:
        """What it is called where its sensor need not be named."""
        own = self.path[1:]
        if len(own) == 1:
            return NAMES.get(str(own[0])) or _words(str(own[0]))
        return " ".join(str(step + 1) if isinstance(step, int) else _words(step) for step in own)


def sensors(device: Device, told: Mapping[str, Any], problem: Problem) -> Iterator[Part]:
    """The sensors, out of the object `sn` of a message."""
    values = list(_values(told))
    if len(values) > MOST_VALUES:
        problem(f"{device.origin}: of {len(values)} values only {MOST_VALUES} are used")
    values = values[:MOST_VALUES]
    often = Counter(value.measured for value in values if value.path[0] not in OF_THE_CHIP)
    for value in values:
        yield _sensor(device, value, told, alone=often[value.measured] == 1)


def battery(device: Device) -> Iterator[Part]:
    """How full the battery is, of a device that has one."""
    if device.flag("bat"):
        config = {
            "name": "Battery",
            "device_class": "battery",
            "unit_of_measurement": "%",
            "state_topic": device.topic(TELEMETRY, "STATE"),
            "value_template": "{{ value_json.BatteryPercentage }}",
        }
        yield Part("sensor", "status_sensor_status_battery_percentage", config)


def _values(told: Mapping[str, Any]) -> Iterator[_Value]:
    for name, sensor in told.items():
        if not isinstance(sensor, Mapping) or name in NO_SENSORS or not is_plain(name):
            continue
        for inner, value in sensor.items():
            if not is_plain(inner):
                continue
            quantity = inner.rstrip("0123456789") if name == "ANALOG" else inner
            if isinstance(value, Mapping):
                for innermost in value:
                    if is_plain(innermost):
                        known = innermost in KINDS or innermost in KINDS_WITH_UNIT
                        yield _Value((name, inner, innermost), innermost if known else quantity)
            elif isinstance(value, list):
                for index in range(len(value)):
                    yield _Value((name, inner, index), quantity)
            else:
                yield _Value((name, inner), quantity)


def _sensor(device: Device, value: _Value, told: Mapping[str, Any], *, alone: bool) -> Part:
    kind, unit = KINDS.get(value.quantity, (None, None))
    if value.quantity in KINDS_WITH_UNIT:
        kind, key = KINDS_WITH_UNIT[value.quantity]
        unit = str(told.get(key) or "")[:20] or None
    sensor = str(value.path[0])
    whole = " ".join(str(step + 1 if isinstance(step, int) else step) for step in value.path)
    path = "".join(f"[{step!r}]" for step in value.path)
    readings = [
        {"state_topic": topic, "value_template": f"{{{{ {root}{path} }}}}"}
        for topic, root in (
            (device.topic(TELEMETRY, "SENSOR"), "value_json"),
            (device.topic(RESULT, "STATUS10"), "value_json['StatusSNS']"),
        )
    ]
    config: dict[str, Any] = {
        "name": value.measured if alone else f"{_words(sensor)} {value.measured}",
        "object_id": f"{device.name} {whole}",
        **({"device_class": kind} if kind else {}),
        **({"unit_of_measurement": UNITS.get(unit, unit)} if unit else {}),
        **readings[0],
    }
    if sensor in OF_THE_CHIP or sensor.startswith(SHUTTER) or value.quantity in SETTINGS:
        config["entity_category"] = "diagnostic"
    key = "_".join(str(step) for step in value.path)
    return Part("sensor", f"sensor_{key}", config, tuple(readings[1:]))


def _words(name: str) -> str:
    """A name of Tasmota's as words: "DewPoint" → "Dew point", "ENERGY" → "Energy",
    "Illuminance1" → "Illuminance 1"."""
    if name.isupper() and name.isalpha() and len(name) > 4:
        return name.capitalize()
    apart = "".join(
        f" {sign.lower()}" if before.islower() and (sign.isupper() or sign.isdigit()) else sign
        for before, sign in zip(" " + name, name, strict=False)
    )
    return apart.replace("_", " ").strip()
