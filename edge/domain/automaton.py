"""All sentences of a domain as one automaton of words.

States are joined by arcs; an arc says one word, or nothing, and remembers the slot's value that it
is a word of. Expressions share beginnings and ends, element by element, so that a hundred ways to
put the same slots in order need no hundredfold automaton. It has no circles.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from edge.domain.domain import Domain
from edge.domain.expression import Element, Expression, Options, Slot, Word
from edge.types import LaresError
from edge.voice.vocabulary import Grammar

MOST_STATES = 200_000


@dataclass(frozen=True, slots=True)
class Value:
    """A slot with its value."""

    slot: str
    value: str


@dataclass(frozen=True, slots=True)
class Arc:
    """A step from one state to another."""

    word: str
    """Empty: nothing is said."""
    to: int
    value: Value | None = None
    """What the word is a word of."""
    price: float = 0.0
    """What it costs to go there, where some sentences are more usual than others."""


@dataclass(frozen=True, slots=True)
class Automaton:
    """Sentences are the ways from state 0 to a final state."""

    arcs: tuple[tuple[Arc, ...], ...]
    """Of each state, those that leave it."""
    finals: Mapping[int, str]
    """Final states, each with the intent that it ends."""
    order: tuple[int, ...]
    """The states, each before those to which it leads."""

    @classmethod
    def of(cls, domain: Domain) -> Automaton:
        """Raises LaresError when a domain is too large."""
        builder = _Builder(domain)
        builder.build()
        return cls(
            tuple(tuple(arcs) for arcs in builder.arcs),
            builder.finals,
            _ordered(builder.arcs),
        )

    def accepts(self, words: Sequence[str]) -> bool:
        """Whether the words are one of the sentences."""
        states = self._silently({0})
        for word in words:
            states = self._silently(
                {arc.to for state in states for arc in self.arcs[state] if arc.word == word}
            )
        return not states.isdisjoint(self.finals)

    def _silently(self, states: set[int]) -> set[int]:
        """The states, and those that are reached from them without a word."""
        found, new = set(states), [*states]
        while new:
            for arc in self.arcs[new.pop()]:
                if not arc.word and arc.to not in found:
                    found.add(arc.to)
                    new.append(arc.to)
        return found

    def grammar(self) -> Grammar:
        """What the speech engines need to know of it."""
        end = len(self.arcs)
        arcs = [(s, arc.to, arc.word) for s, arcs in enumerate(self.arcs) for arc in arcs]
        words = sorted({word for _, _, word in arcs if word})
        return Grammar(tuple(words), (*arcs, *((state, end, "") for state in self.finals)), end)


_Rests = frozenset[tuple[str, Expression]]
"""Ends of expressions, each with its intent."""


@dataclass(slots=True)
class _Builder:
    """Makes states and arcs."""

    domain: Domain
    arcs: list[list[Arc]] = field(default_factory=list)
    finals: dict[int, str] = field(default_factory=dict)
    _joined: dict[_Rests, int] = field(default_factory=dict)
    _waiting: list[_Rests] = field(default_factory=list)

    def build(self) -> None:
        """Make the states of all expressions; the first is that in which they begin."""
        self._join(frozenset((name, e) for name, es in self.domain.intents.items() for e in es))
        while self._waiting:
            rests = self._waiting.pop()
            state = self._joined[rests]
            following: defaultdict[Element, set[tuple[str, Expression]]] = defaultdict(set)
            for intent, rest in sorted(rests, key=str):
                if rest:
                    following[rest[0]].add((intent, rest[1:]))
                else:
                    self.finals.setdefault(state, intent)
            for element, after in following.items():
                self._element(state, element, self._join(frozenset(after)))

    def _join(self, rests: _Rests) -> int:
        """The state from which each of these ends of expressions follows."""
        if rests not in self._joined:
            self._joined[rests] = self._state()
            self._waiting.append(rests)
        return self._joined[rests]

    def _element(self, start: int, element: Element, end: int, value: Value | None = None) -> None:
        match element:
            case Word(text):
                self.arcs[start].append(Arc(text, end, value))
            case Options(options):
                for option in options:
                    self._sequence(start, option, end)
            case Slot(kind, name):
                for value_, ways in self.domain.slots[kind].items():
                    for way in ways:
                        words = tuple(map(Word, way.split()))
                        self._sequence(start, words, end, Value(name, value_))

    def _sequence(
        self, start: int, elements: Iterable[Element], end: int, value: Value | None = None
    ) -> None:
        elements = tuple(elements)
        if not elements:
            self.arcs[start].append(Arc("", end))
        for place, element in enumerate(elements, start=1):
            after = end if place == len(elements) else self._state()
            self._element(start, element, after, value)
            start = after

    def _state(self) -> int:
        if len(self.arcs) >= MOST_STATES:
            raise LaresError(
                f"The domain's expressions need more than {MOST_STATES} states: name fewer values "
                "or write fewer options."
            )
        self.arcs.append([])
        return len(self.arcs) - 1


def _ordered(arcs: list[list[Arc]]) -> tuple[int, ...]:
    entering = [0] * len(arcs)
    for leaving in arcs:
        for arc in leaving:
            entering[arc.to] += 1
    free = [state for state, count in enumerate(entering) if not count]
    order: list[int] = []
    while free:
        state = free.pop()
        order.append(state)
        for arc in arcs[state]:
            entering[arc.to] -= 1
            if not entering[arc.to]:
                free.append(arc.to)
    return tuple(order)
