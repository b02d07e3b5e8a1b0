"""Colours between the forms that lights use: RGB, hue and saturation, CIE xy, kelvin and mired.

Home Assistant speaks RGB (0–255) and kelvin; a light may take hue (0–360) and saturation (0–100),
or xy. The xy formulas are the sRGB primaries with D65 white (IEC 61966-2-1) and its transfer curve;
brightness is not part of a colour here, so the largest component of a converted RGB is always 255.
"""

from __future__ import annotations

import colorsys
from collections.abc import Sequence

Rgb = tuple[int, int, int]


def rgb_to_hs(rgb: Sequence[float]) -> tuple[float, float]:
    """Hue in degrees (0–360) and saturation in percent (0–100) of an RGB colour (0–255)."""
    red, green, blue = (component / 255 for component in rgb)
    hue, saturation, _ = colorsys.rgb_to_hsv(red, green, blue)
    return round(hue * 360, 2), round(saturation * 100, 2)


def hs_to_rgb(hue: float, saturation: float) -> Rgb:
    """The RGB colour (0–255) of a hue in degrees and a saturation in percent."""
    red, green, blue = colorsys.hsv_to_rgb(hue / 360 % 1, min(max(saturation / 100, 0), 1), 1)
    return round(red * 255), round(green * 255), round(blue * 255)


def rgb_to_xy(rgb: Sequence[float]) -> tuple[float, float]:
    """CIE 1931 xy of an RGB colour (0–255); black is white's."""
    red, green, blue = (_linear(component / 255) for component in rgb)
    x = 0.4124 * red + 0.3576 * green + 0.1805 * blue
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = 0.0193 * red + 0.1192 * green + 0.9505 * blue
    total = x + y + z
    return (round(x / total, 4), round(y / total, 4)) if total else (0.3127, 0.329)


def xy_to_rgb(x: float, y: float) -> Rgb:
    """The RGB colour (0–255) nearest to a CIE 1931 xy, at full brightness."""
    y = max(y, 1e-6)
    cap_x, cap_z = x / y, (1 - x - y) / y
    linear = (
        3.2406 * cap_x - 1.5372 - 0.4986 * cap_z,
        -0.9689 * cap_x + 1.8758 + 0.0415 * cap_z,
        0.0557 * cap_x - 0.2040 + 1.0570 * cap_z,
    )
    top = max(*linear, 1e-6)
    red, green, blue = (_curved(max(component, 0) / top) for component in linear)
    return round(red * 255), round(green * 255), round(blue * 255)


def swap_kelvin_and_mired(value: float) -> int:
    """A colour temperature in the other unit: a mired is a millionth of a reciprocal kelvin.

    Raises ValueError for zero and less.
    """
    if value <= 0:
        raise ValueError(f"a colour temperature is above zero, not {value}")
    return round(1_000_000 / value)


def _linear(component: float) -> float:
    return component / 12.92 if component <= 0.04045 else ((component + 0.055) / 1.055) ** 2.4


def _curved(component: float) -> float:
    return component * 12.92 if component <= 0.0031308 else 1.055 * component ** (1 / 2.4) - 0.055
