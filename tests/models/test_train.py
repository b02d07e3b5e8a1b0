"""Training: a small network learns a small corpus, and leaves all that export needs."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is not installed: it is of the extra train")
pytest.importorskip("seqeval", reason="seqeval is not installed: it is of the extra train")
pytest.importorskip("matplotlib", reason="matplotlib is not installed: it is of the extra train")

from rich.console import Console

from edge.types import LaresError
from models.corpus import QUICK, Amounts, Corpus
from models.labels import INTENTS, Labels
from models.network import Encoder, pruned
from models.report import Scores
from models.train import Settings, Trained, a_tenth, fit, prepared, train
from tests.models import tiny_tagger

SETTINGS = Settings(epochs=8, batch=8, learning_rate=5e-3, head_learning_rate=1e-2, threads=1)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Trained, str]:
    said = io.StringIO()
    encoder = Encoder(tiny_tagger.encoder_config(), tiny_tagger.tokenizer())
    folder = tmp_path_factory.mktemp("training")
    done = train(
        tiny_tagger.corpus(), SETTINGS, folder, encoder, Console(file=said, force_terminal=True)
    )
    return done, said.getvalue()


def test_a_small_network_learns_intents_and_spans(trained: tuple[Trained, str]) -> None:
    assert trained[0].scores.intent == 1.0
    assert trained[0].scores.exact > 0.9


def test_progress_shows_each_epoch_and_the_loss(trained: tuple[Trained, str]) -> None:
    assert "epoch 8/8" in trained[1]
    assert "loss" in trained[1]


def test_the_report_tells_of_each_label(trained: tuple[Trained, str]) -> None:
    assert "area" in trained[0].report and "domain" in trained[0].report
    assert (trained[0].folder / "report.txt").read_text().strip() == trained[0].report.strip()


def test_the_folder_holds_what_export_needs(trained: tuple[Trained, str]) -> None:
    folder = trained[0].folder
    names = {path.name for path in folder.iterdir()}
    assert names >= {"weights.safetensors", "config.json", "tokenizer.json", "labels.json"}
    assert Labels.load(folder / "labels.json").intents == INTENTS
    told = json.loads((folder / "training.json").read_text())
    assert told["data"] == {"test": "0" * 64}
    assert told["sentences"]["train"] == len(tiny_tagger.corpus().train)


def test_the_log_is_for_tensorboard(trained: tuple[Trained, str]) -> None:
    logs = list((trained[0].folder / "tensorboard").glob("events.out.tfevents.*"))
    assert len(logs) == 1


def test_pictures_of_confusions_and_reliability_are_left(trained: tuple[Trained, str]) -> None:
    for name in ("confusion.png", "reliability.png"):
        assert (trained[0].folder / name).read_bytes().startswith(b"\x89PNG")


def test_the_record_tells_which_layers_were_kept(trained: tuple[Trained, str]) -> None:
    told = json.loads((trained[0].folder / "training.json").read_text())
    assert told["layers"] == {"kept": [0], "of": 1}


def test_more_layers_than_there_are_is_a_clear_error(tmp_path: Path) -> None:
    encoder = Encoder(tiny_tagger.encoder_config(), tiny_tagger.tokenizer())
    settings = Settings(layers=2)
    with pytest.raises(LaresError, match="Expected 1 to 1 layers"):
        train(tiny_tagger.corpus(), settings, tmp_path, encoder, Console(file=io.StringIO()))


def test_a_tenth_is_measured_on_all_that_is_held_out(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = tiny_tagger.corpus().held_out[:3]

    def built(seed: int, amounts: Amounts, corpora: Path | None) -> Corpus:
        return Corpus((first, second), ()) if amounts == QUICK else Corpus((), (second, third))

    monkeypatch.setattr("models.train.build", built)
    tenth = a_tenth(7, None)
    assert tenth.held_out == (second, third)
    assert tenth.train == (first,)


def test_measurements_are_spread_evenly_and_may_end_a_training() -> None:
    corpus = tiny_tagger.corpus()
    encoder = prepared(
        Encoder(tiny_tagger.encoder_config(), tiny_tagger.tokenizer()), corpus, SETTINGS
    )
    taken: list[int] = []

    def measured(number: int, scores: Scores) -> None:
        taken.append(number)
        if number == 2:
            raise StopIteration

    with pytest.raises(StopIteration):
        fit(
            encoder, corpus, SETTINGS, Console(file=io.StringIO()),
            measurements=3, measured=measured,
        )  # fmt: skip
    assert taken == [1, 2]


def test_positions_beyond_the_longest_input_are_cut(trained: tuple[Trained, str]) -> None:
    config = json.loads((trained[0].folder / "config.json").read_text())
    assert config["max_position_embeddings"] == 128


def test_a_cut_vocabulary_keeps_all_letters_and_what_is_used() -> None:
    encoder = Encoder(tiny_tagger.encoder_config(), tiny_tagger.tokenizer())
    cut = pruned(encoder, ["turn on the kitchen lights"], 0)
    kept = cut.tokenizer["model"]["vocab"]
    assert {"[CLS]", "a", "##z", "kitchen", "lights"} <= kept.keys()
    assert "cellar" not in kept
    assert sorted(kept.values()) == list(range(len(kept)))
    assert cut.config["vocab_size"] == len(kept)


def test_an_empty_corpus_is_a_clear_error(tmp_path: Path) -> None:
    encoder = Encoder(tiny_tagger.encoder_config(), tiny_tagger.tokenizer())
    with pytest.raises(LaresError, match="found none"):
        train(Corpus((), ()), SETTINGS, tmp_path, encoder, Console(file=io.StringIO()))
