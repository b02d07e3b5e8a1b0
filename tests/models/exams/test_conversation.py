"""How exams compare states: numbers nearly, all else exactly, and only what is named."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.types import EntityState
from models.exams.conversation import has_state, same_value

NUMBERS = st.integers(-10_000, 10_000) | st.floats(-1e4, 1e4)


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ("on", "on"),
        (20, 20.0),
        (20, "20"),
        ("20", 20.1),
        (102, 103),
        (0.4, 0.405),
        (True, True),
        (None, None),
        ([255, 0, 0], (255, 0, 0)),
        ([254, 0, 0], [255, 0, 0]),
    ],
)
def test_these_are_the_same(expected: Any, found: Any) -> None:
    assert same_value(expected, found)


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ("on", "off"),
        ("on", True),
        (True, "True"),
        (False, None),
        (0, None),
        (100, 102),
        (0.4, 0.42),
        ([255, 0, 0], [255, 0]),
        ([255, 0, 0], 255),
        ([255, 0, 0], None),
        ("on", None),
        ("nan", 1),
    ],
)
def test_these_are_not(expected: Any, found: Any) -> None:
    assert not same_value(expected, found)


@given(NUMBERS)
def test_a_number_is_itself_however_it_is_written(value: float) -> None:
    assert same_value(value, value)
    assert same_value(str(value), value)
    assert same_value(value, str(value))


@given(NUMBERS, NUMBERS)
def test_it_does_not_matter_which_of_two_values_was_expected(one: float, other: float) -> None:
    assert same_value(one, other) == same_value(other, one)


def test_of_a_state_only_what_is_named_counts() -> None:
    found = EntityState("on", {"brightness": 102, "color_mode": "rgb"})
    assert has_state({}, found)
    assert has_state({"state": "on"}, found)
    assert has_state({"state": "on", "brightness": 102}, found)
    assert has_state({"brightness": 102}, found)
    assert not has_state({"state": "off", "brightness": 102}, found)
    assert not has_state({"state": "on", "brightness": 10}, found)
    assert not has_state({"state": "on", "temperature": 20}, found)
