"""What needs no device: the time, the date, and being told to forget it."""

from __future__ import annotations

from edge.types import Answer, Intent
from skills.skill import House, Skill


def handle(intent: Intent, house: House) -> Answer:
    """Tell the time or the date."""
    now = house.clock()
    if intent.name == "HassGetCurrentTime":
        half = "AM" if now.hour < 12 else "PM"
        return Answer(speech=f"It is {now.hour % 12 or 12}:{now.minute:02d} {half}.")
    return Answer(speech=f"It is {now:%A}, {now:%B} {_ordinal(now.day)}, {now.year}.")


def never_mind(_: Intent, __: House) -> Answer:
    """Do nothing, and say nothing."""
    return Answer()


def _ordinal(day: int) -> str:
    ending = "th" if 10 <= day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


CLOCK = Skill(
    name="clock",
    intents=("HassGetCurrentTime", "HassGetCurrentDate"),
    permissions=frozenset(),
    handle=handle,
)
NEVER_MIND = Skill(
    name="never_mind", intents=("HassNevermind",), permissions=frozenset(), handle=never_mind
)
