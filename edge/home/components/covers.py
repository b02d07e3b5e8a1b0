"""MQTT components that open and close: cover and valve.

Positions and tilts are 0 (closed) to 100 (open) on our side, whatever the device's numbers for
closed and open are. A device that tells only its position is "closed" at 0 and "open" above. One
that tells position and state on one topic "stopped" where the position says. A
payload of null means that the device cannot do that.

Source: Home Assistant's documentation of "MQTT cover" and "MQTT valve".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from edge.home.components.wiring import (
    UNKNOWN,
    Change,
    Command,
    Config,
    Data,
    Send,
    Wiring,
    finite,
    need_number,
    offered,
    plain,
    press,
    scaled,
    with_attributes,
)
from edge.home.json_payload import parsed
from edge.types import EntityState, Message

MOVING = ("opening", "closing")
PERCENT = (0, 100)
Span = tuple[float, float]
"""The device's numbers for closed and open."""


def cover(config: Config) -> Wiring:
    """A blind, a garage door, a curtain."""
    span = (config.number("position_closed", 0), config.number("position_open", 100))
    send = config.sender("command_topic")
    set_position = config.sender("set_position_topic", "set_position_template")
    return Wiring(
        (
            *config.reader(
                "position_topic",
                "position_template",
                _reads_position(
                    span, "current_position", decides_state=not config.text("state_topic")
                ),
            ),
            *config.reader("state_topic", "value_template", _reads_state(config)),
            *config.reader("tilt_status_topic", "tilt_status_template", _reads_tilt(config)),
        ),
        offered(
            {
                "open_cover": press(send, config.payload("payload_open", "OPEN"))
                or press(set_position, str(plain(span[1]))),
                "close_cover": press(send, config.payload("payload_close", "CLOSE"))
                or press(set_position, str(plain(span[0]))),
                "stop_cover": press(send, config.payload("payload_stop", "STOP")),
                "set_cover_position": _sends_position(set_position, span, "position"),
                **_tilt_commands(config),
            }
        ),
    )


def _tilt(config: Config) -> Span:
    return (config.number("tilt_min", 0), config.number("tilt_max", 100))


def _reads_tilt(config: Config) -> Change:
    """A tilt; one outside the range is passed over."""
    span = _tilt(config)
    reads = _reads_position(span, "current_tilt_position", decides_state=False)

    def change(value: str, state: EntityState) -> EntityState | None:
        if value != "None" and not min(span) <= finite(value) <= max(span):
            raise ValueError(f"expected a tilt from {min(span):g} to {max(span):g}")
        return reads(value, state)

    return change


def _tilt_commands(config: Config) -> Mapping[str, Command | None]:
    span = _tilt(config)
    send = config.sender("tilt_command_topic", "tilt_command_template")
    stop = config.sender("command_topic")
    opened = plain(config.number("tilt_opened_value", span[1]))
    closed = plain(config.number("tilt_closed_value", span[0]))
    return {
        "open_cover_tilt": press(send, str(opened)),
        "close_cover_tilt": press(send, str(closed)),
        "stop_cover_tilt": press(
            stop if send else None, config.payload("payload_stop_tilt", "STOP")
        ),
        "set_cover_tilt_position": _sends_position(send, span, "tilt_position"),
    }


def valve(config: Config) -> Wiring:
    """A water or gas valve. With `reports_position` its one state topic carries the position."""
    span = (config.number("position_closed", 0), config.number("position_open", 100))
    send = config.sender("command_topic", "command_template")
    stop = press(send, config.payload("payload_stop", "") or None)
    if not config.flag("reports_position"):
        return Wiring(
            config.reader("state_topic", "value_template", _reads_valve(config, None)),
            offered(
                {
                    "open_valve": press(send, config.payload("payload_open", "OPEN")),
                    "close_valve": press(send, config.payload("payload_close", "CLOSE")),
                    "stop_valve": stop,
                }
            ),
        )
    return Wiring(
        config.reader("state_topic", "value_template", _reads_valve(config, span)),
        offered(
            {
                "open_valve": press(send, str(plain(span[1]))),
                "close_valve": press(send, str(plain(span[0]))),
                "stop_valve": stop,
                "set_valve_position": _sends_position(send, span, "position"),
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
            return replace(state, state=UNKNOWN)
        if value not in states:
            raise ValueError(f"expected one of {', '.join(states)}"[:200])
        if states[value] == "stopped":
            shut = state.attributes.get("current_position") == 0
            return replace(state, state="closed" if shut else "open")
        return replace(state, state=states[value])

    return change


def _reads_position(span: Span, name: str, *, decides_state: bool) -> Change:
    """A position or a tilt, also as an object {"position": 30, "tilt_position": 10}."""
    key = name.removeprefix("current_")

    def change(value: str, state: EntityState) -> EntityState | None:
        if value.lstrip().startswith("{"):
            payload = parsed(value)
            if not isinstance(payload, Mapping) or payload.get(key) is None:
                return None
            value = payload[key]
        position = None if value == "None" else _position(finite(value), span)
        if decides_state:
            shown = UNKNOWN if position is None else "closed" if position == 0 else "open"
            state = replace(state, state=shown)
        return with_attributes(state, {name: position})

    return change


def _reads_valve(config: Config, span: Span | None) -> Change:
    """A word or, where the valve has positions, a number, or both in an object {"state": "opening",
    "position": 10}."""
    states = _states(config)
    reads_state = _reads_state(config)

    def change(value: str, state: EntityState) -> EntityState | None:
        payload = _content(value)
        moving = None
        if isinstance(payload, Mapping):
            moving = states.get(str(payload.get("state")))
            payload = payload.get("position")
        elif span is None or payload == "None":
            return reads_state(value, state)
        if payload is None or span is None:
            return replace(state, state=moving) if moving else None
        position = _position(finite(payload), span)
        resting = "closed" if position == 0 else "open"
        state = replace(state, state=moving if moving in MOVING else resting)
        return with_attributes(state, {"current_position": position})

    return change


def _content(value: str) -> object:
    """JSON, or the text itself where it is none."""
    try:
        return parsed(value)
    except ValueError:
        return value


def _position(value: float, span: Span) -> int:
    return min(max(round(scaled(value, span, PERCENT)), 0), 100)


def _sends_position(send: Send | None, span: Span, name: str) -> Command | None:
    if send is None:
        return None

    def command(data: Data) -> tuple[Message, ...]:
        percent = min(max(need_number(data, name), 0), 100)
        value = round(scaled(percent, PERCENT, span))
        return (send(value, **{name: plain(percent)}),)

    return command
