"""`lares eval`: the suites by name, in a table or as JSON, with and without the corpora."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from edge.cli import main
from edge.commands.evaluate import ALL_SUITES
from models.evaluate import FLOORS
from models.exams import dialogue, several

Run = Callable[..., tuple[int, str, str]]
"""Runs `lares eval` with arguments: exit code, standard output, standard error."""

SEVERAL: list[dict[str, Any]] = [
    {
        "say": "turn on the hall light and lock the front door",
        "does": [{"HassTurnOn": ["light.hall"]}, {"HassTurnOn": ["lock.front_door"]}],
    },
    {
        "say": "turn on the lights",
        "area": "bathroom",
        "does": [{"HassTurnOn": ["light.bathroom"]}],
    },
    {"say": "turn on the hall light", "does": [{"HassTurnOff": ["light.hall"]}]},
]
DIALOGUES: list[dict[str, Any]] = [
    {
        "setup": {"light.hall": {"state": "on"}},
        "turns": [
            {"say": "turn off the hall light", "changes": {"light.hall": "off"}},
            {"say": "undo", "changes": {"light.hall": "on"}},
        ],
    },
    {"turns": [{"say": "unlock the front door", "asks": True, "says": ["unlock"]}]},
    {"turns": [{"say": "turn on the hall light", "changes": {"light.garage": "on"}}]},
]
"""Of each, the last is wrong: it expects what nobody asked for."""


@pytest.fixture
def lares_eval(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Without corpora, without a configuration, and with few cases in the exams."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LARES_CORPORA", str(tmp_path / "nowhere"))
    monkeypatch.setenv("COLUMNS", "200")
    for exam, cases in ((several, SEVERAL), (dialogue, DIALOGUES)):
        file = tmp_path / Path(exam.FILE).name
        file.write_text(yaml.safe_dump(cases))
        monkeypatch.setattr(exam, "FILE", file)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(["eval", *arguments])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def test_an_unknown_suite_is_bad_input_and_the_known_ones_are_named(lares_eval: Run) -> None:
    code, _, said = lares_eval("several", "dance")
    assert code == 2
    assert said.startswith("lares: ")
    assert "found dance" in said
    assert all(suite in said for suite in ALL_SUITES)
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("suite", ["ha-intents-en", "slurp", "clinc150", "assist-mini", "intents"])
def test_a_suite_that_lacks_its_corpus_says_what_to_set(lares_eval: Run, suite: str) -> None:
    code, _, said = lares_eval(suite)
    assert code == 2
    assert suite in said
    assert "LARES_CORPORA" in said


def test_the_exams_are_played_without_corpora(lares_eval: Run) -> None:
    code, out, said = lares_eval("several", "dialogue", "--json")
    assert (code, said) == (0, "")
    found = {result["suite"]: result for result in json.loads(out)}
    assert [*found] == ["several", "dialogue"]
    assert found["several"]["scores"] == {"exact": pytest.approx(2 / 3)}
    assert found["dialogue"]["scores"] == {
        "exact": pytest.approx(2 / 3),
        "turns": pytest.approx(3 / 4),
    }
    (miss,) = found["several"]["misses"]
    assert (miss["text"], miss["found"]) == ("turn on the hall light", "HassTurnOn light.hall")
    (miss,) = found["dialogue"]["misses"]
    assert "light.hall" in miss["found"]


def test_a_table_shows_the_scores_and_whether_they_are_good_enough(lares_eval: Run) -> None:
    code, out, _ = lares_eval("several")
    assert code == 0
    (line,) = (line for line in out.splitlines() if "several" in line)
    assert "66.7%" in line
    assert "✗" in line
    assert "expected" not in out


def test_the_misses_are_told_when_they_are_asked_for(lares_eval: Run) -> None:
    _, out, _ = lares_eval("several", "--misses")
    assert "several: 'turn on the hall light'" in out
    assert "expected HassTurnOff light.hall" in out
    assert "found    HassTurnOn light.hall" in out


def test_every_floor_is_of_a_suite() -> None:
    assert FLOORS.keys() <= {*ALL_SUITES}
