"""The graph of a home: lookups, and a discovered home under the owner's file."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from edge.home.graph import Area, Entity, Floor, Home, name_from_id
from edge.types import EntityState

HOME = Home(
    (Floor("ground", "Ground Floor"),),
    (Area("kitchen", "Kitchen", "ground"), Area("shed", "Shed")),
    (
        Entity("light.kitchen", "Kitchen Light", "kitchen", state=EntityState("off")),
        Entity("lock.shed", "Shed Lock", "shed", state=EntityState("locked")),
        Entity("sensor.power", "Power"),
    ),
)


def test_an_entity_is_found_by_id_and_knows_its_domain() -> None:
    entity = HOME.entity("light.kitchen")
    assert entity is not None
    assert entity.domain == "light"
    assert HOME.entity("light.cellar") is None


def test_areas_and_floors_lead_to_their_entities() -> None:
    assert [entity.id for entity in HOME.in_area("kitchen")] == ["light.kitchen"]
    assert [entity.id for entity in HOME.on_floor("ground")] == ["light.kitchen"]
    assert HOME.in_area("cellar") == ()
    assert HOME.on_floor("attic") == ()


def test_the_area_of_an_entity_is_an_area_or_nothing() -> None:
    assert HOME.area_of(HOME.entities[1]) == HOME.area("shed")
    assert HOME.area_of(HOME.entities[2]) is None


def test_a_home_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        HOME.entities = ()  # type: ignore[misc]  # the point of the test


def test_with_entities_keeps_floors_and_areas_and_forgets_old_lookups() -> None:
    assert HOME.entity("lock.shed") is not None
    smaller = HOME.with_entities(HOME.entities[:1])
    assert smaller.areas == HOME.areas
    assert smaller.entity("lock.shed") is None


def test_the_owners_name_area_and_aliases_win_over_what_a_device_says() -> None:
    found = Home(
        (),
        (Area("wohnzimmer", "Wohnzimmer"),),
        (
            Entity(
                "light.x1",
                "Bulb 0x17",
                "wohnzimmer",
                ("bulb",),
                "light",
                EntityState("on", {"brightness": 7}),
            ),
        ),
    )
    owner = Home(
        (), (Area("lounge", "Lounge"),), (Entity("light.x1", "Lamp", "lounge", ("lampe",)),)
    )
    entity = found.merged_with(owner).entity("light.x1")
    assert entity == Entity(
        "light.x1",
        "Lamp",
        "lounge",
        ("lampe", "bulb"),
        "light",
        EntityState("on", {"brightness": 7}),
    )


def test_a_name_that_only_repeats_the_id_does_not_hide_the_devices_own() -> None:
    found = Home(entities=(Entity("light.x1", "Reading Lamp"),))
    owner = Home(entities=(Entity("light.x1", name_from_id("light.x1")),))
    assert [entity.name for entity in found.merged_with(owner).entities] == ["Reading Lamp"]


def test_areas_of_the_same_name_become_the_owners() -> None:
    found = Home((), (Area("kitchen", "kitchen"),), (Entity("light.a", "A", "kitchen"),))
    owner = Home((), (Area("kitchen_id", "Kitchen", None),))
    merged = found.merged_with(owner)
    assert merged.areas == owner.areas
    assert [entity.id for entity in merged.in_area("kitchen_id")] == ["light.a"]


def test_what_only_one_of_both_knows_is_kept_the_owners_first() -> None:
    found = Home(entities=(Entity("light.a", "A"), Entity("light.b", "B")))
    owner = Home(entities=(Entity("light.c", "C"), Entity("light.b", "Lamp")))
    ids = [entity.id for entity in found.merged_with(owner).entities]
    assert ids == ["light.c", "light.b", "light.a"]


def test_a_unique_id_is_kept_and_its_owners_name_wins_whatever_it_is() -> None:
    found = Home((), (), (Entity("light.desk_lamp", "0x00158d", unique_id="0x00158d_light"),))
    named = Home((), (), (Entity("light.desk_lamp", "Desk Lamp", unique_id="0x00158d_light"),))
    unnamed = Home((), (), (Entity("light.desk_lamp", "Desk Lamp"),))
    assert found.merged_with(named).entities[0].name == "Desk Lamp"
    assert found.merged_with(unnamed).entities[0].name == "0x00158d"
    assert found.merged_with(unnamed).entities[0].unique_id == "0x00158d_light"
