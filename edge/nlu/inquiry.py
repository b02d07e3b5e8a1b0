"""Questions about states: what is asked about, which state is asked for, which entities answer.

"are the curtains open" has a noun and a state, "which things are cold" only a state, "what is the
humidity in the bath" only a noun, "is the front door locked" a name. Together they decide domain
and device class as Home Assistant has them: "open" is a state of a cover, but "on" of a contact
sensor at a window.

"how bright is the lamp" asks for no state but for an attribute (`attributes`), which decides the
domain where nothing is named. Questions about lists are those of `listing`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from edge.home.graph import Area, Entity
from edge.home.states import States
from edge.nlu import asking, listing
from edge.nlu.attributes import ATTRIBUTES, attribute_called, attribute_of, has, implied
from edge.nlu.calling import so_called
from edge.nlu.finding import Lexicon, unique
from edge.nlu.found import Named, Noun, Place, Wording
from edge.nlu.heard import Heard
from edge.nlu.kinds import (
    COVER_STATES,
    DOMAINS_TOLD_BY,
    LOCK_STATES,
    ON_OFF,
    STATE_WORDS,
    Kind,
    binary_state,
    classes_told_by,
    state_of,
)
from edge.nlu.matching import EXACT, is_plural, normalised
from edge.nlu.request import Request
from edge.types import Intent, SlotValue, Understanding

Subject = tuple[str, str | None]
"""Domain and device class."""

_CLASS_SLOT = frozenset({"binary_sensor", "sensor"})
"""Domains whose device class is a slot beside a name."""
_DOMAIN_SLOT = _CLASS_SLOT | {"lock", "cover", "person"}
"""Domains that are a slot beside a name."""
_CONTACTS = {
    "door": ("door", "opening"),
    "window": ("window",),
    "garage": ("garage_door",),
    "gate": ("opening",),
}
"""Classes of binary sensor that tell whether a cover of a class is open."""
_WHETHER = tuple((word,) for word in ("is", "are", "do", "does", "any", "did", "has", "have"))
"""How questions begin that ask for no value."""
_ENDED = re.compile(r"\b(?:finished|done|stopped|through with) \w+$")
"""What makes a state one that is over: "has Rosie finished cleaning" is answered with what is."""
_OCCUPIED = ("occupancy", "presence", "motion")
_LONGEST_STATE = max(len(word.split()) for word in STATE_WORDS)
_AMBIGUOUS = frozenset({"in", "out", "here", "up", "down", "still", "light", "lock", "unlock"})
"""State words that mean something else more often than not."""


@dataclass(frozen=True, eq=False)
class _Inquiry:
    """One question, taken apart."""

    lexicon: Lexicon
    heard: Heard
    confidence: float
    word: str | None
    """The state asked for, as it was said."""
    attribute: str | None
    """A key of `ATTRIBUTES`; with it no state is asked for."""
    nouns: tuple[Noun, ...]
    places: tuple[Place, ...]
    speaker: Area | None

    def has(self, subject: Subject) -> bool:
        """Whether the home has such a thing."""
        return bool(self.lexicon.of_kind(*subject, ()))

    def has_there(self, subject: Subject) -> bool:
        """Whether there is such a thing in the places asked about."""
        return bool(self.lexicon.of_kind(*subject, self.places))

    def has_here(self, subject: Subject) -> bool:
        """Whether there is such a thing in the places asked about, or else near the speaker."""
        near = (Place(area=self.speaker),) if self.speaker is not None else ()
        return bool(self.lexicon.of_kind(*subject, self.places or near))

    def tells(self, entity: Entity) -> bool:
        """Whether an entity can be in the state asked for, or have the attribute."""
        if self.attribute is not None:
            return has(entity, self.attribute)
        if self.word is None or entity.domain == "person":
            return True
        return state_of(entity.domain, entity.device_class, self.word) is not None

    def meant(self, slots: dict[str, SlotValue], targets: tuple[str, ...] = ()) -> Intent:
        return Intent("HassGetState", slots, targets, self.confidence)


def inquire(
    lexicon: Lexicon,
    heard: Heard,
    confidence: float,
    speaker: Area | None,
    states: States | None = None,
) -> Understanding:
    """What a question about states means; empty when it asks for nothing that can be told.

    With the `states` as they are now, a question about music is one about what plays.
    """
    of_lists = listing.asked(lexicon, heard, confidence)
    if of_lists is not None:
        return of_lists
    attribute = attribute_of(heard)
    word = _state_word(heard) if attribute is None else None
    nouns, places = _nouns(lexicon, heard, word), _places(lexicon, heard, speaker)
    inquiry = _Inquiry(lexicon, heard, confidence, word, attribute, nouns, places, speaker)
    for text in (*heard.joined(), heard.text) if not heard.all else ():
        name = lexicon.sole_name(text, inquiry.tells)
        if name is not None and (text != heard.text or len(name.split()) > 1):
            wording = Wording(name, holds_place=True)
            return _about_name(inquiry, _named(inquiry, (wording,)), name)
    names = heard.labelled("name")
    if names:
        named = _named(inquiry, lexicon.wordings(heard, names[0]))
        scan = lexicon.scan(names[0].text)
        if named.score >= EXACT or scan.rest or not (scan.places or scan.nouns):
            return _about_name(inquiry, named, names[0].text)
        nouns = (*scan.nouns, *inquiry.nouns)
        inside = unique((*scan.places, *places))
        return _about_kind(replace(inquiry, nouns=nouns, places=inside), states)
    if not inquiry.nouns:
        scan = lexicon.scan(heard.residual, inquiry.tells)
        if scan.entities:
            named = _named(inquiry, (Wording(scan.entities[0]),))
            return _about_name(inquiry, named, scan.entities[0])
        inquiry = replace(inquiry, nouns=scan.nouns)
    return _about_kind(inquiry, states)


def _state_word(heard: Heard) -> str | None:
    """The word for the state asked for: marked as such, or a known one outside the spans."""
    for span in heard.labelled("state"):
        ended = _ENDED.search(heard.text[: span.end])
        return None if ended else _known_state(normalised(span.text))
    for span in heard.labelled("device_class"):
        if classes_told_by(normalised(span.text)):
            return normalised(span.text)
    words = heard.residual.replace("?", "").split()
    for size in range(_LONGEST_STATE, 0, -1):
        for at in range(len(words) - size, -1, -1):
            said = " ".join(words[at : at + size])
            if said in STATE_WORDS and said not in _AMBIGUOUS:
                return said
    return None


def _known_state(said: str) -> str:
    """The longest end of a span that is a known state ("still wide open"); else all of it."""
    words = said.split()
    ends = (" ".join(words[first:]) for first in range(len(words)))
    return next((end for end in ends if end in STATE_WORDS), said)


def _nouns(lexicon: Lexicon, heard: Heard, word: str | None) -> tuple[Noun, ...]:
    """What the spans name; a word marked as an attribute that is none is the noun of a measure."""
    unknown = (s for s in heard.labelled("attribute") if attribute_called(s.text) is None)
    nouns = (
        lexicon.noun(span.text)
        for span in (*heard.labelled("domain", "device_class"), *unknown)
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


def _named(inquiry: _Inquiry, wordings: tuple[Wording, ...]) -> Named:
    """The entities that a name means: best those that can be in the state and are of the kind."""

    def of_kind(entity: Entity) -> bool:
        return any(inquiry.lexicon.is_of(entity, noun.kind) for noun in inquiry.nouns)

    lexicon, places, speaker = inquiry.lexicon, inquiry.places, inquiry.speaker
    named = lexicon.named(wordings, places, inquiry.tells, of_kind, speaker)
    return named if named.entities else lexicon.named(wordings, places, _any, of_kind, speaker)


def _any(_: Entity) -> bool:
    return True


def _about_name(inquiry: _Inquiry, named: Named, said: str) -> Understanding:
    entities = named.entities
    if not entities:
        return asking.unknown(said, inquiry.places)
    one_name = len({entity.name for entity in entities}) == 1
    if not one_name and not (is_plural(said) or inquiry.heard.all):
        return asking.which("one", entities, inquiry.lexicon.home, inquiry.meant({}))
    entity = entities[0]
    slots: dict[str, SlotValue] = {"name": entity.name}
    alone = len(entities) == 1
    if alone and entity.domain in _DOMAIN_SLOT:
        slots["domain"] = entity.domain
    if alone and entity.domain in _CLASS_SLOT and entity.device_class is not None:
        slots["device_class"] = entity.device_class
    attribute = inquiry.attribute or implied(entity, inquiry.heard)
    state = _canonical(entity.domain, entity.device_class, inquiry.word)
    if attribute is not None and entity.domain not in _CLASS_SLOT:
        slots["attribute"] = attribute
    elif state is not None:
        slots["state"] = state
    if inquiry.places and not named.holds_place:
        slots.update(inquiry.places[0].slots)
    return Understanding((inquiry.meant(slots, tuple(entity.id for entity in entities)),))


def _canonical(domain: str, device_class: str | None, word: str | None) -> str | None:
    """The state a word says, as Home Assistant writes it; of a person, any word may be a zone."""
    if word is None:
        return None
    state = state_of(domain, device_class, word)
    return word if state is None and domain == "person" else state


def _about_kind(inquiry: _Inquiry, states: States | None) -> Understanding:
    subject = _having(inquiry) if inquiry.attribute is not None else _subject(inquiry)
    if subject is None:
        return Understanding()
    domain, device_class = subject
    found = inquiry.lexicon.of_kind(domain, device_class, inquiry.places)
    if domain == "cover":
        for contact in _CONTACTS.get(device_class or "", ()):
            found += inquiry.lexicon.of_kind("binary_sensor", contact, inquiry.places)
    called = so_called(inquiry.nouns[0].text, found) if inquiry.nouns else found
    if len(called) == 1 < len(found) and not inquiry.nouns[0].plural:
        return _about_name(inquiry, Named(called), called[0].name)
    found = called
    slots: dict[str, SlotValue] = {"domain": domain}
    if device_class is not None:
        slots["device_class"] = device_class
    places = inquiry.places
    if inquiry.attribute is not None:
        if domain not in _CLASS_SLOT:
            slots["attribute"] = inquiry.attribute
        found = _nearest(inquiry, found, states)
        here = inquiry.speaker
        if here is not None and not places and {entity.area for entity in found} == {here.id}:
            places = (Place(area=here),)
    else:
        state = _canonical(domain, device_class, inquiry.word)
        if state is None and domain == "binary_sensor":
            state = "on"
        if state is not None:
            slots["state"] = state
    for place in places[:1]:
        slots.update(place.slots)
    return Understanding((inquiry.meant(slots, tuple(entity.id for entity in found)),))


def _nearest(
    inquiry: _Inquiry, found: tuple[Entity, ...], states: States | None
) -> tuple[Entity, ...]:
    """Those meant where no place is said: what plays, and what is near before others.

    Where it is not known what plays, "what's playing" is asked of all.
    """
    if states is None and inquiry.attribute == "media":
        return found
    if states is not None:
        request = Request(
            "HassGetState", inquiry.confidence, inquiry.heard, {}, states, inquiry.speaker
        )
        found = request.active(found)
    if inquiry.speaker is None or inquiry.places:
        return found
    return tuple(e for e in found if e.area == inquiry.speaker.id) or found


def _having(inquiry: _Inquiry) -> Subject:
    """What an attribute is asked of where no name is said."""
    asked = ATTRIBUTES[inquiry.attribute or ""]
    for kind in (noun.kind for noun in inquiry.nouns):
        if kind.cover is not None and "cover" in asked.domains:
            return "cover", kind.cover
        if kind.domain is not None:
            return kind.domain, None
    if inquiry.attribute == "brightness" and inquiry.has_here(("sensor", "illuminance")):
        return "sensor", "illuminance"
    if inquiry.attribute == "battery" and inquiry.has_there(("sensor", "battery")):
        return "sensor", "battery"
    return asked.domains[0], None


def _subject(inquiry: _Inquiry) -> Subject | None:
    """What a noun and a state together ask about."""
    kind = inquiry.nouns[0].kind if inquiry.nouns else None
    if inquiry.word in LOCK_STATES and (kind is None or kind.lockable):
        contact = ("binary_sensor", "lock")
        return (
            contact if inquiry.has(contact) and not inquiry.has(("lock", None)) else ("lock", None)
        )
    if kind is None:
        return _of_state(inquiry)
    if kind.domain == "person" and inquiry.places:
        sensors = (("binary_sensor", name) for name in _OCCUPIED)
        return next(filter(inquiry.has_there, sensors), ("person", None))
    return next(_of_noun(inquiry, kind), None) or _of_state(inquiry)


def _of_noun(inquiry: _Inquiry, kind: Kind) -> Iterator[Subject]:
    """What a noun can mean with the state asked for, the likeliest first."""
    word = inquiry.word
    if kind.domain is not None and (word is None or _canonical(kind.domain, None, word)):
        yield kind.domain, None
    if kind.cover is not None and (word is None or word in COVER_STATES):
        cover: Subject = ("cover", kind.cover)
        contacts = (("binary_sensor", name) for name in _CONTACTS.get(kind.cover, ()))
        yield cover if inquiry.has(cover) else next(filter(inquiry.has, contacts), cover)
    asks_whether = inquiry.heard.words[:1] in _WHETHER or kind.sensor is None
    if kind.sensor is not None and word is None and not (asks_whether and kind.binary):
        yield "sensor", kind.sensor
    if kind.binary is not None and (word is None or binary_state(kind.binary, word)):
        yield "binary_sensor", kind.binary


def _of_state(inquiry: _Inquiry) -> Subject | None:
    """What a state asks about by itself: "wet" is said of moisture sensors, "home" of people."""
    word = inquiry.word
    if word is None:
        return None
    if word in ON_OFF:
        return "light", None
    if word in COVER_STATES:
        opening = ("binary_sensor", "opening")
        return opening if inquiry.has(opening) else ("cover", None)
    if state_of("person", None, word) is not None:
        return "person", None
    if word in DOMAINS_TOLD_BY:
        return DOMAINS_TOLD_BY[word], None
    told = [("binary_sensor", name) for name in classes_told_by(word)]
    return next(filter(inquiry.has, told), told[0] if told else None)
