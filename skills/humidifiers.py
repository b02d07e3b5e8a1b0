"""Humidifiers and dehumidifiers: HassHumidifierSetpoint and HassHumidifierMode.

As in Home Assistant, one that is off is turned on for either.
"""

from __future__ import annotations

from typing import Any

from edge.home.graph import Entity
from edge.types import Action, Answer, EntityState, Intent
from skills.skill import House, Skill
from skills.wording import NOBODY, listed, number, sentence, the, things


def handle(intent: Intent, house: House) -> Answer:
    """Set the target humidity in percent, or a mode that the device has."""
    entities = house.targets(intent, "humidifier")
    if not entities:
        return NOBODY
    if intent.name == "HassHumidifierMode":
        return _set_mode(entities, intent, house)
    actions: list[Action] = []
    percent = 0
    for entity in entities:
        wanted = _wanted(entity, intent, house)
        if wanted is None:
            return Answer(speech=sentence(f"I don't know how humid {the(entity)} shall make it"))
        percent = wanted
        if (limit := _beyond(entity, percent, house)) is not None:
            return Answer(speech=sentence(f"{the(entity)} only goes {limit}%"))
        actions += _set(entity, "set_humidity", {"humidity": percent}, house)
    if "humidity" in intent.slots or len(entities) == 1:
        return Answer(tuple(actions), sentence(f"set {things(entities, intent)} to {percent}%"))
    way = "up" if float(intent.slots["humidity_step"]) > 0 else "down"
    return Answer(tuple(actions), sentence(f"turned {things(entities, intent)} {way}"))


def _wanted(entity: Entity, intent: Intent, house: House) -> int | None:
    """The humidity asked for, in percent; None where a step has nothing to start from."""
    if "humidity" in intent.slots:
        return round(float(intent.slots["humidity"]))
    now = house.state(entity).attributes.get("humidity")
    step = intent.slots.get("humidity_step")
    return None if step is None or not isinstance(now, int | float) else round(now + float(step))


def _set_mode(entities: tuple[Entity, ...], intent: Intent, house: House) -> Answer:
    said = str(intent.slots.get("mode", "")).strip()
    modes = {entity.id: _mode(entity, said, house) for entity in entities}
    able = [entity for entity in entities if modes[entity.id] is not None]
    if not able:
        known = _modes(entities[0], house)
        only = f", only {listed(known)}" if known else ""
        named = f"no mode {said}" if said else "no such mode"
        return Answer(speech=sentence(f"{the(entities[0])} has {named}{only}"))
    actions = [a for e in able for a in _set(e, "set_mode", {"mode": modes[e.id]}, house)]
    mode = modes[able[0].id]
    return Answer(tuple(actions), sentence(f"set {things(able, intent)} to {mode}"))


def _set(entity: Entity, service: str, data: dict[str, Any], house: House) -> tuple[Action, ...]:
    on = Action("humidifier.turn_on", entity.id, expect=EntityState("on"))
    sets = Action(f"humidifier.{service}", entity.id, data, EntityState("", dict(data)))
    return (on, sets) if house.state(entity).state == "off" else (sets,)


def _beyond(entity: Entity, percent: int, house: House) -> str | None:
    """ "above 30" where that is too little, "below 80" where it is too much."""
    attributes = house.state(entity).attributes
    lowest, highest = attributes.get("min_humidity", 0), attributes.get("max_humidity", 100)
    if isinstance(lowest, int | float) and percent < lowest:
        return f"above {number(lowest)}"
    if isinstance(highest, int | float) and percent > highest:
        return f"below {number(highest)}"
    return None


def _mode(entity: Entity, said: str, house: House) -> str | None:
    return next((m for m in _modes(entity, house) if m.casefold() == said.casefold()), None)


def _modes(entity: Entity, house: House) -> list[str]:
    told = house.state(entity).attributes.get("available_modes")
    return [str(mode) for mode in told] if isinstance(told, list | tuple) else []


HUMIDIFIERS = Skill(
    name="humidifiers",
    intents=("HassHumidifierSetpoint", "HassHumidifierMode"),
    permissions=frozenset({"humidifier.turn_on", "humidifier.set_humidity", "humidifier.set_mode"}),
    handle=handle,
)
