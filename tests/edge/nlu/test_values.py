"""What the words of a slot's value are worth."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.nlu.numbers import spell_number
from edge.nlu.values import (
    StepSizes,
    parse_degrees,
    parse_kelvin,
    parse_percent,
    parse_step,
)

STEPS = StepSizes(small=5, usual=10, large=25, percent=True)
DEGREES = StepSizes(small=0.5, usual=1, large=3, percent=False)


@pytest.mark.parametrize(
    ("text", "percent"),
    [
        ("fifty percent", 50),
        ("50%", 50),
        ("50 %", 50),
        ("fifty", 50),
        ("half", 50),
        ("three quarters", 75),
        ("a third", 33),
        ("a quarter", 25),
        ("max", 100),
        ("the maximum", 100),
        ("full brightness", 100),
        ("minimum", 1),
        ("the lowest", 1),
        ("zero", 0),
        ("0.4 percent", 0),
        ("a hundred and fifty percent", 100),
    ],
)
def test_percent_is_read(text: str, percent: int) -> None:
    assert parse_percent(text) == percent


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("21 degrees", 21),
        ("twenty one point five degrees celsius", 21.5),
        ("nineteen and a half", 19.5),
        ("68°F", 68),
        ("minus five", -5),
    ],
)
def test_degrees_are_read_in_the_unit_of_the_home(text: str, degrees: float) -> None:
    assert parse_degrees(text) == degrees


@pytest.mark.parametrize(
    ("text", "kelvin"),
    [
        ("warm white", 2700),
        ("cold white", 4000),
        ("cool white", 4000),
        ("daylight", 6500),
        ("day light", 6500),
        ("candle light", 1900),
        ("2700 kelvin", 2700),
        ("4000k", 4000),
        ("twenty seven hundred kelvin", 2700),
    ],
)
def test_colour_temperature_is_read_as_kelvin(text: str, kelvin: int) -> None:
    assert parse_kelvin(text) == kelvin


@pytest.mark.parametrize("text", ["", "blue", "50 kelvin", "light of day", "a million kelvin"])
def test_what_is_no_colour_temperature_is_none(text: str) -> None:
    assert parse_kelvin(text) is None


@pytest.mark.parametrize(
    ("text", "sizes", "step"),
    [
        ("by ten percent", STEPS, 10),
        ("a bit", STEPS, 5),
        ("a little", STEPS, 5),
        ("up", STEPS, 10),
        ("a lot", STEPS, 25),
        ("by half", STEPS, 50),
        ("two degrees", DEGREES, 2),
        ("half a degree", DEGREES, 0.5),
        ("by minus two", DEGREES, 2),
        ("", STEPS, None),
    ],
)
def test_a_step_has_a_size(text: str, sizes: StepSizes, step: float | None) -> None:
    assert parse_step(text, sizes) == step


@given(st.integers(0, 100))
def test_every_percentage_said_is_read(percent: int) -> None:
    assert parse_percent(f"{spell_number(percent)} percent") == percent
    assert parse_percent(f"{percent}%") == percent


@given(st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    percent = parse_percent(text)
    assert percent is None or 0 <= percent <= 100
    kelvin = parse_kelvin(text)
    assert kelvin is None or 1000 <= kelvin <= 10_000
    parse_degrees(text)
    parse_step(text, STEPS)
