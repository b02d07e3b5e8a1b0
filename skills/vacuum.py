"""Vacuum cleaners: HassVacuumStart and HassVacuumReturnToBase."""

from __future__ import annotations

from edge.types import Action, Answer, EntityState, Intent
from skills.skill import House, Skill
from skills.wording import NOBODY, sentence, the, things

_HOME = frozenset({"docked", "returning"})


def handle(intent: Intent, house: House) -> Answer:
    """Start cleaning, or send home what is not there already."""
    entities = house.targets(intent, "vacuum")
    if not entities:
        return NOBODY
    if intent.name == "HassVacuumStart":
        cleaning = EntityState("cleaning")
        actions = tuple(Action("vacuum.start", entity.id, expect=cleaning) for entity in entities)
        return Answer(actions, sentence(f"started {things(entities, intent)}"))
    away = [entity for entity in entities if house.state(entity).state not in _HOME]
    if not away:
        state = house.state(entities[0]).state
        already = "already on the way home" if state == "returning" else "already docked"
        return Answer(speech=sentence(f"{the(entities[0])} is {already}"))
    returning = EntityState("returning")
    actions = tuple(Action("vacuum.return_to_base", e.id, expect=returning) for e in away)
    return Answer(actions, sentence(f"sent {things(away, intent)} home"))


VACUUM = Skill(
    name="vacuum",
    intents=("HassVacuumStart", "HassVacuumReturnToBase"),
    permissions=frozenset({"vacuum.start", "vacuum.return_to_base"}),
    handle=handle,
)
