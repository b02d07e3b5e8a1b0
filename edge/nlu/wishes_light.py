"""Wishes about light: more of it, less, none from outside; and the light for an occasion."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from edge.home.graph import Entity
from edge.home.guarded import is_guarded
from edge.nlu.situation import Situation, is_window_cover
from edge.types import Intent

_NEAR_TASK = re.compile(r"\b(?:read|book|chapter|magazine|letters?|sew|knit|puzzle|crossword)\w*\b")
_TASK_LAMP = re.compile(
    r"\b(?:reading|desk|work|easel|task|bench|counter|worktop)\b", re.IGNORECASE
)
_NIGHT_LAMP = re.compile(r"\b(?:night|moon|nightlight)\b", re.IGNORECASE)
_AFRAID = re.compile(r"\b(?:afraid|scared|frightened|fears?|monsters?|nightmares?)\b")
_CAME = re.compile(r"\b(?:got|come|came|walked) (?:in|home|back)\b|\b(?:home|back)\b")
_MAIN_LAMP = re.compile(
    r"\b(?:ceiling|main|big|overhead|chandelier|pendants?|light|lights|spots)\b", re.IGNORECASE
)
_SOFT_LAMP = re.compile(
    r"\b(?:lamp|globe|lantern|uplighter|sconces?|floor|corner|table|bedside|fairy|string|mood)\b",
    re.IGNORECASE,
)
_FULL, _HALF, _STEP = 255, 0.5, 30
_DARK = 26
"""A light at this brightness or less (0–255) is turned off when it is too bright."""


def more_light(situation: Situation) -> tuple[Intent, ...] | str:
    """One more lamp, or the lamps that shine made brighter."""
    if not lights_of(situation.here) and _CAME.search(situation.text):
        return welcome(situation)
    child = _AFRAID.search(situation.text) is not None
    return _brighter(situation, _NIGHT_LAMP if child else _MAIN_LAMP)


def _brighter(situation: Situation, likely: re.Pattern[str]) -> tuple[Intent, ...] | str:
    lights = lights_of(situation.here)
    if not lights:
        return f"There is no lamp {situation.phrase} that I could turn on."
    dark = [light for light in lights if situation.state(light).state != "on"]
    task = _NEAR_TASK.search(situation.text) is not None
    if dark:
        return (situation.does("HassTurnOn", [best(dark, _TASK_LAMP if task else likely)]),)
    dim = [light for light in lights if _brightness(situation, light) < _FULL]
    able = [light for light in dim if can_dim(situation, light)]
    if not able:
        return f"All lights {situation.phrase} are on."
    return (situation.does("HassLightSet", able, brightness_step=_STEP),)


def less_light(situation: Situation) -> tuple[Intent, ...] | str:
    """What shines here at half of its brightness; else what lets daylight in, closed."""
    return dimmed(situation) or glare(situation)


def dimmed(situation: Situation) -> tuple[Intent, ...]:
    """The lights that shine here at half of their brightness; those that can't dim, off."""
    shining = [e for e in lights_of(situation.here) if situation.state(e).state == "on"]
    able = [e for e in shining if can_dim(situation, e)]
    dark = [e for e in able if _brightness(situation, e) <= _DARK]
    if dark or (shining and not able):
        return (situation.does("HassTurnOff", dark or shining),)
    return (situation.does("HassLightSet", able, brightness_share=_HALF),) if able else ()


def glare(situation: Situation) -> tuple[Intent, ...] | str:
    """Blinds and curtains closed, on a terrace the awning out; else the lights dimmed."""
    if situation.outdoors:
        awnings = [e for e in situation.here if e.device_class == "awning"]
        closed = [e for e in awnings if situation.state(e).state == "closed"]
        if closed:
            return (situation.does("HassTurnOn", closed),)
    covers = [
        e for e in situation.here if is_window_cover(e) and situation.state(e).state != "closed"
    ]
    if covers:
        return (situation.does("HassTurnOff", covers),)
    return dimmed(situation) or f"There is nothing {situation.phrase} that I could close or dim."


def relax(situation: Situation) -> tuple[Intent, ...] | str:
    """A scene for it; else less light, or a soft one."""
    scene = scene_of(situation, r"relax\w*|cosy|cozy|romantic|romance|chill|calm|unwind|evening")
    if scene:
        return scene
    if less := dimmed(situation):
        return less
    lights = [e for e in lights_of(situation.here) if situation.state(e).state != "on"]
    if not lights:
        return f"There is no lamp {situation.phrase} for that."
    return (situation.does("HassTurnOn", [best(lights, _SOFT_LAMP)]),)


def work(situation: Situation) -> tuple[Intent, ...] | str:
    """A scene for it; else the lamp for it, or brighter ones."""
    scene = scene_of(situation, r"work\w*|focus|concentrat\w*|study\w*|homework|bright")
    return scene or _brighter(situation, _TASK_LAMP)


def dinner(situation: Situation) -> tuple[Intent, ...] | str:
    """A scene for it; else the lights a little lower, and what plays, too."""
    scene = scene_of(situation, r"dinner|supper|meal|dining|eating")
    if scene:
        return scene
    playing = [
        e
        for e in situation.here
        if e.domain == "media_player"
        and situation.state(e).state == "playing"
        and situation.number(e, "volume_level")
    ]
    if less := dimmed(situation):
        return less
    if playing:
        return (situation.does("HassSetVolumeRelative", playing, volume_step=-10),)
    return _brighter(situation, _SOFT_LAMP)


def guests(situation: Situation) -> tuple[Intent, ...] | str:
    """A scene for it; else light where they are received."""
    scene = scene_of(situation, r"party|guests?|visitors?|welcome|entertain\w*|barbecue")
    return scene or welcome(situation)


def welcome(situation: Situation) -> tuple[Intent, ...] | str:
    """A light where someone comes in; without a lamp there, the next one on the floor."""
    lights = lights_of(situation.here)
    if not lights:
        inside = [
            e
            for e in situation.on_floor
            if not situation.is_outdoors(situation.home.area(e.area or ""))
        ]
        lights = lights_of(inside)
    if any(situation.state(light).state == "on" for light in lights):
        return "Welcome. The light is on already."
    if not lights:
        return "Welcome."
    return (situation.does("HassTurnOn", [best(lights, _MAIN_LAMP)]),)


def lights_of(entities: Sequence[Entity]) -> list[Entity]:
    """The lights among some entities."""
    return [entity for entity in entities if entity.domain == "light"]


def is_night_light(entity: Entity) -> bool:
    """Whether a light may shine while someone sleeps."""
    return any(_NIGHT_LAMP.search(name) for name in (entity.name, *entity.aliases))


def best(lights: Sequence[Entity], likely: re.Pattern[str]) -> Entity:
    """The first light that is called in a likely way; else the first that is no night light."""
    called = (e for e in lights if any(likely.search(n) for n in (e.name, *e.aliases)))
    wanted = [e for e in called if likely is _NIGHT_LAMP or not is_night_light(e)]
    others = [e for e in lights if not is_night_light(e)]
    return (wanted or others or [*lights])[0]


def can_dim(situation: Situation, light: Entity) -> bool:
    """Whether a light has a brightness."""
    modes = situation.state(light).attributes.get("supported_color_modes")
    return not isinstance(modes, list | tuple) or not modes or set(modes) != {"onoff"}


def _brightness(situation: Situation, light: Entity) -> float:
    known = situation.number(light, "brightness")
    return _FULL if known is None else known


def scene_of(situation: Situation, called: str) -> tuple[Intent, ...]:
    """A scene or a script so called, of this room or of none in particular, that by its name opens
    and disarms nothing."""
    pattern = re.compile(rf"\b(?:{called})\b", re.IGNORECASE)
    areas = {None, *(area.id for area in situation.areas)}
    for entity in situation.everything:
        fits = any(pattern.search(name) for name in (entity.name, *entity.aliases))
        safe = entity.domain in {"scene", "script"} and not is_guarded(entity)
        if safe and entity.area in areas and fits:
            return (situation.does("HassTurnOn", [entity]),)
    return ()


WISHES: Mapping[str, Callable[[Situation], tuple[Intent, ...] | str]] = {
    "more_light": more_light,
    "less_light": less_light,
    "glare": glare,
    "relax": relax,
    "work": work,
    "dinner": dinner,
    "guests": guests,
    "arrive": welcome,
}
