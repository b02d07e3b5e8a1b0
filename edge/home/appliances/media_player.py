"""A virtual media player in the convention of the community integration "mqtt_media_player".

It plays from any state, counts `media_track` where the home file gives one, and tells volume 0
while it is muted, as many players do.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from edge.home.appliances.appliance import (
    Appliance,
    number,
    numeric,
    with_attributes,
    with_state,
    written,
)
from edge.home.graph import Entity
from edge.types import EntityState

_STATES = {
    "play": "playing",
    "pause": "paused",
    "stop": "idle",
    "turn_on": "on",
    "turn_off": "off",
}
_STEPS = {"next": 1, "previous": -1}
_TOLD = {
    "media_title": "title",
    "media_artist": "artist",
    "media_album_name": "album",
    "source": "source",
}
"""Attribute → the part of the topic that tells it as text."""
_LOUD = "volume_before_mute"
"""What a muted player remembers, and does not tell."""


def _announce(_: Entity) -> dict[str, Any]:
    keys: dict[str, Any] = {
        f"state_{part}_topic": f"~/{part}"
        for part in ("state", "volume", "mute", "mediatype", *_TOLD.values())
    }
    for part in (*_STATES, *_STEPS, "playpause"):
        keys |= {f"command_{part}_topic": "~/set", f"command_{part}_payload": part}
    for part in ("volume", "mute", "source", "playmedia", "seek"):
        keys[f"command_{part}_topic"] = f"~/set/{part}"
    return keys


def _tell(_: Entity, state: EntityState) -> Mapping[str, str]:
    unknown = state.state in ("unknown", "unavailable")
    told = {"state": "None" if unknown else state.state}
    if (volume := number(state.attributes.get("volume_level"))) is not None:
        told["volume"] = written(volume)
    if (muted := state.attributes.get("is_volume_muted")) is not None:
        told["mute"] = "mute" if muted else "unmute"
    texts = {part: state.attributes.get(name) for name, part in _TOLD.items()}
    return told | {part: str(text) for part, text in texts.items() if text is not None}


def _obey(state: EntityState, part: str, payload: str) -> EntityState | None:
    if part == "":
        return _pressed(state, payload)
    if part == "volume":
        return with_attributes(state, volume_level=min(max(numeric(payload), 0), 1))
    if part == "mute":
        return _muted(state) if payload == "mute" else _unmuted(state)
    if part == "source":
        return with_attributes(state, source=payload)
    if part == "playmedia":
        return with_state(state, "playing", media_title=str(json.loads(payload)["media_id"]))
    return None


def _muted(state: EntityState) -> EntityState:
    loud = {_LOUD: state.attributes.get(_LOUD) or state.attributes.get("volume_level")}
    silent = {"volume_level": 0} if "volume_level" in state.attributes else {}
    return with_attributes(state, is_volume_muted=True, **loud, **silent)


def _unmuted(state: EntityState) -> EntityState:
    volume = state.attributes.get(_LOUD)
    loud = {"volume_level": volume} if volume is not None else {}
    kept = {name: value for name, value in state.attributes.items() if name != _LOUD}
    return EntityState(state.state, {**kept, "is_volume_muted": False, **loud})


def _pressed(state: EntityState, button: str) -> EntityState | None:
    if button == "playpause":
        button = "pause" if state.state == "playing" else "play"
    if button in _STATES:
        return EntityState(_STATES[button], state.attributes)
    track = state.attributes.get("media_track")
    if button in _STEPS and isinstance(track, int):
        return with_attributes(state, media_track=max(track + _STEPS[button], 1))
    return state if button in _STEPS else None


MEDIA_PLAYER = Appliance(
    _announce, _tell, _obey, frozenset({"volume_level", "is_volume_muted", _LOUD, *_TOLD})
)
