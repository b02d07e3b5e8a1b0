"""Who reads what was said: this machine, or another one.

A turn is its words, with what the reading depends on beside the home: where it was said, and what
was spoken of before it. `HomeReader` reads it here and now; `edge.workers` has it read elsewhere.
Reading changes nothing, so the same turn may be read twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from edge.home.devices import Devices
from edge.home.graph import Home
from edge.nlu.context import Context
from edge.nlu.interpreter import Interpreter, Reading
from edge.nlu.needs import Needs
from edge.nlu.resolver import Resolver
from edge.types import Tagging


@dataclass(frozen=True, slots=True)
class Turn:
    """What is to be read."""

    text: str
    before: Context = field(default_factory=Context)
    """What was spoken of."""
    area: str | None = None
    """The id or name of the speaker's area."""
    now: datetime | None = None
    """Local time; None is the reader's."""


@dataclass(frozen=True, slots=True)
class Read:
    """What was read, and how."""

    reading: Reading
    tagging: Tagging | None = None
    """Of the first of the texts that the turn was taken apart into."""
    ms: Mapping[str, float] = field(default_factory=dict)
    """Milliseconds of each stage: tagger, resolver."""


class Reader(Protocol):
    """Reads turns in one home."""

    async def read(self, turn: Turn) -> Read: ...


class Tags(Protocol):
    """What reading needs of a tagger."""

    def tag(self, text: str) -> Tagging: ...


class HomeReader:
    """Reads turns in the home of these devices, as it is now.

    confidence: 0 to 1; what the tagger is less sure of means nothing.
    urgent: within it, whatever else computes pauses.
    """

    def __init__(
        self,
        tagger: Tags,
        devices: Devices,
        confidence: float,
        needs: Needs | None = None,
        urgent: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self._tagger = tagger
        self._devices = devices
        self._confidence = confidence
        self._needs = needs
        self._urgent = urgent
        self._resolver: tuple[Home, Resolver] | None = None

    async def read(self, turn: Turn) -> Read:
        return self.read_now(turn)

    def read_now(self, turn: Turn) -> Read:
        """As `read`. May be called in any thread, by one at a time."""
        tagged: dict[str, Tagging] = {}
        tagging_s = 0.0

        def tag(text: str) -> Tagging:
            nonlocal tagging_s
            if text not in tagged:
                begin = time.perf_counter()
                tagged[text] = self._tagger.tag(text)
                tagging_s += time.perf_counter() - begin
            return tagged[text]

        interpreter = Interpreter(
            self._resolver_now(),
            tag,
            self._devices.states,
            turn.area,
            turn.now or datetime.now(),
            self._needs,
        )
        begin = time.perf_counter()
        with self._urgent():
            reading = interpreter.read(turn.text, turn.before)
        spent_s = time.perf_counter() - begin
        ms = {"tagger": tagging_s * 1000} if tagged else {}
        ms["resolver"] = (spent_s - tagging_s) * 1000
        return Read(reading, next(iter(tagged.values()), None), ms)

    def _resolver_now(self) -> Resolver:
        home = self._devices.home
        if self._resolver is None or self._resolver[0] is not home:
            self._resolver = (home, Resolver(home, self._confidence))
        return self._resolver[1]
