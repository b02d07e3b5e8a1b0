"""A microphone that hears raw sound on standard input: 16 kHz, mono, signed 16 bit, little endian.

    arecord -q -t raw -f S16_LE -r 16000 -c 1 | lares run --microphone -

A pipe gives what it has, in any portions; frames are put together from them. What is read while
muted is thrown away. What the pipe itself, or the program before it, still holds when the mute is
taken off cannot be told from what is said afterwards: a mute that must be sure of itself sits on a
sound card (`microphone_portaudio`).
"""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np

from edge.types import FRAME_SAMPLES, AudioFrame
from hal.framing import Framer, Mute, Tally
from hal.microphone import FrameCounts, MicrophoneError

_EXPECTED = "raw sound on standard input: 16 kHz, mono, signed 16 bit, little endian"
_FRAME_BYTES = 2 * FRAME_SAMPLES


class StdinMicrophone:
    """Hears a binary stream, such as `sys.stdin.buffer`, to its end. Never closes the stream."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._mute = Mute()
        self._tally = Tally()
        self._open = False

    def __repr__(self) -> str:
        return f"<StdinMicrophone {self.name}>"

    @property
    def name(self) -> str:
        return "standard input"

    @property
    def counts(self) -> FrameCounts:
        return self._tally.counts

    @property
    def muted(self) -> bool:
        return self._mute.on

    @muted.setter
    def muted(self, muted: bool) -> None:
        self._mute.on = muted

    def __enter__(self) -> Self:
        if self._stream.isatty():
            raise MicrophoneError(
                f"Expected {_EXPECTED}; found a terminal. Pipe it in, for example: "
                "arecord -q -t raw -f S16_LE -r 16000 -c 1 | lares …"
            )
        self._tally = Tally()
        self._open = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open = False

    def __iter__(self) -> Iterator[AudioFrame]:
        if not self._open:
            raise MicrophoneError("Standard input is not open: use the microphone in a `with`.")
        framer = Framer(self._mute, self._tally)
        self._mute.was_on()
        first = True
        while self._open and (data := self._read()):
            if first and data[:4] == b"RIFF" and data[8:12] == b"WAVE":
                raise MicrophoneError(
                    f"Expected {_EXPECTED}; found a WAV file. Give the file by its name, or make "
                    "it raw: sox FILE.wav -t raw -r 16000 -c 1 -b 16 -e signed -"
                )
            first = False
            if len(data) % 2:
                self._tally.add(underruns=1)
            samples = np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.int16)
            framer.add(np.zeros_like(samples) if self._mute.was_on() else samples)
            framer.fill_up()
            while framer.ready:
                yield framer.take()
        if first and self._open:
            raise MicrophoneError(f"Expected {_EXPECTED}; found nothing before its end.")

    def _read(self) -> bytes:
        """One frame's bytes; fewer only at the end of the stream."""
        data = b""
        while len(data) < _FRAME_BYTES:
            portion = self._stream.read(_FRAME_BYTES - len(data))
            if not portion:
                break
            data += portion
        return data
