"""An engine that hears while all less urgent work pauses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import pytest

from edge.kernel.scheduler import Priority, Scheduler, Steps
from edge.types import Samples, Transcript, Utterance
from edge.voice.stt import Session, SpeechToText
from edge.voice.stt_urgent import UrgentSpeechToText
from edge.voice.vocabulary import Vocabulary

SOUND = np.array([1, 2, 3], np.int16)
UTTERANCE = Utterance(SOUND, 0.0, 0.01, "silence")


class Hurry:
    """Knows what is done within it."""

    def __init__(self) -> None:
        self.depth = 0
        self.times = 0

    @contextmanager
    def __call__(self) -> Iterator[None]:
        self.depth += 1
        self.times += 1
        try:
            yield
        finally:
            self.depth -= 1


class Engine:
    """An engine that computes nothing, and remembers what it was asked and how urgently."""

    name = "engine"

    def __init__(self, hurry: Hurry) -> None:
        self.hurry = hurry
        self.asked: list[tuple[str, object, bool]] = []

    def set_vocabulary(self, vocabulary: Vocabulary) -> None:
        self.note("vocabulary", vocabulary)

    def session(self) -> EngineSession:
        return EngineSession(self)

    def note(self, what: str, told: object) -> None:
        self.asked.append((what, told, self.hurry.depth > 0))


class EngineSession:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def feed(self, samples: Samples) -> None:
        self._engine.note("feed", samples.tolist())

    def partial(self) -> str:
        return "turn on"

    def finish(self, utterance: Utterance) -> Transcript:
        self._engine.note("finish", utterance)
        return Transcript("turn on the lamp", "engine", 0.5)

    def log_probabilities(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        self._engine.note("log_probabilities", texts)
        return [(-1.0,) for _ in texts]


class Deaf(EngineSession):
    """A session that fails."""

    def feed(self, samples: Samples) -> None:
        raise ValueError("no sound")


@pytest.fixture
def engine() -> Engine:
    return Engine(Hurry())


def test_what_computes_is_urgent(engine: Engine) -> None:
    session: Session = UrgentSpeechToText(engine, engine.hurry).session()
    session.feed(SOUND)
    assert session.finish(UTTERANCE) == Transcript("turn on the lamp", "engine", 0.5)
    assert session.log_probabilities(("a", "b")) == [(-1.0,), (-1.0,)]
    assert engine.asked == [
        ("feed", [1, 2, 3], True),
        ("finish", UTTERANCE, True),
        ("log_probabilities", ("a", "b"), True),
    ]


def test_what_is_urgent_is_over_after_each_call(engine: Engine) -> None:
    session = UrgentSpeechToText(engine, engine.hurry).session()
    session.feed(SOUND)
    assert engine.hurry.depth == 0
    session.finish(UTTERANCE)
    assert (engine.hurry.depth, engine.hurry.times) == (0, 2)


def test_what_fails_is_urgent_no_longer(engine: Engine) -> None:
    engine.session = lambda: Deaf(engine)
    with pytest.raises(ValueError, match="no sound"):
        UrgentSpeechToText(engine, engine.hurry).session().feed(SOUND)
    assert engine.hurry.depth == 0


def test_all_else_is_as_the_engine_has_it(engine: Engine) -> None:
    stt: SpeechToText = UrgentSpeechToText(engine, engine.hurry)
    assert stt.name == "engine"
    vocabulary = Vocabulary(names=("Lamp",))
    stt.set_vocabulary(vocabulary)
    assert engine.asked == [("vocabulary", vocabulary, False)]
    assert stt.session().partial() == "turn on"
    assert engine.hurry.times == 0


def test_an_answer_pauses_while_somebody_is_heard() -> None:
    """With the scheduler's own way of being urgent."""
    with Scheduler() as scheduler:
        steps: list[str] = []

        def answer() -> Steps[None]:
            steps.append("answer")
            yield

        class Busy(Engine):
            """An engine that hears while an answer is wanted."""

            def note(self, what: str, told: object) -> None:
                scheduler.submit(answer, Priority.INTERACTIVE)
                scheduler.run(lambda: steps.append(what), Priority.REAL_TIME)

        session = UrgentSpeechToText(Busy(Hurry()), scheduler.urgent).session()
        session.feed(SOUND)
        assert steps[0] == "feed"
