"""Hearing the wake word.

A detector is fed every frame of the microphone, all day long, and says when one of its words was
spoken. `MicroWakeDetector` runs the microWakeWord networks that ship in pymicro-wakeword: every 10
ms of sound becomes 40 spectral features, made once for all words; every 30 ms each word's network
turns three of them into a probability, and the word was spoken when the mean of its last five
probabilities passes its threshold. That mean makes a detection 0.06 to 0.24 s late: a command that
follows without a pause has begun by then, which is why the listener keeps the last moments of
sound. `SimulatedWakeDetector` wakes at given times, for tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from edge.types import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame, LaresError
from edge.voice.packages import load

DEFAULT_WORD = "okay_nabu"
FRAME_SECONDS = FRAME_SAMPLES / SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Wake:
    """A wake word was heard."""

    word: str
    """Its id, for example "okay_nabu"."""
    time: float
    """Source time in seconds at which it was certain; the word itself ended up to 0.24 s before."""


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
        micro = load("pymicro_wakeword", purpose="Hearing a wake word", extra="voice")
        available = {model.value: model for model in micro.Model}
        thresholds = dict(thresholds or {})
        _check_words(words, thresholds, tuple(available))
        self._features = micro.MicroWakeWordFeatures()
        self._networks: dict[str, Any] = {}
        for word in words:
            network = micro.MicroWakeWord.from_builtin(available[word])
            network.probability_cutoff = thresholds.get(word, network.probability_cutoff)
            self._networks[word] = network
        self._refractory_s = refractory_s
        self._quiet_until = float("-inf")

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self._networks)

    def feed(self, frame: AudioFrame) -> Wake | None:
        heard = None
        end = frame.time + FRAME_SECONDS
        for features in self._features.process_streaming(frame.samples.tobytes()):
            for word, network in self._networks.items():
                if network.process_streaming(features) and end >= self._quiet_until:
                    heard = heard or word
        if heard is None:
            return None
        self._quiet_until = end + self._refractory_s
        return Wake(heard, end)

    def reset(self) -> None:
        self._features.reset()
        for network in self._networks.values():
            network.reset()
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


def _check_words(
    words: Sequence[str], thresholds: Mapping[str, float], available: Sequence[str]
) -> None:
    listed = ", ".join(sorted(available))
    if not words:
        raise LaresError(f"Expected at least one wake word, found none; choose from: {listed}.")
    for word in words:
        if word not in available:
            raise LaresError(f"There is no wake word {word!r}; choose from: {listed}.")
    for word, threshold in thresholds.items():
        if word not in words:
            raise LaresError(
                f"A threshold is given for {word!r}, which is not among the wake words "
                f"({', '.join(words)}): add the word or remove the threshold."
            )
        if not 0.0 < threshold < 1.0:
            raise LaresError(
                f"The threshold of {word!r} must lie between 0 and 1, but is {threshold}."
            )
