"""Whether what was said so far can be all of it.

Speech to text knows words, not what they mean in this home; so whoever understands them is asked
(`edge.completeness`, passed in by `edge.app`). `SimulatedCompleteness` knows a few sentences by
heart.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, Protocol

Ending = Literal["whole", "maybe", "open"]
"""How a text ends.

- "whole": a command that names what it is about and leaves nothing open, and that does no harm when
  it is carried out before more is said;
- "maybe": it can be understood, but often goes on, or is better not done in haste;
- "open": a command that is not over ("turn on the"), or none.
"""

DANGLING = frozenset(
    {
        "the", "a", "an", "my", "our", "your", "this", "that", "its", "to", "of", "in", "at", "by",
        "for", "from", "with", "and", "or", "but", "then", "also", "plus", "except", "not", "is",
        "are", "am", "was", "about", "if", "when", "until", "till", "after", "before", "under",
        "than", "very", "too", "so", "um", "uh", "er",
    }
)  # fmt: skip
"""Words that no command ends with."""


class Completeness(Protocol):
    """Judges texts as engines hear them; called from the thread that recognises."""

    def ending(self, text: str) -> Ending:
        """How a text ends."""

    def goes_on(self, said: str, more: str) -> bool:
        """Whether `more`, said right after `said` was carried out, is understood as a command of
        its own or as said of the same: "turn on the light" … "and the fan"."""


class SimulatedCompleteness:
    """Simulates: knows which texts are whole or may be, and what may come after them."""

    def __init__(
        self,
        *whole: str,
        maybe: Collection[str] = (),
        more: Collection[str] = (),
    ) -> None:
        self._whole = frozenset(whole)
        self._maybe = frozenset(maybe)
        self._more = frozenset(more)
        self.asked: list[str] = []
        """The texts that it judged."""

    def ending(self, text: str) -> Ending:
        self.asked.append(text)
        if text in self._whole:
            return "whole"
        return "maybe" if text in self._maybe else "open"

    def goes_on(self, said: str, more: str) -> bool:
        return more in self._more
