"""Questions about states: what is asked about, which state is asked for, which entities answer.

"are the curtains open" has a noun and a state, "which things are cold" only a state, "what is the
humidity in the bath" only a noun, "is the front door locked" a name. Together they decide domain
and device class as Home Assistant has them: "open" is a state of a cover, but "on" of a contact
sensor at a window.
"""

from __future__ import annotations

from collections.abc import Sequence

from edge.home.graph import Area, Entity
from edge.nlu import asking
from edge.nlu.finding import Lexicon, Named, Noun, Place, Wording, class_of, unique
from edge.nlu.heard import Heard
from edge.nlu.kinds import (
    COVER_STATES,
    LOCK_STATES,
    STATE_WORDS,
    Kind,
    binary_state,
    classes_told_by,
    state_of,
)
from edge.nlu.matching import EXACT, is_plural, normalised
from edge.types import Intent, SlotValue, Understanding

_CLASS_SLOT = frozenset({"binary_sensor", "sensor"})
"""Domains whose device class is a slot beside a name."""
_DOMAIN_SLOT = _CLASS_SLOT | {"lock", "cover", "person"}
"""Domains that are a slot beside a name."""
_LONGEST_STATE = max(len(word.split()) for word in STATE_WORDS)
_CONTACTS = {"door": ("door", "opening"), "window": ("window",), "garage": ("garage_door",),
             "gate": ("opening", "door")}  # fmt: skip
"""Classes of binary sensor that tell whether a cover of a class is open."""
_OCCUPIED = ("occupancy", "presence", "motion")


def inquire(
    lexicon: Lexicon, heard: Heard, confidence: float, speaker: Area | None
) -> Understanding:
    """What a question about states means; empty when it asks for nothing that can be told."""
    word = _state_word(heard)
    names = heard.labelled("name")
    nouns = _nouns(lexicon, heard, word)
    places = _places(lexicon, heard, speaker)
    wordings: tuple[Wording, ...] = ()
    said = ""
    if names:
        said, wordings = names[0].text, lexicon.wordings(heard, names[0])
    elif not nouns:
        scan = lexicon.scan(heard.residual, lambda entity: _tells(entity, word))
        if scan.entities:
            said, wordings = scan.entities[0], (Wording(scan.entities[0]),)
        nouns = scan.nouns
    named = _named(lexicon, wordings, places, nouns, word, speaker) if wordings else Named()
    if names and named.score < EXACT:
        scan = lexicon.scan(said)
        if (scan.places or scan.nouns) and not scan.rest:
            nouns, places, wordings = (*scan.nouns, *nouns), unique((*scan.places, *places)), ()
    if wordings:
        return _about_name(lexicon, heard, named, said, word, places, confidence)
    return _about_kind(lexicon, heard, nouns, word, places, confidence)


def _state_word(heard: Heard) -> str | None:
    """The word for the state asked for: marked as such, or a known one outside the spans."""
    for span in heard.labelled("state"):
        return normalised(span.text)
    for span in heard.labelled("device_class"):
        if normalised(span.text) in STATE_WORDS and classes_told_by(normalised(span.text)):
            return normalised(span.text)
    words = heard.residual.replace("?", "").split()
    for size in range(_LONGEST_STATE, 0, -1):
        for at in range(len(words) - size, -1, -1):
            said = " ".join(words[at : at + size])
            if said in STATE_WORDS and said not in {"in", "here", "up", "down", "still", "light"}:
                return said
    return None


def _nouns(lexicon: Lexicon, heard: Heard, word: str | None) -> tuple[Noun, ...]:
    nouns = (
        lexicon.noun(span.text)
        for span in heard.labelled("domain", "device_class")
        if normalised(span.text) != word
    )
    return tuple(noun for noun in nouns if noun is not None)


def _places(lexicon: Lexicon, heard: Heard, speaker: Area | None) -> tuple[Place, ...]:
    places = []
    for span in heard.labelled("area", "floor"):
        place = lexicon.place(span.text, floor_first=span.label == "floor")
        if place is not None:
            places.append(place)
    if not places and heard.here and speaker is not None:
        places.append(Place(area=speaker))
    return unique(places) or unique(lexicon.scan(heard.residual).places)


def _tells(entity: Entity, word: str | None) -> bool:
    """Whether an entity can be in the state that a word says."""
    if word is None or entity.domain == "person":
        return True
    return state_of(entity.domain, class_of(entity), word) is not None


def _named(
    lexicon: Lexicon,
    wordings: Sequence[Wording],
    places: Sequence[Place],
    nouns: Sequence[Noun],
    word: str | None,
    speaker: Area | None,
) -> Named:
    """The entities that a name means, best those that can be in the state and are of the kind."""

    def of_kind(entity: Entity) -> bool:
        return any(_is_of(entity, noun.kind) for noun in nouns)

    for fits in (lambda entity: _tells(entity, word), lambda entity: True):
        named = lexicon.named(wordings, places, fits, of_kind, speaker)
        if named.entities:
            return named
    return named


def _is_of(entity: Entity, kind: Kind) -> bool:
    roles = {
        "binary_sensor": kind.binary,
        "sensor": kind.sensor,
        "cover": kind.cover,
    }
    role = roles.get(entity.domain)
    return entity.domain == kind.domain or (role is not None and class_of(entity) == role)


def _about_name(
    lexicon: Lexicon,
    heard: Heard,
    named: Named,
    said: str,
    word: str | None,
    places: Sequence[Place],
    confidence: float,
) -> Understanding:
    if not named.entities:
        return asking.unknown(said)
    entities = named.entities
    if len(entities) > 1 and not (is_plural(said) or heard.all):
        waiting = Intent("HassGetState", {}, (), confidence)
        return asking.which("one", entities, lexicon.home, waiting)
    entity = entities[0]
    slots: dict[str, SlotValue] = {"name": entity.name}
    device_class = class_of(entity)
    if entity.domain in _DOMAIN_SLOT:
        slots["domain"] = entity.domain
    if entity.domain in _CLASS_SLOT and device_class is not None:
        slots["device_class"] = device_class
    state = _canonical(entity.domain, device_class, word)
    if state is not None:
        slots["state"] = state
    if places and not named.holds_place:
        slots.update(places[0].slots)
    ids = tuple(entity.id for entity in entities)
    return Understanding((Intent("HassGetState", slots, ids, confidence),))


def _canonical(domain: str, device_class: str | None, word: str | None) -> str | None:
    """The state a word says; of a person, any word may be a zone."""
    if word is None:
        return None
    state = state_of(domain, device_class, word)
    return word if state is None and domain == "person" else state


def _about_kind(
    lexicon: Lexicon,
    heard: Heard,
    nouns: Sequence[Noun],
    word: str | None,
    places: Sequence[Place],
    confidence: float,
) -> Understanding:
    subject = _subject(lexicon, nouns[0] if nouns else None, word, places)
    if subject is None:
        return Understanding()
    domain, device_class = subject
    slots: dict[str, SlotValue] = {"domain": domain}
    if device_class is not None:
        slots["device_class"] = device_class
    state = _canonical(domain, device_class, word)
    if state is None and domain == "binary_sensor":
        state = "on"
    if state is not None:
        slots["state"] = state
    ids: list[str] = []
    for place in places or (Place(),):
        slots.update(place.slots)
        ids.extend(entity.id for entity in lexicon.of_kind(domain, device_class, (place,)))
    return Understanding((Intent("HassGetState", slots, tuple(ids), confidence),))


def _subject(
    lexicon: Lexicon, noun: Noun | None, word: str | None, places: Sequence[Place]
) -> tuple[str, str | None] | None:
    """The domain and device class that a noun and a state together ask about."""
    kind = noun.kind if noun is not None else None
    if word in LOCK_STATES and (kind is None or kind.lockable):
        known = lexicon.of_kind("lock", None, ()) or not lexicon.of_kind(
            "binary_sensor", "lock", ()
        )
        return ("lock", None) if known else ("binary_sensor", "lock")
    if kind is not None:
        return _subject_of(lexicon, kind, word, places) or _subject_of_state(lexicon, word)
    return _subject_of_state(lexicon, word)


def _subject_of(
    lexicon: Lexicon, kind: Kind, word: str | None, places: Sequence[Place]
) -> tuple[str, str | None] | None:
    if kind.domain == "person" and places:
        occupied = (("binary_sensor", name) for name in _OCCUPIED)
        return next((s for s in occupied if lexicon.of_kind(*s, places)), ("person", None))
    if kind.domain is not None and (word is None or _canonical(kind.domain, None, word)):
        return kind.domain, None
    if kind.cover is not None and (word is None or word in COVER_STATES):
        if lexicon.of_kind("cover", kind.cover, ()):
            return "cover", kind.cover
        contacts = (("binary_sensor", name) for name in _CONTACTS.get(kind.cover, ()))
        return next((s for s in contacts if lexicon.of_kind(*s, ())), ("cover", kind.cover))
    if kind.sensor is not None and word is None:
        return "sensor", kind.sensor
    if kind.binary is not None and (word is None or binary_state(kind.binary, word)):
        return "binary_sensor", kind.binary
    return None


def _subject_of_state(lexicon: Lexicon, word: str | None) -> tuple[str, str | None] | None:
    """What a state asks about by itself: "wet" is said of moisture sensors, "home" of people."""
    if word is None:
        return None
    if word in COVER_STATES:
        opening = lexicon.of_kind("binary_sensor", "opening", ())
        return ("binary_sensor", "opening") if opening else ("cover", None)
    if state_of("person", None, word) is not None:
        return "person", None
    told = [("binary_sensor", name) for name in classes_told_by(word)]
    return next((s for s in told if lexicon.of_kind(*s, ())), told[0] if told else None)
