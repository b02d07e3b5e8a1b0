"""One microphone while Lares itself speaks.

    speaker ──▶ begin(what is said) ──▶ echo canceller ◀── frames of the microphone
                        │                     │
                        ▼                     ▼
              wake words in our own words   wake detector ──▶ ours? then it is not meant

The echo of what is said is taken out of every frame (`edge.voice.echo`), so that a wake word is
heard while Lares speaks. An answer may itself hold the wake word; since it is known, it is listened
to beforehand, and a wake that comes when our own word does is nobody's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np

from edge.types import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame, Samples
from edge.voice.echo import LONGEST_DELAY_S, EchoCanceller
from edge.voice.wake import FRAME_SECONDS, Wake, WakeDetector

_NEAR_S = 0.5
"""A wake so near to our own word is our own word."""


class OwnVoice:
    """What one microphone must know of Lares' own voice.

    detector: a second detector with the microphone's words, or how to make one; it is made when
    Lares first speaks. `begin` and `end` may be called from any thread, the rest from the one that
    hears.
    """

    def __init__(self, detector: Callable[[], WakeDetector]) -> None:
        self._make_detector = detector
        self._detector: WakeDetector | None = None
        self._canceller = EchoCanceller()
        self._lock = threading.Lock()
        self._said: _Said | None = None
        self.speaking = False
        """Whether Lares speaks now."""

    def begin(self, samples: Samples) -> None:
        """Lares begins to say this now. samples: shape (n,), 16 kHz."""
        detector = self._detector or self._make_detector()
        with self._lock:
            self._detector = detector
            detector.reset()
            self._said = _Said(samples, detector)
            self._canceller.begin(samples)
            self.speaking = True

    def end(self) -> None:
        """Lares fell silent now."""
        with self._lock:
            self._canceller.end()
            self.speaking = False

    def hear(self, frame: AudioFrame) -> tuple[AudioFrame, ...]:
        """The frames that are free of our voice by now; none while sound is held back for it."""
        with self._lock:
            if self._said is not None:
                self._said.hear(frame.time, self._canceller.delay_s)
                if self._said.over:
                    self._said = None
            return self._canceller.hear(frame)

    def is_own(self, wake: Wake) -> bool:
        """Whether what woke is what Lares itself said."""
        with self._lock:
            return self._said is not None and self._said.holds(wake.time)

    def not_own(self, detector: WakeDetector) -> WakeDetector:
        """A detector like this one that tells only what Lares did not say itself."""
        return _NotOwn(self, detector)


class _Said:
    """What is said, listened to half a second before the microphone can hear it."""

    def __init__(self, samples: Samples, detector: WakeDetector) -> None:
        self._samples = samples
        self._detector = detector
        self._position = 0
        self._start: float | None = None
        self._now = 0.0
        self._delay: float | None = None
        self._words: list[float] = []

    @property
    def over(self) -> bool:
        """Whether no wake can be ours any more."""
        whole = len(self._samples) / SAMPLE_RATE + LONGEST_DELAY_S + 2 * _NEAR_S
        return self._start is not None and self._now > self._start + whole

    def hear(self, now: float, delay: float | None) -> None:
        """The microphone is at this source time."""
        self._start = now if self._start is None else self._start
        self._now = now
        self._delay = delay if delay is not None else self._delay
        ahead = now - self._start + 2 * _NEAR_S
        while self._position < min(ahead * SAMPLE_RATE, len(self._samples) + SAMPLE_RATE // 2):
            piece = self._samples[self._position : self._position + FRAME_SAMPLES]
            whole = np.concatenate((piece, np.zeros(FRAME_SAMPLES - len(piece), np.int16)))
            time = self._position / SAMPLE_RATE
            if self._detector.feed(AudioFrame(whole, time)) is not None:
                self._words.append(time + FRAME_SECONDS)
            self._position += FRAME_SAMPLES

    def holds(self, time: float) -> bool:
        """Whether one of our own words arrives about then."""
        least, most = (self._delay,) * 2 if self._delay is not None else (0.0, LONGEST_DELAY_S)
        start = self._start or 0.0
        return any(
            start + word + least - _NEAR_S <= time <= start + word + most + _NEAR_S
            for word in self._words
        )


class _NotOwn:
    """A detector that keeps our own words to itself."""

    def __init__(self, own: OwnVoice, detector: WakeDetector) -> None:
        self._own = own
        self._detector = detector

    @property
    def words(self) -> tuple[str, ...]:
        return self._detector.words

    def feed(self, frame: AudioFrame) -> Wake | None:
        wake = self._detector.feed(frame)
        return None if wake is None or self._own.is_own(wake) else wake

    def reset(self) -> None:
        self._detector.reset()
