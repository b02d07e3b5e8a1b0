"""What opens the home, guards it or keeps food cold, by what it is called: nobody uses it unasked.

A lock is a lock by its domain, and a garage door mostly by its device class. A relay, a script, a
scene or a cover without a class tells only by its name, an alias or its id that it opens a way into
the home, has to do with the alarm, or keeps food cold. Signs that cannot be seen, and letters in
other shapes ("Ｄｏｏｒ"), change no word; letters of other alphabets that look alike do.
"""

from __future__ import annotations

import re
import unicodedata

from edge.home.graph import Entity

ENTRANCES = frozenset({"garage", "door", "gate"})
"""Device classes of covers by which one comes into the home."""
_ALARM_OR_COLD = frozenset(
    {
        "lock", "locks", "unlock", "unlocks", "unlocked", "alarm", "alarms", "arm", "disarm",
        "disarms", "siren", "sirens", "freezer", "freezers", "fridge", "fridges", "refrigerator",
    }
)  # fmt: skip
_WAY_IN = frozenset(
    {"door", "doors", "garage", "gate", "gates", "entrance", "open", "opens", "opener"}
)
_LAMP = frozenset({"light", "lights", "lamp", "lamps"})
"""What makes "garage light" no way into the garage."""
_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def is_way_in(entity: Entity) -> bool:
    """Whether one of an entity's names speaks of a way into the home."""
    return any(words & _WAY_IN and not words & _LAMP for words in _names(entity))


def is_guarded(entity: Entity) -> bool:
    """Whether one of its names speaks of that, of a lock, of an alarm, or of what keeps cold."""
    return is_way_in(entity) or any(words & _ALARM_OR_COLD for words in _names(entity))


def _names(entity: Entity) -> tuple[frozenset[str], ...]:
    named = (entity.name, *entity.aliases, entity.id.partition(".")[2])
    return tuple(frozenset(_WORD.findall(_seen(name))) for name in named)


def _seen(name: str) -> str:
    """A name as it looks, in lower case, "GarageDoor" as two words."""
    plain = unicodedata.normalize("NFKC", name)
    visible = "".join(sign for sign in plain if unicodedata.category(sign) != "Cf")
    return _HUMP.sub(" ", visible).casefold()
