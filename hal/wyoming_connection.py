"""The connection to a Wyoming satellite, which its microphone and its speaker share.

    we                                       satellite
    describe · run-satellite       →
                                   ←         info · run-pipeline · audio-chunk …
    ping                           ↔         pong
    audio-start · chunk … · stop   →
                                   ←         played
    pause-satellite                →

It is we who connect, as Home Assistant does (its component `wyoming`, `assist_satellite.py`; the
other side is rhasspy/wyoming-satellite, `satellite.py`). A thread of its own keeps the connection:
it hands on what comes, answers pings, and finds out when nobody is there any more. A satellite that
answers pings is gone when nothing comes from it for `SILENT_S`; an old one, which knows no ping,
when its machine acknowledges nothing for as long.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future

from wyoming.event import Event
from wyoming.info import Describe, Info
from wyoming.ping import Ping, Pong
from wyoming.satellite import PauseSatellite, RunSatellite
from wyoming.snd import Played

from hal.wyoming_events import EventParser, WyomingError, address, as_bytes

CONNECT_S = 5.0
PING_S = 2.0
SILENT_S = 6.0
ENDS_WITHIN_S = 1.0
"""How long the last that we say may take to leave."""
MOST_WAITING = 1 << 20
"""Bytes that may wait to be sent; a satellite that takes them no more is gone."""
_PIECE = 1 << 16


class WyomingConnection:
    """A satellite at "tcp://HOST[:PORT]". Raises WyomingError for another text.

    ping_s, silent_s: seconds between pings, and without a sign of life.
    """

    def __init__(self, uri: str, *, ping_s: float = PING_S, silent_s: float = SILENT_S) -> None:
        self.uri = uri
        self._host, self._port = address(uri)
        self._ping_s = ping_s
        self._silent_s = silent_s
        self._line: _Line | None = None
        self._running = False
        self.played = threading.Event()
        """Set when the satellite has played what it was sent, and when the connection ends."""

    def __repr__(self) -> str:
        return f"<WyomingConnection {self.uri}, {'open' if self.is_open else 'closed'}>"

    @property
    def is_open(self) -> bool:
        line = self._line
        return line is not None and line.lost is None

    @property
    def info(self) -> Info | None:
        """What the satellite says that it is; None before it did."""
        return None if self._line is None else self._line.info

    def open(self, hear: Callable[[Event], None], lost: Callable[[str], None]) -> None:
        """Connect. The satellite hears nothing before `run(True)`.

        hear: told each event that is not about the connection itself; lost: told once why the
        connection ended, unless we closed it. Both in the connection's thread. Raises WyomingError
        when nobody answers.
        """
        self.close()
        line = _Line(self, hear, lost)
        line.open(self._host, self._port)
        self._line = line
        line.send(Describe().event())

    def run(self, running: bool) -> None:
        """Let the satellite hear (or not): what it hears while it is paused does not leave it."""
        if self.is_open and running != self._running:
            self._running = running
            with contextlib.suppress(WyomingError):
                self.send((RunSatellite() if running else PauseSatellite()).event())

    def send(self, event: Event) -> None:
        """Send an event, from any thread, without waiting. Raises WyomingError when it is not
        connected."""
        line = self._line
        if line is None:
            raise WyomingError(f"The satellite {self.uri} is not connected.")
        line.send(event)

    def close(self) -> None:
        """Pause the satellite and hang up; nothing when it is not open."""
        self.run(False)
        line, self._line = self._line, None
        if line is not None:
            line.close()
        self._running = False


class _Line:
    """One connection, from its opening to its end."""

    def __init__(
        self,
        owner: WyomingConnection,
        hear: Callable[[Event], None],
        lost: Callable[[str], None],
    ) -> None:
        self._owner = owner
        self._hear = hear
        self._tell_lost = lost
        self._loop: asyncio.AbstractEventLoop | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._closing = False
        self._answers_pings = False
        self._heard_at = 0.0
        self.info: Info | None = None
        self.lost: str | None = None
        """Why it ended; None while it lasts."""
        self._thread: threading.Thread | None = None

    def open(self, host: str, port: int) -> None:
        opened: Future[None] = Future()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._live(host, port, opened)), name="wyoming", daemon=True
        )
        self._thread.start()
        opened.result()

    def send(self, event: Event) -> None:
        if self._loop is None or self.lost is not None:
            raise WyomingError(f"The satellite {self._owner.uri} is gone: {self.lost}.")
        with contextlib.suppress(RuntimeError):  # its loop has just ended, which is told by `lost`
            self._loop.call_soon_threadsafe(self._write, as_bytes(event))

    def close(self) -> None:
        assert self._loop is not None and self._thread is not None
        self._closing = True
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._hang_up)
        if threading.current_thread() is not self._thread:
            self._thread.join(2 * ENDS_WITHIN_S)

    async def _live(self, host: str, port: int, opened: Future[None]) -> None:
        try:
            async with asyncio.timeout(CONNECT_S):
                reader, self._writer = await asyncio.open_connection(host, port)
        except (OSError, TimeoutError) as error:
            opened.set_exception(_unreachable(self._owner.uri, error))
            return
        self._loop = asyncio.get_running_loop()
        self._heard_at = self._loop.time()
        _notice_the_dead(self._writer.get_extra_info("socket"), self._owner._silent_s)
        opened.set_result(None)
        pinging = asyncio.create_task(self._ping())
        try:
            why = await self._read(reader)
        finally:
            pinging.cancel()
            self._writer.transport.abort()
        self.lost = self.lost or why
        self._owner.played.set()
        if not self._closing:
            self._tell_lost(self.lost)

    async def _read(self, reader: asyncio.StreamReader) -> str:
        """Hand on what comes to the end of the connection; why it ended."""
        assert self._loop is not None
        parser = EventParser()
        try:
            while data := await reader.read(_PIECE):
                self._heard_at = self._loop.time()
                for event in parser.feed(data):
                    self._take(event)
        except (BrokenPipeError, ConnectionResetError):
            return "it hung up"
        except (OSError, WyomingError) as error:
            return str(error).rstrip(".")
        return "it hung up"

    def _take(self, event: Event) -> None:
        if Ping.is_type(event.type):
            self._write(as_bytes(Pong(text=event.data.get("text")).event()))
        elif Pong.is_type(event.type):
            self._answers_pings = True
        elif Played.is_type(event.type):
            self._owner.played.set()
        elif Info.is_type(event.type):
            self.info = _info(event)
        else:
            self._hear(event)

    async def _ping(self) -> None:
        assert self._loop is not None
        while True:
            await asyncio.sleep(self._owner._ping_s)
            silent_s = self._loop.time() - self._heard_at
            if self._answers_pings and silent_s > self._owner._silent_s:
                self._give_up(f"nothing has come from it for {silent_s:.0f} seconds")
                return
            self._write(as_bytes(Ping().event()))

    def _write(self, data: bytes) -> None:
        assert self._writer is not None
        if self._writer.transport.is_closing():
            return
        if self._writer.transport.get_write_buffer_size() > MOST_WAITING:
            self._give_up("it takes nothing any more")
            return
        self._writer.write(data)

    def _give_up(self, why: str) -> None:
        assert self._writer is not None
        self.lost = why
        self._writer.transport.abort()

    def _hang_up(self) -> None:
        assert self._writer is not None and self._loop is not None
        self._writer.close()
        self._loop.call_later(ENDS_WITHIN_S, self._writer.transport.abort)


def _notice_the_dead(connection: socket.socket, seconds: float) -> None:
    """Let the system end a connection whose other machine acknowledges nothing for so long."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        connection.setsockopt(
            socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, max(1, round(1000 * seconds))
        )


def _info(event: Event) -> Info | None:
    """The description; None for one that nobody can read, which is no reason to hang up."""
    try:
        return Info.from_event(event)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _unreachable(uri: str, error: Exception) -> WyomingError:
    reason = str(error) or "it did not answer"
    return WyomingError(
        f"Expected a Wyoming satellite at {uri}, which cannot be reached: {reason}. See whether it "
        "is switched on, and whether its port is right (satellites usually have 10700)."
    )
