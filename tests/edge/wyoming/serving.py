"""A Wyoming server in a test: at a port of this machine, with these services."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from wyoming.client import AsyncTcpClient
from wyoming.event import Event
from wyoming.info import Info

from edge.kernel.events import Event as Happened
from edge.kernel.events import Events
from edge.wyoming.server import IDLE_S, MOST_CLIENTS, Server
from edge.wyoming.service import Aside, Service

WAIT_S = 20.0


@dataclass
class Running:
    """The server, and what it told its log."""

    port: int
    log: list[Happened] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def client(self) -> AsyncTcpClient:
        return AsyncTcpClient("127.0.0.1", self.port, read_timeout=WAIT_S)

    async def connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def asks(self, *events: Event, answers: int = 1) -> list[Event]:
        """What is answered, on a connection of its own."""
        async with self.client() as client:
            for event in events:
                await client.write_event(event)
            found = [await client.read_event() for _ in range(answers)]
        assert None not in found, found
        return [event for event in found if event is not None]

    def told(self, name: str) -> list[Happened]:
        return [event for event in self.log if event.name == name]

    async def until_told(self, name: str, times: int = 1) -> Happened:
        """Wait for a line in the log."""
        async with asyncio.timeout(WAIT_S):
            while len(self.told(name)) < times:
                self.news.clear()
                await self.news.wait()
        return self.told(name)[times - 1]


@asynccontextmanager
async def running(
    services: Callable[[str, Aside], Iterable[Service]],
    *,
    idle_s: float = IDLE_S,
    most_clients: int = MOST_CLIENTS,
) -> AsyncIterator[Running]:
    events = Events()
    server = Server(Info, services, events, idle_s=idle_s, most_clients=most_clients)
    async with server.serving("127.0.0.1", 0) as port:
        there = Running(port)

        def tell(event: Happened) -> None:
            there.log.append(event)
            there.news.set()

        events.subscribe(tell)
        yield there
