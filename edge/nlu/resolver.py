"""From a tagged text to what it means in this home: canonical slots and the entities they are about.

1. Values that need no home are read from their spans (`slots`).
2. Places, kinds of things and names are sought, in the spans and, where one is missing, in the
   words around them (`finding`). "here", and a kind without a place, mean the speaker's area.
3. The intent says what it can be about, and so does the verb: only locks are unlocked, only covers
   and valves are opened. HassTurnOn means all of these, so the words decide, not the intent's name.
4. What fits equally well is asked about, never guessed. What the home has not is said.

Questions about states have their own module, `inquiry`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from edge.home.graph import Area, Entity, Home
from edge.home.states import States
from edge.nlu import asking
from edge.nlu.finding import Lexicon, Named, Noun, Place, Wording, class_of, unique
from edge.nlu.heard import Heard
from edge.nlu.inquiry import inquire
from edge.nlu.kinds import DOMAINS_OF_INTENT, DOMAINS_OF_VERB, INTENT_OF_VERB, NARROW_NOUNS
from edge.nlu.matching import EXACT, is_plural, singular_text
from edge.nlu.slots import TEXT_LABELS, values_of
from edge.types import OUT_OF_SCOPE, Intent, SlotValue, Span, Tagging, Understanding

_SWITCHING = frozenset({"HassTurnOn", "HassTurnOff", "HassToggle"})
_BY_VERB = _SWITCHING | {"HassSetPosition"}
_NEAR = frozenset({"light", "fan", "cover", "media_player", "climate", "switch", "lock", "valve"})
"""Domains of which one means those in one's own room."""
_ALL_AT_ONCE = frozenset({"light", "fan", "switch", "cover"})
"""Domains of which "the fan" in a room means every one there, as in Home Assistant."""
_ONE_IS_MEANT = frozenset({"climate", "media_player", "vacuum", "lawn_mower", "lock", "valve"})
_DEFAULT_DOMAIN = {"HassTurnOn": "light", "HassTurnOff": "light", "HassToggle": "light",
                   "HassSetPosition": "cover", "HassClimateGetTemperature": "climate"}  # fmt: skip
_ACTIVE = {
    "HassMediaPause": {"playing", "buffering"},
    "HassMediaUnpause": {"paused"},
    "HassMediaNext": {"playing", "paused"},
    "HassMediaPrevious": {"playing", "paused"},
    "HassSetVolume": {"playing", "paused"},
    "HassSetVolumeRelative": {"playing", "paused"},
    "HassMediaPlayerMute": {"playing", "paused"},
    "HassMediaPlayerUnmute": {"playing", "paused"},
}
"""States that make a media player the one that is meant."""
_NAMED_DOMAIN_SLOT = frozenset({"script", "scene"})


@dataclass(frozen=True, eq=False)
class _Request:
    """A command on its way to its meaning."""

    intent: str
    confidence: float
    heard: Heard
    values: dict[str, SlotValue]
    states: States
    speaker: Area | None

    @property
    def domains(self) -> frozenset[str]:
        """What the intent and the verb together can be about."""
        allowed = DOMAINS_OF_INTENT[self.intent]
        said = DOMAINS_OF_VERB.get(self.heard.verb or "") if self.intent in _BY_VERB else None
        if said is not None:
            return allowed & said or said
        return allowed - {"lock"} if self.intent in _SWITCHING else allowed

    def fits(self, entity: Entity) -> bool:
        """Whether the request can be about an entity."""
        if self.intent == "HassClimateGetTemperature" and entity.domain == "sensor":
            return class_of(entity) == "temperature"
        return entity.domain in self.domains

    def made(self, slots: dict[str, SlotValue], entities: Sequence[Entity]) -> Intent:
        """The intent with these slots, about these entities."""
        return Intent(
            name=self._name_for(entities),
            slots={**slots, **self.values},
            targets=tuple(entity.id for entity in entities),
            confidence=self.confidence,
        )

    def _name_for(self, entities: Sequence[Entity]) -> str:
        """The intent; of a lock, cover or valve that the verb says, should the tagger have erred."""
        opened = {"lock", "cover", "valve"}
        if self.intent in _SWITCHING and entities and all(e.domain in opened for e in entities):
            return INTENT_OF_VERB.get(self.heard.verb or "", self.intent)
        return self.intent


class Resolver:
    """Resolves what is said in one home. Making one takes some milliseconds, using it less than one.

    Taggings below `min_confidence` (0 to 1) mean nothing.
    """

    def __init__(self, home: Home, min_confidence: float = 0.0) -> None:
        self._home = home
        self._lexicon = Lexicon(home)
        self._min_confidence = min_confidence

    def resolve(self, tagging: Tagging, states: States, area: str | None = None) -> Understanding:
        """What a tagged text means; `area` is the id or name of the speaker's area.

        Empty when the text is out of scope. Where something must be asked, nothing may be done: an
        intent that comes with a question waits for the answer and has no targets.
        """
        if tagging.intent == OUT_OF_SCOPE or tagging.confidence < self._min_confidence:
            return Understanding()
        heard = Heard.of(tagging)
        request = _Request(
            intent=tagging.intent,
            confidence=tagging.confidence,
            heard=heard,
            values=values_of(tagging.intent, heard),
            states=states,
            speaker=self._lexicon.area(area),
        )
        if tagging.intent == "HassGetState":
            return inquire(self._lexicon, heard, tagging.confidence, request.speaker)
        if tagging.intent not in DOMAINS_OF_INTENT:
            return Understanding((self._without_entities(request),))
        return self._command(request)

    def _without_entities(self, request: _Request) -> Intent:
        """An intent about no entity: a timer's name is free text, its area is one of the home's."""
        slots: dict[str, SlotValue] = {}
        for span in request.heard.labelled("name"):
            slots.setdefault("name", span.text.strip())
        for span in request.heard.labelled("area", "floor"):
            place = self._lexicon.place(span.text)
            if place is not None:
                slots.update(place.slots)
        return request.made(slots, ())

    def _command(self, request: _Request) -> Understanding:
        heard = request.heard
        names = list(heard.labelled("name"))
        nouns: list[Noun] = []
        for span in heard.labelled("domain", "device_class"):
            noun = self._lexicon.noun(span.text)
            if noun is not None:
                nouns.append(noun)
            elif not names:
                names.append(span)
        places, strays = self._places(request)
        names.extend(strays)
        scan = self._lexicon.scan(heard.residual, request.fits)
        if not places and not heard.here:
            places = unique(scan.places)
        if not names and not nouns:
            if scan.entities:
                return self._all_of(
                    [self._by_name(request, (Wording(t),), places, t) for t in scan.entities]
                )
            nouns = list(scan.nouns)
        if names:
            return self._all_of([self._of_span(request, span, places) for span in names])
        return self._of_kind(request, nouns, places)

    def _places(self, request: _Request) -> tuple[tuple[Place, ...], list[Span]]:
        """The places that spans name, and the spans that name an entity instead."""
        places: list[Place] = []
        strays: list[Span] = []
        for span in request.heard.labelled("area", "floor"):
            if Heard.of(Tagging(span.text, request.intent, 1.0)).here:
                continue
            scan = self._lexicon.scan(span.text)
            place = self._lexicon.place(span.text, floor_first=span.label == "floor")
            if scan.places and not scan.rest:
                places.extend(scan.places)
            elif place is not None:
                places.append(place)
            elif not request.heard.everywhere:
                strays.append(span)
        return unique(places), strays

    def _of_span(self, request: _Request, span: Span, places: tuple[Place, ...]) -> Understanding:
        """What a span labelled as a name means: an entity, or a place and a kind after all."""
        wordings = self._lexicon.wordings(request.heard, span)
        named = self._named(request, wordings, places)
        if named.score >= EXACT:
            return self._told(request, named, places, span.text)
        scan = self._lexicon.scan(span.text)
        if (scan.places or scan.nouns) and not scan.rest:
            nouns = [
                noun
                for other in request.heard.labelled("domain", "device_class")
                if (noun := self._lexicon.noun(other.text)) is not None
            ]
            return self._of_kind(
                request, [*scan.nouns, *nouns], unique((*scan.places, *places)), named
            )
        return self._told(request, named, places, span.text)

    def _by_name(
        self, request: _Request, wordings: Sequence[Wording], places: Sequence[Place], said: str
    ) -> Understanding:
        return self._told(request, self._named(request, wordings, places), places, said)

    def _named(
        self, request: _Request, wordings: Sequence[Wording], places: Sequence[Place]
    ) -> Named:
        return self._lexicon.named(
            wordings, places, request.fits, self._prefers(request), request.speaker
        )

    def _prefers(self, request: _Request) -> Callable[[Entity], bool]:
        """Of things with equally likely names: those of the kind said, then the usual ones."""
        domains = {
            noun.kind.domain
            for span in request.heard.labelled("domain", "device_class")
            if (noun := self._lexicon.noun(span.text)) is not None
        }
        return lambda entity: entity.domain in domains

    def _told(
        self, request: _Request, named: Named, places: Sequence[Place], said: str
    ) -> Understanding:
        """The intent about the entities of a name; a question when there are none or too many."""
        if named.unfit is not None:
            return asking.unfit(named.unfit)
        if not named.entities:
            return asking.unknown(said)
        several = len(named.entities) > 1
        if several and not (is_plural(said) or request.heard.all):
            noun = self._lexicon.noun(said)
            waiting = request.made({}, ())
            return asking.which(noun.text if noun else "one", named.entities, self._home, waiting)
        entity = named.entities[0]
        slots: dict[str, SlotValue] = {"name": said.strip() if several else entity.name}
        if request.intent == "HassSetPosition" or entity.domain in _NAMED_DOMAIN_SLOT:
            slots["domain"] = entity.domain
        if places and not named.holds_place:
            slots.update(places[0].slots)
        return Understanding((request.made(slots, named.entities),))

    def _of_kind(
        self,
        request: _Request,
        nouns: Sequence[Noun],
        places: tuple[Place, ...],
        like: Named | None = None,
    ) -> Understanding:
        """All of a kind in a place; `like` are entities whose names are like what was said."""
        whole = self._whole_name(request)
        if whole is not None:
            return whole
        noun = nouns[0] if nouns else None
        domain, device_class = _meaning(request, noun)
        found = _called(noun, self._lexicon.of_kind(domain, device_class, places))
        slots = _kind_slots(request, domain, device_class)
        if not found and domain == "climate" and "sensor" in request.domains:
            sensors = self._lexicon.of_kind("sensor", "temperature", places)
            found = sensors or found
        if not found:
            return self._none_found(request, noun, domain, places, like)
        if places:
            active = _active(request, found)
            intents = []
            for place in places:
                inside = [e for e in active if self._lexicon.inside_any(e, (place,))]
                intents.append(request.made({**slots, **place.slots}, inside))
            return Understanding(tuple(intent for intent in intents if intent.targets))
        return self._anywhere(request, noun, domain, found, slots)

    def _anywhere(
        self,
        request: _Request,
        noun: Noun | None,
        domain: str,
        found: tuple[Entity, ...],
        slots: dict[str, SlotValue],
    ) -> Understanding:
        """Which of a kind are meant when no place is said: all, those near the speaker, or one."""
        heard, speaker = request.heard, request.speaker
        whole_home = heard.everywhere or (heard.all and not heard.here)
        if whole_home or (domain == "lock" and noun is not None and noun.plural):
            return Understanding((request.made(slots, found),))
        if speaker is not None and domain in _NEAR:
            near = tuple(entity for entity in found if entity.area == speaker.id)
            if near:
                slots = {**slots, "area": speaker.name}
                near = _active(request, near)
                if len(near) == 1 or domain in _ALL_AT_ONCE or (noun is not None and noun.plural):
                    return Understanding((request.made(slots, near),))
                return self._which(request, noun, domain, near, slots)
        active = _active(request, found)
        if len(active) == 1:
            return Understanding((request.made(slots, active),))
        plural = noun is not None and noun.plural and domain not in _ONE_IS_MEANT
        if plural and speaker is None:
            return Understanding((request.made(slots, active),))
        return self._which(request, noun, domain, active, slots)

    def _which(
        self,
        request: _Request,
        noun: Noun | None,
        domain: str,
        entities: Sequence[Entity],
        slots: dict[str, SlotValue],
    ) -> Understanding:
        """Ask which is meant; those whose name has the very noun are offered, where there are any."""
        if noun is not None and domain not in {noun.kind.domain, "cover", "lock"}:
            noun = None
        said = singular_text(noun.text) if noun is not None else _spoken(domain)
        if noun is not None:
            called = [e for e in entities if said in e.name.lower().split()]
            if len(called) == 1 and not noun.plural:
                named = {**slots, "name": called[0].name}
                named.pop("domain", None)
                return Understanding((request.made(named, called),))
            entities = called or entities
        return asking.which(said, entities, self._home, request.made(slots, ()))

    def _whole_name(self, request: _Request) -> Understanding | None:
        """An entity whose very name the words of place and kind make: "kitchen light"."""
        heard = request.heard
        if heard.all:
            return None
        marked = heard.labelled("area", "floor", "domain", "device_class", "name")
        joined = [
            heard.extent(one, other)
            for one, other in pairwise(marked)
            if heard.adjacent(one, other)
        ]
        if not joined and not heard.labelled(*TEXT_LABELS):
            joined = [heard.text]
        for text in joined:
            scan = self._lexicon.scan(text, request.fits)
            if len(scan.entities) == 1 and not is_plural(text):
                named = self._named(request, (Wording(scan.entities[0], holds_place=True),), ())
                if len(named.entities) == 1 and named.score >= EXACT:
                    return self._told(request, named, (), scan.entities[0])
        return None

    def _none_found(
        self,
        request: _Request,
        noun: Noun | None,
        domain: str,
        places: Sequence[Place],
        like: Named | None,
    ) -> Understanding:
        if like is not None and (like.entities or like.unfit):
            return self._told(request, like, places, noun.text if noun else _spoken(domain))
        said = noun.text if noun is not None and noun.plural else f"{_spoken(domain)}s"
        where = f"in the {places[0].name}" if places else None
        return asking.none_there(said, where)

    @staticmethod
    def _all_of(parts: Sequence[Understanding]) -> Understanding:
        """Several meanings of one text as one; the first question comes before all else."""
        question = next((part for part in parts if part.question is not None), None)
        if question is not None:
            return question
        return Understanding(tuple(intent for part in parts for intent in part.intents))


def _meaning(request: _Request, noun: Noun | None) -> tuple[str, str | None]:
    """The domain and device class that a noun means for a request."""
    domains = request.domains
    if noun is not None:
        kind = noun.kind
        if kind.lockable and domains == {"lock"}:
            return "lock", None
        if kind.domain in domains:
            return str(kind.domain), None
        if kind.cover is not None and "cover" in domains:
            return "cover", kind.cover
    if len(domains) == 1:
        return next(iter(domains)), None
    default = _DEFAULT_DOMAIN.get(request.intent, "")
    return (default if default in domains else sorted(domains)[0]), None


def _kind_slots(request: _Request, domain: str, device_class: str | None) -> dict[str, SlotValue]:
    """The slots that say the kind, for the intents in which Home Assistant has them."""
    if request.intent not in _BY_VERB:
        return {}
    slots: dict[str, SlotValue] = {"domain": domain}
    if device_class is not None:
        slots["device_class"] = device_class
    return slots


def _active(request: _Request, entities: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """The media players that do something, where one of them is meant; otherwise all."""
    wanted = _ACTIVE.get(request.intent)
    if wanted is None:
        return entities
    now = {e.id: request.states.get(e.id) or e.state for e in entities}
    return tuple(e for e in entities if now[e.id].state in wanted) or entities


def _called(noun: Noun | None, entities: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """Those named with the very noun, where it tells a thing within its domain: a TV, a plug."""
    if noun is None or noun.text not in NARROW_NOUNS:
        return entities
    said = noun.text
    return tuple(e for e in entities if said in e.name.lower().split()) or entities


def _spoken(domain: str) -> str:
    """A domain as people say it."""
    return {"climate": "thermostat", "media_player": "media player"}.get(
        domain, domain.replace("_", " ")
    )
