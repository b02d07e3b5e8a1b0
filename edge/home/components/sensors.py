"""MQTT components that only tell: sensor, binary_sensor, device_tracker, event.

A sensor whose value is not heard again within `expire_after` seconds is unavailable, and a
binary_sensor with `off_delay` is off again after it; `edge.home.mqtt_entity` tells both to whoever
follows it. A sensor with a unit, or of a class that measures, tells numbers and nothing else; the
others may tell nothing too, as a button does after it was pressed. The state of an event is the
time at which it last happened, and what happened is in the attribute `event_type`.

Source: Home Assistant's documentation of "MQTT sensor", "MQTT binary sensor", "MQTT device tracker"
and "MQTT event".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from edge.home.components.wiring import (
    UNKNOWN,
    Change,
    Config,
    DiscoveryError,
    Wiring,
    finite,
    short,
    state_of,
)
from edge.home.json_payload import parsed
from edge.types import EntityState

NOT_A_NUMBER = ("", "date", "enum", "timestamp", "uptime")
"""Classes of sensors whose value need not be a number."""
NUMBER_KEYS = ("state_class", "suggested_display_precision", "unit_of_measurement")
"""What makes any sensor's value a number."""


def sensor(config: Config) -> Wiring:
    """A value with a unit, or one of several words."""
    options = config.words("options")
    reads = _reads_value(config, options)
    return Wiring(
        config.reader("state_topic", "value_template", reads, takes_empty=not _is_numeric(config)),
        attributes={
            **config.told("unit_of_measurement", "state_class"),
            **({"options": list(options)} if options else {}),
        },
    )


def _is_numeric(config: Config) -> bool:
    """Whether the value must be a number: one with a unit, or of a class that measures."""
    measures = config.text("device_class") not in NOT_A_NUMBER
    return measures or any(config.text(key) for key in NUMBER_KEYS)


def _moment(value: str) -> str:
    """A time in UTC; "unknown" for what is none, or one of no known zone."""
    try:
        told = datetime.fromisoformat(value.strip())
    except ValueError:
        return UNKNOWN
    return told.astimezone(UTC).isoformat(timespec="seconds") if told.tzinfo else UNKNOWN


def _reads_value(config: Config, options: tuple[str, ...]) -> Change:
    numeric, moment = _is_numeric(config), config.text("device_class") == "timestamp"

    def change(value: str, state: EntityState) -> EntityState:
        if value == "None":
            return replace(state, state=UNKNOWN)
        if options and value not in options:
            raise ValueError(f"expected one of {', '.join(options)}"[:200])
        if numeric:
            finite(value)
        return replace(state, state=_moment(value) if moment else short(value))

    return change


def binary_sensor(config: Config) -> Wiring:
    """On or off; what that means is in the device class."""
    on, off = config.text("payload_on", "ON"), config.text("payload_off", "OFF")
    return Wiring(config.reader("state_topic", "value_template", state_of({on: "on", off: "off"})))


def device_tracker(config: Config) -> Wiring:
    """Home, not at home, or the name of the zone that something is in."""
    states = {
        config.text("payload_home", "home"): "home",
        config.text("payload_not_home", "not_home"): "not_home",
    }
    reset = config.text("payload_reset", "None")

    def change(value: str, state: EntityState) -> EntityState:
        if value == reset:
            return replace(state, state=UNKNOWN)
        return replace(state, state=states.get(value, short(value)))

    return Wiring(
        config.reader("state_topic", "value_template", change),
        attributes=config.told("source_type"),
    )


def event(config: Config) -> Wiring:
    """Something that happens: a doorbell, a button's double click."""
    types = config.words("event_types")
    if not types:
        raise DiscoveryError(f"{config.origin}: expected event_types, found none.")

    def change(value: str, state: EntityState) -> EntityState | None:
        if value in ("None", "{}"):
            return None
        payload = parsed(value)
        if not isinstance(payload, Mapping) or "event_type" not in payload:
            raise ValueError('expected an object with "event_type"')
        if (kind := str(payload["event_type"])) not in types:
            raise ValueError(f"expected one of {', '.join(types)}"[:200])
        time = config.now().astimezone(UTC).isoformat(timespec="milliseconds")
        known = {key: state.attributes[key] for key in told if key in state.attributes}
        return EntityState(time, {**payload, **known, "event_type": kind})

    told = ("event_types", "device_class")
    return Wiring(
        config.reader("state_topic", "value_template", change),
        attributes={"event_types": list(types)},
    )
