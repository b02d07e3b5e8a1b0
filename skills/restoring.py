"""Taking back what was done: the service calls that bring an entity to the state it had before.

What cannot be brought back (a scene, a pressed button, the next song) has none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from edge.home.graph import Entity
from edge.types import Action, EntityState

_ON_OFF = {"on": "turn_on", "off": "turn_off"}
_STATE_SERVICES: Mapping[str, Mapping[str, str]] = {
    "lock": {"locked": "lock", "unlocked": "unlock"},
    "cover": {"open": "open_cover", "closed": "close_cover"},
    "valve": {"open": "open_valve", "closed": "close_valve"},
    "vacuum": {
        "cleaning": "start", "docked": "return_to_base", "returning": "return_to_base",
        "paused": "pause",
    },
    "lawn_mower": {"mowing": "start_mowing", "docked": "dock", "paused": "pause"},
    "media_player": {
        "playing": "media_play", "paused": "media_pause", "idle": "media_stop", "off": "turn_off",
        "on": "turn_on",
    },
    **dict.fromkeys(
        (
            "automation", "climate", "fan", "group", "humidifier", "input_boolean", "light",
            "remote", "siren", "switch",
        ),
        _ON_OFF,
    ),
}  # fmt: skip
"""Domain → the state to come back to → the service that brings it about."""
_CONFIRMED_AS = {"return_to_base": "returning", "dock": ""}
"""Service → the state that confirms it, where it is not the one to come back to."""


def restoring(entity: Entity, before: EntityState, now: EntityState) -> tuple[Action, ...]:
    """What brings an entity from its state now back to the one before; () where nothing does."""
    special = _SPECIAL.get(entity.domain)
    actions = special(entity, before, now) if special is not None else ()
    if actions or before.state == now.state:
        return actions
    return _to_state(entity, before)


def _to_state(entity: Entity, before: EntityState) -> tuple[Action, ...]:
    service = _STATE_SERVICES.get(entity.domain, {}).get(before.state)
    if service is None:
        return ()
    expected = _CONFIRMED_AS.get(service, before.state)
    expect = EntityState(expected) if expected else None
    return (Action(f"{entity.domain}.{service}", entity.id, expect=expect),)


def _light(entity: Entity, before: EntityState, _: EntityState) -> tuple[Action, ...]:
    if before.state != "on":
        return _to_state(entity, before)
    data: dict[str, Any] = {}
    if isinstance(before.attributes.get("brightness"), int | float):
        data["brightness"] = round(before.attributes["brightness"])
    mode = before.attributes.get("color_mode")
    names = (_COLOR_OF[mode],) if mode in _COLOR_OF else ("rgb_color", "color_temp_kelvin")
    name = next((n for n in names if before.attributes.get(n) is not None), None)
    if name is not None and mode not in {"brightness", "onoff"}:
        value = before.attributes[name]
        data[name] = list(value) if isinstance(value, tuple) else value
    return (Action("light.turn_on", entity.id, data, EntityState("on", dict(data))),)


_COLOR_OF = {
    "rgb": "rgb_color",
    "rgbw": "rgb_color",
    "rgbww": "rgb_color",
    "hs": "hs_color",
    "xy": "xy_color",
    "color_temp": "color_temp_kelvin",
}
"""Colour mode → the attribute that tells the colour in it."""


def _set(
    service: str, field: str, attribute: str | None = None
) -> Callable[[Entity, EntityState, EntityState], tuple[Action, ...]]:
    """Bring back one attribute, where it differs and was known."""
    name = attribute or field

    def restore(entity: Entity, before: EntityState, now: EntityState) -> tuple[Action, ...]:
        value = before.attributes.get(name)
        if value is None or value == now.attributes.get(name):
            return ()
        return (Action(service, entity.id, {field: value}, EntityState("", {name: value})),)

    return restore


def _media_player(entity: Entity, before: EntityState, now: EntityState) -> tuple[Action, ...]:
    """A media player: its state, its volume, and whether it is muted."""
    muted = before.attributes.get("is_volume_muted")
    actions: tuple[Action, ...] = ()
    if muted is not None and muted != now.attributes.get("is_volume_muted"):
        data = {"is_volume_muted": muted}
        actions = (Action("media_player.volume_mute", entity.id, data, EntityState("", data)),)
    if not muted:
        loud = _set("media_player.volume_set", "volume_level")(entity, before, now)
        actions = (*actions, *loud)
    return (*(_to_state(entity, before) if before.state != now.state else ()), *actions)


def _fan(entity: Entity, before: EntityState, now: EntityState) -> tuple[Action, ...]:
    if before.state != "on":
        return _to_state(entity, before)
    return _set("fan.set_percentage", "percentage")(entity, before, now)


def _cover(entity: Entity, before: EntityState, now: EntityState) -> tuple[Action, ...]:
    """To the position before; a cover without one, or at an end, is opened or closed."""
    position = before.attributes.get("current_position")
    if position in {None, 0, 100}:
        moved = position != now.attributes.get("current_position") or before.state != now.state
        return _to_state(entity, before) if moved else ()
    service = f"{entity.domain}.set_{entity.domain}_position"
    return _set(service, "position", "current_position")(entity, before, now)


def _climate(entity: Entity, before: EntityState, now: EntityState) -> tuple[Action, ...]:
    actions = (
        *_set("climate.set_temperature", "temperature")(entity, before, now),
        *_set("climate.set_fan_mode", "fan_mode")(entity, before, now),
    )
    if before.state == now.state:
        return actions
    data = {"hvac_mode": before.state}
    mode = Action("climate.set_hvac_mode", entity.id, data, EntityState(before.state))
    return (mode, *actions)


def _list(entity: Entity, before: EntityState, now: EntityState) -> tuple[Action, ...]:
    """A to-do list: what was added goes, what went comes back. Only open items count."""
    had, has = _open_items(before), _open_items(now)
    count = has.total()
    told = now.state.isdigit()
    actions = []
    for service, items, step in (("remove_item", has - had, -1), ("add_item", had - has, 1)):
        for item in items.elements():
            count += step
            expect = EntityState(str(count)) if told else None
            actions.append(Action(f"todo.{service}", entity.id, {"item": item}, expect))
    return tuple(actions)


def _open_items(state: EntityState) -> Counter[str]:
    """The open items of a list, and how often each is on it."""
    listed = state.attributes.get("todo_items") or ()
    return Counter(
        str(item.get("summary", "")) if isinstance(item, Mapping) else str(item)
        for item in listed
        if not (isinstance(item, Mapping) and item.get("status") == "completed")
    )


_SPECIAL: Mapping[str, Callable[[Entity, EntityState, EntityState], tuple[Action, ...]]] = {
    "light": _light,
    "fan": _fan,
    "cover": _cover,
    "valve": _cover,
    "climate": _climate,
    "media_player": _media_player,
    "todo": _list,
}
