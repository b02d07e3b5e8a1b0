"""Training: a small network learns a small corpus, and leaves all that export needs."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is not installed: it is of the extra train")
pytest.importorskip("seqeval", reason="seqeval is not installed: it is of the extra train")

from rich.console import Console

from edge.types import LaresError
from models.corpus import Corpus
from models.labels import INTENTS, Labels
from models.network import Encoder, pruned
from models.train import Settings, Trained, train
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
