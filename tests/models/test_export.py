"""The whole way of a tagger: train, export, quantise, release, and tag with the runtime."""

from __future__ import annotations

import hashlib
import io
import json
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed: it is of the extra train")
pytest.importorskip("optimum.onnxruntime", reason="optimum is not installed: extra train")
pytest.importorskip("matplotlib", reason="matplotlib is not installed: it is of the extra train")

import onnxruntime
from rich.console import Console

from edge.nlu.tagger import Tagger
from edge.types import OUT_OF_SCOPE, LaresError, Span
from models.evaluate import held_out_suite
from models.export import Agreement, export, load_network, refuse_bad, tell_states, to_onnx
from models.labels import Example, Labels
from models.network import Encoder
from models.release import Released, release
from models.train import Settings, Trained, train
from tests.models import tiny_tagger

SETTINGS = Settings(epochs=8, batch=8, learning_rate=5e-3, head_learning_rate=1e-2, threads=1)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    encoder = Encoder(tiny_tagger.encoder_config(), tiny_tagger.tokenizer())
    folder = tmp_path_factory.mktemp("training")
    return train(tiny_tagger.corpus(), SETTINGS, folder, encoder, Console(file=io.StringIO()))


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


def test_a_model_tells_the_states_that_its_intents_stand_on(
    released: tuple[Released, Path], trained: Trained
) -> None:
    """Those of int8 are near those of the network, and the tags follow from them as before."""
    states = Tagger(released[1]).states("turn on the attic lights")
    assert states is not None
    assert [word.text for word in states.words] == ["turn", "on", "the", "attic", "lights"]
    hidden = tiny_tagger.encoder_config()["hidden_size"]
    assert (states.of_words.shape, states.mean.shape) == ((5, hidden), (hidden,))
    net = load_network(trained.folder)
    logits = states.of_words @ net.tag.weight.detach().numpy().T + net.tag.bias.detach().numpy()
    labels = Labels.load(released[1] / "labels.json")
    assert [labels.tags[at] for at in logits.argmax(-1)] == ["O", "O", "O", "B-area", "B-domain"]


def test_telling_states_changes_nothing_else(trained: Trained, tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    ids = np.array([[2, 40, 41, 3]])
    to_onnx(load_network(trained.folder), ids, path)
    before = onnxruntime.InferenceSession(str(path)).run(None, {"input_ids": ids})
    tell_states(path)
    *after, states = onnxruntime.InferenceSession(str(path)).run(None, {"input_ids": ids})
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one, other)
    assert states.shape[:2] == ids.shape


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
        export(trained.folder, [Example("!!", "HassTurnOn")], tmp_path / "artefact")
    assert not (tmp_path / "artefact").exists()


def test_both_exact_scores_are_those_of_the_suite(released: tuple[Released, Path]) -> None:
    agreement = released[0].exported.agreement
    suite = held_out_suite(tiny_tagger.corpus().held_out, Tagger(released[1]).tag)
    assert agreement.exact_int8 == pytest.approx(suite.scores["exact_spans"])
    assert agreement.exact_fp32 > 0.9
    assert f"{agreement.exact_fp32:.2%} in fp32" in (released[1] / "card.md").read_text()
    assert f"{agreement.exact_int8:.2%} in int8" in released[0].told()


def test_an_int8_model_that_finds_fewer_spans_is_refused(
    trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tagless = load_network(trained.folder)
    tagless.tag.weight.data.zero_()
    tagless.tag.bias.data.zero_()

    def quantised(fp32: Path, scratch: Path) -> Path:
        to_onnx(tagless, np.array([[2, 40, 3]]), scratch / "int8.onnx")
        return scratch / "int8.onnx"

    monkeypatch.setattr("models.export.quantised", quantised)
    with pytest.raises(LaresError, match=r"less than 0\.5 points .* in fp32 and 40\.00% in int8"):
        export(trained.folder, trained.corpus.held_out, tmp_path / "artefact")
    assert not (tmp_path / "artefact").exists()


@pytest.mark.parametrize(("lost", "refused"), [(4, False), (5, True), (-5, False)])
def test_half_a_point_is_too_much(lost: int, refused: bool) -> None:
    exact = 0.907
    agreement = Agreement(1000, 0.99, 0.99, 0.99, exact, exact - lost / 1000)
    with pytest.raises(LaresError) if refused else nullcontext():
        refuse_bad(agreement)


def test_a_tagger_of_fewer_layers_is_smaller_and_runs_unchanged(tmp_path: Path) -> None:
    config = {**tiny_tagger.encoder_config(), "num_hidden_layers": 3}
    encoder = Encoder(config, tiny_tagger.tokenizer(), name="tiny")
    sizes = {}
    for layers in (3, 1):
        settings = replace(SETTINGS, layers=layers)
        folder = tmp_path / f"training-{layers}"
        small = train(tiny_tagger.corpus(), settings, folder, encoder, Console(file=io.StringIO()))
        out = tmp_path / f"tagger-{layers}"
        done = release(small, lambda at: Tagger(at).tag, corpora=tmp_path / "none", folder=out)
        sizes[layers] = done.exported.int8_bytes
        assert Tagger(out).tag("how old is the moon").intent == OUT_OF_SCOPE
    told = json.loads((tmp_path / "training-1" / "training.json").read_text())
    assert told["layers"] == {"kept": [0], "of": 3}
    card = (tmp_path / "tagger-1" / "card.md").read_text()
    assert "only layer 0 (from 0) of its 3 layers" in card
    assert "--epochs 8 --layers 1" in card
    assert "all of its layers" in (tmp_path / "tagger-3" / "card.md").read_text()
    assert sizes[1] < sizes[3]


def test_a_layer_that_stays_in_fp32_makes_a_larger_model(
    trained: Trained, released: tuple[Released, Path], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("models.export.FP32_LAYERS", (0,))
    larger = export(trained.folder, trained.corpus.held_out, tmp_path / "artefact")
    assert larger.int8_bytes > released[0].exported.int8_bytes
