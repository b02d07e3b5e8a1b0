"""Durations in words and in seconds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.nlu.durations import SECONDS, find_duration, parse_duration, spell_duration
from edge.nlu.numbers import words


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("five minutes", 300),
        ("an hour", 3600),
        ("an hour and a half", 5400),
        ("an hour and three quarters", 6300),
        ("one and a half hours", 5400),
        ("two and a half hours", 9000),
        ("half an hour", 1800),
        ("a half hour", 1800),
        ("half a minute", 30),
        ("a quarter of an hour", 900),
        ("quarter of an hour", 900),
        ("three quarters of an hour", 2700),
        ("two hours and fifteen minutes", 8100),
        ("an hour thirty", 5400),
        ("an hour five", 3900),
        ("1 h 30", 5400),
        ("1h 30m", 5400),
        ("90 seconds", 90),
        ("2 min 30 s", 150),
        ("45-minute", 2700),
        ("½ hour", 1800),
        ("a minute and half a second", 60),
        ("a couple of minutes", 120),
        ("a couple hours", 7200),
        ("a few minutes", 180),
        ("a day", 86_400),
        ("two days and three hours", 183_600),
        ("a week", 604_800),
        ("two weeks and a day", 1_296_000),
        ("a day and a half", 129_600),
    ],
)
def test_a_duration_is_read_in_seconds(text: str, seconds: int) -> None:
    assert parse_duration(text) == pytest.approx(seconds, abs=0.51)


@pytest.mark.parametrize(
    "text", ["", "five", "half", "a while", "second hand", "7 a.m.", "the hour", "a couple", "h"]
)
def test_without_a_counted_unit_of_time_there_is_no_duration(text: str) -> None:
    assert parse_duration(text) is None


@pytest.mark.parametrize(
    ("text", "said", "seconds"),
    [
        ("set a timer for ten minutes please", "ten minutes", 600),
        ("turn two lamps off in half an hour", "half an hour", 1800),
        ("an hour and a half before dinner", "an hour and a half", 5400),
        ("for one hour and turn the light off", "one hour", 3600),
        ("for an hour two lamps", "an hour", 3600),
        ("after an hour 20 percent", "an hour", 3600),
        ("10-15 minutes", "15 minutes", 900),
        ("ten minutes an hour", "ten minutes", 600),
    ],
)
def test_the_first_duration_inside_a_text_is_found(text: str, said: str, seconds: int) -> None:
    found = find_duration(text)
    assert found is not None
    assert (" ".join(words(text)[found.first : found.after]), found.seconds) == (said, seconds)


@given(st.integers(0, 10 * SECONDS["week"] - 1))
def test_every_duration_spelled_reads_back(seconds: int) -> None:
    assert parse_duration(spell_duration(seconds)) == seconds


@pytest.mark.parametrize(
    ("seconds", "spelled"),
    [
        (0, "zero seconds"),
        (60, "one minute"),
        (5430, "one hour thirty minutes and thirty seconds"),
        (8 * 86_400, "one week and one day"),
    ],
)
def test_a_duration_is_spelled_with_its_largest_units_first(seconds: int, spelled: str) -> None:
    assert spell_duration(seconds) == spelled


def test_a_negative_duration_is_not_spelled() -> None:
    with pytest.raises(ValueError, match="expected a duration from 0 seconds"):
        spell_duration(-1)


@given(st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    duration = parse_duration(text)
    assert duration is None or duration >= 0
