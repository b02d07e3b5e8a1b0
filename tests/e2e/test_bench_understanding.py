"""`lares bench understanding`, with homes small enough for a test."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import understanding
from benchmarks.understanding import FLOORS, Figures, made_up_home, reached, sentences
from edge.home.graph import Home
from tests.e2e.program import lares

CHECKOUT = Path(understanding.__file__).parents[1]
TINY = ("--sentences", "4", "--rounds", "1")


def figures(**changed: Any) -> Figures:
    told = {
        "entities": 500, "sentences": 9, "p50_ms": 5.0, "p95_ms": 12.0, "worst_ms": 100.0,
        "worst_text": "?", "tagging_p50_ms": 1.0, "build_ms": 1.0, "memory_mb": 120.0,
    }  # fmt: skip
    return Figures(**{**told, **changed})


def test_every_size_has_a_row_and_the_floors_are_marked() -> None:
    done = lares("bench", "understanding", "--sizes", "3", "500", *TINY, folder=CHECKOUT)
    assert done.returncode == 0, done.stderr
    rows = [line.split("│")[1:-1] for line in done.stdout.splitlines() if line.startswith("│")]
    assert [row[0].strip() for row in rows] == ["3", "500"]
    assert all(float(cell) >= 0 for row in rows for cell in row)
    marked = [line for line in done.stdout.splitlines() if line.startswith("500 entities: ")]
    assert len(marked) == len(FLOORS)
    assert all(line.endswith((": reached", ": missed")) for line in marked)
    assert "clause by clause" in done.stdout


def test_json_tells_the_same_as_numbers() -> None:
    done = lares("bench", "understanding", "--json", "--sizes", "2", *TINY, folder=CHECKOUT)
    told = json.loads(done.stdout)
    [one] = told["figures"]
    assert one["entities"] == 2
    assert 0 < one["p50_ms"] <= one["p95_ms"] <= one["worst_ms"]
    assert 0 <= one["tagging_p50_ms"] <= one["p50_ms"]
    assert one["memory_mb"] is None or one["memory_mb"] > 20
    assert told["floors"] == {}


def test_a_picture_is_drawn_or_the_reason_told(tmp_path: Path) -> None:
    picture = tmp_path / "growth.svg"
    done = lares(
        "bench", "understanding", "--sizes", "2", "4", *TINY, "--picture", picture, folder=CHECKOUT
    )
    assert done.returncode == 0, done.stderr
    if importlib.util.find_spec("matplotlib"):
        assert "<svg" in picture.read_text()
    else:
        assert "matplotlib is not installed" in done.stderr


def test_a_size_that_is_no_home_is_refused() -> None:
    done = lares("bench", "understanding", "--sizes", "0", folder=CHECKOUT)
    assert done.returncode == 2
    assert "at least 1" in done.stderr


@pytest.mark.parametrize("size", [1, 10, 300])
def test_a_home_is_valid_of_its_size_and_the_same_again(size: int) -> None:
    home = Home.from_data(made_up_home(size, 7), "made up")
    assert len(home.entities) == size
    assert made_up_home(size, 7) == made_up_home(size, 7)
    assert made_up_home(size, 7) != made_up_home(size, 8)
    if size == 300:
        assert {entity.domain for entity in home.entities} == set(understanding._THINGS)
        assert {area.floor for area in home.areas} == {floor.id for floor in home.floors}


def test_sentences_are_of_exams_of_the_home_and_nasty_and_the_same_again() -> None:
    home = made_up_home(50, 0)
    said = sentences(home, 100, 3)
    texts = [text for text, _ in said]
    assert said == sentences(home, 100, 3)
    assert len(texts) == 100 + len(understanding._NASTY) + 2
    assert sum(len(text) == 500 for text in texts) == 3
    names = [entity["name"].lower() for entity in home["entities"]]
    assert sum(any(name in text for name in names) for text in texts[50:100]) > 20
    assert {area for _, area in said} > {None}


def test_a_floor_is_reached_at_its_limit_and_missed_above_it() -> None:
    assert all(reached([figures()]).values())
    assert reached([figures(p95_ms=12.01)]) == {
        "p50_ms": True, "p95_ms": False, "worst_ms": True, "memory_mb": True,
    }  # fmt: skip
    assert "memory_mb" not in reached([figures(memory_mb=None)])
    assert reached([figures(entities=100)]) == {}
