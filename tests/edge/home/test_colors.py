"""The names of colours."""

from __future__ import annotations

import pytest

from edge.home.colors import COLORS, color_name, color_rgb


@pytest.mark.parametrize(
    ("name", "rgb"),
    [
        ("red", (255, 0, 0)),
        ("Light Blue", (173, 216, 230)),
        ("lightblue", (173, 216, 230)),
        ("turquoise", (64, 224, 208)),
        ("rebeccapurple", None),
        ("warm", None),
        ("", None),
    ],
)
def test_a_css_name_is_a_colour(name: str, rgb: tuple[int, int, int] | None) -> None:
    assert color_rgb(name) == rgb


def test_every_colour_is_three_bytes() -> None:
    assert len(COLORS) > 140
    assert all(len(rgb) == 3 and all(0 <= c <= 255 for c in rgb) for rgb in COLORS.values())


@pytest.mark.parametrize(
    ("rgb", "name"),
    [
        ((0, 0, 255), "blue"),
        ((173, 216, 230), "light blue"),
        ((20, 20, 200), "blue"),
        ((0, 100, 0), "dark green"),
        ((0, 90, 0), "green"),
        ((250, 10, 30), "red"),
        ((255, 128, 0), "orange"),
        ((255, 220, 190), "warm white"),
        ((250, 250, 250), "white"),
        ((0, 0, 0), "black"),
        ((255, 0, 1), "red"),
    ],
)
def test_a_colour_has_the_name_of_its_hue(rgb: tuple[int, int, int], name: str) -> None:
    assert color_name(rgb) == name
