"""Vacuum cleaners: HassVacuumStart, HassVacuumReturnToBase, HassVacuumCleanArea, and our own
VacuumPause, which is for lawn mowers too.

One that can't clean single rooms is started as a whole where it stands in the room that is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge.home.graph import Area, Entity
from edge.types import Action, Answer, EntityState, Intent
from skills.skill import House, Skill
from skills.wording import NOBODY, listed, place, sentence, the, things

_HOME = frozenset({"docked", "returning"})
_CLEANING = EntityState("cleaning")


def handle(intent: Intent, house: House) -> Answer:
    """Start cleaning, everywhere or in one area, or send home what is not there already."""
    entities = house.targets(intent, "vacuum", "lawn_mower")
    if not entities:
        return NOBODY
    if intent.name == "VacuumPause":
        paused = EntityState("paused")
        pauses = tuple(Action(f"{e.domain}.pause", e.id, expect=paused) for e in entities)
        return Answer(pauses, sentence(f"paused {things(entities, intent)}"))
    if intent.name == "HassVacuumCleanArea":
        return _clean_area(entities, intent, house)
    if intent.name == "HassVacuumStart":
        actions = tuple(Action("vacuum.start", entity.id, expect=_CLEANING) for entity in entities)
        return Answer(actions, sentence(f"started {things(entities, intent)}"))
    away = [entity for entity in entities if house.state(entity).state not in _HOME]
    if not away:
        state = house.state(entities[0]).state
        already = "already on the way home" if state == "returning" else "already docked"
        return Answer(speech=sentence(f"{the(entities[0])} is {already}"))
    returning = EntityState("returning")
    actions = tuple(Action("vacuum.return_to_base", e.id, expect=returning) for e in away)
    return Answer(actions, sentence(f"sent {things(away, intent)} home"))


def _clean_area(entities: tuple[Entity, ...], intent: Intent, house: House) -> Answer:
    said = str(intent.slots.get("area", ""))
    if not said:
        return Answer(speech="I don't know which room to clean.")
    if (area := house.home.area_called(said)) is None:
        return Answer(speech=sentence(f"I know no room called {said}"))
    able = [entity for entity in entities if house.can(entity, "CLEAN_AREA")]
    there = [entity for entity in entities if entity.area == area.id]
    if not able and there:
        actions = tuple(Action("vacuum.start", entity.id, expect=_CLEANING) for entity in there)
        return Answer(actions, sentence(f"started {things(there, intent)}"))
    if not able:
        return Answer(speech=sentence(f"{the(entities[0])} can't clean single rooms"))
    fields = {entity.id: _fields(entity, area, house) for entity in able}
    knowing = [entity for entity in able if fields[entity.id]]
    if not knowing:
        return Answer(speech=sentence(f"{the(able[0])} doesn't know its way {place(intent)}"))
    actions = tuple(Action("vacuum.clean_area", e.id, fields[e.id], _CLEANING) for e in knowing)
    names = listed([the(entity) for entity in knowing])
    return Answer(actions, sentence(f"started {names} {place(intent)}"))


def _fields(entity: Entity, area: Area, house: House) -> dict[str, Any]:
    """The service's fields; none where the vacuum tells its rooms and the area is not one of them.

    The rooms of an MQTT vacuum are segments, which it numbers itself and tells with their names:
    {"1": "Kitchen"}. Those that are the area go along in `segments`, since a device knows no areas.
    """
    fields: dict[str, Any] = {"cleaning_area_id": [area.id]}
    told = house.state(entity).attributes.get("segments")
    if not isinstance(told, Mapping) or not told:
        return fields
    names = {name.casefold() for name in (area.id, area.name, *area.aliases)}
    segments = [str(key) for key, name in told.items() if str(name).strip().casefold() in names]
    return {**fields, "segments": segments} if segments else {}


VACUUM = Skill(
    name="vacuum",
    intents=("HassVacuumStart", "HassVacuumReturnToBase", "HassVacuumCleanArea", "VacuumPause"),
    permissions=frozenset(
        {
            "vacuum.start",
            "vacuum.return_to_base",
            "vacuum.clean_area",
            "vacuum.pause",
            "lawn_mower.pause",
        }
    ),
    handle=handle,
)
