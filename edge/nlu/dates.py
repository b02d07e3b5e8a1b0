"""Dates in words, both ways: "the third of march" ↔ 2027-03-03.

Three ways of saying a date are tried at a word: by its distance from today ("tomorrow", "next
week", "in three days"), by a weekday ("on friday", "next monday"), and by the calendar ("march
3rd", "2026-12-24", "on the 21st"). A part of the day may follow ("tomorrow evening"). A weekday
alone is the first one after today, "next" and a weekday is that of the next week, which begins on
Monday; a day of the year that has passed is that of the next year.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from edge.nlu.durations import SECONDS, duration_at
from edge.nlu.numbers import spell_number, words
from edge.nlu.times import part_of_day_at, whole_at

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip

_WEEKDAYS = {name.casefold(): at for at, name in enumerate(WEEKDAYS)}
_MONTHS = {
    said: at
    for at, name in enumerate(map(str.casefold, MONTHS), start=1)
    for said in {name, name[:3], "sept" if at == 9 else name}
}
_SATURDAY = 5
_YEARS = (1900, 2199)
"""The first and the last year that are read beside a month."""
_LEAP = 8
"""Years within which every day of the year comes again."""
_IRREGULAR = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
    "twenty": "twentieth",
    "thirty": "thirtieth",
}
_DIGITS = re.compile(r"[0-9]{1,2}")
_YEAR_DIGITS = re.compile(r"[0-9]{4}")
_BEFORE_DAY = frozenset({"on", "for", "until", "till", "by", "before", "after", "from", "around"})
"""With one of these before it, "the third" can be a date."""
_SWITCHED = frozenset({"turn", "switch", "put"})
"""With one of these before it, "on" is no preposition: "turn on the third"."""
_PARTS_OF_TODAY = {("morning",), ("afternoon",), ("evening",)}
_DISTANCES = {
    ("today",): 0,
    ("tomorrow",): 1,
    ("the", "day", "after", "tomorrow"): 2,
    ("day", "after", "tomorrow"): 2,
}

_Day = tuple[dt.date, int]
"""A date, and the place after its words."""


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date inside a text, and the words (as of `words`) that it spans, "on" included."""

    date: dt.date
    part_of_day: str | None
    """A key of `PARTS_OF_DAY` where one was said: "tonight", "tomorrow morning"."""
    first: int
    after: int


def parse_date(text: str, today: dt.date) -> dt.date | None:
    """The date of a text that is one date, with or without a part of the day, or None."""
    tokens = words(text)
    found = date_at(tokens, 0, today)
    return found.date if found is not None and found.after == len(tokens) else None


def find_date(text: str, today: dt.date) -> FoundDate | None:
    """The first date inside a text, as long as it can be read; None when there is none."""
    return find_date_in(words(text), today)


def find_date_in(
    tokens: tuple[str, ...], today: dt.date, places: Iterable[int] | None = None
) -> FoundDate | None:
    """As `find_date`, for words that `words` has already split, from the places given."""
    for first in range(len(tokens)) if places is None else places:
        found = date_at(tokens, first, today)
        if found is not None:
            return found
    return None


def date_at(tokens: tuple[str, ...], at: int, today: dt.date) -> FoundDate | None:
    """The longest date that starts at a word."""
    said = at + 1 if tokens[at : at + 1] == ("on",) else at
    found = _weekday(tokens, said, today) or _calendar(tokens, said, today)
    found = found or _distant(tokens, at, today)
    if found is None:
        return None
    date, after = found
    part = part_of_day_at(tokens, after)
    if part is None:
        return FoundDate(date, None, at, after)
    return FoundDate(date, part[0], at, part[1])


def spell_date(date: dt.date, today: dt.date) -> str:
    """The English words of a date: "tomorrow", "Friday", "the third of March".

    The year is named where it is not the next such day: "the first of May twenty twenty eight".
    Dates from 1900 to 2199 read back with the same `today`.
    """
    days = (date - today).days
    if days in {0, 1}:
        return "tomorrow" if days else "today"
    if 1 < days < 7:
        return WEEKDAYS[date.weekday()]
    spelled = f"the {_ordinal(date.day)} of {MONTHS[date.month - 1]}"
    if _next_of_year(date.month, date.day, today) == date:
        return spelled
    century, rest = divmod(date.year, 100)
    if rest < 10:
        return f"{spelled} {spell_number(date.year)}"
    return f"{spelled} {spell_number(century)} {spell_number(rest)}"


def _distant(tokens: tuple[str, ...], at: int, today: dt.date) -> _Day | None:
    """ "tomorrow", "tonight", "this evening", "next week", "the weekend", "in three days"."""
    for said, days in _DISTANCES.items():
        if tokens[at : at + len(said)] == said:
            return _dated(_days_after(today, days), at + len(said))
    if tokens[at : at + 1] == ("tonight",):
        return today, at
    if tokens[at : at + 1] == ("this",) and tokens[at + 1 : at + 2] in _PARTS_OF_TODAY:
        return today, at + 1
    if tokens[at : at + 2] == ("next", "week"):
        return _dated(_days_after(_monday(today), 7), at + 2)
    return _weekend(tokens, at, today) or _counted(tokens, at, today)


def _weekend(tokens: tuple[str, ...], at: int, today: dt.date) -> _Day | None:
    """The Saturday of a weekend, or today when it is under way."""
    at = at + 1 if tokens[at : at + 1] and tokens[at] in {"at", "on", "over"} else at
    if tokens[at + 1 : at + 2] != ("weekend",) or tokens[at] not in {"this", "the", "next"}:
        return None
    days = _SATURDAY - today.weekday()
    if tokens[at] == "next":
        days += 7
    return _dated(_days_after(today, max(0, days)), at + 2)


def _counted(tokens: tuple[str, ...], at: int, today: dt.date) -> _Day | None:
    """ "in three days", "two weeks from today": whole days from today."""
    begins = at + 1 if tokens[at : at + 1] == ("in",) else at
    found = duration_at(tokens, begins)
    if found is None or not found.seconds or found.seconds % SECONDS["day"]:
        return None
    after = found.after
    if begins == at:
        if tokens[after : after + 2] not in {("from", "today"), ("from", "now")}:
            return None
        after += 2
    return _dated(_days_after(today, found.seconds // SECONDS["day"]), after)


def _weekday(tokens: tuple[str, ...], at: int, today: dt.date) -> _Day | None:
    """ "friday", "next friday", "friday next week", "friday the 24th of december"."""
    which = tokens[at] if tokens[at : at + 1] and tokens[at] in {"this", "next"} else None
    named = at if which is None else at + 1
    weekday = _WEEKDAYS.get(tokens[named]) if named < len(tokens) else None
    if weekday is None:
        return None
    after = named + 1
    if which is None and (exact := _calendar(tokens, after, today)) is not None:
        return exact
    if tokens[after : after + 2] == ("next", "week"):
        which, after = "next", after + 2
    if which == "next":
        return _dated(_days_after(_monday(today), 7 + weekday), after)
    soonest = today if which == "this" else _days_after(today, 1)
    days = (weekday - soonest.weekday()) % 7 if soonest is not None else 0
    return _dated(soonest and _days_after(soonest, days), after)


def _calendar(tokens: tuple[str, ...], at: int, today: dt.date) -> _Day | None:
    """ "2026-12-24", "the third of march", "march 3rd 2027", "24 december", "the 21st"."""
    if tokens[at + 1 : at + 2] == ("-",):
        return _iso(tokens, at)
    month = _MONTHS.get(tokens[at]) if at < len(tokens) else None
    begins = at + 1 if month is not None else at
    begins += tokens[begins : begins + 1] == ("the",)
    ordinal = _ordinal_at(tokens, begins)
    day = ordinal or whole_at(tokens, begins, 1, 31)
    if day is None:
        return None
    number, after = day
    if month is None:
        of = after + (tokens[after : after + 1] == ("of",))
        month = _MONTHS.get(tokens[of]) if of < len(tokens) else None
        if month is None:
            alone = ordinal is not None and _stands_alone(tokens, begins, after)
            return _dated(_next_of_month(number, today) if alone else None, after)
        after = of + 1
    year = _year(tokens, after)
    if year is not None:
        return _dated(_date(year[0], month, number), year[1])
    return _dated(_next_of_year(month, number, today), after)


def _iso(tokens: tuple[str, ...], at: int) -> _Day | None:
    parts = tokens[at : at + 5 : 2]
    if tokens[at + 1 : at + 4 : 2] != ("-", "-") or len(parts) < 3:
        return None
    if not _YEAR_DIGITS.fullmatch(parts[0]) or not all(map(_DIGITS.fullmatch, parts[1:])):
        return None
    return _dated(_date(int(parts[0]), int(parts[1]), int(parts[2])), at + 5)


def _stands_alone(tokens: tuple[str, ...], first: int, after: int) -> bool:
    """Whether a day without a month can be one: "on the 21st at seven", no "the third lamp"."""
    article = first > 0 and tokens[first - 1] == "the"
    before = tokens[: first - article]
    led = not before or before[-1] in _BEFORE_DAY or before[-1] in _WEEKDAYS
    switched = before[-1:] == ("on",) and not _SWITCHED.isdisjoint(before[-2:])
    ends = after == len(tokens) or tokens[after] in {"at", "around"}
    plain = article or tokens[first].isdigit()
    return plain and led and not switched and (ends or part_of_day_at(tokens, after) is not None)


def _ordinal_at(tokens: tuple[str, ...], at: int) -> tuple[int, int] | None:
    """ "third", "twenty first", "3rd"."""
    for length in (2, 1):
        said = tokens[at : at + length]
        if said in _ORDINALS:
            return _ORDINALS[said], at + len(said)
    ends = tokens[at + 1 : at + 2]
    if not ends or ends[0] not in {"st", "nd", "rd", "th"} or not _DIGITS.fullmatch(tokens[at]):
        return None
    day = whole_at(tokens, at, 1, 31)
    return (day[0], at + 2) if day is not None else None


def _year(tokens: tuple[str, ...], at: int) -> tuple[int, int] | None:
    """ "2027", "twenty twenty seven", "two thousand and twenty seven"."""
    whole = whole_at(tokens, at, *_YEARS)
    if whole is not None:
        return whole
    century = whole_at(tokens, at, _YEARS[0] // 100, _YEARS[1] // 100)
    rest = whole_at(tokens, century[1], 10, 99) if century is not None else None
    if century is None or rest is None or tokens[at].isdigit() or tokens[century[1]].isdigit():
        return None
    return 100 * century[0] + rest[0], rest[1]


def _ordinal(day: int) -> str:
    *tens, last = spell_number(day).split()
    return " ".join((*tens, _IRREGULAR.get(last, f"{last}th")))


_ORDINALS = {tuple(_ordinal(day).split()): day for day in range(1, 32)}


def _next_of_year(month: int, day: int, today: dt.date) -> dt.date | None:
    years = range(today.year, today.year + _LEAP + 1)
    dates = (_date(year, month, day) for year in years)
    return next((date for date in dates if date is not None and date >= today), None)


def _next_of_month(day: int, today: dt.date) -> dt.date | None:
    months = (divmod(12 * today.year + today.month - 1 + ahead, 12) for ahead in range(3))
    dates = (_date(year, month + 1, day) for year, month in months)
    return next((date for date in dates if date is not None and date >= today), None)


def _monday(today: dt.date) -> dt.date:
    return dt.date.fromordinal(max(1, today.toordinal() - today.weekday()))


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _days_after(date: dt.date, days: int) -> dt.date | None:
    try:
        return date + dt.timedelta(days=days)
    except OverflowError:
        return None


def _dated(date: dt.date | None, after: int) -> _Day | None:
    return (date, after) if date is not None else None
