"""What was spoken of in a turn, clause by clause: what the next turn may refer to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edge.home.graph import Entity, Home
from edge.types import Intent, Tagging


@dataclass(frozen=True, slots=True)
class Spoken:
    """One clause, and what it meant."""

    tagging: Tagging
    intents: tuple[Intent, ...] = ()
    candidates: tuple[str, ...] = ()
    """Entity ids between which it asked."""

    @property
    def targets(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(t for intent in self.intents for t in intent.targets))


@dataclass(frozen=True, slots=True)
class Context:
    """What was said in the last turn that meant something."""

    clauses: tuple[Spoken, ...] = ()
    earlier: tuple[Spoken, ...] = ()
    """Of the turn before that."""

    @property
    def last(self) -> Spoken | None:
        return self.clauses[-1] if self.clauses else None


def spoken_of(context: Context, home: Home, *, every: bool) -> tuple[Entity, ...]:
    """The entities that were spoken of: all of them, or what the last intent was about."""
    clauses = context.clauses if every else context.clauses[-1:]
    intents = [intent for clause in clauses for intent in clause.intents if intent.targets]
    ids = dict.fromkeys(t for i in (intents if every else intents[-1:]) for t in i.targets)
    return _entities(tuple(ids), home)


def both_spoken_of(context: Context, home: Home) -> tuple[Entity, ...]:
    """What "both" stands for: what was spoken of, with that of the turn before where it is one."""
    latest = spoken_of(context, home, every=True)
    if len(latest) != 1:
        return latest
    before = spoken_of(Context(context.earlier), home, every=True)
    both = tuple(dict.fromkeys(entity.id for entity in (*before, *latest)))
    return _entities(both, home) if len(both) == 2 else latest


def offered(last: Spoken, home: Home) -> tuple[Entity, ...]:
    """The entities between which a clause asked."""
    return _entities(last.candidates, home)


def _entities(ids: Sequence[str], home: Home) -> tuple[Entity, ...]:
    return tuple(e for e in map(home.entity, ids) if e is not None)
