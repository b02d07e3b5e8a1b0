"""What tests of skills share: an intent answered in a home, and the home with one thing changed."""

from __future__ import annotations

from typing import Any

from edge.home.graph import Entity
from edge.home.states import States
from edge.types import Answer, EntityState, Intent, SlotValue
from skills import skill_for
from skills.skill import House
from tests.edge.nlu.homes import HOME, states


def answer(
    name: str, targets: list[str], house: House | None = None, /, **slots: SlotValue
) -> Answer:
    """What the skill for an intent answers, in the test home unless another is given."""
    skill = skill_for(name)
    assert skill is not None
    return skill.handle(Intent(name, slots, tuple(targets)), house or House(HOME, states()))


def house_with(entity_id: str, state: str, **attributes: Any) -> House:
    """The test home with one entity in another state."""
    known = HOME.initial_states()
    return House(HOME, States({**known, entity_id: EntityState(state, attributes)}))


def house_of(*entities: Entity) -> House:
    """The test home with other entities."""
    home = HOME.with_entities(entities)
    return House(home, states(home))
