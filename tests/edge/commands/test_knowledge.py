"""`lares knowledge`: real files in a user's data directory, without and with the model."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from edge.cli import main
from edge.demo.handbook import HANDBOOK
from models.catalog import Catalog
from tests.edge.knowledge.embedders import minilm

Run = Callable[..., tuple[int, str, str]]
"""Runs `lares knowledge` with arguments: exit code, standard output, standard error."""
MODELS = Catalog.load().directory
"""Where this user's models are installed."""


@pytest.fixture
def lares(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """With a data directory that is empty; models are not installed in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("LARES_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(["knowledge", *arguments])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "[b]bins.md").write_text("# Bin notes\n## Days\nThe black bin: Tuesday.")
    return tmp_path / "docs"


def test_documents_are_added_listed_asked_and_forgotten(lares: Run, docs: Path) -> None:
    code, out, err = lares("add", "docs")
    assert (code, out) == (0, "1 added; 1 document is known.\n")
    assert "by their words only" in err
    assert "lares models fetch minilm-l6-int8" in err
    code, out, _ = lares("list")
    assert code == 0
    assert out.splitlines()[1].split()[:3] == ["Bin", "notes", "1"]
    assert "[b]bins.md" in out
    code, out, _ = lares("ask", "black bin?")
    assert code == 0
    said, place = out.splitlines()
    assert said == "The black bin: Tuesday, says the bin notes."
    assert place == f"{docs}/[b]bins.md, Days"
    assert lares("remove", "docs")[:2] == (0, f"forgotten: {docs}/[b]bins.md\n")
    assert lares("list")[:2] == (
        0, "No documents are known yet. Add some with: lares knowledge add FOLDER\n",
    )  # fmt: skip


def test_what_nothing_answers_is_not_known(lares: Run, docs: Path) -> None:
    lares("add", str(docs))
    assert lares("ask", "who was Napoleon?")[:2] == (1, "I don't know.\n")


def test_json_is_for_programs(lares: Run, docs: Path) -> None:
    (docs / "bad.pdf").write_bytes(b"no PDF")
    code, out, err = lares("add", str(docs), "--json")
    told = json.loads(out)
    assert code == 1
    assert (told["added"], told["passages"]) == ([f"{docs}/[b]bins.md"], 1)
    assert f"lares: {told['problems'][0]}" in err
    (known,) = json.loads(lares("list", "--json")[1])
    assert (known["title"], known["path"]) == ("Bin notes", f"{docs}/[b]bins.md")
    code, out, _ = lares("ask", "--json", "black bin")
    told = json.loads(out)
    assert code == 0
    assert told["answer"]["text"] == "The black bin: Tuesday."
    assert told["answer"]["heading"] == ["Bin notes", "Days"]
    code, out, _ = lares("ask", "--json", "Napoleon")
    assert (code, json.loads(out)["answer"], json.loads(out)["speech"]) == (
        1, None, "I don't know.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("add", "nowhere"), "found no "),
        (("add", "lares.exe"), "expected a document (.markdown, .md, .pdf, .text, .txt)"),
        (("remove", "docs"), "lares knowledge list tells which are"),
        (("ask", "black bin"), "No documents are known yet. Add some with"),
        (("ask", "  "), "expected a question"),
    ],
)
def test_bad_input_says_what_to_do(
    lares: Run, docs: Path, arguments: tuple[str, ...], told: str
) -> None:
    (docs.parent / "lares.exe").write_text("x")
    code, out, err = lares(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("lares: ")
    assert told in err
    assert "Traceback" not in err


def test_the_handbook_answers_in_other_words(lares: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LARES_MODELS", str(MODELS))
    minilm()
    assert lares("add", str(HANDBOOK))[:2] == (0, "6 added; 6 documents are known.\n")
    code, out, err = lares("ask", "What number does the plumber have?")
    assert (code, err) == (0, "")
    assert "01632 960 371" in out
    assert "says the emergency sheet" in out


def test_asking_needs_no_torch_and_help_loads_nothing_heavy(docs: Path) -> None:
    script = (
        "import sys\nfrom edge.cli import main\n"
        "try:\n    main(['knowledge', 'ask', '--help'])\nexcept SystemExit:\n    pass\n"
        "print([m for m in ('numpy', 'onnxruntime', 'pypdf', 'rich') if m in sys.modules])\n"
        "import edge.knowledge.knowledge, edge.knowledge.pdf\n"
        "print([m for m in ('onnxruntime', 'pypdf', 'torch', 'transformers') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-2:] == ["[]", "[]"]
