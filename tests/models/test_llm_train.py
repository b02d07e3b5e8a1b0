"""What a language model is taught, and what it is examined with."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.llm_train import BATCH, HELD_OUT, Lesson, _batches, lessons, split
from models.needs_train import Said

SAID = tuple(Said("warmer", f"sentence {number}") for number in range(203))


@given(st.integers(0, 200), st.integers(0, 2**32))
def test_each_sentence_is_either_taught_or_held_out(count: int, seed: int) -> None:
    said = SAID[:count]
    taught, held = split(said, seed)
    assert not {*taught} & {*held}
    assert sorted([*taught, *held], key=said.index) == [*said]
    assert len(held) == count // HELD_OUT


def test_the_same_sentences_are_split_the_same() -> None:
    assert split(SAID) == split(SAID)
    assert split(SAID, 1) != split(SAID, 2)


def test_a_lesson_is_what_is_said_and_the_need_that_is_right() -> None:
    said = [Said("warmer", "ab"), Said("leave", "c")]
    made = lessons(said, lambda text: [*text.encode()], lambda need: [len(need)])
    assert made == [Lesson((97, 98), (6,)), Lesson((99,), (5,))]


LESSONS = st.lists(
    st.builds(
        Lesson,
        st.lists(st.integers(0, 9), max_size=40).map(tuple),
        st.lists(st.integers(0, 9), min_size=1, max_size=3).map(tuple),
    ),
    max_size=100,
)


@given(LESSONS, st.integers(0, 2**32))
def test_every_lesson_is_taught_once_an_epoch(some: list[Lesson], seed: int) -> None:
    batches = [*_batches(some, random.Random(seed))]
    taught = [lesson for batch in batches for lesson in batch]
    assert sorted(taught, key=repr) == sorted(some, key=repr)
    assert all(1 <= len(batch) <= BATCH for batch in batches)
    assert len(batches) == -(-len(some) // BATCH)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_is_anothers_in_each_epoch_and_the_same_again(seed: int) -> None:
    some = [Lesson((number,) * (number % 7), (1,)) for number in range(500)]
    order = [*_batches(some, random.Random(seed))]
    assert order == [*_batches(some, random.Random(seed))]
    assert order != [*_batches(some, random.Random(seed + 1))]


def test_lessons_of_a_batch_are_about_as_long() -> None:
    some = [Lesson((1,) * (number % 50), (1,)) for number in range(1000)]
    for batch in _batches(some, random.Random(1)):
        lengths = [len(lesson.asked) for lesson in batch]
        assert max(lengths) - min(lengths) <= 8
