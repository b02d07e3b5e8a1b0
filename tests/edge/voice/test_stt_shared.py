"""One engine for several listeners: nothing of an utterance is lost when another one begins."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from edge.types import Samples, Transcript, Utterance
from edge.voice.stt_shared import SharedSpeechToText
from edge.voice.vocabulary import Vocabulary


class OneAtATime:
    """An engine that hears one utterance; its transcript is what it was fed."""

    name = "one at a time"

    def __init__(self) -> None:
        self.current: OneSession | None = None
        self.words: list[Vocabulary] = []

    def set_vocabulary(self, vocabulary: Vocabulary) -> None:
        self.current = None
        self.words.append(vocabulary)

    def session(self) -> OneSession:
        self.current = OneSession(self)
        return self.current


class OneSession:
    def __init__(self, engine: OneAtATime) -> None:
        self._engine = engine
        self._heard: list[int] = []

    def feed(self, samples: Samples) -> None:
        assert self._engine.current is self, "an abandoned session is never fed"
        self._heard += samples.tolist()

    def partial(self) -> str:
        assert self._engine.current is self
        return " ".join(map(str, self._heard))

    def finish(self, utterance: Utterance) -> Transcript:
        self.feed(utterance.samples[len(self._heard) :])
        return Transcript(self.partial(), OneAtATime.name)

    def log_probabilities(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        heard = " ".join(map(str, self._heard))
        return [(0.0 if text == heard else -9.0,) for text in texts]


def sound(*values: int) -> Samples:
    return np.array(values, np.int16)


def whole(*values: int) -> Utterance:
    return Utterance(sound(*values), 0.0, 0.1, "silence")


def test_one_session_is_as_without() -> None:
    shared = SharedSpeechToText(OneAtATime())
    session = shared.session()
    session.feed(sound(1, 2))
    assert session.partial() == "1 2"
    assert session.finish(whole(1, 2, 3)).text == "1 2 3"
    assert shared.name == "one at a time"


def test_an_utterance_that_another_one_interrupted_is_heard_in_whole_at_its_end() -> None:
    shared = SharedSpeechToText(OneAtATime())
    first = shared.session()
    first.feed(sound(1, 2))
    second = shared.session()
    first.feed(sound(3))
    second.feed(sound(7))
    assert first.partial() == ""
    assert second.partial() == "7"
    assert first.finish(whole(1, 2, 3, 4)).text == "1 2 3 4"
    assert second.finish(whole(7, 8)).text == "7 8"


def test_new_words_do_not_spoil_what_is_being_heard() -> None:
    engine = OneAtATime()
    shared = SharedSpeechToText(engine)
    session = shared.session()
    session.feed(sound(1))
    shared.set_vocabulary(Vocabulary())
    session.feed(sound(2))
    assert session.finish(whole(1, 2)).text == "1 2"


def test_log_probabilities_are_of_the_sessions_own_utterance_whatever_was_heard_since() -> None:
    shared = SharedSpeechToText(OneAtATime())
    first = shared.session()
    first.feed(sound(1))
    second = shared.session()
    second.feed(sound(7))
    first.finish(whole(1, 2))
    second.finish(whole(7))
    texts = ("1 2", "7", "1")
    assert first.log_probabilities(texts) == [(0.0,), (-9.0,), (-9.0,)]
    assert second.log_probabilities(texts) == [(-9.0,), (0.0,), (-9.0,)]
    shared.session().feed(sound(1))
    assert first.log_probabilities(texts) == [(0.0,), (-9.0,), (-9.0,)]
