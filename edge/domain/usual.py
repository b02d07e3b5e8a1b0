"""What is usually said to one home: by it is judged what was heard there.

Some sentences are known as usual. How usual any other is tells a chain of words, which also finds
the sentences that sound like what was heard.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from edge.domain.automaton import Automaton
from edge.domain.chain import Chain
from edge.domain.home import automaton_of
from edge.domain.sounding import Sounding
from edge.voice.pronounce import Lookup
from edge.voice.vocabulary import Vocabulary, spoken

MOST_ALIKE = 16
"""Sentences that are shown of all that sound like what was heard."""
MOST_COST_A_PHONE = 0.8
_SHARE_OF_USE = 0.15
"""What a natural logarithm of probability costs, beside what costs 1 (an exchanged consonant)."""


class UsualSentences:
    """The usual sentences of a home, whose names are in the vocabulary.

    lookup: a pronouncing dictionary.
    """

    def __init__(self, vocabulary: Vocabulary, lookup: Lookup = lambda _: None) -> None:
        self._automaton: Automaton = automaton_of(vocabulary, wider=True)
        self._chain = Chain(vocabulary)
        self._sounding = Sounding(self._chain.automaton(_SHARE_OF_USE), lookup)

    def knows(self, text: str) -> bool:
        """Whether a text is one of them."""
        return self._automaton.accepts(spoken(text).split())

    def unusual(self, text: str) -> float:
        """How unusual a text is: the negative logarithm of its probability."""
        return self._chain.unusual(text)

    def like(self, texts: Iterable[str]) -> Mapping[str, float]:
        """Sentences that sound like one of the texts and are usual, the likest and most usual
        first, and how unlike they are: 0 is the same, 1 an exchanged consonant."""
        costs: dict[str, float] = {}
        for text in dict.fromkeys(map(spoken, texts)):
            for each in self._sounding.like(text, MOST_ALIKE, MOST_COST_A_PHONE):
                costs[each.text] = min(each.cost, costs.get(each.text, each.cost))
        likest = sorted(costs, key=costs.__getitem__)[:MOST_ALIKE]
        return {text: max(0.0, costs[text] - _SHARE_OF_USE * self.unusual(text)) for text in likest}
