"""What needs no device: the time, here and elsewhere, the date of a day, and being told to forget.

A date comes in ISO form where it could be read, and as it was said otherwise: feasts of a fixed day
are known here, and so is yesterday.
"""

from __future__ import annotations

import zoneinfo
from datetime import date, datetime, timedelta

from edge.types import Answer, Intent
from skills.skill import House, Skill
from skills.zones import zone_of

_HERE = frozenset({"here", "this room", "this house", "home", "the house"})
_FEASTS = {
    "christmas": (12, 25),
    "christmas day": (12, 25),
    "christmas eve": (12, 24),
    "boxing day": (12, 26),
    "new year": (1, 1),
    "new years": (1, 1),
    "new years day": (1, 1),
    "new years eve": (12, 31),
    "halloween": (10, 31),
    "valentines": (2, 14),
    "valentines day": (2, 14),
    "st patricks day": (3, 17),
    "saint patricks day": (3, 17),
    "april fools": (4, 1),
    "april fools day": (4, 1),
    "independence day": (7, 4),
}
"""Month and day, by the name without its apostrophe."""
_DAYS = {"today": 0, "todays": 0, "yesterday": -1, "the day before yesterday": -2}


def handle(intent: Intent, house: House) -> Answer:
    """Tell the time or the date, of here and now or of what was asked for."""
    now = house.clock()
    if intent.name == "HassGetCurrentTime":
        return Answer(speech=_time(str(intent.slots.get("location", "")).strip(), now, house))
    said = str(intent.slots.get("date") or intent.slots.get("name") or "").strip()
    return Answer(speech=_date(said, now.date()))


def never_mind(_: Intent, __: House) -> Answer:
    """Do nothing, and say nothing."""
    return Answer()


def _time(location: str, now: datetime, house: House) -> str:
    """The time in a place; here where none is said, or one of this home."""
    if not location or location.lower() in _HERE or house.home.area_called(location) is not None:
        return f"It is {_clock(now)}."
    zone = zone_of(location)
    try:
        there = now.astimezone(zoneinfo.ZoneInfo(zone.key)) if zone is not None else None
    except zoneinfo.ZoneInfoNotFoundError:
        there = None
    if zone is None or there is None:
        return f"I don't know what time it is in {location}."
    return f"It is {_clock(there)} {zone.phrase}."


def _clock(time: datetime) -> str:
    half = "AM" if time.hour < 12 else "PM"
    return f"{time.hour % 12 or 12}:{time.minute:02d} {half}"


def _date(said: str, today: date) -> str:
    """The weekday and date of what was said; of today where nothing is said."""
    name = said.lower().replace("'", "").replace("’", "").replace(".", "")
    day = _read(said) or (today + timedelta(days=_DAYS[name]) if name in _DAYS else None)
    if not said or day == today:
        return f"It is {today:%A}, {_day(today)}, {today.year}."
    if name in _FEASTS:
        return f"{_titled(said)} is on {_full(_next(*_FEASTS[name], today), today)}."
    if day is None:
        return f"I don't know when {said} is."
    near = {1: "Tomorrow is", -1: "Yesterday was"}.get((day - today).days)
    if near is not None:
        return f"{near} {_full(day, today)}."
    year = f", {day.year}" if day.year != today.year else ""
    return f"{_day(day)}{year} {'was' if day < today else 'is'} a {day:%A}."


def _read(said: str) -> date | None:
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None


def _next(month: int, day: int, today: date) -> date:
    """The next such day of a year, which may be today."""
    this_year = date(today.year, month, day)
    return this_year if this_year >= today else date(today.year + 1, month, day)


def _full(day: date, today: date) -> str:
    """ "Friday, December 25th", with the year where it is another one."""
    return f"{day:%A}, {_day(day)}{f', {day.year}' if day.year != today.year else ''}"


def _day(day: date) -> str:
    return f"{day:%B} {_ordinal(day.day)}"


def _ordinal(day: int) -> str:
    ending = "th" if 10 <= day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def _titled(name: str) -> str:
    return " ".join(word[:1].upper() + word[1:] for word in name.split())


CLOCK = Skill(
    name="clock",
    intents=("HassGetCurrentTime", "HassGetCurrentDate"),
    permissions=frozenset(),
    handle=handle,
)
NEVER_MIND = Skill(
    name="never_mind", intents=("HassNevermind",), permissions=frozenset(), handle=never_mind
)
