"""Numbers in templates: how they are read, rounded, calculated and written.

Home Assistant's `float`, `int` and `round` fail on what is no number unless a default is given.
Source: Home Assistant's documentation of its templates; Jinja's documentation for `round`.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from string import Formatter
from typing import Any

from edge.home.jinja.limits import LONGEST_TEXT, MissingValue, TemplateFailed, Undefined

_NO_DEFAULT = object()
_PERCENT = re.compile(r"%(?:%|[-+ #0]*\d{0,3}(?:\.\d{1,3})?[sdiouxXeEfFgGc])")
_SPEC = re.compile(
    r"(?:.?[<>=^])?[-+ ]?#?0?\d{0,3}[,_]?(?:\.\d{1,3})?[bcdeEfFgGnosxX%]?", re.DOTALL
)
_WIDEST = 128
"""The largest exponent and decimals."""


def as_float(value: Any, default: Any = _NO_DEFAULT) -> Any:
    """A number with decimals; the default for what is none. Raises `TemplateFailed`."""
    try:
        if isinstance(value, Undefined):
            raise ValueError("nothing")
        return float(value)
    except (ValueError, TypeError, OverflowError) as error:
        return _or_default(value, default, error)


def as_int(value: Any, default: Any = _NO_DEFAULT, base: int = 10) -> Any:
    """A whole number; the default for what is none. Raises `TemplateFailed`."""
    try:
        if isinstance(value, Undefined):
            raise ValueError("nothing")
        if isinstance(value, str) and base != 10:
            return int(value, base)
        return int(value) if isinstance(value, int) else int(float(value))
    except (ValueError, TypeError, OverflowError) as error:
        return _or_default(value, default, error)


def _or_default(value: Any, default: Any, error: Exception) -> Any:
    if default is not _NO_DEFAULT:
        return default
    if isinstance(value, Undefined):
        raise MissingValue(f"{value.name} is not there") from error
    raise TemplateFailed(f"expected a number, found {str(value)[:60]!r}") from error


def rounded(
    value: Any, precision: int = 0, method: str = "common", default: Any = _NO_DEFAULT
) -> Any:
    """A number rounded in one of Home Assistant's four ways; without precision a whole one."""
    if not -_WIDEST < precision < _WIDEST:
        raise TemplateFailed(f"expected a precision below {_WIDEST}, found {precision}")
    try:
        number = float(value)
        factor = 10.0**precision
        made = {
            "common": lambda: round(number, precision),
            "ceil": lambda: math.ceil(number * factor) / factor,
            "floor": lambda: math.floor(number * factor) / factor,
            "half": lambda: round(number * 2) / 2,
        }[method]()
        return int(made) if precision == 0 and method != "half" else made
    except (ValueError, TypeError, OverflowError) as error:
        return _or_default(value, default, error)


def logarithm(value: Any, base: Any = math.e, default: Any = _NO_DEFAULT) -> Any:
    """The logarithm of a number. Raises `TemplateFailed`."""
    try:
        return math.log(float(value), float(base))
    except (ValueError, TypeError, ZeroDivisionError) as error:
        return _or_default(value, default, error)


def of_float(function: Callable[[float], float]) -> Callable[..., Any]:
    """A function of a number as a template calls it, with a default."""

    def call(value: Any, default: Any = _NO_DEFAULT) -> Any:
        try:
            return function(float(value))
        except (ValueError, TypeError, OverflowError) as error:
            return _or_default(value, default, error)

    return call


def ordinal(value: Any) -> str:
    """A number with its English ending: "21st"."""
    number = int(value)
    endings = {1: "st", 2: "nd", 3: "rd"}
    teens = 10 <= abs(number) % 100 <= 20
    return f"{number}{'th' if teens else endings.get(abs(number) % 10, 'th')}"


def is_number(value: Any) -> bool:
    """Whether something is a number or can be read as one."""
    try:
        return math.isfinite(float(value))
    except (ValueError, TypeError, OverflowError):
        return False


def formatted_with_percent(text: str, values: Any) -> str:
    """`"%.1f" % value`. Raises `TemplateFailed` for widths of four digits and for `*`."""
    if "%" in _PERCENT.sub("", text):
        raise TemplateFailed(f"the format {text[:60]!r} is not supported")
    return str(text % (tuple(values) if isinstance(values, list | tuple) else (values,)))


def formatted_with_braces(text: str, values: Sequence[Any], named: Mapping[str, Any]) -> str:
    """`"{:.1f}".format(value)` without attributes, items, and formats inside of formats."""
    made: list[str] = []
    count = length = 0
    for plain, name, spec, conversion in Formatter().parse(text):
        made.append(plain)
        if name is None:
            continue
        if conversion or not re.fullmatch(r"\w*", name) or not _SPEC.fullmatch(spec or ""):
            raise TemplateFailed(f"the format {text[:60]!r} is not supported")
        key = name or str(count)
        count += not name
        made.append(format(values[int(key)] if key.isdecimal() else named[key], spec or ""))
        length += len(made[-1])
        if length > LONGEST_TEXT:
            raise TemplateFailed("the formatted text becomes too long")
    return "".join(made)


def _add(left: Any, right: Any) -> Any:
    if isinstance(left, str | list | tuple) and len(left) + len(right) > LONGEST_TEXT:
        raise TemplateFailed("what is put together becomes too long")
    return left + right


def _multiply(left: Any, right: Any) -> Any:
    for several, times in ((left, right), (right, left)):
        if isinstance(several, str) and isinstance(times, int):
            if len(several) * max(times, 1) > LONGEST_TEXT:
                raise TemplateFailed("the repeated text becomes too long")
            return several * times
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        raise TemplateFailed("only numbers can be multiplied")
    return left * right


def _power(base: Any, exponent: Any) -> Any:
    if isinstance(base, int) and isinstance(exponent, int) and 0 <= exponent <= _WIDEST:
        if base.bit_length() * exponent > _WIDEST:
            raise TemplateFailed("the power is too large")
        return base**exponent
    return math.pow(base, exponent)


def _remainder(left: Any, right: Any) -> Any:
    return formatted_with_percent(left, right) if isinstance(left, str) else left % right


def _calculated(function: Callable[[Any, Any], Any], *types: type) -> Callable[[Any, Any], Any]:
    def call(left: Any, right: Any) -> Any:
        for value in (left, right):
            if isinstance(value, Undefined):
                raise MissingValue(f"{value.name} is not there")
        if types and not isinstance(left, types):
            raise TemplateFailed(f"expected a number, found {str(left)[:60]!r}")
        return function(left, right)

    return call


NUMBERS = (int, float, datetime, timedelta)
OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "Add": _calculated(_add, str, list, tuple, *NUMBERS),
    "Sub": _calculated(operator.sub, *NUMBERS),
    "Mul": _calculated(_multiply),
    "Div": _calculated(operator.truediv, *NUMBERS),
    "FloorDiv": _calculated(operator.floordiv, *NUMBERS),
    "Mod": _calculated(_remainder, str, *NUMBERS),
    "Pow": _calculated(_power, int, float),
}
"""Jinja's operators by the name of their node."""
