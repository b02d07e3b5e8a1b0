"""What Lares can do: one file a skill, all of them listed here."""

from __future__ import annotations

from skills.climate import CLIMATE
from skills.clock import CLOCK, NEVER_MIND
from skills.covers import COVERS
from skills.fans import FANS
from skills.humidifiers import HUMIDIFIERS
from skills.lights import LIGHTS
from skills.lists import LISTS
from skills.media import MEDIA
from skills.mower import MOWER
from skills.skill import Skill
from skills.states import STATES
from skills.switching import SWITCHING
from skills.timers import TIMERS
from skills.vacuum import VACUUM
from skills.weather import WEATHER

ALL: tuple[Skill, ...] = (
    SWITCHING,
    LIGHTS,
    COVERS,
    CLIMATE,
    MEDIA,
    VACUUM,
    MOWER,
    FANS,
    HUMIDIFIERS,
    LISTS,
    STATES,
    WEATHER,
    CLOCK,
    TIMERS,
    NEVER_MIND,
)
"""The enabled skills."""


def skill_for(intent_name: str) -> Skill | None:
    """The skill that serves an intent; None when there is none yet."""
    return next((skill for skill in ALL if intent_name in skill.intents), None)
