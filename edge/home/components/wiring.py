"""How one entity is wired to MQTT: what a topic does to its state, which messages a service sends.

Each component module (`light`, `cover`, …) turns a discovery `Config` into a `Wiring` with the
helpers here. A `Reader` changes the state when its topic speaks; a `Command` makes the messages of
one service from the service's data. Both are plain functions, so a component reads like the table
in Home Assistant's documentation of it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from edge.home.templates import (
    UnsupportedTemplate,
    ValueTemplate,
    command_template,
    value_template,
)
from edge.types import EntityState, LaresError, Message

log = logging.getLogger(__name__)

Change = Callable[[str, EntityState], EntityState | None]
"""The state after a value came; None when it says nothing. Raises ValueError for a wrong value."""
Data = Mapping[str, Any]
"""The fields of a service call."""
Command = Callable[[Data], tuple[Message, ...]]
"""The messages of a service call. Raises `LaresError` when a field is missing or wrong."""
Send = Callable[..., Message]
"""send(value, **more) makes a message of a value and what else its template may name."""

UNKNOWN = "unknown"


class DiscoveryError(LaresError):
    """A discovery message that cannot be used; names its topic."""


@dataclass(frozen=True, slots=True)
class Reader:
    """One topic, what of its payload counts, and what that does to the state."""

    topic: str
    value: ValueTemplate
    change: Change

    def read(self, payload: str, state: EntityState) -> EntityState | None:
        """The state after a payload; None when the payload says nothing that can be used."""
        try:
            return self.change(self.value(payload), state)
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
            log.warning("%s: payload %.80r not understood: %s", self.topic, payload, error)
            return None


@dataclass(frozen=True, slots=True)
class Wiring:
    """All readers and commands of an entity, and the attributes that discovery itself tells."""

    readers: tuple[Reader, ...] = ()
    commands: Mapping[str, Command] = field(default_factory=dict)
    """By service without its domain: "turn_on"."""
    attributes: Data = field(default_factory=dict)
    any_service: Callable[[str, Data], tuple[Message, ...]] | None = None
    """Takes services that are not in `commands`."""


@dataclass(frozen=True, slots=True)
class Config:
    """A component's discovery configuration, with long keys and whole topics."""

    origin: str
    """The discovery topic, for errors."""
    values: Mapping[str, Any]

    def text(self, key: str, default: str = "") -> str:
        """Text; numbers and booleans as JSON writes them."""
        value = self.values.get(key)
        if value is None:
            return default
        if isinstance(value, list | dict):
            raise DiscoveryError(f"{self.origin}: expected text for {key}, found {value!r}.")
        return value if isinstance(value, str) else json.dumps(value)

    def number(self, key: str, default: float) -> float:
        """A number, also when written as text."""
        value = self.values.get(key)
        try:
            return default if value is None else float(value)
        except (TypeError, ValueError) as error:
            raise DiscoveryError(
                f"{self.origin}: expected a number for {key}, found {value!r}."
            ) from error

    def flag(self, key: str, default: bool = False) -> bool:
        """True or false, also when written as text."""
        value = self.values.get(key, default)
        return (
            value.strip().lower() in ("true", "1", "on", "yes")
            if isinstance(value, str)
            else bool(value)
        )

    def words(self, key: str) -> tuple[str, ...]:
        """A list of words; a single one also bare."""
        value = self.values.get(key) or []
        return tuple(str(word) for word in (value if isinstance(value, list) else [value]))

    def reader(self, topic: str, template: str, change: Change) -> tuple[Reader, ...]:
        """A reader of the topic under one key, by the template under another; maybe none."""
        if not (name := self.text(topic)):
            return ()
        try:
            value = value_template(self.text(template) or None)
        except UnsupportedTemplate as error:
            log.warning("%s: %s: %s", self.origin, template, error)
            return ()
        return (Reader(name, value, change),)

    def sender(self, topic: str, template: str = "") -> Send | None:
        """What sends values to the topic under one key with the template under another."""
        if not (name := self.text(topic)):
            return None
        try:
            fill = command_template(self.text(template) or None if template else None)
        except UnsupportedTemplate as error:
            log.warning("%s: %s: %s", self.origin, template, error)
            return None
        retain = self.flag("retain")
        return lambda value, **more: Message(name, fill({"value": value, **more}), retain)


def state_of(states: Mapping[str, str]) -> Change:
    """A change of the state by a table from payload to state; "None" makes it unknown."""

    def change(value: str, state: EntityState) -> EntityState:
        if value == "None":
            return replace(state, state=UNKNOWN)
        if value not in states:
            raise ValueError(f"expected one of {', '.join(states)}")
        return replace(state, state=states[value])

    return change


def attribute(name: str, convert: Callable[[str], Any]) -> Change:
    """A change of one attribute, converted from text."""

    def change(value: str, state: EntityState) -> EntityState:
        return with_attributes(state, {name: None if value == "None" else convert(value)})

    return change


def with_attributes(state: EntityState, attributes: Data) -> EntityState:
    """The state with some attributes set."""
    return replace(state, attributes={**state.attributes, **attributes})


def press(send: Send | None, payload: str) -> Command | None:
    """A command that always sends the same payload."""
    return (lambda _: (send(payload),)) if send else None


def sets(send: Send | None, name: str) -> Command | None:
    """The command that sends one field of its data; None where there is no topic to send to."""
    return (lambda data: (send(need(data, name)),)) if send else None


def offered(commands: Mapping[str, Command | None]) -> dict[str, Command]:
    """Only the commands that the device has."""
    return {service: command for service, command in commands.items() if command}


def need(data: Data, name: str) -> Any:
    """A field that the service must have. Raises `LaresError`."""
    if data.get(name) is None:
        given = ", ".join(data) or "none"
        raise LaresError(f'The service needs the field "{name}"; given: {given}.')
    return data[name]


def whole(text: str) -> int:
    """A whole number from text that may have decimals."""
    return round(float(text))


def scaled(value: float, source: Sequence[float], target: Sequence[float]) -> float:
    """A value moved from one range (start, end) to another."""
    start, end = source
    if start == end:
        return target[0]
    return target[0] + (value - start) / (end - start) * (target[1] - target[0])


def plain(value: float) -> int | float:
    """A number without ".0"."""
    return int(value) if float(value).is_integer() else value
