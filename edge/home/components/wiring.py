"""How one entity is wired to MQTT: what a topic does to its state, which messages a service sends.

Each component module (`light`, `cover`, …) turns a discovery `Config` into a `Wiring` with the
helpers here. A `Reader` changes the state when its topic speaks; a `Command` makes the messages of
one service from the service's data. Both are plain functions, so a component reads like the table
in Home Assistant's documentation of it.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from edge.home.templates import (
    UnsupportedTemplate,
    ValueTemplate,
    command_template,
    value_template,
)
from edge.types import EntityState, LaresError, Message

Change = Callable[[str, EntityState], EntityState | None]
"""The state after a value came; None when it says nothing. Raises ValueError for a wrong value."""
Data = Mapping[str, Any]
"""The fields of a service call."""
Command = Callable[[Data], tuple[Message, ...]]
"""The messages of a service call. Raises `LaresError` when a field is missing or wrong."""
Send = Callable[..., Message]
"""send(value, **more) makes a message of a value and what else its template may name."""
Problem = Callable[[str], None]
"""Hears what is wrong with a message; whoever passes it sees to it that it is not told twice."""

UNKNOWN = "unknown"
LONGEST_TOPIC = 1_024
"""Characters; MQTT allows 65,535 bytes, but a topic is kept for each thing that has it."""
LONGEST_NAME = 120
LONGEST_STATE = 255
"""Characters of a state or an attribute, as in Home Assistant."""
MOST_WORDS = 1_000
"""Words in a list, such as a light's effects: WLED has 200, a remote with 20 keys 560 events."""
_NOT_IN_TOPICS = re.compile(r"[+#\x00-\x1f\x7f\ud800-\udfff]")
_ANY_LEVEL = re.compile(r"(?:(?<=/)|^)\+/")
_NOT_UNDERSTOOD = (
    ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError, LaresError,
)  # fmt: skip


class DiscoveryError(LaresError):
    """A discovery message that cannot be used; names its topic."""


@dataclass(frozen=True, slots=True)
class Reader:
    """One topic, what of its payload counts, and what that does to the state."""

    topic: str
    """Or a filter for several, see `Config.topic_filter`."""
    value: ValueTemplate
    change: Change
    takes_empty: bool = False
    """Whether an empty value says something; else it is passed over, as Home Assistant does."""

    def read(
        self, payload: str, state: EntityState, problem: Problem | None = None
    ) -> EntityState | None:
        """The state after a payload; None when it says nothing, or when it is not understood, which
        `problem` then hears. Never raises."""
        try:
            value = self.value(payload)
            return self.change(value, state) if self.takes_empty or value.strip() else None
        except _NOT_UNDERSTOOD as error:
            if problem and payload.strip():
                problem(
                    f"{self.topic}: payload {payload[:80]!r} not understood: {str(error)[:200]}"
                )
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
    assumed: bool = False
    """The device tells something, but not whether it did what it was told."""
    completes: Callable[[str, Data, EntityState], Data] | None = None
    """Completes the fields of a service by the state that the entity is in: what a command says
    again because it cannot leave it out."""


def local_now() -> datetime:
    """The time now, in the zone of this machine."""
    return datetime.now().astimezone()


@dataclass(frozen=True, slots=True)
class Config:
    """A component's discovery configuration, with long keys and whole topics."""

    origin: str
    """The discovery topic, for errors."""
    values: Mapping[str, Any]
    problem: Problem = lambda _: None
    """Hears what of the configuration is left out."""
    now: Callable[[], datetime] = local_now

    def text(self, key: str, default: str = "") -> str:
        """Text; numbers and booleans as Home Assistant writes them ("True")."""
        value = self.values.get(key)
        if value is None:
            return default
        if isinstance(value, list | dict):
            raise self.wrong(key, "text")
        return value if isinstance(value, str) else str(value)

    def payload(self, key: str, default: str) -> str | None:
        """What a command sends; None when the configuration says null: the device lacks it."""
        return None if key in self.values and self.values[key] is None else self.text(key, default)

    def number(self, key: str, default: float) -> float:
        """A finite number, also when written as text."""
        value = self.values.get(key)
        if value is None:
            return default
        try:
            number = math.nan if isinstance(value, bool) else float(value)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if not math.isfinite(number):
            raise self.wrong(key, "a number")
        return number

    def span(self, low: str, high: str, default: tuple[float, float]) -> tuple[float, float]:
        """The smallest and largest value, in this order."""
        least, most = self.number(low, default[0]), self.number(high, default[1])
        if least > most:
            raise DiscoveryError(
                f"{self.origin}: expected a {high} of at least {least:g}, found {most:g}."
            )
        return least, most

    def flag(self, key: str, default: bool = False) -> bool:
        """True or false, also when written as text."""
        value = self.values.get(key, default)
        if isinstance(value, list | dict):
            raise self.wrong(key, "true or false")
        if isinstance(value, str):
            return value.strip().lower() in ("true", "1", "on", "yes", "enable")
        return bool(value)

    def words(self, key: str) -> tuple[str, ...]:
        """A list of words; a single one also bare."""
        value = self.values.get(key) or []
        several = value if isinstance(value, list) else [value]
        if len(several) > MOST_WORDS or any(isinstance(word, list | dict) for word in several):
            raise self.wrong(key, f"at most {MOST_WORDS} words")
        return tuple(str(word)[:LONGEST_NAME] for word in several)

    def told(self, *keys: str) -> dict[str, Any]:
        """Keys that are attributes under the same name, those that the configuration has."""
        found = {key: self.values[key] for key in keys if self.values.get(key) is not None}
        for key, value in found.items():
            if isinstance(value, list | dict):
                raise self.wrong(key, "text or a number")
            found[key] = cleaned(value) if isinstance(value, str) else value
        return found

    def topic(self, key: str) -> str:
        """The topic under a key; "" when there is none. Raises `DiscoveryError` for one with
        wildcards, control signs or halves of surrogates, for a shared one, and for a long one."""
        name = self.text(key)
        if not _is_plain(name):
            raise self.wrong(key, "one plain topic")
        return name

    def topic_filter(self, key: str) -> str:
        """The topic under a key to which to listen: as `topic`, but any level except the last may
        be `+`. So gateways announce a sensor that several of them may hear."""
        name = self.text(key)
        if len(name) > LONGEST_TOPIC or not _is_plain(_ANY_LEVEL.sub("", name)):
            raise self.wrong(key, "one plain topic (+ may stand for levels, but not for the last)")
        return name

    def reader(
        self,
        topic: str,
        template: str,
        change: Change,
        *,
        otherwise: str = "",
        takes_empty: bool = False,
    ) -> tuple[Reader, ...]:
        """A reader of the topic under one key, by the template under another or `otherwise`; maybe
        none."""
        if not (name := self.topic_filter(topic)):
            return ()
        text = self.text(template) or (self.text(otherwise) if otherwise else "")
        try:
            value = value_template(text or None)
        except UnsupportedTemplate as error:
            self.problem(f"{self.origin}: {template} is left out: {error}")
            return ()
        return (Reader(name, value, change, takes_empty),)

    def sender(self, topic: str, template: str = "") -> Send | None:
        """What sends values to the topic under one key with the template under another."""
        if not (name := self.topic(topic)):
            return None
        try:
            fill = command_template(self.text(template) or None if template else None)
        except UnsupportedTemplate as error:
            self.problem(f"{self.origin}: {template} is left out: {error}")
            return None
        retain = self.flag("retain")

        def send(value: Any, **more: Any) -> Message:
            try:
                return Message(name, fill({"value": value, **more}), retain)
            except _NOT_UNDERSTOOD as error:
                raise LaresError(
                    f"The command for {name} could not be made of {str(value)[:80]!r}: "
                    f"{str(error)[:200]}. See the {template} in {self.origin}."
                ) from error

        return send

    def wrong(self, key: str, expected: str) -> DiscoveryError:
        """The error for a key with something else than was expected."""
        found = str(self.values.get(key))[:60]
        return DiscoveryError(f"{self.origin}: expected {expected} for {key}, found {found!r}.")


def _is_plain(topic: str) -> bool:
    is_shared = topic.startswith("$share/")
    return len(topic) <= LONGEST_TOPIC and not is_shared and not _NOT_IN_TOPICS.search(topic)


def cleaned(name: str, longest: int = LONGEST_NAME) -> str:
    """A name without signs that cannot be seen or spoken, in one line, cut to a length."""
    if not name.isprintable():
        signs = (" " if sign.isspace() else sign for sign in name[: 4 * longest])
        name = "".join(sign for sign in signs if unicodedata.category(sign)[0] != "C")
    return " ".join(name[: 4 * longest].split())[:longest].strip()


def state_of(states: Mapping[str, str], reset: str = "None") -> Change:
    """A change of the state by a table from payload to state; `reset` makes it unknown."""

    def change(value: str, state: EntityState) -> EntityState:
        if value == reset and value not in states:
            return replace(state, state=UNKNOWN)
        if value not in states:
            raise ValueError(f"expected one of {', '.join(states)}"[:200])
        return replace(state, state=states[value])

    return change


def attribute(name: str, convert: Callable[[str], Any], reset: str = "None") -> Change:
    """A change of one attribute, converted from text."""

    def change(value: str, state: EntityState) -> EntityState:
        return with_attributes(state, {name: None if value == reset else convert(value)})

    return change


def one_of(words: Sequence[str]) -> Callable[[str], str]:
    """Takes one of several words, any where none are known. Raises ValueError for another."""

    def convert(value: str) -> str:
        if words and value not in words:
            raise ValueError(f"expected one of {', '.join(words)}"[:200])
        return short(value)

    return convert


def with_attributes(state: EntityState, attributes: Data) -> EntityState:
    """The state with some attributes set."""
    return replace(state, attributes={**state.attributes, **attributes})


def press(send: Send | None, payload: str | None) -> Command | None:
    """A command that always sends the same payload; None without a topic or a payload."""
    return (lambda _: (send(payload),)) if send and payload is not None else None


def sets(send: Send | None, name: str) -> Command | None:
    """The command that sends one field of its data; None where there is no topic to send to."""
    return (lambda data: (send(need(data, name)),)) if send else None


def sets_one_of(send: Send | None, name: str, words: Sequence[str]) -> Command | None:
    """The command that sends one of several words; any where none are known."""
    if send is None:
        return None

    def command(data: Data) -> tuple[Message, ...]:
        word = str(need(data, name))
        if words and word not in words:
            raise LaresError(f"Expected one of {', '.join(words)} as {name}, found {word!r}.")
        return (send(word),)

    return command


def offered(commands: Mapping[str, Command | None]) -> dict[str, Command]:
    """Only the commands that the device has."""
    return {service: command for service, command in commands.items() if command}


def need(data: Data, name: str) -> Any:
    """A field that the service must have. Raises `LaresError`."""
    if data.get(name) is None:
        given = ", ".join(data) or "none"
        raise LaresError(f'The service needs the field "{name}"; given: {given}.')
    return data[name]


def need_number(data: Data, name: str) -> float:
    """A field that must be a number. Raises `LaresError`."""
    try:
        return finite(need(data, name))
    except (ValueError, TypeError, OverflowError) as error:
        raise LaresError(f"Expected a number as {name}, found {data[name]!r}.") from error


def finite(value: Any) -> float:
    """A number from text or a number. Raises ValueError, also for NaN and Infinity."""
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"expected a number, found {value!r}")
    return number


def short(text: str) -> str:
    """A text as it is. Raises ValueError for one that is too long for a state."""
    if len(text) > LONGEST_STATE:
        raise ValueError(f"expected at most {LONGEST_STATE} characters, found {len(text)}")
    return text


def number_of(value: Any) -> int | float:
    """A number from text, whole where it is. Raises ValueError."""
    return plain(finite(value))


def scaled(value: float, source: Sequence[float], target: Sequence[float]) -> float:
    """A value moved from one range (start, end) to another."""
    start, end = source
    if start == end:
        return target[0]
    return target[0] + (value - start) / (end - start) * (target[1] - target[0])


def plain(value: float) -> int | float:
    """A number without ".0"."""
    return int(value) if float(value).is_integer() else value
