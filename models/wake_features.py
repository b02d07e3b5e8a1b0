"""What openWakeWord makes of sound: one vector of 96 numbers for every 80 ms.

A melspectrogram of 32 bands becomes, by Google's speech embedding network, a vector for each
stretch of 76 of its rows (about 0.8 s), one every eight rows. A wake word is recognised from the
last `WINDOWS` vectors, which span two seconds. Both networks are in pyopen-wakeword; together they
take about 7 % of a desktop core while sound is fed to them, and nothing while none is.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.types import LaresError, Samples

WINDOWS = 16
"""Vectors from which a word is recognised."""
FEATURES = 96
"""Numbers in a vector."""
STEP_SAMPLES = 1280
"""80 ms: how much sound makes the next vector."""
NEEDED_SAMPLES = 26 * STEP_SAMPLES
"""Sound that must be fed to make the first `WINDOWS` vectors: 2.08 s, the last 0.05 s of which they
do not hear."""

Vectors = NDArray[np.float32]
"""Shape (n, 96)."""


def open_wake_word(purpose: str) -> Any:
    """The package. Raises LaresError, saying what is to be installed, when it is missing."""
    try:
        import pyopen_wakeword  # noqa: PLC0415 (of the extra voice)
    except ImportError as error:
        raise LaresError(
            f"{purpose} needs the Python module pyopen_wakeword, which cannot be imported "
            f"({error}): install lares[voice]."
        ) from error
    return pyopen_wakeword


class WakeFeatures:
    """Turns a stream of sound into vectors. Raises LaresError when pyopen-wakeword is missing."""

    def __init__(self) -> None:
        package = open_wake_word("Recognising a wake word")
        self._networks = package.OpenWakeWordFeatures.from_builtin()
        self._pending: list[Samples] = []
        self.reset()

    def feed(self, samples: Samples) -> Vectors:
        """Hear more, any number of samples. Returns the vectors that became whole, maybe none."""
        self._pending.append(samples)
        if sum(map(len, self._pending)) < STEP_SAMPLES:
            return np.zeros((0, FEATURES), dtype=np.float32)
        heard = np.concatenate(self._pending)
        whole = len(heard) // STEP_SAMPLES * STEP_SAMPLES
        self._pending = [heard[whole:]]
        found = [
            vector
            for begin in range(0, whole, STEP_SAMPLES)
            for vector in self._networks.process_streaming(
                heard[begin : begin + STEP_SAMPLES].tobytes()
            )
        ]
        return np.asarray(found, dtype=np.float32).reshape(-1, FEATURES)

    def reset(self) -> None:
        """Forget what was heard."""
        self._networks.reset()
        # The package would hear eight seconds of silence first, which costs half a second.
        self._networks.new_audio_samples = 0
        self._pending = []


def windows(vectors: Vectors) -> NDArray[np.float32]:
    """Every run of `WINDOWS` vectors as one row: shape (n - 15, 1536); none of fewer vectors."""
    if len(vectors) < WINDOWS:
        return np.zeros((0, WINDOWS * FEATURES), dtype=np.float32)
    view = np.lib.stride_tricks.sliding_window_view(vectors, WINDOWS, axis=0)
    return np.ascontiguousarray(view.transpose(0, 2, 1)).reshape(-1, WINDOWS * FEATURES)
