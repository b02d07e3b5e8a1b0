"""What Home Assistant's registries know: floors, areas, devices, entities, and what is exposed.

The same rows come over its WebSocket API and lie in its `.storage` files; here they are read from
either, leniently: a row without an id is left out, and a name is cleaned as home files clean it. A
row's keys differ with the version; what is missing counts as nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from edge.home.graph import Area, Floor

LONGEST_NAME = 200
"""Characters of a name; the rest is cut off."""
ASSISTANT = "conversation"
"""What Assist is called where exposure is told."""
_ENTITY_ID = re.compile(r"[a-z0-9_]+\.[a-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Device:
    """A device, which may have several entities."""

    id: str
    name: str | None = None
    """The owner's name for it, or its own."""
    area: str | None = None
    identifiers: tuple[str, ...] = ()
    """What the integrations call it."""


@dataclass(frozen=True, slots=True)
class Registered:
    """An entity that has a unique id."""

    id: str
    unique_id: str = ""
    platform: str = ""
    """The integration: "mqtt", "hue"."""
    name: str | None = None
    """The owner's name for it."""
    original_name: str | None = None
    has_entity_name: bool = False
    """The original name is only a part: the device's name comes before it."""
    device: str | None = None
    area: str | None = None
    """Its own area; None: its device's."""
    aliases: tuple[str, ...] = ()
    device_class: str | None = None
    disabled: bool = False
    hidden: bool = False
    category: str | None = None
    """"config" or "diagnostic": a setting, or what tells of the device itself."""
    exposed: bool | None = None
    """Whether it is exposed to Assist; None: nobody has decided."""


@dataclass(frozen=True, slots=True)
class Registries:
    """All of them at one moment."""

    floors: tuple[Floor, ...] = ()
    areas: tuple[Area, ...] = ()
    devices: Mapping[str, Device] = field(default_factory=dict)
    entities: Mapping[str, Registered] = field(default_factory=dict)
    exposed: Mapping[str, bool] = field(default_factory=dict)
    """Of entities without a unique id: whether they are exposed to Assist."""
    expose_new: bool = True
    """Whether what nobody has decided on is exposed where Home Assistant would."""


def is_entity_id(text: object) -> bool:
    """Whether this is the id of an entity, as Home Assistant makes them."""
    return isinstance(text, str) and _ENTITY_ID.fullmatch(text) is not None


def clean(text: object) -> str | None:
    """A name as home files have it: one line, without brackets. None for what is no name."""
    if not isinstance(text, str):
        return None
    return " ".join(re.sub(r"[\[\]]", " ", text[:LONGEST_NAME]).split()) or None


def floors_of(rows: object) -> tuple[Floor, ...]:
    """The floors, the lowest first as far as their level is told."""
    found = sorted(_rows(rows, "floor_id"), key=lambda row: _level(row.get("level")))
    return tuple(
        Floor(row["floor_id"], clean(row.get("name")) or row["floor_id"], _aliases(row))
        for row in _unique(found, "floor_id")
    )


def areas_of(rows: object, floors: Iterable[Floor]) -> tuple[Area, ...]:
    """The areas; their id is called `area_id` by the API and `id` in the files."""
    known = {floor.id for floor in floors}
    named = [{"id": row.get("area_id"), **row} for row in _rows(rows)]
    return tuple(
        Area(
            row["id"],
            clean(row.get("name")) or row["id"],
            row.get("floor_id") if row.get("floor_id") in known else None,
            _aliases(row),
        )
        for row in _unique(_rows(named, "id"), "id")
    )


def devices_of(rows: object) -> dict[str, Device]:
    """The devices by id."""
    return {
        row["id"]: Device(
            row["id"],
            clean(row.get("name_by_user")) or clean(row.get("name")),
            _text(row.get("area_id")),
            tuple(_identifiers(row.get("identifiers"))),
        )
        for row in _rows(rows, "id")
    }


def entities_of(rows: object, details: Mapping[str, Any] | None = None) -> dict[str, Registered]:
    """The entities by id. `details`: by id, what the API tells of each only when asked."""
    found = {}
    for row in _rows(rows, "entity_id"):
        entity_id = row["entity_id"]
        if is_entity_id(entity_id):
            more = (details or {}).get(entity_id)
            found[entity_id] = _registered({**row, **(more if isinstance(more, dict) else {})})
    return found


def exposed_of(data: object) -> dict[str, bool]:
    """Which entities are exposed to Assist, by `{entity_id: {assistant: …}}`; the value is true or
    false over the API, and settings in the files."""
    found: dict[str, bool] = {}
    if not isinstance(data, dict):
        return found
    for entity_id, told in data.items():
        if not isinstance(told, dict) or not is_entity_id(entity_id):
            continue
        assistants = told.get("assistants", told)
        decided = assistants.get(ASSISTANT) if isinstance(assistants, dict) else None
        if isinstance(decided, dict):
            decided = decided.get("should_expose")
        if isinstance(decided, bool):
            found[entity_id] = decided
    return found


def _registered(row: Mapping[str, Any]) -> Registered:
    entity_id = row["entity_id"]
    return Registered(
        id=entity_id,
        unique_id=str(row.get("unique_id") or ""),
        platform=_text(row.get("platform")) or "",
        name=clean(row.get("name")),
        original_name=clean(row.get("original_name")),
        has_entity_name=row.get("has_entity_name") is True,
        device=_text(row.get("device_id")),
        area=_text(row.get("area_id")),
        aliases=_aliases(row),
        device_class=_text(row.get("device_class")) or _text(row.get("original_device_class")),
        disabled=row.get("disabled_by") is not None,
        hidden=row.get("hidden_by") is not None,
        category=_text(row.get("entity_category")),
        exposed=exposed_of({entity_id: row.get("options")}).get(entity_id),
    )


def _rows(rows: object, needed: str | None = None) -> Iterator[dict[str, Any]]:
    """The rows that are mappings, and have text for the key needed."""
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and (needed is None or _text(row.get(needed))):
            yield row


def _unique(rows: Iterable[dict[str, Any]], key: str) -> Iterator[dict[str, Any]]:
    return iter({row[key]: row for row in rows}.values())


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _aliases(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Other names, in an order that does not change: Home Assistant keeps them as a set."""
    told = row.get("aliases")
    names = {clean(alias) for alias in told} if isinstance(told, list) else set()
    return tuple(sorted(name for name in names if name))


def _identifiers(pairs: object) -> Iterator[str]:
    for pair in pairs if isinstance(pairs, list) else ():
        if isinstance(pair, list) and len(pair) == 2:
            yield str(pair[1])


def _level(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
