"""The layer that tells needs from texts, as training writes it and as Lares runs it.

A text becomes features: its sentence embedding, and which of the known words and pairs of words it
has. One linear layer makes probabilities of them, of each need and of "nothing". An artefact is a
folder with `weights.npz`, a card and a manifest of hashes, as the tagger's is.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from edge.types import LaresError
from models.artifact import verify
from models.linear import Matrix, softmax

Embed = Callable[[Sequence[str]], Matrix]
"""Unit vectors of texts, shape (texts, width)."""

ARTIFACT = Path(__file__).parent / "artifacts" / "needs"
"""The artefact that ships."""
WEIGHTS = "weights.npz"
NOTHING = "nothing"
"""The class of talk, which asks for nothing."""
OF_MEANING, OF_WORDS = 6.0, 3.0
"""How long the two parts of the features are, which is how much each can say."""


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """The trained layer."""

    needs: tuple[str, ...]
    grams: Mapping[str, int]
    """Words and pairs of words → their place behind the embedding."""
    weights: Matrix
    """Shape (width + grams + 1, needs); the last row is the bias."""
    least: float
    """Probability from which a need is acted on."""

    def probabilities(self, features: Matrix) -> Matrix:
        """Of each need. features: shape (n, width + grams); gives shape (n, needs)."""
        logits = features @ self.weights[:-1] + self.weights[-1]
        return softmax(logits)

    def to_bytes(self) -> bytes:
        """The layer as a NumPy archive, without pickled objects; weights as float16."""
        file = io.BytesIO()
        np.savez_compressed(
            file,
            needs=np.array(self.needs),
            grams=np.array([*self.grams]),
            weights=self.weights.astype(np.float16),
            least=np.array(self.least),
        )
        return file.getvalue()

    @classmethod
    def load(cls, folder: Path | None = None) -> Layer:
        """The layer of an artefact. Raises LaresError where it is not that of its manifest."""
        folder = folder or ARTIFACT
        verify(folder, (WEIGHTS,))
        try:
            with np.load(folder / WEIGHTS, allow_pickle=False) as data:
                grams = {str(gram): place for place, gram in enumerate(data["grams"])}
                needs = tuple(str(name) for name in data["needs"])
                weights = data["weights"].astype(np.float32)
                return cls(needs, grams, weights, float(data["least"]))
        except Exception as error:  # NumPy and zipfile raise kinds of their own
            raise LaresError(
                f"Expected the weights of the needs in {folder}, found {error!r}. "
                "Train again with `lares train needs`."
            ) from error


def plain(text: str) -> str:
    """A text as it is compared: small letters, straight apostrophes, no punctuation."""
    lower = text.lower().replace("’", "'")
    return " ".join(re.findall(r"[\w']+", lower))


def grams_of(text: str) -> list[str]:
    """The words of a plain text, and its pairs of neighbours; "<" and ">" are its ends."""
    words = text.replace("'", "").split()
    edged = ["<", *words, ">"]
    return [*words, *(f"{a} {b}" for a, b in pairwise(edged))]


def features_of(texts: Sequence[str], embed: Embed, grams: Mapping[str, int]) -> Matrix:
    """What the layer sees of plain texts, shape (texts, width + grams)."""
    bags = np.zeros((len(texts), len(grams)), np.float32)
    for row, text in enumerate(texts):
        places = [grams[gram] for gram in grams_of(text) if gram in grams]
        bags[row, places] = 1.0
    lengths = np.maximum(np.linalg.norm(bags, axis=1, keepdims=True), 1.0)
    parts = [embed(texts) * np.float32(OF_MEANING), bags / lengths * np.float32(OF_WORDS)]
    return np.hstack(parts).astype(np.float32)
