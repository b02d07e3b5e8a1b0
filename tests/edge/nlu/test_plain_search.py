"""What is found by way of indexes is what a plain search through everything finds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz, process

from edge.home.graph import Area, Entity, Floor, Home
from edge.nlu.finding import Lexicon
from edge.nlu.found import Place
from edge.nlu.matching import ENOUGH, Index, _likeness, _Name, _sameness

WORDS = (
    "kitchen", "kitchens", "kitchin", "den", "then", "lamp", "lamps", "ceiling", "light", "living",
    "room", "livingroom", "left", "right", "rite", "2", "two", "the", "Anna's", "Café", "b",
)  # fmt: skip
texts = st.one_of(
    st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join), st.text("abel gno", max_size=12)
)
Named = Sequence[tuple[str, Sequence[str]]]


@st.composite
def homes(draw: st.DrawFn) -> Home:
    floors = tuple(Floor(f"f{i}", f"Floor {i}") for i in range(draw(st.integers(0, 3))))
    on = st.sampled_from([None, *(floor.id for floor in floors)])
    areas = tuple(Area(f"a{i}", f"Area {i}", draw(on)) for i in range(draw(st.integers(0, 4))))
    where = st.sampled_from([None, "gone", *(area.id for area in areas)])
    kinds = st.tuples(st.sampled_from(["light", "cover"]), where, st.sampled_from([None, "shade"]))
    entities = tuple(
        Entity(f"{domain}.e{i}", "Lamp", area, (), device_class)
        for i, (domain, area, device_class) in enumerate(draw(st.lists(kinds, max_size=12)))
    )
    return Home(floors, areas, entities)


@given(st.lists(st.lists(texts, min_size=1, max_size=2), max_size=60), st.lists(texts, max_size=4))
def test_an_index_finds_what_a_search_through_all_names_finds(
    named: list[list[str]], heard: list[str]
) -> None:
    things = [(f"id{number}", names) for number, names in enumerate(named)]
    index = Index(things)
    for text in [*heard, *heard]:
        found = index.find(text)
        assert {match.id: match.score for match in found} == _plainly(things, text)
        scores = [match.score for match in found]
        assert scores == sorted(scores, reverse=True)


@given(homes(), st.data())
def test_a_lexicon_finds_what_is_in_places_in_the_order_of_the_home(
    home: Home, data: st.DataObject
) -> None:
    lexicon = Lexicon(home)
    any_place = [
        Place(),
        *(Place(area=a) for a in home.areas),
        *(Place(floor=f) for f in home.floors),
    ]
    places = data.draw(st.lists(st.sampled_from(any_place), max_size=3))
    inside = [e for e in home.entities if not places or any(_is_in(home, e, p) for p in places)]
    assert [e for e in home.entities if lexicon.inside_any(e, places)] == inside
    covers = tuple(e for e in inside if e.domain == "cover")
    assert lexicon.of_kind("cover", None, places) == covers
    assert lexicon.of_kind("cover", "shade", places) == tuple(e for e in covers if e.device_class)


def _plainly(things: Named, text: str) -> dict[str, float]:
    """The scores by id: the very names, else those that share words and the 16 most alike."""
    names = [n for i, texts in things for t in dict.fromkeys(texts) if (n := _Name.of(i, t)).words]
    heard = _Name.of("", text)
    if not heard.words or not names:
        return {}
    same = [n for n in names if n.squeezed == heard.squeezed]
    if same:
        return _best([(n.id, _sameness(heard, n)) for n in same])
    spelled = [" ".join(n.words) for n in names]
    spelling = process.cdist([" ".join(heard.words)], spelled, scorer=fuzz.ratio)[0]
    sound = process.cdist([heard.sound], [n.sound for n in names], scorer=fuzz.ratio)[0]
    both = np.maximum(spelling, sound)
    alike = [names[at] for at in np.argsort(-both, kind="stable")[:16] if both[at] >= 50]
    sharing = [n for n in names if heard.bag <= n.bag or n.bag <= heard.bag]
    return _best([(n.id, _likeness(heard, n)) for n in (*alike, *sharing)])


def _best(scores: Sequence[tuple[str, float]]) -> dict[str, float]:
    enough = [(identifier, score) for identifier, score in scores if score >= ENOUGH]
    return {identifier: max(s for i, s in enough if i == identifier) for identifier, _ in enough}


def _is_in(home: Home, entity: Entity, place: Place) -> bool:
    if place.area is not None:
        return entity.area == place.area.id
    area = home.area_of(entity)
    return place.floor is None or (area is not None and area.floor == place.floor.id)
