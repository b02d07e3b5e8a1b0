"""What a speaker lacks who says nothing of what is to be done: "I can't see what I'm cooking".

    text → small network (int8 ONNX, trained by `models/needs_train.py`) → need, or talk

It is asked only where nothing is ordered. Who tells of other times, places and people ("her flat
was freezing", "we'll be away in August") needs nothing here and now, whatever the network says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.needs_model import NOTHING, plain

QUESTIONS = frozenset({"ask_warmth", "ask_outside", "ask_humidity", "ask_left_on", "ask_secure"})
"""Needs to know something: nothing is done for them."""
_MOST_CHARACTERS = 300
"""A longer text is no wish that one says in passing."""

_WRITTEN = re.compile(r"[{}<>\\[\]|_=;\"]|\w\.\w+_")
"""Signs that nobody speaks: code, not a wish."""
_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
_THEN = re.compile(
    r"\b(?:yesterday|tomorrow|used to|last (?:night|week|month|year|summer|winter|time|\w+day)"
    r"|next (?:week|month|year|summer|winter|spring|autumn)|one day|some ?day|\w+ ago"
    r"|when i was|as a (?:kid|child)|in the (?:war|film|movie|book|story)|in those days|back then"
    r"|always|(?<!['’]ll )never|usually|every (?:week|day|year|\w+day)|maybe|perhaps|thinking of"
    r"|might"
    r"|(?:in|since|before) (?:january|february|march|april|may|june|july|august|september|october"
    r"|november|december|spring|summer|autumn|winter)"
    rf"|on (?:{_DAY}|the weekend)|at the weekend)\b"
)
"""Words of another time, or of all times."""
_GOING = re.compile(r"\b(?:until|till?|back|for (?:a|the|two|three|ten|\d+)|off to|leaving|away)\b")
"""What may be said with a time of one who leaves now: "we're away, back next week"."""
_PAST = re.compile(r"^(?:\w+['’]?\w* ){1,4}?(?:was|were|had been|had)\b")
_NOW = re.compile(r"\b(?:now|must|just|still|have to|i['’]m|i am|we['’]re|it['’]s)\b")
_ELSEWHERE = re.compile(
    r"^(?:in|at|on) (?:(?:my|our|his|her|the) (?:country|village|town|school|office|work|shop|car"
    r"|bus)"
    r"|(?!here|this|the|my|our)\w+) (?:they|everybody|everyone|people|we|you|it|the|i)\b"
)
_OTHERS = re.compile(
    r"\b(?:his|her|their|your|(?:my|our) (?:old|mate|friend|buddy|brother|sister|aunt|uncle|cousin"
    r"|neighbou?r|boss|colleague|car|school|office at))(?:['’]s)? "
    r"(?!baby|kids?|is (?:knocking|banging|complaining|coming)|are (?:knocking|banging|complaining"
    r"|coming))\w+.*\b(?:is|are|smells?|stinks?|has|got|never|isn['’]t)\b"
)
"""Something of somebody else's."""
_SAYS = re.compile(
    r"^(?:(?:and|so|then|well) )*(?:he|she|they|mum|mom|dad|\w+) (?:said|says|told|asked|say)\b"
)
_PREFERS = re.compile(r"\b(?:i|we|you|they|he|she) (?:prefer|like|love|hate|don['’]t drink)s? ")
_STILL_WANTS = re.compile(
    r"\b(?:this|that) (?:song|music|one|bit|tune|track)|the big light|\bi(?: would|['’]d)\b"
)


@dataclass(frozen=True, slots=True)
class Need:
    """What is lacked, and how surely."""

    name: str
    """A class of `models/needs/sentences.txt`: "more_light", "fresh_air"."""
    probability: float
    """0 to 1."""


class Needs(Protocol):
    """Tells needs from texts."""

    def of(self, text: str) -> Need | None:
        """What is lacked by whom says this; None where it is talk, or is not sure enough."""

    def is_talk(self, text: str) -> bool:
        """Whether it is likelier that who says this lacks nothing than any one thing."""


@dataclass(frozen=True, slots=True)
class SaidNeeds:
    """Simulated: the need of each text that is known, and none of any other."""

    known: Mapping[str, str]

    def of(self, text: str) -> Need | None:
        name = self.known.get(text.lower().strip(" .!?"))
        return Need(name, 1.0) if name is not None else None

    def is_talk(self, text: str) -> bool:
        return self.of(text) is None


class Chances(Protocol):
    """Tells how likely each need is (`models.needs_model.NeedsModel`)."""

    @property
    def needs(self) -> tuple[str, ...]: ...

    @property
    def least(self) -> float:
        """Probability from which a need is acted on."""

    def chances(self, text: str) -> NDArray[np.float32]:
        """The probability of each need, shape (needs,)."""


class TrainedNeeds:
    """Needs by the trained network, which is loaded when a text is first asked for one."""

    def __init__(self, load: Callable[[], Chances]) -> None:
        self._load = load
        self._last = ("", "", 0.0)

    @cached_property
    def _network(self) -> Chances:
        return self._load()

    def of(self, text: str) -> Need | None:
        if self._is_none(text):
            return None
        name, probability = self._likeliest(plain(text))
        if name == NOTHING or probability < self._network.least:
            return None
        return Need(name, probability)

    def is_talk(self, text: str) -> bool:
        if self._is_none(text):
            return True
        return self._likeliest(plain(text))[0] == NOTHING

    def _is_none(self, text: str) -> bool:
        said = plain(text)
        return (
            not said
            or len(said) > _MOST_CHARACTERS
            or _WRITTEN.search(text) is not None
            or is_told(said)
        )

    def _likeliest(self, said: str) -> tuple[str, float]:
        if self._last[0] != said:
            chances = self._network.chances(said)
            best = int(chances.argmax())
            self._last = (said, self._network.needs[best], float(chances[best]))
        return self._last[1:]


def is_told(text: str) -> bool:
    """Whether a plain text tells of another time, of other people, or of what one likes."""
    if _THEN.search(text) is not None and _GOING.search(text) is None:
        return True
    if _PAST.match(text) is not None and _NOW.search(text) is None:
        return True
    if _OTHERS.search(text) is not None or _ELSEWHERE.match(text) is not None:
        return True
    return _SAYS.match(text) is not None or (
        _PREFERS.search(text) is not None and _STILL_WANTS.search(text) is None
    )
