"""Lawn mowers: HassLawnMowerStartMowing and HassLawnMowerDock."""

from __future__ import annotations

from edge.types import Action, Answer, EntityState, Intent
from skills.skill import House, Skill
from skills.wording import NOBODY, sentence, the, things

_HOME = {"docked": "already docked", "returning": "already on the way home"}


def handle(intent: Intent, house: House) -> Answer:
    """Start mowing, or send home what is not there already.

    Nothing is expected of one that is sent home: some tell "returning", others only "docked", and
    that when they are there.
    """
    entities = house.targets(intent, "lawn_mower")
    if not entities:
        return NOBODY
    if intent.name == "HassLawnMowerStartMowing":
        mowing = EntityState("mowing")
        starts = tuple(Action("lawn_mower.start_mowing", e.id, expect=mowing) for e in entities)
        return Answer(starts, sentence(f"started {things(entities, intent)}"))
    away = [entity for entity in entities if house.state(entity).state not in _HOME]
    if not away:
        already = _HOME[house.state(entities[0]).state]
        return Answer(speech=sentence(f"{the(entities[0])} is {already}"))
    docks = tuple(Action("lawn_mower.dock", entity.id) for entity in away)
    return Answer(docks, sentence(f"sent {things(away, intent)} home"))


MOWER = Skill(
    name="mower",
    intents=("HassLawnMowerStartMowing", "HassLawnMowerDock"),
    permissions=frozenset({"lawn_mower.start_mowing", "lawn_mower.dock"}),
    handle=handle,
)
