"""What an exam says to an assistant, and how its answers are compared.

An exam holds conversations; whoever can play them (`lares eval` does, with the real assistant on
virtual devices) gives back an outcome for each turn.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edge.types import EntityState, Outcome

TOLERANCE = 0.01
"""Numbers of states are the same within this share."""
SAME = {
    "HassShoppingListAddItem": "HassListAddItem",
    "HassShoppingListCompleteItem": "HassListCompleteItem",
}
"""Intents that are another one, said of the shopping list."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What is said, and where (the id of an area)."""

    text: str
    area: str | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """Turns in one home, which begins in its first states but for those of `setup`."""

    home: Path
    turns: tuple[Turn, ...]
    setup: Mapping[str, EntityState] = field(default_factory=dict)


Converse = Callable[[Iterable[Conversation], bool], Iterator[Sequence[Outcome]]]
"""converse(conversations, acting): the outcomes of each conversation's turns, one after the other.
Where not `acting`, what is said is only understood."""


def states_of(setup: Mapping[str, Any] | None) -> dict[str, EntityState]:
    """The states that a file sets up: entity id → {"state"?, "attributes"?}."""
    return {
        entity: EntityState(str(state.get("state", "")), state.get("attributes") or {})
        for entity, state in (setup or {}).items()
    }


def same_value(expected: Any, found: Any) -> bool:
    """Whether a value of a state is the one expected; numbers within TOLERANCE."""
    if isinstance(expected, list | tuple):
        return (
            isinstance(found, list | tuple)
            and len(expected) == len(found)
            and all(map(same_value, expected, found))
        )
    if isinstance(expected, bool) or isinstance(found, bool):
        return bool(expected == found)
    try:
        return math.isclose(float(expected), float(found), rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    except (TypeError, ValueError):
        return str(expected) == str(found)


def has_state(expected: Mapping[str, Any], found: EntityState) -> bool:
    """Whether a state is as expected: "state" and attributes, of which only those named count."""
    return all(
        same_value(value, found.state if name == "state" else found.attributes.get(name))
        for name, value in expected.items()
    )
