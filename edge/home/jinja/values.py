"""What a template reaches from a value: an item, a member, a method that is on the list.

Objects of Python are never looked into. A dot after an object of JSON names one of its items; after
a text, a time or a list it names one of the methods below, none of which changes its value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from edge.home.jinja import numbers, times
from edge.home.jinja.limits import LONGEST_TEXT, Budget, MissingValue, TemplateFailed, Undefined


@dataclass(slots=True)
class Namespace:
    """Jinja's `namespace`: values that outlive the loop that sets them."""

    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """One evaluation: its budget, and its clock."""

    budget: Budget
    now: Callable[[], datetime]


Method = Callable[..., Any]


def member(value: Any, name: str) -> Any:
    """`value.name`: an item of an object, or a fact of a time. Undefined when there is none."""
    if isinstance(value, Namespace):
        return value.values.get(name, Undefined(name))
    if isinstance(value, Undefined):
        raise MissingValue(f"{value.name} is not there, and so has no {name}")
    if isinstance(value, datetime) and name in TIME_FACTS:
        return getattr(value, name)
    if isinstance(value, timedelta) and name in ("days", "seconds"):
        return getattr(value, name)
    return item(value, name)


def item(value: Any, key: Any) -> Any:
    """`value[key]`: Undefined when there is none."""
    if isinstance(value, Undefined):
        raise MissingValue(f"{value.name} is not there, and so has no {key!s:.40}")
    try:
        if isinstance(value, dict) or (
            isinstance(value, str | list | tuple) and isinstance(key, int)
        ):
            return value[key]
    except (LookupError, TypeError):
        pass
    return Undefined(str(key)[:40])


def method(value: Any, name: str) -> Method | None:
    """The method of a value that a template may call; None when there is none."""
    for kind, methods in METHODS:
        if isinstance(value, kind) and name in methods:
            function = methods[name]
            return lambda *args, **named: function(value, *args, **named)
    return None


def _joined(separator: str, values: Any) -> str:
    texts = [str(value) for value in values]
    if sum(map(len, texts)) + len(separator) * len(texts) > LONGEST_TEXT:
        raise TemplateFailed("what is joined becomes too long")
    return separator.join(texts)


def replaced(text: str, old: str, new: str, count: int = -1) -> str:
    """`text.replace(old, new)`. Raises `TemplateFailed` when that becomes too long."""
    if len(text) + (text.count(old) if old else len(text) + 1) * len(new) > LONGEST_TEXT:
        raise TemplateFailed("what is replaced becomes too long")
    return text.replace(old, new, count)


def _widened(widen: Callable[..., str]) -> Method:
    def call(text: str, width: int, *fill: str) -> str:
        if width > LONGEST_TEXT:
            raise TemplateFailed("the text becomes too wide")
        return widen(text, width, *fill)

    return call


TIME_FACTS = frozenset({"year", "month", "day", "hour", "minute", "second", "microsecond"})
_TEXT: Mapping[str, Method] = {
    **{
        name: getattr(str, name)
        for name in (
            "capitalize", "casefold", "count", "endswith", "find", "index", "isalnum", "isalpha",
            "isdecimal", "isdigit", "islower", "isnumeric", "isspace", "isupper", "lower", "lstrip",
            "partition", "removeprefix", "removesuffix", "rfind", "rpartition", "rsplit", "rstrip",
            "split", "splitlines", "startswith", "strip", "swapcase", "title", "upper",
        )
    },
    **{
        name: _widened(getattr(str, name)) for name in ("center", "ljust", "rjust", "zfill")
    },
    "join": _joined,
    "replace": replaced,
    "format": lambda text, *args, **named: numbers.formatted_with_braces(text, args, named),
}  # fmt: skip
METHODS: tuple[tuple[type, Mapping[str, Method]], ...] = (
    (str, _TEXT),
    (
        dict,
        {
            "get": dict.get,
            "items": lambda value: [tuple(pair) for pair in value.items()],
            "keys": list,
            "values": lambda value: list(value.values()),
        },
    ),
    (list, {"count": list.count, "index": list.index}),
    (tuple, {"count": tuple.count, "index": tuple.index}),
    (float, {"is_integer": float.is_integer}),
    (
        datetime,
        {
            "date": lambda value: value.strftime("%Y-%m-%d"),
            "isoformat": datetime.isoformat,
            "strftime": times.written,
            "timestamp": datetime.timestamp,
            "weekday": datetime.weekday,
            "isoweekday": datetime.isoweekday,
            "replace": lambda value, **parts: value.replace(
                **{name: int(part) for name, part in parts.items() if name in TIME_FACTS}
            ),
        },
    ),
    (timedelta, {"total_seconds": timedelta.total_seconds}),
)
"""Type → method → function of the value and what is in the brackets."""
