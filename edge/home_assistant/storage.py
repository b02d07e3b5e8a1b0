"""The home that Home Assistant keeps in its `.storage` files, read without it running.

    core.floor_registry             floors (since 2024.3)
    core.area_registry              areas; older ones have no floors and no aliases
    core.device_registry            devices, whose area their entities inherit
    core.entity_registry            entities, and whether they are exposed to Assist
    homeassistant.exposed_entities  the same of entities in no registry, and of what is new

Each is `{"version", "minor_version"?, "key", "data"}`. All are of major version 1; what their minor
versions add is read where it is there. Entities without a unique id (of YAML) are in no registry:
of those only the ids are known, and only where someone has decided that they are exposed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge.home.graph import Home
from edge.home_assistant.home import home_of
from edge.home_assistant.problems import HomeAssistantError
from edge.home_assistant.registries import (
    ASSISTANT,
    Registries,
    areas_of,
    devices_of,
    entities_of,
    exposed_of,
    floors_of,
)
from edge.types import EntityState

VERSION = 1
LARGEST_FILE = 256 << 20
"""Bytes; the entity registry of 10,000 entities takes about 10 MiB."""
FOLDER = ".storage"


@dataclass(frozen=True, slots=True)
class Stored:
    """What was read."""

    home: Home
    missing: tuple[str, ...]
    """What was not there, and what the home lacks therefore; one sentence each."""


_LACKS = {
    "core.floor_registry": "there are no floors",
    "core.area_registry": "there are no areas",
    "core.device_registry": "only entities with an area of their own are in one",
    "homeassistant.exposed_entities": "what is new counts as exposed where it usually is",
}
"""File → what the home lacks without it."""


def read_storage(folder: Path, node: str) -> Stored:
    """Read a `.storage` folder, or the configuration folder that has one.

    Lares itself, called `node` over MQTT, is left out.

    Raises `HomeAssistantError` when there is no entity registry, or a file is not as expected.
    """
    inner = folder / FOLDER
    folder = inner if inner.is_dir() else folder
    entities = _data(folder / "core.entity_registry")
    if entities is None:
        raise HomeAssistantError(
            f"Expected Home Assistant's file core.entity_registry in {folder}, found none. "
            "Name its .storage folder."
        )
    others = {name: _data(folder / name) for name in _LACKS}
    floors = floors_of(_part(others["core.floor_registry"], "floors"))
    exposure = others["homeassistant.exposed_entities"]
    registries = Registries(
        floors,
        areas_of(_part(others["core.area_registry"], "areas"), floors),
        devices_of(_part(others["core.device_registry"], "devices")),
        entities_of(_part(entities, "entities")),
        exposed_of(_part(exposure, "exposed_entities")),
        _exposes_new(_part(exposure, "assistants")),
    )
    unnamed = {
        entity_id: EntityState("unknown")
        for entity_id, shown in registries.exposed.items()
        if shown and entity_id not in registries.entities
    }
    return Stored(
        home_of(registries, unnamed, node=node), tuple(_missing(folder, others, len(unnamed)))
    )


def _missing(folder: Path, files: Mapping[str, object], unnamed: int) -> Iterator[str]:
    for name, lacks in _LACKS.items():
        if files[name] is None:
            yield f"{folder / name} is not there: {lacks}"
    if unnamed:
        what = "1 entity is" if unnamed == 1 else f"{unnamed} entities are"
        yield f"{what} in no registry, so only named as their ids suggest"


def _data(path: Path) -> dict[str, Any] | None:
    """The data of a file; None where there is none. Raises `HomeAssistantError`."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise _not_as_expected(path, "one that is too large")
        stored = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise HomeAssistantError(
            f"{path} cannot be read: {error}. Home Assistant's files belong to its user; copy the "
            "folder, or use --from-ha."
        ) from error
    except (ValueError, RecursionError) as error:
        raise _not_as_expected(path, f"no JSON ({error})") from error
    data = stored.get("data") if isinstance(stored, dict) else None
    if not isinstance(data, dict) or not isinstance(stored.get("version"), int):
        raise _not_as_expected(path, "other JSON")
    if stored["version"] != VERSION:
        raise _not_as_expected(path, f"version {stored['version']}")
    return data


def _part(data: dict[str, Any] | None, key: str) -> Any:
    return None if data is None else data.get(key)


def _exposes_new(assistants: object) -> bool:
    told = assistants.get(ASSISTANT) if isinstance(assistants, dict) else None
    return not isinstance(told, dict) or told.get("expose_new") is not False


def _not_as_expected(path: Path, found: str) -> HomeAssistantError:
    return HomeAssistantError(
        f"{path}: expected a file of Home Assistant's storage, version {VERSION}, found {found}."
    )
