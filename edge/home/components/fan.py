"""MQTT fans: on and off, speed in percent, oscillation, preset.

Speed is 0–100 percent on our side. The device counts in steps from `speed_range_min` to
`speed_range_max`, and 0 percent is the step below the first: off.

Source: Home Assistant's documentation of "MQTT fan".
"""

from __future__ import annotations

import math

from edge.home.components.wiring import (
    Command,
    Config,
    Data,
    DiscoveryError,
    Send,
    Wiring,
    attribute,
    need,
    offered,
    press,
    sets,
    state_of,
)
from edge.types import Message


def fan(config: Config) -> Wiring:
    """The wiring of a fan."""
    on, off = config.text("payload_on", "ON"), config.text("payload_off", "OFF")
    send = config.sender("command_topic", "command_template")
    set_speed = config.sender("percentage_command_topic", "percentage_command_template")
    oscillate = config.sender("oscillation_command_topic", "oscillation_command_template")
    preset = config.sender("preset_mode_command_topic", "preset_mode_command_template")
    swings = {
        config.text("payload_oscillation_on", "oscillate_on"): True,
        config.text("payload_oscillation_off", "oscillate_off"): False,
    }
    low = config.number("speed_range_min", 1)
    steps = config.number("speed_range_max", 100) - low + 1
    if steps < 1:
        raise DiscoveryError(
            f"{config.origin}: expected a speed_range_max above {low:g}, found {steps:g} steps."
        )

    speed = _sets_speed(set_speed, low, steps)

    def percentage(text: str) -> int:
        return max(0, min(100, int((float(text) - low + 1) * 100 // steps)))

    def oscillation(text: str) -> bool:
        if text not in swings:
            raise ValueError(f"expected one of {', '.join(swings)}")
        return swings[text]

    return Wiring(
        (
            *config.reader("state_topic", "state_value_template", state_of({on: "on", off: "off"})),
            *config.reader(
                "percentage_state_topic",
                "percentage_value_template",
                attribute("percentage", percentage),
            ),
            *config.reader(
                "oscillation_state_topic",
                "oscillation_value_template",
                attribute("oscillating", oscillation),
            ),
            *config.reader(
                "preset_mode_state_topic",
                "preset_mode_value_template",
                attribute("preset_mode", str),
            ),
        ),
        offered(
            {
                "turn_on": _turns_on(press(send, on), speed),
                "turn_off": press(send, off),
                "set_percentage": speed,
                "oscillate": _oscillates(oscillate, {on: text for text, on in swings.items()}),
                "set_preset_mode": sets(preset, "preset_mode"),
            }
        ),
        {"percentage_step": 100 / steps} if set_speed and steps < 100 else {},
    )


def _sets_speed(send: Send | None, low: float, steps: float) -> Command | None:
    if send is None:
        return None

    def command(data: Data) -> tuple[Message, ...]:
        percent = min(max(float(need(data, "percentage")), 0), 100)
        return (send(math.ceil(steps * percent / 100 + low - 1)),)

    return command


def _turns_on(switch: Command | None, speed: Command | None) -> Command | None:
    """Switches on, and sets the speed where one is given."""
    if switch is None:
        return None

    def command(data: Data) -> tuple[Message, ...]:
        faster = speed(data) if speed and data.get("percentage") is not None else ()
        return (*switch(data), *faster)

    return command


def _oscillates(send: Send | None, payloads: dict[bool, str]) -> Command | None:
    return (lambda data: (send(payloads[bool(need(data, "oscillating"))]),)) if send else None
