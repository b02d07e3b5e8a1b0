"""Microphones: everything that gives sound, behind one Protocol.

A microphone is opened as a context and iterated: each item is one `AudioFrame` of 10 ms, mono, 16
bit, 16 kHz, whatever the source has. Makers: `PortAudioMicrophone` (a sound card),
`FileMicrophone`, `StdinMicrophone`, and `SimulatedMicrophone` for tests. All count what went wrong
with the sound, and all can be muted in this layer: while `muted` is true the frames that leave it
are silence, so that no sound can reach what comes after, whatever that does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

import numpy as np

from edge.types import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame, LaresError, Samples


class MicrophoneError(LaresError):
    """A microphone cannot be opened, or has stopped giving sound."""


@dataclass(frozen=True, slots=True)
class FrameCounts:
    """What a microphone has given so far."""

    frames: int = 0
    overruns: int = 0
    """Times that sound was lost because nobody took it in time."""
    underruns: int = 0
    """Times that the source gave less than it promised: a gap, a torn frame, a truncated file."""


class Microphone(Protocol):
    """A source of frames, used once: open, iterate to the end, close."""

    muted: bool
    """While true, the frames are silence."""

    @property
    def name(self) -> str:
        """What the owner calls it: the device's name, the file's path."""

    @property
    def counts(self) -> FrameCounts:
        """What was given so far; a snapshot that may be taken from another thread."""

    def __enter__(self) -> Self:
        """Start capturing. Raises MicrophoneError."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop capturing and release the source."""

    def __iter__(self) -> Iterator[AudioFrame]:
        """Frames until the source ends. Raises MicrophoneError when it fails in mid-stream."""


class Framer:
    """Cuts sound of any length into frames, keeps their time, and counts them."""

    def __init__(self) -> None:
        self._rest: Samples = np.zeros(0, dtype=np.int16)
        self._frames = 0
        self._overruns = 0
        self._underruns = 0

    @property
    def counts(self) -> FrameCounts:
        """What was given so far."""
        return FrameCounts(self._frames, self._overruns, self._underruns)

    def frames(self, samples: Samples, *, muted: bool) -> Iterator[AudioFrame]:
        """The frames that `samples`, shape (n,), complete; the remainder waits for more."""
        if muted:
            samples = np.zeros_like(samples)
        joined = np.concatenate([self._rest, samples])
        whole = len(joined) // FRAME_SAMPLES * FRAME_SAMPLES
        self._rest = joined[whole:]
        for start in range(0, whole, FRAME_SAMPLES):
            time = self._frames * FRAME_SAMPLES / SAMPLE_RATE
            self._frames += 1
            yield AudioFrame(joined[start : start + FRAME_SAMPLES], time)

    def last_frame(self, *, muted: bool) -> Iterator[AudioFrame]:
        """What remains at the end of the source, filled up with silence to a whole frame."""
        if len(self._rest):
            missing = FRAME_SAMPLES - len(self._rest)
            yield from self.frames(np.zeros(missing, dtype=np.int16), muted=muted)

    def overran(self, times: int = 1) -> None:
        """Count lost sound."""
        self._overruns += times

    def underran(self, times: int = 1) -> None:
        """Count missing sound."""
        self._underruns += times
