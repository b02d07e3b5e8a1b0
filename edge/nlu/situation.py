"""Where someone lacks something, and what is there: the part of the home that a wish is about.

What is in the place named, or else in the speaker's room, counts first; then what is on the same
floor; then the rest of the home. What is to be left as it is ("but grandma's watching in the rec
room") is in none of them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from edge.home.graph import Area, Entity, Home
from edge.home.states import States
from edge.nlu.finding import Lexicon
from edge.nlu.found import Place
from edge.nlu.kinds import WINDOW_COVERS
from edge.types import EntityState, Intent, SlotValue

_OUTDOORS = re.compile(
    r"\b(?:garden|yard|backyard|patio|terrace|balcony|deck|porch|driveway|lawn|pool|carport"
    r"|outdoors?|outside)\b",
    re.IGNORECASE,
)
_WENT_OUT = re.compile(r"\b(?:outside|out (?:front|back|there|on|in the)|outdoors)\b")
_TO_PLACE = re.compile(r"\b(?:the|my|our|in|on|at|out|here) (?=\w)|^(?=\w)")
_STOREYS = re.compile(r"\b(?:upstairs|downstairs|up here|down here)\b")
_ANY = frozenset({"room", "floor", "area", "place", "space", "house", "home"})
"""Last words of areas' names that may mean any area."""
_LONGEST = 4
"""A place has so many words at most."""
_CHILDS = re.compile(r"\b(?:nursery|baby|babies|kid|kids|child|children|toddler)\b", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Situation:
    """The home around someone who said something."""

    home: Home
    states: States
    text: str
    """What was said, plain."""
    places: tuple[Place, ...]
    """Where it is lacked; empty where nobody knows."""
    left_out: frozenset[str] = frozenset()
    """Ids of what is to be left as it is."""
    confidence: float = 1.0
    names_place: bool = False
    """Whether the place was said."""

    @property
    def phrase(self) -> str:
        """The place in a sentence: "in the Kitchen"."""
        return self.places[0].phrase if self.places else "in this home"

    @cached_property
    def everything(self) -> tuple[Entity, ...]:
        """All of the home but what is to be left."""
        return tuple(e for e in self.home.entities if e.id not in self.left_out)

    @cached_property
    def areas(self) -> tuple[Area, ...]:
        """The areas of the places."""
        named = {p.area.id for p in self.places if p.area is not None}
        floors = {p.floor.id for p in self.places if p.floor is not None}
        return tuple(a for a in self.home.areas if a.id in named or a.floor in floors)

    @cached_property
    def here(self) -> tuple[Entity, ...]:
        """What is in the places; all where nobody knows the place and there are no areas."""
        if not self.places and not self.home.areas:
            return self.everything
        ids = {area.id for area in self.areas}
        return tuple(e for e in self.everything if e.area in ids)

    @cached_property
    def on_floor(self) -> tuple[Entity, ...]:
        """What is on the floors of the places; in a home without floors, in all of it."""
        if not any(area.floor for area in self.home.areas):
            return self.everything
        floors = {area.floor for area in self.areas if area.floor is not None}
        ids = {area.id for area in self.home.areas if area.floor in floors}
        return tuple(e for e in self.everything if e.area in ids)

    @property
    def outdoors(self) -> bool:
        """Whether the place is out of doors."""
        return bool(self.areas) and all(self.is_outdoors(area) for area in self.areas)

    def is_outdoors(self, area: Area | None) -> bool:
        """Whether an area is out of doors, by its name or its floor's."""
        if area is None:
            return False
        floor = self.home.floor(area.floor) if area.floor is not None else None
        names = (area.name, *area.aliases, floor.name if floor is not None else "")
        return any(_OUTDOORS.search(name) for name in names)

    @cached_property
    def of_children(self) -> tuple[Area, ...]:
        """The areas that are called after children."""
        return tuple(
            a for a in self.home.areas if any(_CHILDS.search(n) for n in (a.name, *a.aliases))
        )

    def nearest(self, fits: Callable[[Entity], bool]) -> tuple[Entity, ...]:
        """What fits here; else on the same floor; else anywhere."""
        for circle in (self.here, self.on_floor, self.everything):
            found = tuple(filter(fits, circle))
            if found:
                return found
        return ()

    def state(self, entity: Entity) -> EntityState:
        """The state of an entity now."""
        return self.states.get(entity.id) or entity.state

    def number(self, entity: Entity, attribute: str) -> float | None:
        """A number among its attributes; None where it is not told."""
        value = self.state(entity).attributes.get(attribute)
        return float(value) if isinstance(value, int | float) and value is not True else None

    def does(self, name: str, entities: Sequence[Entity], **values: SlotValue) -> Intent:
        """An intent about entities, with the slots that say which they are."""
        slots: dict[str, SlotValue] = {}
        if len(entities) == 1:
            slots["name"] = entities[0].name
        else:
            areas = {entity.area for entity in entities}
            area = self.home.area(areas.pop() or "") if len(areas) == 1 else None
            if area is not None:
                slots["area"] = area.name
        targets = tuple(entity.id for entity in entities)
        return Intent(name, {**slots, **values}, targets, self.confidence, "need")


def left_out_of(words: str, lexicon: Lexicon) -> frozenset[str]:
    """The ids of what the words of an exception name: things, kinds, or all that is in a place."""
    said = words.lower()
    scan = lexicon.scan_all(said)
    places = places_in(said, lexicon) or scan.places
    named = {e.id for name in scan.entities for e in lexicon.called(name)}
    if named:
        return frozenset(named)
    entities = lexicon.home.entities
    if places:
        return frozenset(e.id for e in entities if lexicon.inside_any(e, places))
    return frozenset(e.id for e in entities if any(lexicon.is_of(e, n.kind) for n in scan.nouns))


def is_window_cover(entity: Entity) -> bool:
    """Whether a cover hangs before a window, and is no awning and no door."""
    return entity.domain == "cover" and entity.device_class in WINDOW_COVERS - {"awning"}


def places_in(text: str, lexicon: Lexicon) -> tuple[Place, ...]:
    """The places that a plain text names; "outside" is every area out of doors that is called
    like what follows, or all of them."""
    words = text.split()
    found = [place for at in _begins(text) if (place := _place_at(words[at:], lexicon)) is not None]
    for storey in _STOREYS.findall(text):
        scan = lexicon.scan(storey)
        found.extend(scan.places)
    if not found:
        found.extend(Place(area=area) for area in _of_a_kind(text, lexicon.home))
    if not found and (out := _WENT_OUT.search(text)) is not None:
        bare = Situation(lexicon.home, States({}), text, ())
        open_air = [area for area in lexicon.home.areas if bare.is_outdoors(area)]
        side = out.group().partition(" ")[2]
        called = [area for area in open_air if side and side in area.name.lower().split()]
        found.extend(Place(area=area) for area in called or open_air)
    return tuple(dict.fromkeys(found))


def _of_a_kind(text: str, home: Home) -> Iterator[Area]:
    """The areas that are the only ones of the kind that is said: "the bedroom" is the Main
    Bedroom where there is no other."""
    kinds = Counter(_kind(area) for area in home.areas)
    for area in home.areas:
        kind = _kind(area)
        if (
            kind not in _ANY
            and kinds[kind] == 1
            and re.search(rf"\b(?:the|my|our|in) {re.escape(kind)}\b", text)
        ):
            yield area


def _kind(area: Area) -> str:
    return area.name.lower().rpartition(" ")[2]


def _begins(text: str) -> Iterator[int]:
    """The words at which a place may begin: those after an article or a preposition."""
    for match in _TO_PLACE.finditer(text):
        yield len(text[: match.end()].split())


def _place_at(words: Sequence[str], lexicon: Lexicon) -> Place | None:
    for count in range(min(_LONGEST, len(words)), 0, -1):
        scan = lexicon.scan(" ".join(words[:count]))
        if len(scan.places) == 1 and not scan.rest and not scan.nouns and count > _fillers(words):
            return scan.places[0]
    return None


def _fillers(words: Sequence[str]) -> int:
    return 1 if words and words[0] in {"the", "my", "our"} else 0
