"""Moments in words, seen from a Wednesday afternoon."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.nlu.moments import find_moment
from edge.nlu.numbers import words

NOW = dt.datetime(2026, 11, 25, 15, 0)
VOCABULARY = (
    "at for until tomorrow tonight friday on in the morning night midnight noon seven half past to "
    "quarter ten minutes an hour and a days weeks 9999 - 12 31 999999999 pm from now time s about"
)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("at seven", "2026-11-25T19:00"),
        ("at about seven", "2026-11-25T19:00"),
        ("at half past six tomorrow", "2026-11-26T06:30"),
        ("tomorrow at half past six", "2026-11-26T06:30"),
        ("tomorrow at 8 am", "2026-11-26T08:00"),
        ("tomorrow at 8 in the evening", "2026-11-26T20:00"),
        ("tomorrow evening at eight", "2026-11-26T20:00"),
        ("at eight tomorrow evening", "2026-11-26T20:00"),
        ("in an hour and a half", "2026-11-25T16:30"),
        ("in ten minutes", "2026-11-25T15:10"),
        ("in ten minutes' time", "2026-11-25T15:10"),
        ("in a week's time", "2026-12-02T15:00"),
        ("an hour from now", "2026-11-25T16:00"),
        ("after ten minutes", "2026-11-25T15:10"),
        ("on friday at noon", "2026-11-27T12:00"),
        ("at noon on friday", "2026-11-27T12:00"),
        ("tonight at nine", "2026-11-25T21:00"),
        ("at nine tonight", "2026-11-25T21:00"),
        ("7 pm", "2026-11-25T19:00"),
        ("half past six", "2026-11-25T18:30"),
        ("in the morning at seven", "2026-11-26T07:00"),
        ("in three days", "2026-11-28T15:00"),
        ("in three days at seven", "2026-11-28T07:00"),
        ("at seven on the 21st", "2026-12-21T07:00"),
        ("on december 24 2027 at 19:30", "2027-12-24T19:30"),
        ("for tomorrow at seven", "2026-11-26T07:00"),
        ("for seven", "2026-11-25T19:00"),
        ("tomorrow seven thirty", "2026-11-26T07:30"),
        ("tomorrow 7", "2026-11-26T07:00"),
        ("at quarter past", "2026-11-25T15:15"),
    ],
)
def test_a_moment_is_found_with_all_its_words(text: str, moment: str) -> None:
    found = find_moment(text, NOW)
    assert found is not None
    assert found.moment == dt.datetime.fromisoformat(moment)
    assert (found.first, found.after, found.apart) == (0, len(words(text)), None)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("today at eight", "2026-11-25T20:00"),
        ("today at 8 am", "2026-11-25T08:00"),
        ("today at two", "2026-11-25T14:00"),
        ("tomorrow at three", "2026-11-26T15:00"),
        ("tomorrow at twelve", "2026-11-26T12:00"),
        ("friday night at one", "2026-11-28T01:00"),
        ("tonight at 1 am", "2026-11-26T01:00"),
        ("tonight at midnight", "2026-11-26T00:00"),
        ("friday at midnight", "2026-11-28T00:00"),
        ("friday at quarter to midnight", "2026-11-27T23:45"),
        ("friday at 0:00", "2026-11-27T00:00"),
    ],
)
def test_a_time_is_on_the_day_it_is_said_with(text: str, moment: str) -> None:
    found = find_moment(text, NOW)
    assert found is not None
    assert found.moment == dt.datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("tonight at one", "2026-11-25T01:00"),
        ("tonight at nine", "2026-11-25T21:00"),
        ("at one", "2026-11-25T01:00"),
    ],
)
def test_after_midnight_tonight_is_the_night_under_way(text: str, moment: str) -> None:
    found = find_moment(text, NOW.replace(hour=0, minute=30))
    assert found is not None
    assert found.moment == dt.datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        ("at seven", True),
        ("at seven tomorrow", True),
        ("at seven tomorrow evening", False),
        ("tonight at nine", False),
        ("at 7 pm", False),
        ("at 19:00", False),
        ("in an hour", False),
    ],
)
def test_a_guessed_half_of_the_day_is_told(text: str, is_open: bool) -> None:
    found = find_moment(text, NOW)
    assert found is not None
    assert found.half_day_open is is_open


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("turn on two lamps at seven", "at seven"),
        ("turn the lamp off in 1 h 30", "in 1 h 30"),
        ("turn the lamp on tomorrow at eight", "tomorrow at eight"),
        ("lock the door at half past eleven please", "at half past eleven"),
        ("set an alarm for six thirty on friday", "for six thirty on friday"),
        ("set an alarm for half past six", "for half past six"),
        ("set an alarm for about seven", "for about seven"),
        ("book a table for two at seven", "at seven"),
        ("keep it on until seven", "seven"),
        ("remind me by 7 pm", "7 pm"),
        ("an hour before seven", "seven"),
    ],
)
def test_a_moment_inside_a_text_spans_its_own_words(text: str, said: str) -> None:
    found = find_moment(text, NOW)
    assert found is not None
    assert " ".join(words(text)[found.first : found.after]) == said


@pytest.mark.parametrize(
    ("text", "moment", "apart"),
    [
        ("tomorrow wake me at seven", "2026-11-26T07:00", "tomorrow"),
        ("at seven wake me tomorrow", "2026-11-26T07:00", "tomorrow"),
        ("this evening turn on the lamp at eight", "2026-11-25T20:00", "this evening"),
        ("in three days wake me at seven", "2026-11-28T07:00", "in three days"),
        ("wake me on friday with the radio at 6:30", "2026-11-27T06:30", "on friday"),
    ],
)
def test_a_date_apart_from_the_time_counts(text: str, moment: str, apart: str) -> None:
    found = find_moment(text, NOW)
    assert found is not None
    assert found.apart is not None
    assert found.moment == dt.datetime.fromisoformat(moment)
    assert " ".join(words(text)[slice(*found.apart)]) == apart


@pytest.mark.parametrize(
    "text",
    ["", "turn on the light in the kitchen", "dim by ten", "dim by ten to twenty percent",
     "set the heating at 21", "set it at 21 degrees", "from ten to eleven percent",
     "channel seven thirty", "ten after seven", "for ten minutes", "remind me tomorrow", "tonight",
     "turn on the second lamp", "seven", "2026-12-24", "9999-12-31 at midnight",
     "in 999999999 weeks", "in 99999999 hours"],
)  # fmt: skip
def test_what_says_no_moment_has_none(text: str) -> None:
    assert find_moment(text, NOW) is None


@given(
    st.text() | st.lists(st.sampled_from(VOCABULARY.split())).map(" ".join),
    st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1)),
)
def test_any_text_is_read_without_an_error_at_any_time(text: str, now: dt.datetime) -> None:
    found = find_moment(text, now)
    assert found is None or 0 <= found.first < found.after <= len(words(text))
