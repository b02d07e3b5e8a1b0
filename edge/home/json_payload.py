"""JSON as devices send it, read so that nothing in it can hurt later.

Refused: what is no JSON, the NaN and Infinity that Python's reader would take, and nesting deeper
than `DEEPEST`, which would overflow the stack of whoever goes through it. Halves of surrogate
pairs, which cannot be written to any file or topic, become question marks.
"""

from __future__ import annotations

import json
import math
from functools import lru_cache
from typing import Any

DEEPEST = 64
LARGEST_REMEMBERED = 1 << 14
"""Characters of a text whose content is remembered for the next who reads it."""


def parsed(text: str) -> Any:
    """The content of a JSON text, not to be changed: several entities often read the same message.

    Raises ValueError.
    """
    return _remembered(text) if len(text) <= LARGEST_REMEMBERED else _read(text)


@lru_cache(maxsize=8)
def _remembered(text: str) -> Any:
    return _read(text)


def _read(text: str) -> Any:
    try:
        content = json.loads(text, parse_constant=_no_number, parse_float=_finite)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if text.count("[") + text.count("{") > DEEPEST and _is_deep(content):
        raise ValueError("nested too deeply")
    return _whole(content) if "\\ud" in text.lower() else content


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def _finite(text: str) -> float:
    if math.isinf(number := float(text)):
        raise ValueError(f"{text[:40]} is too large a number")
    return number


def _is_deep(content: Any) -> bool:
    level = [content]
    for _ in range(DEEPEST):
        inner = [one for one in level if isinstance(one, list | dict)]
        level = [item for one in inner for item in (one.values() if isinstance(one, dict) else one)]
        if not level:
            return False
    return True


def _whole(content: Any) -> Any:
    if isinstance(content, str):
        return content.encode("utf-8", "replace").decode()
    if isinstance(content, list):
        return [_whole(item) for item in content]
    if isinstance(content, dict):
        return {_whole(key): _whole(value) for key, value in content.items()}
    return content
