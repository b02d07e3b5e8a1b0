"""MQTT vacuum cleaners: start, stop, pause, go home.

The state topic carries an object {"state": "docked", "battery_level": 61, "fan_speed": "off"};
states are "cleaning", "docked", "paused", "idle", "returning" and "error".

Source: Home Assistant's documentation of "MQTT vacuum".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from edge.home.components.wiring import (
    Config,
    Wiring,
    need,
    offered,
    press,
    with_attributes,
)
from edge.types import EntityState

FEATURES = ("start", "stop", "return_home", "status", "battery", "clean_spot")
"""What a device without `supported_features` has."""
SERVICES = {
    "start": "start",
    "stop": "stop",
    "pause": "pause",
    "return_to_base": "return_home",
    "locate": "locate",
    "clean_spot": "clean_spot",
}
"""Service → the feature it needs."""


def vacuum(config: Config) -> Wiring:
    """The wiring of a vacuum cleaner."""
    send = config.sender("command_topic")
    set_speed = config.sender("set_fan_speed_topic")
    features = config.words("supported_features") or FEATURES
    return Wiring(
        config.reader("state_topic", "value_template", _read),
        offered(
            {
                **{
                    service: press(
                        send if feature in features else None,
                        config.text(f"payload_{service}", service),
                    )
                    for service, feature in SERVICES.items()
                },
                "set_fan_speed": (lambda data: (set_speed(need(data, "fan_speed")),))
                if set_speed
                else None,
            }
        ),
    )


def _read(value: str, state: EntityState) -> EntityState:
    payload = json.loads(value)
    if not isinstance(payload, Mapping):
        raise ValueError("expected a JSON object")
    if (name := payload.get("state")) is not None:
        state = replace(state, state=str(name))
    kept = {key: payload[key] for key in ("battery_level", "fan_speed") if key in payload}
    return with_attributes(state, kept)
