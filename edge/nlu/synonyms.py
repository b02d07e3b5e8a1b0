"""What people call a place besides its name: "lounge" for a living room, "upstairs" for a floor.

A synonym is given only where it can mean one place, and where nothing in the home is called so
already. Which floors are "upstairs" follows from their names: those above the lowest that is no
basement, but for one under the roof where there are others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from edge.home.graph import Area, Floor, Home
from edge.nlu.matching import normalised

_AREAS = (
    ("main bedroom", "master bedroom", "primary bedroom", "master suite", "main suite"),
    ("living room", "lounge", "sitting room", "front room", "family room", "salon"),
    ("study", "office", "home office", "workroom"),
    ("hall", "hallway", "entryway", "entrance", "entrance hall", "entry", "foyer", "corridor"),
    ("toilet", "wc", "loo", "cloakroom", "powder room", "restroom"),
    ("backyard", "back yard", "back garden", "garden"),
    ("front yard", "front garden"),
    ("basement", "cellar"),
    ("attic", "loft"),
    ("laundry", "laundry room", "utility room", "utility", "washroom"),
    ("kids room", "children's room", "kids bedroom", "children's bedroom", "nursery"),
    ("balcony", "terrace", "patio", "deck"),
    ("dining room", "dining area"),
    ("driveway", "drive"),
    ("stairs", "staircase", "stairway", "stairwell"),
    ("guest room", "guest bedroom", "spare room", "spare bedroom", "guest suite"),
    ("conservatory", "sunroom", "sun room", "winter garden"),
    ("gym", "home gym", "fitness room", "workout room"),
    ("pantry", "larder"),
    ("media room", "home cinema", "home theater", "home theatre", "cinema room"),
)
_HEIGHTS = {
    **dict.fromkeys(("basement", "cellar", "lower ground floor", "underground"), -1),
    **dict.fromkeys(("ground floor", "ground", "main floor", "main", "downstairs"), 0),
    **dict.fromkeys(("first floor", "1st floor", "floor 1", "level 1"), 1),
    **dict.fromkeys(("second floor", "2nd floor", "floor 2", "level 2"), 2),
    **dict.fromkeys(("third floor", "3rd floor", "floor 3", "level 3"), 3),
    **dict.fromkeys(("upper floor", "upstairs", "upper", "top floor"), 4),
    **dict.fromkeys(("attic", "loft"), 5),
}
"""How high a floor lies, by its name."""
_UNDER_THE_ROOF = 5
_FRONT_DOOR = "front door"
_ENTRANCES = frozenset(
    {"hall", "hallway", "entryway", "entrance", "entrance hall", "entry", "foyer"}
)


def of_areas(home: Home) -> Mapping[str, tuple[str, ...]]:
    """The synonyms of each area that has any, by its id."""
    taken = _taken(home)
    found: dict[str, tuple[str, ...]] = {}
    for group in _AREAS:
        names = {normalised(name) for name in group}
        meant = [area for area in home.areas if names & _names_of(area)]
        if len(meant) == 1:
            new = tuple(name for name in group if normalised(name) not in taken)
            found[meant[0].id] = (*found.get(meant[0].id, ()), *new)
    return {area: names for area, names in found.items() if names}


def of_floors(home: Home) -> Mapping[str, tuple[str, ...]]:
    """The synonyms of each floor that has any, by its id."""
    heights = {floor.id: _height(floor) for floor in home.floors}
    known = {floor: height for floor, height in heights.items() if height is not None}
    if len(known) < len(heights):
        return {}
    lived_in = sorted((height, floor) for floor, height in known.items() if height >= 0)
    if not lived_in or max(Counter(known.values()).values()) > 1:
        return {}
    lowest = lived_in[0][1]
    above = [floor for height, floor in lived_in[1:] if height < _UNDER_THE_ROOF]
    above = above or [floor for _, floor in lived_in[1:]]
    found = {lowest: ["main floor", "ground floor"]}
    if len(lived_in) > 1 or len(known) > 1:
        found[lowest].append("downstairs")
    for floor in above:
        found.setdefault(floor, []).append("upstairs")
    if len(above) == 1:
        found[above[0]].append("upper floor")
    if len(lived_in) > 1:
        found.setdefault(lived_in[-1][1], []).append("top floor")
    taken = _taken(home)
    new = {
        floor: tuple(name for name in names if normalised(name) not in taken)
        for floor, names in found.items()
    }
    return {floor: names for floor, names in new.items() if names}


def of_entities(home: Home) -> Mapping[str, tuple[str, ...]]:
    """ "Front door", for the only lock of a home's entrance where nothing is called so."""
    entrances = {area.id for area in home.areas if _names_of(area) & _ENTRANCES}
    locks = [e.id for e in home.entities if e.domain == "lock" and e.area in entrances]
    taken = {normalised(name) for e in home.entities for name in (e.name, *e.aliases)}
    if len(locks) != 1 or _FRONT_DOOR in taken:
        return {}
    return {locks[0]: (_FRONT_DOOR,)}


def _height(floor: Floor) -> int | None:
    heights = [_HEIGHTS[name] for name in _names_of(floor) if name in _HEIGHTS]
    return heights[0] if heights else None


def _names_of(place: Area | Floor) -> set[str]:
    return {normalised(name) for name in (place.name, *place.aliases)}


def _taken(home: Home) -> set[str]:
    """All names in a home."""
    places: tuple[Area | Floor, ...] = (*home.areas, *home.floors)
    named = [name for part in places for name in (part.name, *part.aliases)]
    named += [name for entity in home.entities for name in (entity.name, *entity.aliases)]
    return {normalised(name) for name in named}
