from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from edge.types import Hypothesis, Samples, Transcript, Utterance
from edge.voice.stt import Session
from edge.voice.stt_second import SecondOpinion, same_words_misheard
from edge.voice.vocabulary import Vocabulary

SENTENCES = (
    "turn on the kitchen light",
    "turn off the kitchen light",
    "raise the living room blinds",
    "shut the garden water",
    "make the living room two degrees warmer",
    "turn on the bathroom light",
)


class Sentences:
    """What is usually said."""

    def knows(self, text: str) -> bool:
        return text in SENTENCES

    def has_word(self, word: str) -> bool:
        return word in " ".join(SENTENCES).split()


@dataclass
class Hears:
    """An engine that hears the same whatever is said, and remembers how it was asked."""

    name: str
    text: str
    certain: bool = True
    fed: list[int] = field(default_factory=list)
    finished: int = 0
    vocabulary: Vocabulary | None = None

    def set_vocabulary(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def session(self) -> Session:
        return self

    def feed(self, samples: Samples) -> None:
        self.fed.append(len(samples))

    def partial(self) -> str:
        return f"{self.name} so far"

    def finish(self, utterance: Utterance) -> Transcript:
        self.finished += 1
        hypotheses = (Hypothesis(self.text, -2.0),) if self.name == "first" and self.text else ()
        if not self.certain:
            return Transcript("", self.name, 0.0, hypotheses)
        return Transcript(self.text, self.name, 0.8, hypotheses)


def heard(first: str, second: str, *, certain: bool = True) -> tuple[Transcript, Hears]:
    other = Hears("second", second)
    opinion = SecondOpinion(Hears("first", first, certain), other, Sentences())
    return opinion.session().finish(Utterance(np.zeros(160, np.int16), 0.0, 0.01, "source")), other


def test_nobody_else_is_asked_when_a_usual_sentence_was_heard() -> None:
    transcript, other = heard("turn on the kitchen light", "turn off the kitchen light")
    assert transcript.text == "turn on the kitchen light"
    assert not other.finished


def test_nobody_else_is_asked_when_the_first_takes_the_sound_for_nothing() -> None:
    transcript, other = heard("", "turn on the kitchen light")
    assert transcript.text == ""
    assert not other.finished


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("race the living room blinds", "raise the living room blinds"),
        ("make a living room to the breeze warmer", "make the living room two degrees warmer"),
        ("turn on the kitchen lied", "turn on the kitchen light"),
    ],
)
def test_a_sentence_that_sounds_like_what_was_heard_is_what_was_said(
    first: str, second: str
) -> None:
    transcript, _ = heard(first, second)
    assert transcript.text == second
    assert transcript.engine == "first"
    assert Hypothesis(first, -2.0) in transcript.hypotheses


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("turn on the kitchen light tomorrow", "turn on the kitchen light"),
        ("turn on the kitchen light dear", "turn off the kitchen light"),
        ("turn on the kitchen light and tell grandma", "turn on the kitchen light"),
        ("that was a lovely dinner", "turn on the bathroom light"),
        ("did the garden water", "shut the garden water"),
        ("please hold the line", "please lower all the light"),
    ],
)
def test_a_sentence_that_leaves_out_or_contradicts_what_was_heard_is_not_believed(
    first: str, second: str
) -> None:
    assert heard(first, second)[0].text == first


def test_two_engines_that_hear_the_same_are_certain_of_it() -> None:
    said = "turn on the kitchen light"
    transcript, _ = heard(said, said, certain=False)
    assert transcript.text == said
    assert transcript.confidence >= 0.5


def test_what_the_first_is_not_certain_of_stays_nothing_when_the_second_hears_another() -> None:
    for other in ("", "raise the living room blinds", "turn off the kitchen light"):
        assert heard("turn on the kitchen light", other, certain=False)[0].text == ""


def test_both_hear_along_and_the_first_tells_the_words_so_far() -> None:
    first, second = Hears("first", ""), Hears("second", "")
    session = SecondOpinion(first, second, Sentences()).session()
    session.feed(np.zeros(320, np.int16))
    assert first.fed == second.fed == [320]
    assert session.partial() == "first so far"


def test_both_learn_the_words_of_the_home() -> None:
    first, second = Hears("first", ""), Hears("second", "")
    opinion = SecondOpinion(first, second, Sentences())
    opinion.set_vocabulary(Vocabulary(names=("Den Lamp",)))
    assert first.vocabulary == second.vocabulary == Vocabulary(names=("Den Lamp",))
    assert opinion.name == "first"


def test_usual_words_are_never_a_mishearing_of_one_another() -> None:
    for one in SENTENCES:
        for other in SENTENCES:
            assert same_words_misheard(one, other, Sentences()) == (one == other)
