"""What a speaker lacks who says nothing of what is to be done: "I can't see what I'm cooking".

    text → small network (int8 ONNX, trained by `models/needs_train.py`) → need, or talk

It is asked only where nothing is ordered. That who tells of other times, places and people ("her
flat was freezing", "we'll be away in August") needs nothing here and now is what it learnt, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.needs_model import LEAST, NOTHING, ORDER, SURE, plain

QUESTIONS = frozenset({"ask_warmth", "ask_outside", "ask_humidity", "ask_left_on", "ask_secure"})
"""Needs to know something: nothing is done for them."""
_REMEMBERED = 16
"""Texts: a turn asks for those of its clauses, and some of them again."""
_MOST_CHARACTERS = 300
"""A longer text is no wish that one says in passing."""

_WRITTEN = re.compile(r"[{}<>\\[\]|_=;\"]|\w\.\w+_")
"""Signs that nobody speaks: code, not a wish."""


@dataclass(frozen=True, slots=True)
class Need:
    """What is lacked, and how surely."""

    name: str
    """A class of `models/needs/`: "more_light", "fresh_air"."""
    probability: float
    """0 to 1."""

    @property
    def is_sure(self) -> bool:
        """Whether it may be acted on without asking."""
        return self.probability >= SURE


class Needs(Protocol):
    """Tells needs from texts."""

    def of(self, text: str) -> Need | None:
        """What is lacked by whom says this; None where it is talk, or is not even likely."""

    def is_talk(self, text: str) -> bool:
        """Whether it is likelier that who says this lacks nothing than any one thing."""


@dataclass(frozen=True, slots=True)
class SaidNeeds:
    """Simulated: the need of each text that is known, and none of any other."""

    known: Mapping[str, str]
    probability: float = 1.0

    def of(self, text: str) -> Need | None:
        name = self.known.get(text.lower().strip(" .!?"))
        return Need(name, self.probability) if name is not None else None

    def is_talk(self, text: str) -> bool:
        return self.of(text) is None


class Chances(Protocol):
    """Tells how likely each need is (`models.needs_model.NeedsModel`)."""

    @property
    def needs(self) -> tuple[str, ...]: ...

    def chances(self, text: str) -> NDArray[np.float32]:
        """The probability of each need, shape (needs,)."""


class TrainedNeeds:
    """Needs by the trained network, which is loaded when a text is first asked for one."""

    def __init__(self, load: Callable[[], Chances]) -> None:
        self._load = load
        self._likeliest = lru_cache(_REMEMBERED)(self._told)

    @cached_property
    def _network(self) -> Chances:
        return self._load()

    def of(self, text: str) -> Need | None:
        if self._is_none(text):
            return None
        name, probability = self._likeliest(plain(text))
        if name in (NOTHING, ORDER) or probability < LEAST:
            return None
        return Need(name, probability)

    def is_talk(self, text: str) -> bool:
        if self._is_none(text):
            return True
        return self._likeliest(plain(text))[0] == NOTHING

    def _is_none(self, text: str) -> bool:
        said = plain(text)
        return not said or len(said) > _MOST_CHARACTERS or _WRITTEN.search(text) is not None

    def _told(self, said: str) -> tuple[str, float]:
        chances = self._network.chances(said)
        best = int(chances.argmax())
        return self._network.needs[best], float(chances[best])
