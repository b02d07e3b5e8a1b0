"""Hearing the wake word for a client.

    detect · audio-start · audio-chunk …   →
                                           ←   detection
                             audio-stop    →
                                           ←   not-detected, when there was no word

Such a stream may go on for days: nothing of it is kept. Each word that is heard in it is told.
Every client needs a detector of its own, which takes about 7 MB; so there are `MOST_DETECTORS`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event
from wyoming.wake import Detect, Detection, NotDetected

from edge.types import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame, LaresError, Samples
from edge.voice.wake import Wake, WakeDetector
from edge.wyoming.service import Aside, BadEventError, Send
from hal.wyoming_sound import IncomingSound

MOST_WORDS = 16
MOST_DETECTORS = 16

Make = Callable[[tuple[str, ...] | None], WakeDetector]
"""Makes a detector for these words, or the configured ones. Raises LaresError for a word that there
is not."""


class Detectors:
    """Makes detectors, so many at a time."""

    def __init__(self, make: Make, most: int = MOST_DETECTORS) -> None:
        self._make = make
        self._most = most
        self._free = threading.Semaphore(most)

    def lend(self, words: tuple[str, ...] | None) -> WakeDetector:
        """A new one, to be given back. Raises LaresError when there is none."""
        if not self._free.acquire(blocking=False):
            raise LaresError(f"expected at most {self._most} clients that wait for a wake word")
        try:
            return self._make(words)
        except BaseException:
            self._free.release()
            raise

    def give_back(self) -> None:
        """One that was lent is not used any more."""
        self._free.release()


class Waking:
    """Waits for wake words in what a client sends."""

    takes = frozenset({Detect().event().type})
    hears = True

    def __init__(self, detectors: Detectors, aside: Aside) -> None:
        self._detectors = detectors
        self._aside = aside
        self._detector: WakeDetector | None = None
        self._begin()

    async def take(self, event: Event, send: Send) -> None:
        if Detect.is_type(event.type):
            words = _words(event)
            await self.close()
            self._detector = await self._aside(lambda: self._detectors.lend(words))
            self._begin()
        elif AudioStart.is_type(event.type):
            self._begin()
        elif AudioChunk.is_type(event.type):
            await self._listen(self._sound.feed(event), event.data.get("timestamp"), send)
        elif AudioStop.is_type(event.type):
            await self._listen(self._sound.flush(), event.data.get("timestamp"), send)
            if not self._detected:
                await send(NotDetected().event())
            self._begin()

    async def close(self) -> None:
        if self._detector is not None:
            self._detector = None
            self._detectors.give_back()

    def _begin(self) -> None:
        self._sound = IncomingSound()
        self._waiting: Samples = np.empty(0, np.int16)
        self._position = 0
        self._detected = False
        if self._detector is not None:
            self._detector.reset()

    async def _listen(self, samples: Samples, timestamp: object, send: Send) -> None:
        for wake in await self._aside(lambda: self._hear(samples)):
            self._detected = True
            told = timestamp if type(timestamp) is int else round(wake.time * 1000)
            await send(Detection(name=wake.word, timestamp=told).event())

    def _hear(self, samples: Samples) -> list[Wake]:
        if self._detector is None:
            return []
        sound = np.concatenate((self._waiting, samples))
        whole = len(sound) - len(sound) % FRAME_SAMPLES
        self._waiting = sound[whole:]
        found = []
        for frame in sound[:whole].reshape(-1, FRAME_SAMPLES):
            wake = self._detector.feed(AudioFrame(frame, self._position / SAMPLE_RATE))
            self._position += FRAME_SAMPLES
            if wake is not None:
                found.append(wake)
        return found


def _words(event: Event) -> tuple[str, ...] | None:
    names = event.data.get("names")
    if not names:
        return None
    if (
        not isinstance(names, list)
        or len(names) > MOST_WORDS
        or not all(isinstance(name, str) for name in names)
    ):
        raise BadEventError(f"expected names of wake words, found {str(names)[:40]!r}")
    return tuple(dict.fromkeys(names))
