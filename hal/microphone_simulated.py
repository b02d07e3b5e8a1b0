"""A microphone for tests, driven in words of the physical world.

    microphone = SimulatedMicrophone()
    microphone.speak(samples)
    microphone.silence(1.0)
    microphone.unplug()

What happens in its world happens at once, in order, and from any thread; whoever iterates gets it
as frames, and waits when nothing has happened yet. It is a live source: what is spoken while it is
muted is never heard, nor what is spoken while it is unplugged.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self

import numpy as np

from edge.types import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame, Samples
from hal.framing import Framer, Mute, Tally
from hal.microphone import FrameCounts, MicrophoneError


@dataclass(frozen=True, slots=True, eq=False)
class _Sound:
    samples: Samples


@dataclass(frozen=True, slots=True)
class _Lost:
    frames: int


_Happening = _Sound | _Lost | Literal["unplugged", "plugged", "ended"]


class SimulatedMicrophone:
    """Hears what is spoken to it. The world may begin before it is opened."""

    def __init__(self, name: str = "simulated microphone") -> None:
        self._name = name
        self._mute = Mute()
        self._tally = Tally()
        self._happenings: deque[_Happening] = deque()
        self._news = threading.Condition()
        self._open = False
        self._plugged = True

    def __repr__(self) -> str:
        plug = "plugged in" if self._plugged else "unplugged"
        return f"<SimulatedMicrophone {self._name}, {plug}>"

    def speak(self, samples: Samples) -> None:
        """Make this sound. samples: shape (n,), 16 kHz."""
        self._happen(_Sound(np.zeros_like(samples) if self._mute.on else samples))

    def silence(self, seconds: float) -> None:
        """Be silent for a while."""
        self._happen(_Sound(np.zeros(round(seconds * SAMPLE_RATE), np.int16)))

    def overrun(self, frames: int = 1) -> None:
        """Lose this many frames because nobody fetched them."""
        self._happen(_Lost(frames))

    def unplug(self) -> None:
        """Pull the plug: what was heard before is given, then MicrophoneError is raised."""
        self._happen("unplugged")

    def plug(self) -> None:
        """Put the plug in again, so that it can be opened again."""
        self._happen("plugged")

    def end(self) -> None:
        """Let the source end, as a file does."""
        self._happen("ended")

    @property
    def name(self) -> str:
        return self._name

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
        with self._news:
            while not self._plugged and self._happenings:
                self._plugged = self._happenings.popleft() == "plugged"
        if not self._plugged:
            raise MicrophoneError(f"{self._name} is unplugged. Plug it in again.")
        self._tally = Tally()
        self._open = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._news:
            self._open = False
            self._news.notify_all()

    def __iter__(self) -> Iterator[AudioFrame]:
        if not self._open:
            raise MicrophoneError(f"{self._name} is not open: use the microphone in a `with`.")
        framer = Framer(self._mute, self._tally)
        while (happening := self._next()) is not None:
            match happening:
                case _Lost(frames):
                    self._tally.add(overruns=frames)
                    framer.skip(frames * FRAME_SAMPLES)
                case "unplugged":
                    self._plugged = False
                    raise MicrophoneError(f"{self._name} is unplugged. Plug it in again.")
                case "ended":
                    framer.fill_up()
                case _Sound(samples):
                    framer.add(samples)
            while framer.ready:
                yield framer.take()
            if happening == "ended":
                return

    def _happen(self, happening: _Happening) -> None:
        with self._news:
            self._happenings.append(happening)
            self._news.notify_all()

    def _next(self) -> _Happening | None:
        """What happened next; None when it was closed."""
        with self._news:
            self._news.wait_for(lambda: self._happenings or not self._open)
            return self._happenings.popleft() if self._open else None
