"""How skills name things and places when they speak: "the desk lamp", "3 lights in the kitchen"."""

from __future__ import annotations

from collections.abc import Sequence

from edge.home.graph import Entity
from edge.types import Answer, Intent

NOBODY = Answer(speech="I don't know which device you mean.")
"""What is said to an intent about nothing."""

_NOUNS = {
    "climate": "thermostat",
    "media_player": "media player",
    "input_boolean": "switch",
    "input_button": "button",
    "binary_sensor": "sensor",
}
_NAMED_LIKE_PEOPLE = frozenset({"person", "vacuum", "lawn_mower", "weather"})
"""Domains in which a single word is a proper name: "Rover"."""
_NO_PROPER_NAMES = frozenset({"vacuum", "hoover", "robot", "mower", "lawnmower", "weather"})
_SINGULAR_ENDINGS = ("ss", "us", "is", "as", "'s", "lens", "news", "series")
_WITHOUT_ARTICLE = frozenset({"scene", "script"})


def the(entity: Entity) -> str:
    """An entity in the middle of a sentence: "the desk lamp", "the TV", "Rover"."""
    name = _uncapitalised(entity.name)
    alone = len(entity.name.split()) == 1 and name not in _NO_PROPER_NAMES
    if entity.domain in _NAMED_LIKE_PEOPLE and alone:
        return entity.name
    bare = entity.domain in _WITHOUT_ARTICLE or name.startswith(("the ", "my "))
    return name if bare else f"the {name}"


def be(what: Entity | str) -> str:
    """ "is" or "are", as a name asks for: "the garden path lights are", "Thomas is"."""
    if isinstance(what, Entity) and what.domain in _NAMED_LIKE_PEOPLE:
        return "is"
    words = (what.name if isinstance(what, Entity) else what).lower().split()
    last = words[-1] if words else ""
    several = last.endswith("s") and not last.endswith(_SINGULAR_ENDINGS) and len(last) > 3
    return "are" if several or "and" in words else "is"


def counted(what: str, count: int, where: str, state: str) -> str:
    """That all of some things are in a state: "both lights in the kitchen are off"."""
    each = {1: "the", 2: "both"}.get(count, f"all {count}")
    there = f" {where}" if where else ""
    return f"{each} {plural(what, count)}{there} {'is' if count == 1 else 'are'} {state}"


def plural(word: str, count: int) -> str:
    """A noun for so many things: "lights", "batteries", "switches"."""
    if count == 1:
        return word
    if word.endswith("y") and word[-2:-1] not in {*"aeiou"}:
        return f"{word[:-1]}ies"
    return f"{word}{'es' if word.endswith(('ch', 'sh')) else 's'}"


def things(entities: Sequence[Entity], intent: Intent) -> str:
    """Several entities: the name of a single one, else how many of what, and where."""
    if len(entities) == 1:
        return the(entities[0])
    where = place(intent)
    several = plural(noun(entities), len(entities))
    return f"{len(entities)} {several}{f' {where}' if where else ''}"


def noun(entities: Sequence[Entity]) -> str:
    """What all of some entities are, in the singular: "light", "curtain", or "device"."""
    kinds = {_kind(entity) for entity in entities}
    if len(kinds) == 1:
        return kinds.pop()
    domains = {entity.domain for entity in entities}
    return _NOUNS.get(only := domains.pop(), only) if len(domains) == 1 else "device"


def place(intent: Intent) -> str:
    """The place in an intent's slots, in words: "in the kitchen", "upstairs"; empty without one."""
    name = str(intent.slots.get("area") or intent.slots.get("floor") or "")
    bare = name.lower()
    if not bare or bare in {"upstairs", "downstairs", "outside", "inside", "outdoors", "indoors"}:
        return bare
    return f"{'on' if 'floor' in bare.split() else 'in'} the {_uncapitalised(name)}"


def listed(names: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def sentence(text: str) -> str:
    """A text with its first letter large and a full stop."""
    return f"{text[:1].upper()}{text[1:]}."


def number(value: float) -> str:
    """A number without a needless ".0"."""
    return f"{value:g}"


def _kind(entity: Entity) -> str:
    if entity.domain in {"cover", "binary_sensor"} and entity.device_class:
        spoken = {"garage": "garage door"}.get(entity.device_class, entity.device_class)
        return spoken.replace("_", " ")
    return _NOUNS.get(entity.domain, entity.domain.replace("_", " "))


def _uncapitalised(name: str) -> str:
    """A name without the capitals of a title; "TV" and "McKay" keep theirs."""
    return " ".join(word.lower() if word.istitle() else word for word in name.split())
