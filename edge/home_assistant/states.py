"""The states of all entities, as Home Assistant's `subscribe_entities` tells them: in differences.

    {"a": {entity_id: {"s": state, "a": attributes}}}               all at first, and what is added
    {"c": {entity_id: {"+": {"s"?, "a"?}, "-": {"a": [names]}}}}    what changes
    {"r": [entity_id]}                                              what is removed

Temperatures stay in the unit of the instance: it is the unit in which its owner speaks. The items
of to-do lists come by subscriptions of their own and count as the attribute `todo_items`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from edge.home_assistant.features import feature_names
from edge.home_assistant.registries import is_entity_id
from edge.types import EntityState

UNAVAILABLE = "unavailable"
MOST_STATES = 50_000
"""What is told of further entities is left out."""
MOST_ITEMS = 1_000
"""Of one to-do list."""
DEEPEST = 16
"""An attribute that is nested deeper is left out."""


@dataclass(frozen=True, slots=True)
class Differences:
    """The ids of what was told of."""

    changed: tuple[str, ...] = ()
    """Those that have a state now."""
    appeared: tuple[str, ...] = ()
    """Those of them that had none before."""
    gone: tuple[str, ...] = ()


class ToldStates:
    """What Home Assistant has told so far."""

    def __init__(self) -> None:
        self.states: dict[str, EntityState] = {}

    def take(self, event: object) -> Differences:
        """Take differences in. What is malformed is left out."""
        if not isinstance(event, dict):
            return Differences()
        added = dict(self._added(event.get("a")))
        changed = (*added, *self._changed(event.get("c")))
        gone = tuple(self._removed(event.get("r")))
        return Differences(changed, tuple(i for i, is_new in added.items() if is_new), gone)

    @property
    def full(self) -> bool:
        """Whether no further entity is taken in."""
        return len(self.states) >= MOST_STATES

    def take_items(self, entity_id: str, event: object) -> None:
        """Take in what is on a to-do list."""
        items = event.get("items") if isinstance(event, dict) else None
        before = self.states.get(entity_id)
        if before is None or not isinstance(items, list):
            return
        told = [
            {"summary": str(item.get("summary", "")), "status": str(item.get("status", ""))}
            for item in items[:MOST_ITEMS]
            if isinstance(item, dict)
        ]
        self.states[entity_id] = EntityState(
            before.state, {**before.attributes, "todo_items": told}
        )

    def _added(self, told: object) -> Iterator[tuple[str, bool]]:
        """Each id, and whether it had no state before."""
        for entity_id, state in _items(told):
            is_new = entity_id not in self.states
            if is_new and self.full:
                continue
            attributes = state.get("a")
            self.states[entity_id] = EntityState(
                str(state.get("s", "unknown")),
                _ours(entity_id, attributes if isinstance(attributes, dict) else {}),
            )
            yield entity_id, is_new

    def _changed(self, told: object) -> Iterator[str]:
        for entity_id, change in _items(told):
            before = self.states.get(entity_id)
            if before is None:
                continue
            more, less = _mapping(change.get("+")), _mapping(change.get("-"))
            gone = {name for name in _list(less.get("a")) if isinstance(name, str)}
            kept = {k: v for k, v in before.attributes.items() if k not in gone}
            added = _ours(entity_id, _mapping(more.get("a")))
            state = str(more.get("s", before.state))
            self.states[entity_id] = EntityState(state, {**kept, **added})
            yield entity_id

    def _removed(self, told: object) -> Iterator[str]:
        for entity_id in _list(told):
            if isinstance(entity_id, str) and self.states.pop(entity_id, None) is not None:
                yield entity_id


def _ours(entity_id: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes as skills read them."""
    ours = {name: value for name, value in attributes.items() if _is_shallow(value, DEEPEST)}
    if "supported_features" in ours:
        domain = entity_id.partition(".")[0]
        ours["supported_features"] = feature_names(domain, ours["supported_features"])
    return ours


def _is_shallow(value: object, deepest: int) -> bool:
    """Whether a value is nested so deep at most."""
    if not isinstance(value, dict | list):
        return True
    inner = value.values() if isinstance(value, dict) else value
    return deepest > 0 and all(_is_shallow(part, deepest - 1) for part in inner)


def _items(told: object) -> Iterator[tuple[str, dict[str, Any]]]:
    for entity_id, value in _mapping(told).items():
        if isinstance(value, dict) and is_entity_id(entity_id):
            yield entity_id, value


def _mapping(told: object) -> dict[str, Any]:
    return told if isinstance(told, dict) else {}


def _list(told: object) -> Iterable[object]:
    return told if isinstance(told, list) else ()
