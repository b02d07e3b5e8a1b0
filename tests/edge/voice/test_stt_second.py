"""When another engine is asked, and what is taken to have been said: what was heard, or one of the
usual sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from edge.types import Hypothesis, Samples, Transcript, Utterance
from edge.voice.stt import Session
from edge.voice.stt_second import SecondOpinion, weighed
from edge.voice.vocabulary import Vocabulary

SENTENCES = (
    "turn on the kitchen light",
    "turn off the kitchen light",
    "raise the living room blinds",
    "shut the garden water",
    "make the living room two degrees warmer",
    "turn on the bathroom light",
    "raise the bathroom light",
)
MEANINGLESS = "raise the bathroom light"
"""A usual sentence that cannot be done."""
CLEAR = "turn on the light"
"""No usual sentence, but it means something."""
STRANGE = "turn on the kitchen lied"
"""It has a word that nobody says."""
UNCLEAR = "turn the living room off"
"""No usual sentence, of usual words, and it means nothing."""
SAID = SENTENCES[0]
TURNED_OFF = SENTENCES[1]
ALIKE = dict.fromkeys((*SENTENCES, CLEAR, STRANGE, UNCLEAR), 0.0)
"""All sound the same."""
FAR = -99.0
"""How probable any other text is."""


class Sentences:
    """What is usually said."""

    def prepare(self) -> None:
        """It knows it."""

    def knows(self, text: str) -> bool:
        return text in SENTENCES

    def unusual(self, text: str) -> float:
        strange = set(text.split()).difference(" ".join(SENTENCES).split())
        return 10.0 + 12.0 * len(strange) + 6.0 * (text not in SENTENCES)

    def is_understood(self, text: str) -> bool:
        return text == CLEAR or (text in SENTENCES and text != MEANINGLESS)

    def like(self, texts: Iterable[str]) -> Mapping[str, float]:
        heard = [*texts]
        return {
            sentence: (100 - max(fuzz.ratio(sentence, text) for text in heard)) / 100
            for sentence in SENTENCES
        }


@dataclass
class Hears:
    """An engine that hears the same whatever is said, and remembers how it was asked.

    likely: log probabilities; where there are none it cannot tell any.
    """

    name: str
    text: str
    certain: bool = True
    likely: Mapping[str, float] = field(default_factory=dict)
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

    def log_probabilities(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        return [(self.likely.get(text, FAR),) for text in texts] if self.likely else ()


UTTERANCE = Utterance(np.zeros(160, np.int16), 0.0, 0.01, "source")


def heard(first: str, second: str, *, certain: bool = True) -> tuple[Transcript, Hears]:
    other = Hears("second", second)
    opinion = SecondOpinion(Hears("first", first, certain), other, Sentences())
    return opinion.session().finish(UTTERANCE), other


def taken(
    first: str, likely: Mapping[str, float], second: str | None = None, *, certain: bool = True
) -> Transcript:
    """What comes of an engine that can tell log probabilities; None: there is no second one."""
    other = None if second is None else Hears("second", second)
    opinion = SecondOpinion(Hears("first", first, certain, likely), other, Sentences())
    return opinion.session().finish(UTTERANCE)


def test_nobody_else_is_asked_when_a_usual_sentence_was_heard() -> None:
    transcript, other = heard("turn on the kitchen light", "turn off the kitchen light")
    assert transcript.text == "turn on the kitchen light"
    assert not other.finished


def test_nobody_else_is_asked_when_the_first_takes_the_sound_for_nothing() -> None:
    transcript, other = heard("", "turn on the kitchen light")
    assert transcript.text == ""
    assert not other.finished


@pytest.mark.parametrize("first", ["", STRANGE, CLEAR, SAID])
@pytest.mark.parametrize("second", ["", SAID, TURNED_OFF])
def test_an_engine_that_can_tell_no_log_probabilities_is_taken_at_its_word(
    first: str, second: str
) -> None:
    assert heard(first, second)[0].text == first
    assert heard(first, second, certain=False)[0].text == ""


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


@pytest.mark.parametrize("second", [None, "", SAID])
def test_a_strange_text_gives_way_to_a_usual_sentence_about_as_likely(second: str | None) -> None:
    transcript = taken(STRANGE, {STRANGE: -2.0, SAID: -3.0, TURNED_OFF: -12.0}, second)
    assert (transcript.text, transcript.engine) == (SAID, "first")
    assert transcript.confidence >= 0.5


def test_of_the_usual_sentences_the_likeliest_is_taken() -> None:
    assert taken(STRANGE, {STRANGE: -2.0, SAID: -8.0, TURNED_OFF: -3.0}).text == TURNED_OFF


@pytest.mark.parametrize("second", [None, ""])
def test_a_clear_text_stays_where_a_strange_one_would_give_way(second: str | None) -> None:
    for first, text in ((CLEAR, CLEAR), (STRANGE, SAID)):
        assert taken(first, {first: -1.0, SAID: -9.0}, second).text == text


def test_a_text_that_means_nothing_gives_way_where_a_clear_one_would_stay() -> None:
    for first, text in ((CLEAR, CLEAR), (UNCLEAR, SAID)):
        assert taken(first, {first: -1.0, SAID: -7.0}).text == text


def test_a_clear_text_gives_way_to_a_sentence_that_is_clearly_likelier() -> None:
    assert taken(CLEAR, {CLEAR: -12.0, SAID: -1.0}).text == SAID


def test_what_another_engine_heard_weighs_more() -> None:
    likely = {STRANGE: -1.0, SAID: -4.0, TURNED_OFF: -5.0}
    assert taken(STRANGE, likely).text == taken(STRANGE, likely, SAID).text == SAID
    assert taken(STRANGE, likely, TURNED_OFF).text == TURNED_OFF


def test_what_another_engine_heard_does_not_count_where_it_is_far_less_likely() -> None:
    assert taken(STRANGE, {STRANGE: -1.0, SAID: -2.0, TURNED_OFF: -14.0}, TURNED_OFF).text == SAID


def test_a_sentence_that_means_something_weighs_more() -> None:
    likely = {"rays the bathroom lied": -1.0, MEANINGLESS: -3.0, "turn on the bathroom light": -4.0}
    assert taken("rays the bathroom lied", likely).text == "turn on the bathroom light"


@pytest.mark.parametrize("second", [None, "", SAID])
@pytest.mark.parametrize(("certain", "text"), [(True, STRANGE), (False, "")])
def test_a_sentence_that_is_far_less_likely_is_never_taken(
    second: str | None, certain: bool, text: str
) -> None:
    assert taken(STRANGE, {STRANGE: -2.0}, second, certain=certain).text == text
    assert taken(STRANGE, {STRANGE: FAR, SAID: -60.0}, second, certain=certain).text == text


def test_what_the_first_is_not_certain_of_is_certain_once_it_is_a_likely_sentence() -> None:
    transcript = taken(STRANGE, {STRANGE: -2.0, SAID: -3.0}, certain=False)
    assert transcript.text == SAID
    assert transcript.confidence >= 0.5


def test_what_the_first_is_not_certain_of_must_be_likelier_or_heard_by_both() -> None:
    likely = {STRANGE: -16.0, SAID: -16.0}
    assert taken(STRANGE, likely).text == SAID
    assert taken(STRANGE, likely, certain=False).text == ""
    assert taken(STRANGE, likely, TURNED_OFF, certain=False).text == ""
    assert taken(STRANGE, likely, SAID, certain=False).text == SAID


def test_a_usual_sentence_that_means_nothing_gives_way_to_one_that_does() -> None:
    other = "turn on the bathroom light"
    assert taken(MEANINGLESS, {MEANINGLESS: -3.0, other: -4.0}).text == other
    assert taken(MEANINGLESS, {MEANINGLESS: -3.0, other: -14.0}).text == MEANINGLESS


@pytest.mark.parametrize("second", [None, SAID])
def test_a_usual_sentence_that_means_something_is_taken_however_likely_another_one(
    second: str | None,
) -> None:
    assert taken(TURNED_OFF, {TURNED_OFF: -20.0, SAID: -1.0}, second).text == TURNED_OFF


@pytest.mark.parametrize("first", ["", STRANGE, CLEAR, SAID])
def test_without_log_probabilities_and_another_engine_a_text_stays_as_it_was_heard(
    first: str,
) -> None:
    assert taken(first, {}).text == first
    assert taken(first, {}, certain=False).text == ""


def test_without_another_engine_the_first_is_used_all_the_same() -> None:
    first = Hears("first", "")
    opinion = SecondOpinion(first, None, Sentences())
    opinion.set_vocabulary(Vocabulary(names=("Den Lamp",)))
    session = opinion.session()
    session.feed(np.zeros(320, np.int16))
    assert (first.vocabulary, first.fed) == (Vocabulary(names=("Den Lamp",)), [320])
    assert session.partial() == "first so far"


def test_log_probabilities_are_the_first_engines() -> None:
    first = Hears("first", STRANGE, likely={SAID: -3.0})
    session = SecondOpinion(first, Hears("second", ""), Sentences()).session()
    session.finish(UTTERANCE)
    assert session.log_probabilities((SAID, "stop")) == [(-3.0,), (FAR,)]


PROBABLE = st.floats(-80.0, 0.0)
LIKELY = st.builds(
    lambda own, others: {STRANGE: own, **others},
    PROBABLE,
    st.dictionaries(st.sampled_from([*SENTENCES, CLEAR, UNCLEAR]), PROBABLE, max_size=5),
)
LIKELY_AND_OTHER = LIKELY.flatmap(
    lambda likely: st.tuples(st.just(likely), st.sampled_from(["", *likely]))
)
HEARD = Transcript(STRANGE, "first", 0.3, (Hypothesis(STRANGE, -2.0),))


def after_weighing(
    transcript: Transcript,
    likely: Mapping[str, float],
    unlike: Mapping[str, float] = ALIKE,
    other: str = "",
) -> Transcript:
    """What comes of texts that are of one piece each."""
    pieces = {text: (value,) for text, value in likely.items()}
    return weighed(transcript, pieces, unlike, other, Sentences())


@given(LIKELY_AND_OTHER)
def test_what_is_taken_was_heard_or_is_a_usual_sentence_or_a_clear_text_that_was_weighed(
    given_likely: tuple[dict[str, float], str],
) -> None:
    likely, other = given_likely
    transcript = after_weighing(HEARD, likely, other=other)
    assert transcript.engine == "first"
    if transcript.text == STRANGE:
        assert transcript.confidence == HEARD.confidence
    else:
        assert transcript.text in set(likely) & {*SENTENCES, CLEAR}
        assert transcript.confidence > HEARD.confidence


@given(LIKELY_AND_OTHER, st.floats(0.0, 20.0))
def test_a_sentence_that_is_taken_is_taken_too_when_it_is_likelier(
    given_likely: tuple[dict[str, float], str], more: float
) -> None:
    likely, other = given_likely
    text = after_weighing(HEARD, likely, other=other).text
    if text != STRANGE:
        likelier = {**likely, text: min(0.0, likely[text] + more)}
        assert after_weighing(HEARD, likelier, other=other).text == text


def test_another_hypothesis_that_is_clear_is_taken_when_it_is_likelier() -> None:
    transcript = after_weighing(HEARD, {STRANGE: -8.0, CLEAR: -2.0})
    assert transcript.text == CLEAR


def test_what_the_first_was_not_certain_of_can_only_be_a_usual_sentence() -> None:
    uncertain = Transcript("", "first", 0.0, (Hypothesis(CLEAR, -2.0),))
    assert after_weighing(uncertain, {CLEAR: -0.1, SAID: -9.0}).text == ""
    assert after_weighing(uncertain, {CLEAR: -9.0, SAID: -0.1}).text == SAID


@pytest.mark.parametrize("second", [None, SAID])
def test_no_end_is_found_for_a_text_that_stops_in_the_middle(second: str | None) -> None:
    assert taken("turn on the", {"turn on the": -1.0, SAID: -1.0}, second).text == "turn on the"


def test_of_two_about_as_likely_the_one_is_taken_that_sounds_more_like_what_was_heard() -> None:
    likely = {STRANGE: -2.0, SAID: -4.0, TURNED_OFF: -3.0}
    for text, other in ((SAID, TURNED_OFF), (TURNED_OFF, SAID)):
        unlike = {STRANGE: 0.0, text: 0.5, other: 4.0}
        assert after_weighing(HEARD, likely, unlike).text == text


def test_one_piece_that_cannot_have_been_said_tells_more_than_several_unlikely_ones() -> None:
    for text, other in ((SAID, TURNED_OFF), (TURNED_OFF, SAID)):
        pieces = {STRANGE: (-20.0,), text: (-3.0, -3.0, -3.0), other: (-0.5, -8.0, -0.5)}
        assert weighed(HEARD, pieces, ALIKE, "", Sentences()).text == text


def test_what_is_far_less_likely_than_what_was_heard_was_not_said_instead() -> None:
    for instead, unlike, text in ((-10.0, 0.0, SAID), (-10.0, 2.5, STRANGE), (-16.0, 0.0, STRANGE)):
        pieces = {STRANGE: (-1.0, -1.0), SAID: (instead / 4,) * 4}
        far = {STRANGE: 0.0, SAID: unlike}
        assert weighed(HEARD, pieces, far, "", Sentences()).text == text


def test_a_text_is_not_taken_for_its_beginning() -> None:
    pieces = {SAID: (-2.0, -1.0, -1.0, -1.0, -2.0), "turn on": (-2.0, -1.0)}
    assert weighed(HEARD, pieces, {**ALIKE, "turn on": 0.0}, "", Sentences()).text == SAID
