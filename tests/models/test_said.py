"""The words that people use when they speak to a home, as our phrasing files have them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import models.said
from models.said import PHRASING, said_words


@pytest.fixture
def words_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    def read(**files: str) -> frozenset[str]:
        for name, text in files.items():
            (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
        monkeypatch.setattr(models.said, "PHRASING", tmp_path)
        return said_words.__wrapped__()

    return read


def test_they_are_those_of_everyday_commands() -> None:
    assert {"turn", "dim", "lights", "please", "what's", "thermostat", "kitchen"} <= said_words()


def test_they_are_lower_case_words_without_the_marks_of_the_files() -> None:
    marks = re.compile(r"[\d_<>{}:\[\]|#()]")
    assert [word for word in said_words() if word != word.lower() or marks.search(word)] == []
    assert PHRASING.is_dir()


def test_what_is_misheard_for_them_is_not_among_them() -> None:
    assert said_words().isdisjoint({"lied", "lamb", "tern", "thermostad"})


def test_labels_rules_sections_and_remarks_are_no_words_but_what_is_labelled_is(
    words_of: object,
) -> None:
    text = "[HassTurnOn]\n# a remark\nplease {lift:position} the <things> of {area}\n"
    assert words_of(some=text) == {"please", "lift", "the", "of"}  # type: ignore[operator]


def test_what_is_out_of_scope_is_not_said_to_a_home(words_of: object) -> None:
    assert words_of(out_of_scope="who wrote hamlet\n", some="Don’t dim\n") == {"don't", "dim"}  # type: ignore[operator]
