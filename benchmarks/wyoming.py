"""The Wyoming protocol, as far as a client of a speech to text server needs it.

An event is a line of JSON, {"type", "data"?, "data_length"?, "payload_length"?}; so many bytes of
JSON follow, which belong to its data, and then so many bytes of payload (OHF-Voice/wyoming,
README.md). To have an utterance written down:

    transcribe · audio-start · audio-chunk … · audio-stop   →
                                                            ←   transcript
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BufferedIOBase
from typing import Any

from edge.types import SAMPLE_RATE, LaresError, Samples

HOST = "127.0.0.1"
CHUNK = 1024
"""Samples in one chunk."""
ANSWER_S = 120.0
"""How long a transcript may take."""
_LONGEST = 1 << 20
"""Bytes of a line, of further data, or of a payload."""
_FORMAT = {"rate": SAMPLE_RATE, "width": 2, "channels": 1}


@dataclass(frozen=True, slots=True)
class Event:
    """One event."""

    type: str
    data: Mapping[str, Any] = field(default_factory=dict)
    payload: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server wrote down."""

    text: str
    seconds: float
    """From the moment when the last chunk was sent."""


def write(event: Event, stream: BufferedIOBase) -> None:
    """Send an event."""
    data = json.dumps(event.data).encode()
    header = {"type": event.type, "data_length": len(data), "payload_length": len(event.payload)}
    stream.write(json.dumps(header).encode() + b"\n" + data + event.payload)
    stream.flush()


def read(stream: BufferedIOBase) -> Event | None:
    """The next event; None where the stream ends. Raises LaresError for what is no event."""
    line = stream.readline(_LONGEST)
    if not line:
        return None
    try:
        header = json.loads(line)
        kind, data = str(header["type"]), dict(header.get("data") or {})
        lengths = [int(header.get(name) or 0) for name in ("data_length", "payload_length")]
        if not all(0 <= length <= _LONGEST for length in lengths):
            raise ValueError(f"lengths {lengths}")
        more, payload = (stream.read(length) for length in lengths)
        if (len(more), len(payload)) != (*lengths,):
            raise ValueError("its end")
        if more:
            data = {**data, **json.loads(more)}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise LaresError(f"Expected an event of the Wyoming protocol, found {error}.") from error
    return Event(kind, data, payload)


def transcribe(port: int, samples: Samples, *, language: str = "en") -> Answer:
    """What the server on this port of this machine hears in one utterance.

    Raises LaresError when it does not answer.
    """
    try:
        with (
            socket.create_connection((HOST, port), timeout=ANSWER_S) as connection,
            connection.makefile("rwb") as stream,
        ):
            write(Event("transcribe", {"language": language}), stream)
            write(Event("audio-start", _FORMAT), stream)
            for start in range(0, len(samples), CHUNK):
                chunk = samples[start : start + CHUNK].astype("<i2").tobytes()
                write(Event("audio-chunk", _FORMAT, chunk), stream)
            begin = time.perf_counter()
            write(Event("audio-stop"), stream)
            while (event := read(stream)) is not None:
                if event.type == "transcript":
                    return Answer(str(event.data.get("text", "")), time.perf_counter() - begin)
    except OSError as error:
        raise LaresError(f"The server on port {port} did not answer: {error}.") from error
    raise LaresError(f"The server on port {port} hung up without a transcript.")
