"""Timers: set, asked about, changed, paused and cancelled, by name, by how long they were set for,
or by where they were set.

Which one is meant is found as Home Assistant finds it (its component `intent`, `timers.py`): what
is said of a timer must be true of it; of several, those of this conversation are meant, or else
those of this area; where there are several still, it is asked. "Turn off the light in ten minutes"
is a timer with a command.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from edge.types import Answer, Intent, Timer, TimerOrder, TimerOrderKind
from skills.skill import House, Skill
from skills.wording import listed, plural

NOT_KEPT = "I can keep timers only while lares run is running."
UNIT_S = {"hours": 3600, "minutes": 60, "seconds": 1}


def handle(intent: Intent, house: House) -> Answer:
    """Answer an intent about timers."""
    if house.timers is None:
        return Answer(speech=NOT_KEPT)
    return _HANDLERS[intent.name](intent, house, house.timers)


def spoken(seconds: float) -> str:
    """A length of time in words: "1 hour and 20 minutes". Seconds are left out of what lasts hours.
    Less than a second is "0 seconds"."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    parts = [(hours, "hour"), (minutes, "minute"), (0 if hours else rest, "second")]
    said = [f"{count} {plural(unit, count)}" for count, unit in parts if count]
    return listed(said) if said else "0 seconds"


def called(timer: Timer) -> str:
    """What a timer is called: "pizza timer", "timer for 5 minutes"."""
    return f"{timer.name} timer" if timer.name else f"timer for {spoken(timer.start_s)}"


def _start(intent: Intent, house: House, timers: Sequence[Timer]) -> Answer:
    seconds = _seconds(intent)
    if seconds <= 0:
        return Answer(speech="For how long shall I set it? Tell me, for example, ten minutes.")
    name = str(intent.slots.get("name", "")).strip()
    command = str(intent.slots.get("conversation_command", "")).strip()
    order = TimerOrder("start", seconds=seconds, name=name, command=command)
    if command:
        return Answer(speech=f"All right, in {spoken(seconds)}.", timers=(order,))
    kind = f"{name} timer" if name else "timer"
    return Answer(speech=f"I set a {kind} for {spoken(seconds)}.", timers=(order,))


def _cancel(intent: Intent, house: House, timers: Sequence[Timer]) -> Answer:
    def cancel(timer: Timer) -> Answer:
        return Answer(speech=f"I cancelled the {called(timer)}.", timers=(_order("cancel", timer),))

    return _with_one(intent, house, timers, cancel)


def _cancel_all(intent: Intent, house: House, timers: Sequence[Timer]) -> Answer:
    meant = _meant(intent, house, timers)
    if not meant:
        return Answer(speech=_none(intent))
    count = "the timer" if len(meant) == 1 else f"{len(meant)} timers"
    return Answer(
        speech=f"I cancelled {count}.", timers=tuple(_order("cancel", timer) for timer in meant)
    )


def _change(intent: Intent, house: House, timers: Sequence[Timer]) -> Answer:
    seconds = _seconds(intent)
    if seconds <= 0:
        return Answer(speech="By how much? Tell me, for example, two minutes.")
    by = seconds if intent.name == "HassIncreaseTimer" else -seconds

    def change(timer: Timer) -> Answer:
        left = spoken(max(0.0, timer.left_s + by))
        return Answer(
            speech=f"The {called(timer)} has {left} left.",
            timers=(TimerOrder("change", timer.id, by),),
        )

    return _with_one(intent, house, timers, change)


def _pause(intent: Intent, house: House, timers: Sequence[Timer]) -> Answer:
    def pause(timer: Timer) -> Answer:
        return Answer(speech=f"I paused the {called(timer)}.", timers=(_order("pause", timer),))

    return _with_one(intent, house, [t for t in timers if t.active] or timers, pause)


def _resume(intent: Intent, house: House, timers: Sequence[Timer]) -> Answer:
    def resume(timer: Timer) -> Answer:
        said = f"The {called(timer)} goes on, with {spoken(timer.left_s)} left."
        return Answer(speech=said, timers=(_order("resume", timer),))

    return _with_one(intent, house, [t for t in timers if not t.active] or timers, resume)


def _status(intent: Intent, house: House, timers: Sequence[Timer]) -> Answer:
    meant = _meant(intent, house, timers)
    if not meant:
        return Answer(speech=_none(intent))
    return Answer(speech=" ".join(map(_left, meant)))


_HANDLERS: dict[str, Callable[[Intent, House, Sequence[Timer]], Answer]] = {
    "HassStartTimer": _start,
    "HassCancelTimer": _cancel,
    "HassCancelAllTimers": _cancel_all,
    "HassIncreaseTimer": _change,
    "HassDecreaseTimer": _change,
    "HassPauseTimer": _pause,
    "HassUnpauseTimer": _resume,
    "HassTimerStatus": _status,
}
TIMERS = Skill(name="timers", intents=tuple(_HANDLERS), permissions=frozenset(), handle=handle)


def _with_one(
    intent: Intent, house: House, timers: Sequence[Timer], then: Callable[[Timer], Answer]
) -> Answer:
    """What is done with the timer that is meant, or why there is none."""
    meant = _meant(intent, house, timers)
    here = _area(house, house.area)
    for nearer in (
        [timer for timer in meant if timer.conversation == house.conversation],
        [timer for timer in meant if here is not None and _area(house, timer.area) == here],
    ):
        if len(meant) > 1 and nearer:
            meant = nearer
    if not meant:
        return Answer(speech=_none(intent))
    if len(meant) > 1:
        names = listed([f"the {called(timer)}" for timer in meant])
        return Answer(speech=f"There are {names}. Say which one.")
    return then(meant[0])


def _meant(intent: Intent, house: House, timers: Sequence[Timer]) -> list[Timer]:
    """The timers of which all is true that an intent says."""
    name = str(intent.slots.get("name", "")).strip().lower()
    start_s = _seconds(intent, "start_")
    area = _area(house, intent.slots.get("area"))
    return [
        timer
        for timer in timers
        if (not name or timer.name.lower() == name)
        and (not start_s or timer.start_s == start_s)
        and (area is None or _area(house, timer.area) == area)
    ]


def _area(house: House, called: object) -> str | None:
    """The id of an area, by its id or name; what is no area stands for itself."""
    if called is None:
        return None
    area = house.home.area_called(str(called))
    return str(called) if area is None else area.id


def _seconds(intent: Intent, prefix: str = "") -> int:
    return round(
        sum(_number(intent.slots.get(prefix + unit)) * size for unit, size in UNIT_S.items())
    )


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _order(kind: TimerOrderKind, timer: Timer) -> TimerOrder:
    return TimerOrder(kind, timer.id)


def _none(intent: Intent) -> str:
    return "There is no such timer." if intent.slots else "There is no timer."


def _left(timer: Timer) -> str:
    paused = "" if timer.active else ", and is paused"
    return f"The {called(timer)} has {spoken(timer.left_s)} left{paused}."
