"""Moments in words: "at half past six tomorrow", "in ten minutes", "on friday at noon".

A moment is a time with or without a date on either side, or a duration from now. A time that could
be any other number needs a word before it that makes it one ("at seven"), or a date beside it. What
else is said of the date may stand elsewhere: in "tomorrow wake me at seven" the moment is
tomorrow's. A date alone is no moment; `edge.nlu.dates` finds it. Nothing here reads "every".

Which half of the day an open time means: the next one without a date and, where it is still to
come, today; on another day the one between six and eighteen; otherwise that of the part of the day
said. Midnight ends the day it is said with.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from edge.nlu.dates import FoundDate, date_at, find_date_in
from edge.nlu.durations import SECONDS, duration_at
from edge.nlu.numbers import words
from edge.nlu.times import PARTS_OF_DAY, FoundTime, Said, time_at

_AT = frozenset({"at", "around"})
_BOUNDS = frozenset({"until", "till", "before", "after", "by", "from"})
"""With these a time is one, but not the moment at which something happens."""
_VALUES = frozenset({"by", "from"})
"""With these a number may as well be a value: "by ten", "from two"."""
_ROUGHLY = frozenset({"about", "around", "exactly"})
_DAY_BEGINS = 6
"""The hour from which an open time is sought on another day than today."""
_DAY = SECONDS["day"]


@dataclass(frozen=True, slots=True)
class FoundMoment:
    """A moment inside a text, and the words (as of `words`) that say it.

    The words include "at", "around", "for", "on" and "in". They do not include "until", "before",
    "after", "by" and "from" before a time or a date, which say something else than when: who uses
    the moment looks at the word before it.
    """

    moment: dt.datetime
    """Naive local time. In the past only where it was said so: "today at 8 am" at noon."""
    half_day_open: bool
    """Whether it was left open which half of the day is meant, so that it was guessed."""
    first: int
    after: int
    apart: tuple[int, int] | None = None
    """The first word of a date said apart from the time, and the place after it."""


def find_moment(text: str, now: dt.datetime) -> FoundMoment | None:
    """The first moment inside a text; None when there is none.

    "for" makes a number a time only where nothing else does ("a table for two at seven"), and days
    from now are a moment only where no time is said ("in three days wake me at seven").
    """
    tokens = words(text)
    for marks, in_days in ((_AT, False), (_AT | {"for"}, False), (_AT, True)):
        at = 0
        while at < len(tokens):
            try:
                found = (
                    _from_date(tokens, at, now)
                    or _from_time(tokens, at, now, marks)
                    or _from_now(tokens, at, now, in_days)
                )
            except OverflowError:
                found = None
            if found is not None:
                return found
            number = time_at(tokens, at, now)
            at = number.after if number is not None else at + 1
    return None


def _from_date(tokens: tuple[str, ...], at: int, now: dt.datetime) -> FoundMoment | None:
    """ "tomorrow at 8 am", "for friday at noon"."""
    date = date_at(tokens, at + (tokens[at] == "for"), now.date())
    if date is None:
        return None
    begins = _past_marks(tokens, date.after, _AT | _ROUGHLY)
    time = time_at(tokens, begins, now)
    if time is None:
        return None
    if begins == date.after and time.said is Said.NUMBER and time.after < len(tokens):
        return None
    return FoundMoment(_on(date, time, now, tokens), _is_open(time, date), at, time.after)


def _from_time(
    tokens: tuple[str, ...], at: int, now: dt.datetime, marks: frozenset[str]
) -> FoundMoment | None:
    """ "at seven", "at half past six tomorrow", and with the date elsewhere."""
    first = at + (tokens[at] in _BOUNDS)
    begins = _past_marks(tokens, first, _AT | {"for"} if first == at else _AT | _ROUGHLY)
    time = time_at(tokens, begins, now)
    if time is None:
        return None
    date = date_at(tokens, time.after, now.date())
    is_hour = time.said > Said.NUMBER or time.time.hour <= 12
    led = is_hour and tokens[at] in marks | (_BOUNDS - _VALUES)
    beside = date is not None and time.said > Said.NUMBER
    if not (led or beside or time.said is Said.CLEARLY):
        return None
    after, apart = time.after, None
    if date is not None:
        after = date.after
    elif (date := _date_elsewhere(tokens, at, after, now)) is not None:
        apart = (date.first, date.after)
    moment = _on(date, time, now, tokens) if date is not None else time.next_after(now)
    return FoundMoment(moment, _is_open(time, date), first, after, apart)


def _from_now(
    tokens: tuple[str, ...], at: int, now: dt.datetime, in_days: bool
) -> FoundMoment | None:
    """ "in ten minutes", "after an hour", "an hour from now"; `in_days`: and "in three days"."""
    begins = at + (tokens[at] in {"in", "after"})
    duration = duration_at(tokens, begins)
    if duration is None or (not in_days and duration.seconds and not duration.seconds % _DAY):
        return None
    after = duration.after
    if begins == at and tokens[after : after + 2] != ("from", "now"):
        return None
    for ending in (("from", "now"), ("s", "time"), ("time",)):
        if tokens[after : after + len(ending)] == ending:
            after += len(ending)
            break
    return FoundMoment(now + dt.timedelta(seconds=duration.seconds), False, at, after)


def _on(date: FoundDate, time: FoundTime, now: dt.datetime, tokens: tuple[str, ...]) -> dt.datetime:
    """The moment of a time on a date, as the story of this module has it."""
    is_today = date.date == now.date()
    begins = dt.datetime.combine(date.date, dt.time())
    noon = begins + dt.timedelta(hours=12)
    if date.part_of_day is not None:
        moment = time.next_from(begins + dt.timedelta(hours=PARTS_OF_DAY[date.part_of_day]))
        day = dt.timedelta(days=1)
        return moment - day if is_today and moment - day > now else moment
    if "midnight" in tokens[time.first : time.after]:
        return time.next_from(noon)
    if not time.half_day_open:
        return time.next_from(begins)
    if not is_today:
        return time.next_from(begins + dt.timedelta(hours=_DAY_BEGINS))
    coming = time.next_after(now)
    return coming if coming.date() == date.date else time.next_from(noon)


def _is_open(time: FoundTime, date: FoundDate | None) -> bool:
    return time.half_day_open and (date is None or date.part_of_day is None)


def _date_elsewhere(
    tokens: tuple[str, ...], first: int, after: int, now: dt.datetime
) -> FoundDate | None:
    """A date in the words before a time, or else in those after it."""
    before = find_date_in(tokens[:first], now.date())
    return before or find_date_in(tokens, now.date(), range(after, len(tokens)))


def _past_marks(tokens: tuple[str, ...], at: int, marks: frozenset[str]) -> int:
    """The place after "at", "at about" and the like, if they are there."""
    for some in (marks, _ROUGHLY):
        if at < len(tokens) and tokens[at] in some:
            at += 1
        else:
            break
    return at
