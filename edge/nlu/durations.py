"""Durations in words, both ways: "an hour and a half" ↔ 5400 seconds.

A duration is a count and a unit. After it may come counts of ever smaller units ("two hours and
ten minutes"), a share of the same unit ("and a half"), or a count whose unit goes without saying
("an hour thirty"). Counts are numbers, articles, and the vague "couple" and "few". A sign is no
part of a duration.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from edge.nlu.numbers import number_at, spell_number, words

SECONDS = {"week": 604_800, "day": 86_400, "hour": 3600, "minute": 60, "second": 1}
"""Seconds in each unit of a duration, the largest first."""

_UNITS = {word: unit for unit in SECONDS for word in (unit, unit + "s")}
_SHORT_UNITS = {
    **dict.fromkeys(("hr", "hrs", "h"), "hour"),
    **dict.fromkeys(("min", "mins", "m"), "minute"),
    **dict.fromkeys(("sec", "secs", "s"), "second"),
}
_SMALLER = dict(pairwise(SECONDS))
"""What a count without a unit means after one: "an hour thirty"."""
_VAGUE = {"couple": 2, "few": 3}
_ARTICLES = frozenset({"a", "an"})
_OTHER_MEASURES = frozenset({"%", "percent", "°", "degree", "degrees", "kelvin", "k"})


@dataclass(frozen=True, slots=True)
class FoundDuration:
    """A duration inside a text: whole seconds and the words (as of `words`) that it spans."""

    seconds: int
    first: int
    after: int


def parse_duration(text: str) -> int | None:
    """The first duration in a text in whole seconds, from 0: "for 2 min 30 s" → 150.

    None when no unit of time is counted.
    """
    found = find_duration(text)
    return found.seconds if found is not None else None


def find_duration(text: str) -> FoundDuration | None:
    """The first duration inside a text, as long as it can be read; None when there is none."""
    tokens = words(text)
    for first in range(len(tokens)):
        found = duration_at(tokens, first)
        if found is not None:
            return found
    return None


def duration_at(tokens: tuple[str, ...], at: int) -> FoundDuration | None:
    """The longest duration that starts at a word: "two and a half hours", "1 h 30"."""
    part: tuple[float, str | None, int] | None = _counted(tokens, at)
    total, after = 0.0, at
    while part is not None:
        seconds, unit, after = part
        total += seconds
        part = _further(tokens, after, unit) if unit is not None else None
    return FoundDuration(round(total), at, after) if after > at else None


def measures(tokens: tuple[str, ...], at: int) -> bool:
    """Whether a word makes the count before it one of a unit: minutes, percent, degrees."""
    word = tokens[at] if at < len(tokens) else ""
    return word in _UNITS or word in _SHORT_UNITS or word in _OTHER_MEASURES


def spell_duration(seconds: int) -> str:
    """The English words of a duration: 5430 → "one hour thirty minutes and thirty seconds".

    The largest unit is the week. Raises ValueError below 0 seconds.
    """
    if seconds < 0:
        raise ValueError(f"expected a duration from 0 seconds, found {seconds}")
    parts = []
    for unit, size in SECONDS.items():
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{spell_number(count)} {unit}{'' if count == 1 else 's'}")
    if not parts:
        return "zero seconds"
    return " and ".join(filter(None, (" ".join(parts[:-1]), parts[-1])))


def _counted(tokens: tuple[str, ...], at: int) -> tuple[float, str, int] | None:
    """A count and its unit: the seconds, the unit, and the place after it."""
    count = _count(tokens, at)
    if count is None:
        return None
    value, after, of_one = count
    joined = after
    while of_one and tokens[joined : joined + 1] and tokens[joined] in {"of", *_ARTICLES}:
        joined += 1
    word = tokens[joined] if joined < len(tokens) else ""
    unit = _UNITS.get(word) or (_SHORT_UNITS.get(word) if joined == after else None)
    return (value * SECONDS[unit], unit, joined + 1) if unit is not None else None


def _count(tokens: tuple[str, ...], at: int) -> tuple[float, int, bool] | None:
    """A count, the place after it, and whether "of an" may follow: "half", "a couple"."""
    if (found := number_at(tokens, at)) is not None:
        return (found.value, found.after, found.is_fraction) if found.value >= 0 else None
    bare = at + 1 if tokens[at : at + 1] and tokens[at] in _ARTICLES else at
    word = tokens[bare] if bare < len(tokens) else ""
    if word in _VAGUE:
        return _VAGUE[word], bare + 1, True
    if word == "quarter":
        return 0.25, bare + 1, True
    return (1, bare, False) if bare > at and word in _UNITS else None


def _further(tokens: tuple[str, ...], at: int, unit: str) -> tuple[float, str | None, int] | None:
    """What goes on after a unit: the seconds, the unit that may go on again, the place after."""
    at = at + 1 if tokens[at : at + 1] == ("and",) else at
    part = _counted(tokens, at)
    if part is not None:
        return part if SECONDS[part[1]] < SECONDS[unit] else None
    found = number_at(tokens, at)
    if found is None or found.value < 0 or measures(tokens, found.after):
        return None
    if found.is_fraction:
        return (found.value * SECONDS[unit], None, found.after) if found.value < 1 else None
    least = 1 if found.after == len(tokens) else 10
    if unit in _SMALLER and isinstance(found.value, int) and least <= found.value < 60:
        return found.value * SECONDS[_SMALLER[unit]], None, found.after
    return None
