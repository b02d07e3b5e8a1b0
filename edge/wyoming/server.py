"""Lares' own parts, lent to others: one port on which Wyoming clients are served.

    client ──▶ events, bounded ──▶ the service that takes them ──▶ events back

Several clients are served at once, each with services of its own. Nothing that a client does can
stop the server: what is no event, or no sound, ends its connection with one line in the log; so
does an answer that it does not take, and silence for `IDLE_S`. More than `MOST_CLIENTS` are not let
in. What one client has sent is worked on before more is read from it, so a fast one waits.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeVar

from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import Describe, Info
from wyoming.ping import Ping, Pong

from edge.kernel.events import Events
from edge.types import LaresError
from edge.wyoming.service import Aside, BadEventError, Service
from hal.wyoming_events import EventParser, WyomingError, as_bytes

MOST_CLIENTS = 64
IDLE_S = 600.0
TAKES_WITHIN_S = 30.0
"""How long a client may take to accept what it is sent."""
THREADS = 4
"""In which all clients' sound is worked on."""
_PIECE = 1 << 16
_SOUND = frozenset(
    {
        AudioStart(16_000, 2, 1).event().type,
        AudioChunk(16_000, 2, 1, b"").event().type,
        AudioStop().event().type,
    }
)
T = TypeVar("T")

Services = Callable[[str, Aside], Iterable[Service]]
"""Makes the services of one client, which is called this."""


class Server:
    """Serves clients while `serving` lasts.

    describe: what is told of the services. services: makes those of one client.
    """

    def __init__(
        self,
        describe: Callable[[], Info],
        services: Services,
        events: Events,
        *,
        idle_s: float = IDLE_S,
        most_clients: int = MOST_CLIENTS,
    ) -> None:
        self._describe = describe
        self._services = services
        self._events = events
        self._idle_s = idle_s
        self._most_clients = most_clients
        self._clients: set[asyncio.Task[None]] = set()
        self._served = 0
        self._numbers = itertools.count(1)
        self._full = False

    @asynccontextmanager
    async def serving(self, host: str, port: int) -> AsyncIterator[int]:
        """Serve until the block ends; gives the port, a free one where 0 was asked for.

        Raises LaresError when the port cannot be had.
        """
        with ThreadPoolExecutor(THREADS, "wyoming") as threads:
            aside = _Threads(threads)

            async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                await self._connected(reader, writer, aside)

            try:
                server = await asyncio.start_server(connected, host, port)
            except OSError as error:
                raise LaresError(
                    f"Expected to serve Wyoming clients at {host}:{port}, which cannot be had: "
                    f"{error}. Set wyoming.host and wyoming.port to others."
                ) from error
            try:
                yield server.sockets[0].getsockname()[1]
            finally:
                server.close()
                for client in self._clients:
                    client.cancel()
                await asyncio.gather(*self._clients, return_exceptions=True)
                threads.shutdown(wait=False, cancel_futures=True)

    async def _connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, aside: Aside
    ) -> None:
        if self._served >= self._most_clients:
            if not self._full:
                self._full = True
                self._events.emit("wyoming_full", "warning", clients=self._served)
            writer.transport.abort()
            return
        task = asyncio.current_task()
        assert task is not None
        self._clients.add(task)
        self._served += 1
        address, port = (writer.get_extra_info("peername") or ("unknown", 0))[:2]
        name = f"{address}:{port} #{next(self._numbers)}"
        try:
            try:
                await self._serve(name, reader, writer, aside)
            finally:
                self._served -= 1
                self._full = False
            await _leave(writer)
        except asyncio.CancelledError:
            pass  # the server ends, which is no news to anyone
        finally:
            self._clients.discard(task)
            writer.transport.abort()

    async def _serve(
        self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, aside: Aside
    ) -> None:
        client = _Client(name, self._describe, self._services(name, aside), writer)
        try:
            parser = EventParser()
            while data := await asyncio.wait_for(reader.read(_PIECE), self._idle_s):
                for event in parser.feed(data):
                    await self._take(client, event)
        except TimeoutError:
            self._events.emit("wyoming_idle", "debug", client=name)
        except ConnectionError as error:
            self._events.emit("wyoming_gone", "debug", client=name, error=str(error))
        except LaresError as error:
            self._events.emit("wyoming_bad_client", "warning", client=name, error=str(error))
            with contextlib.suppress(LaresError, ConnectionError):
                await client.send(Error(str(error), "bad-event").event())
        except Exception as error:
            self._events.emit("wyoming_failed", "error", client=name, error=repr(error))
        finally:
            await client.close()

    async def _take(self, client: _Client, event: Event) -> None:
        """Serve one event. What cannot be done is told to the client, who may go on."""
        try:
            await client.take(event)
        except (BadEventError, WyomingError):
            raise
        except LaresError as error:
            self._events.emit(
                "wyoming_not_served", "warning", client=client.name, of=event.type, error=str(error)
            )
            await client.send(Error(str(error), "not-served").event())


class _Client:
    """One connection."""

    def __init__(
        self,
        name: str,
        describe: Callable[[], Info],
        services: Iterable[Service],
        writer: asyncio.StreamWriter,
    ) -> None:
        self.name = name
        self._describe = describe
        self._writer = writer
        self._services = (*services,)
        self._by_type: Mapping[str, Service] = {
            kind: service for service in self._services for kind in service.takes
        }
        self._asked: Service | None = None

    async def take(self, event: Event) -> None:
        if Describe.is_type(event.type):
            await self.send(self._describe().event())
        elif Ping.is_type(event.type):
            await self.send(Pong(text=event.data.get("text")).event())
        elif event.type in _SOUND:
            if self._asked is None or not self._asked.hears:
                raise BadEventError(f"expected to be asked what for, found {event.type}")
            await self._asked.take(event, self.send)
        elif (service := self._by_type.get(event.type)) is not None:
            self._asked = service
            await service.take(event, self.send)

    async def send(self, *events: Event) -> None:
        self._writer.write(b"".join(map(as_bytes, events)))
        try:
            await asyncio.wait_for(self._writer.drain(), TAKES_WITHIN_S)
        except TimeoutError:
            raise WyomingError(
                f"expected the client to take an answer, which it did not in {TAKES_WITHIN_S:g} s"
            ) from None

    async def close(self) -> None:
        for service in self._services:
            await service.close()


async def _leave(writer: asyncio.StreamWriter) -> None:
    """Let what was sent arrive before the connection ends."""
    writer.close()
    with contextlib.suppress(TimeoutError, ConnectionError):
        await asyncio.wait_for(writer.wait_closed(), 1.0)


class _Threads:
    """The threads in which work is done."""

    def __init__(self, threads: ThreadPoolExecutor) -> None:
        self._threads = threads

    async def __call__(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)
