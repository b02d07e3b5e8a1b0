"""The filters, tests and functions that templates may use, by Jinja's and Home Assistant's names.

They are those found in what zigbee2mqtt, Tasmota, ESPHome, OpenMQTTGateway, Theengs, WLED, rtl_433,
Valetudo, Zwave-JS-UI and others publish, and their near kin. Each takes the `Run` first, then the
value. What asks Home Assistant for its entities (`states`, `is_state`, …) is not among them.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from edge.home.jinja import numbers, patterns, times
from edge.home.jinja.limits import LONGEST_TEXT, MOST_ITEMS, MissingValue, TemplateFailed, Undefined
from edge.home.jinja.values import Namespace, Run, item, member, replaced
from edge.home.json_payload import parsed

Function = Callable[..., Any]
"""function(run, value, *args, **named)"""

LONGEST_PATH = 8
_WORD = re.compile(r"[^-\s({\[<]+")
TRUE = ("true", "1", "yes", "on", "enable")


def _pure(function: Callable[..., Any]) -> Function:
    return lambda _, *args, **named: function(*args, **named)


def _default(_: Run, value: Any, other: Any = "", boolean: bool = False) -> Any:
    return other if isinstance(value, Undefined) or (boolean and not value) else value


def _is_defined(_: Run, value: Any) -> Any:
    if isinstance(value, Undefined):
        raise MissingValue(f"{value.name} is not there")
    return value


def _iif(_: Run, value: Any, yes: Any = True, no: Any = False, none: Any = None) -> Any:
    if value is None and none is not None:
        return none
    return yes if value else no


def _bool(_: Run, value: Any) -> bool:
    if isinstance(value, str):
        return value.strip().lower() in TRUE
    return bool(value)


def items_of(value: Any) -> Iterable[Any]:
    """What a loop goes through. Raises `TemplateFailed` for what is no list."""
    if isinstance(value, str | list | tuple | dict):
        return value
    if isinstance(value, Undefined):
        return ()
    raise TemplateFailed(f"expected a list, found {str(value)[:60]!r}")


def _first(_: Run, value: Any) -> Any:
    return next(iter(items_of(value)), Undefined("first item"))


def _last(_: Run, value: Any) -> Any:
    several = list(items_of(value))
    return several[-1] if several else Undefined("last item")


def _reversed(_: Run, value: Any) -> Any:
    return value[::-1] if isinstance(value, str) else list(items_of(value))[::-1]


def _path(value: Any, attribute: Any) -> Any:
    """`attribute` as `map`, `selectattr` and `sort` name it: an index, a name, or "a.b"."""
    steps = [attribute] if isinstance(attribute, int) else str(attribute).split(".")
    if len(steps) > LONGEST_PATH:
        raise TemplateFailed(f"a path has more than {LONGEST_PATH} steps")
    for step in steps:
        index = int(step) if isinstance(step, str) and step.isdecimal() else step
        value = item(value, index) if isinstance(index, int) else member(value, index)
    return value


def _map(run: Run, value: Any, name: Any = None, *args: Any, **named: Any) -> list[Any]:
    if "attribute" in named:
        other = named.get("default")
        found = [_path(one, named["attribute"]) for one in items_of(value)]
        return [other if isinstance(one, Undefined) and other is not None else one for one in found]
    return [call(FILTERS, name, run, one, *args, **named) for one in items_of(value)]


def _chosen(wanted: bool, *, by_attribute: bool) -> Function:
    def choose(run: Run, value: Any, *args: Any) -> list[Any]:
        attribute, rest = (args[0], args[1:]) if by_attribute else (None, args)

        def fits(one: Any) -> bool:
            seen = _path(one, attribute) if by_attribute else one
            return bool(call(TESTS, rest[0], run, seen, *rest[1:]) if rest else seen)

        return [one for one in items_of(value) if fits(one) is wanted]

    return choose


def call(
    table: Mapping[str, Function], name: Any, run: Run, value: Any, *args: Any, **named: Any
) -> Any:
    """One filter or test by its name, paid for. Raises `TemplateFailed`."""
    if not isinstance(name, str) or name not in table:
        raise TemplateFailed(f"there is no {str(name)[:40]!r} to apply")
    run.budget.checked([value, *args, *named.values()])
    return run.budget.checked(table[name](run, value, *args, **named))


def _sorted(
    _: Run, value: Any, reverse: bool = False, case_sensitive: bool = False, attribute: Any = None
) -> list[Any]:
    def key(one: Any) -> Any:
        seen = one if attribute is None else _path(one, attribute)
        return seen.lower() if isinstance(seen, str) and not case_sensitive else seen

    return sorted(items_of(value), key=key, reverse=bool(reverse))


def _unique(_: Run, value: Any) -> list[Any]:
    return list(dict.fromkeys(items_of(value)))


def _sum(_: Run, value: Any, attribute: Any = None, start: Any = 0) -> Any:
    seen = (one if attribute is None else _path(one, attribute) for one in items_of(value))
    return start + math.fsum(seen) if isinstance(start, float) else sum(map(_number, seen), start)


def _number(value: Any) -> int | float:
    if not isinstance(value, int | float):
        raise TemplateFailed(f"expected a number, found {str(value)[:60]!r}")
    return value


def _extreme(choose: Callable[..., Any]) -> Function:
    def extreme(_: Run, *values: Any) -> Any:
        return choose(items_of(values[0])) if len(values) == 1 else choose(values)

    return extreme


def _average(_: Run, *values: Any) -> float:
    several = [_number(one) for one in (items_of(values[0]) if len(values) == 1 else values)]
    return sum(several) / len(several)


def _join(_: Run, value: Any, separator: str = "", attribute: Any = None) -> str:
    texts = [str(one if attribute is None else _path(one, attribute)) for one in items_of(value)]
    if sum(map(len, texts)) + len(separator) * len(texts) > LONGEST_TEXT:
        raise TemplateFailed("what is joined becomes too long")
    return separator.join(texts)


def _replace(_: Run, value: Any, old: str, new: str, count: int | None = None) -> str:
    return replaced(str(value), old, new, -1 if count is None else count)


def _title(_: Run, value: Any) -> str:
    """Each word with a capital; quotes and apostrophes begin none, unlike with `str.title`."""
    return _WORD.sub(lambda word: word[0].capitalize(), str(value))


def _truncate(
    _: Run,
    value: str,
    length: int = 255,
    killwords: bool = False,
    end: str = "...",
    leeway: int = 5,
) -> str:
    if len(value) <= length + leeway:
        return value
    cut = value[: max(length - len(end), 0)]
    return (cut if killwords else cut.rsplit(" ", 1)[0]) + end


def to_json(_: Run, value: Any, **__: Any) -> str:
    """A value as JSON. Raises `TemplateFailed` for what JSON does not have."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _from_json(_: Run, value: str, default: Any = None) -> Any:
    try:
        return parsed(value)
    except ValueError:
        if default is not None:
            return default
        raise


def _search(at_start: bool) -> Function:
    def search(run: Run, value: Any, find: str = "", ignorecase: bool = False) -> bool:
        return patterns.search(run.budget, find, str(value), ignorecase, at_start)

    return search


def _find_all(run: Run, value: Any, find: str = "", ignorecase: bool = False) -> list[Any]:
    return patterns.find_all(run.budget, find, str(value), ignorecase)


def _find_index(
    run: Run, value: Any, find: str = "", index: int = 0, ignorecase: bool = False
) -> Any:
    return patterns.find_all(run.budget, find, str(value), ignorecase)[index]


def _regex_replace(
    run: Run, value: Any, find: str = "", replace: str = "", ignorecase: bool = False
) -> str:
    return patterns.replace(run.budget, find, str(value), replace, ignorecase)


def _bits(combine: Callable[[int, int], int]) -> Function:
    return lambda _, left, right: combine(int(left), int(right))


def _multiplied(_: Run, value: Any, amount: Any, default: Any = None) -> Any:
    return _calculated(lambda: numbers.as_float(value) * float(amount), default)


def _added(_: Run, value: Any, amount: Any, default: Any = None) -> Any:
    return _calculated(lambda: numbers.as_float(value) + float(amount), default)


def _calculated(make: Callable[[], float], default: Any) -> Any:
    try:
        return make()
    except (ValueError, TypeError):
        if default is None:
            raise
        return default


def _range(_: Run, *bounds: int) -> list[int]:
    made = range(*bounds)
    if len(made) > MOST_ITEMS:
        raise TemplateFailed(f"a range has more than {MOST_ITEMS} numbers")
    return list(made)


def _dict(_: Run, *pairs: Any, **named: Any) -> dict[Any, Any]:
    return dict(*pairs, **named)


def _combined(_: Run, *several: Any) -> dict[Any, Any]:
    return {key: value for one in several for key, value in one.items()}


def _namespace(_: Run, *given: Any, **named: Any) -> Namespace:
    return Namespace(dict(*given, **named))


FILTERS: Mapping[str, Function] = {
    "abs": _pure(lambda value: abs(_number(value))),
    "add": _added,
    "average": _average,
    "base64_decode": _pure(lambda value: base64.b64decode(value).decode("utf-8", "replace")),
    "base64_encode": _pure(lambda value: base64.b64encode(str(value).encode()).decode()),
    "bitwise_and": _bits(lambda left, right: left & right),
    "bitwise_or": _bits(lambda left, right: left | right),
    "bitwise_xor": _bits(lambda left, right: left ^ right),
    "bool": _bool,
    "capitalize": _pure(lambda value: str(value).capitalize()),
    "combine": _combined,
    "contains": _pure(lambda value, other: other in value),
    "count": _pure(lambda value: len(items_of(value))),  # type: ignore[arg-type]
    "d": _default,
    "default": _default,
    "first": _first,
    "float": _pure(numbers.as_float),
    "format": _pure(lambda text, *args: numbers.formatted_with_percent(str(text), args)),
    "from_json": _from_json,
    "iif": _iif,
    "int": _pure(numbers.as_int),
    "is_defined": _is_defined,
    "is_number": _pure(numbers.is_number),
    "items": _pure(lambda value: [tuple(pair) for pair in value.items()] if value else []),
    "join": _join,
    "last": _last,
    "length": _pure(lambda value: len(items_of(value))),  # type: ignore[arg-type]
    "list": _pure(lambda value: list(items_of(value))),
    "log": _pure(numbers.logarithm),
    "lower": _pure(lambda value: str(value).lower()),
    "map": _map,
    "max": _extreme(max),
    "min": _extreme(min),
    "multiply": _multiplied,
    "ord": _pure(ord),
    "ordinal": _pure(numbers.ordinal),
    "regex_findall": _find_all,
    "regex_findall_index": _find_index,
    "regex_match": _search(at_start=True),
    "regex_replace": _regex_replace,
    "regex_search": _search(at_start=False),
    "reject": _chosen(False, by_attribute=False),
    "rejectattr": _chosen(False, by_attribute=True),
    "replace": _replace,
    "reverse": _reversed,
    "round": _pure(numbers.rounded),
    "safe": _pure(lambda value: value),
    "select": _chosen(True, by_attribute=False),
    "selectattr": _chosen(True, by_attribute=True),
    "sort": _sorted,
    "sqrt": _pure(numbers.of_float(math.sqrt)),
    "string": _pure(str),
    "sum": _sum,
    "timestamp_custom": _pure(times.custom),
    "timestamp_local": _pure(lambda value: times.iso(value, local=True)),
    "timestamp_utc": _pure(lambda value: times.iso(value, local=False)),
    "as_datetime": _pure(times.moment),
    "as_local": _pure(lambda value: times.moment(value).astimezone()),
    "as_timestamp": _pure(times.timestamp),
    "title": _title,
    "to_json": to_json,
    "tojson": to_json,
    "trim": _pure(lambda value, signs=None: str(value).strip(signs)),
    "truncate": _truncate,
    "unique": _unique,
    "upper": _pure(lambda value: str(value).upper()),
}  # fmt: skip

TESTS: Mapping[str, Function] = {
    "boolean": _pure(lambda value: isinstance(value, bool)),
    "contains": _pure(lambda value, other: other in value),
    "datetime": _pure(lambda value: isinstance(value, datetime)),
    "defined": _pure(lambda value: not isinstance(value, Undefined)),
    "divisibleby": _pure(lambda value, other: value % other == 0),
    "even": _pure(lambda value: value % 2 == 0),
    "false": _pure(lambda value: value is False),
    "float": _pure(lambda value: isinstance(value, float)),
    "in": _pure(lambda value, several: value in several),
    "integer": _pure(lambda value: isinstance(value, int) and not isinstance(value, bool)),
    "is_number": _pure(numbers.is_number),
    "iterable": _pure(lambda value: isinstance(value, str | list | tuple | dict | Undefined)),
    "list": _pure(lambda value: isinstance(value, list)),
    "lower": _pure(lambda value: str(value).islower()),
    "mapping": _pure(lambda value: isinstance(value, dict)),
    "match": _search(at_start=True),
    "none": _pure(lambda value: value is None),
    "number": _pure(lambda value: isinstance(value, int | float)),
    "odd": _pure(lambda value: value % 2 == 1),
    "search": _search(at_start=False),
    "sequence": _pure(lambda value: isinstance(value, str | list | tuple | dict | Undefined)),
    "string": _pure(lambda value: isinstance(value, str)),
    "string_like": _pure(lambda value: isinstance(value, str)),
    "true": _pure(lambda value: value is True),
    "undefined": _pure(lambda value: isinstance(value, Undefined)),
    "upper": _pure(lambda value: str(value).isupper()),
    **{
        name: _pure(compare)
        for names, compare in (
            (("eq", "==", "equalto", "sameas"), lambda left, right: left == right),
            (("ne", "!="), lambda left, right: left != right),
            (("gt", ">", "greaterthan"), lambda left, right: left > right),
            (("ge", ">="), lambda left, right: left >= right),
            (("lt", "<", "lessthan"), lambda left, right: left < right),
            (("le", "<="), lambda left, right: left <= right),
        )
        for name in names
    },
}

FUNCTIONS: Mapping[str, Function] = {
    **{
        name: FILTERS[name]
        for name in (
            "as_datetime", "as_local", "as_timestamp", "average", "bool", "float", "iif", "int",
            "is_number", "log", "max", "min", "sqrt",
        )
    },
    "cos": _pure(numbers.of_float(math.cos)),
    "dict": _dict,
    "namespace": _namespace,
    "now": lambda run: run.now(),
    "range": _range,
    "sin": _pure(numbers.of_float(math.sin)),
    "strptime": _pure(times.parsed),
    "tan": _pure(numbers.of_float(math.tan)),
    "timedelta": _pure(times.span),
    "utcnow": lambda run: times.moment(run.now().timestamp()),
    "zip": lambda _, *several: list(zip(*map(items_of, several), strict=False)),
}  # fmt: skip
CONSTANTS: Mapping[str, Any] = {"pi": math.pi, "e": math.e}
