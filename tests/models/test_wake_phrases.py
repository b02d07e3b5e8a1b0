from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.types import LaresError
from models.wake_phrases import Phrases, phrases_of


def phrases(phrase: str, corpora: Path = Path("nowhere")) -> Phrases:
    return phrases_of(phrase, random.Random(3), corpora=corpora)


def test_near_misses_are_the_words_alone_in_parts_and_with_others() -> None:
    near = phrases("Hey, Lares").near
    assert {"hey", "lares", "lares hey", "hey la"} <= set(near)
    assert sum(text.startswith("hey ") for text in near) > 20
    assert sum(text.endswith(" lares") for text in near) > 5


def test_what_must_wake_is_in_nothing_that_must_not() -> None:
    made = phrases("turn on")
    assert made.wanted == "turn on"
    assert "turn on" not in made.near
    assert not any("turn on" in text for text in made.other)


def test_it_is_said_as_it_is_written_unless_told_how() -> None:
    assert phrases("Hey Lares").said_as == ("hey lares",)
    said = phrases_of(
        "hey lares", random.Random(3), said_as=("Hey lars!",), corpora=Path("nowhere")
    )
    assert (said.wanted, said.said_as) == ("hey lares", ("hey lars",))
    assert "hey lars" not in said.near


def test_no_near_miss_differs_by_a_vowel_or_by_the_word_that_does_not_tell() -> None:
    near = phrases("hey lares").near
    assert not {"hey laris", "they lares", "he lares", "hay lares"} & set(near)


def test_a_seed_always_makes_the_same(tmp_path: Path) -> None:
    assert phrases("hey lares") == phrases("hey lares")


@pytest.mark.parametrize("phrase", ["", "hi", "r2d2", "größe haus", "x" * 41, "42"])
def test_a_phrase_that_will_not_do_is_told_with_what_will(phrase: str) -> None:
    with pytest.raises(
        LaresError, match="Expected a wake word of 4 to 40 English letters, such as"
    ):
        phrases(phrase)


@given(st.text(alphabet="abcdeghlnorst ", min_size=4, max_size=20))
def test_any_phrase_of_letters_gives_texts_of_letters_or_an_error(phrase: str) -> None:
    try:
        made = phrases(phrase)
    except LaresError:
        return
    assert all(text.strip() for text in (made.wanted, *made.near, *made.other))
