"""Templates of Home Assistant's MQTT devices: values out of payloads, values into commands.

Most templates of real devices are one of two forms, which are read here without an engine: a value
is the whole payload or one path into its JSON (`{{ value_json.state }}`, also with
`| default('off')` or `| is_defined`), a command is text around names (`{"level": {{ value }}}`).
All others are Jinja's, evaluated under a bound by `edge.home.jinja`, which is loaded when the first
of them comes. One that uses what is not offered is an `UnsupportedTemplate` at once.

As in Home Assistant, values become text as Python writes them ("True", "None", "21.5"), but lists
and objects become JSON. A value that the payload does not have is an empty text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from edge.home.jinja.limits import MissingValue, UnsupportedTemplate
from edge.home.json_payload import parsed

if TYPE_CHECKING:
    from edge.home.jinja.language import Template

__all__ = [
    "CommandTemplate",
    "UnsupportedTemplate",
    "ValueTemplate",
    "command_template",
    "value_template",
]

ValueTemplate = Callable[[str], str]
"""Cuts a value out of a payload; "" when it is not in there. Raises ValueError when the payload is
not what the template expects."""
CommandTemplate = Callable[[Mapping[str, object]], str]
"""Puts named values into a command's text. Raises ValueError."""

LARGEST_PAYLOAD = 65_536
"""Characters of a payload that a template of Jinja takes."""
HARMLESS: Mapping[str, Any] = {"this": {}, "entity_id": "", "name": ""}
"""What Home Assistant gives to templates besides, and Lares has nothing to say about."""
_PLACEHOLDER = re.compile(r"\{\{-?\s*(\w+)\s*-?\}\}")
_WHOLE = re.compile(r"\{\{-?\s*value\s*-?\}\}")
_PATH = re.compile(
    r"""\{\{-?\s*value_json(?P<path>(?:\.\w+|\[\s*(?:'[^'\\]*'|"[^"\\]*"|\d+)\s*\])*)
    \s*(?:\|\s*(?:is_defined|(?:d|default)\(\s*(?P<default>'[^'\\]*'|"[^"\\]*"|-?\d{1,9})\s*\)))?
    \s*-?\}\}""",
    re.VERBOSE,
)
_STEP = re.compile(r"""\.(\w+)|\[\s*(?:'([^']*)'|"([^"]*)"|(\d+))\s*\]""")
_MISSING = object()


def value_template(text: str | None) -> ValueTemplate:
    """How a value is read from a payload; without a template it is the payload itself.

    Raises `UnsupportedTemplate`.
    """
    return _plain if text is None else _value_template(text)


def command_template(text: str | None) -> CommandTemplate:
    """How a command's text is made of named values; without a template it is `value` itself.

    Raises `UnsupportedTemplate`.
    """
    return _bare if text is None else _command_template(text)


def _plain(payload: str) -> str:
    return payload


def _bare(values: Mapping[str, object]) -> str:
    return str(values["value"])


@lru_cache(maxsize=4_096)
def _value_template(text: str) -> ValueTemplate:
    if _WHOLE.fullmatch(text.strip()):
        return _plain
    if match := _PATH.fullmatch(text.strip()):
        return _path(match)
    _check(text)
    return lambda payload: _evaluated(text, payload)


def _path(match: re.Match[str]) -> ValueTemplate:
    default = (match["default"] or "").strip("'\"")
    steps = tuple(
        int(index) if index else name or single or double
        for name, single, double, index in _STEP.findall(match["path"])
    )

    def read(payload: str) -> str:
        value = parsed(payload)
        for step in steps:
            try:
                value = value[step] if isinstance(value, dict | list) else _MISSING
            except (KeyError, IndexError, TypeError):
                return default
        return default if value is _MISSING else _written(value)

    return read


def _written(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def _evaluated(text: str, payload: str) -> str:
    if len(payload) > LARGEST_PAYLOAD:
        raise ValueError(f"a payload of more than {LARGEST_PAYLOAD} characters is too large")
    values = {**HARMLESS, "value": payload}
    with suppress(ValueError):
        values["value_json"] = parsed(payload)
    try:
        return _template(text)(values, _now)
    except MissingValue:
        if "value_json" in values:
            return ""
        raise


@lru_cache(maxsize=1_024)
def _command_template(text: str) -> CommandTemplate:
    if not re.search(r"\{[{%#]", _PLACEHOLDER.sub("", text)):
        return lambda values: _PLACEHOLDER.sub(lambda m: str(values.get(m[1], "")), text)
    _check(text)
    return lambda values: _template(text)({**HARMLESS, **values}, _now)


def _now() -> datetime:
    return datetime.now().astimezone()


def _check(text: str) -> None:
    """Raises `UnsupportedTemplate` for a template that cannot be evaluated."""
    _template(text)


@lru_cache(maxsize=512)
def _template(text: str) -> Template:
    from edge.home.jinja.language import compiled  # noqa: PLC0415 (only where a home needs Jinja)

    return compiled(text)
