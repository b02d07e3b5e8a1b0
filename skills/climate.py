"""Temperatures: HassClimateSetTemperature and HassClimateGetTemperature, in the home's unit."""

from __future__ import annotations

from edge.home.graph import Entity
from edge.types import Action, Answer, EntityState, Intent
from skills.skill import House, Skill
from skills.wording import NOBODY, listed, number, place, sentence, the, things


def handle(intent: Intent, house: House) -> Answer:
    """Set a target temperature, or tell the one that is measured."""
    if intent.name == "HassClimateGetTemperature":
        measuring = house.targets(intent, "climate", "sensor")
        return _get(measuring, intent, house) if measuring else NOBODY
    entities = house.targets(intent, "climate")
    return _set(entities, intent, house) if entities else NOBODY


def _set(entities: tuple[Entity, ...], intent: Intent, house: House) -> Answer:
    actions = []
    for entity in entities:
        degrees = _wanted(entity, intent, house)
        if degrees is None:
            return Answer(speech=sentence(f"I don't know what {the(entity)} is set to"))
        low, high = _range(entity, house)
        if (low is not None and degrees < low) or (high is not None and degrees > high):
            limit = f"above {number(low)}" if low is not None and degrees < low else None
            limit = limit or f"below {number(high or 0)}"
            return Answer(speech=sentence(f"{the(entity)} only goes {limit} degrees"))
        data = {"temperature": degrees}
        actions.append(
            Action("climate.set_temperature", entity.id, data, EntityState("", dict(data)))
        )
    degrees = actions[0].data["temperature"]
    speech = sentence(f"set {things(entities, intent)} to {number(degrees)} degrees")
    return Answer(tuple(actions), speech)


def _wanted(entity: Entity, intent: Intent, house: House) -> float | None:
    if "temperature" in intent.slots:
        wanted = float(intent.slots["temperature"])
    else:
        now = _number(house.state(entity).attributes.get("temperature"))
        step = intent.slots.get("temperature_step")
        if now is None or step is None:
            return None
        wanted = now + float(step)
    return int(wanted) if wanted == int(wanted) else wanted


def _range(entity: Entity, house: House) -> tuple[float | None, float | None]:
    attributes = house.state(entity).attributes
    return _number(attributes.get("min_temp")), _number(attributes.get("max_temp"))


def _get(entities: tuple[Entity, ...], intent: Intent, house: House) -> Answer:
    measured = [(entity, _measured(entity, house)) for entity in entities]
    known = [(entity, degrees) for entity, degrees in measured if degrees is not None]
    if not known:
        return Answer(speech=sentence(f"{the(entities[0])} doesn't tell a temperature"))
    if len(known) == 1 and "name" not in intent.slots:
        degrees = known[0][1]
        where = place(intent)
        return Answer(
            speech=sentence(f"it is {number(degrees)} degrees{f' {where}' if where else ''}")
        )
    told = [f"{the(entity)} reads {number(degrees)}" for entity, degrees in known]
    return Answer(speech=sentence(f"{listed(told)} degrees"))


def _measured(entity: Entity, house: House) -> float | None:
    state = house.state(entity)
    if entity.domain == "climate":
        return _number(state.attributes.get("current_temperature"))
    return _number(state.state)


def _number(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None


CLIMATE = Skill(
    name="climate",
    intents=("HassClimateSetTemperature", "HassClimateGetTemperature"),
    permissions=frozenset({"climate.set_temperature"}),
    handle=handle,
)
