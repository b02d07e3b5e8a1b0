"""What a language model is taught, and what it is examined with."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.types import LaresError
from models.llm_train import BATCH, HELD_OUT, Lesson, _batches, lessons, split, talk

PAIRS = tuple((f"sentence {number}", "warmer") for number in range(203))


@given(st.integers(0, 200), st.integers(0, 2**32))
def test_each_saying_is_either_taught_or_held_out(count: int, seed: int) -> None:
    pairs = [*PAIRS[:count], *PAIRS[: count // 2]]
    taught, held = split(pairs, seed)
    assert not {said for said, _ in taught} & {said for said, _ in held}
    assert sorted([*taught, *held]) == sorted(pairs)
    assert len({*held}) == count // HELD_OUT


def test_the_same_pairs_are_split_the_same() -> None:
    assert split(PAIRS) == split(PAIRS)
    assert split(PAIRS, 1) != split(PAIRS, 2)


def test_a_lesson_is_what_is_said_and_the_answer_that_is_right() -> None:
    pairs = [("ab", "warmer"), ("c", "leave")]
    made = lessons(pairs, lambda text: [*text.encode()], lambda answer: [len(answer)])
    assert made == [Lesson((97, 98), (6,)), Lesson((99,), (5,))]


def test_small_talk_pairs_each_saying_and_each_answer_of_a_block(tmp_path: Path) -> None:
    file = tmp_path / "lessons.txt"
    file.write_text("# remark\n? hi\n? hello\n= Hi!\n= Hello!\n= Hey!\n\n? bye\n= Bye!\n")
    pairs = talk(file)
    assert {said for said, _ in pairs} == {"hi", "hello", "bye"}
    assert {answer for _, answer in pairs} == {"Hi!", "Hello!", "Hey!", "Bye!"}
    assert ("bye", "Bye!") in pairs
    assert not any(said == "bye" for said, answer in pairs if answer != "Bye!")
    assert len(pairs) == len({*pairs})


@pytest.mark.parametrize(
    ("text", "line"), [("= Hi!\n", 1), ("? hi\n\n", 2), ("? hi\n= Hi!\n? ho\n", 3), ("hi\n", 1)]
)
def test_what_is_no_lesson_is_told_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    file = tmp_path / "lessons.txt"
    file.write_text(text)
    with pytest.raises(LaresError, match=rf":{line}: expected"):
        talk(file)


def test_the_lessons_that_ship_are_lessons() -> None:
    pairs = talk()
    assert len(pairs) > 1500
    assert all(said == said.lower() and answer for said, answer in pairs)


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
