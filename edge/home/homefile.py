"""Reading a home file: YAML with `floors`, `areas` and `entities`, and errors that name the line.

    floors:   [{id, name, aliases?}]
    areas:    [{id, name, floor?, aliases?}]
    entities: [{id, name, area?, aliases?, device_class?, unique_id?, state?, attributes?}]

What announces itself over MQTT with the `unique_id` of an entity is that entity, whatever id and
name it gives itself.

The shapes in which homes are published for tests are read too: `devices` whose area its entities
inherit, floors that are only named by areas, states as unquoted on and off, names with optional
letters ("Trader Joe[']s"), and enum names ("cover.CoverDeviceClass.GARAGE"). What is wrong is told
with file, line, what was found and what is allowed.
"""

from __future__ import annotations

import difflib
import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import yaml

from edge.home.graph import Area, Entity, Floor, Home, name_from_id
from edge.types import EntityState, LaresError

log = logging.getLogger(__name__)

Place = tuple[str | int, ...]
"""Where a value is: ("entities", 3, "area")."""

SECTIONS = ("floors", "areas", "entities", "devices", "language", "timers", "media")
FLOOR_KEYS = ("id", "name", "aliases")
AREA_KEYS = ("id", "name", "floor", "aliases")
DEVICE_KEYS = ("id", "name", "area", "info")
ENTITY_KEYS = (
    "id",
    "name",
    "area",
    "aliases",
    "device",
    "device_class",
    "unique_id",
    "state",
    "attributes",
)

DEFAULT_STATES: Mapping[str, str] = {
    "light": "off",
    "switch": "off",
    "fan": "off",
    "climate": "off",
    "media_player": "off",
    "input_boolean": "off",
    "script": "off",
    "automation": "on",
    "humidifier": "off",
    "siren": "off",
    "binary_sensor": "off",
    "cover": "closed",
    "valve": "closed",
    "lock": "locked",
    "vacuum": "docked",
    "lawn_mower": "docked",
    "timer": "idle",
    "todo": "0",
}
"""The state of an entity that the file gives none; "unknown" for other domains."""

BOOLEAN_STATES: Mapping[str, tuple[str, str]] = {
    "cover": ("closed", "open"),
    "valve": ("closed", "open"),
    "lock": ("unlocked", "locked"),
}
"""What YAML's false and true mean as a state; "off" and "on" for other domains."""

_ENTITY_ID = re.compile(r"[\w-]+\.[\w -]+")
_ENUM_MODE = re.compile(r"(?:\w+\.)?\w+Mode\.(\w+)")
_ENUM_NAME = re.compile(r"(?:\w+\.)?\w*DeviceClass\.(\w+)")


@dataclass(frozen=True)
class _Source:
    """What errors name: the file, and the line of each place in it where lines are known."""

    origin: str
    lines: Mapping[Place, int]

    def fail(self, place: Place, problem: str) -> NoReturn:
        raise LaresError(f"{self.where(place)}: {problem}")

    def where(self, place: Place) -> str:
        for length in range(len(place), 0, -1):
            if (line := self.lines.get(place[:length])) is not None:
                return f"{self.origin}, line {line}"
        path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
        return f"{self.origin}, {path.lstrip('.')}" if path else self.origin


def read_home(path: Path) -> Home:
    """Read a home file. Raises `LaresError` (file, line, what was found, what is allowed)."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise LaresError(
            f"Cannot read the home file {path}: {error.strerror}. Give a YAML file with entities."
        ) from error
    except UnicodeDecodeError as error:
        raise LaresError(
            f"{path}: expected text in UTF-8, found other bytes at {error.start}. Save it as UTF-8."
        ) from error
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{path}, line {mark.line + 1}" if mark else str(path)
        raise LaresError(f"{where}: not valid YAML: {error.problem}. Correct the line.") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise LaresError(f"{path}: not valid YAML: {error}. Correct the file.") from error
    lines = dict(_lines(node, ())) if node is not None else {}
    return home_of({} if data is None else data, str(path), lines)


def home_of(data: Any, origin: str, lines: Mapping[Place, int] | None = None) -> Home:
    """Make a home of a file's content.

    `origin` names the file in errors, `lines` gives the line of each place in it. Raises
    `LaresError`.
    """
    source = _Source(origin, lines or {})
    if not isinstance(data, Mapping):
        source.fail((), f"expected the keys floors, areas and entities, found {_shown(data)}.")
    _check_keys(source, (), data, SECTIONS)
    areas_data = list(_items(source, data, "areas", AREA_KEYS))
    floors = _floors(source, data, areas_data)
    areas = tuple(_area(source, place, item, floors) for place, item in areas_data)
    _check_unique(source, "areas", [area.id for area in areas])
    device_areas = {
        _identifier(source, place, item): _reference(source, place, item, "area", areas)
        for place, item in _items(source, data, "devices", DEVICE_KEYS)
    }
    entities = tuple(
        _entity(source, place, item, areas, device_areas)
        for place, item in _items(source, data, "entities", ENTITY_KEYS)
    )
    _check_unique(source, "entities", [entity.id for entity in entities])
    _check_unique_ids(source, entities)
    return Home(floors, areas, entities)


def _lines(node: yaml.Node, place: Place) -> Iterator[tuple[Place, int]]:
    """Each place below a node and its line, counted from 1; eight levels deep."""
    yield place, node.start_mark.line + 1
    if len(place) > 8:
        return
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                yield from _lines(value, (*place, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _lines(value, (*place, index))


def _floors(
    source: _Source, data: Mapping[str, Any], areas: list[tuple[Place, Mapping[str, Any]]]
) -> tuple[Floor, ...]:
    """The floors of a file; those that areas name where the file lists none."""
    if data.get("floors") is None:
        named = (_text(source, (*place, "floor"), area.get("floor")) for place, area in areas)
        return tuple(Floor(_slug(name), name) for name in dict.fromkeys(named) if name)
    floors = tuple(
        Floor(
            _identifier(source, place, item),
            _name(source, place, item),
            _aliases(source, place, item),
        )
        for place, item in _items(source, data, "floors", FLOOR_KEYS)
    )
    _check_unique(source, "floors", [floor.id for floor in floors])
    return floors


def _area(
    source: _Source, place: Place, item: Mapping[str, Any], floors: tuple[Floor, ...]
) -> Area:
    return Area(
        _identifier(source, place, item),
        _name(source, place, item),
        _reference(source, place, item, "floor", floors),
        _aliases(source, place, item),
    )


def _entity(
    source: _Source,
    place: Place,
    item: Mapping[str, Any],
    areas: tuple[Area, ...],
    device_areas: Mapping[str, str | None],
) -> Entity:
    entity_id = _text(source, (*place, "id"), item.get("id"))
    if not entity_id or not _ENTITY_ID.fullmatch(entity_id):
        found = _shown(item.get("id"))
        source.fail(
            (*place, "id"), f'expected an id like "light.desk_lamp" (domain.name), found {found}.'
        )
    area = _reference(source, place, item, "area", areas)
    device = _text(source, (*place, "device"), item.get("device"))
    if device is not None and device_areas and device not in device_areas:
        _fail_unknown(source, (*place, "device"), "device", device, device_areas)
    attributes = item.get("attributes") or {}
    if not isinstance(attributes, Mapping):
        found = _shown(attributes)
        source.fail((*place, "attributes"), f"expected names and values, found {found}.")
    device_class = _text(
        source,
        (*place, "device_class"),
        item.get("device_class") or attributes.get("device_class"),
    )
    if device_class and (enum := _ENUM_NAME.fullmatch(device_class)):
        device_class = enum.group(1).lower()
    domain = entity_id.partition(".")[0]
    return Entity(
        id=entity_id,
        name=_name(source, place, item),
        area=area if area is not None else device_areas.get(device or ""),
        aliases=_aliases(source, place, item),
        device_class=device_class,
        state=EntityState(
            _state(source, (*place, "state"), domain, item.get("state")),
            {str(key): _without_enum(value) for key, value in attributes.items()},
        ),
        unique_id=_text(source, (*place, "unique_id"), item.get("unique_id")),
    )


def _state(source: _Source, place: Place, domain: str, value: Any) -> str:
    """A state as text. A mapping says it as spoken and as stored: {in: "wet", out: "on"}."""
    if isinstance(value, Mapping) and "out" in value:
        value = value["out"]
    if value is None:
        return DEFAULT_STATES.get(domain, "unknown")
    if isinstance(value, bool):
        return BOOLEAN_STATES.get(domain, ("off", "on"))[value]
    if isinstance(value, Mapping | list):
        source.fail(place, f'expected a state such as "on" or "21.5", found {_shown(value)}.')
    return str(value)


def _items(
    source: _Source, data: Mapping[str, Any], section: str, keys: tuple[str, ...]
) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    """The items of a section with their places; each a mapping with sensible keys."""
    items = data.get(section) or []
    if not isinstance(items, list):
        source.fail((section,), f"expected a list of {section}, found {_shown(items)}.")
    for index, item in enumerate(items):
        place: Place = (section, index)
        if not isinstance(item, Mapping):
            allowed = ", ".join(keys)
            source.fail(place, f"expected the keys {allowed}, found {_shown(item)}.")
        _check_keys(source, place, item, keys)
        yield place, item


def _check_keys(
    source: _Source, place: Place, item: Mapping[str, Any], allowed: tuple[str, ...]
) -> None:
    """Refuse a key that looks like a slip of an allowed one; say that another is ignored."""
    for key in item:
        if key in allowed:
            continue
        if close := difflib.get_close_matches(str(key), allowed, n=1, cutoff=0.7):
            source.fail(
                (*place, str(key)),
                f'found "{key}", did you mean "{close[0]}"? Allowed are {", ".join(allowed)}.',
            )
        log.warning('%s: "%s" is not used', source.where((*place, str(key))), key)


def _check_unique(source: _Source, section: str, ids: list[str]) -> None:
    first: dict[str, int] = {}
    for index, identifier in enumerate(ids):
        if identifier in first:
            before = source.where((section, first[identifier], "id"))
            source.fail(
                (section, index, "id"),
                f'the id "{identifier}" is taken already ({before}). Give each its own id.',
            )
        first[identifier] = index


def _check_unique_ids(source: _Source, entities: tuple[Entity, ...]) -> None:
    """Refuse two entities of one domain that would be the same device."""
    first: dict[tuple[str, str], Entity] = {}
    for index, entity in enumerate(entities):
        if entity.unique_id is None:
            continue
        before = first.setdefault((entity.domain, entity.unique_id), entity)
        if before is not entity:
            source.fail(
                ("entities", index, "unique_id"),
                f'the unique_id "{entity.unique_id}" is that of {before.id} already. '
                "Give it to one of the two.",
            )


def _text(source: _Source, place: Place, value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool | list | Mapping):
        source.fail(place, f"expected text, found {_shown(value)}. Put text in quotes.")
    return str(value)


def _name(source: _Source, place: Place, item: Mapping[str, Any]) -> str:
    """The name, or the one that the id suggests; without optional words and their brackets."""
    name = _text(source, (*place, "name"), item.get("name"))
    if name is None:
        return name_from_id(_identifier(source, place, item))
    short = re.sub(r"(?<!\S)\[[^\]]*\](?!\S)", "", name)
    plain = " ".join(re.sub(r"[\[\]]", "", short if short.strip() else name).split())
    if not plain:
        source.fail((*place, "name"), f"expected a name, found {_shown(name)}.")
    return plain


def _identifier(source: _Source, place: Place, item: Mapping[str, Any]) -> str:
    """The id, or the one that the name suggests."""
    identifier = _text(source, (*place, "id"), item.get("id"))
    if identifier:
        return identifier
    name = _text(source, (*place, "name"), item.get("name"))
    if not name or not _slug(name):
        source.fail(place, f"expected an id and a name, found {_shown(dict(item))}.")
    return _slug(name)


def _aliases(source: _Source, place: Place, item: Mapping[str, Any]) -> tuple[str, ...]:
    value = item.get("aliases") or []
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list) or not all(isinstance(alias, str | int) for alias in value):
        source.fail((*place, "aliases"), f"expected a list of names, found {_shown(value)}.")
    return tuple(str(alias) for alias in value)


def _reference(
    source: _Source,
    place: Place,
    item: Mapping[str, Any],
    key: str,
    known: tuple[Floor, ...] | tuple[Area, ...],
) -> str | None:
    """The id of the area or floor that an item says it is in, by its id or by its name."""
    wanted = _text(source, (*place, key), item.get(key))
    if wanted is None:
        return None
    ids = {part.name.casefold(): part.id for part in known} | {part.id: part.id for part in known}
    found = ids.get(wanted) or ids.get(wanted.casefold())
    if found is None:
        _fail_unknown(source, (*place, key), key, wanted, [part.id for part in known])
    return found


def _fail_unknown(
    source: _Source, place: Place, kind: str, wanted: str, known: Iterable[str]
) -> NoReturn:
    names = ", ".join(known) or "none"
    source.fail(place, f'there is no {kind} "{wanted}". Known are: {names}.')


def _slug(name: str) -> str:
    return re.sub(r"\W+", "_", name.casefold()).strip("_")


def _shown(value: Any) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _without_enum(value: Any) -> Any:
    """An attribute with Home Assistant's modes as it writes them: "climate.HVACMode.HEAT" is
    "heat"."""
    if isinstance(value, list):
        return [_without_enum(item) for item in value]
    if isinstance(value, str) and (enum := _ENUM_MODE.fullmatch(value)):
        return enum.group(1).lower()
    return value
