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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

import numpy as np
import numpy.typing as npt

from edge.domain.automaton import Automaton
from edge.voice.pronounce import Lookup, pronounce

Costs = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

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
_FIRST_TRY = 2.0
"""What the likest sentence may cost at first."""
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
        arcs: list[tuple[int, int, int, str, float]] = []
        states = len(automaton.arcs)
        for start, leaving in enumerate(automaton.arcs):
            for arc in leaving:
                phones = self._phones(arc.word) if arc.word else [_SILENT]
                stops = [start, *range(states, states + len(phones) - 1), arc.to]
                states += max(0, len(phones) - 1)
                words = [arc.word, *("" for _ in phones[1:])]
                prices = [arc.price, *(0.0 for _ in phones[1:])]
                arcs += zip(stops, stops[1:], phones, words, prices, strict=False)
        arcs.sort(key=lambda arc: arc[0])
        self._entering: list[list[tuple[int, int, str, float]]] = [[] for _ in range(states)]
        for start, to, phone, word, price in arcs:
            self._entering[to].append((start, phone, word, price))
        self._from = np.array([arc[0] for arc in arcs], np.intp)
        self._to = np.array([arc[1] for arc in arcs], np.intp)
        self._phone = np.array([arc[2] for arc in arcs], np.intp)
        self._price = np.array([arc[4] for arc in arcs])
        self._first = np.searchsorted(self._from, np.arange(states + 1))
        self._ends = tuple(automaton.finals)

    def like(self, text: str, count: int, most: float) -> tuple[Alike, ...]:
        """The sentences that sound most like a text, the likest first, each once.

        most: what a phone that was heard may cost in the mean. The ways are gone back from the
        ends, always the one on whose whole cost is least (P. Hart, N. Nilsson and B. Raphael's
        A*, which knows here what is still to come).
        """
        heard = [phone for word in text.split() for phone in self._phones(word)]
        columns, limit = self._within(heard, most * len(heard))
        ways: list[_Way] = [
            (columns[-1][end], 0, 0.0, len(heard), end, ())
            for end in self._ends
            if columns[-1].get(end, math.inf) <= limit
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
                cost = behind + price + columns[before].get(start, math.inf)
                if cost <= limit:
                    number += 1
                    longer = (word, *words) if word else words
                    heappush(ways, (cost, -number, behind + price, before, start, longer))
        return tuple(found.values())

    def _within(self, heard: list[int], most: float) -> tuple[list[Mapping[int, float]], float]:
        """The columns of what was heard, and what a sentence may cost.

        The likest sentence most often costs little, and the less may be spent, the fewer ways need
        to be looked at: so it is looked for at a low price first.
        """
        limit = min(most, _FIRST_TRY)
        while True:
            columns = self._columns(heard, limit)
            least = min(columns[-1].get(end, math.inf) for end in self._ends)
            if least + _WORSE <= limit or limit == most:
                return columns, min(limit, least + _WORSE)
            limit = min(most, least + _WORSE if least <= limit else 3 * limit)

    def _columns(self, heard: list[int], limit: float) -> list[Mapping[int, float]]:
        """After each number of phones, what the cheapest way to each state costs that is reached
        within the limit."""
        costs: Costs = np.full(len(self._entering), math.inf)
        costs[0] = 0.0
        columns = [self._going_on(costs, np.array([0]), limit)]
        for phone in heard:
            before, costs = costs, costs + _MISSING[phone]
            here = np.fromiter(columns[-1], np.intp)
            self._reach(costs, before, here, _HEARD[phone], limit)
            costs[costs > limit] = math.inf
            columns.append(self._going_on(costs, np.flatnonzero(costs < math.inf), limit))
        return columns

    def _going_on(self, costs: Costs, here: Places, limit: float) -> Mapping[int, float]:
        """Lower the costs where one may go on to further states without hearing anything; all that
        are within the limit."""
        while here.size:
            here = self._reach(costs, costs, here, _UNHEARD, limit)
        found = np.flatnonzero(costs < math.inf)
        return dict(zip(found.tolist(), costs[found].tolist(), strict=True))

    def _reach(
        self, costs: Costs, before: Costs, here: Places, prices: Costs, limit: float
    ) -> Places:
        """Lower the costs of states that are reached cheaper by an arc from here; which were.

        prices: of an arc by its phone, the last one that of an arc without.
        """
        first, count = self._first[here], self._first[here + 1] - self._first[here]
        skipped = np.repeat(first - np.cumsum(count) + count, count)
        arcs = skipped + np.arange(skipped.size)
        to = self._to[arcs]
        reached = before[self._from[arcs]] + prices[self._phone[arcs]] + self._price[arcs]
        cheaper = (reached <= limit) & (reached < costs[to] - 1e-9)
        np.minimum.at(costs, to[cheaper], reached[cheaper])
        lowered = np.zeros(costs.size, np.bool_)
        lowered[to[cheaper]] = True
        return np.flatnonzero(lowered)

    def _back(
        self, heard: list[int], place: int, state: int
    ) -> Iterator[tuple[int, int, float, str]]:
        """Places and states one step back, what the step costs, and the word that it begins."""
        last = heard[place - 1] if place else None
        if last is not None:
            yield place - 1, state, _MISSING[last], ""
        for start, phone, word, price in self._entering[state]:
            yield place, start, price + (0.0 if phone == _SILENT else _MISSING[phone]), word
            if last is not None and phone != _SILENT:
                yield place - 1, start, price + _EXCHANGING[last][phone], word

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
_UNHEARD: Costs = np.array([*_MISSING, 0.0])
_HEARD: Costs = np.hstack((_exchanged(), np.full((len(_PHONES), 1), math.inf)))
