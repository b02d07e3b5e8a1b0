"""Raw sound on a stream, such as standard input: `arecord -t raw -r 16000 -f S16_LE | lares hear
-`.

The format is signed 16-bit little-endian, mono, 16 kHz. A stream may give any number of bytes at a
time; a sample torn at its end is counted as an underrun and dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np

from edge.types import FRAME_SAMPLES, AudioFrame
from hal.microphone import FrameCounts, Framer

FRAME_BYTES = 2 * FRAME_SAMPLES


class StdinMicrophone:
    """Gives the sound of a binary stream until it ends. The stream is not closed."""

    def __init__(self, stream: BinaryIO, name: str = "standard input") -> None:
        self._stream = stream
        self._name = name
        self._framer = Framer()
        self.muted = False

    @property
    def name(self) -> str:
        return self._name

    @property
    def counts(self) -> FrameCounts:
        return self._framer.counts

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """The stream belongs to whoever opened it."""

    def __iter__(self) -> Iterator[AudioFrame]:
        torn = b""
        while data := self._stream.read(FRAME_BYTES):
            data = torn + data
            whole = len(data) // 2 * 2
            torn = data[whole:]
            samples = np.frombuffer(data[:whole], dtype="<i2").astype(np.int16)
            yield from self._framer.frames(samples, muted=self.muted)
        if torn:
            self._framer.underran()
        yield from self._framer.last_frame(muted=self.muted)
