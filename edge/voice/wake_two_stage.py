"""Wake words by two witnesses: a light one that always hears, and a careful one that is asked.

1. Every frame goes to the first spotter, and into a memory of the last two seconds.
2. When the first thinks a word more probable than `eager`, which is far less than it would need to
   decide alone, the word is *suspected*. The second spotter is then fed the memory, and every frame
   while the suspicion lasts and `patience_s` beyond.
3. The two are independent, so their odds multiply (Bayes' rule; 0.5 says nothing for or against).
   A word wakes when the certainty that comes out passes its threshold: one that both find likely,
   and one of which one is sure and that the other does not rule out. What was said within
   `TOGETHER_S` counts as said of the same moment.
4. That is told no sooner than the first spotter would tell it alone, or has become less sure again:
   the word has ended by then, so that what follows is the command. A `Wake` says how long ago that
   was; openWakeWord's "okay nabu" takes 0.2 s to be sure.

A word that the second spotter does not know wakes by the first one's own cutoff.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Mapping

import numpy as np

from edge.types import FRAME_SAMPLES, AudioFrame
from edge.voice.wake import FRAME_SECONDS, LATEST_S, Wake
from edge.voice.wake_spotting import NEITHER, Spotter, check_thresholds
from models.wake_word import JUDGED_S

EAGER = 0.1
CERTAINTY = 0.15
"""Usual threshold. Odds of 0.15 come of a word that one spotter finds all but certain (0.99) and
the other unlikely (0.002)."""
TOGETHER_S = LATEST_S
MEMORY_S = 2.24
"""Sound that the second spotter is given: what its first judgement needs, and 0.2 s more."""
_MOST = 255 / 256
"""No witness is surer than the first one's eight bits can say."""
_LEAST = 1e-6
_LONG_AGO = float("-inf")
_BEFORE = AudioFrame(np.zeros(FRAME_SAMPLES, dtype=np.int16), _LONG_AGO)
"""Silence, which stands for what was before the first sound."""


def certainty(first: float, second: float) -> float:
    """What two independent witnesses make certain together, each and the result from 0 to 1."""
    odds = math.prod(p / (1 - p) for p in (min(max(q, _LEAST), _MOST) for q in (first, second)))
    return odds / (1 + odds)


class TwoStageWakeDetector:
    """Decides by `suspect`, which hears everything, and `verify`, which hears what is suspected.

    thresholds: certainty, 0 to 1, from which a word wakes; lower wakes more often. Of a word that
    `verify` does not know it is compared with the probability of `suspect` alone.
    eager: probability from which `suspect` is taken seriously. refractory_s: time after a
    detection in which nothing wakes.

    Raises LaresError when a threshold is no probability or belongs to no word.
    """

    def __init__(
        self,
        suspect: Spotter,
        verify: Spotter,
        *,
        thresholds: Mapping[str, float] | None = None,
        eager: float = EAGER,
        patience_s: float = 0.4,
        memory_s: float = MEMORY_S,
        refractory_s: float = 1.0,
    ) -> None:
        check_thresholds(thresholds or {}, tuple(suspect.cutoffs))
        self._suspect = suspect
        self._verify = verify
        self._cutoffs = dict(suspect.cutoffs)
        self._verified = frozenset(verify.cutoffs)
        usual = {w: CERTAINTY if w in self._verified else c for w, c in self._cutoffs.items()}
        self._thresholds = {**usual, **(thresholds or {})}
        self._eager = eager
        self._patience_s = patience_s
        self._refractory_s = refractory_s
        self._memory = deque([_BEFORE] * round(memory_s / FRAME_SECONDS))
        self._first, self._second = _Testimony(), _Testimony()
        self._suspected: dict[str, None] = {}
        self._ripe: dict[str, float] = {}
        self._asking = False
        self._until = self._quiet_until = _LONG_AGO

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self._cutoffs)

    def feed(self, frame: AudioFrame) -> Wake | None:
        now = frame.time + FRAME_SECONDS
        self._memory.append(frame)
        self._memory.popleft()
        heard = self._suspect.feed(frame)
        if now < self._quiet_until:
            return None
        self._first.hear(heard, now)
        wake = self._by_the_first(heard)
        asked = [w for w, p in heard.items() if w in self._verified and p >= self._eager]
        if asked:
            self._suspected |= dict.fromkeys(asked)
            self._until = now + self._patience_s
        if now <= self._until:
            self._ask()
            wake = wake or next((w for w in self._suspected if self._by_both(w, now)), None)
        elif self._asking:
            self._forget()
        if wake is None:
            return None
        late_s = min(now - self._ripe.get(wake, now), LATEST_S)
        self._forget(quiet_until=now + self._refractory_s)
        return Wake(wake, now, late_s)

    def reset(self) -> None:
        self._suspect.reset()
        self._memory = deque([_BEFORE] * len(self._memory))
        self._forget()

    def _by_the_first(self, heard: Mapping[str, float]) -> str | None:
        alone = (w for w in heard if w not in self._verified)
        return next((w for w in alone if heard[w] > self._thresholds[w]), None)

    def _ask(self) -> None:
        """Give the second spotter all that it has not heard: the whole memory at first."""
        frames: Iterable[AudioFrame] = (self._memory[-1],)
        if not self._asking:
            self._verify.reset()
            frames = self._memory
        for frame in frames:
            self._second.hear(self._verify.feed(frame), frame.time + FRAME_SECONDS)
        self._asking = True

    def _by_both(self, word: str, now: float) -> bool:
        first, second = self._first.most(word, now), self._second.most(word, now)
        if first >= self._cutoffs[word] or self._first.last(word) < first:
            self._ripe.setdefault(word, now)
        if self._cutoffs[word] == NEITHER:  # it cannot tell when the word ended
            self._ripe[word] = now - JUDGED_S
        return (
            word in self._ripe and second > 0 and certainty(first, second) >= self._thresholds[word]
        )

    def _forget(self, quiet_until: float = _LONG_AGO) -> None:
        self._first, self._second = _Testimony(), _Testimony()
        self._suspected.clear()
        self._ripe.clear()
        self._asking = False
        self._until = _LONG_AGO
        self._quiet_until = quiet_until


class _Testimony:
    """What one spotter said of each word in the last `TOGETHER_S`."""

    def __init__(self) -> None:
        self._said: dict[str, deque[tuple[float, float]]] = {}

    def hear(self, heard: Mapping[str, float], now: float) -> None:
        for word, probability in heard.items():
            said = self._said.setdefault(word, deque())
            said.append((now, probability))
            while said[0][0] < now - TOGETHER_S:
                said.popleft()

    def last(self, word: str) -> float:
        return self._said[word][-1][1] if word in self._said else 0.0

    def most(self, word: str, now: float) -> float:
        said = self._said.get(word, ())
        return max((p for time, p in said if time >= now - TOGETHER_S), default=0.0)
