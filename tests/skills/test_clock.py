"""The time here and elsewhere, and the date of a day."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from skills.skill import House
from skills.zones import zone_of
from tests.edge.nlu.homes import HOME, states
from tests.skills.asked import answer

HOUSE = House(HOME, states(), clock=lambda: datetime(2026, 6, 20, 19, 5, tzinfo=UTC))


def time_in(location: str) -> str:
    return answer("HassGetCurrentTime", [], HOUSE, location=location).speech


def date_of(date: str) -> str:
    return answer("HassGetCurrentDate", [], HOUSE, date=date).speech


@pytest.mark.parametrize(
    ("location", "speech"),
    [
        ("tokyo", "It is 4:05 AM in Tokyo."),
        ("new york", "It is 3:05 PM in New York."),
        ("The UK", "It is 8:05 PM in the UK."),
        ("india", "It is 12:35 AM in India."),
        ("rio de janeiro", "It is 4:05 PM in Rio de Janeiro."),
        ("washington d.c.", "It is 3:05 PM in Washington DC."),
        ("pacific", "It is 12:05 PM Pacific time."),
        ("eastern standard time", "It is 3:05 PM Eastern time."),
        ("the mountain time zone", "It is 1:05 PM Mountain time."),
        ("gmt", "It is 7:05 PM GMT."),
        ("utc", "It is 7:05 PM UTC."),
        ("the east coast", "It is 3:05 PM on the East Coast."),
        ("atlantis", "I don't know what time it is in atlantis."),
        ("here", "It is 7:05 PM."),
        ("kitchen", "It is 7:05 PM."),
    ],
)
def test_the_time_is_told_of_elsewhere(location: str, speech: str) -> None:
    assert time_in(location) == speech


@pytest.mark.parametrize(
    ("place", "zone"),
    [
        ("japan", "Asia/Tokyo"),
        ("china", "Asia/Shanghai"),
        ("germany", "Europe/Berlin"),
        ("california", "America/Los_Angeles"),
        ("texas", "America/Chicago"),
        ("central time", "America/Chicago"),
        ("ho chi minh", "Asia/Ho_Chi_Minh"),
        ("buenos aires", "America/Argentina/Buenos_Aires"),
        ("port-au-prince", "America/Port-au-Prince"),
        ("orlando fl", "America/New_York"),
        ("paris texas", "America/Chicago"),
        ("paris, france", "Europe/Paris"),
        ("portland maine", "America/New_York"),
        ("perth australia", "Australia/Perth"),
        ("unheard of australia", "Australia/Sydney"),
        ("", None),
        ("time", None),
        ("us", "America/New_York"),
    ],
)
def test_a_place_has_a_zone(place: str, zone: str | None) -> None:
    found = zone_of(place)
    assert (found.key if found is not None else None) == zone


@pytest.mark.parametrize(
    ("date", "speech"),
    [
        ("2026-06-27", "June 27th is a Saturday."),
        ("2027-04-23", "April 23rd, 2027 is a Friday."),
        ("1976-07-04", "July 4th, 1976 was a Sunday."),
        ("2026-06-20", "It is Saturday, June 20th, 2026."),
        ("2026-06-21", "Tomorrow is Sunday, June 21st."),
        ("yesterday", "Yesterday was Friday, June 19th."),
        ("today's", "It is Saturday, June 20th, 2026."),
        ("christmas", "Christmas is on Friday, December 25th."),
        ("New Year's Eve", "New Year's Eve is on Thursday, December 31st."),
        ("valentine's day", "Valentine's Day is on Sunday, February 14th, 2027."),
        ("memorial day", "I don't know when memorial day is."),
    ],
)
def test_the_day_of_a_date_is_told(date: str, speech: str) -> None:
    assert date_of(date) == speech


def test_a_name_is_taken_for_the_day_it_names() -> None:
    said = answer("HassGetCurrentDate", [], HOUSE, name="thanksgiving")
    assert said.speech == "I don't know when thanksgiving is."
