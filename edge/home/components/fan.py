"""MQTT fans: on and off, speed in percent, direction, oscillation, preset.

Speed is 0–100 percent on our side. The device counts in steps from `speed_range_min` to
`speed_range_max`, and 0 percent is the step below the first: off.

Source: Home Assistant's documentation of "MQTT fan".
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from edge.home.components.wiring import (
    Change,
    Command,
    Config,
    Data,
    DiscoveryError,
    Reader,
    Send,
    Wiring,
    attribute,
    finite,
    need,
    need_number,
    offered,
    press,
    sets,
    sets_one_of,
    short,
    state_of,
)
from edge.types import Message

DIRECTIONS = ("forward", "reverse")


def fan(config: Config) -> Wiring:
    """The wiring of a fan."""
    on, off = config.text("payload_on", "ON"), config.text("payload_off", "OFF")
    send = config.sender("command_topic", "command_template")
    set_speed = config.sender("percentage_command_topic", "percentage_command_template")
    oscillate = config.sender("oscillation_command_topic", "oscillation_command_template")
    preset = sets(
        config.sender("preset_mode_command_topic", "preset_mode_command_template"), "preset_mode"
    )
    direction = config.sender("direction_command_topic", "direction_command_template")
    low = config.number("speed_range_min", 1)
    steps = config.number("speed_range_max", 100) - low + 1
    if steps < 1:
        raise DiscoveryError(
            f"{config.origin}: expected a speed_range_max above {low:g}, found {steps:g} steps."
        )
    speed = _sets_speed(set_speed, low, steps)
    presets = config.words("preset_modes")
    return Wiring(
        _readers(config, state_of({on: "on", off: "off"}), low, steps),
        offered(
            {
                "turn_on": _turns_on(press(send, on), {"percentage": speed, "preset_mode": preset}),
                "turn_off": press(send, off),
                "set_percentage": speed,
                "oscillate": _oscillates(oscillate, {v: k for k, v in _swings(config).items()}),
                "set_preset_mode": preset,
                "set_direction": sets_one_of(direction, "direction", DIRECTIONS),
            }
        ),
        {
            **({"percentage_step": 100 / steps} if set_speed and steps < 100 else {}),
            **({"preset_modes": list(presets)} if presets else {}),
        },
    )


def _swings(config: Config) -> Mapping[str, bool]:
    return {
        config.text("payload_oscillation_on", "oscillate_on"): True,
        config.text("payload_oscillation_off", "oscillate_off"): False,
    }


def _readers(config: Config, switched: Change, low: float, steps: float) -> tuple[Reader, ...]:
    swings = _swings(config)

    def percentage(text: str) -> int:
        percent = int((finite(text) - low + 1) * 100 // steps)
        if not 0 <= percent <= 100:
            raise ValueError(f"expected a speed from {low:g} to {low + steps - 1:g}")
        return percent

    def oscillation(text: str) -> bool:
        if text not in swings:
            raise ValueError(f"expected one of {', '.join(swings)}")
        return swings[text]

    def direction(text: str) -> str:
        if text not in DIRECTIONS:
            raise ValueError(f"expected one of {', '.join(DIRECTIONS)}")
        return text

    told: Mapping[str, Change] = {
        "percentage": attribute("percentage", percentage, _reset(config, "percentage")),
        "oscillation": attribute("oscillating", oscillation),
        "preset_mode": attribute("preset_mode", short, _reset(config, "preset_mode")),
        "direction": attribute("direction", direction),
    }
    return (
        *config.reader("state_topic", "state_value_template", switched),
        *(
            reader
            for part, change in told.items()
            for reader in config.reader(f"{part}_state_topic", f"{part}_value_template", change)
        ),
    )


def _reset(config: Config, name: str) -> str:
    return config.text(f"payload_reset_{name}", "None")


def _sets_speed(send: Send | None, low: float, steps: float) -> Command | None:
    if send is None:
        return None

    def command(data: Data) -> tuple[Message, ...]:
        percent = min(max(need_number(data, "percentage"), 0), 100)
        return (send(math.ceil(steps * percent / 100 + low - 1)),)

    return command


def _turns_on(switch: Command | None, settings: Mapping[str, Command | None]) -> Command | None:
    """Switches on, and sets speed and preset where they are given."""
    if switch is None:
        return None

    def command(data: Data) -> tuple[Message, ...]:
        further = (
            message
            for name, setting in settings.items()
            if setting and data.get(name) is not None
            for message in setting(data)
        )
        return (*switch(data), *further)

    return command


def _oscillates(send: Send | None, payloads: dict[bool, str]) -> Command | None:
    return (lambda data: (send(payloads[bool(need(data, "oscillating"))]),)) if send else None
