"""Which of a domain's sentences was said, when its words were heard wrongly.

The words that were heard are laid along the ways of the automaton. A word may be heard for another
one, which costs the less the more alike they are, may be heard where nothing was said, or may be
missed. The cheapest way wins (V. Levenshtein's distance, found as in A. Viterbi's algorithm).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from edge.domain.automaton import Arc, Automaton, Value
from edge.nlu.matching import word_likeness

HEARD_FOR_NOTHING = 0.8
MISSED = 0.8
LEAST_FOR_ANOTHER, MOST_FOR_ANOTHER = 0.15, 1.45
"""What a word costs that was heard for another one: wholly alike, and not at all."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """The sentence that is most like what was heard."""

    cost: float
    """0: it was heard word for word."""
    intent: str
    slots: Mapping[str, str]
    words: tuple[str, ...]
    costs: Mapping[str, float]
    """Of each slot, what a word of its value costs in the mean."""
    changes: tuple[tuple[str, str], ...]
    """Words that were heard, each with the word that it stands for; one of the two may be empty."""


@dataclass(frozen=True, slots=True)
class _Step:
    """How a state was reached: from where, having heard how many words, and by which word."""

    state: int
    heard: int
    cost: float
    word: str = ""
    value: Value | None = None


@dataclass(slots=True)
class _Column:
    """The cheapest ways to all states after some words."""

    costs: list[float]
    most: float
    """What costs more is not reached."""
    steps: dict[int, _Step] = field(default_factory=dict)
    """By which a state was reached; one that has none was there before the last word."""

    def reach(self, arc: Arc, state: int, heard: int, price: float, before: float) -> None:
        """Go an arc at a price, from a state that costs `before`, if that is cheaper."""
        cost = before + price
        if cost <= self.most and cost < self.costs[arc.to] - 1e-9:
            self.costs[arc.to] = cost
            self.steps[arc.to] = _Step(state, heard, price, arc.word, arc.value)


def align(automaton: Automaton, heard: Sequence[str]) -> Alignment:
    """The sentence of the automaton that is most like the words that were heard."""
    alignment = align_within(automaton, heard, math.inf)
    assert alignment is not None
    return alignment


def align_within(automaton: Automaton, heard: Sequence[str], most: float) -> Alignment | None:
    """The same, which is found sooner when it may not cost more than `most`; None: all do."""
    column = _Column([math.inf] * len(automaton.arcs), most)
    column.costs[0] = 0.0
    _miss(automaton, column, 0)
    columns = [column]
    for place, word in enumerate(heard):
        before, column = column, _Column([_one_more(cost, most) for cost in column.costs], most)
        for state, cost in enumerate(before.costs):
            if math.isinf(cost):
                continue
            for arc in automaton.arcs[state]:
                if arc.word:
                    column.reach(arc, state, place, _for_another(word, arc.word), cost)
        _miss(automaton, column, place + 1)
        columns.append(column)
    end = min(automaton.finals, key=column.costs.__getitem__)
    if math.isinf(column.costs[end]):
        return None
    return _traced(columns, heard, end, automaton.finals[end])


def _one_more(cost: float, most: float) -> float:
    """The cost after a word that stands for nothing."""
    return cost + HEARD_FOR_NOTHING if cost + HEARD_FOR_NOTHING <= most else math.inf


def _miss(automaton: Automaton, column: _Column, heard: int) -> None:
    """Go on to further states without hearing anything."""
    for state in automaton.order:
        cost = column.costs[state]
        if math.isinf(cost):
            continue
        for arc in automaton.arcs[state]:
            column.reach(arc, state, heard, MISSED if arc.word else 0.0, cost)


def _traced(columns: list[_Column], heard: Sequence[str], end: int, intent: str) -> Alignment:
    steps: list[_Step] = []
    changes: list[tuple[str, str]] = []
    state, place = end, len(heard)
    while (state, place) != (0, 0):
        nothing = _Step(state, place - 1, HEARD_FOR_NOTHING)
        step = columns[place].steps.get(state, nothing)
        word = heard[step.heard] if step.heard < place else ""
        if word != step.word:
            changes.append((word, step.word))
        steps.append(step)
        state, place = step.state, step.heard
    steps.reverse()
    prices: defaultdict[str, list[float]] = defaultdict(list)
    for step in steps:
        if step.value is not None:
            prices[step.value.slot].append(step.cost)
    return Alignment(
        cost=columns[-1].costs[end],
        intent=intent,
        slots={step.value.slot: step.value.value for step in steps if step.value is not None},
        words=tuple(step.word for step in steps if step.word),
        costs={slot: sum(costs) / len(costs) for slot, costs in prices.items()},
        changes=tuple(reversed(changes)),
    )


@lru_cache(maxsize=1 << 16)
def _for_another(heard: str, meant: str) -> float:
    if heard == meant:
        return 0.0
    unlike = 1.0 - word_likeness(heard, meant)
    return LEAST_FOR_ANOTHER + (MOST_FOR_ANOTHER - LEAST_FOR_ANOTHER) * unlike
