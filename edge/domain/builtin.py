"""Types of slots that every domain has: numbers and letters, by the names that Rhino gives them.

Each value is written as Rhino gives it ("21", "21%") and said in one or more ways ("twenty one").
"""

from __future__ import annotations

import string
from collections.abc import Mapping

from edge.voice.vocabulary import NUMBERS

_ORDINAL_ONES = (
    "zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
    "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth",
    "seventeenth", "eighteenth", "nineteenth",
)  # fmt: skip
_ORDINAL_TENS = {
    20: "twentieth", 30: "thirtieth", 40: "fortieth", 50: "fiftieth", 60: "sixtieth",
    70: "seventieth", 80: "eightieth", 90: "ninetieth",
}  # fmt: skip


def _ordinal(value: int) -> str:
    if value < len(_ORDINAL_ONES):
        return _ORDINAL_ONES[value]
    if value in _ORDINAL_TENS:
        return _ORDINAL_TENS[value]
    return f"{NUMBERS[value - value % 10]} {_ORDINAL_ONES[value % 10]}"


def _numbered(value: int) -> str:
    ending = "th" if 10 <= value % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value}{ending}"


Spoken = Mapping[str, tuple[str, ...]]
"""Values, each with the ways to say it, in lower-case words."""

TYPES: Mapping[str, Spoken] = {
    "pv.SingleDigitInteger": {str(n): (NUMBERS[n],) for n in range(10)},
    "pv.TwoDigitInteger": {str(n): (NUMBERS[n],) for n in range(100)},
    "pv.SingleDigitOrdinal": {_numbered(n): (_ordinal(n),) for n in range(10)},
    "pv.TwoDigitOrdinal": {_numbered(n): (_ordinal(n),) for n in range(100)},
    "pv.Percent": {
        f"{n}%": (f"{NUMBERS[n]} percent",)
        if n < 100
        else (f"{NUMBERS[n]} percent", "a hundred percent")
        for n in range(101)
    },
    "pv.Alphabetic": {letter.upper(): (letter,) for letter in string.ascii_lowercase},
}
