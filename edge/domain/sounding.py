"""The sentences of a domain that sound like what was heard.

A text and all sentences are taken as rows of phones, and the text is laid along the automaton phone
by phone. So words that were cut otherwise are found: "the light sub stairs" sounds like "the lights
upstairs", "wash or leak" like "washer leak", which no comparison of words would tell.

Phones are those of the CMU dictionary. Phones of the same kind (vowels, or consonants that are
formed alike) are exchanged at less cost than others.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

import numpy as np
import numpy.typing as npt

from edge.domain.automaton import Automaton
from edge.voice.pronounce import Lookup, pronounce

Costs = npt.NDArray[np.float64]

_VOWELS = (
    "AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW",
)  # fmt: skip
_CONSONANTS = (
    "B", "CH", "D", "DH", "F", "G", "HH", "JH", "K", "L", "M", "N", "NG", "P", "R", "S", "SH", "T",
    "TH", "V", "W", "Y", "Z", "ZH",
)  # fmt: skip
_PHONES = (*_VOWELS, *_CONSONANTS)
_ALIKE = (
    "P B", "T D DH TH", "K G", "F V TH", "S Z SH ZH TH", "CH JH SH T", "M N NG", "N D", "L R W",
    "W V B", "Y JH", "L OW AO UH", "ER R AH", "AA AO AH", "AE EH EY", "IH IY EY", "IH EH AH",
    "UW UH AH", "OW AO UH AW", "AY AA OY", "AW AA",
)  # fmt: skip
"""Phones that are easily taken for one another."""
_WEAK = frozenset({"HH", "AH", "IH", "ER", "T", "D", "DH"})
"""Phones that are often swallowed."""
_OF_ALIKE, _OF_VOWELS, _OF_CONSONANTS, _OF_OTHERS = 0.35, 0.6, 1.0, 1.2
"""What it costs to take a phone for another one."""
_WEAK_MISSED, _MISSED = 0.5, 0.75
"""What a phone costs that was said and not heard, or heard and not said."""
_SILENT = -1
"""The phone of an arc that says nothing."""
_MOST_MISSED = 14
"""Phones in a row that may be missed."""


_WORSE = 3.0
"""How much more a sentence may cost than the likest one."""

_Way = tuple[float, int, float, int, int, tuple[str, ...]]
"""A way back from an end to a state, with the phones before a place still to come: what the whole
way costs; a number, so that of equal ways the last found goes first; what it costs so far; the
place; the state; the words."""


@dataclass(frozen=True, slots=True)
class Alike:
    """A sentence, and what it costs to take it for what was heard; 0: it sounds the same."""

    text: str
    cost: float


class Sounding:
    """The sentences of one automaton, as they sound. `lookup` is a pronouncing dictionary."""

    def __init__(self, automaton: Automaton, lookup: Lookup = lambda _: None) -> None:
        self._lookup = lookup
        arcs: list[tuple[int, int, int, str]] = []
        states = len(automaton.arcs)
        for start, leaving in enumerate(automaton.arcs):
            for arc in leaving:
                phones = self._phones(arc.word) if arc.word else [_SILENT]
                stops = [start, *range(states, states + len(phones) - 1), arc.to]
                states += max(0, len(phones) - 1)
                words = [arc.word, *("" for _ in phones[1:])]
                arcs += zip(stops, stops[1:], phones, words, strict=False)
        arcs.sort(key=lambda arc: arc[1])
        self._entering: list[list[tuple[int, int, str]]] = [[] for _ in range(states)]
        for start, to, phone, word in arcs:
            self._entering[to].append((start, phone, word))
        self._from = np.array([start for start, *_ in arcs], np.intp)
        self._to, self._first = np.unique(np.array([to for _, to, *_ in arcs]), return_index=True)
        sounds = np.array([phone for *_, phone, _ in arcs], np.intp)
        silent = sounds == _SILENT
        self._missed = np.where(silent, 0.0, np.array(_MISSING)[sounds])
        self._exchanged = np.where(silent, math.inf, _exchanged()[:, sounds])
        self._ends = tuple(automaton.finals)

    def like(self, text: str, count: int, most: float) -> tuple[Alike, ...]:
        """The sentences that sound most like a text, the likest first, each once.

        most: what a phone that was heard may cost in the mean. The ways are gone back from the
        ends, always the one on whose whole cost is least (P. Hart, N. Nilsson and B. Raphael's
        A*, which knows here what is still to come).
        """
        heard = [phone for word in text.split() for phone in self._phones(word)]
        columns = self._columns(heard, most * len(heard))
        limit = min(most * len(heard), min(columns[-1][end] for end in self._ends) + _WORSE)
        ways: list[_Way] = [
            (columns[-1][end], 0, 0.0, len(heard), end, ())
            for end in self._ends
            if columns[-1][end] <= limit
        ]
        heapify(ways)
        number = 0
        gone: defaultdict[tuple[int, int], set[tuple[str, ...]]] = defaultdict(set)
        found: dict[str, Alike] = {}
        while ways and len(found) < count:
            _, _, behind, place, state, words = heappop(ways)
            others = gone[place, state]
            if words in others or len(others) == count:
                continue
            others.add(words)
            if place == state == 0 and words:
                said = " ".join(words)
                found.setdefault(said, Alike(said, behind))
                continue
            for before, start, price, word in self._back(heard, place, state):
                cost = behind + price + columns[before][start]
                if cost <= limit:
                    number += 1
                    longer = (word, *words) if word else words
                    heappush(ways, (cost, -number, behind + price, before, start, longer))
        return tuple(found.values())

    def _columns(self, heard: list[int], limit: float) -> list[list[float]]:
        """After each number of phones, what the cheapest way to each state costs."""
        costs: Costs = np.full(len(self._entering), math.inf)
        costs[0] = 0.0
        columns = [self._going_on(costs, limit)]
        for phone in heard:
            before = columns[-1]
            costs = before + _MISSING[phone]
            self._reach(costs, before, self._exchanged[phone], limit)
            columns.append(self._going_on(costs, limit))
        return [column.tolist() for column in columns]

    def _going_on(self, costs: Costs, limit: float) -> Costs:
        """The costs where one may go on to further states without hearing anything."""
        for _ in range(_MOST_MISSED):
            if not self._reach(costs, costs, self._missed, limit):
                break
        costs[costs > limit] = math.inf
        return costs

    def _reach(self, costs: Costs, before: Costs, price: Costs, limit: float) -> bool:
        """Lower the costs of states that are reached cheaper by an arc; whether any was."""
        reached = np.minimum.reduceat(before[self._from] + price, self._first)
        cheaper = (reached <= limit) & (reached < costs[self._to] - 1e-9)
        costs[self._to[cheaper]] = reached[cheaper]
        return bool(cheaper.any())

    def _back(
        self, heard: list[int], place: int, state: int
    ) -> Iterator[tuple[int, int, float, str]]:
        """Places and states one step back, what the step costs, and the word that it begins."""
        last = heard[place - 1] if place else None
        if last is not None:
            yield place - 1, state, _MISSING[last], ""
        for start, phone, word in self._entering[state]:
            yield place, start, 0.0 if phone == _SILENT else _MISSING[phone], word
            if last is not None and phone != _SILENT:
                yield place - 1, start, _EXCHANGING[last][phone], word

    def _phones(self, word: str) -> list[int]:
        phones = pronounce(word, self._lookup) or ""
        return [_PHONES.index(phone.rstrip("012")) for phone in phones.split()]


def _exchanged() -> Costs:
    costs = np.full((len(_PHONES), len(_PHONES)), _OF_OTHERS)
    vowels = len(_VOWELS)
    costs[:vowels, :vowels] = _OF_VOWELS
    costs[vowels:, vowels:] = _OF_CONSONANTS
    for alike in _ALIKE:
        places = [_PHONES.index(phone) for phone in alike.split()]
        costs[np.ix_(places, places)] = np.minimum(costs[np.ix_(places, places)], _OF_ALIKE)
    np.fill_diagonal(costs, 0.0)
    return costs


_EXCHANGING: list[list[float]] = _exchanged().tolist()
_MISSING = [_WEAK_MISSED if phone in _WEAK else _MISSED for phone in _PHONES]
