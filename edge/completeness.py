"""Whether what was said so far can be all of it, by what it means in this home.

A text is read as the assistant would read it, without acting: a few milliseconds, in the thread
that recognises speech. It is

- *open* when it means nothing, lacks what it cannot do without ("make the bedroom lamp", "turn the
  kitchen light", "is the garage door"), or stops at a word after which more must come ("turn on
  the", "… and");
- *whole* when it begins as an order or a question, names what it is about, leaves no choice, and is
  of a kind that does no harm at once: also what is asked about before it is done, such as
  unlocking;
- *maybe* otherwise: statements ("it's dark in here"), lists and timers, "all" and what spreads over
  several rooms, times to act at, and texts that often go on: those that end in a number ("twenty" …
  "five") or in what begins a longer name ("the garage door" … "light").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from edge.assistant import NO, YES
from edge.home.colors import color_rgb
from edge.home.devices import Devices
from edge.home.graph import Area, Entity, Floor, Home
from edge.nlu import timing
from edge.nlu.beginnings import starts_clause
from edge.nlu.context import Context
from edge.nlu.heard import WHERE
from edge.nlu.interpreter import Interpreter, Reading
from edge.nlu.numbers import find_number_in
from edge.nlu.reader import Tags
from edge.nlu.remarks import remark_of
from edge.nlu.resolver import Resolver
from edge.nlu.slots import lacks_value
from edge.types import Intent
from edge.voice.completeness import DANGLING, Ending
from edge.voice.vocabulary import spoken

_MANY = frozenset({"all", "every", "everything", "everywhere", "each", "both", "whole", "any"})
_ASKS_WHETHER = frozenset({"is", "are"})
_TURNS = frozenset({"turn", "switch", "put"})
_TURNED = frozenset({"on", "off", "up", "down", "to", "into", "back", "over", "open", "closed"})
"""What tells how something is turned."""
_SETS = frozenset({"set", "make", "change", "adjust"})
"""Verbs that need a value."""
_INTO = frozenset({"in", "into"})
_AT_ONCE = frozenset(
    {
        "ClimateSetHvacMode", "HassClimateGetTemperature", "HassClimateSetFanMode",
        "HassClimateSetTemperature", "HassFanSetSpeed", "HassGetCurrentDate",
        "HassGetCurrentTime", "HassGetState", "HassHumidifierMode", "HassHumidifierSetpoint",
        "HassLawnMowerDock", "HassLawnMowerStartMowing", "HassLightSet", "HassMediaNext",
        "HassMediaPause", "HassMediaPlayerMute", "HassMediaPlayerUnmute", "HassMediaPrevious",
        "HassMediaUnpause", "HassSetPosition", "HassSetVolume", "HassSetVolumeRelative",
        "HassStopMoving", "HassTimerStatus", "HassToggle", "HassTurnOff", "HassTurnOn",
        "HassVacuumReturnToBase", "HassVacuumStart", "VacuumPause",
    }
)  # fmt: skip
"""Intents without free text, that delete nothing."""
_NAMED = frozenset({"name", "area", "floor"})
_OF_NOTHING = frozenset({"HassGetCurrentDate", "HassGetCurrentTime", "HassTimerStatus"})


@dataclass(frozen=True, slots=True)
class _Ready:
    """What was made for one home."""

    home: Home
    resolver: Resolver
    places: frozenset[tuple[str, ...]]
    beginnings: frozenset[tuple[str, ...]]
    """The words with which a longer name begins."""

    @classmethod
    def of(cls, home: Home, confidence: float) -> _Ready:
        places = frozenset(_names((*home.areas, *home.floors)))
        names = places.union(_names(home.entities))
        beginnings = frozenset(name[:n] for name in names for n in range(1, len(name)))
        return cls(home, Resolver(home, confidence), places, beginnings)

    def goes_on_as_a_name(self, words: list[str]) -> bool:
        """Whether a text ends in the beginning of a longer name: "the bedroom" of "bedroom lamp",
        but not "in the bedroom"."""
        for at in range(len(words)):
            end = tuple(words[at:])
            before = [word for word in words[max(0, at - 2) : at] if word not in {"the", "my"}]
            inside = end in self.places and not _INTO.isdisjoint(before[-1:])
            if end in self.beginnings and not inside:
                return True
        return False


@dataclass(eq=False, slots=True)
class HomeCompleteness:
    """Judges texts spoken in `area` (id or name) of one home; made anew where the home changes.

    confidence: 0 to 1; a tagging below it means nothing.
    """

    tagger: Tags
    devices: Devices
    confidence: float
    area: str | None = None
    _ready: _Ready | None = field(default=None, init=False)

    def ending(self, text: str) -> Ending:
        words = spoken(text).split()
        if not words or words[-1] in DANGLING:
            return "open"
        ready = self._made()
        reading = self._read(text, Context())
        meant = reading.understanding
        if meant.candidates:
            return "maybe" if _says(reading, WHERE) else "open"
        if not meant.intents or meant.question is not None:
            answers = " ".join(words) in YES | NO or remark_of(text) is not None
            return "maybe" if answers or ready.resolver.lexicon.called(text) else "open"
        if _lacks_something(words, reading):
            return "open"
        hasty = (
            len(words) > 1
            and starts_clause(text)
            and not _MANY.intersection(words)
            and not _is_number(words[-1:])
            and not ready.goes_on_as_a_name(words)
            and all(self._may_be_done_at_once(intent) for intent in meant.intents)
            and (
                _says(reading, _NAMED)
                or bool(ready.resolver.lexicon.scan_all(text).entities)
                or _is_of_nothing(words, meant.intents)
            )
        )
        return "whole" if hasty else "maybe"

    def is_understood(self, text: str) -> bool:
        """Whether the text means something, lacks nothing and leaves no choice."""
        reading = self._read(text, Context())
        meant = reading.understanding
        words = spoken(text).split()
        is_clear = bool(meant.intents) and meant.question is None
        return is_clear and not _lacks_something(words, reading)

    def goes_on(self, said: str, more: str) -> bool:
        words = spoken(more).split()
        before = spoken(said).split()
        if not words or (_is_number(before[-1:]) and _is_number(words[:1])):
            return False
        meant = self._read(more, self._read(said, Context()).context).understanding
        names = {intent.name for intent in meant.intents}
        return meant.question is None and bool(names) and "HassRespond" not in names

    def _read(self, text: str, before: Context) -> Reading:
        resolver = self._made().resolver
        reader = Interpreter(resolver, self.tagger.tag, self.devices.states, self.area)
        return reader.read(text, before)

    def _made(self) -> _Ready:
        home = self.devices.home
        if self._ready is None or self._ready.home is not home:
            self._ready = _Ready.of(home, self.confidence)
        return self._ready

    def _may_be_done_at_once(self, intent: Intent) -> bool:
        entities = map(self.devices.home.entity, intent.targets)
        areas = {entity.area for entity in entities if entity is not None}
        return intent.name in _AT_ONCE and len(areas) <= 1 and timing.SLOTS.isdisjoint(intent.slots)


def _lacks_something(words: list[str], reading: Reading) -> bool:
    """Whether it means something only because what is missing, or is no colour, was not asked
    for."""
    intents = reading.understanding.intents
    if words[0] in _ASKS_WHETHER and not any("state" in intent.slots for intent in intents):
        return True
    if any("color" in i.slots and color_rgb(str(i.slots["color"])) is None for i in intents):
        return True
    if len(intents) == 1 and intents[0].slots.keys() <= WHERE and not _SETS.isdisjoint(words[:4]):
        return True
    if not _TURNS.isdisjoint(words) and (
        _TURNED.isdisjoint(words)
        or any(i.name == "HassMediaUnpause" and not i.slots for i in intents)
    ):
        return True
    return any(lacks_value(clause.tagging) for clause in reading.context.clauses)


def _says(reading: Reading, labels: frozenset[str]) -> bool:
    """Whether every clause has a span with one of these labels."""
    clauses = reading.context.clauses
    return all(any(s.label in labels for s in clause.tagging.spans) for clause in clauses)


def _is_of_nothing(words: list[str], intents: Iterable[Intent]) -> bool:
    """Whether it is a question about nothing in the home: "what time is it"."""
    return len(words) > 2 and all(intent.name in _OF_NOTHING for intent in intents)


def _is_number(words: list[str]) -> bool:
    return find_number_in(tuple(words)) is not None


def _names(things: Iterable[Entity | Area | Floor]) -> Iterator[tuple[str, ...]]:
    """All names and aliases, in words as they are said."""
    for thing in things:
        for name in (thing.name, *thing.aliases):
            yield tuple(spoken(name).split())
