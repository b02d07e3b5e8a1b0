"""Wishes that machines fulfil: clean floors, the garden, hot drinks, warm towels, rain outside; and
what is only asked about."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from edge.home.graph import Entity
from edge.nlu.situation import Situation
from edge.types import Intent

_WATERS = re.compile(
    r"\b(?:sprinklers?|irrigation|drip|garden (?:water|hose|tap)|lawn|watering|hose)\b",
    re.IGNORECASE,
)
_COFFEE = re.compile(r"\b(?:coffee|espresso|percolator)\b", re.IGNORECASE)
_KETTLE = re.compile(r"\b(?:kettle|tea maker|samovar|water boiler)\b", re.IGNORECASE)
_TEA = re.compile(r"\b(?:tea|cuppa|brew|kettle)\b")
_TOWELS = re.compile(r"\b(?:towel (?:rail|warmer|heater|radiator|rack))\b", re.IGNORECASE)
_SWITCHES = frozenset({"switch", "input_boolean"})
_AT_REST = frozenset({"docked", "idle", "off", "paused", "unknown"})


def clean_floor(situation: Situation) -> tuple[Intent, ...] | str:
    """A vacuum started."""
    vacuums = situation.nearest(lambda e: e.domain == "vacuum")
    return _started(situation, vacuums, "vacuum", "HassVacuumStart")


def mow(situation: Situation) -> tuple[Intent, ...] | str:
    """A mower started."""
    mowers = [e for e in situation.everything if e.domain == "lawn_mower"]
    return _started(situation, mowers, "mower", "HassLawnMowerStartMowing")


def _started(
    situation: Situation, machines: Sequence[Entity], called: str, intent: str
) -> tuple[Intent, ...] | str:
    """The first of some machines that is at rest."""
    if not machines:
        return f"There is no {called} in this home."
    idle = [e for e in machines if situation.state(e).state in _AT_REST]
    if not idle:
        return f"The {machines[0].name} is at work already."
    return (situation.does(intent, idle[:1]),)


def water_garden(situation: Situation) -> tuple[Intent, ...] | str:
    """What waters the garden, turned on."""
    waters = _waters(situation)
    if not waters:
        return "There is nothing that waters the garden."
    off = [e for e in waters if situation.state(e).state not in {"on", "open"}]
    if len(off) < len(waters):
        return f"The {next(e for e in waters if e not in off).name} is on already."
    return (situation.does("HassTurnOn", off[:1]),)


def stop_watering(situation: Situation) -> tuple[Intent, ...] | str:
    """What waters the garden, turned off."""
    on = [e for e in _waters(situation) if situation.state(e).state in {"on", "open", "opening"}]
    done = [
        situation.does("HassTurnOff", group)
        for domain in ("switch", "valve", "input_boolean")
        if (group := [e for e in on if e.domain == domain])
    ]
    return tuple(done) or "Nothing waters the garden now."


def hot_drink(situation: Situation) -> tuple[Intent, ...] | str:
    """The coffee machine or the kettle, turned on."""
    tea = _TEA.search(situation.text) is not None
    coffee = situation.nearest(lambda e: _is_switch(e, _COFFEE))
    kettle = situation.nearest(lambda e: _is_switch(e, _KETTLE))
    says_coffee = _COFFEE.search(situation.text) is not None
    machine = coffee if says_coffee else kettle if tea else (*coffee, *kettle)
    return _turned_on(situation, machine, "There is no machine for that which I could turn on.")


def bathe(situation: Situation) -> tuple[Intent, ...] | str:
    """The towel rail, turned on."""
    rails = situation.nearest(lambda e: _is_switch(e, _TOWELS))
    return _turned_on(situation, rails, "There is nothing here that warms towels.")


def rain(situation: Situation) -> tuple[Intent, ...] | str:
    """Awnings in, windows closed."""
    open_ones = [
        e
        for e in situation.everything
        if e.domain == "cover"
        and e.device_class in {"awning", "window"}
        and situation.state(e).state != "closed"
    ]
    if not open_ones:
        return "No awning is out, and I know of no open window that I could close."
    return tuple(situation.does("HassTurnOff", [entity]) for entity in open_ones)


def ask_warmth(situation: Situation) -> tuple[Intent, ...] | str:
    """The temperature that is measured here."""
    sensors = [e for e in situation.here if _measures(e, "temperature")]
    climates = [
        e
        for e in situation.here
        if e.domain == "climate" and situation.number(e, "current_temperature") is not None
    ]
    found = sensors or climates
    if not found:
        return f"Nothing measures the temperature {situation.phrase}."
    return (situation.does("HassClimateGetTemperature", found[:1]),)


def ask_outside(situation: Situation) -> tuple[Intent, ...] | str:
    """The temperature out of doors."""
    found = [
        e
        for e in situation.everything
        if _measures(e, "temperature")
        and (
            re.search(r"\b(?:outside|outdoors?|outer)\b", e.name, re.IGNORECASE)
            or situation.is_outdoors(situation.home.area(e.area or ""))
        )
    ]
    if not found:
        return "Nothing measures the temperature outside."
    return (situation.does("HassClimateGetTemperature", found[:1]),)


def ask_humidity(situation: Situation) -> tuple[Intent, ...] | str:
    """The humidity that is measured here."""
    found = [e for e in situation.here if _measures(e, "humidity")]
    if not found:
        return f"Nothing measures the humidity {situation.phrase}."
    return (_asked(situation, found[:1], "sensor"),)


def ask_left_on(situation: Situation) -> tuple[Intent, ...] | str:
    """What is on, of what is switched and plays."""
    domains = {"light", "switch", "fan", "media_player", "input_boolean"}
    named = {area.id for area in situation.areas} if situation.names_place else None
    within = [e for e in situation.everything if named is None or e.area in named]
    on = [
        e for e in within if e.domain in domains and situation.state(e).state in {"on", "playing"}
    ]
    return _told(on, "is on", "are on") if on else "Nothing is on there."


def ask_secure(situation: Situation) -> tuple[Intent, ...] | str:
    """What is unlocked or open, of doors and windows."""
    ways = {"garage", "garage_door", "gate", "door", "window", "opening"}
    doors = [
        e
        for e in situation.everything
        if e.domain == "lock" or (e.domain in {"cover", "binary_sensor"} and e.device_class in ways)
    ]
    named = [e for e in doors if any(n.lower() in situation.text for n in (e.name, *e.aliases))]
    unlocked = [e for e in named or doors if situation.state(e).state in {"unlocked"}]
    wide = [e for e in named or doors if situation.state(e).state in {"open", "on", "opening"}]
    if not doors:
        return "I know of no door or lock in this home."
    told = [_told(unlocked, "is unlocked", "are unlocked")] if unlocked else []
    told += [_told(wide, "is open", "are open")] if wide else []
    if told:
        return " ".join(told)
    locks = [e for e in named or doors if e.domain == "lock"]
    return _told(locks, "is locked", "are locked") if locks else "All doors are closed."


def _told(entities: Sequence[Entity], one: str, several: str) -> str:
    names = [f"the {entity.name}" for entity in entities]
    said = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{said[0].upper()}{said[1:]} {one if len(names) == 1 else several}."


def _asked(situation: Situation, entities: Sequence[Entity], domain: str) -> Intent:
    return situation.does("HassGetState", entities, domain=domain)


def _measures(entity: Entity, what: str) -> bool:
    return entity.domain == "sensor" and entity.device_class == what


def _waters(situation: Situation) -> list[Entity]:
    return [
        e
        for e in situation.everything
        if (e.domain == "valve" or e.domain in _SWITCHES)
        and any(_WATERS.search(name) for name in (e.name, *e.aliases))
    ]


def _is_switch(entity: Entity, pattern: re.Pattern[str]) -> bool:
    called = any(pattern.search(name) for name in (entity.name, *entity.aliases))
    return entity.domain in _SWITCHES and called


def _turned_on(
    situation: Situation, machines: Sequence[Entity], none: str
) -> tuple[Intent, ...] | str:
    if not machines:
        return none
    off = [e for e in machines if situation.state(e).state != "on"]
    if not off:
        return f"The {machines[0].name} is on already."
    return (situation.does("HassTurnOn", off[:1]),)


WISHES: Mapping[str, Callable[[Situation], tuple[Intent, ...] | str]] = {
    "clean_floor": clean_floor,
    "mow": mow,
    "water_garden": water_garden,
    "stop_watering": stop_watering,
    "hot_drink": hot_drink,
    "bathe": bathe,
    "rain": rain,
    "ask_warmth": ask_warmth,
    "ask_outside": ask_outside,
    "ask_humidity": ask_humidity,
    "ask_left_on": ask_left_on,
    "ask_secure": ask_secure,
}
