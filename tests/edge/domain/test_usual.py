"""The usual sentences of a home: which texts they are, and which sound like them."""

from __future__ import annotations

import random
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.domain.chain import Chain
from edge.domain.home import automaton_of
from edge.domain.sampling import sentences
from edge.domain.usual import UsualSentences
from edge.voice.vocabulary import Vocabulary

HOME = Vocabulary(
    names=(
        *("Kitchen Light", "Den Lamp", "Floor Lamp", "Ceiling Fan", "Front Door", "Thermostat"),
        *("Quokka Lamp", "Lamp 2"),
    ),
    areas=("Kitchen", "Living Room", "Den", "Office"),
    floors=("Upstairs",),
)
AUTOMATON = automaton_of(HOME)
USUAL = UsualSentences(HOME)
WORDS_OF_HOME = frozenset(Chain(HOME).automaton(share=1.0).grammar().words)


@pytest.mark.parametrize(
    ("text", "usual"),
    [
        ("turn on the kitchen light", True),
        ("Turn on the kitchen light.", True),
        ("dim lamp 2 to 30 percent", True),
        ("turn on the kitchen light tomorrow", False),
        ("turn on the garage light", False),
        ("", False),
    ],
)
def test_a_usual_sentence_is_known_however_it_is_written(text: str, usual: bool) -> None:
    assert USUAL.knows(text) == usual


@pytest.mark.parametrize(
    ("misheard", "meant"),
    [
        ("turn on the kitchen lied", "turn on the kitchen light"),
        ("dim the den lamb", "dim the den lamp"),
        ("block the front door", "lock the front door"),
        ("turn off the kwokka lamp", "turn off the quokka lamp"),
        ("tern on the kit shin light", "turn on the kitchen light"),
        ("then i leave many lights on in the house", "did i leave any lights on in the house"),
        ("boot the den lamp at 60 percent", "put the den lamp at sixty percent"),
    ],
)
def test_what_was_misheard_sounds_like_what_was_meant(misheard: str, meant: str) -> None:
    assert meant in [*USUAL.like([misheard])][:2]


def test_the_sentences_that_sound_like_any_of_some_texts_are_found_once_the_likest_first() -> None:
    lamp, door = "turn off the quokka lamp", "lock the front door"
    alike = USUAL.like(["turn off the kwokka lamb", door, "lock the front door."])
    assert next(iter(alike)) == door
    assert lamp in alike
    assert len(alike) <= len({*USUAL.like(["turn off the kwokka lamb"]), *USUAL.like([door])})


@pytest.mark.parametrize("texts", [[], [""], ["灯"], ["", "?"]])
def test_nothing_sounds_like_what_has_no_sound(texts: list[str]) -> None:
    assert USUAL.like(texts) == {}


def test_a_dictionary_tells_how_words_are_said() -> None:
    home = Vocabulary(names=("Quay Lamp", "Kay Lamp"))
    known = {"quay": "K IY1", "key": "K IY0"}
    told = UsualSentences(home, known.get).like(["dim the key lamp"])
    as_spelled = UsualSentences(home).like(["dim the key lamp"])
    assert (next(iter(told)), next(iter(as_spelled))) == ("dim the quay lamp", "dim the kay lamp")


WORDS = st.sampled_from(AUTOMATON.grammar().words) | st.text(alphabet="abdeiklmnorstu", min_size=2)
NAMES = st.lists(st.lists(WORDS, min_size=1, max_size=3).map(" ".join), max_size=4).map(tuple)
HOMES = st.builds(Vocabulary, names=NAMES, areas=NAMES, floors=NAMES, sentences=NAMES)


@given(HOMES, st.integers(0, 10**6))
@settings(max_examples=15, deadline=None)
def test_every_sentence_of_any_home_is_known(home: Vocabulary, seed: int) -> None:
    usual = UsualSentences(home)
    for sample in islice(sentences(automaton_of(home), random.Random(seed)), 10):
        assert usual.knows(sample.text)


@given(st.lists(st.text(max_size=40), max_size=3))
@settings(max_examples=60, deadline=None)
def test_whatever_was_heard_only_what_is_said_to_a_home_sounds_like_it(texts: list[str]) -> None:
    words = {word for text in USUAL.like(texts) for word in text.split()}
    assert words <= WORDS_OF_HOME


@given(st.integers(0, 10**6))
@settings(max_examples=20, deadline=None)
def test_a_usual_sentence_sounds_like_itself(seed: int) -> None:
    text = next(sentences(AUTOMATON, random.Random(seed))).text
    assert USUAL.like([text])[text] == pytest.approx(0, abs=1e-9)
