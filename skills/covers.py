"""Covers and valves on their way: HassSetPosition (0 % closed, 100 % open) and HassStopMoving."""

from __future__ import annotations

from edge.home.graph import Entity
from edge.types import Action, Answer, EntityState, Intent
from skills.skill import House, Skill
from skills.wording import NOBODY, sentence, the, things

_ENDS = {0: ("close", "closed"), 100: ("open", "open")}


def handle(intent: Intent, house: House) -> Answer:
    """Move to a position or by a step, or stop; what has no positions goes only to its ends."""
    entities = house.targets(intent, "cover", "valve")
    if not entities:
        return NOBODY
    if intent.name == "HassStopMoving":
        stops = tuple(_stop(entity, house) for entity in entities)
        return Answer(stops, sentence(f"stopped {things(entities, intent)}"))
    if intent.slots.keys().isdisjoint({"position", "position_step"}):
        return Answer(speech=sentence(f"I don't know how far to open {things(entities, intent)}"))
    positions = {entity.id: _position(entity, intent, house) for entity in entities}
    actions = [action for e in entities if (action := _action(e, positions[e.id], house))]
    if not actions:
        return Answer(speech=sentence(_unable(entities[0], house)))
    moved = {action.entity_id for action in actions}
    able = [entity for entity in entities if entity.id in moved]
    return Answer(tuple(actions), _speech(able, positions[able[0].id], intent))


def _stop(entity: Entity, house: House) -> Action:
    """Stop a movement; a valve that only stands open is stopped by closing it: the sprinklers."""
    if entity.domain == "valve" and house.state(entity).state == "open":
        return Action("valve.close_valve", entity.id, expect=EntityState("closed"))
    return Action(f"{entity.domain}.stop_{entity.domain}", entity.id)


def _position(entity: Entity, intent: Intent, house: House) -> int | None:
    """The position asked for, in percent; None where a step has nothing to start from."""
    if "position" in intent.slots:
        return _clamped(float(intent.slots["position"]))
    now = house.state(entity).attributes.get("current_position")
    if not isinstance(now, int | float) or not house.can(entity, "SET_POSITION"):
        return None
    return _clamped(now + float(intent.slots["position_step"]))


def _clamped(percent: float) -> int:
    return round(min(100.0, max(0.0, percent)))


def _action(entity: Entity, position: int | None, house: House) -> Action | None:
    if position is None:
        return None
    if house.can(entity, "SET_POSITION"):
        state = EntityState("closed" if position == 0 else "open", {"current_position": position})
        service = f"{entity.domain}.set_{entity.domain}_position"
        return Action(service, entity.id, {"position": position}, state)
    if position not in _ENDS:
        return None
    verb, state_name = _ENDS[position]
    service = f"{entity.domain}.{verb}_{entity.domain}"
    return Action(service, entity.id, expect=EntityState(state_name))


def _unable(entity: Entity, house: House) -> str:
    if house.can(entity, "SET_POSITION"):
        return f"I don't know how far {the(entity)} is open"
    return f"{the(entity)} can't be set to a position"


def _speech(entities: list[Entity], position: int | None, intent: Intent) -> str:
    said = things(entities, intent)
    if "position" in intent.slots or len(entities) == 1:
        return sentence(f"set {said} to {position}%")
    step = float(intent.slots["position_step"])
    return sentence(f"{'opened' if step > 0 else 'closed'} {said} by {abs(step):g}%")


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
