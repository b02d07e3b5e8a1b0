"""What people call things: which of a kind a noun means, and by which noun a kind is called."""

from __future__ import annotations

from collections.abc import Sequence

from edge.home.graph import Entity, Home
from edge.nlu.found import Noun
from edge.nlu.heard import Heard
from edge.nlu.kinds import LOCKING, NARROW_NOUNS
from edge.nlu.matching import is_plural, normalised, singular_text

_TELEVISION = frozenset({"tv", "tvs", "television", "telly"})
_COMPARED = 50
"""Of more entities none is told apart by a word; they are asked about."""
_ORDINALS = {"first": "1", "second": "2", "third": "3", "fourth": "4"}
TELL_NOTHING = frozenset(
    {
        "on", "off", "up", "down", "in", "out", "to", "the", "a", "an", "of", "at", "by", "for",
        "and", "or", "it", "all", "both", "turn", "switch", "set", "put", "make", "open", "close",
        "shut", "lock", "1", "unlock", "please", "room", "floor", "one", "light", "lamp", "mode",
        "is", "not", "no", "i", "me", "my", "over", "again", "now", "go", "get",
    }
)  # fmt: skip
"""Words that tell no entity from another."""


_HEATING = frozenset({"heating", "heater", "radiator", "heat", "trv"})
_COOLING = frozenset({"ac", "air conditioner", "air conditioning", "aircon", "air con"})


def so_called(noun: str, entities: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """Those of some entities that a noun tells from the others of their domain: "the tv".

    By their names, or by their device class where no name has the word; all of them where neither
    does, or where the noun tells no more than the domain.
    """
    word = singular_text(normalised(noun))
    entities = _able(word, entities)
    if word not in NARROW_NOUNS:
        return entities
    words = {"tv", "television", "telly"} if word in _TELEVISION else {word}

    def is_called(entity: Entity) -> bool:
        names = " ".join((entity.name, *entity.aliases))
        return not words.isdisjoint(singular_text(normalised(names)).split())

    called = tuple(entity for entity in entities if is_called(entity))
    of_class = tuple(e for e in entities if e.device_class in words)
    if is_plural(noun):
        called = tuple(e for e in entities if e in called or e in of_class)
    return called or of_class or entities


def _able(noun: str, entities: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """The thermostats that can do what a noun says; all where that tells none apart."""
    mode = "heat" if noun in _HEATING else "cool" if noun in _COOLING else None
    if mode is None:
        return entities
    able = tuple(e for e in entities if mode in (_modes_of(e) or (mode,)))
    if mode == "heat":
        able = tuple(e for e in able if "dry" not in _modes_of(e)) or able
    if mode == "cool":
        able = tuple(e for e in able if "thermostat" not in e.name.lower().split()) or able
    return able or entities


def _modes_of(entity: Entity) -> Sequence[str]:
    modes = entity.state.attributes.get("hvac_modes")
    return modes if isinstance(modes, list | tuple) else ()


def told_apart(entities: Sequence[Entity], heard: Heard, home: Home) -> tuple[Entity, ...]:
    """The one of several entities that some word of a text tells from the others, else all.

    "The upstairs thermostat" is Ecobee Upstairs and not Ecobee Main Floor. Words of values, and
    those that every command may have, tell nothing.
    """
    if len(entities) > _COMPARED:
        return tuple(entities)
    words = singular_text(normalised(heard.without_values)).split()
    said = {_ORDINALS.get(word, word) for word in words if word not in TELL_NOTHING}
    hits = [len(said & (_words_of(entity, home) | _ordered(entity, home))) for entity in entities]
    best = max(hits, default=0)
    if best and hits.count(best) == 1:
        return (entities[hits.index(best)],)
    return tuple(entities)


def _ordered(entity: Entity, home: Home) -> set[str]:
    """The ordinals of an entity's names, as the numbers that told_apart takes them for."""
    return {_ORDINALS[word] for word in _words_of(entity, home) if word in _ORDINALS}


def _words_of(entity: Entity, home: Home) -> set[str]:
    """The words of an entity's names, and of its place."""
    area = home.area_of(entity)
    floor = home.floor(area.floor) if area is not None and area.floor is not None else None
    places = [part for part in (area, floor) if part is not None]
    names = [entity.name, *entity.aliases]
    names += [name for part in places for name in (part.name, *part.aliases)]
    return {word for name in names for word in singular_text(normalised(name)).split()}


def locks_of(noun: Noun, locks: tuple[Entity, ...], home: Home) -> tuple[Entity, ...]:
    """The locks that are on what a noun says: any for a door, but not those of another thing.

    "Lock the garage door" must not lock the front door.
    """
    word = singular_text(noun.text.lower()).split()[0]
    if word in LOCKING or word == "door":
        return locks
    return tuple(
        lock
        for lock in locks
        if word in lock.name.lower().split()
        or ((area := home.area_of(lock)) and word in area.name.lower().split())
    )


def says_kind(noun: Noun, domain: str) -> bool:
    """Whether a noun tells what is asked about: "song" is no media player, "unlock" no lock."""
    if noun.text.lower() in LOCKING:
        return False
    if domain == "media_player":
        return noun.text in NARROW_NOUNS
    return domain in {noun.kind.domain, "cover", "lock"}


def spoken(domain: str) -> str:
    """A domain as people say it."""
    special = {"climate": "thermostat", "weather": "weather service", "todo": "list"}
    return special.get(domain, domain.replace("_", " "))


def plural_of(noun: str) -> str:
    return f"{noun}{'es' if noun.endswith('ch') else 's'}"
