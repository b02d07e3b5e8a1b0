"""A microphone for tests, moved by the verbs of the physical world.

`speak`, `silence`, `overrun`, `unplug` and `end` say what happens, from any thread and in that
order; whoever iterates hears it. Nothing takes time: a second of silence is there at once.
"""

from __future__ import annotations

import queue
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import numpy as np

from edge.types import SAMPLE_RATE, AudioFrame, Samples
from hal.microphone import FrameCounts, Framer, MicrophoneError


class SimulatedMicrophone:
    """Hears what it is told to hear."""

    def __init__(self, name: str = "simulated microphone") -> None:
        self._name = name
        self._framer = Framer()
        self._happenings: queue.SimpleQueue[Samples | int | MicrophoneError | None] = (
            queue.SimpleQueue()
        )
        self.muted = False
        self.is_open = False

    def speak(self, samples: Samples) -> None:
        """Sound, shape (n,), at 16 kHz."""
        self._happenings.put(samples)

    def silence(self, seconds: float) -> None:
        """Nothing to hear for a while."""
        self._happenings.put(np.zeros(round(seconds * SAMPLE_RATE), dtype=np.int16))

    def overrun(self, times: int = 1) -> None:
        """Sound is lost because nobody took it in time."""
        self._happenings.put(times)

    def unplug(self) -> None:
        """The cable is pulled."""
        self._happenings.put(MicrophoneError(f"{self._name} was unplugged; plug it in again"))

    def end(self) -> None:
        """The source ends, as a file does."""
        self._happenings.put(None)

    @property
    def name(self) -> str:
        return self._name

    @property
    def counts(self) -> FrameCounts:
        return self._framer.counts

    def __enter__(self) -> Self:
        self.is_open = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.is_open = False

    def __iter__(self) -> Iterator[AudioFrame]:
        while (happening := self._happenings.get()) is not None:
            match happening:
                case MicrophoneError():
                    raise happening
                case int():
                    self._framer.overran(happening)
                case _:
                    yield from self._framer.frames(happening, muted=self.muted)
        yield from self._framer.last_frame(muted=self.muted)
