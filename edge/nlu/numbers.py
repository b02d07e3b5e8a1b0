"""Number words and values, both ways: "twenty one point five" ↔ 21.5.

A text is split into words and digits. One small grammar reads a cardinal (up to hundreds of
millions), a decimal, a fraction, or a cardinal and a fraction, with an optional sign; every rule
returns the value it read and the place after it. `parse_number` asks that the whole text is one
number, `find_number` takes the first inside a text, as long as it can be read, and `spell_number`
writes what `parse_number` reads back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

Number = int | float

LARGEST = 999_999_999
"""The largest absolute value that is read or spelled."""
_SMALLEST_DIGITS = 6
"""Digits after the decimal point that are read and spelled."""

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = {"million": 1_000_000, "thousand": 1_000}

_SMALL = {word: value for value, word in enumerate(_ONES)}
_TEN = {word: 10 * value for value, word in enumerate(_TENS, start=2)}
_FRACTIONS = {
    "half": 2,
    "halves": 2,
    "third": 3,
    "thirds": 3,
    "quarter": 4,
    "quarters": 4,
    "fourth": 4,
    "fourths": 4,
    "fifth": 5,
    "fifths": 5,
    "sixth": 6,
    "sixths": 6,
    "eighth": 8,
    "eighths": 8,
    "tenth": 10,
    "tenths": 10,
}
_MINUS = frozenset({"minus", "negative", "-", "−"})
_TOKEN = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[^\W\d_]+|[-−/%°]")
_VULGAR = {"½": " 1/2", "¼": " 1/4", "¾": " 3/4", "⅓": " 1/3", "⅔": " 2/3"}


@dataclass(frozen=True, slots=True)
class FoundNumber:
    """A number inside a text: its value and the words (as of `words`) that it spans."""

    value: Number
    first: int
    after: int
    is_fraction: bool
    """It was said as a fraction alone, such as "half" or "three quarters"."""


def words(text: str) -> tuple[str, ...]:
    """The lower-case words, digit groups and signs of a text.

    "twenty-one" is two words, "1,500" is one.
    """
    text = text.casefold()
    for sign, spelled in _VULGAR.items():
        text = text.replace(sign, spelled)
    text = re.sub(r"(?<=\w)[-‐–](?=[^\W\d_])", " ", text)
    return tuple(_TOKEN.findall(text))


def parse_number(text: str) -> Number | None:
    """The value of a text that is one number and nothing else, or None.

    Whole values are int, others float: "a hundred and five" → 105, "two and a half" → 2.5.
    """
    tokens = words(text)
    found = number_at(tokens, 0)
    return found.value if found is not None and found.after == len(tokens) else None


def find_number(text: str) -> FoundNumber | None:
    """The first number inside a text, as long as it can be read; None when there is none.

    A bare "a" is an article and no number, as is "second" and "third" without a count.
    """
    return find_number_in(words(text))


def find_number_in(tokens: tuple[str, ...]) -> FoundNumber | None:
    """As `find_number`, for words that `words` has already split."""
    for first in range(len(tokens)):
        found = number_at(tokens, first)
        if found is not None:
            return found
    return None


def number_at(tokens: tuple[str, ...], at: int) -> FoundNumber | None:
    """The longest number that starts at a word: a sign, then a fraction, a cardinal, or both."""
    first = at
    negative = at < len(tokens) and tokens[at] in _MINUS
    if negative:
        at += 1
    value: float
    if (fraction := _fraction(tokens, at)) is not None:
        value, at, alone = *fraction, True
    elif (cardinal := _cardinal(tokens, at)) is not None:
        value, at = cardinal
        value, at = _tail(tokens, at, value)
        alone = False
    else:
        return None
    if value > LARGEST:
        return None
    value = -value if negative else value
    whole = int(value)
    return FoundNumber(whole if value == whole else value, first, at, alone)


def spell_number(value: Number) -> str:
    """The English words of a number, such as "minus two thousand and five point two five".

    At most six digits follow the point. Raises ValueError beyond ±999,999,999.
    """
    exact = round(Decimal(str(value)), _SMALLEST_DIGITS)
    if abs(exact) > LARGEST:
        raise ValueError(f"expected a number up to {LARGEST:,}, found {value}; nothing spells it")
    whole = int(abs(exact))
    digits = format(abs(exact) - whole, "f").rstrip("0").partition(".")[2]
    spelled = _spell_whole(whole)
    if digits:
        spelled += " point " + " ".join(_ONES[int(digit)] for digit in digits)
    return f"minus {spelled}" if exact < 0 else spelled


def _spell_whole(value: int) -> str:
    for word, scale in _SCALES.items():
        if value >= scale:
            rest = value % scale
            joint = " and " if 0 < rest < 100 else " "
            tail = joint + _spell_whole(rest) if rest else ""
            return f"{_spell_whole(value // scale)} {word}{tail}"
    if value >= 100:
        tail = f" and {_spell_whole(value % 100)}" if value % 100 else ""
        return f"{_ONES[value // 100]} hundred{tail}"
    if value < 20:
        return _ONES[value]
    tail = f" {_ONES[value % 10]}" if value % 10 else ""
    return _TENS[value // 10 - 2] + tail


def _tail(tokens: tuple[str, ...], at: int, value: float) -> tuple[float, int]:
    """What follows a cardinal: "point five", "and a half", or nothing."""
    if value == int(value) and tokens[at : at + 1] == ("point",):
        digits = ""
        after = at + 1
        while after < len(tokens) and (digit := _digit(tokens[after])) is not None:
            digits += digit
            after += 1
        if digits and len(digits) <= _SMALLEST_DIGITS:
            return float(f"{int(value)}.{digits}"), after
        return value, at
    joined = at + 1 if tokens[at : at + 1] == ("and",) else at
    fraction = _fraction(tokens, joined)
    said_as_digits = "/" in tokens[joined : joined + 2]
    if fraction is not None and fraction[0] < 1 and (joined > at or said_as_digits):
        return value + fraction[0], fraction[1]
    return value, at


def _digit(token: str) -> str | None:
    if token.isascii() and token.isdigit():
        return token
    value = 0 if token in {"oh", "o"} else _SMALL.get(token, 10)
    return str(value) if value < 10 else None


def _fraction(tokens: tuple[str, ...], at: int) -> tuple[float, int] | None:
    """ "half", "a third", "three quarters", "1/2"."""
    if at < len(tokens) and tokens[at] in {"half", "halfway"}:
        return 0.5, at + 1
    if tokens[at + 1 : at + 2] == ("/",) and at + 2 < len(tokens):
        top, bottom = _plain(tokens[at]), _plain(tokens[at + 2])
        return (top / bottom, at + 3) if top is not None and bottom else None
    if at + 1 >= len(tokens):
        return None
    parts = _FRACTIONS.get(tokens[at + 1])
    count = 1 if tokens[at] in {"a", "an"} else _SMALL.get(tokens[at], _plain(tokens[at]))
    if parts is None or not count:
        return None
    return count / parts, at + 2


def _plain(token: str) -> int | None:
    return int(token) if token.isascii() and token.isdigit() and len(token) < 10 else None


def _cardinal(tokens: tuple[str, ...], at: int) -> tuple[float, int] | None:
    """A count in words or digits, by groups of descending scale: "two thousand and five"."""
    total = 0.0
    limit = LARGEST + 1
    start = at
    while True:
        joined = at + 1 if at > start and tokens[at : at + 1] == ("and",) else at
        group = _group(tokens, joined, alone=at == start)
        if group is None or group[0] >= limit:
            break
        value, after = group
        scale = _SCALES.get(tokens[after], 1) if after < len(tokens) else 1
        if value * scale >= limit or (scale == 1 and joined == at and at > start and value == 0):
            break
        total += value * scale
        at = after + (scale > 1)
        limit = scale
        if scale == 1:
            break
    return (total, at) if at > start else None


def _group(tokens: tuple[str, ...], at: int, *, alone: bool) -> tuple[float, int] | None:
    """A value before a scale word: digits, up to 99, or hundreds ("twenty seven hundred").

    `alone`: no other group came before it, so that "a thousand" may leave out its "one".
    """
    if at >= len(tokens):
        return None
    if tokens[at][0].isdigit():
        return _digit_group(tokens, at)
    if tokens[at] in {"a", "an", "hundred", *_SCALES}:
        return _implied_one(tokens, at) if alone else None
    low = _below_hundred(tokens, at)
    if low is not None and low[0] and tokens[low[1] : low[1] + 1] == ("hundred",):
        return _with_rest(tokens, low[1] + 1, 100 * low[0])
    return low


def _digit_group(tokens: tuple[str, ...], at: int) -> tuple[float, int] | None:
    try:
        value = float(tokens[at].replace(",", ""))
    except ValueError:
        return None
    return (value, at + 1) if value <= LARGEST else None


def _implied_one(tokens: tuple[str, ...], at: int) -> tuple[float, int] | None:
    """ "a hundred", "hundred", "a thousand", "thousand"; an article alone is no number."""
    at = at + 1 if tokens[at] in {"a", "an"} else at
    if tokens[at : at + 1] == ("hundred",):
        return _with_rest(tokens, at + 1, 100)
    return (1, at) if at < len(tokens) and tokens[at] in _SCALES else None


def _with_rest(tokens: tuple[str, ...], at: int, hundreds: int) -> tuple[float, int]:
    """What follows "hundred": "and five", "five", or nothing."""
    joined = at + 1 if tokens[at : at + 1] == ("and",) else at
    rest = _below_hundred(tokens, joined)
    if rest is None or rest[0] == 0 or _fraction(tokens, joined) is not None:
        return hundreds, at
    return hundreds + rest[0], rest[1]


def _below_hundred(tokens: tuple[str, ...], at: int) -> tuple[int, int] | None:
    if at >= len(tokens):
        return None
    if tokens[at] in _SMALL:
        return _SMALL[tokens[at]], at + 1
    if tokens[at] not in _TEN:
        return None
    value, after = _TEN[tokens[at]], at + 1
    one = _SMALL.get(tokens[after], 0) if after < len(tokens) else 0
    return (value + one, after + 1) if 0 < one < 10 else (value, after)
