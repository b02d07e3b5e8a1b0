"""Several clauses in one breath, made of sentences that stand alone: "telly off and i'm cold".

What a network learns from them is where a clause begins. Sentences that stand alone teach it where
none does ("i've had my tea and i still can't get warm").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.needs_model import NOTHING, ORDER

MOST_WORDS = 28
"""Longer ones are not made."""
JOINTS: Mapping[str, float] = {
    "": 0.24, "and": 0.36, "but": 0.07, "because": 0.04, "so": 0.04, "and also": 0.03,
    "oh and": 0.03, "then": 0.02, "and then": 0.02, "also": 0.03, "cause": 0.02, "since": 0.01,
    "while": 0.01, "please": 0.02, "plus": 0.01, "please and": 0.02, "as": 0.01,
    "and please": 0.02,
}  # fmt: skip
"""Words between two clauses, and how often they stand there."""
KINDS: Mapping[tuple[str, ...], float] = {
    (ORDER, "need"): 0.36, ("need", ORDER): 0.2, ("need", "need"): 0.14, (ORDER, ORDER): 0.1,
    (ORDER, NOTHING): 0.08, (NOTHING, ORDER): 0.05, (ORDER, "need", ORDER): 0.03,
    (ORDER, ORDER, "need"): 0.02, (ORDER, "need", "need"): 0.02,
}  # fmt: skip
"""What is said in one breath, and how often."""


@dataclass(frozen=True, slots=True)
class Joined:
    """Clauses in one breath."""

    clauses: tuple[str, ...]
    """Each with the words that join it to the one before."""

    @property
    def text(self) -> str:
        return " ".join(self.clauses)

    @property
    def begins(self) -> frozenset[int]:
        """The words of the text at which a clause begins, from 0, without the first."""
        found, at = set(), 0
        for clause in self.clauses[:-1]:
            at += len(clause.split())
            found.add(at)
        return frozenset(found)


def joined(sentences: Mapping[str, Sequence[str]], count: int, seed: int = 7) -> tuple[Joined, ...]:
    """So many, of plain sentences by what they are: needs by their names, ORDER and NOTHING. Those
    in one breath are of different needs."""
    chance = np.random.default_rng(seed)
    needs = sorted(set(sentences) - {ORDER, NOTHING})
    kinds, joints = [*KINDS], [*JOINTS]
    kind_weights, joint_weights = (np.array([*w.values()]) for w in (KINDS, JOINTS))
    made: list[Joined] = []
    while len(made) < count:
        kind = kinds[chance.choice(len(kinds), p=kind_weights / kind_weights.sum())]
        names = iter(chance.permutation(needs))
        clauses: list[str] = []
        for what in kind:
            some = sentences[str(next(names)) if what == "need" else what]
            text = some[int(chance.integers(len(some)))]
            joint = joints[chance.choice(len(joints), p=joint_weights / joint_weights.sum())]
            clauses.append(f"{joint} {text}".strip() if clauses else text)
        if sum(len(clause.split()) for clause in clauses) <= MOST_WORDS:
            made.append(Joined(tuple(clauses)))
    return tuple(made)
