"""Small talk that was written down beforehand: answered at once, and without any model.

A small language model tells half a joke; one that somebody wrote is whole. So what is said as in
the lessons, or nearly so, is answered from them (`models/talk/lessons.txt`), each answer in turn,
in an order that chance makes. What no lesson knows is left to a model.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from functools import cached_property

from rapidfuzz import fuzz, process

from models.talk_lessons import Block, blocks

LEAST = 84.0
"""Likeness (rapidfuzz's `ratio`, 0 to 100) from which one saying is taken for another."""
_AROUND = re.compile(
    r"^(?:(?:hey|ok(?:ay)?|oh|so|well|lares|please|(?:can|could|would|will) you)[\s,]+)+"
    r"|[\s,]+(?:please|lares|for me)+$"
)


class SmallTalk:
    """Answers what lessons know."""

    def __init__(
        self, load: Callable[[], tuple[Block, ...]] = blocks, *, seed: int | None = None
    ) -> None:
        self._load = load
        self._chance = random.Random(seed)
        self._left: dict[int, list[str]] = {}

    @cached_property
    def _sayings(self) -> tuple[tuple[Block, ...], list[str], list[int]]:
        all_blocks = self._load()
        pairs = [(said, at) for at, block in enumerate(all_blocks) for said in block.sayings]
        return all_blocks, [said for said, _ in pairs], [at for _, at in pairs]

    def answer(self, text: str) -> str | None:
        """An answer to a text; None where no lesson is like it."""
        known, sayings, places = self._sayings
        said = " ".join(re.findall(r"[\w']+", text.lower().replace("’", "'")))
        for form in dict.fromkeys((said, _AROUND.sub("", said))):
            found = process.extractOne(form, sayings, scorer=fuzz.ratio, score_cutoff=LEAST)
            if found is not None:
                return self._next(places[found[2]], known)
        return None

    def _next(self, at: int, known: tuple[Block, ...]) -> str:
        """The next answer of a block, none again before all were given."""
        left = self._left.get(at)
        if not left:
            left = list(known[at].answers)
            self._chance.shuffle(left)
            self._left[at] = left
        return left.pop()
