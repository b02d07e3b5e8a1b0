"""Mending what was misheard, where the home's usual sentences tell what it must have been.

"Block the front door" is no sentence to a home; "lock the front door" is one, and sounds like it.
A text is mended only when

- it holds a word that nobody says to a home, or a number that can only be a mishearing ("to
  degrees");
- nothing but such words is changed, one in five at most, each into one that is like it, and only
  small words ("the", "to") come or go.

So a text whose words are all known is never changed, whatever it means.
"""

from __future__ import annotations

import re
from dataclasses import replace

from edge.domain.alignment import Alignment, align_within
from edge.domain.automaton import Automaton
from edge.domain.home import automaton_of
from edge.domain.interpreter import LOG_PROBABILITY_OF_COST
from edge.nlu.matching import sound_of, word_likeness
from edge.types import Hypothesis, Transcript
from edge.voice.vocabulary import Vocabulary, spoken
from models.said import said_words

LEAST_LIKE = 0.6
"""How alike a misheard word and what it stands for must be, 0 to 1. At 0.4, 13 of 1,500 strange
sentences of nlu-home became commands ("turn on my pandora radio": the bedroom's), at 0.6 seven."""
MOST_COST_A_WORD = 0.25
_WORDS_A_CHANGE = 5
_SHORTEST_PART = 3
"""Letters of a word that is written together with another one ("kitchenlight")."""
_SMALL = frozenset({"a", "an", "the", "to", "of", "in", "on", "and", "at", "for", "please", "uh"})
_MISHEARD_NUMBER = re.compile(r"\b(?:to|too|for|won|ate) (?:degrees?|percent)\b")
_MARKED_NUMBER = re.compile(r"-\d|\d[.:,]\d")
"""Its sign or its fraction would be lost: sentences are words."""


class Repair:
    """Mends transcripts for one home, whose names are in the vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._automaton: Automaton = automaton_of(vocabulary)
        self._words = frozenset(self._automaton.grammar().words)
        self._known = said_words() | self._words

    def __call__(self, transcript: Transcript) -> Transcript:
        """The transcript, with what its texts must have been among its hypotheses; first where the
        text itself cannot have been said."""
        mended = {h.text: m for h in transcript.hypotheses if (m := self._mended(h)) is not None}
        if not mended:
            return transcript
        hypotheses = (*mended.values(), *transcript.hypotheses)
        text = mended[transcript.text].text if transcript.text in mended else transcript.text
        ordered = sorted(hypotheses, key=lambda each: (each.text != text, -each.score))
        return replace(transcript, text=text, hypotheses=tuple(ordered))

    def knows(self, text: str) -> bool:
        """Whether the text is one of the home's usual sentences."""
        return self._automaton.accepts(spoken(text).split())

    def has_word(self, word: str) -> bool:
        """Whether a word is in one of the home's usual sentences."""
        return word in self._words

    def _mended(self, hypothesis: Hypothesis) -> Hypothesis | None:
        alignment = self._alignment(hypothesis.text)
        if alignment is None:
            return None
        score = hypothesis.score - LOG_PROBABILITY_OF_COST * alignment.cost
        return Hypothesis(" ".join(alignment.words), score)

    def _alignment(self, text: str) -> Alignment | None:
        """The sentence that a misheard text must have been."""
        words = spoken(text).split()
        strange = not all(map(self._is_known, words))
        if not (strange or _MISHEARD_NUMBER.search(text)) or _MARKED_NUMBER.search(text):
            return None
        alignment = align_within(self._automaton, words, MOST_COST_A_WORD * len(words))
        if alignment is None:
            return None
        replaced = sum(bool(heard and meant) for heard, meant in alignment.changes)
        if replaced > max(1, len(words) // _WORDS_A_CHANGE):
            return None
        return alignment if all(self._is_misheard(*one) for one in alignment.changes) else None

    def _is_misheard(self, heard: str, meant: str) -> bool:
        if not heard or not meant:
            return (heard or meant) in _SMALL
        if self._is_known(heard):
            return sound_of(heard) == sound_of(meant) and len(heard) < 5
        return word_likeness(heard, meant) >= LEAST_LIKE

    def _is_known(self, word: str) -> bool:
        """Whether it is said to a home, also as two words that were written as one."""
        return word in self._known or any(
            word[:at] in self._known and word[at:] in self._known
            for at in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1)
        )
