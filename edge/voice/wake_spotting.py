"""How probable it is, from moment to moment, that a word was just spoken.

A spotter is one witness; a detector decides on what one or two of them say.

- `MicroSpotter`: the microWakeWord networks in pymicro-wakeword. Every 10 ms of sound becomes 40
  spectral features, made once for all words; every 30 ms each word's network turns three of them
  into a probability, of which the last five are averaged. About 0.1 % of a desktop core for the
  features and as much a word: it can hear all day.
- `OpenSpotter`: the openWakeWord networks in pyopen-wakeword, and words of one's own, every 80 ms.
  About 7 % of a desktop core: it is asked when there is a reason to.
- `LoudnessSpotter` knows only that somebody may be speaking: what is louder than the room is
  neither for nor against a word (0.5). It is the reason to ask about words of one's own.
- `SimulatedSpotter` says what a test wants it to.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from edge.types import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame, LaresError
from edge.voice.packages import load
from models.wake_features import FEATURES, WINDOWS, Vectors, WakeFeatures, open_wake_word, windows
from models.wake_word import JUDGED, WakeWordModel

_FRAME_S = FRAME_SAMPLES / SAMPLE_RATE
NEITHER = 0.5
"""The probability that speaks neither for a word nor against it."""
_RISE_DB = 3.0
_JUDGED_TOGETHER = WINDOWS + JUDGED - 1


class Spotter(Protocol):
    """Hears words, and says how sure it is."""

    @property
    def cutoffs(self) -> Mapping[str, float]:
        """Its words, each with the probability from which it alone would say that it was
        spoken."""

    def feed(self, frame: AudioFrame) -> Mapping[str, float]:
        """Hear 10 ms more. Returns what is new: words with their probability, 0 to 1."""

    def reset(self) -> None:
        """Forget what was heard."""


class MicroSpotter:
    """Words by pymicro-wakeword.

    Raises LaresError when the package is missing, no word is given or one is unknown.
    """

    def __init__(self, words: Sequence[str]) -> None:
        micro = load("pymicro_wakeword", purpose="Hearing a wake word", extra="voice")
        available = {model.value: model for model in micro.Model}
        check_words(words, tuple(available))
        self._features = micro.MicroWakeWordFeatures()
        self._networks: dict[str, Any] = {
            word: micro.MicroWakeWord.from_builtin(available[word]) for word in words
        }

    @property
    def cutoffs(self) -> Mapping[str, float]:
        return {word: net.probability_cutoff for word, net in self._networks.items()}

    def feed(self, frame: AudioFrame) -> Mapping[str, float]:
        heard: dict[str, float] = {}
        for features in self._features.process_streaming(frame.samples.tobytes()):
            for word, network in self._networks.items():
                probability = network.process_streaming_prob(features)
                if probability:  # zero also stands for "not due yet"
                    heard[word] = probability
        return heard

    def reset(self) -> None:
        self._features.reset()
        for network in self._networks.values():
            network.reset()


class OpenSpotter:
    """Words by pyopen-wakeword, and words that were trained on its vectors.

    words: ids of those that ship in the package. trained: words of one's own.
    Raises LaresError when the package is missing or a word is unknown.
    """

    def __init__(self, words: Sequence[str] = (), trained: Sequence[WakeWordModel] = ()) -> None:
        package = open_wake_word("Confirming a wake word")
        available = {model.value: model for model in package.Model}
        if words or not trained:
            check_words(words, tuple(available))
        self._features = WakeFeatures()
        self._networks = {w: package.OpenWakeWord.from_builtin(available[w]) for w in words}
        self._trained = {model.word: model for model in trained}
        self._recent = np.zeros((0, FEATURES), dtype=np.float32)

    @property
    def cutoffs(self) -> Mapping[str, float]:
        return {
            **dict.fromkeys(self._networks, 0.5),
            **{word: model.threshold for word, model in self._trained.items()},
        }

    def feed(self, frame: AudioFrame) -> Mapping[str, float]:
        vectors = self._features.feed(frame.samples)
        return self._judge(vectors) if len(vectors) else {}

    def reset(self) -> None:
        self._features.reset()
        for network in self._networks.values():
            network.reset()
        self._recent = self._recent[:0]

    def _judge(self, vectors: Vectors) -> Mapping[str, float]:
        heard: dict[str, float] = {}
        for word, network in self._networks.items():
            found = list(network.process_streaming(vectors[np.newaxis, np.newaxis]))
            if found:
                heard[word] = float(max(found))
        self._recent = np.concatenate([self._recent, vectors])[-_JUDGED_TOGETHER:]
        rows = windows(self._recent)
        if len(rows) >= JUDGED:
            for word, model in self._trained.items():
                heard[word] = float(model.weights.probabilities(rows[-JUDGED:])[-1])
        return heard


class LoudnessSpotter:
    """Says 0.5 for each of its words while it is louder than the room, and nothing else.

    above_db: how much louder than the room's quiet moments 0.1 s must be. The quiet level follows
    quickly downwards and by 3 dB a second upwards, so that a fan is soon part of the room.
    hold_s: how long a loud moment counts.
    """

    def __init__(self, words: Sequence[str], *, above_db: float = 6.0, hold_s: float = 0.5) -> None:
        self._words = tuple(words)
        self._above_db = above_db
        self._hold = round(hold_s / _FRAME_S)
        self._powers: deque[float] = deque(maxlen=10)
        self._quiet = float("inf")
        self._held = 0

    @property
    def cutoffs(self) -> Mapping[str, float]:
        return dict.fromkeys(self._words, NEITHER)

    def feed(self, frame: AudioFrame) -> Mapping[str, float]:
        samples = frame.samples.astype(np.float32)
        self._powers.append(float(samples @ samples) / len(samples))
        level = 10 * np.log10(sum(self._powers) / len(self._powers) + 1.0)
        self._quiet = min(level, self._quiet + _RISE_DB * _FRAME_S)
        self._held = self._hold if level > self._quiet + self._above_db else self._held - 1
        return dict.fromkeys(self._words, NEITHER) if self._held > 0 else {}

    def reset(self) -> None:
        self._powers.clear()
        self._quiet = float("inf")
        self._held = 0


class SimulatedSpotter:
    """Says given probabilities at given source times: `({1.5: ("okay_nabu", 0.4)})`."""

    def __init__(
        self,
        says: Mapping[float, tuple[str, float]],
        *,
        cutoff: float = 0.9,
        words: Sequence[str] = (),
    ) -> None:
        self._says = sorted(says.items())
        named = dict.fromkeys((*words, *(word for _, (word, _) in self._says)), cutoff)
        self.cutoffs: Mapping[str, float] = named
        self.heard: list[float] = []
        """Source times of the frames that it was fed since it was last reset."""
        self.resets = 0

    def feed(self, frame: AudioFrame) -> Mapping[str, float]:
        self.heard.append(frame.time)
        # A microsecond later, so that a time between two frames is in one of them and no other.
        begin, end = frame.time + 1e-6, frame.time + _FRAME_S + 1e-6
        return {word: p for time, (word, p) in self._says if begin < time <= end}

    def reset(self) -> None:
        self.heard.clear()
        self.resets += 1


class Spotters:
    """Several spotters of different words as one."""

    def __init__(self, spotters: Sequence[Spotter]) -> None:
        self._spotters = tuple(spotters)

    @property
    def cutoffs(self) -> Mapping[str, float]:
        return {word: cut for one in self._spotters for word, cut in one.cutoffs.items()}

    def feed(self, frame: AudioFrame) -> Mapping[str, float]:
        return {word: p for one in self._spotters for word, p in one.feed(frame).items()}

    def reset(self) -> None:
        for one in self._spotters:
            one.reset()


def check_words(words: Sequence[str], available: Sequence[str]) -> None:
    """Raises LaresError unless there is at least one word and all are available."""
    listed = ", ".join(sorted(available))
    if not words:
        raise LaresError(f"Expected at least one wake word, found none; choose from: {listed}.")
    for word in words:
        if word not in available:
            raise LaresError(f"There is no wake word {word!r}; choose from: {listed}.")


def check_thresholds(thresholds: Mapping[str, float], words: Sequence[str]) -> None:
    """Raises LaresError unless each threshold is a probability and belongs to one of the words."""
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
