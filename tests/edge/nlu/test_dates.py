"""Dates in words and as dates."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.nlu.dates import find_date, parse_date, spell_date
from edge.nlu.numbers import words

WEDNESDAY = dt.date(2026, 11, 25)
SUNDAY = dt.date(2026, 11, 29)
VOCABULARY = (
    "today tonight this next weekend week monday march may february the of on in first twenty 3 rd "
    "31 2026 9999 0000 - 12 29 days weeks day after tomorrow from now 999999999 night morning and"
)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("today", "2026-11-25"),
        ("tonight", "2026-11-25"),
        ("this evening", "2026-11-25"),
        ("tomorrow", "2026-11-26"),
        ("tomorrow morning", "2026-11-26"),
        ("the day after tomorrow", "2026-11-27"),
        ("friday", "2026-11-27"),
        ("on Monday", "2026-11-30"),
        ("wednesday", "2026-12-02"),
        ("this wednesday", "2026-11-25"),
        ("this friday", "2026-11-27"),
        ("next friday", "2026-12-04"),
        ("friday next week", "2026-12-04"),
        ("friday night", "2026-11-27"),
        ("friday the 4th of december", "2026-12-04"),
        ("this weekend", "2026-11-28"),
        ("at the weekend", "2026-11-28"),
        ("next weekend", "2026-12-05"),
        ("next week", "2026-11-30"),
        ("in three days", "2026-11-28"),
        ("in a week", "2026-12-02"),
        ("two weeks from today", "2026-12-09"),
        ("on the third of march", "2027-03-03"),
        ("march 3rd", "2027-03-03"),
        ("march the third", "2027-03-03"),
        ("3 march", "2027-03-03"),
        ("may the fourth", "2027-05-04"),
        ("Sept 1", "2027-09-01"),
        ("december twenty fifth", "2026-12-25"),
        ("the twenty-fourth of december", "2026-12-24"),
        ("24 december 2027", "2027-12-24"),
        ("December 24th, 2027", "2027-12-24"),
        ("the first of may twenty twenty eight", "2028-05-01"),
        ("the first of may two thousand and thirty", "2030-05-01"),
        ("november twenty fifth", "2026-11-25"),
        ("november 24", "2027-11-24"),
        ("29 february", "2028-02-29"),
        ("2026-12-24", "2026-12-24"),
        ("the 21st", "2026-12-21"),
        ("on the 25th", "2026-11-25"),
        ("on the thirty first", "2026-12-31"),
    ],
)
def test_a_date_is_read(text: str, date: str) -> None:
    assert parse_date(text, WEDNESDAY) == dt.date.fromisoformat(date)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("this weekend", "2026-11-29"),
        ("next weekend", "2026-12-05"),
        ("next monday", "2026-11-30"),
        ("next week", "2026-11-30"),
        ("sunday", "2026-12-06"),
    ],
)
def test_a_week_begins_on_monday(text: str, date: str) -> None:
    assert parse_date(text, SUNDAY) == dt.date.fromisoformat(date)


@pytest.mark.parametrize(
    "text",
    ["", "hello", "may", "march", "third", "seven", "30 february", "2027-02-29", "2026-13-01",
     "0000-01-01", "2026-12", "the 32nd", "the fortieth of may", "in ten minutes",
     "in zero seconds", "in a day and a half", "in 999999999 weeks", "tomorrow today"],
)  # fmt: skip
def test_what_is_not_one_date_is_not_read(text: str) -> None:
    assert parse_date(text, WEDNESDAY) is None


@pytest.mark.parametrize(
    ("text", "said", "part_of_day"),
    [
        ("wake me tomorrow morning at seven", "tomorrow morning", "morning"),
        ("turn the lamp on tonight", "tonight", "tonight"),
        ("turn the lamp on tomorrow", "tomorrow", None),
        ("lock up on friday night", "on friday night", "night"),
        ("remind me on the third", "on the third", None),
        ("an alarm for the 21st at seven", "the 21 st", None),
        ("an alarm for december 24 2027 at seven", "december 24 2027", None),
        ("an alarm for december 24 7 pm", "december 24", None),
    ],
)
def test_the_first_date_inside_a_text_is_found(
    text: str, said: str, part_of_day: str | None
) -> None:
    found = find_date(text, WEDNESDAY)
    assert found is not None
    assert " ".join(words(text)[found.first : found.after]) == said
    assert found.part_of_day == part_of_day


@pytest.mark.parametrize(
    "text",
    ["turn on the second lamp", "turn on the third", "turn off the third", "on the second floor",
     "on the third of the lamps", "a third of the lamps", "the lamp may be on"],
)  # fmt: skip
def test_which_of_several_things_is_no_date(text: str) -> None:
    assert find_date(text, WEDNESDAY) is None


@pytest.mark.parametrize(
    ("date", "spelled"),
    [
        ("2026-11-25", "today"),
        ("2026-11-26", "tomorrow"),
        ("2026-12-01", "Tuesday"),
        ("2026-12-02", "the second of December"),
        ("2027-11-24", "the twenty fourth of November"),
        ("2027-11-25", "the twenty fifth of November twenty twenty seven"),
        ("2009-01-12", "the twelfth of January two thousand and nine"),
    ],
)
def test_a_date_is_spelled_as_near_as_it_is(date: str, spelled: str) -> None:
    assert spell_date(dt.date.fromisoformat(date), WEDNESDAY) == spelled


@given(st.dates(dt.date(1902, 1, 1), dt.date(2190, 1, 1)), st.integers(-400, 400))
def test_every_date_around_today_spelled_reads_back(today: dt.date, days: int) -> None:
    date = today + dt.timedelta(days=days)
    assert parse_date(spell_date(date, today), today) == date


def test_every_day_of_a_year_from_today_spelled_reads_back() -> None:
    dates = [WEDNESDAY + dt.timedelta(days=days) for days in range(367)]
    assert [parse_date(spell_date(date, WEDNESDAY), WEDNESDAY) for date in dates] == dates


@given(st.text() | st.lists(st.sampled_from(VOCABULARY.split())).map(" ".join), st.dates())
def test_any_text_is_read_without_an_error_on_any_day(text: str, today: dt.date) -> None:
    parse_date(text, today)
    found = find_date(text, today)
    assert found is None or found.first < found.after <= len(words(text))


@pytest.mark.parametrize("today", [dt.date.min, dt.date.max])
@pytest.mark.parametrize(
    "text", ["tomorrow", "next week", "next friday", "monday", "this weekend", "the 1st", "may 1"]
)
def test_the_ends_of_the_calendar_are_no_error(text: str, today: dt.date) -> None:
    found = parse_date(text, today)
    assert found is None or found >= today
