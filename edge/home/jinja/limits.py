"""What a template may use: so many steps, so large values.

Anybody who may publish to the broker can announce a device, so a template may be hostile: a loop
that never ends, a text doubled fifty times, a list that holds itself twice at each level. Each
evaluation has a `Budget`. Every step of it costs, what makes a value costs by the value's size, and
no value may be larger than the figures below. Steps are counted and no time is taken, so that a
template fails or not whatever else the machine does.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from edge.types import LaresError

STEPS = 6_000
"""Steps of one evaluation: some milliseconds. The longest template that a device is known to
publish, that of the events of zigbee2mqtt, needs some 1,600."""
LONGEST_TEXT = 65_536
"""Characters of any text."""
MOST_ITEMS = 10_000
"""Items in a list or an object, those in what it holds included."""
DEEPEST = 40
"""How deep lists and objects may lie in each other."""
LARGEST_NUMBER = 1 << 128
"""Whole numbers stay below it."""
TEXT_A_STEP = 256
"""Characters of text that cost one step."""
TEXT_AN_ITEM = 16
"""Characters of text that count as one item more."""


class UnsupportedTemplate(LaresError):
    """A template that uses what is not offered; says what."""


class TemplateFailed(ValueError):
    """A template that could not be evaluated with the values that it got."""


class MissingValue(TemplateFailed):
    """Something was done with a value that is not there."""


class Undefined:
    """A value that is not there: an empty text, false, and an error for everything else."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __str__(self) -> str:
        return ""

    def __repr__(self) -> str:
        return "Undefined"

    def __bool__(self) -> bool:
        return False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Undefined)

    def __hash__(self) -> int:
        return 0


class Budget:
    """The steps that are left of one evaluation."""

    __slots__ = ("left",)

    def __init__(self, steps: int = STEPS) -> None:
        self.left = steps

    def spend(self, steps: int = 1) -> None:
        """Use steps. Raises `TemplateFailed` when there are no more."""
        self.left -= steps
        if self.left < 0:
            raise TemplateFailed(f"the template takes more than {STEPS} steps")

    def checked(self, value: Any) -> Any:
        """A value that a template made or takes, paid for by its size.

        Raises `TemplateFailed` for one that is too large or not a plain value.
        """
        self._weigh(value, 0, MOST_ITEMS)
        return value

    def _weigh(self, value: Any, depth: int, room: int) -> int:
        """How many items more fit after this value."""
        if isinstance(value, str):
            if len(value) > LONGEST_TEXT:
                raise TemplateFailed(f"a text is longer than {LONGEST_TEXT} characters")
            self.spend(1 + len(value) // TEXT_A_STEP)
            return room - 1 - len(value) // TEXT_AN_ITEM
        self.spend()
        if isinstance(value, int):
            if not -LARGEST_NUMBER < value < LARGEST_NUMBER:
                raise TemplateFailed("a whole number is too large")
        elif isinstance(value, dict | list | tuple):
            if depth >= DEEPEST or len(value) > room:
                raise TemplateFailed("a list or object is too large or too deep")
            for item in value:
                room = self._weigh(item, depth + 1, room)
            if isinstance(value, dict):
                for item in value.values():
                    room = self._weigh(item, depth + 1, room)
        elif value is not None and not isinstance(value, float | Undefined | datetime | timedelta):
            raise TemplateFailed("this value cannot be used here")
        if room < 1:
            raise TemplateFailed(f"a list or object has more than {MOST_ITEMS} items")
        return room - 1
