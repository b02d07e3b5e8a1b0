"""Clock times in words and as times."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.nlu.numbers import words
from edge.nlu.times import find_time, parse_time, spell_time

AFTERNOON = dt.datetime(2026, 11, 25, 15, 0)
NIGHT = dt.datetime(2026, 11, 25, 21, 0)
VOCABULARY = (
    "half quarter a past to at in the oh o clock noon midnight am pm seven twelve twenty thirty "
    "7 30 05 24 0 7.30 99.59 morning night minutes percent - and point 1/0 st hundred"
)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("seven", "07:00"),
        ("7", "07:00"),
        ("seven o'clock", "07:00"),
        ("7 o’clock", "07:00"),
        ("at seven", "07:00"),
        ("twelve", "12:00"),
        ("7:30", "07:30"),
        ("six thirty", "06:30"),
        ("six oh five", "06:05"),
        ("6:05", "06:05"),
        ("half past six", "06:30"),
        ("half six", "06:30"),
        ("half past twelve", "12:30"),
        ("quarter to nine", "08:45"),
        ("a quarter to one", "12:45"),
        ("quarter past ten", "10:15"),
        ("ten past five", "05:10"),
        ("ten minutes past five", "05:10"),
        ("twenty five to eleven", "10:35"),
    ],
)
def test_a_time_without_its_half_of_the_day_is_open(text: str, time: str) -> None:
    found = find_time(text)
    assert found is not None
    assert found.half_day_open
    assert found.time == parse_time(text) == dt.time.fromisoformat(time)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("7 pm", "19:00"),
        ("7pm", "19:00"),
        ("seven pm", "19:00"),
        ("7 p.m.", "19:00"),
        ("seven a.m.", "07:00"),
        ("seven o'clock pm", "19:00"),
        ("twelve am", "00:00"),
        ("12:30 pm", "12:30"),
        ("quarter to one pm", "12:45"),
        ("noon", "12:00"),
        ("midday", "12:00"),
        ("midnight", "00:00"),
        ("twelve noon", "12:00"),
        ("12 midnight", "00:00"),
        ("quarter to midnight", "23:45"),
        ("ten past noon", "12:10"),
        ("19:45", "19:45"),
        ("nineteen forty five", "19:45"),
        ("19", "19:00"),
        ("07.30", "07:30"),
        ("0:15", "00:15"),
        ("24:00", "00:00"),
        ("eight in the morning", "08:00"),
        ("nine at night", "21:00"),
        ("one at night", "01:00"),
        ("5 in the afternoon", "17:00"),
        ("half past six in the evening", "18:30"),
        ("in the evening at eight", "20:00"),
    ],
)
def test_a_time_with_its_half_of_the_day_is_closed(text: str, time: str) -> None:
    found = find_time(text)
    assert found is not None
    assert not found.half_day_open
    assert found.time == parse_time(text) == dt.time.fromisoformat(time)


@pytest.mark.parametrize(
    "text",
    ["", "hello", "zero", "25", "7:60", "seven lamps", "7 minutes", "7 percent", "seven and a half",
     "7.5", "24:30", "99.30", "half", "half past", "quarter past", "half to seven", "at", "3rd",
     "-7", "noon seven", "a hundred"],
)  # fmt: skip
def test_what_is_not_one_time_is_not_read(text: str) -> None:
    assert parse_time(text) is None


@pytest.mark.parametrize(
    ("text", "now", "moment"),
    [
        ("seven", AFTERNOON, "2026-11-25T19:00"),
        ("seven", NIGHT, "2026-11-26T07:00"),
        ("three", AFTERNOON, "2026-11-26T03:00"),
        ("half past three", AFTERNOON, "2026-11-25T15:30"),
        ("twelve", AFTERNOON, "2026-11-26T00:00"),
        ("twelve thirty", NIGHT, "2026-11-26T00:30"),
        ("seven am", AFTERNOON, "2026-11-26T07:00"),
        ("seven pm", AFTERNOON, "2026-11-25T19:00"),
        ("noon", AFTERNOON, "2026-11-26T12:00"),
        ("midnight", AFTERNOON, "2026-11-26T00:00"),
        ("quarter past", AFTERNOON, "2026-11-25T15:15"),
        ("half past", AFTERNOON.replace(minute=40), "2026-11-25T16:30"),
    ],
)
def test_a_time_comes_next_after_now(text: str, now: dt.datetime, moment: str) -> None:
    found = find_time(text, now)
    assert found is not None
    assert found.next_after(now) == dt.datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("wake me at seven please", "seven"),
        ("set the alarm to half past six", "half past six"),
        ("turn two lamps on at seven", "seven"),
        ("turn two lamps on 7 pm", "7 pm"),
        ("twenty five lamps at five", "five"),
        ("two lamps six thirty", "six thirty"),
        ("march 3rd at eight in the morning", "eight in the morning"),
        ("seven 20 percent", "seven"),
    ],
)
def test_the_plainest_time_inside_a_text_is_found(text: str, said: str) -> None:
    found = find_time(text)
    assert found is not None
    assert " ".join(words(text)[found.first : found.after]) == said


@pytest.mark.parametrize(
    "text", ["in ten minutes", "to fifty percent", "heat to 21.50 degrees", "on the 3rd"]
)
def test_counts_of_something_else_are_no_times(text: str) -> None:
    assert find_time(text) is None


@pytest.mark.parametrize(
    ("time", "spelled"),
    [
        ("00:00", "midnight"),
        ("12:00", "noon"),
        ("07:00", "seven am"),
        ("18:05", "six oh five pm"),
        ("00:30", "twelve thirty am"),
    ],
)
def test_a_time_is_spelled_with_its_half_of_the_day(time: str, spelled: str) -> None:
    assert spell_time(dt.time.fromisoformat(time)) == spelled


def test_every_minute_of_the_day_spelled_reads_back() -> None:
    minutes = [dt.time(hour, minute) for hour in range(24) for minute in range(60)]
    assert [parse_time(spell_time(time)) for time in minutes] == minutes


@given(st.text() | st.lists(st.sampled_from(VOCABULARY.split())).map(" ".join))
def test_any_text_is_read_without_an_error(text: str) -> None:
    parse_time(text)
    find_time(text)
    found = find_time(text, AFTERNOON)
    assert found is None or found.first < found.after <= len(words(text))
    assert found is None or found.next_after(AFTERNOON) > AFTERNOON
