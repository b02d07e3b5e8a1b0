"""What people call a place besides its name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.home.graph import Area, Entity, Floor, Home
from edge.nlu.matching import normalised
from edge.nlu.synonyms import of_areas, of_entities, of_floors
from tests.edge.nlu.homes import HOME, entity

NAMES = (
    "Living Room|Lounge|Office|Study|Hall|Entrance|Garden|Backyard|Basement|Attic|Loft|Downstairs"
    "|Ground Floor|Main Floor|First Floor|1st Floor|Second Floor|Third Floor|Upstairs|Front Door"
    "|Kids' Room|The Wing|"
)
ANY_NAME = st.text(max_size=12) | st.sampled_from(NAMES.split("|"))
ALIASES = st.lists(ANY_NAME, max_size=2).map(tuple)


@st.composite
def homes(draw: st.DrawFn) -> Home:
    """Homes with all kinds of names, the same ones too."""
    floors = draw(st.lists(st.tuples(ANY_NAME, ALIASES), max_size=5))
    areas = draw(st.lists(st.tuples(ANY_NAME, ALIASES), max_size=5))
    things = draw(st.lists(st.tuples(st.sampled_from(["lock", "light"]), ANY_NAME), max_size=3))
    return Home(
        tuple(Floor(f"f{n}", name, aliases) for n, (name, aliases) in enumerate(floors)),
        tuple(Area(f"a{n}", name, "f0", aliases) for n, (name, aliases) in enumerate(areas)),
        tuple(entity(f"{kind}.{n}", name, "a0") for n, (kind, name) in enumerate(things)),
    )


def with_areas(*names: str) -> Home:
    return Home(areas=tuple(Area(name, name) for name in names))


def with_floors(*names: str) -> Home:
    return Home(floors=tuple(Floor(name, name) for name in names))


def all_names(home: Home) -> set[str]:
    parts = (*home.floors, *home.areas, *home.entities)
    return {normalised(name) for part in parts for name in (part.name, *part.aliases)}


@pytest.mark.parametrize(
    ("name", "synonym"),
    [
        ("Living Room", "lounge"),
        ("The Lounge", "living room"),
        ("Office", "study"),
        ("Hall", "entrance"),
        ("Kids' Room", "nursery"),
        ("Backyard", "garden"),
        ("Utility", "laundry room"),
    ],
)
def test_a_room_is_called_by_other_words_too(name: str, synonym: str) -> None:
    assert synonym in of_areas(with_areas(name, "Garage"))[name]


def test_a_room_that_has_no_other_name_has_no_synonyms() -> None:
    assert of_areas(with_areas("Garage", "Emma's Room")) == {}


@pytest.mark.parametrize(
    ("one", "other", "synonym"),
    [
        ("Office", "Study", "workroom"),
        ("Hall", "Entrance", "foyer"),
        ("Balcony", "Terrace", "deck"),
    ],
)
def test_a_synonym_that_could_mean_two_rooms_is_not_given(
    one: str, other: str, synonym: str
) -> None:
    assert synonym in of_areas(with_areas(one))[one]
    assert of_areas(with_areas(one, other)) == {}


@pytest.mark.parametrize(
    "home",
    [
        Home(areas=(Area("a", "Living Room", None, ("Lounge",)),)),
        Home((Floor("f", "Lounge"),), (Area("a", "Living Room"),)),
        Home(areas=(Area("a", "Living Room"),), entities=(entity("light.a", "The Lounge"),)),
        Home(
            areas=(Area("a", "Living Room"),),
            entities=(entity("light.a", "Lamp", aliases=("lounge",)),),
        ),
    ],
)
def test_what_something_in_the_home_is_called_is_no_synonym(home: Home) -> None:
    assert "lounge" not in of_areas(home)["a"]
    assert "sitting room" in of_areas(home)["a"]


@pytest.mark.parametrize(
    ("floors", "synonym", "meant"),
    [
        (("Ground Floor", "First Floor"), "upstairs", "First Floor"),
        (("Ground Floor", "First Floor"), "downstairs", "Ground Floor"),
        (("First Floor", "Second Floor"), "downstairs", "First Floor"),
        (("Basement", "Main Floor", "Upper Floor"), "upstairs", "Upper Floor"),
        (("Basement", "Main Floor", "Upper Floor"), "downstairs", "Main Floor"),
        (("Ground Floor", "First Floor", "Attic"), "upstairs", "First Floor"),
        (("Ground Floor", "First Floor", "Attic"), "top floor", "Attic"),
        (("Ground Floor", "Attic"), "upstairs", "Attic"),
        (("Ground Floor", "First Floor", "Second Floor"), "upper floor", None),
        (("Ground Floor", "First Floor", "Second Floor"), "top floor", "Second Floor"),
        (("Ground Floor",), "main floor", "Ground Floor"),
        (("Ground Floor",), "upstairs", None),
        (("Ground Floor", "The Wing"), "downstairs", None),
        (("Ground Floor", "Main Floor"), "downstairs", None),
        (("Basement",), "downstairs", None),
        ((), "upstairs", None),
    ],
)
def test_which_floor_is_upstairs_follows_from_their_names(
    floors: tuple[str, ...], synonym: str, meant: str | None
) -> None:
    found = of_floors(with_floors(*floors))
    assert [floor for floor, names in found.items() if synonym in names] == (
        [] if meant is None else [meant]
    )


def test_several_floors_are_upstairs_but_for_the_one_under_the_roof() -> None:
    found = of_floors(with_floors("Ground Floor", "First Floor", "Second Floor", "Attic"))
    upstairs = [floor for floor, names in found.items() if "upstairs" in names]
    assert upstairs == ["First Floor", "Second Floor"]


def test_a_floor_is_known_by_its_other_names() -> None:
    known = of_floors(HOME)
    assert "downstairs" in known["down"]
    assert "upper floor" in known["up"]
    assert "upstairs" not in known["up"]


FRONT = entity("lock.front", "Yale", "hall")


@pytest.mark.parametrize(
    ("things", "found"),
    [
        ((FRONT,), {"lock.front": ("front door",)}),
        ((FRONT, entity("lock.back", "Nuki", "kitchen")), {"lock.front": ("front door",)}),
        ((FRONT, entity("lock.side", "Nuki", "hall")), {}),
        ((FRONT, entity("binary_sensor.door", "Front Door", "hall")), {}),
        ((entity("lock.back", "Nuki", "kitchen"),), {}),
    ],
)
def test_the_only_lock_of_the_entrance_is_the_front_door(
    things: tuple[Entity, ...], found: dict[str, tuple[str, ...]]
) -> None:
    assert of_entities(HOME.with_entities(things)) == found


@given(homes())
def test_in_any_home_a_synonym_is_new_and_means_one_place(home: Home) -> None:
    for found in (of_areas(home), of_floors(home)):
        given = [normalised(name) for names in found.values() for name in names]
        assert len(given) == len(set(given))
        assert all_names(home).isdisjoint(given)
    assert len(of_entities(home)) <= 1
