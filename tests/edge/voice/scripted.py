"""A speech to text engine that hears what a script says: words at their times.

Each word is known as soon as the sound up to its time has been fed, so that partials come as from a
real engine. `tells=False` makes it one like Whisper, which tells nothing before the end.
`never_last` are words that it tells but that no sentence ends with, as in a grammar.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from edge.types import SAMPLE_RATE, Samples, Transcript, Utterance
from edge.voice.vocabulary import Vocabulary


class ScriptedStt:
    """words: each with the second, from the start of an utterance, at which it ends."""

    name = "scripted"

    def __init__(
        self,
        words: Sequence[tuple[float, str]],
        *,
        tells: bool = True,
        never_last: Collection[str] = (),
    ) -> None:
        self.words = tuple(words)
        self.tells = tells
        self.never_last = never_last
        self.finished: list[str] = []
        """What came out each time that a session was finished."""
        self.sessions = 0

    def set_vocabulary(self, vocabulary: Vocabulary) -> None:
        """It knows its script."""

    def session(self) -> ScriptedSession:
        self.sessions += 1
        return ScriptedSession(self)


class ScriptedSession:
    """One utterance; fed in order, finished once."""

    def __init__(self, stt: ScriptedStt) -> None:
        self._stt = stt
        self._fed = 0
        self._finished = False

    def feed(self, samples: Samples) -> None:
        assert not self._finished, "fed after it was finished"
        self._fed += len(samples)

    def partial(self) -> str:
        return self._text(self._fed) if self._stt.tells else ""

    def finish(self, utterance: Utterance) -> Transcript:
        assert not self._finished, "finished twice"
        assert self._fed == len(utterance.samples), "something of the utterance was not heard"
        self._finished = True
        words = self._text(self._fed).split()
        while words and words[-1] in self._stt.never_last:
            words.pop()
        self._stt.finished.append(" ".join(words))
        return Transcript(self._stt.finished[-1], self._stt.name)

    def log_probabilities(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        return ()

    def _text(self, samples: int) -> str:
        return " ".join(word for at, word in self._stt.words if at <= samples / SAMPLE_RATE)
