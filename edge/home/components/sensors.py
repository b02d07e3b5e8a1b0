"""MQTT components that only tell: sensor and binary_sensor.

Source: Home Assistant's documentation of "MQTT sensor" and "MQTT binary sensor". `expire_after` and
`off_delay` are not followed: a value holds until the next one.
"""

from __future__ import annotations

from dataclasses import replace

from edge.home.components.wiring import UNKNOWN, Config, Wiring, state_of
from edge.types import EntityState


def sensor(config: Config) -> Wiring:
    """A value with a unit."""
    told = ("unit_of_measurement", "state_class")
    return Wiring(
        config.reader("state_topic", "value_template", _read),
        attributes={key: config.values[key] for key in told if config.values.get(key)},
    )


def binary_sensor(config: Config) -> Wiring:
    """On or off; what that means is in the device class."""
    on, off = config.text("payload_on", "ON"), config.text("payload_off", "OFF")
    return Wiring(config.reader("state_topic", "value_template", state_of({on: "on", off: "off"})))


def _read(value: str, state: EntityState) -> EntityState | None:
    if value == "":
        return None
    return replace(state, state=UNKNOWN if value == "None" else value)
