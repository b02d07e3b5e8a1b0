"""From what was heard to a domain's intent.

1. Each text that the speech engine offers is laid along the domain's sentences (`alignment`).
2. The best is the one whose sound and sentence together are likeliest: its log probability less
   what its alignment costs. So "light-trip coffee" becomes a light roast drip coffee where the
   sound allows it, and what was heard word for word stays as it was.
3. What is not like any sentence is not for us, and neither is a sentence with a slot that was not
   heard: "can I have a word" is no espresso. A sentence in the speaker's own words is then shown to
   the domain's head (`head`), when it was trained.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from edge.domain.alignment import Alignment, align
from edge.domain.automaton import Automaton
from edge.domain.domain import said
from edge.types import Hypothesis, Intent, Transcript

LOG_PROBABILITY_OF_COST = 3.0
"""What a cost of 1 is worth in log probability."""
MOST_COST_A_WORD = 0.3
"""Above this, what was heard is not the sentence that it is most like."""
MOST_COST_OF_SLOT = 0.75
"""The same of the words of a slot's value, in the mean. One that was not heard at all costs 0.8,
one that sounds like nothing that was heard 1.45."""
MOST_WORDS = 100
"""A longer text is no sentence that anyone says to a machine."""
_DOUBTFUL_COST = 0.15
"""Of a word; from here on the head is asked too."""

Head = Callable[[str], Intent | None]
"""Understands a text that is none of the domain's sentences; None: it is not for us."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One text, and the sentence that it is most like."""

    text: str
    alignment: Alignment
    score: float

    @property
    def is_sentence(self) -> bool:
        """Whether it can be taken for the sentence that it is most like."""
        slots = self.alignment.costs.values()
        return self.cost_a_word <= MOST_COST_A_WORD and max(slots, default=0.0) <= MOST_COST_OF_SLOT

    @property
    def cost_a_word(self) -> float:
        return self.alignment.cost / max(1, len(self.alignment.words), len(self.text.split()))


@dataclass(frozen=True, slots=True)
class DomainInterpreter:
    """Understands what is said in one domain."""

    automaton: Automaton
    head: Head | None = None

    def understand(self, transcript: Transcript) -> Intent | None:
        """What is meant; None when it is nothing of this domain."""
        readings = self.readings(transcript)
        if not readings:
            return None
        best = next((reading for reading in readings if reading.is_sentence), None)
        if self.head is not None and (best is None or best.cost_a_word > _DOUBTFUL_COST):
            meant = self.head(readings[0].text)
            if meant is not None:
                return meant
        if best is None:
            return None
        confidence = max(0.0, 1.0 - best.cost_a_word) * transcript.confidence
        return Intent(best.alignment.intent, best.alignment.slots, (), confidence, "domain")

    def readings(self, transcript: Transcript) -> tuple[Reading, ...]:
        """All texts that it may have been, the likeliest first."""
        hypotheses = transcript.hypotheses or (Hypothesis(transcript.text, 0.0),)
        found = [reading for each in hypotheses if (reading := self._reading(each)) is not None]
        return tuple(sorted(found, key=lambda reading: -reading.score)) if transcript.text else ()

    def _reading(self, hypothesis: Hypothesis) -> Reading | None:
        text = said(hypothesis.text)
        words = text.split()
        if not 0 < len(words) <= MOST_WORDS:
            return None
        alignment = align(self.automaton, words)
        score = hypothesis.score - LOG_PROBABILITY_OF_COST * alignment.cost
        return Reading(text, alignment, score)
