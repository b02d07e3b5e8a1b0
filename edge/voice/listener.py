"""From a stream of frames to utterances.

    frames → wake word → (the last moments again) → endpointer → utterance

The listener is a state machine without a clock, thread or microphone of its own. While it waits for
the wake word, only the wake detector runs. A detection comes late, when the command may have begun;
so the endpointer is opened with the sound since the wake word's end, for which the listener looks
in the last 0.2 s before the word was heard. Then the endpointer gets each frame until it has an
utterance or gives up. Without a wake detector every stretch of speech is an utterance. `open`
starts one at once, for push-to-talk. `settle` tells the endpointer that what is being spoken is
understood already, so that it waits less for the rest.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np

from edge.types import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame, Utterance
from edge.voice.endpoint import Captured, Endpointer, GaveUp, Heard
from edge.voice.wake import FRAME_SECONDS, LATEST_S, Wake, WakeDetector

Event = Wake | Captured | GaveUp | Utterance
"""What happens while listening, in the order of its parts: Wake? (Captured+ Utterance | GaveUp)."""


_DIP = 10 ** (-15 / 20)
"""A word has ended when the sound falls 15 dB below its loudest."""


class Listener:
    """Turns frames into events.

    With `wake=None` give it an endpointer that waits for ever (`no_speech_s=None`), or silence will
    be reported as `GaveUp` again and again. `lookback_s` is how much sound before a wake word was
    heard the endpointer hears: as much as detections are late, confirmations not counted.
    """

    def __init__(
        self, wake: WakeDetector | None, endpointer: Endpointer, *, lookback_s: float = 0.2
    ) -> None:
        self._wake = wake
        self._endpointer = endpointer
        self._lookback_s = lookback_s
        self._recent: deque[AudioFrame] = deque(maxlen=_frames(lookback_s + LATEST_S))
        self._now = 0.0

    @property
    def is_open(self) -> bool:
        """Whether a command is awaited or spoken now: when a wake light should shine."""
        return self._endpointer.is_open

    @property
    def is_settled(self) -> bool:
        """Whether what is heard is understood already, and only its silence has not run out."""
        return self._endpointer.is_settled

    @property
    def waits_for_word(self) -> bool:
        """Whether there is a wake word, without which nothing is heard."""
        return self._wake is not None

    def feed(self, frame: AudioFrame) -> tuple[Event, ...]:
        """Hear one frame, and tell what happened in it."""
        self._now = frame.time + FRAME_SECONDS
        if self._endpointer.is_open:
            return self._after(self._endpointer.feed(frame.samples))
        self._recent.append(frame)
        if self._wake is None:
            return self.open()
        wake = self._wake.feed(frame)
        return () if wake is None else (wake, *self.open(wake.word, wake.late_s))

    def open(self, word: str | None = None, late_s: float = 0.0) -> tuple[Event, ...]:
        """Hear a command now, opened by a button (no word) or by a wake word that was found
        elsewhere, and heard `late_s` ago.

        Does nothing while one is being heard. One that is settled ends, and the new one begins.
        """
        if self._endpointer.is_settled:
            return (*self.close(), *self.open(word, late_s))
        if self._endpointer.is_open:
            return ()
        recent = tuple(self._recent)[-_frames(self._lookback_s + late_s) :]
        recent = recent if word is None else recent[_end_of_word(recent) :]
        self._recent.clear()
        self._endpointer.open(recent[0].time if recent else self._now, word)
        heard: list[Heard] = []
        for frame in recent:
            heard += self._endpointer.feed(frame.samples)
        return self._after(tuple(heard))

    def settle(self, start: float) -> None:
        """The utterance that began at `start` (source time, seconds) is understood."""
        self._endpointer.settle(start)

    def close(self) -> tuple[Event, ...]:
        """The button was released: end the utterance, or give up when nothing was said."""
        return self._after(self._endpointer.flush())

    def flush(self) -> tuple[Event, ...]:
        """The source ended: end the utterance that was being spoken, if any."""
        events = self.close()
        if self._wake is None:
            return tuple(event for event in events if not isinstance(event, GaveUp))
        return events

    def _after(self, heard: tuple[Heard, ...]) -> tuple[Event, ...]:
        if heard and not self._endpointer.is_open and self._wake is not None:
            self._wake.reset()
        return heard


def _frames(seconds: float) -> int:
    return max(1, round(seconds * SAMPLE_RATE / FRAME_SAMPLES))


def _end_of_word(frames: Sequence[AudioFrame]) -> int:
    """Place of the first quietest frame after a word; 0 when the sound never falls.

    When the command follows in the same breath, the fall is the short closure between two words.
    """
    levels = [float(np.sqrt(np.mean(np.square(f.samples.astype(np.float64))))) for f in frames]
    loudest = 0.0
    for place, level in enumerate(levels):
        loudest = max(loudest, level)
        if level < loudest * _DIP:
            rising = (i for i in range(place, len(levels) - 1) if levels[i + 1] >= levels[i])
            return next(rising, len(levels) - 1)
    return 0
