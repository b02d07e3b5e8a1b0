"""What stays between the turns of one speaker: our question, what was spoken of, what was done.

Each satellite or conversation has a session of its own. A question stays open for
`ANSWER_WITHIN_S`, what was spoken of for `SPOKEN_OF_S`; what was done can be taken back for
`TAKEN_BACK_S`, the latest first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from edge.nlu.context import Context
from edge.types import Answer, EntityState, Intent

ANSWER_WITHIN_S = 15.0
SPOKEN_OF_S = 120.0
TAKEN_BACK_S = 600.0
_KEPT = 20
"""So many turns can be taken back."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a turn changed."""

    before: Mapping[str, EntityState]
    """The state of each entity that changed, from before."""
    at: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """Actions that a "yes" would carry out."""

    intents: tuple[Intent, ...]
    answer: Answer
    until: float
    takes_back: Done | None = None
    """What the actions take back."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An intent that waits to be told which of the candidates (entity ids) it is about."""

    intent: Intent
    candidates: tuple[str, ...]
    until: float
    before: tuple[Intent, ...] = ()
    """What the same turn asked for before it."""
    rest: tuple[str, ...] = ()
    """The clauses of the same turn that come after it."""
    corrected: Done | None = None
    """What the turn corrects."""


@dataclass(slots=True)
class Session:
    """The state of one dialogue. Times are seconds of the clock that is passed in."""

    question: Waiting | Choice | None = None
    said: str = ""
    """What was last said that was no answer about the dialogue itself."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by the turn that is answered now."""
    _context: Context = field(default_factory=Context)
    _spoken_at: float = 0.0
    _done: list[Done] = field(default_factory=list)
    _latest: Done | None = None

    def context(self, now: float) -> Context:
        """What was last spoken of; nothing when that is long ago."""
        return self._context if now - self._spoken_at < SPOKEN_OF_S else Context()

    def speak_of(self, context: Context, now: float) -> None:
        """A turn meant something."""
        earlier = self.context(now).clauses
        self._context = replace(context, earlier=earlier)
        self._spoken_at, self._latest = now, None

    def open_question(self, now: float) -> Waiting | Choice | None:
        """The question that a text may answer. It is open no longer."""
        question, self.question = self.question, None
        return question if question is not None and now < question.until else None

    def did(self, before: Mapping[str, EntityState], now: float) -> None:
        """A turn changed entities, which were in these states before."""
        if before:
            self._latest = Done(dict(before), now)
            self._done = [*self._done, self._latest][-_KEPT:]

    def latest(self) -> Done | None:
        """What the last turn did, which a correction takes back. It is gone from here."""
        latest, self._latest = self._latest, None
        if latest is not None and latest in self._done:
            self._done.remove(latest)
        return latest

    def keep(self, done: Done) -> None:
        """What was to be taken back was not, and can be again."""
        self._done.append(done)

    def take_back(self, now: float) -> Done | None:
        """What was done last and can still be taken back. It is gone from here."""
        self._latest = None
        while self._done:
            done = self._done.pop()
            if now - done.at < TAKEN_BACK_S:
                return done
        return None
