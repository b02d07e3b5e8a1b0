"""A wake word of one's own: a small network over openWakeWord's vectors, in one file.

    vectors (16 x 96) → scaled → 32 units → 32 units → log odds

Three such networks, each taught by other speakers, judge three rows of vectors in a row, and the
mean decides. `lares wake train` makes it, the runtime reads it; both need NumPy alone. The file is
NumPy's `.npz` with the weights and a manifest (JSON): the phrase, the threshold, the figures that
were measured and the hashes of what it was made of. It is named by the word: "hey lares" is
`hey_lares.npz`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.types import SAMPLE_RATE, LaresError
from models.places import data_dir
from models.wake_features import FEATURES, STEP_SAMPLES, WINDOWS

Array = NDArray[np.float32]
INPUTS = WINDOWS * FEATURES
JUDGED = 3
"""Rows, 80 ms from one to the next, that are judged together."""
JUDGED_S = (JUDGED - 1) * STEP_SAMPLES / SAMPLE_RATE
"""How much later that makes the judgement."""
SUFFIX = ".npz"
_FORMAT = 1
_WEIGHTS = ("mean", "scale", "w1", "b1", "w2", "b2", "w3", "b3")


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """`k` networks: rectified linear units between the layers, log odds at the end, of which the
    mean counts."""

    mean: Array
    """Shape (1536,); taken off the input, which is then multiplied by `scale`."""
    scale: Array
    w1: Array
    """Shape (k, 1536, n); w2 is (k, n, m), w3 (k, m, 1)."""
    b1: Array
    """Shape (k, n); b2 is (k, m), b3 (k, 1)."""
    w2: Array
    b2: Array
    w3: Array
    b3: Array

    def logits(self, rows: Array) -> Array:
        """Log odds of the word for each row: shape (n, 1536) → (n,)."""
        hidden = np.maximum(((rows - self.mean) * self.scale) @ self.w1 + self.b1[:, np.newaxis], 0)
        hidden = np.maximum(hidden @ self.w2 + self.b2[:, np.newaxis], 0)
        each = hidden @ self.w3 + self.b3[:, np.newaxis]
        return np.asarray(each[:, :, 0].mean(axis=0), dtype=np.float32)

    def probabilities(self, rows: Array) -> Array:
        """Probability of the word at each row but the first ones, 0 to 1, by the mean log odds of
        it and those before it, `JUDGED` in all: shape (n, 1536) → (n - 2,), or none."""
        if len(rows) < JUDGED:
            return np.zeros(0, dtype=np.float32)
        smooth = np.convolve(self.logits(rows), np.full(JUDGED, 1 / JUDGED), "valid")
        return np.asarray(1 / (1 + np.exp(-np.clip(smooth, -30, 30))), dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class WakeWordModel:
    """A trained wake word."""

    phrase: str
    """What is said, such as "hey lares"."""
    threshold: float
    """Probability from which it was said, 0 to 1."""
    weights: Weights
    told: Mapping[str, Any] = field(default_factory=dict)
    """Figures, voices and hashes, for the manifest."""

    @property
    def word(self) -> str:
        """Its id, such as "hey_lares"."""
        return word_of(self.phrase)

    def save(self, folder: Path) -> Path:
        """Write it into `folder`, which is made if need be. Returns the file."""
        manifest = {
            "format": _FORMAT,
            "phrase": self.phrase,
            "threshold": self.threshold,
            **self.told,
        }
        path = folder / f"{self.word}{SUFFIX}"
        part = path.with_suffix(".part")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                np.savez(
                    file,
                    allow_pickle=False,
                    manifest=np.frombuffer(json.dumps(manifest).encode(), dtype=np.uint8),
                    **{name: getattr(self.weights, name) for name in _WEIGHTS},
                )
            part.replace(path)
        except OSError as error:
            raise LaresError(
                f"The wake word should be written to {path}, which failed ({error.strerror}): "
                "choose another folder with --out."
            ) from error
        return path

    @classmethod
    def load(cls, path: Path) -> WakeWordModel:
        """Read a file. Raises LaresError when it is missing, damaged or something else."""
        try:
            with np.load(path, allow_pickle=False) as stored:
                manifest = json.loads(stored["manifest"].tobytes())
                arrays = {n: np.asarray(stored[n], dtype=np.float32) for n in _WEIGHTS}
            if manifest.pop("format") != _FORMAT:
                raise ValueError("another version of the format")
            phrase, threshold = str(manifest.pop("phrase")), float(manifest.pop("threshold"))
            weights = Weights(**arrays)
            _check(weights, threshold)
        except FileNotFoundError as error:
            raise LaresError(
                f"Expected a trained wake word at {path}, found none: make it with "
                f'`lares wake train "{path.stem.replace("_", " ")}"`.'
            ) from error
        except Exception as error:  # NumPy and zipfile raise kinds of their own
            raise LaresError(
                f"Expected a trained wake word in {path}, found something else or a damaged file "
                f"({error}): train it again with `lares wake train`."
            ) from error
        return cls(phrase, threshold, weights, manifest)


def word_of(phrase: str) -> str:
    """The id of a phrase: "Hey, Lares" is "hey_lares"."""
    return "_".join(re.findall(r"[^\W_]+", phrase.lower()))


def wake_dir(env: Mapping[str, str], home: Path) -> Path:
    """Where trained wake words are: `wake` in `data_dir`."""
    return data_dir(env, home) / "wake"


def trained_words(folder: Path) -> Mapping[str, Path]:
    """The files of the words that were trained, by id; empty when there is no such folder."""
    return {path.stem: path for path in sorted(folder.glob(f"*{SUFFIX}"))}


def _check(weights: Weights, threshold: float) -> None:
    if weights.mean.shape != (INPUTS,) or weights.scale.shape != (INPUTS,):
        raise ValueError(f"a scale of shape {weights.scale.shape}")
    layers = ((weights.w1, weights.b1), (weights.w2, weights.b2), (weights.w3, weights.b3))
    count, width = len(weights.w1), INPUTS
    for matrix, bias in layers:
        if matrix.ndim != 3 or matrix.shape[:2] != (count, width) or not matrix.size:
            raise ValueError(f"weights of shape {matrix.shape}")
        width = matrix.shape[2]
        if bias.shape != (count, width):
            raise ValueError(f"weights of shape {matrix.shape} and {bias.shape}")
    if width != 1:
        raise ValueError(f"{width} outputs")
    if not all(np.isfinite(getattr(weights, name)).all() for name in _WEIGHTS):
        raise ValueError("weights that are no numbers")
    if not 0 < threshold < 1:
        raise ValueError(f"a threshold of {threshold}")
