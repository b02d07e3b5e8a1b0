"""What a speaker lacks who says nothing of what is to be done: "I can't see what I'm cooking".

    text → small network (int8 ONNX, trained by `models/needs_train.py`) → need, order or talk, and
           where its clauses begin

It is asked only where nothing is ordered, or something besides. That who tells of other times,
places and people ("her flat was freezing", "we'll be away in August") needs nothing here and now is
what it learnt, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Protocol

from models.needs_model import BEGINS, LEAST, NOTHING, ORDER, SURE, Read, plain

QUESTIONS = frozenset({"ask_warmth", "ask_outside", "ask_humidity", "ask_left_on", "ask_secure"})
"""Needs to know something: nothing is done for them."""
_REMEMBERED = 16
"""Texts: a turn asks for those of its clauses, and some of them again."""
_MOST_CHARACTERS = 300
"""A longer text is no wish that one says in passing."""

_SAID = re.compile(r"[\w'’]+")
"""A word, as in `plain`."""
_JOINING = re.compile(
    r"^(?:(?:and|but|because|['’]?cause|so|also|then|oh|plus|since|please|well|now)\b[\s,]*)+",
    re.IGNORECASE,
)
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

    def is_talk(self, text: str, least: float = 0.0) -> bool:
        """Whether it is likelier that who says this lacks nothing than any one thing, and at least
        so likely."""

    def is_order(self, text: str) -> bool:
        """Whether it is likeliest that who says this says itself what is to be done."""

    def clauses(self, text: str) -> tuple[str, ...]:
        """A text taken apart where its clauses begin, without what joins them."""


@dataclass(frozen=True, slots=True)
class SaidNeeds:
    """Simulated: the need of each text that is known, and none of any other. Texts are taken apart
    as `apart` tells; what is in `ordered` is an order, and what is in `talk` surely none."""

    known: Mapping[str, str]
    probability: float = 1.0
    apart: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ordered: frozenset[str] = frozenset()
    talk: frozenset[str] = frozenset()

    def of(self, text: str) -> Need | None:
        name = self.known.get(text.lower().strip(" .!?"))
        return Need(name, self.probability) if name is not None else None

    def is_talk(self, text: str, least: float = 0.0) -> bool:
        is_known = self.of(text) is not None or self.is_order(text)
        return text in self.talk or (not is_known and least == 0)

    def is_order(self, text: str) -> bool:
        return text in self.ordered

    def clauses(self, text: str) -> tuple[str, ...]:
        return self.apart.get(text, (text,))


class Network(Protocol):
    """Tells how likely each need is (`models.needs_model.NeedsModel`)."""

    @property
    def needs(self) -> tuple[str, ...]: ...

    def read(self, text: str) -> Read:
        """What a plain text tells."""


class TrainedNeeds:
    """Needs by the trained network, which is loaded when a text is first asked for one."""

    def __init__(self, load: Callable[[], Network]) -> None:
        self._load = load
        self._read = lru_cache(_REMEMBERED)(self._told)

    @cached_property
    def _network(self) -> Network:
        return self._load()

    def of(self, text: str) -> Need | None:
        if self._is_none(text):
            return None
        name, probability = self._likeliest(plain(text))
        if name in (NOTHING, ORDER) or probability < LEAST:
            return None
        return Need(name, probability)

    def is_talk(self, text: str, least: float = 0.0) -> bool:
        if self._is_none(text):
            return True
        likeliest, probability = self._likeliest(plain(text))
        return likeliest == NOTHING and probability >= least

    def is_order(self, text: str) -> bool:
        return not self._is_none(text) and self._likeliest(plain(text))[0] == ORDER

    def clauses(self, text: str) -> tuple[str, ...]:
        if self._is_none(text):
            return (text,)
        words = [word.start() for word in _SAID.finditer(text)]
        begins = self._read(plain(text)).begins
        if len(begins) != len(words):
            return (text,)
        cuts = [at for at, chance in zip(words[1:], begins[1:], strict=True) if chance >= BEGINS]
        parts = (text[begin:end] for begin, end in pairwise((0, *cuts, len(text))))
        bare = (_JOINING.sub("", part).strip(" ,;.") for part in parts)
        return tuple(filter(None, bare)) or (text,)

    def _is_none(self, text: str) -> bool:
        said = plain(text)
        return not said or len(said) > _MOST_CHARACTERS or _WRITTEN.search(text) is not None

    def _told(self, said: str) -> Read:
        return self._network.read(said)

    def _likeliest(self, said: str) -> tuple[str, float]:
        chances = self._read(said).chances
        best = int(chances.argmax())
        return self._network.needs[best], float(chances[best])
