"""MQTT lights of the JSON schema: one object says and tells everything.

Source: Home Assistant's documentation of "MQTT light", JSON schema.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from edge.home.color_spaces import rgb_to_hs, rgb_to_xy, swap_kelvin_and_mired
from edge.home.components.light_values import (
    FULL,
    Rgb,
    asked_brightness,
    asked_kelvin,
    asked_rgb,
    common_attributes,
    from_scale,
    rgb_of,
    to_scale,
    with_white,
)
from edge.home.components.wiring import (
    UNKNOWN,
    Command,
    Config,
    Data,
    Send,
    Wiring,
    finite,
    with_attributes,
)
from edge.home.json_payload import parsed
from edge.types import EntityState, Message

SWITCHED = {"ON": "on", "OFF": "off", None: UNKNOWN}


def json_light(config: Config) -> Wiring:
    """The wiring of a light of the JSON schema."""
    form = _Form(
        modes=_modes(config),
        scale=config.number("brightness_scale", FULL),
        white_scale=config.number("white_scale", FULL),
        in_kelvin=config.flag("color_temp_kelvin"),
        flash_s={
            "short": round(config.number("flash_time_short", 2)),
            "long": round(config.number("flash_time_long", 10)),
        },
    )
    send = config.sender("command_topic")
    return Wiring(
        config.reader("state_topic", "", form.read),
        form.commands(send) if send else {},
        common_attributes(config, form.modes),
    )


def _modes(config: Config) -> tuple[str, ...]:
    if modes := config.words("supported_color_modes"):
        return modes
    return ("brightness",) if config.flag("brightness") else ("onoff",)


@dataclass(frozen=True, slots=True)
class _Form:
    """The form of the object, as the configuration describes it."""

    modes: tuple[str, ...]
    """The colour modes that the light supports."""
    scale: float
    """The brightness of the device that is the fullest."""
    white_scale: float
    in_kelvin: bool
    """Whether colour temperatures are kelvin, and not mired."""
    flash_s: Mapping[str, int]

    def commands(self, send: Send) -> dict[str, Command]:
        """Switching on with all there is to set, and off."""

        def turn_on(data: Data) -> tuple[Message, ...]:
            brightness = asked_brightness(data)
            if brightness == 0:
                return turn_off(data)
            payload: dict[str, Any] = {"state": "ON"}
            if brightness is not None:
                payload["brightness"] = to_scale(brightness, self.scale)
            if (rgb := asked_rgb(data)) is not None:
                payload["color"] = _color_object(rgb, self.modes)
            elif (kelvin := asked_kelvin(data)) is not None:
                payload["color_temp"] = kelvin if self.in_kelvin else swap_kelvin_and_mired(kelvin)
            elif data.get("white") is not None and "white" in self.modes:
                payload["white"] = to_scale(round(finite(data["white"])), self.white_scale)
            if data.get("effect") is not None:
                payload["effect"] = data["effect"]
            return (send(json.dumps(payload | self._flash_and_transition(data))),)

        def turn_off(data: Data) -> tuple[Message, ...]:
            return (send(json.dumps({"state": "OFF"} | self._flash_and_transition(data))),)

        return {"turn_on": turn_on, "turn_off": turn_off}

    def read(self, value: str, state: EntityState) -> EntityState:
        """The state after an object, of which what is wrong is passed over. Raises ValueError when
        nothing is left."""
        payload = parsed(value)
        if not isinstance(payload, Mapping):
            raise ValueError("expected a JSON object")
        told: dict[str, Any] = {}
        wrong: ValueError | None = None
        for part in (self._switched, self._brightness, self._color, self._effect):
            try:
                told |= part(payload)
            except (ValueError, TypeError, OverflowError) as error:
                wrong = ValueError(str(error))
        if wrong and not told:
            raise wrong
        return with_attributes(replace(state, state=told.pop("state", state.state)), told)

    def _switched(self, payload: Mapping[str, Any]) -> dict[str, str]:
        if "state" not in payload:
            return {}
        if payload["state"] not in ("ON", "OFF", None):
            raise ValueError("expected the state ON or OFF")
        return {"state": SWITCHED[payload["state"]]}

    def _effect(self, payload: Mapping[str, Any]) -> dict[str, str]:
        return {"effect": payload["effect"]} if isinstance(payload.get("effect"), str) else {}

    def _brightness(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Brightness; zero is passed over, since only a light that is off has none."""
        if payload.get("brightness") is None or not (value := finite(payload["brightness"])):
            return {}
        return {"brightness": from_scale(value, self.scale)}

    def _color(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        told: dict[str, Any] = {}
        if payload.get("color_mode") is not None:
            told["color_mode"] = str(payload["color_mode"])
        if isinstance(payload.get("color"), Mapping) and told.get("color_mode") != "color_temp":
            told["rgb_color"] = rgb_of(payload["color"])
        if payload.get("color_temp") is not None:
            value = finite(payload["color_temp"])
            kelvin = round(value) if self.in_kelvin else swap_kelvin_and_mired(value)
            told["color_temp_kelvin"] = kelvin
        return told

    def _flash_and_transition(self, data: Data) -> dict[str, Any]:
        found = {"transition": data["transition"]} if data.get("transition") is not None else {}
        if (flash := data.get("flash")) in ("short", "long"):
            found["flash"] = self.flash_s[flash]
        return found


def _color_object(rgb: Rgb, modes: tuple[str, ...]) -> dict[str, float]:
    """A colour as the JSON schema writes it for the modes that the light supports."""
    if "rgb" in modes:
        return dict(zip("rgb", rgb, strict=True))
    if "hs" in modes:
        return dict(zip("hs", rgb_to_hs(rgb), strict=True))
    if "xy" in modes:
        return dict(zip("xy", rgb_to_xy(rgb), strict=True))
    if "rgbw" in modes:
        return dict(zip("rgbw", with_white(rgb), strict=True))
    if "rgbww" in modes:
        red, green, blue, white = with_white(rgb)
        return {"r": red, "g": green, "b": blue, "c": white, "w": white}
    return dict(zip("rgb", rgb, strict=True))
