"""A broker and a virtual home in this process, without a network.

`lares say --home FILE` and batches of tens of thousands of lines use it: what is published goes to
the virtual devices, and what they answer comes back as messages, in order, before `publish`
returns. It keeps retained messages as a broker does, for one client.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from types import TracebackType
from typing import Self

from edge.home.virtual import VirtualHome
from edge.mqtt.broker import topic_matches
from edge.types import EntityState, Message


class LoopbackBroker:
    """A virtual home behind the face of a broker."""

    connections = 1

    def __init__(self, home: VirtualHome) -> None:
        self.home = home
        self._retained: dict[str, Message] = {}
        self._exact: set[str] = set()
        self._wild: set[str] = set()
        self._queue: asyncio.Queue[Message | None] = asyncio.Queue()
        self._deliver(home.discovery())
        self._deliver(home.state_messages())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._queue.put_nowait(None)

    @property
    def connected(self) -> bool:
        """Always: there is no network."""
        return True

    async def wait_connected(self, timeout_s: float) -> None:
        """Returns at once."""

    async def publish(self, message: Message) -> None:
        """Give a message to the devices, and their answers to the reader."""
        self._deliver((message, *self.home.handle(message)))

    async def subscribe(self, *filters: str) -> None:
        """Ask for the messages of topic filters, retained ones first."""
        for name in filters:
            wild = "+" in name or "#" in name
            known = self._wild if wild else self._exact
            if name in known:
                continue
            known.add(name)
            found: Iterable[Message]
            if wild:
                found = [m for topic, m in self._retained.items() if topic_matches(name, topic)]
            else:
                found = [self._retained[name]] if name in self._retained else []
            for message in found:
                self._queue.put_nowait(message)

    async def unsubscribe(self, *filters: str) -> None:
        """Ask for them no longer."""
        self._exact.difference_update(filters)
        self._wild.difference_update(filters)

    async def messages(self) -> AsyncIterator[Message]:
        """The messages that come, in order."""
        while (message := await self._queue.get()) is not None:
            yield message

    def set_states(self, states: Mapping[str, EntityState]) -> None:
        """Change devices from outside, as if by hand. Raises `LaresError` for an unknown entity."""
        for entity_id, state in states.items():
            self._deliver(self.home.set_state(entity_id, state))

    def _deliver(self, messages: Iterable[Message]) -> None:
        for message in messages:
            if message.retain:
                if message.payload:
                    self._retained[message.topic] = message
                else:
                    self._retained.pop(message.topic, None)
            if message.topic in self._exact or any(
                topic_matches(name, message.topic) for name in self._wild
            ):
                self._queue.put_nowait(message)
