"""Brightness and colour of lights: HassLightSet.

Brightness is said in percent and sent as 0–255, rounded as Home Assistant rounds it (50 % is 128).
Colours go out as RGB. A light is asked only for what its `supported_color_modes` allow; one that
lists none may be able to do everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge.home.colors import color_rgb
from edge.home.graph import Entity
from edge.types import Action, Answer, EntityState, Intent
from skills.skill import House, Skill
from skills.wording import NOBODY, number, sentence, the, things

FULL = 255
"""Home Assistant's full brightness."""
MIDDLING = 3500
"""The colour temperature, in kelvin, from which a step goes where none is known."""
COLOR_MODES = frozenset({"hs", "xy", "rgb", "rgbw", "rgbww"})


def brightness_of(percent: float) -> int:
    """Brightness 0–255 of a percentage 0–100: 1 % is 3, 50 % is 128."""
    return round(percent * FULL / 100)


def handle(intent: Intent, house: House) -> Answer:
    """Set brightness, colour or colour temperature, or change them from what they are now.

    What is off stays off when it is dimmed or made a share as bright, and when others that shine
    are made warmer or cooler.
    """
    entities = house.targets(intent)
    if not entities:
        return NOBODY
    slots = intent.slots
    if "color" in slots and color_rgb(str(slots["color"])) is None:
        return Answer(speech=f"I don't know the colour {slots['color']}.")
    wanted = [name for name in _LACKS if name in slots]
    if not wanted:
        return Answer(speech="I don't know what to change about the light.")
    shining = tuple(e for e in entities if house.state(e).state != "off")
    if "brightness_share" in slots or float(slots.get("brightness_step", 0)) < 0:
        if not shining:
            off = "is off" if len(entities) == 1 else "are off"
            return Answer(speech=sentence(f"{things(entities, intent)} {off}"))
        entities = shining
    elif "color_temp_step" in slots:
        entities = shining or entities
    able = [entity for entity in entities if all(_can(entity, name, house) for name in wanted)]
    if not able:
        lacking = next((n for n in wanted if not _can(entities[0], n, house)), wanted[0])
        return Answer(speech=sentence(f"{the(entities[0])} can't {_LACKS[lacking]}"))
    actions = tuple(_action(entity, intent, house) for entity in able)
    return Answer(actions, _speech(able, actions, intent))


def _can(entity: Entity, slot: str, house: House) -> bool:
    modes = house.state(entity).attributes.get("supported_color_modes")
    if entity.domain != "light":
        return False
    if not isinstance(modes, list | tuple) or not modes:
        return True
    if slot == "color":
        return not COLOR_MODES.isdisjoint(modes)
    if slot.startswith("color_temp"):
        return "color_temp" in modes
    return set(modes) != {"onoff"}


def _action(entity: Entity, intent: Intent, house: House) -> Action:
    data: dict[str, Any] = {}
    percent = _percent(entity, intent, house)
    if percent == 0:
        return Action("light.turn_off", entity.id, expect=EntityState("off"))
    if percent is not None:
        data["brightness"] = brightness_of(percent)
    if "color" in intent.slots:
        data["rgb_color"] = list(color_rgb(str(intent.slots["color"])) or ())
    elif (kelvin := _kelvin(entity, intent, house)) is not None:
        data["color_temp_kelvin"] = kelvin
    return Action("light.turn_on", entity.id, data, EntityState("on", data))


def _percent(entity: Entity, intent: Intent, house: House) -> float | None:
    """The brightness asked for, in percent; a step down or a share ends at 1 %, not in the dark."""
    slots = intent.slots
    if "brightness" in slots:
        return min(100.0, max(0.0, float(slots["brightness"])))
    if slots.keys().isdisjoint({"brightness_step", "brightness_share"}):
        return None
    now = house.state(entity)
    told = now.attributes.get("brightness")
    shining = float(told) if isinstance(told, int | float) else float(FULL)
    percent = shining * 100 / FULL if now.state == "on" else 0.0
    if "brightness_share" in slots:
        percent *= float(slots["brightness_share"])
    else:
        percent += float(slots["brightness_step"])
    return min(100.0, max(1.0, round(percent)))


def _kelvin(entity: Entity, intent: Intent, house: House) -> int | None:
    """The colour temperature asked for, within what the light tells of its range."""
    attributes: Mapping[str, Any] = house.state(entity).attributes
    if "color_temp_kelvin" in intent.slots:
        kelvin = float(intent.slots["color_temp_kelvin"])
    elif "color_temp_step" in intent.slots:
        now = attributes.get("color_temp_kelvin")
        start = now if isinstance(now, int | float) else MIDDLING
        kelvin = start + float(intent.slots["color_temp_step"])
    else:
        return None
    low = attributes.get("min_color_temp_kelvin", 1000)
    high = attributes.get("max_color_temp_kelvin", 10_000)
    return int(min(high, max(low, kelvin)))


def _speech(entities: list[Entity], actions: tuple[Action, ...], intent: Intent) -> str:
    said = things(entities, intent)
    if all(action.service == "light.turn_off" for action in actions):
        return sentence(f"turned off {said}")
    slots = intent.slots
    if len(actions) > 1 and slots.keys().isdisjoint(_ABSOLUTE):
        return sentence(_relative(said, intent))
    data = actions[0].data
    values = []
    if "brightness" in data:
        values.append(f"{number(round(data['brightness'] * 100 / FULL))}%")
    if "color" in slots:
        values.append(str(slots["color"]))
    elif "color_temp_kelvin" in data:
        values.append(f"{data['color_temp_kelvin']} kelvin")
    return sentence(f"set {said} to {' and '.join(values)}")


def _relative(said: str, intent: Intent) -> str:
    """What is said of several lights, which end differently when they began so."""
    slots = intent.slots
    if "brightness_share" in slots:
        return f"{'brightened' if float(slots['brightness_share']) > 1 else 'dimmed'} {said}"
    if "brightness_step" in slots:
        return f"{'brightened' if float(slots['brightness_step']) > 0 else 'dimmed'} {said}"
    return f"made {said} {'warmer' if float(slots['color_temp_step']) < 0 else 'cooler'}"


_ABSOLUTE = frozenset({"brightness", "color", "color_temp_kelvin"})
_LACKS = {
    "brightness": "be dimmed",
    "brightness_step": "be dimmed",
    "brightness_share": "be dimmed",
    "color": "show colours",
    "color_temp_kelvin": "change its colour temperature",
    "color_temp_step": "change its colour temperature",
}
"""The slots that say what to change, and what a light can't do that lacks it."""

LIGHTS = Skill(
    name="lights",
    intents=("HassLightSet",),
    permissions=frozenset({"light.turn_on", "light.turn_off"}),
    handle=handle,
)
