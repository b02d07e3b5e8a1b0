"""The search for settings: what is tried and kept of it, and that nothing changes by itself."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is not installed: it is of the extra train")
pytest.importorskip("optuna", reason="optuna is not installed: it is of the extra train")
pytest.importorskip("seqeval", reason="seqeval is not installed: it is of the extra train")

from rich.console import Console

from edge.types import LaresError
from models.corpus import Corpus
from models.network import Encoder
from models.search import FOUND, Search, Tried, search, table, told
from models.train import Settings
from tests.models import tiny_tagger

SETTINGS = Settings(epochs=2, batch=8, learning_rate=2e-3, head_learning_rate=5e-3, threads=1)
TRIALS = 9


def searched(folder: Path, trials: int, said: io.StringIO | None = None) -> Search:
    whole = tiny_tagger.corpus()
    corpus = Corpus(whole.train[:40], whole.held_out, whole.hashes)
    encoder = Encoder(tiny_tagger.encoder_config(), tiny_tagger.tokenizer())
    console = Console(file=said or io.StringIO(), width=160)
    return search(trials, corpus, SETTINGS, folder=folder, encoder=encoder, console=console)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[Search, Path, str]:
    folder, said = tmp_path_factory.mktemp("runs"), io.StringIO()
    return searched(folder, TRIALS, said), folder / FOUND, said.getvalue()


def test_the_first_trial_has_the_settings_as_they_are(found: tuple[Search, Path, str]) -> None:
    first = found[0].tried[0]
    assert first.settings == SETTINGS and first.finished


def test_other_trials_stay_within_the_epochs_and_keep_what_is_not_searched(
    found: tuple[Search, Path, str],
) -> None:
    others = [one.settings for one in found[0].tried[1:]]
    assert len(others) == TRIALS - 1
    assert all(1 <= one.epochs <= SETTINGS.epochs for one in others)
    assert all(one.seed == SETTINGS.seed and one.threads == 1 for one in others)
    assert len({one.learning_rate for one in others}) > TRIALS // 2


def test_the_best_is_finished_and_none_is_better(found: tuple[Search, Path, str]) -> None:
    best = found[0].best
    finished = [one for one in found[0].tried if one.finished]
    assert best in finished
    assert best.exact[-1] == max(one.exact[-1] for one in finished)


def test_what_was_found_is_in_the_file(found: tuple[Search, Path, str]) -> None:
    told_there = json.loads(found[1].read_text())
    assert [one["number"] for one in told_there["trials"]] == list(range(1, TRIALS + 1))
    assert told_there["best"]["number"] == found[0].best.number
    assert told_there["trials"][0]["settings"]["batch"] == SETTINGS.batch
    assert told_there["data"] == {"test": "0" * 64}


def test_progress_is_told_trial_by_trial(found: tuple[Search, Path, str]) -> None:
    for number in range(1, TRIALS + 1):
        assert f"trial {number}/{TRIALS}: " in found[2]


def test_the_same_seed_tries_the_same(found: tuple[Search, Path, str], tmp_path: Path) -> None:
    again = searched(tmp_path, 3)
    assert [one.settings for one in again.tried] == [one.settings for one in found[0].tried[:3]]
    assert [one.exact for one in again.tried] == [one.exact for one in found[0].tried[:3]]


def test_the_table_has_a_row_for_each_trial(found: tuple[Search, Path, str]) -> None:
    assert table(found[0]).row_count == TRIALS


def test_a_better_trial_is_told_as_lines_to_write_down() -> None:
    first = Tried(1, SETTINGS, (0.1, 0.2, 0.3), 1.0)
    better = Tried(2, replace(SETTINGS, learning_rate=3.1e-3), (0.1, 0.3, 0.4), 1.0)
    lines = told(Search((first, better), 100))
    assert "10.0 points better" in lines
    assert "learning_rate: float = 0.0031" in lines
    assert "epochs: int = 2" in lines


def test_what_was_given_up_is_never_the_best() -> None:
    first = Tried(1, SETTINGS, (0.1, 0.2, 0.3), 1.0)
    given_up = Tried(2, SETTINGS, (0.9,), 1.0)
    found = Search((first, given_up), 100)
    assert found.best is first
    assert "No trial did better" in told(found)


def test_less_than_one_trial_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(LaresError, match="one trial or more, found 0"):
        searched(tmp_path, 0)
