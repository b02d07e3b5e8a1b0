"""Colours keep what they are when they go through another form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.home.color_spaces import hs_to_rgb, rgb_to_hs, rgb_to_xy, swap_kelvin_and_mired, xy_to_rgb

COMPONENT = st.integers(0, 255)
FULL = st.builds(
    lambda at, *others: (*others[:at], 255, *others[at:]), st.integers(0, 2), COMPONENT, COMPONENT
)
"""Colours of full brightness."""


@pytest.mark.parametrize(
    ("rgb", "hs", "xy"),
    [
        ((255, 0, 0), (0, 100), (0.7006, 0.2993)),
        ((0, 255, 0), (120, 100), (0.1724, 0.7468)),
        ((0, 0, 255), (240, 100), (0.1355, 0.0399)),
        ((255, 255, 255), (0, 0), (0.3227, 0.329)),
    ],
)
def test_the_primaries_and_white_are_where_lamps_have_them(
    rgb: tuple[int, int, int], hs: tuple[float, float], xy: tuple[float, float]
) -> None:
    assert rgb_to_hs(rgb) == pytest.approx(hs)
    assert rgb_to_xy(rgb) == pytest.approx(xy, abs=0.001)
    assert hs_to_rgb(*hs) == rgb
    assert xy_to_rgb(*xy) == pytest.approx(rgb, abs=3)


@given(FULL)
def test_a_full_colour_comes_back_within_the_tolerance_of_confirmation(
    rgb: tuple[int, int, int],
) -> None:
    assert hs_to_rgb(*rgb_to_hs(rgb)) == pytest.approx(rgb, abs=1)
    assert xy_to_rgb(*rgb_to_xy(rgb)) == pytest.approx(rgb, abs=3)


def test_black_has_a_place_too() -> None:
    assert rgb_to_xy((0, 0, 0)) == (0.3227, 0.329)


@pytest.mark.parametrize(("kelvin", "mired"), [(2000, 500), (2702, 370), (6535, 153)])
def test_kelvin_and_mired_are_each_others_reciprocal(kelvin: int, mired: int) -> None:
    assert swap_kelvin_and_mired(kelvin) == mired
    assert swap_kelvin_and_mired(mired) == pytest.approx(kelvin, abs=1)


@pytest.mark.parametrize("value", [0, -5])
def test_no_temperature_is_zero(value: int) -> None:
    with pytest.raises(ValueError, match="above zero"):
        swap_kelvin_and_mired(value)
