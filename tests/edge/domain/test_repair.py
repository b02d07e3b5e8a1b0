"""Mending what was misheard: what comes out right, and what is never touched."""

from __future__ import annotations

import random
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.domain.alignment import align
from edge.domain.home import automaton_of
from edge.domain.repair import Repair
from edge.domain.sampling import sentences
from edge.types import Hypothesis, Transcript
from edge.voice.vocabulary import Vocabulary
from models.said import said_words

HOME = Vocabulary(
    names=(
        *("Kitchen Light", "Den Lamp", "Floor Lamp", "Ceiling Fan", "Front Door", "Thermostat"),
        *("Quokka Lamp", "Lamp 2"),
    ),
    areas=("Kitchen", "Living Room", "Den", "Office"),
    floors=("Upstairs",),
)
AUTOMATON = automaton_of(HOME)
REPAIR = Repair(HOME)


def heard(text: str, *others: str) -> Transcript:
    """What an engine tells: its text, and what else it may have been, each less likely."""
    texts = (text, *others)
    hypotheses = tuple(Hypothesis(each, -1.0 - place) for place, each in enumerate(texts))
    return Transcript(text, "whisper", 0.9, hypotheses)


def mended(text: str, repair: Repair = REPAIR) -> str:
    return repair(heard(text)).text


@pytest.mark.parametrize(
    ("misheard", "meant"),
    [
        ("turn on the kitchen lied", "turn on the kitchen light"),
        ("dim the den lamb", "dim the den lamp"),
        ("block the front door", "lock the front door"),
        ("make the office to degrees warmer", "make the office two degrees warmer"),
        ("turn off the kwokka lamp", "turn off the quokka lamp"),
        ("tern on the kitchen light", "turn on the kitchen light"),
    ],
)
def test_what_sounds_like_a_sentence_of_the_home_is_that_sentence(
    misheard: str, meant: str
) -> None:
    assert mended(misheard) == meant


@pytest.mark.parametrize("misheard", ["dim the den lamb", "turn on the ceiling farm"])
def test_a_home_that_lacks_the_thing_leaves_the_text_alone(misheard: str) -> None:
    elsewhere = Repair(Vocabulary(names=("Garage Door",), areas=("Garage",)))
    thing = misheard.split()[-2]
    assert thing not in mended(misheard, elsewhere) or mended(misheard, elsewhere) == misheard


@pytest.mark.parametrize(
    "text",
    [
        "",
        "turn on the kitchen light",
        "turn on the desk lamp",
        "could you make it a little brighter in here",
        "set the thermostat to eleven degrees",
        "dim the floor lamp to 15 percent",
        "turn on lamp 2",
        "remind me to lock the front door at seventeen hundred",
    ],
)
def test_a_text_of_known_words_stays_as_it_is(text: str) -> None:
    assert REPAIR(heard(text)) == heard(text)


@pytest.mark.parametrize("text", ["turn on the kitchenlight", "switch off the denlamp"])
def test_two_words_written_as_one_are_known(text: str) -> None:
    """Whoever understands names knows them; to hear the nearest word would lose one of the two."""
    assert mended(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "who was the last pharaoh of egypt",
        "turn on the gazebo light and the pergola light",
        "zzyzx",
        "the quick brown fox jumps over the lazy dog",
        "lamb lamb lamb lamb",
    ],
)
def test_what_is_unlike_every_sentence_stays_as_it_is(text: str) -> None:
    assert REPAIR(heard(text)) == heard(text)


def test_one_word_in_five_is_mended_and_no_more() -> None:
    assert mended("tern on the kitchen lied") == "tern on the kitchen lied"
    longer = "could you tern on the kitchen lied and the floor lamp"
    assert mended(longer) == "could you turn on the kitchen light and the floor lamp"


@given(st.sampled_from(["{} degrees", "to {} degrees", "{}", "{} percent"]), st.data())
@settings(max_examples=50, deadline=None)
def test_numbers_with_a_fraction_a_sign_or_a_clock_are_never_touched(
    frame: str, data: st.DataObject
) -> None:
    number = data.draw(
        st.from_regex(r"\A[0-9]{1,3}[.:,][0-9]{1,2}\Z") | st.from_regex(r"\A-[0-9]{1,2}\Z")
    )
    text = f"set the thermostad {frame.format(number)}"
    assert REPAIR(heard(text)) == heard(text)


def test_what_a_text_may_have_been_is_mended_too_and_comes_after_it() -> None:
    """The text itself means something, so that it stays the first."""
    transcript = REPAIR(heard("turn on the kitchen fan", "turn on the kitchen lied"))
    assert transcript.text == "turn on the kitchen fan"
    texts = [hypothesis.text for hypothesis in transcript.hypotheses]
    assert texts == [
        *("turn on the kitchen fan", "turn on the kitchen lied", "turn on the kitchen light"),
    ]


def test_a_mended_text_is_less_likely_than_it_was_heard_and_first_all_the_same() -> None:
    transcript = REPAIR(heard("dim the den lamb", "dim the den lamps"))
    first, *others = transcript.hypotheses
    assert (first.text, transcript.text) == ("dim the den lamp", "dim the den lamp")
    assert first.score < -1.0
    assert {each.text for each in others} == {"dim the den lamb", "dim the den lamps"}
    scores = [each.score for each in others]
    assert scores == sorted(scores, reverse=True)


def test_engine_and_confidence_stay_what_they_were() -> None:
    transcript = REPAIR(heard("dim the den lamb"))
    assert (transcript.engine, transcript.confidence) == ("whisper", 0.9)


WORDS = st.sampled_from(sorted(said_words())) | st.text(alphabet="abdeiklmnorstu", min_size=2)
NAMES = st.lists(st.lists(WORDS, min_size=1, max_size=3).map(" ".join), max_size=4).map(tuple)
HOMES = st.builds(Vocabulary, names=NAMES, areas=NAMES, floors=NAMES, sentences=NAMES)


@given(HOMES, st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_no_sentence_of_any_home_is_changed(home: Vocabulary, seed: int) -> None:
    repair = Repair(home)
    for sample in islice(sentences(automaton_of(home), random.Random(seed)), 10):
        assert mended(sample.text, repair) == sample.text


@given(st.lists(st.sampled_from(sorted(said_words())), min_size=1, max_size=8).map(" ".join))
@settings(max_examples=100, deadline=None)
def test_no_text_of_words_that_people_say_to_a_home_is_changed(text: str) -> None:
    assert REPAIR(heard(text)) == heard(text)


@given(st.integers(0, 10**6), st.data())
@settings(max_examples=60, deadline=None)
def test_what_is_mended_is_a_sentence_of_the_home(seed: int, data: st.DataObject) -> None:
    words = next(sentences(AUTOMATON, random.Random(seed))).text.split()
    place = data.draw(st.integers(0, len(words) - 1))
    word = words[place]
    at = data.draw(st.integers(0, len(word) - 1))
    words[place] = word[:at] + data.draw(st.sampled_from("abdeiklmnorstu")) + word[at + 1 :]
    text = " ".join(words)
    transcript = REPAIR(heard(text))
    assert transcript.text == text or align(AUTOMATON, transcript.text.split()).cost == 0
    assert transcript.hypotheses[0].text == transcript.text
    assert heard(text).hypotheses[0] in transcript.hypotheses


@given(st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_no_text_raises(text: str) -> None:
    transcript = REPAIR(heard(text))
    assert transcript.text == text or align(AUTOMATON, transcript.text.split()).cost == 0
