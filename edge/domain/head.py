"""A domain's head: understands sentences that its file does not write.

The tagger's encoder already knows English; what a domain adds are two linear layers over its hidden
states, one for the intent ("" is what is not for the domain) and one that marks each word as the
begin or inside of a slot. The words of a slot are then the value that they are most like.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from edge.domain.builtin import Spoken
from edge.domain.domain import said
from edge.nlu.matching import word_likeness
from edge.nlu.tagger import States, Tagger
from edge.types import Intent, LaresError, Span
from models.artifact import HIDDEN
from models.labels import spans
from models.linear import Matrix, softmax

LEAST_CONFIDENCE = 0.6
LEAST_LIKE = 0.75
"""How alike the words of a slot and the value that they are taken for must be, 0 to 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """A linear layer with its classes."""

    classes: tuple[str, ...]
    weights: Matrix
    """Shape (features + 1, classes); the last row is the bias."""

    def probabilities(self, features: Matrix) -> Matrix:
        """Of each class. features: shape (n, features); gives shape (n, classes)."""
        logits = features @ self.weights[:-1] + self.weights[-1]
        return softmax(logits)


@dataclass(frozen=True, slots=True, eq=False)
class DomainHead:
    """The two layers."""

    intent: Linear
    tag: Linear

    def to_bytes(self) -> bytes:
        """The head as a NumPy archive, without pickled objects."""
        file = io.BytesIO()
        np.savez_compressed(
            file,
            intents=np.array(self.intent.classes),
            intent_weights=self.intent.weights,
            tags=np.array(self.tag.classes),
            tag_weights=self.tag.weights,
        )
        return file.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> DomainHead:
        """Raises LaresError when it is not what `to_bytes` makes."""
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as data:
                return cls(
                    _linear(data["intents"], data["intent_weights"]),
                    _linear(data["tags"], data["tag_weights"]),
                )
        except Exception as error:  # NumPy and zipfile raise kinds of their own
            raise LaresError(
                f"Expected the head of a domain, found {error!r}: train the domain again."
            ) from error

    def mark(self, text: str, states: States) -> tuple[str, float, tuple[Span, ...]]:
        """The intent, its probability, and the spans of a text."""
        chances = self.intent.probabilities(states.mean[np.newaxis])[0]
        best = int(chances.argmax())
        choices = self.tag.probabilities(states.of_words).argmax(-1)
        marked = spans(text, states.words, [self.tag.classes[choice] for choice in choices])
        return self.intent.classes[best], float(chances[best]), marked


@dataclass(frozen=True, slots=True)
class HeadInterpreter:
    """Understands texts of a domain with its head."""

    tagger: Tagger
    head: DomainHead
    values: Mapping[str, Spoken]
    """Of each slot (by its name), its values with the ways to say them."""

    def __call__(self, text: str) -> Intent | None:
        """What is meant; None when it is not for the domain, or a slot's value is none."""
        states = self.tagger.states(text)
        if states is None:
            return None
        intent, confidence, found = self.head.mark(text, states)
        if not intent or confidence < LEAST_CONFIDENCE:
            return None
        slots: dict[str, str] = {}
        for span in found:
            value = nearest(span.text, self.values.get(span.label, {}))
            if value is None or span.label in slots:
                return None
            slots[span.label] = value
        return Intent(intent, slots, (), confidence, "domain")


def nearest(text: str, values: Spoken) -> str | None:
    """The value that is said most like a text; None when none is like it."""
    heard = said(text).split()
    scored = [(_likeness(heard, way.split()), value) for value in values for way in values[value]]
    likeness, value = max(scored, default=(0.0, ""))
    return value if likeness >= LEAST_LIKE else None


def _likeness(heard: Sequence[str], way: Sequence[str]) -> float:
    """The mean likeness of words in their order; a word too many or too few is like nothing."""
    longest = max(len(heard), len(way))
    if not longest:
        return 0.0
    best = [[0.0] * (len(way) + 1) for _ in range(len(heard) + 1)]
    for i, word in enumerate(heard, start=1):
        for j, meant in enumerate(way, start=1):
            together = best[i - 1][j - 1] + word_likeness(word, meant)
            best[i][j] = max(together, best[i - 1][j], best[i][j - 1])
    return best[-1][-1] / longest


def _linear(classes: Any, weights: Any) -> Linear:
    shape = (HIDDEN + 1, len(classes))
    if not len(classes) or weights.shape != shape or weights.dtype != np.float32:
        raise LaresError("its layers do not fit its classes")
    return Linear(tuple(str(name) for name in classes), weights)
