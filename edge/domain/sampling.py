"""Sentences of a domain, as its file writes them and as people would say them instead.

`sentences` walks the automaton at random. `varied` then says the same thing otherwise: with another
beginning ("could you do me"), with the slots in another order, with "um" and "please" in between.
`talk` is what is not for the domain: everyday sentences but those that the domain has too, and near
misses that begin like the domain's own and end in something else ("can I have a word").
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from edge.domain.automaton import Arc, Automaton, Value
from edge.domain.interpreter import DomainInterpreter
from edge.types import Transcript

_TALK = Path(__file__).parent / "talk.txt"
_OPENINGS = (
    "", "could you do me", "i'll take", "let's have", "i would love", "please could i get", "um",
    "hey can you give us", "we need", "how about", "just", "one", "so i think", "right then",
    "would you mind", "please", "i want you to", "go ahead and", "okay", "time for", "it should be",
)  # fmt: skip
_BETWEEN = ("with", "and", "and with", "plus", "the", "a", "please", "um", "make it", "and make it")
_AFTER = ("", "", "", "please", "thanks", "for me", "right now", "thank you", "if you can")


@dataclass(frozen=True, slots=True)
class Piece:
    """Words in a row that fill one slot, or none."""

    words: tuple[str, ...]
    value: Value | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """One sentence with its meaning; a text that is not for the domain has an empty intent."""

    pieces: tuple[Piece, ...]
    intent: str

    @property
    def text(self) -> str:
        return " ".join(word for piece in self.pieces for word in piece.words)

    @property
    def slots(self) -> dict[str, str]:
        return {p.value.slot: p.value.value for p in self.pieces if p.value is not None}


def sentences(automaton: Automaton, rng: random.Random) -> Iterator[Sample]:
    """Sentences without end. A slot with many values is not said more often than one with few."""
    while True:
        steps: list[Arc] = []
        state = 0
        while automaton.arcs[state] and not (state in automaton.finals and rng.random() < 0.5):
            ways: defaultdict[tuple[str, int], list[Arc]] = defaultdict(list)
            for arc in automaton.arcs[state]:
                starts = arc.value is not None and (not steps or steps[-1].value != arc.value)
                ways[(arc.value.slot, 0) if starts and arc.value else ("", arc.to)].append(arc)
            arc = rng.choice(ways[rng.choice(sorted(ways))])
            steps.append(arc)
            state = arc.to
        if any(step.word for step in steps):
            yield Sample(_pieces(steps), automaton.finals[state])


def varied(sample: Sample, rng: random.Random) -> Sample:
    """The same meaning, said otherwise. What has no slots keeps its words in their order."""
    filled = [piece for piece in sample.pieces if piece.value is not None]
    if not filled:
        return Sample((_piece(rng.choice(_OPENINGS)), *sample.pieces, _ending(rng)), sample.intent)
    if rng.random() < 0.5:
        pieces = [*sample.pieces]
        if pieces[0].value is None:
            pieces[0] = _piece(rng.choice(_OPENINGS))
    else:
        rng.shuffle(filled)
        pieces = [_piece(rng.choice(_OPENINGS))]
        for piece in filled:
            pieces += (piece, _piece(rng.choice(_BETWEEN) if rng.random() < 0.7 else ""))
        if rng.random() < 0.8:
            pieces.pop()
    return Sample((*(p for p in pieces if p.words), _ending(rng)), sample.intent)


def talk(automaton: Automaton, rng: random.Random) -> Iterator[Sample]:
    """Texts without end that are not for the domain."""
    own = DomainInterpreter(automaton)
    lines = filter(None, _TALK.read_text(encoding="utf-8").splitlines())
    everyday = [line for line in lines if own.understand(Transcript(line, "text")) is None]
    said = sentences(automaton, rng)
    while True:
        text = rng.choice(everyday)
        begun = next(said).pieces[0]
        if begun.value is None and rng.random() < 0.3:
            text = " ".join((*begun.words, *text.split()[-rng.randint(1, 3) :]))
        yield Sample((_piece(text),), "")


def _pieces(steps: list[Arc]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for step in steps:
        if not step.word:
            continue
        if pieces and pieces[-1].value == step.value:
            pieces[-1] = Piece((*pieces[-1].words, step.word), step.value)
        else:
            pieces.append(Piece((step.word,), step.value))
    return tuple(pieces)


def _piece(text: str) -> Piece:
    return Piece(tuple(text.split()))


def _ending(rng: random.Random) -> Piece:
    return _piece(rng.choice(_AFTER))
