"""Wishes of those who go, sleep, wake up, or are afraid."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from edge.home.graph import Entity
from edge.nlu.situation import Situation, is_window_cover
from edge.nlu.wishes_light import best, dimmed, is_night_light, lights_of, scene_of
from edge.nlu.wishes_sound import turned_down
from edge.types import Intent

_NAP = re.compile(r"\b(?:nap|couch|sofa|siesta|lie down|lying down|doze|dozing|shut my eyes)\b")
_AWAKE = re.compile(r"\b(?:can['’]?t|cannot|never|won['’]?t|not able to|keeps? me)\b")
_DOORS = frozenset({"garage", "garage_door", "gate", "door"})
_PLAYING = frozenset({"playing", "buffering", "on"})
_LIT_LAMP = re.compile(r"\b(?:light|lamp|landing|hall)\b", re.IGNORECASE)
_AWAY_C, _AWAY_F = 3, 5
"""Degrees by which it is heated less while everybody is away."""
_FAHRENHEIT = 45


def leave(situation: Situation) -> tuple[Intent, ...] | str:
    """Lights, fans and media off, doors locked; and a scene or a script for it."""
    scene = scene_of(situation, r"leave|leaving|away|goodbye|bye|depart\w*|out of home")
    done = (*scene, *_off(situation, situation.everything), *_locked(situation))
    return done or "Everything is off and locked already."


def leave_long(situation: Situation) -> tuple[Intent, ...] | str:
    """As for a short time, and less heat."""
    scene = scene_of(situation, r"away|vacation|holidays?|leave|leaving|goodbye")
    done = (
        *scene,
        *_off(situation, situation.everything),
        *_locked(situation),
        *_less_heat(situation),
    )
    return done or "Everything is off and locked already."


def sleep(situation: Situation) -> tuple[Intent, ...] | str:
    """Lights and media of the room off, at night the home locked; a scene for it."""
    if _AWAKE.search(situation.text):
        return "What keeps you awake?"
    nap = _NAP.search(situation.text) is not None
    scene = () if nap else scene_of(situation, r"good ?night|bed ?time|sleep|sleeping|night ?time")
    lit = [e for e in situation.here if not (e.domain == "light" and is_night_light(e))]
    off = _off(situation, tuple(lit), fans=False)
    locked = () if nap else _locked(situation)
    return (*scene, *off, *locked) or "Good night. Everything is off here."


def wake(situation: Situation) -> tuple[Intent, ...] | str:
    """A scene for it; else daylight, or a lamp."""
    scene = scene_of(situation, r"good ?morning|morning|wake ?up|wakeup|sunrise")
    if scene:
        return scene
    closed = [
        e
        for e in situation.here
        if is_window_cover(e)
        and e.device_class != "awning"
        and situation.state(e).state == "closed"
    ]
    if closed:
        return (situation.does("HassTurnOn", closed),)
    lights = lights_of(situation.here)
    if not lights or any(situation.state(e).state == "on" for e in lights):
        return "Good morning."
    return (situation.does("HassTurnOn", [best(lights, _LIT_LAMP)]),)


def child_sleeps(situation: Situation) -> tuple[Intent, ...] | str:
    """Dark and quiet where the child sleeps, but for a night light; quieter near the speaker."""
    ids = {area.id for area in situation.of_children} & {a.id for a in situation.areas}
    ids = ids or {area.id for area in situation.of_children}
    there = [e for e in situation.everything if e.area in ids]
    lit = [
        e for e in lights_of(there) if situation.state(e).state == "on" and not is_night_light(e)
    ]
    done: tuple[Intent, ...] = (situation.does("HassTurnOff", lit),) if lit else ()
    if not ids and not lit:
        done = dimmed(situation)
    quiet = turned_down(situation, areas=ids | {area.id for area in situation.areas})
    return (*done, *quiet) or "All right. It is dark and quiet there."


def secure(situation: Situation) -> tuple[Intent, ...] | str:
    """What is unlocked locked, what is open closed; else a light."""
    locked = _locked(situation)
    if locked:
        return locked
    lights = lights_of(situation.here)
    lit = any(situation.state(e).state == "on" for e in lights)
    if lights and not lit:
        return (situation.does("HassTurnOn", [best(lights, _LIT_LAMP)]),)
    locks = [e for e in situation.everything if e.domain == "lock"]
    return "Everything is locked." if locks else "There is nothing here that I could lock."


def _off(
    situation: Situation, entities: tuple[Entity, ...], *, fans: bool = True
) -> tuple[Intent, ...]:
    """Lights, players and fans that are on, off."""
    on = [e for e in entities if situation.state(e).state == "on"]
    groups = (
        [e for e in on if e.domain == "light"],
        [
            e
            for e in entities
            if e.domain == "media_player" and situation.state(e).state in _PLAYING
        ],
        [e for e in on if e.domain == "fan" and fans],
    )
    return tuple(situation.does("HassTurnOff", group) for group in groups if group)


def _locked(situation: Situation) -> tuple[Intent, ...]:
    """Locks that are open, locked; garages and gates that are open, closed."""
    locks = [
        e
        for e in situation.everything
        if e.domain == "lock" and situation.state(e).state in {"unlocked", "open"}
    ]
    doors = [
        e
        for e in situation.everything
        if e.domain == "cover" and e.device_class in _DOORS and situation.state(e).state == "open"
    ]
    closed = (situation.does("HassTurnOff", doors),) if doors else ()
    return (*((situation.does("HassTurnOn", locks),) if locks else ()), *closed)


def _less_heat(situation: Situation) -> tuple[Intent, ...]:
    """Each heating some degrees lower; what cools, off."""
    done = []
    for climate in situation.everything:
        state = situation.state(climate)
        if climate.domain != "climate" or state.state in {"off", "unavailable", "unknown"}:
            continue
        modes = state.attributes.get("hvac_modes")
        listed = modes if isinstance(modes, list | tuple) else ()
        if state.state in {"cool", "fan_only", "dry"}:
            if "off" in listed:
                done.append(situation.does("ClimateSetHvacMode", [climate], hvac_mode="off"))
            continue
        now = situation.number(climate, "temperature")
        if now is None:
            continue
        low = situation.number(climate, "min_temp")
        target = now - (_AWAY_F if now > _FAHRENHEIT else _AWAY_C)
        target = target if low is None else max(target, low)
        if target < now:
            done.append(situation.does("HassClimateSetTemperature", [climate], temperature=target))
    return tuple(done)


WISHES: Mapping[str, Callable[[Situation], tuple[Intent, ...] | str]] = {
    "leave": leave,
    "leave_long": leave_long,
    "sleep": sleep,
    "wake": wake,
    "child_sleeps": child_sleeps,
    "secure": secure,
}
