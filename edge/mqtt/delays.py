"""What happens to an entity when nothing is told for a while: it expires, or goes off by itself.

Measured by the event loop's clock, which no change of the time of day disturbs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Delays:
    """What is still to happen, at most one thing of a kind for an entity."""

    def __init__(self) -> None:
        self._due: dict[str, dict[str, asyncio.TimerHandle]] = {}

    def start(self, entity_id: str, kind: str, delay_s: float, call: Callable[[str], None]) -> None:
        """Call with the entity's id after so many seconds, unless started anew or cancelled."""
        due = self._due.setdefault(entity_id, {})
        if (earlier := due.get(kind)) is not None:
            earlier.cancel()
        due[kind] = asyncio.get_running_loop().call_later(delay_s, call, entity_id)

    def cancel(self, entity_id: str) -> None:
        """Nothing more happens to an entity."""
        for due in self._due.pop(entity_id, {}).values():
            due.cancel()

    def cancel_all(self) -> None:
        """Nothing more happens at all."""
        for entity_id in tuple(self._due):
            self.cancel(entity_id)
