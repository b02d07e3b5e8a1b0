"""MQTT vacuum cleaners: start, stop, pause, go home, clean single rooms.

The state topic carries an object {"state": "docked", "battery_level": 61, "fan_speed": "off",
"segments": {"1": "Kitchen"}}; states are "cleaning", "docked", "paused", "idle", "returning" and
"error". Segments are the rooms that the vacuum itself knows. One without a topic for them tells its
features, so that it is not asked for rooms.

Source: Home Assistant's documentation of "MQTT vacuum".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from edge.home.components.wiring import (
    UNKNOWN,
    Command,
    Config,
    Data,
    Send,
    Wiring,
    need,
    offered,
    press,
    sets_one_of,
    with_attributes,
)
from edge.home.json_payload import parsed
from edge.types import EntityState, LaresError, Message

FEATURES = ("start", "stop", "return_home", "status", "battery", "clean_spot")
"""What a device without `supported_features` has."""
STATES = ("cleaning", "docked", "paused", "idle", "returning", "error")
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
    speeds = config.words("fan_speed_list")
    set_speed = sets_one_of(config.sender("set_fan_speed_topic"), "fan_speed", speeds)
    clean = config.sender("clean_segments_command_topic", "clean_segments_command_template")
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
                "set_fan_speed": set_speed,
                "clean_area": _cleans(clean),
                "send_command": _sends(config.sender("send_command_topic")),
            }
        ),
        {
            **({"fan_speed_list": list(speeds)} if speeds else {}),
            **({} if clean else {"supported_features": [name.upper() for name in features]}),
        },
    )


def _sends(send: Send | None) -> Command | None:
    """A command of the maker's own: its name, or an object with it where it has parameters."""
    if send is None:
        return None

    def command(data: Data) -> tuple[Message, ...]:
        name, params = str(need(data, "command")), data.get("params")
        if not isinstance(params, Mapping):
            return (send(name),)
        return (send(json.dumps({"command": name, **params})),)

    return command


def _cleans(send: Send | None) -> Command | None:
    """Cleans the segments given, or, where none are, the areas by their ids."""
    if send is None:
        return None

    def command(data: Data) -> tuple[Message, ...]:
        areas = need(data, "cleaning_area_id")
        rooms = data.get("segments") or areas
        if not isinstance(rooms, list | tuple):
            raise LaresError(f"The service needs a list of rooms to clean; given: {rooms!r}.")
        return (send(json.dumps([str(room) for room in rooms])),)

    return command


def _read(value: str, state: EntityState) -> EntityState:
    payload = parsed(value)
    if not isinstance(payload, Mapping):
        raise ValueError("expected a JSON object")
    if "state" in payload:
        name = payload["state"] or UNKNOWN
        if name not in (*STATES, UNKNOWN):
            raise ValueError(f"expected one of {', '.join(STATES)}")
        state = replace(state, state=name)
    told = ("battery_level", "fan_speed", "segments")
    kept = {key: payload[key] for key in told if key in payload}
    return with_attributes(state, kept)
