"""A linear layer learns, and its probabilities are some."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.linear import Adam, slope_of_error, softmax

ROWS = st.lists(st.lists(st.floats(-500, 500), min_size=3, max_size=3), min_size=1, max_size=5)


@given(ROWS)
def test_probabilities_are_between_0_and_1_and_sum_to_1_however_large_the_logits(
    rows: list[list[float]],
) -> None:
    found = softmax(np.array(rows, np.float32))
    assert ((found >= 0) & (found <= 1)).all()
    assert found.sum(-1) == pytest.approx(1, abs=1e-5)


def test_the_slope_is_that_of_the_mean_cross_entropy() -> None:
    rng = np.random.default_rng(1)
    inputs = rng.normal(size=(20, 4)).astype(np.float32)
    wanted = rng.integers(3, size=20)
    weights = rng.normal(size=(4, 3)).astype(np.float32)

    def error(moved: np.ndarray) -> float:
        chances = softmax(inputs.astype(np.float64) @ moved)
        return float(-np.log(chances[np.arange(20), wanted]).mean())

    step = np.zeros((4, 3))
    step[2, 1] = 1e-5
    whole = weights.astype(np.float64)
    measured = (error(whole + step) - error(whole - step)) / 2e-5
    assert slope_of_error(inputs, wanted, weights)[2, 1] == pytest.approx(measured, rel=1e-3)


def test_classes_that_differ_are_learnt() -> None:
    inputs = np.array([[1, 0, 1], [0, 1, 1], [1, 1, 1]], np.float32)
    wanted = np.array([0, 1, 2])
    weights = np.zeros((3, 3), np.float32)
    adam = Adam.like(weights)
    for _ in range(400):
        weights -= np.float32(0.1) * adam.moved(slope_of_error(inputs, wanted, weights))
    assert (softmax(inputs @ weights).argmax(-1) == wanted).all()
