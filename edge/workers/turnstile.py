"""A subscription that is left while the hands are full, and entered again when they are free.

The broker's list of subscribers is so the list of those that are free. Leaving and entering are
round trips; what is wanted may change meanwhile, so one task brings about whatever is wanted last.
"""

from __future__ import annotations

import asyncio

from edge.mqtt.broker import BrokerError
from edge.workers.asking import Connection

AGAIN_S = 1.0
"""When the broker did not do it, it is asked again after this."""


class Turnstile:
    """One topic filter, not subscribed to at first. `run` does what is wanted until cancelled."""

    def __init__(self, connection: Connection, topic_filter: str) -> None:
        self._connection = connection
        self._filter = topic_filter
        self._wanted = self._is_open = False
        self._changed = asyncio.Event()

    def open(self) -> None:
        """Let messages in."""
        self._want(True)

    def close(self) -> None:
        """Let none in; one or two may be on their way already."""
        self._want(False)

    def _want(self, wanted: bool) -> None:
        self._wanted = wanted
        self._changed.set()

    async def run(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            while self._is_open != self._wanted:
                wanted = self._wanted
                change = self._connection.subscribe if wanted else self._connection.unsubscribe
                try:
                    await change(self._filter)
                    self._is_open = wanted
                except BrokerError:
                    await asyncio.sleep(AGAIN_S)
