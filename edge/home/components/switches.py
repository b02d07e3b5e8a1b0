"""MQTT components that are switched or pressed: switch, lock, button, scene, siren.

Source: Home Assistant's documentation of "MQTT switch", "MQTT lock", "MQTT button", "MQTT scene"
and "MQTT siren".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from edge.home.components.wiring import (
    Change,
    Command,
    Config,
    Data,
    Send,
    Wiring,
    finite,
    offered,
    press,
    state_of,
    with_attributes,
)
from edge.home.json_payload import parsed
from edge.types import EntityState, Message


def switch(config: Config) -> Wiring:
    """On and off."""
    on, off = config.text("payload_on", "ON"), config.text("payload_off", "OFF")
    states = {config.text("state_on", on): "on", config.text("state_off", off): "off"}
    send = config.sender("command_topic", "command_template")
    reads = state_of(states)
    return Wiring(
        config.reader("state_topic", "value_template", reads, takes_empty="" in states),
        offered({"turn_on": press(send, on), "turn_off": press(send, off)}),
    )


def lock(config: Config) -> Wiring:
    """Locked and unlocked, the ways between, and jammed. Opening the latch where the lock can."""
    states = {
        config.text(f"state_{state}", state.upper()): state
        for state in ("open", "opening", "locked", "unlocked", "locking", "unlocking", "jammed")
    }
    send = config.sender("command_topic", "command_template")
    commands = {
        "lock": config.text("payload_lock", "LOCK"),
        "unlock": config.text("payload_unlock", "UNLOCK"),
        "open": config.text("payload_open"),
    }
    return Wiring(
        config.reader(
            "state_topic",
            "value_template",
            state_of(states, config.text("payload_reset", "None")),
        ),
        offered(
            {
                name: with_code(send, payload) if payload else None
                for name, payload in commands.items()
            }
        ),
        config.told("code_format"),
    )


def with_code(send: Send | None, payload: str) -> Command | None:
    """A command that may carry a code, which its template puts in."""
    return (lambda data: (send(payload, code=data.get("code")),)) if send else None


def button(config: Config) -> Wiring:
    """Something to press; it has no state."""
    send = config.sender("command_topic", "command_template")
    return Wiring(commands=offered({"press": press(send, config.text("payload_press", "PRESS"))}))


def scene(config: Config) -> Wiring:
    """Something to activate; it has no state."""
    send = config.sender("command_topic")
    return Wiring(commands=offered({"turn_on": press(send, config.text("payload_on", "ON"))}))


SIREN_FIELDS = {
    "tone": ("available_tones", False),
    "duration": ("support_duration", True),
    "volume_level": ("support_volume_set", True),
}
"""Field of `turn_on` → the key that says whether the siren takes it, and whether it does without
the key."""


def siren(config: Config) -> Wiring:
    """On and off, with a tone, a duration in seconds and a volume of 0–1 where it has them. Without
    a template the command is an object."""
    on, off = config.text("payload_on", "ON"), config.text("payload_off", "OFF")
    states = {config.text("state_on", on): "on", config.text("state_off", off): "off"}
    tones = config.words("available_tones")
    takes = [
        name
        for name, (key, default) in SIREN_FIELDS.items()
        if (bool(tones) if name == "tone" else config.flag(key, default))
    ]
    off_template = "command_off_template"
    if not config.text(off_template):
        off_template = "command_template"
    turn_off = config.sender("command_topic", off_template)
    turn_on = config.sender("command_topic", "command_template")
    return Wiring(
        config.reader("state_topic", "state_value_template", _reads_siren(states)),
        offered(
            {
                "turn_on": _sounds(turn_on, on, takes, plain=bool(config.text("command_template"))),
                "turn_off": _sounds(turn_off, off, [], plain=bool(config.text(off_template))),
            }
        ),
        {"available_tones": list(tones)} if tones else {},
    )


def _sounds(send: Send | None, payload: str, takes: list[str], *, plain: bool) -> Command | None:
    if send is None:
        return None

    def command(data: Data) -> tuple[Message, ...]:
        given = {name: data[name] for name in takes if data.get(name) is not None}
        value = payload if plain else json.dumps({"state": payload, **given})
        return (send(value, state=payload, **given),)

    return command


def _reads_siren(states: Mapping[str, str]) -> Change:
    reads_state = state_of(states)

    def change(value: str, state: EntityState) -> EntityState | None:
        if value in states or value == "None":
            return reads_state(value, state)
        payload = parsed(value)
        if not isinstance(payload, Mapping):
            raise ValueError(f"expected one of {', '.join(states)}, or an object"[:200])
        if payload.get("state") is not None:
            state = reads_state(str(payload["state"]), state) or state
        return with_attributes(state, _told(payload))

    return change


def _told(payload: Mapping[str, Any]) -> dict[str, Any]:
    """What a siren tells besides being on."""
    told: dict[str, Any] = {
        name: finite(payload[name])
        for name in ("duration", "volume_level")
        if payload.get(name) is not None
    }
    return told | ({"tone": str(payload["tone"])} if payload.get("tone") is not None else {})
