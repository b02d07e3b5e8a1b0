"""One engine for several listeners.

An engine such as PocketSphinx hears one utterance at a time. When a session begins while another
one is being heard, the engine is the new one's; the other collects nothing more meanwhile, and when
it is finished, the engine hears the whole of its utterance at once. So two rooms may speak at the
same time, and no thread waits for longer than one call.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from edge.types import Samples, Transcript, Utterance
from edge.voice.stt import Session, SpeechToText
from edge.voice.vocabulary import Vocabulary


class SharedSpeechToText:
    """`engine`, for any number of threads."""

    def __init__(self, engine: SpeechToText) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._current: _SharedSession | None = None

    @property
    def name(self) -> str:
        return self._engine.name

    def set_vocabulary(self, vocabulary: Vocabulary) -> None:
        with self._lock:
            self._current = None
            self._engine.set_vocabulary(vocabulary)

    def session(self) -> Session:
        session = _SharedSession(self)
        with self._lock:
            session.inner = self._begin(session)
        return session

    def _begin(self, session: _SharedSession) -> Session:
        self._current = session
        return self._engine.session()


class _SharedSession:
    """A session whose engine may be taken from it."""

    inner: Session

    def __init__(self, shared: SharedSpeechToText) -> None:
        self._shared = shared
        self._partial = ""

    def feed(self, samples: Samples) -> None:
        with self._shared._lock:
            if self._shared._current is self:
                self.inner.feed(samples)

    def partial(self) -> str:
        with self._shared._lock:
            if self._shared._current is self:
                self._partial = self.inner.partial()
            return self._partial

    def finish(self, utterance: Utterance) -> Transcript:
        with self._shared._lock:
            if self._shared._current is not self:
                self.inner = self._shared._begin(self)
            return self.inner.finish(utterance)

    def log_probabilities(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        with self._shared._lock:
            return self.inner.log_probabilities(texts)
