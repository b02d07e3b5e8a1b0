"""The speed of fans in percent: HassFanSetSpeed."""

from __future__ import annotations

from edge.home.graph import Entity
from edge.types import Action, Answer, EntityState, Intent
from skills.skill import House, Skill
from skills.wording import NOBODY, sentence, the, things


def handle(intent: Intent, house: House) -> Answer:
    """Set the speed; 0 % turns a fan off."""
    entities = house.targets(intent, "fan")
    if not entities:
        return NOBODY
    if "percentage" not in intent.slots:
        return Answer(speech=sentence(f"I don't know how fast {the(entities[0])} shall turn"))
    able = [entity for entity in entities if _has_speeds(entity, house)]
    if not able:
        return Answer(speech=sentence(f"{the(entities[0])} has only one speed"))
    percentage = round(min(100.0, max(0.0, float(intent.slots["percentage"]))))
    if percentage == 0:
        off = tuple(Action("fan.turn_off", e.id, expect=EntityState("off")) for e in able)
        return Answer(off, sentence(f"turned off {things(able, intent)}"))
    data = {"percentage": percentage}
    actions = tuple(
        Action("fan.set_percentage", e.id, data, EntityState("on", dict(data))) for e in able
    )
    return Answer(actions, sentence(f"set {things(able, intent)} to {percentage}%"))


def _has_speeds(entity: Entity, house: House) -> bool:
    """Whether its speed can be set; of a fan that lists no features nobody knows better."""
    features = house.state(entity).attributes.get("supported_features")
    return not isinstance(features, list | tuple) or any(
        str(feature).rpartition(".")[2].upper() == "SET_SPEED" for feature in features
    )


FANS = Skill(
    name="fans",
    intents=("HassFanSetSpeed",),
    permissions=frozenset({"fan.set_percentage", "fan.turn_off"}),
    handle=handle,
)
