"""Finding what a request is about: places, kinds of things, and entities by name or kind.

A `Lexicon` is made once for a home and holds its names in searchable form. It never chooses between
equals: it returns all that fit equally well, and whoever asked decides whether they are all meant.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property

from rapidfuzz import fuzz

from edge.home.graph import Area, Entity, Home
from edge.nlu import synonyms
from edge.nlu.found import Named, Noun, Place, Scan, Wording
from edge.nlu.heard import Heard
from edge.nlu.kinds import BROAD_NOUNS, KINDS, WINDOW_COVERS, Kind
from edge.nlu.matching import (
    ENOUGH,
    EXACT,
    MARGIN,
    Index,
    Match,
    is_plural,
    normalised,
    singular,
    singular_text,
)
from edge.types import Span

_AFTERWARDS = frozenset({"back", "again", "over", "now", "straight"})
"""Words after a name that are none of it: "main water [back] on"."""
_MISHEARD = 75
"""Least likeness (0 to 100) of a word that speech to text may have misheard."""
_OWN_VALUE = re.compile(
    r"['’]s (?:target|setpoint|humidity|temperature|volume|brightness|speed|position)$",
    re.IGNORECASE,
)
_TO_PLACE = frozenset({"in", "on", "at", "of", "by", "the", "my", "our"})
"""Words between a thing and its place."""
_FILLERS = frozenset(
    {
        "the", "my", "our", "in", "on", "at", "of", "all", "every", "each", "please", "a", "an",
        "and", "to", "for", "from", "with", "any", "some", "room", "floor", "area", "there", "is",
        "are", "down", "up", "upstair",
    }
)  # fmt: skip
_NO_PLACE = frozenset({"room", "floor", "area", "place", "space", "all", "every", "each"})
"""Words for a place that name none."""
_POSITIONS = frozenset(
    {
        "upstairs", "downstairs", "outside", "inside", "outdoors", "indoors", "main", "top",
        "upper", "lower",
    }
)  # fmt: skip
"""Words for a place that are not enough to tell it when they are only a part of its name."""
_MEASURES = frozenset({"level", "reading", "value", "usage", "consumption", "sensor", "detector"})
"""What may follow a kind without changing it: "co2 level", "smoke detectors"."""
_LONGEST_KIND = max(len(noun.split()) for noun in KINDS)


class Lexicon:
    """The names of a home, searchable."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self._areas = Index((area.id, (area.name, *area.aliases)) for area in home.areas)
        self._floors = Index((floor.id, (floor.name, *floor.aliases)) for floor in home.floors)
        self._areas_else = Index(synonyms.of_areas(home).items())
        self._floors_else = Index(synonyms.of_floors(home).items())
        else_called = synonyms.of_entities(home)
        self._entities = Index(
            (e.id, (e.name, *e.aliases, *else_called.get(e.id, ()))) for e in home.entities
        )
        on_floors: dict[str | None, set[str]] = defaultdict(set)
        for area in home.areas:
            on_floors[area.floor].add(area.id)
        self._areas_on = {floor: frozenset(areas) for floor, areas in on_floors.items()}
        self._place_of = {entity.id: place for place, entity in enumerate(home.entities)}
        self._by_domain: dict[str, list[Entity]] = defaultdict(list)
        for entity in home.entities:
            self._by_domain[entity.domain].append(entity)

    def area(self, id_or_name: str | None) -> Area | None:
        """The area of an id or of an exact name."""
        if id_or_name is None:
            return None
        found = self.home.area(id_or_name)
        if found is not None:
            return found
        matches = self._areas.exactly(id_or_name)
        return self.home.area(matches[0].id) if matches else None

    def place(self, text: str, *, floor_first: bool = False) -> Place | None:
        """The area or floor that a text names, exactly or nearly.

        None when it is like none, or as much like one as like another.
        """
        if _NO_PLACE.issuperset(singular_text(normalised(text)).split()):
            return None
        for name in _bare_names(text):
            areas = self._areas_else.exactly(name) or self._areas.find(name)
            floors = self._floors_else.exactly(name) or self._floors.find(name)
            best_area, best_floor = _clear_score(areas), _clear_score(floors)
            least = EXACT if _POSITIONS.issuperset(normalised(name).split()) else ENOUGH
            if max(best_area, best_floor) < least:
                continue
            if best_floor > best_area or (floor_first and best_floor == best_area):
                return Place(floor=self.home.floor(floors[0].id))
            return Place(area=self.home.area(areas[0].id))
        return None

    def split_place(self, text: str) -> Iterator[tuple[Place, str]]:
        """A place at the beginning of a text, or at its end, and the words left of it.

        "living room ceiling fan", "Emma's shades", "lamp in the hall"; the longest place first.
        """
        words = text.split()
        for count in range(len(words) - 1, 0, -1):
            place = self._bare_place(words[:count])
            if place is not None:
                yield place, " ".join(words[count:])
        for count in range(len(words) - 1, 0, -1):
            rest = words[:-count]
            while rest and rest[-1].lower() in _TO_PLACE:
                rest = rest[:-1]
            if not rest or len(rest) + count == len(words):
                continue
            place = self._bare_place(words[-count:])
            if place is not None:
                yield place, " ".join(rest)

    def _bare_place(self, words: Sequence[str]) -> Place | None:
        """The place that some words name, when no word is left over: not "kitchen ceiling"."""
        text = " ".join(words)
        place = self.place(text)
        part = (place.area or place.floor) if place is not None else None
        if part is None:
            return None
        index = self._areas_else if isinstance(part, Area) else self._floors_else
        if any(match.id == part.id for match in index.exactly(text)):
            return place
        names = {word for name in (part.name, *part.aliases) for word in normalised(name).split()}
        said = set(normalised(text).split()) - {"room", "floor", "area"}
        like = all(any(_alike(word, name) for name in names) for word in said)
        return place if like else None

    def scan(self, text: str, fits: Callable[[Entity], bool] | None = None) -> Scan:
        """What a text names word for word, longest names first; entities only those that `fits`."""
        words = tuple(singular(word) for word in normalised(text).split())
        spoken = normalised(text).split()
        places: list[Place] = []
        nouns: list[Noun] = []
        named: list[str] = []
        rest: list[str] = []
        at = 0
        while at < len(words):
            after = self._name_end(words, at, fits) if fits else at
            if after > at:
                named.append(" ".join(spoken[at:after]))
            if after == at:
                after = self._scan_place(words, at, places)
            if after == at:
                after = self._scan_noun(words, spoken, at, nouns)
            if after == at:
                if words[at] not in _FILLERS:
                    rest.append(words[at])
                after += 1
            at = after
        return Scan(tuple(places), tuple(nouns), tuple(named), tuple(rest))

    def scan_all(self, text: str) -> Scan:
        """As `scan`, with every entity of the home."""
        return self.scan(text, lambda _: True)

    def sole_name(self, text: str, fits: Callable[[Entity], bool]) -> str | None:
        """The one name of an entity that a text holds word for word, in the number it is written.

        "kitchen lights" is no lamp called "Kitchen Light".
        """
        named = self.scan(text, fits).entities
        if len(named) != 1:
            return None
        written = any(match.score == 1.0 for match in self._entities.exactly(named[0]))
        return named[0] if written or not is_plural(named[0]) else None

    def called(self, name: str) -> tuple[Entity, ...]:
        """The entities of this very name."""
        found = (self.home.entity(match.id) for match in self._entities.exactly(name))
        return tuple(entity for entity in found if entity is not None)

    def having(self, word: str) -> tuple[Entity, ...]:
        """The entities in whose names a word is; the word is normalised and singular."""
        found = (self.home.entity(entity_id) for entity_id in self._entities.having(word))
        return tuple(entity for entity in found if entity is not None)

    def is_of(self, entity: Entity, kind: Kind) -> bool:
        """Whether a noun of this kind can be said of an entity."""
        roles = {"binary_sensor": kind.binary, "sensor": kind.sensor, "cover": kind.cover}
        role = roles.get(entity.domain)
        return entity.domain == kind.domain or (role is not None and entity.device_class == role)

    @cached_property
    def owners(self) -> frozenset[str]:
        """The people whose rooms and things there are, in lower case: "emma" of "Emma's Room"."""
        places: tuple[Area | Entity, ...] = (*self.home.areas, *self.home.entities)
        names = [name for part in places for name in (part.name, *part.aliases)]
        return frozenset(o.lower() for n in names for o in re.findall(r"\b([^\W_]+)['’]s\b", n))

    def areas_headed(self, text: str) -> tuple[Area, ...]:
        """The areas of which a text has the last word, where no other area has it as its last."""
        said = set(singular_text(normalised(text)).split()) - _NO_PLACE
        heads = Counter(_head(area) for area in self.home.areas)
        return tuple(a for a in self.home.areas if _head(a) in said and heads[_head(a)] == 1)

    def name_at(self, words: tuple[str, ...], at: int) -> tuple[int, str] | None:
        """Where the longest name that begins at a word ends, and the label of what it names.

        `words` are normalised and singular.
        """
        found = [
            (spotted[0], label)
            for index, label in (
                (self._areas, "area"),
                (self._areas_else, "area"),
                (self._floors, "floor"),
                (self._floors_else, "floor"),
                (self._entities, "name"),
            )
            if (spotted := index.spot(words, at)) is not None
        ]
        return max(found, key=lambda each: each[0]) if found else None

    def noun(self, text: str) -> Noun | None:
        """The kind of thing that a span names, by all its words or by its last ones."""
        words = singular_text(normalised(text)).split()
        for first in range(len(words)):
            for after in range(len(words), first, -1):
                kind = KINDS.get(" ".join(words[first:after]))
                if kind is not None and _MEASURES.issuperset(words[after:]):
                    return Noun(text, kind, is_plural(text))
        return None

    def wordings(self, heard: Heard, span: Span) -> tuple[Wording, ...]:
        """A name as it was marked, and joined with the place or the kind that stands beside it."""
        wordings = [Wording(_OWN_VALUE.sub("", span.text))]
        words = span.text.split()
        noun = self.noun(words[-1]) if len(words) > 1 else None
        if noun is not None and noun.kind.domain is not None:
            wordings.append(Wording(" ".join(words[:-1]), domain=noun.kind.domain))
        if len(words) > 1 and words[-1].lower() in _AFTERWARDS:
            wordings.append(Wording(" ".join(words[:-1])))
        for other in heard.labelled("domain", "device_class", "area", "floor"):
            if other is span or not heard.adjacent(other, span):
                continue
            joined = heard.extent(other, span)
            wordings.append(Wording(joined, holds_place=other.label in {"area", "floor"}))
            noun = self.noun(other.text)
            if other.label == "domain" and noun is not None and noun.kind.domain is not None:
                wordings.append(Wording(span.text, domain=noun.kind.domain))
        return tuple(wordings)

    def named(
        self,
        wordings: Sequence[Wording],
        places: Sequence[Place],
        fits: Callable[[Entity], bool],
        prefers: Callable[[Entity], bool],
        speaker: Area | None,
    ) -> Named:
        """The entities that a name means, in the home's order.

        Those that do not fit are out, and so are those in another place than the one said. Among
        those left the likeliest stay; among these the preferred, and those near the speaker.
        """
        best: dict[str, tuple[float, bool]] = {}
        areas = self._areas_in(places)
        for wording in wordings:
            for match in self._entities.find(wording.text):
                entity = self.home.entity(match.id)
                if entity is None or (wording.domain and entity.domain != wording.domain):
                    continue
                elsewhere = areas is not None and entity.area not in areas
                if elsewhere and not (wording.holds_place and match.score >= EXACT):
                    continue
                if match.score > best.get(match.id, (0.0, False))[0]:
                    best[match.id] = (match.score, wording.holds_place)
        in_order = sorted(best, key=self._place_of.__getitem__)
        entities = [entity for entity in map(self.home.entity, in_order) if entity is not None]
        fitting = [entity for entity in entities if fits(entity)]
        if not fitting:
            exact = next((e for e in entities if best[e.id][0] >= EXACT), None)
            alone = entities[0] if len(entities) == 1 else None
            return Named(unfit=exact, nearly=alone)
        top = max(best[entity.id][0] for entity in fitting)
        unfit = next((e for e in entities if best[e.id][0] >= EXACT > top), None)
        if unfit is not None:
            return Named(unfit=unfit)
        near = [entity for entity in fitting if best[entity.id][0] > top - MARGIN]
        near = _narrowed(near, prefers)
        if speaker is not None:
            near = _narrowed(near, lambda entity: entity.area == speaker.id)
        return Named(tuple(near), top, all(best[entity.id][1] for entity in near))

    def ranked(self, text: str) -> tuple[tuple[Entity, float], ...]:
        """The entities whose names a text is at all like, with scores, the best first.

        Unlike `named` it leaves out nothing, not even what is less likely than ENOUGH.
        """
        found = ((self.home.entity(match.id), match.score) for match in self._entities.ranked(text))
        return tuple((entity, score) for entity, score in found if entity is not None)

    def ranked_places(self, text: str) -> tuple[tuple[Place, float], ...]:
        """The areas and floors whose names a text is at all like, as `ranked` tells entities."""
        best: dict[Place, float] = {}
        for name in _bare_names(text):
            found = [
                *((Place(area=self.home.area(m.id)), m.score) for m in self._areas.ranked(name)),
                *((Place(floor=self.home.floor(m.id)), m.score) for m in self._floors.ranked(name)),
            ]
            for place, score in found:
                best[place] = max(score, best.get(place, 0.0))
        return tuple(sorted(best.items(), key=lambda item: -item[1]))

    def of_kind(
        self, domain: str, device_class: str | None, places: Sequence[Place]
    ) -> tuple[Entity, ...]:
        """The entities of a kind in any of some places (anywhere when there are none).

        Where no cover is of the class said, those that look alike to people are taken: "blinds"
        finds shades.
        """
        areas = self._areas_in(places)
        inside = [
            entity
            for entity in self._by_domain.get(domain, ())
            if areas is None or entity.area in areas
        ]
        if device_class is None:
            return tuple(inside)
        exact = tuple(e for e in inside if e.device_class == device_class)
        if exact or device_class not in WINDOW_COVERS or domain != "cover":
            return exact
        return tuple(e for e in inside if e.device_class in WINDOW_COVERS)

    def inside_any(self, entity: Entity, places: Sequence[Place]) -> bool:
        """Whether an entity is in one of some places, or no place is asked for."""
        areas = self._areas_in(places)
        return areas is None or entity.area in areas

    def _areas_in(self, places: Sequence[Place]) -> frozenset[str] | None:
        """The ids of the areas in some places; None where all of the home is inside."""
        inside: frozenset[str] = frozenset()
        for place in places:
            if place.area is not None:
                more = frozenset((place.area.id,))
            elif place.floor is not None:
                more = self._areas_on.get(place.floor.id, frozenset())
            else:
                return None
            inside = inside | more if inside else more
        return inside if places else None

    def _name_end(self, words: tuple[str, ...], at: int, fits: Callable[[Entity], bool]) -> int:
        """Where a name of an entity that fits ends; a lamp called just "Lamp" is any lamp."""
        spotted = self._entities.spot(words, at)
        if spotted is None:
            return at
        name = " ".join(words[at : spotted[0]])
        found = (self.home.entity(match.id) for match in spotted[1])
        if name in BROAD_NOUNS or not any(entity is not None and fits(entity) for entity in found):
            return at
        return spotted[0]

    def _scan_place(self, words: tuple[str, ...], at: int, places: list[Place]) -> int:
        area = self._areas.spot(words, at) or self._areas_else.spot(words, at)
        floor = self._floors.spot(words, at) or self._floors_else.spot(words, at)
        if area is not None and (floor is None or area[0] >= floor[0]):
            places.extend(Place(area=self.home.area(match.id)) for match in area[1])
            return area[0]
        if floor is not None:
            places.extend(Place(floor=self.home.floor(match.id)) for match in floor[1])
            return floor[0]
        return at

    def _scan_noun(
        self, words: tuple[str, ...], spoken: list[str], at: int, nouns: list[Noun]
    ) -> int:
        for after in range(min(len(words), at + _LONGEST_KIND), at, -1):
            kind = KINDS.get(" ".join(words[at:after]))
            if kind is not None:
                said = " ".join(spoken[at:after])
                nouns.append(Noun(said, kind, is_plural(said)))
                return after
        return at


def _alike(one: str, other: str) -> bool:
    return singular(one) == singular(other) or fuzz.ratio(one, other) >= _MISHEARD


def _head(area: Area) -> str:
    return singular_text(normalised(area.name)).rpartition(" ")[2]


def _bare_names(text: str) -> list[str]:
    """The name of a place as it was said, and without "room" or "floor" at its end."""
    bare = normalised(text)
    fillers = (filler for filler in (" floor", " room", " area") if bare.endswith(filler))
    return [text, *(bare.removesuffix(filler) for filler in fillers)]


def _clear_score(matches: Sequence[Match]) -> float:
    """The best score, or 0 when another is as good."""
    if not matches:
        return 0.0
    rivals = [match for match in matches[1:] if match.score > matches[0].score - MARGIN]
    return matches[0].score if not rivals or matches[0].score >= EXACT else 0.0


def _narrowed(entities: list[Entity], wanted: Callable[[Entity], bool]) -> list[Entity]:
    """Those that are wanted, or all when none is."""
    return [entity for entity in entities if wanted(entity)] or entities


def unique(places: Iterable[Place]) -> tuple[Place, ...]:
    """Each place once, in order."""
    return tuple(dict.fromkeys(places))
