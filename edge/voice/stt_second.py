"""A second opinion: another engine is asked when the first is not understood.

Engines hear differently. Whisper writes "race for living room blinds" where PocketSphinx, which can
hear nothing but the home's sentences, hears "raise the living room blinds". That is also why it is
not believed alone: what it hears counts only when it sounds like what the first engine heard.

It costs nothing while the first engine is understood, and no more than its budget: a recording so
long that the second engine would not be done in time is not given to it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from rapidfuzz import fuzz

from edge.types import SAMPLE_RATE, Hypothesis, Samples, Transcript, Utterance
from edge.voice.stt import Session, SpeechToText
from edge.voice.vocabulary import Vocabulary

LEAST_LIKE = 60.0
"""How alike the two texts must be, in percent of their letters."""
UNLIKELIER = 4.0
"""How much less likely than the first engine's text the second's is taken to be, in log
probability."""

Understood = Callable[[str], bool]
"""Whether a text means something."""


class SecondOpinion:
    """`first`, and `second` where `understood` does not know what to do with what it heard.

    budget_s: how long the second may take. Its speed is learned as it is used.
    """

    def __init__(
        self,
        first: SpeechToText,
        second: SpeechToText,
        understood: Understood,
        *,
        budget_s: float = 0.5,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._first = first
        self._second = second
        self._understood = understood
        self._budget_s = budget_s
        self._clock = clock
        self._pace = 0.15
        """Seconds that the second engine takes for a second of sound."""

    @property
    def name(self) -> str:
        return self._first.name

    def set_vocabulary(self, vocabulary: Vocabulary) -> None:
        self._first.set_vocabulary(vocabulary)
        self._second.set_vocabulary(vocabulary)

    def session(self) -> Session:
        return _SecondSession(self, self._first.session())

    def judged(self, transcript: Transcript, utterance: Utterance) -> Transcript:
        """The first engine's transcript, with the second's text among its hypotheses where it is
        needed and like it."""
        seconds = len(utterance.samples) / SAMPLE_RATE
        if not transcript.text or self._pace * seconds > self._budget_s:
            return transcript
        if self._understood(transcript.text):
            return transcript
        begin = self._clock()
        other = self._second.session().finish(utterance)
        if seconds:
            self._pace = (self._pace + (self._clock() - begin) / seconds) / 2
        if not other.text or fuzz.ratio(transcript.text, other.text) < LEAST_LIKE:
            return transcript
        own = transcript.hypotheses or (Hypothesis(transcript.text, 0.0),)
        return replace(
            transcript, hypotheses=(*own, Hypothesis(other.text, own[0].score - UNLIKELIER))
        )


class _SecondSession:
    """A session of the first engine, judged at its end."""

    def __init__(self, opinion: SecondOpinion, inner: Session) -> None:
        self._opinion = opinion
        self._inner = inner

    def feed(self, samples: Samples) -> None:
        self._inner.feed(samples)

    def partial(self) -> str:
        return self._inner.partial()

    def finish(self, utterance: Utterance) -> Transcript:
        return self._opinion.judged(self._inner.finish(utterance), utterance)
