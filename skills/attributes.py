"""What a thing is beside its state: how bright, loud, fast or far open it is, what it plays.

Each attribute has one function, which makes a clause of it ("the floor lamp is at 50%") or None
where the thing does not tell. A lamp that is off has no brightness that matters: it is off. Of
several things, those that are at work are told, and the others only where none is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from edge.home.color_spaces import hs_to_rgb, xy_to_rgb
from edge.home.colors import color_name
from edge.home.graph import Entity
from edge.types import EntityState, Intent
from skills.skill import House
from skills.wording import are, be, listed, noun, number, place, sentence, the

_NAMED = 4
"""So many things are named; more are counted."""
_UNKNOWN = frozenset({"unknown", "unavailable", ""})
_AT_REST = frozenset({"off", "standby"})
_QUESTIONS = {
    "brightness": "how bright {} {}",
    "color": "what color {} {}",
    "volume": "how loud {} {}",
    "position": "how far open {} {}",
    "speed": "how fast {} {}",
    "media": "what {} {} playing",
}
"""What is not known where a thing does not tell; its name and its "is" are filled in."""
_WHITES = ((3300, "warm white"), (3900, "neutral white"), (5500, "cool white"))
"""Up to which kelvin a white has which name; above them it is daylight."""


def tell(attribute: str, entities: Sequence[Entity], intent: Intent, house: House) -> str:
    """The sentence that tells an attribute of some entities."""
    if len(entities) == 1:
        return _one(attribute, entities[0], house)
    states = [house.state(entity) for entity in entities]
    working = [e for e, s in zip(entities, states, strict=True) if _at_work(e, s, attribute)]
    if not working:
        return _none(attribute, entities, intent, house)
    clauses = [c for e in working if (c := _TOLD[attribute](e, house.state(e), house)) is not None]
    if not clauses:
        return _one(attribute, working[0], house)
    said = sentence(listed(clauses[:_NAMED]))
    more = len(clauses) - _NAMED
    return f"{said} There {'is one' if more == 1 else f'are {more}'} more." if more > 0 else said


def _one(attribute: str, entity: Entity, house: House) -> str:
    state = house.state(entity)
    clause = _TOLD[attribute](entity, state, house) if state.state not in _UNKNOWN else None
    if clause is not None:
        return sentence(clause)
    if attribute == "battery":
        return sentence(f"I don't know how full {_possessive(entity)} battery is")
    question = _QUESTIONS[attribute].format(the(entity), be(entity))
    return sentence(f"I don't know {question}")


def _none(attribute: str, entities: Sequence[Entity], intent: Intent, house: House) -> str:
    """The sentence about several things of which none is at work."""
    if attribute == "media":
        where = place(intent)
        return sentence(f"nothing is playing{f' {where}' if where else ''}")
    off = [entity for entity in entities if house.state(entity).state in _AT_REST]
    if len(off) < len(entities):
        return _one(attribute, next(e for e in entities if e not in off), house)
    return sentence(are(noun(entities), len(entities), place(intent), "off"))


def _at_work(entity: Entity, state: EntityState, attribute: str) -> bool:
    """Whether a thing is worth telling of among several."""
    if attribute == "media":
        return state.state in {"playing", "buffering", "paused"}
    return state.state not in _UNKNOWN | _AT_REST or entity.domain in {"cover", "valve"}


def _brightness(entity: Entity, state: EntityState, _: House) -> str | None:
    if state.state in _AT_REST:
        return _is(entity, "off")
    brightness = _number(state, "brightness")
    return _is(entity, f"at {max(round(brightness / 2.55), 1)}%") if brightness else None


def _color(entity: Entity, state: EntityState, _: House) -> str | None:
    if state.state in _AT_REST:
        return _is(entity, "off")
    mode = state.attributes.get("color_mode")
    mode = mode[0] if isinstance(mode, list | tuple) and mode else mode
    kelvin = _number(state, "color_temp_kelvin")
    rgb = _rgb(state)
    if kelvin and (mode == "color_temp" or rgb is None):
        name = next((name for limit, name in _WHITES if kelvin <= limit), "daylight white")
        return _is(entity, f"{name} ({number(round(kelvin))} K)")
    if rgb is None:
        return _is(entity, "white") if mode == "white" else None
    return _is(entity, color_name(rgb))


def _rgb(state: EntityState) -> Sequence[float] | None:
    """The colour of a light, in whichever form it tells it."""
    if (rgb := _numbers(state, "rgb_color", 3)) is not None:
        return rgb
    if (hs := _numbers(state, "hs_color", 2)) is not None:
        return hs_to_rgb(*hs)
    xy = _numbers(state, "xy_color", 2)
    return xy_to_rgb(*xy) if xy is not None else None


def _volume(entity: Entity, state: EntityState, _: House) -> str | None:
    level = _number(state, "volume_level")
    percent = round(level * 100 if level <= 1 else level) if level is not None else None
    if state.state in _AT_REST:
        off = _is(entity, "off")
        return off if percent is None else f"{off}, with its volume at {percent}%"
    if state.attributes.get("is_volume_muted") is True:
        return _is(entity, "muted")
    return _is(entity, f"at {percent}%") if percent is not None else None


def _position(entity: Entity, state: EntityState, _: House) -> str | None:
    position = _number(state, "current_position")
    if position is None:
        return _is(entity, state.state) if state.state in {"open", "closed"} else None
    percent = round(position)
    if percent <= 0:
        return _is(entity, "closed")
    return _is(entity, "fully open" if percent >= 100 else f"{percent}% open")


def _speed(entity: Entity, state: EntityState, _: House) -> str | None:
    if state.state in _AT_REST:
        return _is(entity, "off")
    percentage = _number(state, "percentage")
    if percentage:
        return _is(entity, f"at {round(percentage)}%")
    preset = state.attributes.get("preset_mode") or state.attributes.get("fan_speed")
    return _is(entity, f"on {str(preset).replace('_', ' ')}") if preset else None


def _media(entity: Entity, state: EntityState, _: House) -> str | None:
    if state.state == "paused":
        return _is(entity, "paused")
    if state.state not in {"playing", "buffering", "on"}:
        return _is(entity, "off" if state.state in _AT_REST else "not playing anything")
    told = state.attributes
    title = told.get("media_title") or told.get("media_series_title")
    artist = told.get("media_artist") or told.get("media_album_artist")
    if not title:
        title, artist = told.get("media_channel") or told.get("app_name") or artist, None
    if not title:
        return None
    return _is(entity, f"playing {title}{f' by {artist}' if artist else ''}")


def _battery(entity: Entity, state: EntityState, house: House) -> str | None:
    name = f"{_possessive(entity)} battery"
    level = _number(state, "battery_level")
    if level is not None:
        return f"{name} is at {round(level)}%"
    sensors = [e for e in house.home.entities if _is_battery_of(e, entity)]
    for sensor in sorted(sensors, key=lambda e: e.domain == "binary_sensor"):
        told = house.state(sensor).state
        if sensor.domain == "binary_sensor" and told in {"on", "off"}:
            return f"{name} is {'low' if told == 'on' else 'not low'}"
        if told.replace(".", "", 1).isdecimal():
            return f"{name} is at {round(float(told))}%"
    return None


_TOLD: Mapping[str, Callable[[Entity, EntityState, House], str | None]] = {
    "brightness": _brightness,
    "color": _color,
    "volume": _volume,
    "position": _position,
    "speed": _speed,
    "media": _media,
    "battery": _battery,
}
ATTRIBUTES = frozenset(_TOLD)
"""What can be told."""


def _is_battery_of(sensor: Entity, entity: Entity) -> bool:
    """Whether a sensor tells how full a thing's battery is: "Rosie Battery" is that of Rosie."""
    return (
        sensor.domain in {"sensor", "binary_sensor"}
        and sensor.device_class == "battery"
        and f"{sensor.name} ".casefold().startswith(f"{entity.name} ".casefold())
    )


def _is(entity: Entity, what: str) -> str:
    return f"{the(entity)} {be(entity)} {what}"


def _possessive(entity: Entity) -> str:
    name = the(entity)
    return f"{name}'" if be(entity) == "are" else f"{name}'s"


def _number(state: EntityState, attribute: str) -> float | None:
    """A number among the attributes; None where it is not told, or no number."""
    value = state.attributes.get(attribute)
    if isinstance(value, str):
        value = float(value) if value.replace(".", "", 1).isdecimal() else None
    return float(value) if isinstance(value, int | float) and value is not True else None


def _numbers(state: EntityState, attribute: str, count: int) -> Sequence[float] | None:
    value = state.attributes.get(attribute)
    if not isinstance(value, list | tuple) or len(value) != count:
        return None
    return value if all(isinstance(part, int | float) for part in value) else None
