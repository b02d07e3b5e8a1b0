"""MQTT components of machines that work on their own: lawn mowers, and software to be updated.

Source: Home Assistant's documentation of "MQTT lawn mower" and "MQTT update".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from edge.home.components.wiring import UNKNOWN, Config, Wiring, offered, press, state_of
from edge.home.json_payload import parsed
from edge.types import EntityState

ACTIVITIES = ("error", "paused", "mowing", "docked", "returning")


def lawn_mower(config: Config) -> Wiring:
    """A lawn mower, with a topic for each of its commands."""
    return Wiring(
        config.reader(
            "activity_state_topic",
            "activity_value_template",
            state_of({**{name: name for name in ACTIVITIES}, "none": UNKNOWN}),
        ),
        offered(
            {
                name: press(
                    config.sender(f"{name}_command_topic", f"{name}_command_template"), name
                )
                for name in ("start_mowing", "pause", "dock")
            }
        ),
    )


UPDATE_FACTS = ("installed_version", "latest_version", "title", "release_summary", "release_url")


def update(config: Config) -> Wiring:
    """Software of a device: on when there is a newer version than the installed one."""
    send = config.sender("command_topic", "command_template")
    return Wiring(
        (
            *config.reader("state_topic", "value_template", _reads_update),
            *config.reader("latest_version_topic", "latest_version_template", _reads_latest),
        ),
        offered({"install": press(send, config.payload("payload_install", "") or None)}),
        config.told("title", "release_summary", "release_url"),
    )


def _reads_latest(value: str, state: EntityState) -> EntityState:
    return _compared(state, {"latest_version": value})


def _reads_update(value: str, state: EntityState) -> EntityState | None:
    """An object of facts, or the installed version alone."""
    try:
        payload = parsed(value)
    except ValueError:
        payload = value
    if not isinstance(payload, Mapping):
        return _compared(state, {"installed_version": value})
    told: dict[str, Any] = {
        name: str(payload[name]) for name in UPDATE_FACTS if payload.get(name) is not None
    }
    if "in_progress" in payload:
        told["in_progress"] = bool(payload["in_progress"])
    if "update_percentage" in payload:
        told["update_percentage"] = payload["update_percentage"]
        told.setdefault("in_progress", payload["update_percentage"] is not None)
    return _compared(state, told) if told else None


def _compared(state: EntityState, told: Mapping[str, Any]) -> EntityState:
    attributes = {**state.attributes, **told}
    installed, latest = attributes.get("installed_version"), attributes.get("latest_version")
    known = installed is not None and latest is not None
    shown = ("on" if installed != latest else "off") if known else UNKNOWN
    return replace(state, state=shown, attributes=attributes)
