"""Lines of text from a device on a serial port, which may be unplugged and come back.

    with SerialLines(vid=0x303A, pid=0x1001) as lines:
        for line in lines:
            ...

The port is named by its path, or found by the device's USB ids, so that it does not matter which
name it gets when it comes back. While it is away the port is looked for again with growing pauses.
`on_change` is told once when it goes and once when it comes; half a line that had arrived is
dropped.
"""

from __future__ import annotations

import contextlib
import termios
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from edge.types import LaresError

POLL_S = 0.2
"""How long a read or write may block: the time in which `close()` takes effect."""


class SerialError(LaresError):
    """The serial port cannot be used."""


@dataclass(frozen=True, slots=True)
class Plugged:
    """The device is there."""

    port: str


@dataclass(frozen=True, slots=True)
class Unplugged:
    """The device is not there, or no longer."""

    reason: str


class LineSplitter:
    """Makes lines of bytes that arrive in any portions.

    A line ends with "\\n", a "\\r" before it belongs to the end. What is not UTF-8 is replaced by
    "\\ufffd". Of a line longer than `limit` bytes only the first `limit` are kept.
    """

    def __init__(self, limit: int = 4096) -> None:
        self._limit = limit
        self._begun = bytearray()

    def feed(self, data: bytes) -> list[str]:
        """The lines that `data` brings to their end, without their ends."""
        *ended, begun = data.split(b"\n")
        lines = []
        for part in ended:
            self._add(part)
            lines.append(self._take())
        self._add(begun)
        return lines

    def reset(self) -> None:
        """Forget the line that has begun."""
        self._begun.clear()

    def _add(self, part: bytes) -> None:
        """Keeps one byte more than the limit, which may be the "\\r" of the end."""
        self._begun += part[: self._limit + 1 - len(self._begun)]

    def _take(self) -> str:
        line = bytes(self._begun).removesuffix(b"\r")[: self._limit]
        self._begun.clear()
        return line.decode("utf-8", errors="replace")


class SerialLines:
    """The lines of one device.

    port: path of the port; or give vid, pid and, among several alike, serial_number of the USB
    device. limit: longest line, in bytes. back_off_s: first and longest pause before looking for a
    port that is away. list_ports: what `serial.tools.list_ports.comports` gives. wait: how such a
    pause is waited for; it ends when the event is set.

    Raises SerialError when neither port nor ids are given, or pyserial is not installed.
    """

    def __init__(
        self,
        port: Path | str | None = None,
        *,
        vid: int | None = None,
        pid: int | None = None,
        serial_number: str | None = None,
        baud: int = 115_200,
        limit: int = 4096,
        back_off_s: tuple[float, float] = (0.5, 10.0),
        on_change: Callable[[Plugged | Unplugged], None] = lambda change: None,
        list_ports: Callable[[], Iterable[Any]] | None = None,
        wait: Callable[[threading.Event, float], object] = threading.Event.wait,
    ) -> None:
        if port is None and (vid is None or pid is None):
            raise SerialError("A serial device needs a port, or the vid and pid of its USB side.")
        try:
            import serial  # noqa: PLC0415 (only a home with a serial device needs it)
            import serial.tools.list_ports  # noqa: PLC0415
        except ImportError as error:
            raise SerialError(
                "Serial ports need the package pyserial, which is not installed: "
                "pip install lares[voice]."
            ) from error
        self._serial = serial
        self._list_ports = list_ports or serial.tools.list_ports.comports
        self._fixed_port = None if port is None else str(port)
        self._ids = (vid, pid, serial_number)
        self._baud = baud
        self._splitter = LineSplitter(limit)
        self._back_off_s = back_off_s
        self._on_change = on_change
        self._wait = wait
        self._connection: Any = None
        self._last: Plugged | Unplugged | None = None
        self._closing = threading.Event()
        self._writing = threading.Lock()

    def __repr__(self) -> str:
        state = "open" if self._connection is not None else "not connected"
        return f"<SerialLines {self.name}, {state}>"

    @property
    def name(self) -> str:
        """The port, or the USB ids by which it is found."""
        vid, pid, serial_number = self._ids
        if self._fixed_port is not None:
            return self._fixed_port
        return f"USB {vid:04x}:{pid:04x}" + (f" {serial_number}" if serial_number else "")

    def __enter__(self) -> Self:
        self._closing.clear()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End iterating, from any thread, and release the port."""
        self._closing.set()
        self._disconnect()

    def __iter__(self) -> Iterator[str]:
        """Lines without their ends, until `close()`. Waits while the device is away."""
        pause = self._back_off_s[0]
        while not self._closing.is_set():
            try:
                if self._connection is None:
                    self._connect()
                    pause = self._back_off_s[0]
                data = self._read()
            except (OSError, termios.error, SerialError) as error:
                if self._closing.is_set():
                    return
                self._disconnect()
                self._tell(Unplugged(str(error)))
                self._wait(self._closing, pause)
                pause = min(2 * pause, self._back_off_s[1])
            else:
                yield from self._splitter.feed(data)

    def write_line(self, text: str) -> None:
        """Send one line. Raises SerialError when the device is away, or `text` is not one line."""
        if "\n" in text or "\r" in text:
            raise SerialError(f"Expected one line for {self.name}, found line ends in {text!r}.")
        with self._writing:
            connection = self._connection
            if connection is None:
                raise SerialError(
                    f"{self.name} is not connected, so {text!r} was not sent. Plug it in."
                )
            try:
                connection.write(text.encode() + b"\n")
            except (OSError, TypeError, ValueError) as error:
                raise SerialError(f"{text!r} could not be sent to {self.name}: {error}.") from error

    def _connect(self) -> None:
        port = self._fixed_port or self._find()
        self._connection = self._serial.Serial(
            port, self._baud, timeout=POLL_S, write_timeout=POLL_S, exclusive=True
        )
        if self._closing.is_set():
            self._disconnect()
            return
        self._splitter.reset()
        self._tell(Plugged(port))

    def _read(self) -> bytes:
        """What has arrived, as soon as there is something; nothing after POLL_S."""
        connection = self._connection
        if connection is None:
            return b""
        try:
            data: bytes = connection.read(max(1, connection.in_waiting))
        except (TypeError, ValueError) as error:
            raise SerialError("it was closed while being read") from error
        return data

    def _find(self) -> str:
        vid, pid, serial_number = self._ids
        ports = list(self._list_ports())
        for port in ports:
            alike = (port.vid, port.pid) == (vid, pid)
            if alike and serial_number in (None, port.serial_number):
                return str(port.device)
        there = ", ".join(str(port.device) for port in ports) or "none"
        raise SerialError(f"expected the device {self.name}, found the ports: {there}")

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.close()

    def _tell(self, change: Plugged | Unplugged) -> None:
        if type(change) is not type(self._last):
            self._last = change
            self._on_change(change)
