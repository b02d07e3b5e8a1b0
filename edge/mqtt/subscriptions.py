"""Topics that are wanted and no longer wanted, handed to the broker many at a time.

A home of two thousand entities wants a thousand topics in the second in which it starts, and each
request is a round trip. So what is wanted is only noted here; one task asks the broker for all that
has gathered, and for what gathers meanwhile in the next round.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

from edge.mqtt.broker import Broker, BrokerError

log = logging.getLogger(__name__)

AT_ONCE = 500
"""How many topic filters one request carries."""


class Subscriptions:
    """What one follower of a broker is subscribed to. `run` hands changes over until cancelled."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._wanted: dict[str, None] = {}
        self._unwanted: dict[str, None] = {}
        self._changed = asyncio.Event()
        self._settled = asyncio.Event()
        self._settled.set()

    def want(self, topics: Iterable[str]) -> None:
        """Subscribe to these topics soon."""
        for topic in topics:
            if self._unwanted.pop(topic, topic) is not None:
                self._wanted[topic] = None
        self._note()

    def drop(self, topics: Iterable[str]) -> None:
        """Unsubscribe from these topics soon."""
        for topic in topics:
            if self._wanted.pop(topic, topic) is not None:
                self._unwanted[topic] = None
        self._note()

    @property
    def settled(self) -> bool:
        """Whether the broker knows all that is wanted."""
        return self._settled.is_set()

    async def settle(self) -> None:
        """Wait until the broker knows all that is wanted."""
        await self._settled.wait()

    async def run(self) -> None:
        """Hand changes over to the broker until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            await self._hand_over()
            if not self._wanted and not self._unwanted:
                self._settled.set()

    async def _hand_over(self) -> None:
        wanted, self._wanted = tuple(self._wanted), {}
        unwanted, self._unwanted = tuple(self._unwanted), {}
        try:
            for start in range(0, len(wanted), AT_ONCE):
                await self._broker.subscribe(*wanted[start : start + AT_ONCE])
            for start in range(0, len(unwanted), AT_ONCE):
                await self._broker.unsubscribe(*unwanted[start : start + AT_ONCE])
        except BrokerError as error:
            log.warning("%s", error)

    def _note(self) -> None:
        if self._wanted or self._unwanted:
            self._settled.clear()
            self._changed.set()
