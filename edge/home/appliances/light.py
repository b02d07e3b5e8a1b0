"""A virtual light that speaks the JSON schema of MQTT lights.

It obeys what its `supported_color_modes` allow and ignores the rest: a light with "onoff" only
switches. A light that lists no modes can do everything; it has those effects that it lists. Its
brightness and colour stay as they are while it is off and come back with it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from edge.home.appliances.appliance import Appliance, number
from edge.home.color_spaces import hs_to_rgb, xy_to_rgb
from edge.home.graph import Entity
from edge.types import EntityState

ALL_MODES = ("color_temp", "rgb")
"""What a light that lists no modes can do."""
COLOR_MODES = ("rgb", "rgbw", "rgbww", "hs", "xy")
_SWITCHED = {"on": "ON", "off": "OFF"}


def _modes(state: EntityState) -> tuple[str, ...]:
    listed = state.attributes.get("supported_color_modes")
    return tuple(map(str, listed)) if isinstance(listed, list) and listed else ALL_MODES


def _mode(state: EntityState) -> str | None:
    """The colour mode; home files write it as a word or as a list with one."""
    mode = state.attributes.get("color_mode")
    if isinstance(mode, list):
        mode = mode[0] if mode else None
    return mode if isinstance(mode, str) else None


def _announce(entity: Entity) -> dict[str, Any]:
    modes = _modes(entity.state)
    effects = _effects(entity.state)
    return {
        "schema": "json",
        "cmd_t": "~/set",
        "stat_t": "~/state",
        "clrm": True,
        "sup_clrm": list(modes),
        "brightness": modes != ("onoff",),
        "clr_temp_k": True,
        **({"effect": True, "fx_list": effects} if effects else {}),
    }


def _effects(state: EntityState) -> list[str]:
    listed = state.attributes.get("effect_list")
    return [str(effect) for effect in listed] if isinstance(listed, list) else []


def _tell(_: Entity, state: EntityState) -> Mapping[str, str]:
    payload: dict[str, Any] = {"state": _SWITCHED.get(state.state)}
    if (brightness := number(state.attributes.get("brightness"))) is not None:
        payload["brightness"] = round(brightness)
    if (mode := _mode(state)) is not None:
        payload["color_mode"] = mode
    rgb = state.attributes.get("rgb_color")
    if isinstance(rgb, list | tuple) and len(rgb) == 3:
        payload["color"] = dict(zip("rgb", rgb, strict=True))
    if (kelvin := number(state.attributes.get("color_temp_kelvin"))) is not None:
        payload["color_temp"] = round(kelvin)
    if "effect" in state.attributes:
        payload["effect"] = state.attributes["effect"]
    return {"state": json.dumps(payload)}


def _obey(state: EntityState, part: str, payload: str) -> EntityState | None:
    command = json.loads(payload)
    if not isinstance(command, Mapping) or part:
        return None
    if command.get("state") == "OFF":
        return EntityState("off", state.attributes)
    modes = _modes(state)
    changes: dict[str, Any] = {}
    if "brightness" in command and modes != ("onoff",):
        changes["brightness"] = min(max(round(command["brightness"]), 0), 255)
    if "color_temp" in command and "color_temp" in modes:
        changes |= {"color_temp_kelvin": round(command["color_temp"]), "color_mode": "color_temp"}
    if isinstance(color := command.get("color"), Mapping):
        mode = next((mode for mode in modes if mode in COLOR_MODES), None)
        if mode and (rgb := _rgb(color)) is not None:
            changes |= {"rgb_color": rgb, "color_mode": mode}
    if command.get("effect") in _effects(state):
        changes["effect"] = command["effect"]
    if "color_mode" not in changes and state.attributes.get("supported_color_modes"):
        changes["color_mode"] = now if (now := _mode(state)) in modes else modes[0]
    return EntityState("on", {**state.attributes, **changes})


def _rgb(color: Mapping[str, Any]) -> list[int] | None:
    """The RGB of a colour object of any of the three kinds; None for another."""
    if {"r", "g", "b"} <= color.keys():
        rgb = [color["r"], color["g"], color["b"]]
        white = max(color.get("c", 0), color.get("w", 0))
        return _mixed(rgb, white) if white else rgb
    if {"h", "s"} <= color.keys():
        return list(hs_to_rgb(color["h"], color["s"]))
    return list(xy_to_rgb(color["x"], color["y"])) if {"x", "y"} <= color.keys() else None


def _mixed(rgb: list[int], white: int) -> list[int]:
    """What the coloured lamps and the white one look like together, as bright as the brightest."""
    together = [part + white for part in rgb]
    return [round(part * max(*rgb, white) / max(together)) for part in together]


LIGHT = Appliance(
    announce=_announce,
    tell=_tell,
    obey=_obey,
    tells=frozenset(
        {
            "brightness",
            "color_mode",
            "color_temp_kelvin",
            "effect",
            "effect_list",
            "rgb_color",
            "supported_color_modes",
        }
    ),
)
