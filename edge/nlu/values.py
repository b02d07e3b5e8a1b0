"""What the words of a slot's value are worth: percent, degrees, kelvin and steps.

Each parser takes the words of one span, finds the number in them, or else a name for a value
("max", "warm white", "a bit"), and gives it the unit that the slot asks for; None when there is no
value in the words. Names of colour temperatures are those of Home Assistant's English sentences.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from edge.nlu.numbers import Number, find_number_in, words

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
_SMALL_STEP = {"bit", "little", "slightly", "touch", "tad", "somewhat", "smidge"}
_LARGE_STEP = {"lot", "much", "way", "far"}
_KELVIN_RANGE = (1000, 10_000)
_UNIT_AND_A_HALF = re.compile(r"(?P<count>\w+) (?:degrees?|notch(?:es)?) and a half\b")
_LARGEST_SHARE = 10


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


def parse_share(text: str) -> Number | None:
    """A share of what is there now: "half as bright" → 0.5, "twice as bright" → 2."""
    tokens = words(text)
    if not {"as", "brightness"} & set(tokens):
        return None
    if {"twice", "double"} & set(tokens):
        return 2
    found = find_number_in(tokens)
    return found.value if found is not None and 0 < found.value <= _LARGEST_SHARE else None


def parse_step(text: str, sizes: StepSizes) -> Number | None:
    """The size of a relative change, from 0: "by ten percent" → 10, "a bit" → `sizes.small`.

    Words for a direction alone ("up") give `sizes.usual`; no words at all give None.
    """
    tokens = words(text)
    if (unit := _UNIT_AND_A_HALF.search(" ".join(tokens))) is not None:
        whole = find_number_in(words(unit.group("count")))
        return (whole.value if whole is not None else 1) + 0.5
    found = find_number_in(tokens)
    if found is not None:
        return abs(found.value * 100 if found.is_fraction and sizes.percent else found.value)
    if _SMALL_STEP.intersection(tokens):
        return sizes.small
    if _LARGE_STEP.intersection(tokens):
        return sizes.large
    return sizes.usual if tokens else None
