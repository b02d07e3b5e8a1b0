"""What holds for every embedder, and what MiniLM knows besides."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edge.knowledge.embedding import Embedder, HashedWords, MiniLm, unit
from edge.types import LaresError
from tests.edge.knowledge.embedders import minilm

HOSTILE = [
    "",
    " ",
    "\0",
    "🔥" * 50,
    "a" * 10_000,
    "x y " * 5_000,
    "\ud800",
    "[CLS] [SEP]",
    "'\";--",
]


@pytest.fixture(params=[HashedWords, minilm], ids=["hashed", "minilm"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    make: Callable[[], Embedder] = request.param
    return make()


def test_vectors_have_length_one_and_do_not_depend_on_their_neighbours(embedder: Embedder) -> None:
    texts = ["turn the tap off", "a longer text about a boiler in the hall", *HOSTILE]
    vectors = embedder.embed(texts)
    assert vectors.shape == (len(texts), embedder.width)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for row, text in enumerate(texts):
        assert np.array_equal(embedder.embed([text])[0], vectors[row])


def test_no_texts_have_no_vectors(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, embedder.width)


def test_the_same_words_mean_more_alike_than_others(embedder: Embedder) -> None:
    tap, also_tap, moon = embedder.embed(["turn the tap off", "turn off the tap", "a full moon"])
    assert tap @ also_tap > 0.9 > tap @ moon


def test_minilm_knows_what_is_meant_in_other_words() -> None:
    asked, right, wrong = minilm().embed(
        ["Where do I throw old newspapers?", "Paper goes into the blue bin.", "Old wine is good."]
    )
    assert asked @ right > asked @ wrong + 0.1


def test_a_folder_without_a_model_tells_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"no model")
    with pytest.raises(LaresError, match="lares models fetch minilm-l6-int8"):
        MiniLm(tmp_path)


def test_a_row_of_zeros_stays() -> None:
    zeros = np.zeros((2, 3), dtype=np.float32)
    assert np.array_equal(unit(zeros), zeros)
