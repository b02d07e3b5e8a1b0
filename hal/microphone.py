"""What a microphone is: a source of frames of 10 ms, with its losses counted and a mute inside it.

    with PortAudioMicrophone() as microphone:
        for frame in microphone:
            ...

Entering opens the source, leaving closes it; iterating yields frames until the source ends. The
makers are beside this module: a sound card (`microphone_portaudio`), a sound file
(`microphone_file`), raw sound on standard input (`microphone_stdin`) and a simulated one for tests
(`microphone_simulated`). They share one conformance test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from edge.types import AudioFrame, LaresError

Tap = Callable[[NDArray[np.float32]], None]
"""Shown each block as the source itself has it, before it is mixed and resampled: shape (n,
channels), -1 … 1, at the source's own rate. For whoever examines the source."""


class MicrophoneError(LaresError):
    """There is no sound from this microphone, or no longer."""


@dataclass(frozen=True, slots=True)
class FrameCounts:
    """How much a microphone gave since it was opened, and how much of it is missing."""

    frames: int = 0
    """Frames given."""
    overruns: int = 0
    """Times that sound was lost because it was not fetched in time (at least one block each)."""
    underruns: int = 0
    """Times that the source had no sound where it should have had some: a gap that the driver
    filled, a pause in the stream, a file shorter than its header says."""


@runtime_checkable
class Microphone(Protocol):
    """A source of sound. Opened by `with`, closed at its end; can be opened again."""

    muted: bool
    """The mute in the layer itself; may be set from any thread, before and while it is open.

    No sample that a live source takes in while muted ever leaves it, and nothing that was taken in
    before leaves it while muted: frames of zeros come instead, so that time goes on. A recorded
    source (a file) plays on, unheard.
    """

    @property
    def name(self) -> str:
        """What a person calls it: the device, the file."""

    @property
    def counts(self) -> FrameCounts:
        """The counts of now; after closing, of the time it was open."""

    def __enter__(self) -> Self:
        """Open the source. Raises MicrophoneError when that cannot be done."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the source."""

    def __iter__(self) -> Iterator[AudioFrame]:
        """Frames of exactly 160 samples until the source ends, the last one filled up with zeros.

        `time` starts at 0 and jumps over sound that was lost. Raises MicrophoneError when the
        source fails, and when it is not open.
        """
