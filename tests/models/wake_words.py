"""Wake words for tests, with weights by chance or for one kind of sound."""

from __future__ import annotations

import numpy as np

from models.wake_word import INPUTS, WakeWordModel, Weights


def a_word(phrase: str = "hey lares", threshold: float = 0.9, seed: int = 1) -> WakeWordModel:
    """A word that was never taught."""
    rng = np.random.default_rng(seed)

    def some(*shape: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        return rng.normal(0, 0.1, shape).astype(np.float32)

    weights = Weights(
        mean=some(INPUTS),
        scale=np.ones(INPUTS, np.float32),
        w1=some(2, INPUTS, 4),
        b1=some(2, 4),
        w2=some(2, 4, 3),
        b2=some(2, 3),
        w3=some(2, 3, 1),
        b3=some(2, 1),
    )
    return WakeWordModel(phrase, threshold, weights, {"figures": {"missed_clean": 0.5}})
