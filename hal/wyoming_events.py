"""Events of the Wyoming protocol, out of bytes that anyone may have sent.

    {"type": …, "data"?: {…}, "data_length"?: n, "payload_length"?: m}\n  n bytes of JSON  m bytes

An event is a line of JSON; so many bytes of JSON follow, which belong to its data, and then so many
bytes of payload (OHF-Voice/wyoming, README.md). The package's own reader takes any length that it
is told and stops without a word at what is no event. `EventParser` puts events together from
pieces of any size, keeps no more than the bounds below, and says what is wrong.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from wyoming.event import Event, write_event

from edge.types import LaresError

MOST_LINE = 64 << 10
"""Bytes of the line. Old programs write all data into it."""
MOST_DATA = 512 << 10
"""Bytes of further data: descriptions of many voices are long."""
MOST_PAYLOAD = 1 << 20
"""Bytes of payload: half a minute of sound at 16 kHz."""
PORT = 10_700
"""The port on which satellites wait when nothing else is said (rhasspy/wyoming-satellite)."""


class WyomingError(LaresError):
    """The other side of a Wyoming connection cannot be reached, or says what is none of it."""


@dataclass(frozen=True, slots=True)
class _Header:
    type: str
    data: dict[str, Any]
    data_length: int
    payload_length: int

    @property
    def length(self) -> int:
        """Bytes that follow the line."""
        return self.data_length + self.payload_length


class EventParser:
    """Events of one connection."""

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._searched = 0
        self._header: _Header | None = None

    def feed(self, data: bytes) -> Iterator[Event]:
        """The events that are whole with these bytes, in their order. To be taken to the end.

        Raises WyomingError for what is no event, or too long; nothing can be fed after that.
        """
        self._waiting += data
        while (event := self._next()) is not None:
            yield event

    def _next(self) -> Event | None:
        if self._header is None:
            end = self._waiting.find(b"\n", self._searched)
            if max(end, len(self._waiting) if end < 0 else 0) > MOST_LINE:
                raise _no_event(f"a line of more than {MOST_LINE} bytes")
            if end < 0:
                self._searched = len(self._waiting)
                return None
            self._header = _header(self._take(end + 1))
            self._searched = 0
        header = self._header
        if len(self._waiting) < header.length:
            return None
        more, payload = self._take(header.data_length), self._take(header.payload_length)
        self._header = None
        data = {**header.data, **_object(more)} if more else header.data
        return Event(header.type, data, payload or None)

    def _take(self, length: int) -> bytes:
        taken = bytes(self._waiting[:length])
        del self._waiting[:length]
        return taken


def as_bytes(event: Event) -> bytes:
    """The event as it is sent."""
    written = io.BytesIO()
    write_event(event, written)
    return written.getvalue()


def address(uri: str) -> tuple[str, int]:
    """Host and port of "tcp://HOST" or "tcp://HOST:PORT". Raises WyomingError for another text."""
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname, parts.port
        right = parts.scheme == "tcp" and not (parts.path.strip("/") or parts.query)
    except ValueError:
        host, port, right = None, None, False
    if not host or not right:
        raise WyomingError(
            f'Expected a satellite as "tcp://HOST" or "tcp://HOST:PORT"; found {uri!r}.'
        )
    return host, PORT if port is None else port


def _header(line: bytes) -> _Header:
    header = _object(line)
    kind, data = header.get("type"), header.get("data")
    if not isinstance(kind, str):
        raise _no_event(f"the type {str(kind)[:40]!r}")
    if data is not None and not isinstance(data, dict):
        raise _no_event("data that is no object")
    return _Header(
        kind,
        data or {},
        _length(header, "data_length", MOST_DATA),
        _length(header, "payload_length", MOST_PAYLOAD),
    )


def _length(header: dict[str, Any], name: str, most: int) -> int:
    length = header.get(name)
    if length is None:
        return 0
    if not isinstance(length, int) or isinstance(length, bool) or not 0 <= length <= most:
        raise _no_event(f"a {name} of {str(length)[:40]}, where 0 to {most} is possible")
    return length


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _no_event(f"{text[:40]!r}") from error
    if not isinstance(found, dict):
        raise _no_event(f"{text[:40]!r}")
    return found


def _no_event(found: str) -> WyomingError:
    return WyomingError(f"Expected an event of the Wyoming protocol; found {found}.")
