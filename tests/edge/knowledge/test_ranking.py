"""Orders of passages, and expressions that no question can break out of."""

from __future__ import annotations

import sqlite3

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.knowledge.ranking import (
    MOST_WORDS,
    PassageVectors,
    content_words,
    expression,
    fused,
)


@pytest.fixture(scope="module")
def table() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE t USING fts5(a, b, tokenize='porter unicode61')")
    db.execute("INSERT INTO t VALUES ('boiler', 'drop table water NEAR')")
    return db


@given(
    question=st.one_of(
        st.text(max_size=200),
        st.lists(
            st.sampled_from(
                ["AND", "OR", "NOT", "NEAR(", ")", '"', "'", "*", "^", "a:", "-", "+", "{a b}", ";"]
            ),
            max_size=20,
        ).map(" ".join),
    )
)
def test_no_question_is_a_bad_expression(table: sqlite3.Connection, question: str) -> None:
    words = content_words(question)
    assert len(words) <= MOST_WORDS
    if words:
        table.execute("SELECT rowid FROM t WHERE t MATCH ?", (expression(words),)).fetchall()


@pytest.mark.parametrize(
    "question", ["x" * 10_000, "water " * 2_000, " ".join(map(str, range(5000)))]
)
def test_long_questions_are_cut(table: sqlite3.Connection, question: str) -> None:
    words = content_words(question)
    assert 1 <= len(words) <= MOST_WORDS
    table.execute("SELECT rowid FROM t WHERE t MATCH ?", (expression(words),)).fetchall()


def test_operators_are_words_like_others(table: sqlite3.Connection) -> None:
    found = table.execute("SELECT rowid FROM t WHERE t MATCH ?", (expression(["near", "b"]),))
    assert found.fetchall() == [(1,)]


def test_words_that_say_nothing_are_left_out() -> None:
    assert content_words("What's the Boiler's pressure, and the boiler?") == ("boiler", "pressure")
    assert content_words("what is it?") == content_words("🔥 …") == ()


def test_what_both_rankings_have_comes_first() -> None:
    assert [thing for thing, _ in fused([[1, 2, 3], [3, 4]])] == [3, 1, 2, 4]
    assert dict(fused([[7], [7]])) == {7: pytest.approx(2 / 61)}
    assert fused([]) == fused([[]]) == []


def test_a_passage_counts_as_itself_and_its_best_sentence() -> None:
    vectors = np.eye(4, dtype=np.float32)[[0, 1, 2, 3, 0]]
    passages = PassageVectors(np.array([10, 20]), np.array([0, 3]), vectors)
    similar = passages.similar(np.array([0.6, 0.0, 0.8, 0.0], dtype=np.float32))
    assert similar.best(5) == [10, 20]
    mean, sentences = similar.of(10) or (0.0, ())
    assert mean == pytest.approx(0.7)
    assert sentences == pytest.approx((0.0, 0.8))
    assert similar.of(20) == (pytest.approx(0.3), (pytest.approx(0.6),))
    assert similar.of(30) is None
    assert similar.usual(1, 2) == pytest.approx(0.7)
    assert similar.usual(4, 6) is None


def test_no_passages_are_similar_to_nothing() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    passages = PassageVectors(nothing, nothing, np.zeros((0, 4), dtype=np.float32))
    assert passages.similar(np.ones(4, dtype=np.float32)).best(3) == []
