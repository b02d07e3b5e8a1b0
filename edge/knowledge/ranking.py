"""How passages are put in order: by words, by meaning, and by both.

By words SQLite's FTS5 ranks (BM25), for which a question is made an expression here that holds
nothing but quoted words. By meaning cosine similarity ranks, of a whole passage and of its best
sentence together: a passage that speaks of several things points in no direction, and a sentence
without its passage says too little. The two orders are fused by their ranks alone, since their
scores cannot be compared: Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms
Condorcet and individual Rank Learning Methods", SIGIR 2009.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.knowledge.embedding import Vectors

K = 60
"""The paper's constant: how little it matters to be first rather than second."""
MOST_WORDS = 32
"""Of a question; a longer one is no question."""

_STOP_WORDS = (
    "a about after all also am an and any are aren as at be because been before being but by can "
    "cannot could d did didn do does doesn doing don down during each few for from get give had "
    "has have having he her here hers him his how i if in into is isn it its just let ll m may me "
    "mean might more most must my need no nor not now of off on once only or other our ours out "
    "over own please put re s same say shall she should show so some such t take tell than thank "
    "that the their theirs them then there these they this those through to too under until up us "
    "use ve very want was we were what when where which while who whom whose why will with won "
    "would you your yours"
)
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""Words that say little of what a question is about."""


def content_words(text: str) -> tuple[str, ...]:
    """The words of a text that say what it is about, in lower case, each once, the first
    MOST_WORDS."""
    words = re.findall(r"[^\W_]+", text.lower())
    return tuple(dict.fromkeys(word for word in words if word not in STOP_WORDS))[:MOST_WORDS]


def expression(words: Sequence[str]) -> str:
    """An FTS5 expression that finds texts with any of the words, which are letters and digits."""
    return " OR ".join(f'"{word}"' for word in words)


@dataclass(frozen=True, slots=True, eq=False)
class PassageVectors:
    """The vectors of many passages: of each one the passage's own, and behind it those of its
    sentences."""

    ids: NDArray[np.int64]
    """Of the passages, shape (n,)."""
    begins: NDArray[np.int64]
    """The row of `vectors` in which each begins, ascending, shape (n,)."""
    vectors: Vectors
    """Unit vectors, shape (rows, width); each passage has two rows or more."""

    def similar(self, vector: Vectors) -> Similarities:
        """How similar a unit vector, shape (width,), is to each of them."""
        if not len(self.ids):
            nothing = np.zeros(0, dtype=np.float32)
            return Similarities(self.ids, self.begins, nothing, nothing, nothing)
        rows = self.vectors @ vector
        own: Vectors = rows[self.begins]
        sentences = rows.copy()
        sentences[self.begins] = -2.0  # below any cosine, so that a sentence is the best
        best = np.maximum.reduceat(sentences, self.begins)
        both: Vectors = ((own + best) / 2).astype(np.float32)
        return Similarities(self.ids, self.begins, rows, both, best)


@dataclass(frozen=True, slots=True, eq=False)
class Similarities:
    """How similar a question is to each of n passages; cosines, -1 to 1."""

    ids: NDArray[np.int64]
    begins: NDArray[np.int64]
    rows: NDArray[np.float32]
    """Of all vectors, as in PassageVectors."""
    passages: NDArray[np.float32]
    """The mean of each passage's own similarity and that of its best sentence, shape (n,)."""
    sentences: NDArray[np.float32]
    """That of each passage's best sentence, shape (n,)."""

    def best(self, count: int) -> list[int]:
        """The ids of the most similar passages, the best first."""
        order = np.argsort(-self.passages, kind="stable")[:count]
        return [int(identity) for identity in self.ids[order]]

    def of(self, identity: int) -> tuple[float, tuple[float, ...]] | None:
        """A passage's similarity, and those of its sentences; None for one that has no vectors."""
        (found,) = np.nonzero(self.ids == identity)
        if not len(found):
            return None
        at = int(found[0])
        end = self.begins[at + 1] if at + 1 < len(self.begins) else len(self.rows)
        sentences = self.rows[self.begins[at] + 1 : end]
        return float(self.passages[at]), tuple(float(one) for one in sentences)

    def usual(self, first: int, last: int) -> float | None:
        """The mean of the `first` to `last` best (counted from 1) sentences of all passages; None
        where there are not so many passages."""
        if len(self.sentences) < last:
            return None
        return float(np.sort(self.sentences)[::-1][first - 1 : last].mean())


def fused(rankings: Sequence[Sequence[int]], k: int = K) -> list[tuple[int, float]]:
    """Things that are ranked several times, in one order, with their reciprocal rank scores.

    Each ranking has the best first. Of equal scores, what came first stays first.
    """
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, thing in enumerate(ranking, start=1):
            scores[thing] = scores.get(thing, 0.0) + 1.0 / (k + rank)
    return sorted(scores.items(), key=lambda item: -item[1])
