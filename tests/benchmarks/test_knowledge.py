"""The questions to the handbook, and how finding and answering are judged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.knowledge import (
    Question,
    Questions,
    answered,
    main,
    questions,
    searched,
)
from edge.demo.handbook import HANDBOOK
from edge.knowledge.documents import read
from edge.knowledge.index import Index
from edge.knowledge.knowledge import Knowledge
from edge.knowledge.passages import passages
from tests.edge.knowledge.embedders import minilm


def test_each_source_says_what_answers_the_question() -> None:
    texts = {
        path.name: [passage.text for passage in passages(read(path))]
        for path in HANDBOOK.glob("*.[mt]*")
    }
    assert len(texts) == 6
    for half in (questions("development"), questions("examination")):
        assert len(half.answerable) >= 30
        assert len(half.unanswerable) >= 13
        for question in half.answerable:
            assert any(question.says in text for text in texts[question.source]), question.ask


def test_no_question_is_in_both_halves() -> None:
    halves = [questions("development"), questions("examination")]
    one, other = ({*(q.ask for q in half.answerable), *half.unanswerable} for half in halves)
    assert not one & other


def test_shares_are_of_the_questions(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A\nThe red bin is emptied on Monday.")
    (tmp_path / "b.md").write_text("# B\nThe fuse box is in the hall.")
    knowledge = Knowledge(Index(tmp_path / "k.db"))
    knowledge.add([tmp_path])
    asked = Questions(
        (
            Question("red bin emptied?", "a.md", "Monday"),
            Question("red bin", "b.md", "hall"),
            Question("lamp", "b.md", "hall"),
        ),
        ("fuse box", "moon", "sun", "Mars"),
    )
    found = searched(knowledge, asked, "words")
    assert (found.source_first, found.source_in_three, found.passage_in_three) == (
        0.3333, 0.3333, 0.3333,
    )  # fmt: skip
    told = answered(knowledge, asked, "words")
    assert (told.right, told.right_source, told.silent, told.invented) == (
        0.3333, 0.3333, 0.3333, 0.25,
    )  # fmt: skip


def test_the_floor_is_reached(capsys: pytest.CaptureFixture[str]) -> None:
    minilm()
    assert main(["--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    fused = next(one for one in told["searches"] if one["ranking"] == "both")
    assert fused["questions"] >= 40
    assert fused["source_in_three"] >= 0.9
    assert told["floor_reached"]
