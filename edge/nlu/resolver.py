"""From a tagged text to what it means in this home: canonical slots, and the entities meant.

1. Values that need no home are read from their spans (`slots`).
2. Places, kinds of things and names are sought, in the spans and, where one is missing, in the
   words around them (`finding`). "here", and a kind without a place, mean the speaker's area.
3. The intent says what it can be about, and so does the verb (`request`): only locks are unlocked,
   only covers and valves are opened.
4. What fits equally well is asked about, never guessed. What the home has not is said (`asking`).

Questions about states have their own module, `inquiry`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from edge.home.graph import Entity, Home
from edge.home.states import States
from edge.nlu import asking
from edge.nlu.beginnings import starts_clause
from edge.nlu.calling import (
    TELL_NOTHING,
    locks_of,
    plural_of,
    says_kind,
    so_called,
    spoken,
    told_apart,
)
from edge.nlu.finding import Lexicon, unique
from edge.nlu.found import Named, Noun, Place, Scan, Wording
from edge.nlu.grouping import groups_of, is_joined, one_name_each
from edge.nlu.heard import HERE, Heard
from edge.nlu.inquiry import inquire
from edge.nlu.kinds import DAYLIGHT, DOMAINS_OF_INTENT, KINDS, Kind
from edge.nlu.listing import OF_LISTS, on_list
from edge.nlu.matching import EXACT, is_plural, normalised, singular_text
from edge.nlu.orders import no_order
from edge.nlu.reconsidering import reconsidered
from edge.nlu.request import BY_VERB, SWITCHING, Request, refitted
from edge.nlu.respanning import respanned
from edge.nlu.slots import TEXT_LABELS, values_of
from edge.nlu.unmarked import says_nothing, with_unmarked
from edge.types import OUT_OF_SCOPE, Intent, SlotValue, Span, Tagging, Understanding

_NEAR = frozenset({"light", "fan", "cover", "media_player", "climate", "switch", "lock", "valve"})
"""Domains of which one means those in one's own room."""
_ALL_AT_ONCE = frozenset({"light", "fan", "switch", "cover"})
"""Domains of which "the fan" in a room means every one there, as in Home Assistant."""
_ONE_IS_MEANT = frozenset({"climate", "media_player", "vacuum", "lawn_mower", "lock", "valve"})
"""Domains of which, in the whole home, rarely all are meant."""
_SENTENCE = 4
"""Words from which a text may be a statement: "it's dark here"."""
_EVERYTHING = frozenset({"light", "switch", "fan", "media_player"})
"""What "turn off everything" is about: nothing that opens, unlocks or heats."""
_DOMAIN_BESIDE_NAME = frozenset({"script", "scene"})
"""Domains that are a slot beside a name when switched."""


class Resolver:
    """Resolves what is said in one home; made once for a home, it is fast to use.

    Taggings below `min_confidence` (0 to 1) mean nothing.
    """

    def __init__(self, home: Home, min_confidence: float = 0.0) -> None:
        self.lexicon = self._lexicon = Lexicon(home)
        self._home = home
        self._min_confidence = min_confidence

    def resolve(self, tagging: Tagging, states: States, area: str | None = None) -> Understanding:
        """What a tagged text means; `area` is the id or name of the speaker's area.

        Empty when the text is out of scope. Where something must be asked, nothing may be done: an
        intent that comes with a question waits for the answer and has no targets.
        """
        tagging = reconsidered(respanned(tagging, self._lexicon), self._lexicon)
        tagging = with_unmarked(tagging, self._lexicon)
        if tagging.intent == OUT_OF_SCOPE or tagging.confidence < self._min_confidence:
            return Understanding()
        heard = Heard.of(tagging)
        speaker = self._lexicon.area(area)
        if tagging.intent == "HassGetState" and len(heard.labelled("name")) > 1:
            return _all_of(
                [
                    inquire(self._lexicon, alone, tagging.confidence, speaker, states)
                    for alone in one_name_each(heard)
                ]
            )
        if tagging.intent == "HassGetState":
            return inquire(self._lexicon, heard, tagging.confidence, speaker, states)
        request = Request(
            intent=tagging.intent,
            confidence=tagging.confidence,
            heard=heard,
            values=values_of(tagging.intent, heard),
            states=states,
            speaker=speaker,
        )
        if tagging.intent in OF_LISTS:
            return on_list(request, self._lexicon)
        if tagging.intent not in DOMAINS_OF_INTENT:
            return self._without_entities(request)
        return self._command(request)

    def _without_entities(self, request: Request) -> Understanding:
        """An intent about no entity: a timer's name is free text, its area is one of the home's."""
        slots: dict[str, SlotValue] = {}
        for span in request.heard.labelled("name"):
            slots.setdefault("name", span.text.strip())
        for span in request.heard.labelled("area", "floor"):
            place = self._lexicon.place(span.text)
            if place is not None:
                slots.update(place.slots)
        return Understanding((request.made(slots),))

    def _command(self, request: Request) -> Understanding:
        heard = request.heard
        if (instead := no_order(request.intent, heard)) is not None:
            return instead
        parts = groups_of(heard)
        if len(parts) > 1:
            return _all_of([self._command(replace(request, heard=group)) for group in parts])
        nouns: Sequence[Noun] = request.nouns(self._lexicon)
        names = list(heard.labelled("name"))
        if not names:
            kinds = heard.labelled("domain", "device_class")
            names = [span for span in kinds if self._lexicon.noun(span.text) is None]
        places, strays = self._places(request)
        scan = self._lexicon.scan(heard.residual, request.fits)
        if places and request.speaker is not None and _HERE_AND.search(heard.text):
            places = unique((Place(area=request.speaker), *places))
        if heard.everywhere:
            places, strays = (), []
        elif not places and not heard.here:
            places = unique(scan.places)
        names.extend(strays)
        if not names and not nouns:
            if scan.entities and (whole := self._whole_name(request)) is not None:
                return whole
            if scan.entities:
                return _all_of([self._by_name(request, name, places) for name in scan.entities])
            nouns = scan.nouns
        if names:
            several = len(names) > 1 or (bool(nouns) and " and " in heard.text)
            found = [self._of_span(request, span, places, several) for span in names]
            return _all_of([*found, *self._beside(request, names, places)])
        whole = None if _are_several(nouns, heard.text) else self._whole_name(request)
        if whole is None and not nouns and not places and not heard.here:
            whole = self._by_part(request)
        return whole or self._of_kinds(request, nouns, places)

    def _beside(
        self, request: Request, names: Sequence[Span], places: tuple[Place, ...]
    ) -> list[Understanding]:
        """What kinds mean that are said beside names: "the printer and the light"."""
        heard = request.heard
        kinds = [
            span
            for span in heard.labelled("domain", "device_class")
            if not any(heard.adjacent(span, name) for name in names)
            and is_joined(heard.text, span, names)
        ]
        nouns = [noun for span in kinds if (noun := self._lexicon.noun(span.text)) is not None]
        if nouns:
            return [self._of_kind(request, (noun,), places) for noun in nouns]
        last = max(names, key=lambda each: each.end)
        first = min(names, key=lambda each: each.start)
        after = None if any(s.start >= last.end for s in heard.spans) else heard.text[last.end :]
        before = (
            None if any(s.end <= first.start for s in heard.spans) else heard.text[: first.start]
        )
        found = []
        for joined in (
            _THE_AND.search(before) if before is not None else None,
            _AND_THE.match(after) if after is not None else None,
        ):
            scan = self._lexicon.scan(joined.group(1), request.fits) if joined else None
            if scan is None or scan.rest:
                continue
            found += [self._by_name(request, name, places) for name in scan.entities]
            found += [self._of_kind(request, (noun,), places) for noun in scan.nouns]
        return found

    def _places(self, request: Request) -> tuple[tuple[Place, ...], list[Span]]:
        """The places that spans name, and the spans that name an entity instead."""
        places: list[Place] = []
        strays: list[Span] = []
        for span in request.heard.labelled("area", "floor"):
            if HERE.search(span.text.lower()):
                continue
            scan = self._lexicon.scan(span.text)
            place = self._lexicon.place(span.text, floor_first=span.label == "floor")
            if scan.places and not scan.rest:
                places.extend(scan.places)
            elif place is not None:
                places.append(place)
            elif scan.rest and not request.heard.everywhere and not _is_vague(request, span):
                strays.append(span)
        return unique(places), strays

    def _of_span(
        self, request: Request, span: Span, places: tuple[Place, ...], several: bool
    ) -> Understanding:
        """What a span labelled as a name means: an entity, or a place and a kind after all.

        One of `several` need not be in the place that is said of another.
        """
        wordings = self._lexicon.wordings(request.heard, span)
        named = self._named(request, wordings, places)
        if several and named.score < EXACT:
            elsewhere = self._named(request, wordings, ())
            if elsewhere.score >= EXACT:
                named, places = elsewhere, ()
        if named.score < EXACT:
            scan = self._scan_whole(wordings)
            if scan is not None:
                nouns = request.likeliest((*scan.nouns, *request.nouns(self._lexicon)))
                inside = unique((*scan.places, *places))
                there = all(self._lexicon.inside_any(e, inside) for e in named.entities)
                like = named if there else None
                whole = self._whole_name(request, span)
                return whole or self._of_kind(request, nouns, inside, like)
            inside = () if several else places
            split = self._of_place_in(request, span, inside) if len(named.entities) != 1 else None
            if split is not None:
                return split
        return self._told(request, named, places, span.text)

    def _of_place_in(
        self, request: Request, span: Span, places: tuple[Place, ...]
    ) -> Understanding | None:
        """What a span means that says a place and a thing there: "living room ceiling fan"."""
        for place, rest in self._lexicon.split_place(span.text):
            if places and place not in places:
                continue
            named = self._named(request, (Wording(rest),), (place,))
            if named.score >= EXACT or (named.unfit is not None):
                return self._told(request, named, (place,), rest)
            scan = self._lexicon.scan(rest)
            if scan.whole and scan.nouns and not scan.places:
                return self._of_kind(request, scan.nouns, (place,), named)
            if len(named.entities) == 1:
                return self._told(request, named, (place,), rest)
        return None

    def _scan_whole(self, wordings: Sequence[Wording]) -> Scan | None:
        """Places and kinds that a wording names and nothing else: "front yard valve"."""
        for wording in wordings:
            scan = self._lexicon.scan(wording.text)
            if scan.whole:
                return scan
        return None

    def _by_name(self, request: Request, name: str, places: Sequence[Place]) -> Understanding:
        named = self._named(request, (Wording(name),), places)
        return self._told(request, named, places, name)

    def _named(
        self, request: Request, wordings: Sequence[Wording], places: Sequence[Place]
    ) -> Named:
        domains = {noun.kind.domain for noun in request.nouns(self._lexicon)} | request.likely
        inside = () if request.roams else places
        return self._lexicon.named(
            wordings, inside, request.fits, lambda e: e.domain in domains, request.speaker
        )

    def _told(
        self, request: Request, named: Named, places: Sequence[Place], said: str
    ) -> Understanding:
        """The intent about the entities of a name; a question when there are none or too many."""
        if named.unfit is not None:
            other = refitted(request, named.unfit)
            if other is not None:
                return self._told(other, Named((named.unfit,), EXACT), places, said)
            return asking.unfit(named.unfit)
        place = self._lexicon.place(said) if named.nearly is not None else None
        if not named.entities and named.nearly is not None and place is None:
            other = refitted(request, named.nearly)
            if other is not None:
                return self._told(other, Named((named.nearly,), EXACT), places, said)
        if not named.entities:
            waiting = request.made({"name": said.strip(), **(places[0].slots if places else {})})
            return asking.unknown(said, places, waiting)
        entities = named.entities
        if len(entities) > 1 and not self._all_meant(request, entities, said):
            entities = told_apart(entities, request.heard, self._home)
            if len(entities) > 1:
                noun = self._lexicon.noun(said)
                called = noun.text if noun is not None else "one"
                return asking.which(called, entities, self._home, request.made({}))
        several = len(entities) > 1
        entity = entities[0]
        slots: dict[str, SlotValue] = {"name": said.strip() if several else entity.name}
        if request.intent == "HassSetPosition" or entity.domain in _DOMAIN_BESIDE_NAME:
            slots["domain"] = entity.domain
        if places and not named.holds_place:
            slots.update(places[0].slots)
        return Understanding((request.made(slots, entities),))

    def _all_meant(self, request: Request, entities: Sequence[Entity], said: str) -> bool:
        """Whether a name means all that are called so: in the plural, with "all", two with "both".

        "Sonos" is no plural where that is how the name is written.
        """
        if request.heard.both:
            return len(entities) == 2
        last = normalised(said).rpartition(" ")[2]
        written = all(last in normalised(entity.name).split() for entity in entities)
        several = any(noun.plural for noun in request.nouns(self._lexicon))
        return request.heard.all or several or (is_plural(said) and not written)

    def _whole_name(self, request: Request, of: Span | None = None) -> Understanding | None:
        """An entity whose very name the words of place and kind make: "garage light".

        `of`: a span whose words must be part of the name.
        """
        heard = request.heard
        if heard.all:
            return None
        texts = heard.joined()
        if not texts and not heard.labelled(*TEXT_LABELS):
            texts = (heard.text,)
        for text in texts:
            name = self._lexicon.sole_name(text, request.fits)
            if name is not None and (of is None or _holds_words(name, of.text)):
                named = self._named(request, (Wording(name, holds_place=True),), ())
                if len(named.entities) == 1:
                    return self._told(request, named, (), name)
        return None

    def _by_part(self, request: Request) -> Understanding | None:
        """The one entity of whose name a word is said: "switch the machine off"."""
        if request.heard.everything or request.intent not in BY_VERB:
            return None
        said = re.findall(r"\b(?:the|my|our) ([^\W\d_]{4,})\b", request.heard.residual)
        words = {singular_text(normalised(word)) for word in said} - TELL_NOTHING
        having = {e.id: e for word in words for e in self._lexicon.having(word)}
        found = [entity for entity in having.values() if request.fits(entity)]
        if len(found) != 1:
            return None
        return self._told(request, Named((found[0],), EXACT), (), found[0].name)

    def _of_kinds(
        self, request: Request, nouns: Sequence[Noun], places: tuple[Place, ...]
    ) -> Understanding:
        """All of one kind, or of each of several that the request can be about."""
        kinds: dict[Kind, Noun] = {}
        for noun in nouns:
            kinds.setdefault(noun.kind, noun)
        if not _are_several(nouns, request.heard.text):
            return self._of_kind(request, nouns, places)
        if not all(map(request.is_about, kinds.values())):
            return asking.one_at_a_time()
        return _all_of([self._of_kind(request, (noun,), places) for noun in kinds.values()])

    def _wants_something_else(self, request: Request, domain: str) -> bool:
        """Whether an order that names nothing would switch lights for words that nobody knows:
        "get some air moving"."""
        text = request.heard.text
        is_order = len(text.split()) < _SENTENCE or starts_clause(text)
        if request.intent not in SWITCHING or domain != "light" or not is_order:
            return False
        return not says_nothing(self._lexicon.scan(request.heard.residual, request.fits).rest)

    def _of_kind(
        self,
        request: Request,
        nouns: Sequence[Noun],
        places: tuple[Place, ...],
        like: Named | None = None,
    ) -> Understanding:
        """All of a kind in a place; `like` are entities whose names are like what was said."""
        if request.heard.everything and not nouns and request.intent in BY_VERB and not like:
            return self._everything(request, places)
        noun = nouns[0] if nouns else None
        domain, device_class = request.meaning(noun)
        if noun is None and like is None and self._wants_something_else(request, domain):
            return Understanding()
        inside = () if request.roams else places
        found = self._lexicon.of_kind(domain, device_class, inside)
        if noun is not None:
            called = so_called(noun.text, found)
            several = noun.plural or request.heard.all
            found = found if domain == "climate" and several and len(called) == 1 else called
        if domain == "lock" and noun is not None:
            found = locks_of(noun, found, self._home)
        slots = request.kind_slots(domain, device_class, placed=bool(places))
        if not found and "sensor" in request.domains:
            found = self._lexicon.of_kind("sensor", "temperature", places)
        if not found:
            return self._none_of_kind(request, nouns, places, slots, like)
        if request.roams:
            slots = {**slots, **(places[0].slots if places else {})}
        if request.roams and places:
            found = self._working_in(found, places)
        if not inside:
            return self._anywhere(request, noun, domain, found, slots)
        if _is_one_cover(request, noun, domain) and len(found) > 1:
            return self._which(request, noun, domain, found, {**slots, **places[0].slots})
        active = request.active(found)
        intents = []
        for place in places:
            there = [e for e in active if self._lexicon.inside_any(e, (place,))]
            if there:
                intents.append(request.made({**slots, **place.slots}, there))
        return Understanding(tuple(intents))

    def _working_in(
        self, machines: tuple[Entity, ...], places: Sequence[Place]
    ) -> tuple[Entity, ...]:
        """Those of some machines that are in a place, or on its floor; all where none is."""
        floors = [
            Place(floor=floor)
            for place in places
            if place.area is not None
            and (floor := self._home.floor(place.area.floor or "")) is not None
        ]
        for where in (places, floors):
            there = tuple(e for e in machines if self._lexicon.inside_any(e, where))
            if there and where:
                return there
        return machines

    def _none_of_kind(
        self,
        request: Request,
        nouns: Sequence[Noun],
        places: tuple[Place, ...],
        slots: dict[str, SlotValue],
        like: Named | None,
    ) -> Understanding:
        """Nothing of a kind is there: what is named like it, the lights, or a word about it."""
        noun = nouns[0] if nouns else None
        domain, _ = request.meaning(noun)
        if like is not None and (like.entities or like.unfit):
            return self._told(request, like, places, noun.text if noun else spoken(domain))
        lit = self._lit(request, places)
        if lit is not None:
            return self._of_kind(lit, nouns, places)
        said = noun.text if noun is not None and says_kind(noun, domain) else spoken(domain)
        waiting = request.made({**slots, **(places[0].slots if places else {})})
        return asking.none_there(plural_of(singular_text(said)), places, waiting)

    def _lit(self, request: Request, places: Sequence[Place]) -> Request | None:
        """The request as one for the lights of a place that has nothing else to set."""
        lights = self._lexicon.of_kind("light", None, places) if places else ()
        set_to = request.intent in {"HassSetVolume", "HassSetPosition", "HassFanSetSpeed"}
        if not set_to or not lights or request.nouns(self._lexicon):
            return None
        if "volume" in request.heard.words:
            return None
        return refitted(request, lights[0])

    def _everything(self, request: Request, places: tuple[Place, ...]) -> Understanding:
        """All that is switched every day, in a place, here, or in the whole home."""
        if not places and request.heard.here and request.speaker is not None:
            places = (Place(area=request.speaker),)
        slots = dict(places[0].slots) if places else {}
        domains = request.likely or _EVERYTHING
        found = [
            entity
            for entity in self._home.entities
            if entity.domain in domains and self._lexicon.inside_any(entity, places)
        ]
        if not found:
            return asking.none_there("devices", places, request.made(slots))
        return Understanding((request.made(slots, found),))

    def _anywhere(
        self,
        request: Request,
        noun: Noun | None,
        domain: str,
        found: tuple[Entity, ...],
        slots: dict[str, SlotValue],
    ) -> Understanding:
        """Which of a kind are meant when no place is said: all, those near the speaker, or one."""
        speaker = request.speaker
        plural = noun is not None and noun.plural
        if request.whole_home or (domain == "lock" and (plural or request.heard.locking_up)):
            return Understanding((request.made(slots, found),))
        if speaker is not None and domain in _NEAR:
            near = tuple(entity for entity in found if entity.area == speaker.id)
            if near:
                slots = {**slots, "area": speaker.name}
                near = request.active(near)
                if len(near) == 1 or domain in _ALL_AT_ONCE or plural:
                    return Understanding((request.made(slots, near),))
                return self._which(request, noun, domain, near, slots)
        active = request.active(found)
        all_meant = plural and speaker is None and domain not in _ONE_IS_MEANT
        if len(active) == 1 or all_meant:
            return Understanding((request.made(slots, active),))
        return self._which(request, noun, domain, active, slots)

    def _so_named_near(self, request: Request, noun: str) -> Entity | None:
        """The one thing near the speaker that is named so: a switch called "Patio Heater"."""
        if request.speaker is None:
            return None
        near = [
            entity
            for entity in self._home.in_area(request.speaker.id)
            if request.fits(entity) and noun in singular_text(normalised(entity.name)).split()
        ]
        return near[0] if len(near) == 1 else None

    def _which(
        self,
        request: Request,
        noun: Noun | None,
        domain: str,
        entities: Sequence[Entity],
        slots: dict[str, SlotValue],
    ) -> Understanding:
        """Ask which is meant; those called by the very noun are offered, where there are any."""
        said = spoken(domain)
        if noun is not None and says_kind(noun, domain):
            said = singular_text(noun.text)
            called = [e for e in entities if said in e.name.lower().split()]
            if len(called) == 1 and not noun.plural:
                slots = {name: value for name, value in slots.items() if name != "domain"}
                return Understanding((request.made({**slots, "name": called[0].name}, called),))
            entities = called or entities
            near = self._so_named_near(request, said)
            if near is not None and not noun.plural:
                return self._told(request, Named((near,), EXACT), (), near.name)
        told = told_apart(entities, request.heard, self._home)
        if len(told) == 1 and not (noun is not None and noun.plural):
            slots = {name: value for name, value in slots.items() if name != "domain"}
            return Understanding((request.made({**slots, "name": told[0].name}, told),))
        return asking.which(said, entities, self._home, request.made(slots))


_HERE_AND = re.compile(r"\bhere and\b|\band (?:in )?here\b")
_VAGUE = re.compile(r"(?:(?:out|in)(?:side|doors?)|out (?:back|front)|the (?:back|front))")
_THE_AND = re.compile(r"\b(?:the|my) ([\w' ]+?)(?:,| and|, and) (?:the |my )?$")
_AND_THE = re.compile(r"\s*(?:,|and|, and)\s+(?:the |my )?([\w' ]+?)(?: (?:on|off))?\W*$")


def _all_of(parts: Sequence[Understanding]) -> Understanding:
    """Several meanings of one text as one; the first question comes before all else.

    What two spans mean alike is meant once.
    """
    question = next((part for part in parts if part.question is not None), None)
    if question is not None:
        return question
    intents: list[Intent] = []
    for intent in (intent for part in parts for intent in part.intents):
        if intent not in intents:
            intents.append(intent)
    return Understanding(tuple(intents))


def _are_several(nouns: Sequence[Noun], text: str) -> bool:
    """Whether things of several kinds are said: "the lamp and the fan"."""
    return len({noun.kind for noun in nouns}) > 1 and " and " in text


def _holds_words(name: str, part: str) -> bool:
    return set(singular_text(normalised(part)).split()) <= set(singular_text(name).split())


def _is_vague(request: Request, span: Span) -> bool:
    """Whether a place that the home lacks only says in general where a thing is: "outside"."""
    return _VAGUE.fullmatch(span.text.lower()) is not None and bool(request.heard.labelled("name"))


def _is_one_cover(request: Request, noun: Noun | None, domain: str) -> bool:
    """Whether one of several covers is meant: "the shutter"."""
    singular = noun is not None and not noun.plural and noun.text.lower() in KINDS
    singular = singular and noun is not None and noun.text.lower() not in DAYLIGHT
    return domain == "cover" and singular and not request.heard.all
