"""Clock times in words, both ways: "half past six" ↔ 6:30.

Four ways of saying a time are tried at a word: by name ("noon"), by minutes before or after an
hour ("ten past five"), as half an hour past the one named in Britain ("half six"), and as an hour
with or without minutes ("seven", "7:30", "six oh five"). The half of the day may follow ("pm",
"in the morning", "at night"); where it does not, and the hour leaves it open, the time found says
so, and means the next such moment. All times are naive and local.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from edge.nlu.durations import measures
from edge.nlu.numbers import number_at, spell_number, words

PARTS_OF_DAY: Mapping[str, int] = {
    "morning": 0,
    "afternoon": 12,
    "evening": 13,
    "tonight": 16,
    "night": 18,
}
"""The hour from which an open time is sought in each part of the day: "one at night" is 1:00."""

_HALF_DAY = 720
"""Minutes in half a day."""
_NAMED = {"midnight": 0, "noon": 12, "midday": 12}
_HALVES = {("am",): 0, ("a", "m"): 0, ("pm",): 12, ("p", "m"): 12}
_SHARES = {"half": 30, "quarter": 15}
_PAST = frozenset({"past", "after"})
_TO = frozenset({"to", "till", "before"})
_MARKS = frozenset({"at", "around"})
"""With these before it, a number is an hour."""
_OH = frozenset({"oh", "o", "zero"})
_ORDINAL_ENDS = frozenset({"st", "nd", "rd", "th"})
_DOTTED = re.compile(r"([0-9]{1,2})\.([0-5][0-9])")
_TWO_DIGITS = re.compile(r"[0-5][0-9]")


class Said(IntEnum):
    """How plainly words speak of a time."""

    NUMBER = 0
    """An hour alone, which could be any other number: "seven"."""
    NUMBERS = 1
    """An hour and minutes without more, which could be two other numbers: "seven thirty"."""
    CLEARLY = 2
    """Nothing but a time: "noon", "7 pm", "half past six"."""


@dataclass(frozen=True, slots=True)
class FoundTime:
    """A clock time inside a text, and the words (as of `words`) that it spans."""

    time: dt.time
    """As said: "half past twelve" is 12:30 whether the half of the day is open or not."""
    half_day_open: bool
    """Whether it was left open which half of the day is meant."""
    said: Said
    first: int
    after: int

    def next_after(self, now: dt.datetime) -> dt.datetime:
        """The next such moment: at 21:00 "seven" is 7:00 tomorrow."""
        return self.next_from(now + dt.datetime.resolution)

    def next_from(self, start: dt.datetime) -> dt.datetime:
        """The first such moment that is not before another."""
        every = dt.timedelta(minutes=_HALF_DAY if self.half_day_open else 2 * _HALF_DAY)
        return start + (dt.datetime.combine(start.date(), self.time) - start) % every


class _Clock(NamedTuple):
    minutes: int
    """Since midnight, 0 to 1439."""
    half_day_open: bool
    said: Said
    after: int

    def in_half_from(self, start: int, after: int) -> _Clock:
        """The same in the half of a day that starts at a minute of it, said up to a word."""
        minutes = self.minutes
        if self.half_day_open:
            minutes = (start + (minutes - start) % _HALF_DAY) % (2 * _HALF_DAY)
        return _Clock(minutes, False, Said.CLEARLY, after)


def parse_time(text: str) -> dt.time | None:
    """The time, as said, of a text that is one time and nothing else but "at", or None."""
    tokens = words(text)
    found = time_at(tokens, 1 if tokens[:1] == ("at",) else 0)
    return found.time if found is not None and found.after == len(tokens) else None


def find_time(text: str, now: dt.datetime | None = None) -> FoundTime | None:
    """The time inside a text that is said most plainly, the first of several; None without one.

    A number is an hour after "at", or where nothing else is a time. With `now`, "quarter past" is
    that of the hour under way, or of the next one when it has passed.
    """
    tokens = words(text)
    return max(_times_in(tokens, now), key=lambda found: _plainness(tokens, found), default=None)


def time_at(tokens: tuple[str, ...], at: int, now: dt.datetime | None = None) -> FoundTime | None:
    """The longest time that starts at a word."""
    part = _half_of_day_at(tokens, at)
    if part is not None and tokens[part[1] : part[1] + 1] == ("at",):
        clock = _clock_at(tokens, part[1] + 1, now)
        clock = clock and clock.in_half_from(part[0], clock.after)
    else:
        clock = _clock_at(tokens, at, now)
        half = _half_of_day_at(tokens, clock.after) if clock is not None else None
        clock = clock.in_half_from(*half) if clock is not None and half is not None else clock
    if clock is None or (clock.said < Said.CLEARLY and _counts(tokens, clock.after)):
        return None
    time = dt.time(*divmod(clock.minutes, 60))
    return FoundTime(time, clock.half_day_open, clock.said, at, clock.after)


def part_of_day_at(tokens: tuple[str, ...], at: int) -> tuple[str, int] | None:
    """The part of the day said at a word, a key of `PARTS_OF_DAY`, and the place after it.

    "in the morning", "at night", and after a day "evening".
    """
    if tokens[at : at + 2] == ("in", "the"):
        at += 2
    elif tokens[at : at + 2] == ("at", "night"):
        at += 1
    part = tokens[at] if at < len(tokens) else ""
    return (part, at + 1) if part in PARTS_OF_DAY else None


def whole_at(tokens: tuple[str, ...], at: int, low: int, high: int) -> tuple[int, int] | None:
    """The whole number that starts at a word, from low to high, and the place after it."""
    found = number_at(tokens, at)
    if found is None or not isinstance(found.value, int) or not tokens[at].isalnum():
        return None
    return (found.value, found.after) if low <= found.value <= high else None


def spell_time(time: dt.time) -> str:
    """The English words of a time, to the minute: "six oh five pm", "noon", "midnight"."""
    if time.minute == 0 and time.hour % 12 == 0:
        return "noon" if time.hour else "midnight"
    parts = [spell_number(time.hour % 12 or 12)]
    if time.minute:
        parts.append(("oh " if time.minute < 10 else "") + spell_number(time.minute))
    return " ".join((*parts, "am" if time.hour < 12 else "pm"))


def _times_in(tokens: tuple[str, ...], now: dt.datetime | None) -> Iterator[FoundTime]:
    """The times of a text from the left; a number is read once, as long as it can be."""
    at = 0
    while at < len(tokens):
        found = time_at(tokens, at, now)
        if found is not None:
            yield found
        number = found or number_at(tokens, at)
        at = number.after if number is not None else at + 1


def _plainness(tokens: tuple[str, ...], found: FoundTime) -> Said:
    marked = found.first > 0 and tokens[found.first - 1] in _MARKS
    return Said.CLEARLY if marked else found.said


def _clock_at(tokens: tuple[str, ...], at: int, now: dt.datetime | None) -> _Clock | None:
    """A time without the half of the day, unless its name or its hour says it."""
    relative = _named(tokens, at) or _relative(tokens, at, now) or _half(tokens, at)
    return relative or _hour_and_minutes(tokens, at)


def _named(tokens: tuple[str, ...], at: int) -> _Clock | None:
    """ "noon", "midnight"."""
    hour = _NAMED.get(tokens[at]) if at < len(tokens) else None
    return _Clock(60 * hour, False, Said.CLEARLY, at + 1) if hour is not None else None


def _relative(tokens: tuple[str, ...], at: int, now: dt.datetime | None) -> _Clock | None:
    """ "half past six", "a quarter to noon", "ten minutes past five"; "half past" with `now`."""
    share = _share(tokens, at)
    count = share or whole_at(tokens, at, 1, 59)
    if count is None:
        return None
    minutes, after = count
    after += tokens[after : after + 1] in {("minute",), ("minutes",)} and share is None
    relation = tokens[after] if after < len(tokens) else ""
    if relation not in _PAST | _TO or (relation in _TO and minutes == 30 and share):
        return None
    said = Said.CLEARLY if share is not None else Said.NUMBERS
    signed = minutes if relation in _PAST else -minutes
    named = _named(tokens, after + 1)
    if named is not None:
        return named._replace(minutes=(named.minutes + signed) % (2 * _HALF_DAY))
    hour = whole_at(tokens, after + 1, 1, 12)
    if hour is not None:
        return _Clock(_open(60 * hour[0] + signed), True, said, hour[1])
    if share is None or now is None or relation != "past":
        return None
    coming = now if now.minute < minutes else now + dt.timedelta(hours=1)
    return _Clock(60 * coming.hour + minutes, False, said, after + 1)


def _share(tokens: tuple[str, ...], at: int) -> tuple[int, int] | None:
    at = at + 1 if tokens[at : at + 1] == ("a",) else at
    share = _SHARES.get(tokens[at]) if at < len(tokens) else None
    return (share, at + 1) if share is not None else None


def _half(tokens: tuple[str, ...], at: int) -> _Clock | None:
    """ "half six"."""
    hour = whole_at(tokens, at + 1, 1, 12) if tokens[at : at + 1] == ("half",) else None
    return _Clock(_open(60 * hour[0] + 30), True, Said.NUMBERS, hour[1]) if hour else None


def _hour_and_minutes(tokens: tuple[str, ...], at: int) -> _Clock | None:
    """ "seven", "seven o'clock", "7:30", "07.30", "six oh five", "twelve noon"."""
    if at >= len(tokens):
        return None
    dotted = _DOTTED.fullmatch(tokens[at])
    found = (int(dotted[1]), at + 1) if dotted else whole_at(tokens, at, 0, 24)
    if found is None:
        return None
    hour, after = found
    minute, said = 0, Said.NUMBER
    if dotted is not None:
        minute, said = int(dotted[2]), Said.NUMBERS
    elif (clock := _o_clock(tokens, after)) is not None:
        after, said = clock, Said.CLEARLY
    elif (past := _minutes(tokens, after)) is not None:
        (minute, after), said = past, Said.NUMBERS
    elif hour == 12 and (named := _named(tokens, after)) is not None:
        return named
    if hour > 24 or (hour == 24 and minute) or (hour % 24 == 0 and said is Said.NUMBER):
        return None
    half_day_open = 1 <= hour <= 12 and not tokens[at].startswith("0")
    return _Clock(60 * (hour % 24) + minute, half_day_open, said, after)


def _o_clock(tokens: tuple[str, ...], at: int) -> int | None:
    if tokens[at : at + 2] == ("o", "clock"):
        return at + 2
    return at + 1 if tokens[at : at + 1] == ("oclock",) else None


def _minutes(tokens: tuple[str, ...], at: int) -> tuple[int, int] | None:
    """The minutes after an hour: "thirty", "oh five", "05"."""
    if at >= len(tokens):
        return None
    if tokens[at] in _OH:
        return whole_at(tokens, at + 1, 1, 9)
    if _TWO_DIGITS.fullmatch(tokens[at]):
        found: tuple[int, int] | None = (int(tokens[at]), at + 1)
    else:
        found = whole_at(tokens, at, 10, 59)
    return found if found is not None and not _counts(tokens, found[1]) else None


def _half_of_day_at(tokens: tuple[str, ...], at: int) -> tuple[int, int] | None:
    """The minute of the day from which the time before is sought, and the place after."""
    for said, hour in _HALVES.items():
        if tokens[at : at + len(said)] == said:
            return 60 * hour, at + len(said)
    if tokens[at : at + 1] not in {("in",), ("at",)}:
        return None
    part = part_of_day_at(tokens, at)
    return (60 * PARTS_OF_DAY[part[0]], part[1]) if part is not None else None


def _counts(tokens: tuple[str, ...], at: int) -> bool:
    """Whether the number before a word is one of things, or of a day: "7 minutes", "7th"."""
    return measures(tokens, at) or (at < len(tokens) and tokens[at] in _ORDINAL_ENDS)


def _open(minutes: int) -> int:
    """Minutes of half a day, as said with hours from 1 to 12."""
    minutes %= _HALF_DAY
    return minutes if minutes >= 60 else minutes + _HALF_DAY
