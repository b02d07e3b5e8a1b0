"""MQTT components that open and close: cover and valve.

Positions are 0 (closed) to 100 (open) on our side, whatever the device's `position_closed` and
`position_open` are. A device that tells only its position is "closed" at 0 and "open" above.

Source: Home Assistant's documentation of "MQTT cover" and "MQTT valve".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from edge.home.components.wiring import (
    Change,
    Command,
    Config,
    Data,
    Send,
    Wiring,
    need,
    offered,
    plain,
    press,
    scaled,
    with_attributes,
)
from edge.types import EntityState, Message

MOVING = ("opening", "closing")
PERCENT = (0, 100)


def cover(config: Config) -> Wiring:
    """A blind, a garage door, a curtain."""
    span = (config.number("position_closed", 0), config.number("position_open", 100))
    send = config.sender("command_topic")
    set_position = config.sender("set_position_topic", "set_position_template")
    return Wiring(
        (
            *config.reader("state_topic", "value_template", _reads_state(config)),
            *config.reader(
                "position_topic",
                "position_template",
                _reads_position(span, not config.text("state_topic")),
            ),
        ),
        offered(
            {
                "open_cover": press(send, config.text("payload_open", "OPEN"))
                or press(set_position, str(plain(span[1]))),
                "close_cover": press(send, config.text("payload_close", "CLOSE"))
                or press(set_position, str(plain(span[0]))),
                "stop_cover": press(send, config.text("payload_stop", "STOP")),
                "set_cover_position": _sends_position(set_position, span),
            }
        ),
    )


def valve(config: Config) -> Wiring:
    """A water or gas valve. With `reports_position` its one state topic carries the position."""
    span = (config.number("position_closed", 0), config.number("position_open", 100))
    send = config.sender("command_topic", "command_template")
    stop = send if config.text("payload_stop") else None
    if not config.flag("reports_position"):
        return Wiring(
            config.reader("state_topic", "value_template", _reads_state(config)),
            offered(
                {
                    "open_valve": press(send, config.text("payload_open", "OPEN")),
                    "close_valve": press(send, config.text("payload_close", "CLOSE")),
                    "stop_valve": press(stop, config.text("payload_stop")),
                }
            ),
        )
    return Wiring(
        config.reader("state_topic", "value_template", _reads_valve(config, span)),
        offered(
            {
                "open_valve": press(send, str(plain(span[1]))),
                "close_valve": press(send, str(plain(span[0]))),
                "stop_valve": press(stop, config.text("payload_stop")),
                "set_valve_position": _sends_position(send, span),
            }
        ),
    )


def _states(config: Config) -> dict[str, str]:
    return {
        config.text(f"state_{state}", state): state
        for state in ("open", "opening", "closed", "closing", "stopped")
    }


def _reads_state(config: Config) -> Change:
    states = _states(config)

    def change(value: str, state: EntityState) -> EntityState:
        if value == "None":
            return replace(state, state="unknown")
        if value not in states:
            raise ValueError(f"expected one of {', '.join(states)}")
        if states[value] == "stopped":
            shut = state.attributes.get("current_position") == 0
            return replace(state, state="closed" if shut else "open")
        return replace(state, state=states[value])

    return change


def _reads_position(span: tuple[float, float], decides_state: bool) -> Change:
    def change(value: str, state: EntityState) -> EntityState:
        position = _position(float(value), span)
        if decides_state:
            state = replace(state, state="closed" if position == 0 else "open")
        return with_attributes(state, {"current_position": position})

    return change


def _reads_valve(config: Config, span: tuple[float, float]) -> Change:
    """A number, or an object {"state": "opening", "position": 10}."""
    states = _states(config)

    def change(value: str, state: EntityState) -> EntityState | None:
        payload = json.loads(value)
        moving = None
        if isinstance(payload, Mapping):
            moving = states.get(str(payload.get("state")))
            payload = payload.get("position")
        if payload is None:
            return replace(state, state=moving) if moving else None
        position = _position(float(payload), span)
        resting = "closed" if position == 0 else "open"
        state = replace(state, state=moving if moving in MOVING else resting)
        return with_attributes(state, {"current_position": position})

    return change


def _position(value: float, span: tuple[float, float]) -> int:
    return min(max(round(scaled(value, span, PERCENT)), 0), 100)


def _sends_position(send: Send | None, span: tuple[float, float]) -> Command | None:
    if send is None:
        return None

    def command(data: Data) -> tuple[Message, ...]:
        position = min(max(float(need(data, "position")), 0), 100)
        value = round(scaled(position, PERCENT, span))
        return (send(value, position=plain(position)),)

    return command
