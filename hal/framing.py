"""What all microphones have inside: cutting sound into frames, counting, and the mute.

A maker adds blocks of any length to its `Framer` and takes frames out of it. The frames leave
through the mute, which is looked at in the moment they are taken. A live source also looks at the
mute when it takes sound in, with `Mute.was_on()`, so that what was said while muted is gone even if
it is fetched later.
"""

from __future__ import annotations

import threading

import numpy as np

from edge.types import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame, Samples
from hal.microphone import FrameCounts


class Mute:
    """A switch that any thread may throw."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._on = False
        self._thrown = False

    @property
    def on(self) -> bool:
        return self._on

    @on.setter
    def on(self, on: bool) -> None:
        with self._lock:
            self._thrown |= on != self._on
            self._on = on

    def was_on(self) -> bool:
        """Whether it was on at any moment since the last call. For one caller."""
        with self._lock:
            was, self._thrown = self._on or self._thrown, False
            return was


class Tally:
    """Frame counts to which several threads add."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts = FrameCounts()

    @property
    def counts(self) -> FrameCounts:
        return self._counts

    def add(self, *, frames: int = 0, overruns: int = 0, underruns: int = 0) -> None:
        with self._lock:
            now = self._counts
            self._counts = FrameCounts(
                now.frames + frames, now.overruns + overruns, now.underruns + underruns
            )


class Framer:
    """Cuts blocks of sound into frames. Used by one thread."""

    def __init__(self, mute: Mute, tally: Tally) -> None:
        self._mute = mute
        self._tally = tally
        self._waiting: Samples = np.empty(0, np.int16)
        self._position = 0

    @property
    def ready(self) -> bool:
        """Whether there is a whole frame to take."""
        return len(self._waiting) >= FRAME_SAMPLES

    @property
    def time(self) -> float:
        """Source time of the next frame, in seconds."""
        return self._position / SAMPLE_RATE

    def add(self, samples: Samples) -> None:
        """Put sound behind what is waiting. samples: shape (n,), 16 kHz."""
        self._waiting = np.concatenate((self._waiting, samples)) if self._waiting.size else samples

    def fill_up(self) -> None:
        """Make a whole frame of a rest that is waiting, with zeros behind it."""
        missing = -len(self._waiting) % FRAME_SAMPLES
        self.add(np.zeros(missing, np.int16))

    def skip(self, samples: int) -> None:
        """Let time pass for lost sound; a rest of less than a frame is lost with it."""
        self._position += len(self._waiting) + samples
        self._waiting = self._waiting[:0]

    def take(self) -> AudioFrame:
        """The next frame; zeros while muted."""
        samples, self._waiting = (
            self._waiting[:FRAME_SAMPLES],
            self._waiting[FRAME_SAMPLES:],
        )
        time = self.time
        self._position += FRAME_SAMPLES
        self._tally.add(frames=1)
        return AudioFrame(np.zeros_like(samples) if self._mute.on else samples, time)
