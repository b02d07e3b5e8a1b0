"""Virtual devices that are switched, locked, armed or pressed: switch, siren, lock, alarm panel,
button, scene."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from edge.home.appliances.appliance import Appliance, Obey
from edge.home.graph import Entity
from edge.types import EntityState


def _simple(
    keys: Mapping[str, Any], states: Mapping[str, str], commands: Mapping[str, str]
) -> Appliance:
    """A device with one state: `states` is how it tells it, `commands` what payloads make it."""
    return Appliance(announce=lambda _: dict(keys), tell=_tells(states), obey=_obeys(commands))


def _tells(states: Mapping[str, str]) -> Callable[[Entity, EntityState], Mapping[str, str]]:
    return lambda _, state: {"state": states.get(state.state, "None")}


def _obeys(commands: Mapping[str, str]) -> Obey:
    def obey(state: EntityState, part: str, payload: str) -> EntityState | None:
        if part or payload not in commands:
            return None
        return EntityState(commands[payload], state.attributes)

    return obey


SWITCH = _simple(
    {"cmd_t": "~/set", "stat_t": "~/state"}, {"on": "ON", "off": "OFF"}, {"ON": "on", "OFF": "off"}
)
_TONES = frozenset({"available_tones", "duration", "tone", "volume_level"})
_ARMED = ("armed_home", "armed_away", "armed_night", "armed_vacation", "armed_custom_bypass")


def _obey_siren(state: EntityState, part: str, payload: str) -> EntityState | None:
    """A siren takes an object: {"state": "ON", "tone": "fire", "duration": 5}."""
    command = json.loads(payload)
    name = {"ON": "on", "OFF": "off"}.get(command.get("state"))
    if part or name is None:
        return None
    settings = {key: command[key] for key in _TONES if key in command}
    return EntityState(name, {**state.attributes, **settings})


def _tell_siren(_: Entity, state: EntityState) -> Mapping[str, str]:
    settings = {key: state.attributes[key] for key in _TONES if key in state.attributes}
    settings.pop("available_tones", None)
    name = {"on": "ON", "off": "OFF"}.get(state.state, "None")
    return {"state": json.dumps({"state": name, **settings})}


def _announce_siren(entity: Entity) -> dict[str, Any]:
    tones = entity.state.attributes.get("available_tones")
    keys = {"cmd_t": "~/set", "stat_t": "~/state"}
    return {**keys, "av_tones": tones} if isinstance(tones, list) else keys


SIREN = Appliance(_announce_siren, _tell_siren, _obey_siren, _TONES)
ALARM = _simple(
    {"cmd_t": "~/set", "stat_t": "~/state"},
    {name: name for name in ("disarmed", "pending", "triggered", "arming", "disarming", *_ARMED)},
    {
        "DISARM": "disarmed",
        "TRIGGER": "triggered",
        **{name.upper().replace("ARMED", "ARM"): name for name in _ARMED},
    },
)
LOCK = _simple(
    {"cmd_t": "~/set", "stat_t": "~/state"},
    {name: name.upper() for name in ("locked", "unlocked", "locking", "unlocking", "jammed")},
    {"LOCK": "locked", "UNLOCK": "unlocked"},
)
STATELESS = Appliance(
    announce=lambda entity: {
        "cmd_t": "~/set",
        **({"pl_on": "ON"} if entity.domain == "scene" else {}),
    },
    tell=lambda _, __: {},
    obey=lambda _, __, ___: None,
)
"""A button or a scene: it takes a command and has nothing to tell. A scene names its payload, which
Home Assistant of early 2024 has no default for."""
BINARY_SENSOR = _simple({"stat_t": "~/state"}, {"on": "ON", "off": "OFF"}, {})
