"""A wake word of one's own: a small network over openWakeWord's vectors, in one file.

    vectors (16 x 96) → scaled → 32 units → 32 units → probability

`lares wake train` makes it, the runtime reads it; both need NumPy alone. The file is NumPy's `.npz`
with the weights and a manifest (JSON): the phrase, the threshold, the figures that were measured
and the hashes of what it was made of. It is named by the word: "hey lares" is `hey_lares.npz`.
"""

from __future__ import annotations

import json
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.types import LaresError
from models.wake_features import FEATURES, WINDOWS

Array = NDArray[np.float32]
INPUTS = WINDOWS * FEATURES
SUFFIX = ".npz"
_FORMAT = 1
_UNREADABLE = (
    OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, NotImplementedError,
    RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error, struct.error,
)  # fmt: skip
"""What NumPy and zipfile raise for a file that is no `.npz`."""
_WEIGHTS = ("mean", "scale", "w1", "b1", "w2", "b2", "w3", "b3")


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """The network: rectified linear units between the layers, a sigmoid at the end."""

    mean: Array
    """Shape (1536,); taken off the input, which is then multiplied by `scale`."""
    scale: Array
    w1: Array
    """Shape (1536, n); w2 is (n, m), w3 (m, 1)."""
    b1: Array
    w2: Array
    b2: Array
    w3: Array
    b3: Array

    def logits(self, rows: Array) -> Array:
        """Log odds of the word for each row. Shape (n, 1536) → (n,)."""
        hidden = np.maximum((rows - self.mean) * self.scale @ self.w1 + self.b1, 0)
        hidden = np.maximum(hidden @ self.w2 + self.b2, 0)
        return np.asarray((hidden @ self.w3 + self.b3)[:, 0], dtype=np.float32)

    def probabilities(self, rows: Array) -> Array:
        """The same from 0 to 1."""
        return np.asarray(1 / (1 + np.exp(-np.clip(self.logits(rows), -30, 30))), np.float32)


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
        except _UNREADABLE as error:
            raise LaresError(
                f"Expected a trained wake word in {path}, found something else or a damaged file "
                f"({error}): train it again with `lares wake train`."
            ) from error
        return cls(phrase, threshold, weights, manifest)


def word_of(phrase: str) -> str:
    """The id of a phrase: "Hey, Lares" is "hey_lares"."""
    return "_".join(re.findall(r"[^\W_]+", phrase.lower()))


def wake_dir(env: Mapping[str, str], home: Path) -> Path:
    """Where trained wake words are: `lares/wake` in the user's data directory.

    That is $XDG_DATA_HOME, by default ~/.local/share; a relative path there is ignored (XDG Base
    Directory Specification).
    """
    data = Path(env.get("XDG_DATA_HOME", ""))
    return (data if data.is_absolute() else home / ".local" / "share") / "lares" / "wake"


def trained_words(folder: Path) -> Mapping[str, Path]:
    """The files of the words that were trained, by id; empty when there is no such folder."""
    return {path.stem: path for path in sorted(folder.glob(f"*{SUFFIX}"))}


def _check(weights: Weights, threshold: float) -> None:
    shapes = [array.shape for array in (weights.mean, weights.scale)]
    layers = ((weights.w1, weights.b1), (weights.w2, weights.b2), (weights.w3, weights.b3))
    width = INPUTS
    for matrix, bias in layers:
        if matrix.ndim != 2 or matrix.shape[0] != width or bias.shape != matrix.shape[1:]:
            raise ValueError(f"weights of shape {matrix.shape} and {bias.shape}")
        width = matrix.shape[1]
    if width != 1 or shapes != [(INPUTS,)] * 2:
        raise ValueError(f"weights of shapes {shapes}, {width} outputs")
    if not all(np.isfinite(getattr(weights, name)).all() for name in _WEIGHTS):
        raise ValueError("weights that are no numbers")
    if not 0 < threshold < 1:
        raise ValueError(f"a threshold of {threshold}")
