"""Wishes about warmth and air: warmer, cooler, less wind, fresh, dry or moist air."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from edge.home.graph import Entity
from edge.nlu import asking
from edge.nlu.situation import Situation
from edge.types import Intent

_HOOD = re.compile(
    r"\b(?:extractor|hood|vent|ventilator|ventilation|exhaust|cooker fan|air purifier|purifier)\b",
    re.IGNORECASE,
)
_OF_ONE_ROOM = re.compile(r"\b(?:radiator|valve|trv)\b", re.IGNORECASE)
_HEATER = re.compile(
    r"\b(?:(?:oil|electric|panel|fan|space|patio|room)? ?heater|radiator|electric fire)\b",
    re.IGNORECASE,
)
_HEATS = frozenset({"heat", "heat_cool", "auto"})
_BLOWS = frozenset({"cool", "fan_only"})
"""HVAC modes that blow."""
_COOLS = frozenset({"cool", "heat_cool", "auto"})
_CLOSE = 1.5
"""Degrees by which a room may be warmer than it is heated to, and be warm by that heating."""
_FAHRENHEIT = 45
"""A target above it is in °F."""
_SLOWER = 30


def warmer(situation: Situation) -> tuple[Intent, ...] | str:
    """A fan slowed down that blows; else more heat, from what heats here or on this floor."""
    if slowed := _slowed(situation):
        return slowed
    here = [e for e in _climates(situation.here) if _HEATS & _modes(situation, e)]
    heaters = [e for e in situation.here if _is_called(e, _HEATER) and e.domain == "switch"]
    if not here and heaters:
        cold = [e for e in heaters if situation.state(e).state != "on"]
        if not cold:
            return f"The heater {situation.phrase} is on already."
        return (situation.does("HassTurnOn", cold[:1]),)
    heating = here or [e for e in _of_floor(situation) if _HEATS & _modes(situation, e)]
    return _stepped(situation, heating, 1, "heat")


def cooler(situation: Situation) -> tuple[Intent, ...] | str:
    """Less heat where it is the heating that warms; else cooling, a fan, or an open window."""
    here = _climates(situation.here)
    too_much = [e for e in here if _heats_now(situation, e)]
    if too_much:
        return _stepped(situation, too_much, -1, "cool")
    coolers = [e for e in here if _COOLS & _modes(situation, e)]
    if coolers:
        return _stepped(situation, coolers, -1, "cool")
    return (
        _blown(situation)
        or _window(situation)
        or _stepped(situation, here or _of_floor(situation), -1, "cool")
    )


def less_draught(situation: Situation) -> tuple[Intent, ...] | str:
    """The fan that blows made slower, an air conditioner that cools off, a window closed; else more
    of the heating that is on."""
    if slowed := _slowed(situation):
        return slowed
    cooling = [e for e in _climates(situation.here) if situation.state(e).state in _BLOWS]
    if cooling:
        return (situation.does("HassTurnOff", cooling),)
    open_ones = [e for e in situation.here if _is_window(e) and situation.state(e).state == "open"]
    if open_ones:
        return (situation.does("HassTurnOff", open_ones),)
    heating = [e for e in _climates(situation.here) if _heats_now(situation, e)]
    if heating:
        return _stepped(situation, heating, 1, "heat")
    return f"Nothing makes a draught {situation.phrase} that I could stop."


def fresh_air(situation: Situation) -> tuple[Intent, ...] | str:
    """What draws bad air off; else a fan, a window, or the wind of an air conditioner."""
    hoods = [e for e in situation.here if e.domain in {"switch", "fan"} and _is_called(e, _HOOD)]
    idle = [e for e in hoods if situation.state(e).state != "on"]
    if idle:
        return (situation.does("HassTurnOn", idle[:1]),)
    found = _blown(situation) or _window(situation)
    if found:
        return found
    for climate in _climates(situation.here):
        off = situation.state(climate).state == "off"
        if off and "fan_only" in _modes(situation, climate):
            return (situation.does("ClimateSetHvacMode", [climate], hvac_mode="fan_only"),)
    if hoods:
        return f"It is on already: the {hoods[0].name}."
    return f"There is nothing {situation.phrase} that could freshen the air."


def drier_air(situation: Situation) -> tuple[Intent, ...] | str:
    """A humidifier off, a dehumidifier on; else fresh air."""
    humid = [e for e in situation.here if e.domain == "humidifier"]
    wets = [e for e in humid if e.device_class != "dehumidifier"]
    on = [e for e in wets if situation.state(e).state == "on"]
    if on:
        return (situation.does("HassTurnOff", on),)
    dries = [e for e in humid if e not in wets and situation.state(e).state != "on"]
    return (situation.does("HassTurnOn", dries),) if dries else fresh_air(situation)


def moister_air(situation: Situation) -> tuple[Intent, ...] | str:
    """A humidifier on, or set higher."""
    wets = [
        e for e in situation.here if e.domain == "humidifier" and e.device_class != "dehumidifier"
    ]
    off = [e for e in wets if situation.state(e).state != "on"]
    if off:
        return (situation.does("HassTurnOn", off),)
    for humidifier in wets:
        now, most = (
            situation.number(humidifier, "humidity"),
            situation.number(humidifier, "max_humidity"),
        )
        if now is not None and (most is None or now < most):
            higher = min(now + 10, 100 if most is None else most)
            return (situation.does("HassHumidifierSetpoint", [humidifier], humidity=higher),)
    return f"There is no humidifier {situation.phrase} that could do more."


def dry_things(situation: Situation) -> tuple[Intent, ...] | str:
    """Moving air; else warmth."""
    dries = [
        e
        for e in situation.here
        if e.domain == "humidifier"
        and e.device_class == "dehumidifier"
        and situation.state(e).state != "on"
    ]
    if dries:
        return (situation.does("HassTurnOn", dries),)
    heaters = [
        e
        for e in situation.here
        if e.domain == "switch" and _is_called(e, _HEATER) and situation.state(e).state != "on"
    ]
    if blown := _blown(situation):
        return blown
    if heaters:
        return (situation.does("HassTurnOn", heaters[:1]),)
    return f"There is nothing {situation.phrase} that could dry it."


def _stepped(
    situation: Situation, climates: Sequence[Entity], way: int, mode: str
) -> tuple[Intent, ...] | str:
    """One thermostat set a degree higher or lower; one that is off turned on for it."""
    wanted = "heating" if way > 0 else "cooling"
    if not climates:
        return f"There is no {wanted} {situation.phrase} that I could change."
    if len(climates) > 1:
        question = asking.which("thermostat", climates, situation.home).question
        return question or ""
    climate = climates[0]
    state = situation.state(climate).state
    modes = _modes(situation, climate)
    if state == "off" and mode not in modes:
        return f"The {climate.name} is off."
    if state == "off" or (way < 0 and state in {"fan_only", "dry"} and mode in modes):
        return (situation.does("ClimateSetHvacMode", [climate], hvac_mode=mode),)
    return _degrees(situation, climate, way)


def _degrees(situation: Situation, climate: Entity, way: int) -> tuple[Intent, ...] | str:
    """A thermostat set a degree higher or lower, in °F two, within its range."""
    now = situation.number(climate, "temperature")
    if now is None:
        return f"I don't know what the {climate.name} is set to."
    low, high = situation.number(climate, "min_temp"), situation.number(climate, "max_temp")
    target = now + way * (2 if now > _FAHRENHEIT else 1)
    target = target if low is None else max(target, low)
    target = target if high is None else min(target, high)
    if (target - now) * way <= 0:
        return f"The {climate.name} is at its limit already."
    return (situation.does("HassClimateSetTemperature", [climate], temperature=target),)


def _heats_now(situation: Situation, climate: Entity) -> bool:
    """Whether it is this heating that makes it warm, and not the summer."""
    state = situation.state(climate).state
    target = situation.number(climate, "temperature")
    measured = situation.number(climate, "current_temperature")
    known = target is not None and measured is not None
    if state != "heat" or target is None:
        return False
    return not known or (measured or 0.0) <= target + _CLOSE


def _of_floor(situation: Situation) -> list[Entity]:
    """What heats or cools the floor; what warms one other room only, where there is nothing
    else."""
    climates = _climates(situation.on_floor)
    return [e for e in climates if not _is_called(e, _OF_ONE_ROOM)] or climates


def _climates(entities: Sequence[Entity]) -> list[Entity]:
    return [entity for entity in entities if entity.domain == "climate"]


def _modes(situation: Situation, climate: Entity) -> set[str]:
    """Its modes; one that lists none has the one that it is in."""
    told = situation.state(climate).attributes.get("hvac_modes")
    listed = {str(mode) for mode in told} if isinstance(told, list | tuple) else set()
    return listed or {situation.state(climate).state}


def _slowed(situation: Situation) -> tuple[Intent, ...]:
    """The fans that turn here, slower or off."""
    turning = [e for e in situation.here if e.domain == "fan" and situation.state(e).state == "on"]
    fast = [e for e in turning if (situation.number(e, "percentage") or 0) > _SLOWER + 10]
    if fast:
        return (situation.does("HassFanSetSpeed", fast, percentage_step=-_SLOWER),)
    return (situation.does("HassTurnOff", turning),) if turning else ()


def _blown(situation: Situation) -> tuple[Intent, ...]:
    """A fan here turned on, or made faster."""
    fans = [e for e in situation.here if e.domain == "fan"]
    still = [e for e in fans if situation.state(e).state != "on"]
    if still:
        return (situation.does("HassTurnOn", still[:1]),)
    slow = [e for e in fans if 0 < (situation.number(e, "percentage") or 0) < 100]
    return (situation.does("HassFanSetSpeed", slow[:1], percentage_step=_SLOWER),) if slow else ()


def _window(situation: Situation) -> tuple[Intent, ...]:
    closed = [e for e in situation.here if _is_window(e) and situation.state(e).state == "closed"]
    return (situation.does("HassTurnOn", closed[:1]),) if closed else ()


def _is_window(entity: Entity) -> bool:
    return entity.domain == "cover" and entity.device_class == "window"


def _is_called(entity: Entity, pattern: re.Pattern[str]) -> bool:
    return any(pattern.search(name) for name in (entity.name, *entity.aliases))


WISHES: Mapping[str, Callable[[Situation], tuple[Intent, ...] | str]] = {
    "warmer": warmer,
    "cooler": cooler,
    "less_draught": less_draught,
    "fresh_air": fresh_air,
    "drier_air": drier_air,
    "moister_air": moister_air,
    "dry_things": dry_things,
}
