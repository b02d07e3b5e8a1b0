"""Covers and valves on their way: HassSetPosition (0 % closed, 100 % open) and HassStopMoving."""

from __future__ import annotations

from edge.home.graph import Entity
from edge.types import Action, Answer, EntityState, Intent
from skills.skill import House, Skill
from skills.wording import NOBODY, sentence, the, things

_ENDS = {0: ("close", "closed"), 100: ("open", "open")}


def handle(intent: Intent, house: House) -> Answer:
    """Move to a position, or stop; what has no positions goes only to its ends."""
    entities = house.targets(intent, "cover", "valve")
    if not entities:
        return NOBODY
    if intent.name == "HassStopMoving":
        stops = tuple(Action(f"{e.domain}.stop_{e.domain}", e.id) for e in entities)
        return Answer(stops, sentence(f"stopped {things(entities, intent)}"))
    if "position" not in intent.slots:
        return Answer(speech=sentence(f"I don't know how far to open {things(entities, intent)}"))
    position = round(min(100.0, max(0.0, float(intent.slots["position"]))))
    actions = [action for entity in entities if (action := _action(entity, position, house))]
    if not actions:
        return Answer(speech=sentence(f"{the(entities[0])} can't be set to a position"))
    moved = {action.entity_id for action in actions}
    able = [entity for entity in entities if entity.id in moved]
    return Answer(tuple(actions), sentence(f"set {things(able, intent)} to {position}%"))


def _action(entity: Entity, position: int, house: House) -> Action | None:
    if _has_positions(entity, house):
        state = EntityState("closed" if position == 0 else "open", {"current_position": position})
        service = f"{entity.domain}.set_{entity.domain}_position"
        return Action(service, entity.id, {"position": position}, state)
    if position not in _ENDS:
        return None
    verb, state_name = _ENDS[position]
    service = f"{entity.domain}.{verb}_{entity.domain}"
    return Action(service, entity.id, expect=EntityState(state_name))


def _has_positions(entity: Entity, house: House) -> bool:
    """Whether it can stop on its way; one that lists no features may."""
    features = house.state(entity).attributes.get("supported_features")
    return not isinstance(features, list | tuple) or any(
        str(feature).rpartition(".")[2].upper() == "SET_POSITION" for feature in features
    )


COVERS = Skill(
    name="covers",
    intents=("HassSetPosition", "HassStopMoving"),
    permissions=frozenset(
        f"{domain}.{service}_{domain}{suffix}"
        for domain in ("cover", "valve")
        for service, suffix in (("set", "_position"), ("open", ""), ("close", ""), ("stop", ""))
    ),
    handle=handle,
)
