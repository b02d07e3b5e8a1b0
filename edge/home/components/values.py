"""MQTT components that hold a value that can be set: number, select, text.

Source: Home Assistant's documentation of "MQTT number", "MQTT select" and "MQTT text".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from edge.home.components.wiring import (
    UNKNOWN,
    Command,
    Config,
    Data,
    DiscoveryError,
    Send,
    Wiring,
    finite,
    need,
    need_number,
    offered,
    plain,
    sets_one_of,
    state_of,
)
from edge.types import EntityState, LaresError, Message

LONGEST_TEXT = 255


def number(config: Config) -> Wiring:
    """A number between two others, such as a sensitivity or a time."""
    low, high = config.span("min", "max", (0, 100))
    step = config.number("step", 1)
    if step <= 0:
        raise DiscoveryError(f"{config.origin}: expected a step above 0, found {step:g}.")
    reset = config.text("payload_reset", "None")

    def change(value: str, state: EntityState) -> EntityState:
        if value == reset:
            return replace(state, state=UNKNOWN)
        told = finite(value)
        if not low <= told <= high:
            raise ValueError(f"expected a number from {low:g} to {high:g}")
        return replace(state, state=str(plain(told)))

    send = config.sender("command_topic", "command_template")
    return Wiring(
        config.reader("state_topic", "value_template", change),
        offered({"set_value": _sets_number(send, low, high)}),
        {
            "min": plain(low),
            "max": plain(high),
            "step": plain(step),
            "mode": config.text("mode", "auto"),
            **config.told("unit_of_measurement"),
        },
    )


def _sets_number(send: Send | None, low: float, high: float) -> Command | None:
    if send is None:
        return None

    def command(data: Data) -> tuple[Message, ...]:
        value = need_number(data, "value")
        if not low <= value <= high:
            raise LaresError(f"Expected a value from {low:g} to {high:g}, found {value:g}.")
        return (send(plain(value)),)

    return command


def select(config: Config) -> Wiring:
    """One of several words."""
    options = config.words("options")
    if not options:
        raise DiscoveryError(f"{config.origin}: expected options, found none.")
    send = config.sender("command_topic", "command_template")
    states: Mapping[str, str] = {option: option for option in options}
    return Wiring(
        config.reader("state_topic", "value_template", state_of(states)),
        offered({"select_option": sets_one_of(send, "option", options)}),
        {"options": list(options)},
    )


def text(config: Config) -> Wiring:
    """A text, such as what a display shows. What `mode: password` holds is not read."""
    low, high = config.span("min", "max", (0, LONGEST_TEXT))
    send = config.sender("command_topic", "command_template")

    def change(value: str, state: EntityState) -> EntityState:
        if not low <= len(value) <= min(high, LONGEST_TEXT):
            raise ValueError(f"expected {low:g} to {high:g} characters")
        return replace(state, state=value)

    is_secret = config.text("mode", "text") == "password"
    return Wiring(
        ()
        if is_secret
        else config.reader("state_topic", "value_template", change, takes_empty=True),
        offered({"set_value": _sets_text(send, low, high)}),
        {
            "min": plain(low),
            "max": plain(high),
            "mode": config.text("mode", "text"),
            **config.told("pattern"),
        },
    )


def _sets_text(send: Send | None, low: float, high: float) -> Command | None:
    if send is None:
        return None

    def command(data: Data) -> tuple[Message, ...]:
        value = str(need(data, "value"))
        if not low <= len(value) <= high:
            raise LaresError(f"Expected {low:g} to {high:g} characters, found {len(value)}.")
        return (send(value),)

    return command
