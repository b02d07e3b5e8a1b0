"""What a language model may write about a home: calls of intents on some of its entities, or words.

    HassTurnOn "Kitchen Light"; HassLightSet "Desk Lamp" brightness 40
    say "The kitchen is upstairs."

`Offers` are the calls that are possible here and now. Its `grammar` (llama.cpp's GBNF) allows
nothing else to be written, and `read` understands all that it allows. Nothing is offered that a
model must never do of its own accord: it can lock and cannot unlock, it can shut a garage door and
cannot open one, and sirens, alarms and what is called after such things (`edge.home.guarded`) are
none of its business.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from edge.home.graph import Entity, Home
from edge.home.guarded import ENTRANCES, is_guarded, is_way_in
from edge.types import Intent, LaresError, SlotValue

MOST_CALLS = 4
"""In one answer."""
MOST_LETTERS = 240
"""Of what is said."""
_PERCENT = tuple(range(0, 101, 5))
_COLDEST, _HOTTEST = 5, 30
"""Degrees Celsius, where a thermostat tells no limits of its own."""
_ON_OFF = ("HassTurnOn", "HassTurnOff")
_OF_DOMAIN = {
    "light": (*_ON_OFF, "HassLightSet"),
    "switch": _ON_OFF,
    "input_boolean": _ON_OFF,
    "fan": (*_ON_OFF, "HassFanSetSpeed"),
    "cover": (*_ON_OFF, "HassSetPosition"),
    "valve": _ON_OFF,
    "lock": ("HassTurnOn",),
    "climate": ("HassClimateSetTemperature", "HassTurnOff"),
    "humidifier": _ON_OFF,
    "media_player": (*_ON_OFF, "HassMediaPause", "HassMediaUnpause", "HassSetVolume"),
    "vacuum": ("HassVacuumStart", "HassVacuumReturnToBase"),
    "lawn_mower": ("HassLawnMowerStartMowing", "HassLawnMowerDock"),
    "scene": ("HassTurnOn",),
    "script": ("HassTurnOn",),
}
"""What may be done to what. HassTurnOn locks a lock and opens a cover, as in Home Assistant."""
_NAMED_ONLY = frozenset({"switch", "input_boolean", "scene", "script"})
"""Domains of which only the name tells what a thing does."""
_VALUE = {
    "HassLightSet": "brightness",
    "HassFanSetSpeed": "percentage",
    "HassSetPosition": "position",
    "HassSetVolume": "volume_level",
    "HassClimateSetTemperature": "temperature",
}
"""Intents with a value, and its slot."""
_CALL = re.compile(r"(?P<intent>[A-Za-z]+) (?=\")")
_VALUED = re.compile(r" (?P<slot>[a-z_]+) (?P<value>-?\d+(?:\.\d+)?)")

Permitted = Callable[[Intent], bool]
"""Whether an intent may be offered."""


class CallError(LaresError):
    """What was written is no offered call."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model wrote: calls, or something to say."""

    intents: tuple[Intent, ...] = ()
    speech: str = ""


@dataclass(frozen=True)
class Offers:
    """The calls that are offered: of each entity what it is called, and what may be done to it."""

    entities: tuple[tuple[str, Entity, tuple[str, ...]], ...]

    @classmethod
    def of(
        cls, home: Home, entities: Iterable[Entity], permitted: Permitted = lambda *_: True
    ) -> Offers:
        """What may be done to these entities. Who is called like another one is called by the area
        too, or by the id."""
        found = []
        for entity in {each.id: each for each in entities}.values():
            intents = tuple(n for n in _intents(entity) if permitted(_first(n, entity)))
            if intents:
                found.append((entity, intents))
        called = _called(home, [entity for entity, _ in found])
        return cls(tuple((called[e.id], e, intents) for e, intents in found))

    @cached_property
    def grammar(self) -> str:
        """All that may be written."""
        lines = [
            f'say ::= "say \\"" [^"\\\\\\x00-\\x1f]{{1,{MOST_LETTERS}}} "\\""',
        ]
        calls = []
        for number, (label, entity, intents) in enumerate(self.entities):
            name = _literal(json.dumps(label, ensure_ascii=False))
            ways = []
            for intent in intents:
                slot = _VALUE.get(intent)
                values = " | ".join(map(_literal, _values(intent, entity)))
                end = "" if slot is None else f" {_literal(f' {slot} ')} ({values})"
                ways.append(f"{_literal(intent + ' ')} {name}{end}")
            calls.append(f"e{number}")
            lines.append(f"e{number} ::= {' | '.join(ways)}")
        if not calls:
            return "\n".join(["root ::= say", *lines])
        more = f'("; " call){{0,{MOST_CALLS - 1}}}'
        lines.append(f"call ::= {' | '.join(calls)}")
        return "\n".join([f"root ::= say | call {more}", *lines])

    def calls(self) -> Iterator[str]:
        """Each call that may be written, by itself, with each of its values."""
        for label, entity, intents in self.entities:
            name = json.dumps(label, ensure_ascii=False)
            for intent in intents:
                slot = _VALUE.get(intent)
                ends = [""] if slot is None else [f" {slot} {v}" for v in _values(intent, entity)]
                yield from (f"{intent} {name}{end}" for end in ends)

    def read(self, text: str) -> Reply:
        """What was written. Raises CallError where it is nothing that the grammar allows."""
        if text.startswith("say "):
            said, end = _string(text, 4)
            if end != len(text):
                raise CallError(f"expected nothing after what is said, found {text[end:][:40]!r}")
            return Reply(speech=said)
        intents: list[Intent] = []
        place = 0
        while True:
            intent, place = self._call(text, place)
            intents.append(intent)
            if place == len(text):
                return Reply(_once(intents))
            if not text.startswith("; ", place) or len(intents) == MOST_CALLS:
                raise CallError(f"expected another call, found {text[place:][:40]!r}")
            place += 2

    def _call(self, text: str, place: int) -> tuple[Intent, int]:
        found = _CALL.match(text, place)
        if found is None:
            raise CallError(f"expected a call, found {text[place:][:40]!r}")
        name = found["intent"]
        label, place = _string(text, found.end())
        entity = next(
            (e for called, e, may in self.entities if called == label and name in may), None
        )
        if entity is None:
            raise CallError(f"expected a call that is offered, found {name} of {label!r}")
        value = ""
        slot = _VALUE.get(name)
        if slot is not None:
            valued = _VALUED.match(text, place)
            if valued is None or valued["slot"] != slot:
                raise CallError(f"expected {slot} and a number, found {text[place:][:40]!r}")
            value, place = valued["value"], valued.end()
        return _intent(name, entity, value), place


def _intent(name: str, entity: Entity, value: str) -> Intent:
    slots: dict[str, SlotValue] = {"name": entity.name}
    if name in _VALUE:
        number = float(value)
        slots[_VALUE[name]] = int(number) if number.is_integer() else number
    return Intent(name, slots, (entity.id,), source="llm")


def _first(name: str, entity: Entity) -> Intent:
    """An intent on an entity, with the lowest value if it has one."""
    return _intent(name, entity, _values(name, entity)[0] if name in _VALUE else "")


def _intents(entity: Entity) -> tuple[str, ...]:
    if entity.domain == "cover" and (entity.device_class in ENTRANCES or is_way_in(entity)):
        return ("HassTurnOff",)
    if entity.domain in _NAMED_ONLY and is_guarded(entity):
        return ()
    return _OF_DOMAIN.get(entity.domain, ())


def _called(home: Home, entities: list[Entity]) -> dict[str, str]:
    names = Counter(entity.name for entity in entities)
    found: dict[str, str] = {}
    for entity in entities:
        area = home.area(entity.area) if entity.area else None
        where = entity.name if area is None else f"{entity.name}, {area.name}"
        found[entity.id] = entity.name if names[entity.name] == 1 else where
    again = Counter(found.values())
    return {i: label if again[label] == 1 else i for i, label in found.items()}


def _values(intent: str, entity: Entity) -> tuple[str, ...]:
    """The numbers that an intent with a value may have, the lowest first."""
    values: Iterable[float] = _PERCENT
    if intent == "HassClimateSetTemperature":
        least = _limit(entity, "min_temp", _COLDEST)
        most = max(least, _limit(entity, "max_temp", _HOTTEST))
        values = [half / 2 for half in range(round(2 * least), round(2 * most) + 1)]
    return tuple(f"{value:g}" for value in values)


def _limit(entity: Entity, name: str, otherwise: int) -> int:
    value = entity.state.attributes.get(name)
    return int(value) if isinstance(value, int | float) and -50 <= value <= 100 else otherwise


def _literal(text: str) -> str:
    """A text as GBNF writes it. Signs that its readers could take for something else are written
    by their number."""
    written = "".join(
        sign if sign.isascii() and (sign.isalnum() or sign in " _.,;-") else _numbered(sign)
        for sign in text
    )
    return f'"{written}"'


def _numbered(sign: str) -> str:
    code = ord(sign)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _string(text: str, place: int) -> tuple[str, int]:
    try:
        said, end = json.JSONDecoder().raw_decode(text, place)
    except json.JSONDecodeError as error:
        raise CallError(f"expected a name in quotes, found {text[place:][:40]!r}") from error
    if not isinstance(said, str):
        raise CallError(f"expected a name in quotes, found {said!r}")
    return said, end


def _once(intents: list[Intent]) -> tuple[Intent, ...]:
    """Each call once: twice is once too often."""
    return tuple(intent for at, intent in enumerate(intents) if intent not in intents[:at])
