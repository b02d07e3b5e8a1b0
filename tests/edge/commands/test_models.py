"""`lares models list` and `lares models suggest`: what they print, on boards of several kinds."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import edge.commands.models
from edge.cli import main
from hal.board import Board
from models.catalog import Catalog

PI = Board("Raspberry Pi 5 [B]", "aarch64", 4, 8_300_000_000, 6 * 10**9, 20 * 10**9, 50.0, ())
ZERO = Board("Raspberry Pi Zero 2 W", "aarch64", 4, 436_000_000, None, 20 * 10**9, None, None)
SILENT = Board("unknown", "armv7l", 1, None, None, None, None, None)
Run = Callable[..., tuple[int, str]]
"""Runs `lares models` with arguments on a board: exit code and standard output."""


@pytest.fixture
def lares(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """With no models installed but those that ship."""
    monkeypatch.setenv("LARES_MODELS", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str, board: Board = PI) -> tuple[int, str]:
        monkeypatch.setattr(edge.commands.models, "read_board", lambda: board)
        code = main(["models", *arguments])
        told = capsys.readouterr()
        assert told.err == ""
        return code, told.out

    return run


def row(out: str, name: str) -> str:
    (line,) = [line for line in out.splitlines() if f" {name} " in line]
    return line


def test_the_right_model_is_marked_and_the_last_line_fetches_it(lares: Run) -> None:
    code, out = lares("suggest")
    assert code == 0
    assert out.startswith(
        "Raspberry Pi 5 [B]: 4 cores, 8,300 MB of memory, 20,000 MB free on disk\n"
    )
    assert [line.split()[1] for line in out.splitlines() if "→" in line] == ["qwen2.5-1.5b"]
    assert out.splitlines()[-1] == "lares models fetch qwen2.5-1.5b"


def test_each_language_model_has_its_size_memory_licence_and_why_not(lares: Run) -> None:
    _, out = lares("suggest")
    assert row(out, "smollm2-135m").split() == ["smollm2-135m", "98", "400", "Apache-2.0", "yes"]
    slow = row(out, "llama-3.2-3b")
    assert slow.split()[:3] == ["llama-3.2-3b", "2019", "3050"]
    assert "Llama 3.2 Community License" in slow
    assert "no: too slow to talk to with 4 cores" in slow
    assert "whisper-base" not in out


def test_a_model_that_is_there_need_not_be_fetched(lares: Run, tmp_path: Path) -> None:
    (file,) = Catalog.load().entry("qwen2.5-1.5b").files
    (tmp_path / "qwen2.5-1.5b").mkdir()
    with (tmp_path / "qwen2.5-1.5b" / file.path).open("wb") as sparse:
        sparse.truncate(file.bytes or 0)
    code, out = lares("suggest")
    assert code == 0
    assert out.splitlines()[-1] == "qwen2.5-1.5b is installed."


def test_where_none_fits_the_exit_code_is_1(lares: Run) -> None:
    code, out = lares("suggest", board=ZERO)
    assert code == 1
    assert "no: at most 218 MB of memory are for it" in row(out, "smollm2-135m")
    assert "fetch" not in out
    assert "None fits this board" in out


def test_a_board_that_tells_nothing_gets_the_smallest(lares: Run) -> None:
    code, out = lares("suggest", board=SILENT)
    assert code == 0
    assert "1 core, an unknown amount of memory, an unknown amount free" in out
    assert out.splitlines()[-1] == "lares models fetch smollm2-135m"


@pytest.mark.parametrize(("board", "right"), [(PI, "qwen2.5-1.5b"), (ZERO, None)])
def test_programs_get_the_same(lares: Run, board: Board, right: str | None) -> None:
    code, out = lares("suggest", "--json", board=board)
    told = json.loads(out)
    assert code == (0 if right else 1)
    assert told["suggested"] == right
    assert (told["board"], told["cores"]) == (board.model, 4)
    assert (told["memory_bytes"], told["disk_free_bytes"]) == (board.memory_bytes, 20 * 10**9)
    fits = {model["name"]: model["fits"] for model in told["models"]}
    assert len(fits) == 7
    assert fits["qwen2.5-1.5b"] is (right is not None)
    assert all((model["misfit"] is None) == model["fits"] for model in told["models"])


def test_the_list_tells_what_language_models_take(lares: Run) -> None:
    code, out = lares("list")
    assert code == 0
    assert row(out, "qwen3-4b").split()[:5] == ["qwen3-4b", "llm", "Apache-2.0", "2497", "3800"]
    _, out = lares("list", "--json")
    memory = {model["name"]: model["memory_mb"] for model in json.loads(out)}
    assert memory["smollm2-135m"] == 400
    assert memory["tagger"] is None
