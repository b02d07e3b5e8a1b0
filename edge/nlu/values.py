"""What the words of a slot's value are worth: percent, degrees, kelvin, durations and steps.

Each parser takes the words of one span, finds the number in them, or else a name for a value
("max", "warm white", "a bit"), and gives it the unit that the slot asks for; None when there is no
value in the words. Names of colour temperatures are those of Home Assistant's English sentences.
"""

from __future__ import annotations

from dataclasses import dataclass

from edge.nlu.numbers import Number, find_number_in, number_at, spell_number, words

SECONDS = {"hour": 3600, "minute": 60, "second": 1}
"""Seconds in each unit of a duration, the largest first."""

_PERCENT_NAMES = {
    100: {"max", "maximum", "full", "fully", "highest", "brightest"},
    1: {"min", "minimum", "lowest", "dimmest"},
    50: {"half", "halfway", "medium"},
}
_PERCENT_OF = {name: value for value, names in _PERCENT_NAMES.items() for name in names}
_KELVIN_NAMES = {
    ("candle",): 1900,
    ("warm",): 2700,
    ("neutral",): 3500,
    ("cool",): 4000,
    ("cold",): 4000,
    ("daylight",): 6500,
    ("day", "light"): 6500,
}
_UNIT_WORDS = {
    **dict.fromkeys(("hour", "hours", "hr", "hrs", "h"), "hour"),
    **dict.fromkeys(("minute", "minutes", "min", "mins", "m"), "minute"),
    **dict.fromkeys(("second", "seconds", "sec", "secs", "s"), "second"),
}
_NEXT_UNIT = {"hour": "minute", "minute": "second", "second": "second"}
"""What a count without a unit means after one: "an hour thirty"."""
_SMALL_STEP = {"bit", "little", "slightly", "touch", "tad", "somewhat", "smidge"}
_LARGE_STEP = {"lot", "much", "way", "far"}
_KELVIN_RANGE = (1000, 10_000)


@dataclass(frozen=True, slots=True)
class StepSizes:
    """How far words without a number go: "a bit", a direction alone, "a lot"."""

    small: Number
    usual: Number
    large: Number
    percent: bool
    """The step is in percent, so that "half" is 50; otherwise it is half a degree."""


def parse_percent(text: str) -> int | None:
    """A share in whole percent, 0 to 100: "fifty percent", "half", "max" (100), "minimum" (1).

    Above 100 there is nothing to mean but 100, below 0 nothing but 0.
    """
    tokens = words(text)
    found = find_number_in(tokens)
    if found is not None:
        value = found.value * 100 if found.is_fraction else found.value
        return min(100, max(0, round(value)))
    return next((_PERCENT_OF[token] for token in tokens if token in _PERCENT_OF), None)


def parse_degrees(text: str) -> Number | None:
    """A temperature in the home's own unit: "twenty one and a half degrees" → 21.5."""
    found = find_number_in(words(text))
    return found.value if found is not None else None


def parse_kelvin(text: str) -> int | None:
    """A colour temperature in kelvin, 1000 to 10,000: "warm white" → 2700, "4000 k" → 4000."""
    tokens = words(text)
    found = find_number_in(tokens)
    if found is not None:
        low, high = _KELVIN_RANGE
        return round(found.value) if low <= found.value <= high else None
    for name, kelvin in _KELVIN_NAMES.items():
        if any(tokens[at : at + len(name)] == name for at in range(len(tokens))):
            return kelvin
    return None


def parse_duration(text: str) -> int | None:
    """A duration in whole seconds: "an hour and a half" → 5400, "2 min 30 s" → 150.

    None when no unit of time is named.
    """
    tokens = words(text)
    total = 0.0
    unit: str | None = None
    at = 0
    while at < len(tokens):
        count, after, is_fraction = _count_at(tokens, at)
        if count is None:
            at += 1
            continue
        named = _unit_at(tokens, after)
        if named is not None:
            unit, at = named
            total += count * SECONDS[unit]
        elif unit is not None:
            total += count * (SECONDS[unit] if is_fraction else SECONDS[_NEXT_UNIT[unit]])
            at = after
        else:
            at = after
    return round(total) if unit is not None else None


def spell_duration(seconds: int) -> str:
    """The English words of a duration: 5430 → "one hour thirty minutes and thirty seconds".

    Raises ValueError below 0 seconds.
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


def parse_step(text: str, sizes: StepSizes) -> Number | None:
    """The size of a relative change, from 0: "by ten percent" → 10, "a bit" → `sizes.small`.

    Words for a direction alone ("up") give `sizes.usual`; no words at all give None.
    """
    tokens = words(text)
    found = find_number_in(tokens)
    if found is not None:
        return abs(found.value * 100 if found.is_fraction and sizes.percent else found.value)
    if _SMALL_STEP.intersection(tokens):
        return sizes.small
    if _LARGE_STEP.intersection(tokens):
        return sizes.large
    return sizes.usual if tokens else None


def _count_at(tokens: tuple[str, ...], at: int) -> tuple[float | None, int, bool]:
    """The count that starts at a word, the place after it, and whether it is a fraction alone.

    An article counts one before a unit: "an hour".
    """
    found = number_at(tokens, at)
    if found is not None:
        return max(0, found.value), found.after, found.is_fraction
    if tokens[at] in {"a", "an"} and tokens[at + 1 : at + 2] and tokens[at + 1] in _UNIT_WORDS:
        return 1, at + 1, False
    return None, at, False


def _unit_at(tokens: tuple[str, ...], at: int) -> tuple[str, int] | None:
    """The unit named at a word, past "of" and an article, and the place after it."""
    while at < len(tokens) and tokens[at] in {"of", "a", "an"}:
        at += 1
    unit = _UNIT_WORDS.get(tokens[at]) if at < len(tokens) else None
    return (unit, at + 1) if unit is not None else None
