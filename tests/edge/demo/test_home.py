"""The demo's home is what the demo promises."""

from __future__ import annotations

from collections import Counter

from edge.demo.devices import HOME_FILE
from edge.home.graph import Home

HOME = Home.from_yaml(HOME_FILE)


def test_it_has_three_floors_and_about_thirty_things_of_many_kinds() -> None:
    assert len(HOME.floors) == 3
    assert 28 <= len(HOME.entities) <= 32
    domains = Counter(entity.domain for entity in HOME.entities)
    assert domains["climate"] == 2
    assert {"light", "switch", "cover", "lock", "fan", "media_player", "sensor", "vacuum"} <= set(
        domains
    )


def test_everything_is_in_an_area_and_every_area_on_a_floor() -> None:
    assert all(HOME.area_of(entity) for entity in HOME.entities)
    assert all(area.floor and HOME.floor(area.floor) for area in HOME.areas)


def test_no_two_things_have_the_same_name_or_alias() -> None:
    names = [name.casefold() for e in HOME.entities for name in (e.name, *e.aliases)]
    assert [name for name, count in Counter(names).items() if count > 1] == []
