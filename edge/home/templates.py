"""The simplest of Home Assistant's templates, without an engine.

Devices say in discovery how a value is cut out of a payload (`{{ value_json.state }}`) and how one
is put into a command (`{"level": {{ value }}}`). Those two forms are most of what is found in real
configurations and are read here: a value template is one path into the JSON or the whole value, a
command template is text around names. Anything with filters, conditions or loops is an
`UnsupportedTemplate`; the caller says so in the log and goes without it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

from edge.types import LaresError

ValueTemplate = Callable[[str], str]
"""Cuts a value out of a payload. Raises ValueError when the payload does not have it."""
CommandTemplate = Callable[[Mapping[str, object]], str]
"""Puts named values into a command's text."""

_PLACEHOLDER = re.compile(r"\{\{-?\s*(\w+)\s*-?\}\}")
_PATH = re.compile(
    r"""\{\{-?\s*value_json(?P<path>(?:\.\w+|\[\s*(?:'[^']*'|"[^"]*"|\d+)\s*\])*)\s*-?\}\}"""
)
_STEP = re.compile(r"""\.(\w+)|\[\s*(?:'([^']*)'|"([^"]*)"|(\d+))\s*\]""")


class UnsupportedTemplate(LaresError):
    """A template that needs more than a path or a name."""


def value_template(text: str | None) -> ValueTemplate:
    """How a value is read from a payload; without a template it is the payload itself.

    Raises `UnsupportedTemplate`.
    """
    if text is None or re.fullmatch(r"\{\{-?\s*value\s*-?\}\}", text.strip()):
        return lambda payload: payload
    if not (match := _PATH.fullmatch(text.strip())):
        raise UnsupportedTemplate(
            f"Expected a template like {{{{ value_json.name }}}}, found {text!r}. "
            "The value is not read; let the device send it plainly."
        )
    steps = tuple(
        int(index) if index else name or single or double
        for name, single, double, index in _STEP.findall(match["path"])
    )

    def read(payload: str) -> str:
        value = json.loads(payload)
        for step in steps:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError) as error:
                raise ValueError(f"no {step!r} in {payload!r}") from error
        return value if isinstance(value, str) else json.dumps(value)

    return read


def command_template(text: str | None) -> CommandTemplate:
    """How a command's text is made of named values; without a template it is `value` itself.

    Raises `UnsupportedTemplate`.
    """
    if text is None:
        return lambda values: str(values["value"])
    if re.search(r"\{[{%]", _PLACEHOLDER.sub("", text)):
        raise UnsupportedTemplate(
            f"Expected text with names like {{{{ value }}}}, found {text!r}. "
            "The command is not offered; let the device take it plainly."
        )

    def fill(values: Mapping[str, object]) -> str:
        return _PLACEHOLDER.sub(lambda match: str(values.get(match[1], "")), text)

    return fill
