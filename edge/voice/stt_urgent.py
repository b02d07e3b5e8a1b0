"""An engine that hears ahead of all other work: whatever else computes pauses meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from edge.types import Samples, Transcript, Utterance
from edge.voice.stt import Session, SpeechToText
from edge.voice.vocabulary import Vocabulary

Urgent = Callable[[], AbstractContextManager[None]]
"""Within it, less urgent work pauses."""


class UrgentSpeechToText:
    """`engine`, whose calls compute within `urgent`."""

    def __init__(self, engine: SpeechToText, urgent: Urgent) -> None:
        self._engine = engine
        self._urgent = urgent

    @property
    def name(self) -> str:
        return self._engine.name

    def set_vocabulary(self, vocabulary: Vocabulary) -> None:
        self._engine.set_vocabulary(vocabulary)

    def session(self) -> Session:
        return _UrgentSession(self._engine.session(), self._urgent)


class _UrgentSession:
    def __init__(self, session: Session, urgent: Urgent) -> None:
        self._session = session
        self._urgent = urgent

    def feed(self, samples: Samples) -> None:
        with self._urgent():
            self._session.feed(samples)

    def partial(self) -> str:
        return self._session.partial()

    def finish(self, utterance: Utterance) -> Transcript:
        with self._urgent():
            return self._session.finish(utterance)

    def log_probabilities(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        with self._urgent():
            return self._session.log_probabilities(texts)
