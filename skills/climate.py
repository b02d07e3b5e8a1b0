"""Thermostats: HassClimateSetTemperature and HassClimateGetTemperature, in the home's unit,
HassClimateSetFanMode, and our own ClimateSetHvacMode, for which Home Assistant has no intent."""

from __future__ import annotations

from edge.home.graph import Entity
from edge.types import Action, Answer, EntityState, Intent
from skills.skill import House, Skill
from skills.wording import NOBODY, listed, number, place, sentence, the, things


def handle(intent: Intent, house: House) -> Answer:
    """Set a target temperature or a fan mode, or tell the temperature that is measured."""
    if intent.name == "HassClimateGetTemperature":
        measuring = house.targets(intent, "climate", "sensor")
        return _get(measuring, intent, house) if measuring else NOBODY
    entities = house.targets(intent, "climate")
    if not entities:
        return NOBODY
    if intent.name == "ClimateSetHvacMode":
        return _set_hvac_mode(entities, intent, house)
    if intent.name == "HassClimateSetFanMode":
        return _set_fan_mode(entities, intent, house)
    return _set(entities, intent, house)


def _set(entities: tuple[Entity, ...], intent: Intent, house: House) -> Answer:
    actions = []
    for entity in entities:
        degrees = _wanted(entity, intent, house)
        if degrees is None:
            told = intent.slots.keys() & {"temperature", "temperature_step"}
            unknown = f"what {the(entity)} is set to" if told else f"what to set {the(entity)} to"
            return Answer(speech=sentence(f"I don't know {unknown}"))
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


def _set_hvac_mode(entities: tuple[Entity, ...], intent: Intent, house: House) -> Answer:
    mode = str(intent.slots.get("hvac_mode", ""))
    able = [entity for entity in entities if mode in _hvac_modes(entity, house)]
    if not able:
        modes = [_told(known) for known in _hvac_modes(entities[0], house)]
        said = _told(mode) or "such"
        only = f", only {listed(modes)}" if modes else ""
        return Answer(speech=sentence(f"{the(entities[0])} has no {said} mode{only}"))
    data = {"hvac_mode": mode}
    actions = tuple(
        Action("climate.set_hvac_mode", entity.id, data, EntityState(mode)) for entity in able
    )
    return Answer(actions, sentence(f"set {things(able, intent)} to {_told(mode)}"))


def _told(mode: str) -> str:
    return mode.replace("_", " ")


def _hvac_modes(entity: Entity, house: House) -> list[str]:
    told = house.state(entity).attributes.get("hvac_modes")
    return [str(mode) for mode in told] if isinstance(told, list | tuple) else []


def _set_fan_mode(entities: tuple[Entity, ...], intent: Intent, house: House) -> Answer:
    said = str(intent.slots.get("fan_mode", "")).strip()
    if not said:
        return Answer(speech=sentence(f"I don't know which fan mode {the(entities[0])} shall have"))
    modes = {entity.id: _fan_mode(entity, said, house) for entity in entities}
    able = [entity for entity in entities if modes[entity.id]]
    if not able:
        return Answer(speech=sentence(_without_mode(entities[0], said, house)))
    actions = []
    for entity in able:
        data = {"fan_mode": modes[entity.id]}
        actions.append(Action("climate.set_fan_mode", entity.id, data, EntityState("", dict(data))))
    mode = modes[able[0].id]
    return Answer(tuple(actions), sentence(f"set the fan mode of {things(able, intent)} to {mode}"))


def _fan_mode(entity: Entity, said: str, house: House) -> str | None:
    """The fan mode as the device writes it; None where it does not have it.

    One that lists no modes gets what was said, when it has modes at all.
    """
    modes = _fan_modes(entity, house)
    if modes:
        return next((mode for mode in modes if mode.casefold() == said.casefold()), None)
    return said.lower() if _has_fan_modes(entity, house) else None


def _fan_modes(entity: Entity, house: House) -> list[str]:
    told = house.state(entity).attributes.get("fan_modes")
    return [str(mode) for mode in told] if isinstance(told, list | tuple) else []


def _has_fan_modes(entity: Entity, house: House) -> bool:
    """Whether it tells a fan mode, or lists that it has some."""
    attributes = house.state(entity).attributes
    if attributes.get("fan_mode") is not None:
        return True
    listed_features = isinstance(attributes.get("supported_features"), list | tuple)
    return listed_features and house.can(entity, "FAN_MODE")


def _without_mode(entity: Entity, said: str, house: House) -> str:
    modes = _fan_modes(entity, house)
    if not modes:
        return f"{the(entity)} has no fan modes"
    return f"{the(entity)} has no fan mode {said}, only {listed(modes)}"


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
    intents=(
        "HassClimateSetTemperature",
        "HassClimateGetTemperature",
        "HassClimateSetFanMode",
        "ClimateSetHvacMode",
    ),
    permissions=frozenset(
        {"climate.set_temperature", "climate.set_fan_mode", "climate.set_hvac_mode"}
    ),
    handle=handle,
)
