"""The live states of a home: what each entity's state is now.

MQTT messages come in and set states; the resolver and the skills read them; `lares say` takes a
snapshot before a command and asks for the changes after it. Several threads may use one `States`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from types import MappingProxyType

from edge.types import EntityState

Listener = Callable[[str, EntityState], None]
"""Called with the entity id and its new state."""


class States:
    """State by entity id."""

    def __init__(self, initial: Mapping[str, EntityState] | None = None) -> None:
        self._states = dict(initial or {})
        self._listeners: list[Listener] = []
        self._lock = threading.Lock()

    def get(self, entity_id: str) -> EntityState | None:
        """The state of an entity; None when nothing is known of it."""
        return self._states.get(entity_id)

    def set(self, entity_id: str, state: EntityState) -> None:
        """Set a state, and tell the subscribers when it differs from the one before."""
        with self._lock:
            if self._states.get(entity_id) == state:
                return
            self._states[entity_id] = state
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener(entity_id, state)

    def remove(self, entity_id: str) -> None:
        """Forget an entity that is gone."""
        with self._lock:
            self._states.pop(entity_id, None)

    def snapshot(self) -> Mapping[str, EntityState]:
        """All states now, as a mapping that does not change any more."""
        with self._lock:
            return MappingProxyType(dict(self._states))

    def changes_since(self, snapshot: Mapping[str, EntityState]) -> Mapping[str, EntityState]:
        """The entities whose state differs from the snapshot, with the new state in full."""
        with self._lock:
            return {
                entity_id: state
                for entity_id, state in self._states.items()
                if (before := snapshot.get(entity_id)) is not state and before != state
            }

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` at each change, in the thread that sets it. Returns what ends it."""
        with self._lock:
            self._listeners.append(listener)

        def unsubscribe() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return unsubscribe
