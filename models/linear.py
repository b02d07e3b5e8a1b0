"""One linear layer that tells classes apart: its probabilities, and how it is trained.

The last row of the weights is the bias. Training is by Adam (D. P. Kingma and J. Ba, "Adam: A
Method for Stochastic Optimization", 2015) on the mean cross entropy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]


def softmax(logits: NDArray[Any]) -> NDArray[Any]:
    """The probabilities of the classes, which are the last dimension."""
    raised = np.exp(logits - logits.max(-1, keepdims=True))
    return np.asarray(raised / raised.sum(-1, keepdims=True))


def slope_of_error(inputs: Matrix, wanted: NDArray[Any], weights: Matrix) -> Matrix:
    """Of the mean cross entropy, by the weights.

    inputs: shape (n, width), the last column 1; wanted: the place of each one's class, shape (n,);
    weights: shape (width, classes).
    """
    error = softmax(inputs @ weights)
    error[np.arange(len(wanted)), wanted] -= 1
    slope: Matrix = inputs.T @ error / np.float32(len(wanted))
    return slope


@dataclass(slots=True)
class Adam:
    """What the slopes so far say of the next step: their mean, and that of their squares."""

    first: Matrix
    second: Matrix
    step: int = 0

    @classmethod
    def like(cls, weights: Matrix) -> Adam:
        """At the beginning."""
        return cls(np.zeros_like(weights), np.zeros_like(weights))

    def moved(self, slope: Matrix) -> Matrix:
        """The direction of the next step, to be taken off the weights times the rate."""
        self.step += 1
        self.first = 0.9 * self.first + 0.1 * slope
        self.second = 0.999 * self.second + 0.001 * slope**2
        first = self.first / (1 - 0.9**self.step)
        second = self.second / (1 - 0.999**self.step)
        result: Matrix = first / (np.sqrt(second) + 1e-8)
        return result
