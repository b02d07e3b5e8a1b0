"""The whole way of a tagger: train, export, quantise, release, and tag with the runtime."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is not installed: it is of the extra train")
pytest.importorskip("optimum.onnxruntime", reason="optimum is not installed: extra train")

from rich.console import Console

from edge.nlu.tagger import Tagger
from edge.types import OUT_OF_SCOPE, LaresError, Span
from models.export import export, load_network
from models.network import Encoder
from models.release import Released, release
from models.train import Settings, Trained, train
from tests.models import tiny_tagger


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    settings = Settings(epochs=8, batch=8, learning_rate=5e-3, head_learning_rate=1e-2, threads=1)
    encoder = Encoder(tiny_tagger.encoder_config(), tiny_tagger.tokenizer())
    folder = tmp_path_factory.mktemp("training")
    return train(tiny_tagger.corpus(), settings, folder, encoder, Console(file=io.StringIO()))


@pytest.fixture(scope="module")
def released(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> tuple[Released, Path]:
    folder = tmp_path_factory.mktemp("released") / "tagger"
    nowhere = folder.parent / "no-corpora"
    done = release(trained, lambda place: Tagger(place).tag, corpora=nowhere, folder=folder)
    return done, folder


def test_what_was_trained_is_what_the_runtime_tags(released: tuple[Released, Path]) -> None:
    tagger = Tagger(released[1])
    tagging = tagger.tag("Turn on the ATTIC lights, please!")
    assert tagging.intent == "HassTurnOn"
    assert Span("area", 12, 17, "ATTIC") in tagging.spans
    assert tagger.tag("how old is the moon").intent == OUT_OF_SCOPE


def test_int8_agrees_with_fp32_and_is_smaller(released: tuple[Released, Path]) -> None:
    exported = released[0].exported
    assert exported.agreement.intent == 1.0
    assert exported.agreement.tags > 0.9
    assert exported.int8_bytes < exported.fp32_bytes


def test_the_manifest_names_every_file_with_its_hash(released: tuple[Released, Path]) -> None:
    files = json.loads((released[1] / "manifest.json").read_text())["files"]
    assert files.keys() == {"model.onnx", "tokenizer.json", "labels.json", "card.md"}
    for name, wanted in files.items():
        assert hashlib.sha256((released[1] / name).read_bytes()).hexdigest() == wanted


def test_the_card_tells_data_scores_and_how_to_make_it_again(
    released: tuple[Released, Path],
) -> None:
    card = (released[1] / "card.md").read_text()
    assert "0" * 64 in card
    assert "held-out" in card
    assert "lares train --seed 7 --epochs 8" in card


def test_an_unfinished_training_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(LaresError, match="finished training"):
        load_network(tmp_path)


def test_nothing_to_compare_on_is_a_clear_error(trained: Trained, tmp_path: Path) -> None:
    with pytest.raises(LaresError, match="found none"):
        export(trained.folder, ["", "!!"], tmp_path / "artefact")
    assert not (tmp_path / "artefact").exists()
