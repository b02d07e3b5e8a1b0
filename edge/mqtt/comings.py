"""Which devices came and went, told once a second at most: one that flaps fills no log."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from edge.kernel.events import Events

PAUSE_S = 1.0


class Comings:
    """What came and went since that was told last; what did both is not told."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._came: set[str] = set()
        self._went: set[str] = set()
        self._telling: asyncio.TimerHandle | None = None

    def note(self, before: Collection[str], now: Collection[str]) -> None:
        """The entities of an announcement before and now."""
        came, went = set(now) - set(before), set(before) - set(now)
        self._came, self._went = (
            (self._came - went) | (came - self._went),
            (self._went - came) | (went - self._came),
        )
        if self._telling is None and (self._came or self._went):
            self._telling = asyncio.get_running_loop().call_later(PAUSE_S, self._tell)

    def end(self) -> None:
        """Nothing more is told."""
        if self._telling is not None:
            self._telling.cancel()

    def _tell(self) -> None:
        self._telling = None
        told = (("devices_joined", self._came), ("devices_gone", self._went))
        self._came, self._went = set(), set()
        for name, ids in told:
            if ids:
                self._events.emit(name, entities=sorted(ids))
