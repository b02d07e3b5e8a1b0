"""The home: its floors, areas and entities, as an immutable graph.

A home comes from the owner's YAML file (`edge.home.homefile` reads it), from what devices announce
over MQTT, or from both: `discovered.merged_with(owner)`, where the owner's names, areas and aliases
win. All lookups are by id; whoever searches by spoken words (the resolver) builds its own index. An
entity's `state` here is the state it starts with; the live state is in `edge.home.states`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from edge.types import EntityState


@dataclass(frozen=True, slots=True)
class Floor:
    """A storey of the home."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Area:
    """A room, or another part of the home that has a name."""

    id: str
    name: str
    floor: str | None = None
    """The floor's id."""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing that has a state: a lamp, a lock, a thermometer."""

    id: str
    """"domain.object_id"."""
    name: str
    area: str | None = None
    """The area's id."""
    aliases: tuple[str, ...] = ()
    device_class: str | None = None
    """Home Assistant's word, such as "garage" or "motion"."""
    state: EntityState = field(default_factory=lambda: EntityState("unknown"))
    unique_id: str | None = None
    """What its maker calls it, which stays when its owner renames it: the `unique_id` of its MQTT
    discovery."""

    @property
    def domain(self) -> str:
        """What comes before the dot of the id: "light", "cover"."""
        return self.id.partition(".")[0]


_Part = TypeVar("_Part", Floor, Area)


@dataclass(frozen=True)
class Home:
    """Floors, areas and entities, in the order in which they were written or announced."""

    floors: tuple[Floor, ...] = ()
    areas: tuple[Area, ...] = ()
    entities: tuple[Entity, ...] = ()

    @classmethod
    def from_yaml(cls, path: Path | str) -> Home:
        """Read a home file. Raises `LaresError`: file, line, what was found, what is allowed."""
        from edge.home.homefile import read_home  # noqa: PLC0415 (homefile imports this module)

        return read_home(Path(path))

    @classmethod
    def from_data(cls, data: Mapping[str, Any], origin: str) -> Home:
        """Make a home of a file's parsed content; `origin` names it in errors (`LaresError`)."""
        from edge.home.homefile import home_of  # noqa: PLC0415 (homefile imports this module)

        return home_of(data, origin)

    @cached_property
    def _entities_by_id(self) -> dict[str, Entity]:
        return {entity.id: entity for entity in self.entities}

    @cached_property
    def _areas_by_id(self) -> dict[str, Area]:
        return {area.id: area for area in self.areas}

    @cached_property
    def _floors_by_id(self) -> dict[str, Floor]:
        return {floor.id: floor for floor in self.floors}

    def entity(self, entity_id: str) -> Entity | None:
        """The entity of this id."""
        return self._entities_by_id.get(entity_id)

    def area(self, area_id: str) -> Area | None:
        """The area of this id."""
        return self._areas_by_id.get(area_id)

    def area_called(self, name: str) -> Area | None:
        """The area of this id, name or alias; case does not count."""
        said = name.strip().casefold()
        return next(
            (
                area
                for area in self.areas
                if said in {text.casefold() for text in (area.id, area.name, *area.aliases)}
            ),
            None,
        )

    def floor(self, floor_id: str) -> Floor | None:
        """The floor of this id."""
        return self._floors_by_id.get(floor_id)

    def in_area(self, area_id: str) -> tuple[Entity, ...]:
        """The entities in an area, in the home's order."""
        return tuple(entity for entity in self.entities if entity.area == area_id)

    def on_floor(self, floor_id: str) -> tuple[Entity, ...]:
        """The entities in any area of a floor, in the home's order."""
        areas = {area.id for area in self.areas if area.floor == floor_id}
        return tuple(entity for entity in self.entities if entity.area in areas)

    def area_of(self, entity: Entity) -> Area | None:
        """The area that an entity is in."""
        return self.area(entity.area) if entity.area is not None else None

    def initial_states(self) -> dict[str, EntityState]:
        """The state each entity starts with, by entity id."""
        return {entity.id: entity.state for entity in self.entities}

    def with_entities(self, entities: Iterable[Entity]) -> Home:
        """This home with other entities."""
        return replace(self, entities=tuple(entities))

    def merged_with(self, owner: Home) -> Home:
        """This (discovered) home with what the owner wrote about it.

        The owner's floors, areas, names, aliases and device classes win; states stay those of the
        devices. A name that only repeats the id does not win, unless a unique id says what it
        names. An area named like one of the owner's becomes the owner's. What only one of the two
        knows is kept, the owner's first.
        """
        floors = _union(owner.floors, self.floors)
        areas_by_name = {area.name.casefold(): area.id for area in owner.areas}
        area_ids = {a.id: areas_by_name.get(a.name.casefold(), a.id) for a in self.areas}
        areas = _union(owner.areas, (area for area in self.areas if area_ids[area.id] == area.id))
        found = {
            entity.id: replace(entity, area=area_ids.get(entity.area or "", entity.area))
            for entity in self.entities
        }
        entities = [
            _merged(found.pop(entity.id), entity) if entity.id in found else entity
            for entity in owner.entities
        ]
        return Home(floors, areas, (*entities, *found.values()))


def name_from_id(identifier: str) -> str:
    """The name that an id suggests: "light.desk_lamp" → "Desk Lamp"."""
    return identifier.rpartition(".")[2].replace("_", " ").strip().title()


def _union(first: Iterable[_Part], second: Iterable[_Part]) -> tuple[_Part, ...]:
    by_id = {part.id: part for part in first}
    for part in second:
        by_id.setdefault(part.id, part)
    return tuple(by_id.values())


def _merged(found: Entity, owner: Entity) -> Entity:
    named = owner.unique_id is not None or owner.name != name_from_id(owner.id)
    return replace(
        found,
        name=owner.name if named else found.name,
        area=owner.area or found.area,
        aliases=tuple(dict.fromkeys((*owner.aliases, *found.aliases))),
        device_class=owner.device_class or found.device_class,
        unique_id=owner.unique_id or found.unique_id,
    )
