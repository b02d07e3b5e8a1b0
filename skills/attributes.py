"""What a thing is beside its state: how bright, loud, fast or far open it is, what it plays.

Each attribute has one function, which says what follows "the floor lamp is" ("at 50%"), or None
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
from skills.wording import be, counted, listed, noun, number, place, sentence, the

_NAMED = 4
"""So many things are named; more are counted."""
_UNKNOWN = frozenset({"unknown", "unavailable", ""})
_AT_REST = frozenset({"off", "standby"})
_PLAYING = frozenset({"playing", "buffering"})
_QUESTIONS = {
    "brightness": "how bright {} {}",
    "color": "what color {} {}",
    "volume": "how loud {} {}",
    "position": "how far open {} {}",
    "speed": "how fast {} {}",
    "media": "what {} {} playing",
    "battery": "how full {2} battery is",
}
"""What is not known where a thing does not tell: its name, "is" and its name's genitive go in."""
_WHITES = ((3300, "warm white"), (3900, "neutral white"), (5500, "cool white"))
"""Up to which kelvin a white has which name; above them it is daylight."""


def tell(attribute: str, entities: Sequence[Entity], intent: Intent, house: House) -> str:
    """The sentence that tells an attribute of some entities."""
    if len(entities) == 1:
        return _one(attribute, entities[0], house)
    working = _at_work(attribute, entities, house)
    if not working:
        return _none(attribute, entities, intent, house)
    told = [(entity, _what(attribute, entity, house)) for entity in working]
    known = [(entity, what) for entity, what in told if what is not None]
    if not known:
        return _one(attribute, working[0], house)
    values = {what for _, what in known}
    if len(known) == len(entities) and len(values) == 1 and attribute != "battery":
        return sentence(counted(noun(entities), len(entities), place(intent), *values))
    clauses = [_clause(attribute, entity, what) for entity, what in known]
    said = sentence(listed(clauses[:_NAMED]))
    more = len(clauses) - _NAMED
    return f"{said} There {'is one' if more == 1 else f'are {more}'} more." if more > 0 else said


def _one(attribute: str, entity: Entity, house: House) -> str:
    what = _what(attribute, entity, house)
    if what is not None:
        return sentence(_clause(attribute, entity, what))
    question = _QUESTIONS[attribute].format(the(entity), be(entity), _possessive(entity))
    return sentence(f"I don't know {question}")


def _what(attribute: str, entity: Entity, house: House) -> str | None:
    """What follows "is"; None where the thing does not tell."""
    if attribute == "battery":
        return _battery(entity, house)
    state = house.state(entity)
    return _TOLD[attribute](state) if state.state not in _UNKNOWN else None


def _clause(attribute: str, entity: Entity, what: str) -> str:
    if attribute == "battery":
        return f"{_possessive(entity)} battery is {what}"
    return f"{the(entity)} {be(entity)} {what}"


def _none(attribute: str, entities: Sequence[Entity], intent: Intent, house: House) -> str:
    """The sentence about several things of which none is at work."""
    if attribute == "media":
        where = place(intent)
        return sentence(f"nothing is playing{f' {where}' if where else ''}")
    unknown = [entity for entity in entities if house.state(entity).state not in _AT_REST]
    if unknown:
        return _one(attribute, unknown[0], house)
    return sentence(counted(noun(entities), len(entities), place(intent), "off"))


def _at_work(attribute: str, entities: Sequence[Entity], house: House) -> list[Entity]:
    """Those of several things that are worth telling of: of music what plays, or else is paused."""
    states = {entity.id: house.state(entity).state for entity in entities}
    if attribute == "media":
        playing = [e for e in entities if states[e.id] in _PLAYING]
        return playing or [e for e in entities if states[e.id] == "paused"]
    resting = _UNKNOWN if attribute in {"position", "battery"} else _UNKNOWN | _AT_REST
    working = [entity for entity in entities if states[entity.id] not in resting]
    if attribute == "volume":
        return [e for e in working if states[e.id] in _PLAYING] or working
    return working


def _brightness(state: EntityState) -> str | None:
    if state.state in _AT_REST:
        return "off"
    brightness = _number(state, "brightness")
    return f"at {max(round(brightness / 2.55), 1)}%" if brightness else None


def _color(state: EntityState) -> str | None:
    if state.state in _AT_REST:
        return "off"
    mode = state.attributes.get("color_mode")
    mode = mode[0] if isinstance(mode, list | tuple) and mode else mode
    kelvin = _number(state, "color_temp_kelvin")
    rgb = _rgb(state)
    if kelvin and (mode == "color_temp" or rgb is None):
        name = next((name for limit, name in _WHITES if kelvin <= limit), "daylight white")
        return f"{name} ({number(round(kelvin))} K)"
    if rgb is None:
        return "white" if mode == "white" else None
    return color_name(rgb)


def _rgb(state: EntityState) -> Sequence[float] | None:
    """The colour of a light, in whichever form it tells it."""
    if (rgb := _numbers(state, "rgb_color", 3)) is not None:
        return rgb
    if (hs := _numbers(state, "hs_color", 2)) is not None:
        return hs_to_rgb(*hs)
    xy = _numbers(state, "xy_color", 2)
    return xy_to_rgb(*xy) if xy is not None else None


def _volume(state: EntityState) -> str | None:
    level = _number(state, "volume_level")
    percent = round(level * 100 if level <= 1 else level) if level is not None else None
    if state.state in _AT_REST:
        return "off" if percent is None else f"off, with its volume at {percent}%"
    if state.attributes.get("is_volume_muted") is True:
        return "muted"
    return f"at {percent}%" if percent is not None else None


def _position(state: EntityState) -> str | None:
    position = _number(state, "current_position")
    if position is None:
        return state.state if state.state in {"open", "closed"} else None
    percent = round(position)
    if percent <= 0:
        return "closed"
    return "fully open" if percent >= 100 else f"{percent}% open"


def _speed(state: EntityState) -> str | None:
    if state.state in _AT_REST:
        return "off"
    percentage = _number(state, "percentage")
    if percentage:
        return f"at {round(percentage)}%"
    preset = state.attributes.get("preset_mode") or state.attributes.get("fan_speed")
    return f"on {str(preset).replace('_', ' ')}" if preset else None


def _media(state: EntityState) -> str | None:
    if state.state == "paused":
        return "paused"
    if state.state not in {"playing", "buffering", "on"}:
        return "off" if state.state in _AT_REST else "not playing anything"
    told = state.attributes
    title = told.get("media_title") or told.get("media_series_title")
    artist = told.get("media_artist") or told.get("media_album_artist")
    if not title:
        title, artist = told.get("media_channel") or told.get("app_name") or artist, None
    if not title:
        return None
    return f"playing {title}{f' by {artist}' if artist else ''}"


_TOLD: Mapping[str, Callable[[EntityState], str | None]] = {
    "brightness": _brightness,
    "color": _color,
    "volume": _volume,
    "position": _position,
    "speed": _speed,
    "media": _media,
}
ATTRIBUTES = frozenset({*_TOLD, "battery"})
"""What can be told."""


def _battery(entity: Entity, house: House) -> str | None:
    """How full a battery is, by the thing itself or by a sensor whose name begins with its name."""
    level = _number(house.state(entity), "battery_level")
    if level is not None:
        return f"at {round(level)}%"
    sensors = [e for e in house.home.entities if _is_battery_of(e, entity)]
    for sensor in sorted(sensors, key=lambda e: e.domain == "binary_sensor"):
        told = house.state(sensor).state
        if sensor.domain == "binary_sensor" and told in {"on", "off"}:
            return "low" if told == "on" else "not low"
        if told.replace(".", "", 1).isdecimal():
            return f"at {round(float(told))}%"
    return None


def _is_battery_of(sensor: Entity, entity: Entity) -> bool:
    """Whether a sensor tells how full a thing's battery is: "Rosie Battery" is that of Rosie."""
    return (
        sensor.domain in {"sensor", "binary_sensor"}
        and sensor.device_class == "battery"
        and f"{sensor.name} ".casefold().startswith(f"{entity.name} ".casefold())
    )


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
