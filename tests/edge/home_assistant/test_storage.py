"""Home Assistant's files: what is read of them, and what is said of missing ones and nonsense."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from edge.home.graph import Area, Entity, Floor
from edge.home_assistant.problems import HomeAssistantError
from edge.home_assistant.storage import Stored, read_storage

ENTITIES: list[dict[str, Any]] = [
    {
        "entity_id": "light.desk", "unique_id": "0x17_light", "platform": "mqtt",
        "aliases": ["sun"], "device_id": "d", "has_entity_name": True, "area_id": None,
        "original_name": None, "options": {"conversation": {"should_expose": True}},
        "disabled_by": None, "hidden_by": None, "entity_category": None,
    },
    {"entity_id": "lock.door", "unique_id": "l", "platform": "hue", "name": "Door",
     "original_device_class": None},
    {"entity_id": "sensor.t", "unique_id": "t", "platform": "hue", "name": "Outside",
     "original_device_class": "temperature", "area_id": "den"},
    {"entity_id": "light.off", "unique_id": "o", "platform": "hue", "disabled_by": "user"},
]  # fmt: skip
FILES: Mapping[str, tuple[str, Any]] = {
    "core.floor_registry": ("floors", [{"floor_id": "up", "name": "Up", "aliases": ["top"]}]),
    "core.area_registry": (
        "areas", [{"id": "den", "name": "Den", "floor_id": "up", "aliases": ["study"]}],
    ),
    "core.device_registry": ("devices", [{"id": "d", "name": "0x17", "name_by_user": "Desk Lamp",
                                          "area_id": "den", "identifiers": [["mqtt", "0x17"]]}]),
    "core.entity_registry": ("entities", ENTITIES),
    "homeassistant.exposed_entities": (
        "exposed_entities",
        {"input_boolean.guests": {"assistants": {"conversation": {"should_expose": True}}},
         "script.x": {"assistants": {"conversation": {"should_expose": False}}}},
    ),
}  # fmt: skip


def store(folder: Path, files: Mapping[str, tuple[str, Any]] = FILES, version: int = 1) -> Path:
    inner = folder / ".storage"
    inner.mkdir()
    for name, (key, rows) in files.items():
        text = json.dumps({"version": version, "key": name, "data": {key: rows}})
        (inner / name).write_text(text, encoding="utf-8")
    return inner


def test_floors_areas_names_and_unique_ids_are_read(tmp_path: Path) -> None:
    stored = read_storage(store(tmp_path), "lares")
    home = stored.home
    assert home.floors == (Floor("up", "Up", ("top",)),)
    assert home.areas == (Area("den", "Den", "up", ("study",)),)
    assert home.entities == (
        Entity("light.desk", "Desk Lamp", "den", ("sun",), unique_id="0x17_light"),
        Entity("sensor.t", "Outside", "den", device_class="temperature"),
        Entity("input_boolean.guests", "Guests"),
    )
    assert stored.missing == ("1 entity is in no registry, so only named as their ids suggest",)


def test_the_configuration_folder_leads_to_its_storage(tmp_path: Path) -> None:
    inner = store(tmp_path)
    assert read_storage(tmp_path, "lares") == read_storage(inner, "lares")


@pytest.mark.parametrize("name", [name for name in FILES if name != "core.entity_registry"])
def test_each_file_that_is_missing_is_said_and_the_rest_is_read(name: str, tmp_path: Path) -> None:
    inner = store(tmp_path, {key: value for key, value in FILES.items() if key != name})
    stored = read_storage(inner, "lares")
    assert any(f"{name} is not there" in sentence for sentence in stored.missing)
    assert stored.home.entity("light.desk") is not None
    assert _references_hold(stored)


def _references_hold(stored: Stored) -> bool:
    home = stored.home
    floors = {None, *(floor.id for floor in home.floors)}
    areas = {None, *(area.id for area in home.areas)}
    return all(a.floor in floors for a in home.areas) and all(
        e.area in areas for e in home.entities
    )


def test_without_an_entity_registry_there_is_no_home(tmp_path: Path) -> None:
    with pytest.raises(HomeAssistantError, match=r"core\.entity_registry in .*found none"):
        read_storage(tmp_path, "lares")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[]", "other JSON"),
        ('{"version": 1}', "other JSON"),
        ('{"version": "1", "data": {}}', "other JSON"),
        ('{"version": 2, "data": {}}', "version 2"),
    ],
)
def test_a_file_that_is_not_as_expected_is_named(text: str, found: str, tmp_path: Path) -> None:
    inner = store(tmp_path)
    (inner / "core.area_registry").write_text(text, encoding="utf-8")
    with pytest.raises(HomeAssistantError, match=rf"core\.area_registry: .*found {found}"):
        read_storage(inner, "lares")


def test_a_file_of_other_bytes_cannot_be_read(tmp_path: Path) -> None:
    inner = store(tmp_path)
    (inner / "core.area_registry").write_bytes(b"\xff")
    with pytest.raises(HomeAssistantError, match="cannot be read"):
        read_storage(inner, "lares")


def test_nothing_new_is_exposed_where_the_owner_wants_it_so(tmp_path: Path) -> None:
    inner = store(tmp_path)
    wanted = {"assistants": {"conversation": {"expose_new": False}}, "exposed_entities": {}}
    text = json.dumps({"version": 1, "data": wanted})
    (inner / "homeassistant.exposed_entities").write_text(text, encoding="utf-8")
    assert [entity.id for entity in read_storage(inner, "lares").home.entities] == ["light.desk"]


def test_thousands_of_entities_are_read(tmp_path: Path) -> None:
    rows = [
        {"entity_id": f"light.l{n}", "unique_id": str(n), "platform": "mqtt", "name": "Same"}
        for n in range(5_000)
    ]
    inner = store(tmp_path, {"core.entity_registry": ("entities", rows)})
    assert len(read_storage(inner, "lares").home.entities) == 5_000
