"""What a text means, as a vector: texts that mean the same point the same way.

`MiniLm` is all-MiniLM-L6-v2 in int8, run by ONNX Runtime; neither torch nor transformers is needed.
`HashedWords` knows no meaning: texts point the same way when they have the same words. It stands in
where a test must not depend on a model. Where there is no model Lares has no embedder at all, and
documents are found by their words alone.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.onnx_text import load_text_model

Vectors = NDArray[np.float32]
"""Unit vectors, shape (texts, width)."""
MODEL_NAME = "minilm-l6-int8"
"""The embedder's name in the catalogue of models."""
_MODEL, _TOKENIZER = "model.onnx", "tokenizer.json"
_MOST_PIECES = 256
"""The longest input that the model was trained on, in word pieces."""
_MOST_CHARACTERS = 20_000
"""More than _MOST_PIECES can hold, in any script."""


class Embedder(Protocol):
    """Makes vectors of texts."""

    @property
    def name(self) -> str:
        """Which embedder it is: vectors of another one cannot be compared with its own."""

    @property
    def width(self) -> int:
        """Numbers in a vector."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """The vectors of texts, shape (len(texts), width), each of length 1.

        A text's vector does not depend on the others. No text raises an error.
        """


class MiniLm:
    """all-MiniLM-L6-v2, as the catalogue's `minilm-l6-int8` has it.

    The mean of the last hidden states over all pieces, made a unit vector: as the model's makers
    use it (https://www.sbert.net). Raises LaresError for a folder that holds no such model.
    """

    name = MODEL_NAME
    width = 384

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        self._session, self._tokenizer = load_text_model(
            folder / _MODEL,
            folder / _TOKENIZER,
            what="a sentence embedder",
            remedy=f"Fetch it again: remove the folder, then lares models fetch {MODEL_NAME}",
            threads=threads,
        )
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_MOST_PIECES)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One text at a time: int8 rounds by what is in a batch, and padding would be work too."""
        vectors = np.zeros((len(texts), self.width), dtype=np.float32)
        for row, text in enumerate(texts):
            clean = text[:_MOST_CHARACTERS].encode("utf-8", "replace").decode()
            ids = np.array([self._tokenizer.encode(clean).ids], dtype=np.int64)
            inputs = {
                "input_ids": ids,
                "attention_mask": np.ones_like(ids),
                "token_type_ids": np.zeros_like(ids),
            }
            (states,) = self._session.run(["last_hidden_state"], inputs)
            vectors[row] = states[0].mean(0)
        return unit(vectors)


class HashedWords:
    """Simulated: each word points in a direction of its own, that of its hash."""

    name = "hashed-words"

    def __init__(self, width: int = 256) -> None:
        self.width = width

    def embed(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.width), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()) or [""]:
                vectors[row, zlib.crc32(word.encode("utf-8", "replace")) % self.width] += 1.0
        return unit(vectors)


def unit(vectors: Vectors) -> Vectors:
    """Each row in its direction, with length 1; a row of zeros stays as it is."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    lengths[lengths == 0] = 1.0
    directions: Vectors = (vectors / lengths).astype(np.float32)
    return directions
