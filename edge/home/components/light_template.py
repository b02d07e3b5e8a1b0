"""MQTT lights of the template schema: templates make the commands, and read states of any form.

`command_on_template` gets what is to be set, and only that, under the names `brightness`,
`color_temp`, `red`, `green`, `blue`, `hue`, `sat`, `effect`, `flash` and `transition`.

Source: Home Assistant's documentation of "MQTT light", template schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from edge.home.color_spaces import rgb_to_hs, swap_kelvin_and_mired
from edge.home.components.light_values import (
    asked_brightness,
    asked_kelvin,
    asked_rgb,
    common_attributes,
    within,
)
from edge.home.components.wiring import (
    UNKNOWN,
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
    short,
    with_attributes,
)
from edge.types import EntityState, Message

STATES = {"on": "on", "off": "off", "None": UNKNOWN}


def template_light(config: Config) -> Wiring:
    """The wiring of a light of the template schema. Raises `DiscoveryError`."""
    for key in ("command_on_template", "command_off_template"):
        if not config.text(key):
            raise DiscoveryError(f"{config.origin}: expected a {key}, found none.")
    turn_on = config.sender("command_topic", "command_on_template")
    turn_off = config.sender("command_topic", "command_off_template")
    kelvin = config.flag("color_temp_kelvin")
    return Wiring(
        _readers(config, kelvin),
        _commands(turn_on, turn_off, kelvin) if turn_on and turn_off else {},
        common_attributes(config, _modes(config)),
        assumed=not config.text("state_template"),
    )


def _modes(config: Config) -> list[str]:
    has_color = all(config.text(f"{name}_template") for name in ("red", "green", "blue"))
    color = (["hs"] if has_color else []) + (
        ["color_temp"] if config.text("color_temp_template") else []
    )
    return color or (["brightness"] if config.text("brightness_template") else ["onoff"])


def _commands(turn_on: Send, turn_off: Send, kelvin: bool) -> dict[str, Command]:
    def on(data: Data) -> tuple[Message, ...]:
        brightness = asked_brightness(data)
        if brightness == 0:
            return off(data)
        named: dict[str, Any] = {"state": "on", **_shared(data)}
        if brightness is not None:
            named["brightness"] = brightness
        if (temperature := asked_kelvin(data)) is not None:
            named["color_temp"] = temperature if kelvin else swap_kelvin_and_mired(temperature)
        if (rgb := asked_rgb(data)) is not None:
            named |= dict(zip(("red", "green", "blue"), rgb, strict=True))
            named |= dict(zip(("hue", "sat"), rgb_to_hs(rgb), strict=True))
        if data.get("effect") is not None:
            named["effect"] = data["effect"]
        return (turn_on(None, **named),)

    def off(data: Data) -> tuple[Message, ...]:
        return (turn_off(None, state="off", **_shared(data)),)

    return {"turn_on": on, "turn_off": off}


def _shared(data: Data) -> dict[str, Any]:
    return {key: data[key] for key in ("flash", "transition") if data.get(key) is not None}


def _readers(config: Config, kelvin: bool) -> tuple[Reader, ...]:
    changes: Mapping[str, Change] = {
        "state": _read_state,
        "brightness": _read_brightness,
        "color_temp": _reads_temperature(kelvin),
        "effect": attribute("effect", short),
        **{name: _reads_color(index) for index, name in enumerate(("red", "green", "blue"))},
    }
    return tuple(
        reader
        for name, change in changes.items()
        if config.text(f"{name}_template")
        for reader in config.reader("state_topic", f"{name}_template", change)
    )


def _read_state(value: str, state: EntityState) -> EntityState:
    if value not in STATES:
        raise ValueError("expected on or off")
    return replace(state, state=STATES[value])


def _read_brightness(value: str, state: EntityState) -> EntityState | None:
    brightness = within(round(finite(value)))
    return with_attributes(state, {"brightness": brightness}) if brightness else None


def _reads_temperature(kelvin: bool) -> Change:
    def change(value: str, state: EntityState) -> EntityState:
        if value == "None":
            return with_attributes(state, {"color_temp_kelvin": None})
        number = finite(value)
        told = round(number) if kelvin else swap_kelvin_and_mired(number)
        return with_attributes(state, {"color_temp_kelvin": told})

    return change


def _reads_color(index: int) -> Change:
    """One of the three components; the others stay."""

    def change(value: str, state: EntityState) -> EntityState | None:
        if value == "None":
            return None
        rgb = list(state.attributes.get("rgb_color") or (0, 0, 0))
        rgb[index] = within(round(finite(value)))
        return with_attributes(state, {"rgb_color": rgb, "color_mode": "hs"})

    return change
