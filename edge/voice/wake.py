"""Hearing the wake word.

A detector is fed every frame of the microphone, all day long, and says when one of its words was
spoken. `MicroWakeDetector` decides by microWakeWord alone: the word was spoken when the mean of its
network's last five probabilities passes its threshold. That mean makes a detection 0.06 to 0.24 s
late: a command that follows without a pause has begun by then, which is why the listener keeps the
last moments of sound. `TwoStageWakeDetector` (`wake_two_stage`) has openWakeWord confirm what it
suspects, and `wake_choice` knows which to use. `SimulatedWakeDetector` wakes at given times, for
tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from edge.types import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame
from edge.voice.wake_spotting import MicroSpotter, check_thresholds

DEFAULT_WORD = "okay_nabu"
FRAME_SECONDS = FRAME_SAMPLES / SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Wake:
    """A wake word was heard."""

    word: str
    """Its id, for example "okay_nabu"."""
    time: float
    """Source time in seconds at which it was certain."""
    late_s: float = 0.0
    """How much earlier it was heard, and only had to be confirmed: the word itself ended up to 0.24
    s before `time - late_s`."""


LATEST_S = 0.8
"""No confirmation takes longer."""


class WakeDetector(Protocol):
    """Waits for a word."""

    @property
    def words(self) -> tuple[str, ...]:
        """Ids of the words that it waits for."""

    def feed(self, frame: AudioFrame) -> Wake | None:
        """Hear 10 ms more. Returns the word that was completed in them, if one was."""

    def reset(self) -> None:
        """Forget what was heard, so that sound from before a gap does not count after it."""


def find_wakes(frames: Iterable[AudioFrame], detector: WakeDetector) -> Iterator[Wake]:
    """All wake words in a microphone's (or a file's) sound, as they come."""
    for frame in frames:
        wake = detector.feed(frame)
        if wake is not None:
            yield wake


class MicroWakeDetector:
    """Wake words by pymicro-wakeword, about 0.1 % of a desktop core for the features and as much a
    word.

    `thresholds` replaces a word's own threshold (0 to 1; lower wakes more often). After a detection
    nothing is reported for `refractory_s` seconds, so that one spoken word is one event.

    Raises LaresError when the package is missing, a word is unknown, or a threshold is no
    probability.
    """

    def __init__(
        self,
        words: Sequence[str] = (DEFAULT_WORD,),
        *,
        thresholds: Mapping[str, float] | None = None,
        refractory_s: float = 1.0,
    ) -> None:
        self._spotter = MicroSpotter(words)
        check_thresholds(thresholds or {}, words)
        self._thresholds = {**self._spotter.cutoffs, **(thresholds or {})}
        self._refractory_s = refractory_s
        self._quiet_until = float("-inf")

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self._thresholds)

    def feed(self, frame: AudioFrame) -> Wake | None:
        end = frame.time + FRAME_SECONDS
        heard = self._spotter.feed(frame)
        found = next((word for word, p in heard.items() if p > self._thresholds[word]), None)
        if found is None or end < self._quiet_until:
            return None
        self._quiet_until = end + self._refractory_s
        return Wake(found, end)

    def reset(self) -> None:
        self._spotter.reset()
        self._quiet_until = float("-inf")


class SimulatedWakeDetector:
    """Wakes at given source times, whatever is in the sound: `({1.5: "okay_nabu"})`."""

    def __init__(self, wakes: Mapping[float, str]) -> None:
        self._wakes = sorted(wakes.items())
        self.frames = 0
        """How many frames it was fed."""

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(word for _, word in self._wakes))

    def feed(self, frame: AudioFrame) -> Wake | None:
        self.frames += 1
        end = frame.time + FRAME_SECONDS
        for time, word in self._wakes:
            if frame.time < time <= end:
                return Wake(word, end)
        return None

    def reset(self) -> None:
        """Its wakes depend on time alone, so there is nothing to forget."""
