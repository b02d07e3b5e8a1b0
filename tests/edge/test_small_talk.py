"""Small talk by what was written down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.small_talk import SmallTalk
from models.talk_lessons import Block, blocks

BLOCKS = (
    Block(("tell me a joke", "say something funny"), ("One.", "Two.", "Three.")),
    Block(("how are you",), ("Fine.",)),
)


def small_talk() -> SmallTalk:
    return SmallTalk(lambda: BLOCKS, seed=1)


@pytest.mark.parametrize(
    "text",
    ["how are you", "How are you?", "hey lares how are you", "how are u", "how are you please"],
)
def test_what_is_said_about_as_in_a_lesson_is_answered(text: str) -> None:
    assert small_talk().answer(text) == "Fine."


def test_no_answer_comes_again_before_all_were_given() -> None:
    talk = small_talk()
    told = [talk.answer("tell me a joke") for _ in range(3)]
    assert sorted(map(str, told)) == ["One.", "Three.", "Two."]
    assert talk.answer("say something funny") in {"One.", "Two.", "Three."}


@pytest.mark.parametrize(
    "text", ["", "turn on the light", "how are your plants in the garden doing"]
)
def test_what_no_lesson_knows_is_not_answered(text: str) -> None:
    assert small_talk().answer(text) is None


@given(st.text(max_size=60))
def test_any_text_has_an_answer_or_none(text: str) -> None:
    assert small_talk().answer(text) in {None, "One.", "Two.", "Three.", "Fine."}


def test_each_saying_that_ships_is_answered_from_its_block() -> None:
    talk = SmallTalk(seed=1)
    for block in blocks():
        for saying in block.sayings:
            assert talk.answer(saying) in block.answers
