"""What registries and states make of a home: exposure, names, areas, and rows of any shape."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from edge.home.graph import Area, Floor, Home
from edge.home.homefile_writing import home_text
from edge.home_assistant.exposure import is_exposed
from edge.home_assistant.home import home_of
from edge.home_assistant.registries import (
    Registries,
    areas_of,
    clean,
    devices_of,
    entities_of,
    exposed_of,
    floors_of,
)
from edge.home_assistant.states import MOST_ITEMS, MOST_STATES, ToldStates
from edge.types import EntityState


def registries(*entities: dict[str, Any], **others: Any) -> Registries:
    return Registries(entities=entities_of(list(entities)), **others)


def row(entity_id: str, **more: Any) -> dict[str, Any]:
    return {"entity_id": entity_id, "platform": "hue", "unique_id": "u", **more}


def exposing(shown: bool) -> dict[str, Any]:
    return {"options": {"conversation": {"should_expose": shown}}}


@pytest.mark.parametrize(
    ("entity_id", "more", "attributes", "exposed"),
    [
        ("light.a", {}, {}, True),
        ("lock.a", {}, {}, False),
        ("lock.a", exposing(True), {}, True),
        ("light.a", exposing(False), {}, False),
        ("light.a", {"hidden_by": "user"}, {}, False),
        ("light.a", {"hidden_by": "user", **exposing(True)}, {}, True),
        ("light.a", {"disabled_by": "user", **exposing(True)}, {}, False),
        ("switch.a", {"entity_category": "config"}, {}, False),
        ("sensor.a", {}, {"device_class": "temperature"}, True),
        ("sensor.a", {}, {"device_class": "battery"}, False),
        ("sensor.a", {"original_device_class": "humidity"}, {}, True),
        ("binary_sensor.a", {}, {"device_class": "window"}, True),
        ("binary_sensor.a", {}, {}, False),
        ("sensor.a", {}, {"device_class": ["temperature"]}, False),
        ("light.a", {"options": {"cloud.alexa": {"should_expose": False}}}, {}, True),
        ("light.a", {"options": {"conversation": "yes"}}, {}, True),
    ],
)
def test_what_the_owner_exposes_is_exposed_and_what_is_undecided_as_home_assistant_would(
    entity_id: str, more: dict[str, Any], attributes: dict[str, Any], exposed: bool
) -> None:
    assert is_exposed(entity_id, registries(row(entity_id, **more)), attributes) is exposed


def test_an_entity_without_unique_id_is_exposed_as_decided_or_by_default() -> None:
    decided = Registries(exposed={"input_boolean.a": True, "light.a": False})
    assert is_exposed("input_boolean.a", decided, {})
    assert not is_exposed("light.a", decided, {})
    assert is_exposed("light.b", decided, {})
    assert not is_exposed("input_boolean.b", decided, {})


def test_nothing_is_exposed_by_default_where_the_owner_wants_it_so() -> None:
    none_new = Registries(expose_new=False, exposed={"light.b": True})
    assert not is_exposed("light.a", none_new, {})
    assert is_exposed("light.b", none_new, {})


@pytest.mark.parametrize(
    ("more", "friendly_name", "name"),
    [
        ({"name": "Mine", "original_name": "Its"}, None, "Mine"),
        ({"original_name": "Its"}, None, "Its"),
        ({"original_name": "Its", "has_entity_name": True}, None, "Its"),
        ({"original_name": "Light", "has_entity_name": True, "device_id": "d"}, None, "Bed Light"),
        ({"has_entity_name": True, "device_id": "d"}, None, "Bed"),
        ({"original_name": "Light", "device_id": "d"}, None, "Light"),
        ({}, None, "Desk Lamp"),
        ({"name": "Mine"}, "As Shown", "As Shown"),
        ({"name": "  "}, " ", "Desk Lamp"),
        ({"name": "Lamp [2]\nnew"}, None, "Lamp 2 new"),
    ],
)
def test_an_entity_is_called_what_home_assistant_shows(
    more: dict[str, Any], friendly_name: str | None, name: str
) -> None:
    devices = devices_of([{"id": "d", "name": "0x17", "name_by_user": "Bed"}])
    known = registries(row("light.desk_lamp", **more), devices=devices)
    attributes = {"friendly_name": friendly_name} if friendly_name is not None else {}
    home = home_of(known, {"light.desk_lamp": EntityState("on", attributes)}, node="lares")
    assert [entity.name for entity in home.entities] == [name]


def test_an_entity_is_in_its_own_area_or_its_devices_and_areas_that_are_gone_are_none() -> None:
    known = registries(
        row("light.own", area_id="attic", device_id="d"),
        row("light.device", device_id="d"),
        row("light.gone", area_id="gone"),
        row("light.nowhere", device_id="gone"),
        areas=(Area("attic", "Attic"), Area("den", "Den")),
        devices=devices_of([{"id": "d", "area_id": "den"}]),
    )
    assert [entity.area for entity in home_of(known, {}, node="lares").entities] == [
        "attic",
        "den",
        None,
        None,
    ]


def test_an_area_on_a_floor_that_is_gone_is_on_none() -> None:
    rows = [
        {"area_id": "a", "name": "A", "floor_id": "gone"},
        {"id": "b", "name": "B", "floor_id": "up", "aliases": ["b2", "b1", "b2"]},
        {"name": "no id"},
    ]
    areas = areas_of(rows, (Floor("up", "Up"),))
    assert areas == (Area("a", "A"), Area("b", "B", "up", ("b1", "b2")))


def test_only_what_comes_over_mqtt_keeps_its_unique_id() -> None:
    known = registries(row("light.a", platform="mqtt", unique_id="0x17"), row("light.b"))
    assert [entity.unique_id for entity in home_of(known, {}, node="lares").entities] == [
        "0x17",
        None,
    ]


def test_items_of_a_list_are_bounded_and_need_a_list() -> None:
    told = ToldStates()
    told.take({"a": {"todo.a": {"s": "1", "a": {}}}})
    told.take_items("todo.a", {"items": [{"summary": "x"}] * (MOST_ITEMS + 5)})
    told.take_items("todo.unknown", {"items": [{"summary": "x"}]})
    assert len(told.states["todo.a"].attributes["todo_items"]) == MOST_ITEMS
    assert "todo.unknown" not in told.states


def test_what_is_nested_deeply_is_left_out_and_the_rest_of_the_state_kept() -> None:
    deep: Any = "x"
    for _ in range(900):
        deep = {"a": [deep]}
    told = ToldStates()
    told.take({"a": {"light.a": {"s": "on", "a": {"deep": deep, "brightness": 3, "flat": [[1]]}}}})
    told.take({"c": {"light.a": {"+": {"a": {"deeper": deep}}}}})
    assert told.states["light.a"] == EntityState("on", {"brightness": 3, "flat": [[1]]})


def test_more_entities_than_any_home_has_are_left_out() -> None:
    told = ToldStates()
    told.take({"a": {f"light.l{n}": {"s": "on"} for n in range(MOST_STATES + 5)}})
    assert len(told.states) == MOST_STATES
    assert told.full
    told.take({"a": {"light.l0": {"s": "off"}}, "r": ["light.l1"]})
    assert told.states["light.l0"] == EntityState("off")
    assert not told.full


def test_a_name_is_no_novel() -> None:
    assert clean("word " * 100_000) == ("word " * 40).strip()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
IDS = st.sampled_from(["light.a", "light.b", "todo.a", "", "A B", "a", 5, None])
KEYS = (
    "entity_id", "area_id", "id", "floor_id", "name", "name_by_user", "original_name", "aliases",
    "options", "platform", "unique_id", "device_id", "identifiers", "level", "device_class",
    "has_entity_name",
)  # fmt: skip
ROWS = (
    st.lists(st.dictionaries(st.sampled_from(KEYS), IDS | JSON, max_size=8) | JSON, max_size=4)
    | JSON
)


@given(ROWS, ROWS, ROWS, ROWS, JSON)
def test_rows_of_any_shape_make_a_home_that_survives_a_file(
    floors: Any, areas: Any, devices: Any, entities: Any, exposed: Any
) -> None:
    found = floors_of(floors)
    known = Registries(
        found,
        areas_of(areas, found),
        devices_of(devices),
        entities_of(entities),
        exposed_of(exposed),
    )
    home = home_of(known, {}, node="lares")
    data = yaml.safe_load(home_text(home))
    read = Home.from_data(data, "written")
    assert (read.floors, read.areas) == (home.floors, home.areas)
    assert [(e.id, e.name, e.area, e.aliases) for e in read.entities] == [
        (e.id, e.name, e.area, e.aliases) for e in home.entities
    ]


TOLD = st.sampled_from(["s", "a", "supported_features", "friendly_name", "device_class"])
DIFFERENCES = st.dictionaries(
    st.sampled_from(["a", "c", "r"]),
    st.dictionaries(
        st.sampled_from(["light.a", "sensor.a", "todo.a", ""]),
        st.dictionaries(
            st.sampled_from(["s", "a", "+", "-"]),
            JSON | st.dictionaries(TOLD, JSON),
        )
        | JSON,
    )
    | JSON,
)


@given(st.lists(DIFFERENCES | JSON, max_size=5))
def test_differences_of_any_shape_leave_states_that_are_states(events: list[Any]) -> None:
    told = ToldStates()
    for event in events:
        differences = told.take(event)
        told.take_items("todo.a", event)
        assert set(differences.appeared) <= set(differences.changed)
    home_of(Registries(), told.states, node="lares")
    for state in told.states.values():
        assert isinstance(state.state, str)
        assert all(isinstance(name, str) for name in state.attributes)


@given(st.text(max_size=20))
def test_a_clean_name_stays_as_it_is(text: str) -> None:
    cleaned = clean(text)
    assert cleaned is None or clean(cleaned) == cleaned
