"""Finding where a command begins and ends.

The endpointer is opened by a wake word or a button and fed samples until it closes itself. In that
time

1. it cuts what comes into chunks of 512 samples and asks the voice activity detector about each;
2. it waits for speech. A sound shorter than `onset_s`, such as the last vowel of the wake word or a
   click, is no speech. Hearing none for `no_speech_s` it gives up;
3. when speech has begun, it hands on everything from `preroll_s` before that beginning, and then
   each chunk as it comes, so that recognition can run while the person still speaks;
4. it ends the utterance after `patient_s` without speech; after `silence_s` when it was told that
   what was said so far is understood (`settle`), which counts until speech goes on; when the
   utterance is `limit_s` long; or when it is told that the source ended.

Whatever is told, and whatever the detector says, an utterance is never longer than `limit_s`, which
is never more than `MOST_S`. It keeps no more sound than the pre-roll while it waits, and no more
than `limit_s` after that.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal

import numpy as np

from edge.types import SAMPLE_RATE, LaresError, Samples, Utterance
from edge.voice.vad import CHUNK_SAMPLES, CHUNK_SECONDS, VoiceActivity


@dataclass(frozen=True, slots=True, eq=False)
class Captured:
    """The next piece of an utterance. All pieces together are the utterance's samples."""

    samples: Samples
    start: float
    """Source time in seconds at which the utterance began; it tells one utterance from another."""
    silence_s: float
    """Seconds since the last speech, at the end of this piece; 0 while there is speech."""


@dataclass(frozen=True, slots=True)
class GaveUp:
    """Someone asked to be heard, and then nobody spoke."""

    time: float
    """Source time in seconds."""
    wake_word: str | None
    """The wake word that was heard; None for push-to-talk."""


Heard = Captured | GaveUp | Utterance
"""What an endpointer tells."""

MOST_S = 30.0
"""No utterance may be longer: what the engines can hear at once."""

_EMPTY = np.zeros(0, dtype=np.int16)


class Endpointer:
    """Cuts one utterance at a time out of a stream of sound.

    silence_s: silence that ends an utterance which is understood.
    patient_s: silence that ends any other, for those who think aloud; None is as long as
    `silence_s`.
    limit_s: longest utterance, at most MOST_S.
    preroll_s: sound before the first speech that belongs to the utterance.
    no_speech_s: how long to wait for speech before giving up; None waits for ever.
    onset_s: least speech that begins an utterance.
    threshold: probability from which a chunk is speech; once begun, 0.15 less is enough to go on.

    Raises LaresError when a time is not positive or too long, `patient_s` is less than `silence_s`,
    or the threshold is no probability.
    """

    def __init__(
        self,
        vad: VoiceActivity,
        *,
        silence_s: float = 0.6,
        patient_s: float | None = None,
        limit_s: float = 10.0,
        preroll_s: float = 0.3,
        no_speech_s: float | None = 4.0,
        onset_s: float = 0.2,
        threshold: float = 0.5,
    ) -> None:
        times = {"silence_s": silence_s, "limit_s": limit_s, "onset_s": onset_s}
        if no_speech_s is not None:
            times["no_speech_s"] = no_speech_s
        for name, value in times.items():
            if value <= 0:
                raise LaresError(f"{name} must be more than 0 seconds, but is {value}.")
        if limit_s > MOST_S:
            raise LaresError(f"limit_s must be at most {MOST_S:g} seconds, but is {limit_s}.")
        patient_s = silence_s if patient_s is None else patient_s
        if patient_s < silence_s:
            raise LaresError(
                f"patient_s must be at least as long as silence_s, {silence_s} seconds, but is "
                f"{patient_s}."
            )
        if preroll_s < 0:
            raise LaresError(f"preroll_s must not be negative, but is {preroll_s}.")
        if not 0.15 < threshold < 1:
            raise LaresError(f"threshold must lie between 0.15 and 1, but is {threshold}.")
        self._vad = vad
        self._silence = _chunks(silence_s)
        self._patient = _chunks(patient_s)
        self._limit = _chunks(limit_s)
        self._preroll = _chunks(preroll_s)
        self._no_speech = None if no_speech_s is None else _chunks(no_speech_s)
        self._onset = _chunks(onset_s)
        self._start_at = threshold
        self._go_on_at = threshold - 0.15
        self._open = False

    @property
    def is_open(self) -> bool:
        """Whether it waits for speech or captures it."""
        return self._open

    @property
    def is_settled(self) -> bool:
        """Whether what was said is understood, and it only waits for whether more is said."""
        return self._open and self._settled

    def open(self, time: float, wake_word: str | None = None) -> None:
        """Begin to wait for speech. `time` is the source time of the next sample, in seconds."""
        self._vad.reset()
        self._open = True
        self._origin = time
        self._wake_word = wake_word
        self._pending = _EMPTY
        self._chunk = 0
        self._waiting: deque[Samples] = deque()
        self._run = _Run()
        self._captured: list[Samples] | None = None
        self._start = self._last_speech = 0
        self._settled = False

    def settle(self, start: float) -> None:
        """What was said in the utterance that began at `start` is understood: unless speech goes
        on, less silence ends it. Another utterance than that one is left alone."""
        if self._open and self._captured is not None and self._time(self._start) == start:
            self._settled = self._last_speech < self._chunk

    def feed(self, samples: Samples) -> tuple[Heard, ...]:
        """Hear more, any number of samples. Returns nothing at all while it is closed."""
        heard: list[Heard] = []
        if not self._open:
            return ()
        self._pending = np.concatenate([self._pending, samples])
        while self._open and len(self._pending) >= CHUNK_SAMPLES:
            chunk, self._pending = np.split(self._pending, [CHUNK_SAMPLES])
            heard += self._hear(chunk)
        return tuple(heard)

    def flush(self) -> tuple[Heard, ...]:
        """Nothing more will come: end the utterance, or give up when there is none. Closes."""
        if not self._open:
            return ()
        if self._captured is None:
            return self._give_up()
        rest: tuple[Heard, ...] = ()
        if len(self._pending):
            self._captured.append(self._pending)
            rest = (self._piece(self._pending),)
        return (*rest, self._end("source"))

    def _hear(self, chunk: Samples) -> tuple[Heard, ...]:
        probability = self._vad.probability(chunk)
        self._chunk += 1
        if self._captured is None:
            return self._wait(chunk, probability)
        return self._capture(chunk, probability)

    def _wait(self, chunk: Samples, probability: float) -> tuple[Heard, ...]:
        self._waiting.append(chunk)
        self._run = self._run.then(probability >= self._start_at)
        if self._run.speech >= self._onset:
            self._captured = list(self._waiting)
            self._start = self._chunk - len(self._waiting)
            self._last_speech = self._chunk
            self._waiting.clear()
            return (self._piece(np.concatenate(self._captured)),)
        while len(self._waiting) > self._preroll + self._run.length:
            self._waiting.popleft()
        if self._no_speech is not None and self._chunk - self._run.length >= self._no_speech:
            return self._give_up()
        return ()

    def _capture(self, chunk: Samples, probability: float) -> tuple[Heard, ...]:
        assert self._captured is not None
        self._captured.append(chunk)
        if probability >= self._go_on_at:
            self._last_speech, self._settled = self._chunk, False
        captured = self._piece(chunk)
        enough = self._silence if self._settled else self._patient
        if self._chunk - self._last_speech >= enough:
            return captured, self._end("silence")
        if self._chunk - self._start >= self._limit:
            return captured, self._end("limit")
        return (captured,)

    def _piece(self, samples: Samples) -> Captured:
        silence_s = (self._chunk - self._last_speech) * CHUNK_SECONDS
        return Captured(samples, self._time(self._start), silence_s)

    def _end(self, by: Literal["silence", "limit", "source"]) -> Utterance:
        assert self._captured is not None
        utterance = Utterance(
            samples=np.concatenate(self._captured),
            start=self._time(self._start),
            speech_end=self._time(self._last_speech),
            ended_by=by,
            wake_word=self._wake_word,
        )
        self._close()
        return utterance

    def _give_up(self) -> tuple[Heard, ...]:
        gave_up = GaveUp(self._time(self._chunk), self._wake_word)
        self._close()
        return (gave_up,)

    def _close(self) -> None:
        self._open = self._settled = False
        self._captured = None
        self._waiting.clear()
        self._pending = _EMPTY

    def _time(self, chunk: int) -> float:
        return self._origin + chunk * CHUNK_SECONDS


@dataclass(frozen=True, slots=True)
class _Run:
    """A stretch that may become an utterance: chunks of speech with no gap of more than three."""

    speech: int = 0
    gap: int = 0
    length: int = 0

    def then(self, speech: bool) -> _Run:
        if speech:
            return _Run(self.speech + 1, 0, self.length + 1)
        if self.speech and self.gap < 3:
            return _Run(self.speech, self.gap + 1, self.length + 1)
        return _Run()


def _chunks(seconds: float) -> int:
    """The nearest number of chunks, at least one for any time at all."""
    return max(round(seconds * SAMPLE_RATE / CHUNK_SAMPLES), 1 if seconds else 0)
