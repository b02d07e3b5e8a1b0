"""What the three schemas of MQTT lights share: what a service call asks for, and a device's colours
made RGB.

Brightness is 0–255, a colour is RGB, a colour temperature is kelvin.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from edge.home.color_spaces import hs_to_rgb, swap_kelvin_and_mired, xy_to_rgb
from edge.home.colors import color_rgb
from edge.home.components.wiring import Config, Data, finite, need_number
from edge.types import LaresError

FULL = 255
USUAL_RANGE = {"min_color_temp_kelvin": 2000, "max_color_temp_kelvin": 6535}
"""Of lights that tell no other, as in Home Assistant: 500 to 153 mired."""
Rgb = tuple[int, int, int]


def asked_brightness(data: Data) -> int | None:
    """The brightness that a service call asks for, 0–255."""
    if data.get("brightness") is not None:
        return within(round(need_number(data, "brightness")))
    if data.get("brightness_pct") is not None:
        return within(round(need_number(data, "brightness_pct") * FULL / 100))
    return None


def within(brightness: int) -> int:
    """A brightness, 0–255."""
    return min(max(brightness, 0), FULL)


def asked_rgb(data: Data) -> Rgb | None:
    """The colour that a service call asks for. Raises `LaresError`."""
    value = data.get("rgb_color")
    if value is None and (name := data.get("color_name")) is not None:
        value = color_rgb(str(name))
        if value is None:
            raise LaresError(f"Expected the name of a colour such as red, found {name!r}.")
    if value is None:
        return None
    if len(value) != 3 or not all(0 <= component <= FULL for component in value):
        raise LaresError(f"Expected rgb_color as three numbers from 0 to 255, found {value!r}.")
    red, green, blue = (round(component) for component in value)
    return red, green, blue


def asked_kelvin(data: Data) -> int | None:
    """The colour temperature that a service call asks for. Raises `LaresError`."""
    if data.get("color_temp_kelvin") is None:
        return None
    kelvin = round(need_number(data, "color_temp_kelvin"))
    if kelvin <= 0:
        raise LaresError(f"Expected a colour temperature above 0, found {kelvin}.")
    return kelvin


def to_scale(brightness: int, scale: float) -> int:
    """A brightness on the device's scale; never 0 for a light that shall shine."""
    return max(1, round(brightness * scale / FULL)) if brightness else 0


def from_scale(value: float, scale: float) -> int:
    """A brightness of the device, 0–255."""
    return within(round(value * FULL / scale)) if scale > 0 else 0


def with_white(rgb: Rgb) -> tuple[int, int, int, int]:
    """A colour for a light that has a white lamp too, which shines where no colour is wanted."""
    return (0, 0, 0, rgb[0]) if min(rgb) == max(rgb) else (*rgb, 0)


def without_white(rgb: Sequence[float], white: float) -> list[int]:
    """The colour that one lamp of each colour and the white ones make together, as bright as the
    brightest of them."""
    together = [part + white for part in rgb]
    top, largest = max(*rgb, white), max(together)
    return [within(round(part * top / largest)) if largest > 0 else 0 for part in together]


def rgb_of(color: Mapping[str, Any]) -> list[int]:
    """The RGB of a colour object: r, g, b, also with white; h, s; or x, y. Raises ValueError."""
    if {"r", "g", "b"} <= color.keys():
        rgb = [within(round(finite(color[part]))) for part in "rgb"]
        white = max(finite(color.get("c", 0)), finite(color.get("w", 0)))
        return without_white(rgb, white) if white else rgb
    if {"h", "s"} <= color.keys():
        return list(hs_to_rgb(finite(color["h"]), finite(color["s"])))
    if {"x", "y"} <= color.keys():
        return list(xy_to_rgb(finite(color["x"]), finite(color["y"])))
    raise ValueError("expected a colour with r, g, b or h, s or x, y")


def common_attributes(config: Config, modes: Sequence[str]) -> dict[str, Any]:
    """What a configuration tells of any light: its colour modes, and the one where it has but one;
    its effects and the range of its colour temperatures."""
    attributes: dict[str, Any] = {"supported_color_modes": list(modes)}
    if len(modes) == 1:
        attributes["color_mode"] = modes[0]
    if "color_temp" in modes:
        attributes |= USUAL_RANGE
    if effects := config.words("effect_list"):
        attributes["effect_list"] = list(effects)
    for key, mireds in (("min_kelvin", "max_mireds"), ("max_kelvin", "min_mireds")):
        kelvin = config.number(key, 0)
        if not kelvin and config.number(mireds, 0) > 0:
            kelvin = swap_kelvin_and_mired(config.number(mireds, 0))
        if kelvin > 0:
            attributes[f"{key[:3]}_color_temp_kelvin"] = round(kelvin)
    return attributes
