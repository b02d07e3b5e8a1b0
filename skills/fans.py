"""The speed of fans in percent: HassFanSetSpeed."""

from __future__ import annotations

from math import copysign

from edge.home.graph import Entity
from edge.types import Action, Answer, EntityState, Intent
from skills.skill import House, Skill
from skills.wording import NOBODY, sentence, the, things


def handle(intent: Intent, house: House) -> Answer:
    """Set the speed or change it by a step; 0 % turns a fan off, and one that is off stays so when
    it shall be slower."""
    entities = house.targets(intent, "fan")
    if not entities:
        return NOBODY
    if intent.slots.keys().isdisjoint({"percentage", "percentage_step"}):
        return Answer(speech=sentence(f"I don't know how fast {the(entities[0])} shall turn"))
    able = [entity for entity in entities if house.can(entity, "SET_SPEED")]
    if not able:
        return Answer(speech=sentence(f"{the(entities[0])} has only one speed"))
    step = _step(intent)
    if step is not None and step < 0:
        turning = [entity for entity in able if house.state(entity).state != "off"]
        if not turning:
            off = "is off" if len(able) == 1 else "are off"
            return Answer(speech=sentence(f"{things(able, intent)} {off}"))
        able = turning
    speeds = {entity.id: _speed(entity, intent, house) for entity in able}
    known = [(entity, speed) for entity in able if (speed := speeds[entity.id]) is not None]
    if not known:
        return Answer(speech=sentence(f"I don't know how fast {the(able[0])} turns"))
    actions = tuple(_action(entity, speed) for entity, speed in known)
    return Answer(actions, _speech(known, intent))


def _step(intent: Intent) -> float | None:
    """How much faster, or slower when negative, in percent; None where a speed is said."""
    step = intent.slots.get("percentage_step")
    return None if step is None or "percentage" in intent.slots else float(step)


def _speed(entity: Entity, intent: Intent, house: House) -> int | None:
    """The speed asked for, in percent; None where a step has nothing to start from.

    A step is at least one of the fan's own: with three speeds, 20 % less must not be the same one.
    (The attribute `percentage_step` is how far the fan's speeds are apart.)
    """
    step = _step(intent)
    if step is None:
        return round(min(100.0, max(0.0, float(intent.slots["percentage"]))))
    state = house.state(entity)
    now = 0 if state.state == "off" else state.attributes.get("percentage")
    if not isinstance(now, int | float):
        return None
    apart = state.attributes.get("percentage_step")
    least = float(apart) if isinstance(apart, int | float) else 0.0
    return int(min(100.0, max(0.0, now + copysign(max(abs(step), least), step))))


def _action(entity: Entity, percentage: int) -> Action:
    if percentage == 0:
        return Action("fan.turn_off", entity.id, expect=EntityState("off"))
    data = {"percentage": percentage}
    return Action("fan.set_percentage", entity.id, data, EntityState("on", dict(data)))


def _speech(known: list[tuple[Entity, int]], intent: Intent) -> str:
    said = things([entity for entity, _ in known], intent)
    if all(speed == 0 for _, speed in known):
        return sentence(f"turned off {said}")
    step = _step(intent)
    if step is None or len(known) == 1:
        return sentence(f"set {said} to {known[0][1]}%")
    return sentence(f"{'sped up' if step > 0 else 'slowed down'} {said}")


FANS = Skill(
    name="fans",
    intents=("HassFanSetSpeed",),
    permissions=frozenset({"fan.set_percentage", "fan.turn_off"}),
    handle=handle,
)
