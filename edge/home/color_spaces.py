"""Colours between the forms that lights use: RGB, hue and saturation, CIE xy, kelvin and mired.

Home Assistant speaks RGB (0–255) and kelvin; a light may take hue (0–360) and saturation (0–100),
or xy. The xy formulas are those of Home Assistant, zigbee2mqtt and Philips Hue ("RGB to xy color
conversion"): wide-gamut primaries with D65 white, and sRGB's transfer curve (IEC 61966-2-1). Lamps
are redder and greener than screens, and so the RGB of a lamp is not a screen's. Brightness is not
part of a colour here, so the largest component of a converted RGB is always 255.
"""

from __future__ import annotations

import colorsys
from collections.abc import Sequence

Rgb = tuple[int, int, int]
WHITE = (0.3227, 0.329)
"""The xy of white."""


def rgb_to_hs(rgb: Sequence[float]) -> tuple[float, float]:
    """Hue in degrees (0–360) and saturation in percent (0–100) of an RGB colour (0–255)."""
    red, green, blue = (component / 255 for component in rgb)
    hue, saturation, _ = colorsys.rgb_to_hsv(red, green, blue)
    return round(hue * 360, 3), round(saturation * 100, 3)


def hs_to_rgb(hue: float, saturation: float) -> Rgb:
    """The RGB colour (0–255) of a hue in degrees and a saturation in percent."""
    red, green, blue = colorsys.hsv_to_rgb(hue / 360 % 1, min(max(saturation / 100, 0), 1), 1)
    return round(red * 255), round(green * 255), round(blue * 255)


def rgb_to_xy(rgb: Sequence[float]) -> tuple[float, float]:
    """CIE 1931 xy of an RGB colour (0–255); black is white's."""
    red, green, blue = (_linear(component / 255) for component in rgb)
    x = 0.664511 * red + 0.154324 * green + 0.162028 * blue
    y = 0.283881 * red + 0.668433 * green + 0.047685 * blue
    z = 0.000088 * red + 0.072310 * green + 0.986039 * blue
    total = x + y + z
    return (round(x / total, 4), round(y / total, 4)) if total else WHITE


def xy_to_rgb(x: float, y: float) -> Rgb:
    """The RGB colour (0–255) nearest to a CIE 1931 xy, at full brightness."""
    y = max(y, 1e-6)
    cap_x, cap_z = x / y, (1 - x - y) / y
    linear = (
        1.656492 * cap_x - 0.354851 - 0.255038 * cap_z,
        -0.707196 * cap_x + 1.655397 + 0.036152 * cap_z,
        0.051713 * cap_x - 0.121364 + 1.011530 * cap_z,
    )
    top = max(*linear, 1e-6)
    red, green, blue = (_curved(max(component, 0) / top) for component in linear)
    return round(red * 255), round(green * 255), round(blue * 255)


def swap_kelvin_and_mired(value: float) -> int:
    """A colour temperature in the other unit: a mired is a millionth of a reciprocal kelvin. It is
    cut to a whole number, as in Home Assistant.

    Raises ValueError for zero and less.
    """
    if value <= 0:
        raise ValueError(f"a colour temperature is above zero, not {value}")
    return int(1_000_000 / value)


def _linear(component: float) -> float:
    return component / 12.92 if component <= 0.04045 else ((component + 0.055) / 1.055) ** 2.4


def _curved(component: float) -> float:
    return component * 12.92 if component <= 0.0031308 else 1.055 * component ** (1 / 2.4) - 0.055
