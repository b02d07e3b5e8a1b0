"""One entity that speaks MQTT: it reads its topics into states and turns actions into messages.

It is immutable and holds no state; whoever follows it keeps the state between two messages. An
entity may tell on topics of their own whether it can be reached, see `Availability`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from edge.home.components.wiring import Problem, Reader, Wiring
from edge.home.graph import Entity
from edge.types import Action, EntityState, LaresError, Message

UNAVAILABLE = "unavailable"
SHINING = ("brightness", "color_mode", "rgb_color", "color_temp_kelvin", "effect")
"""What only a light that is on tells; Home Assistant shows these as null otherwise."""
WITHOUT_COLOR = ("brightness", "color_temp", "onoff", "white")
"""Colour modes in which a light tells no colour; in the others it tells no colour temperature."""


@dataclass(frozen=True, slots=True)
class Availability:
    """The topics that tell whether an entity can be reached, and how they count together."""

    readers: tuple[Reader, ...] = ()
    """Each makes the state "online" or "unavailable"."""
    mode: str = "latest"
    """"all" topics must be online, "any" of them, or what was said "latest" counts."""

    def reachable(self, heard: Mapping[str, bool]) -> bool:
        """Whether the entity can be reached after what its topics said, oldest first in `heard`."""
        if not self.readers:
            return True
        if self.mode == "all":
            return all(heard.get(reader.topic, False) for reader in self.readers)
        if self.mode == "any":
            return any(heard.values())
        return [False, *heard.values()][-1]


@dataclass(frozen=True, slots=True)
class MqttEntity:
    """An entity with its topics."""

    entity: Entity
    """Its state is "unknown" and its attributes those that discovery tells."""
    wiring: Wiring
    unique_id: str
    """What tells this entity from others when two would have the same entity id."""
    suggested_area: str | None = None
    """The name of the area that the device thinks it is in."""
    availability: Availability = field(default_factory=Availability)
    exposed: bool = True
    """Whether it is something that one speaks to, and no setting or diagnosis of a device."""
    assumed: bool = False
    """Nothing comes back from this device; it is assumed to do what it was told."""
    origin: str = ""
    """The program that announced it, with its version: "Zigbee2MQTT 2.1.0"."""
    state_topic: str = ""
    """The topic of its state, where it has one."""
    expires_after_s: float | None = None
    """So long after the last message on `state_topic` it is unavailable; None: never."""
    off_delay_s: float | None = None
    """So long after a message on `state_topic` that made it "on" it is "off"; None: never."""

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics to subscribe to, each once."""
        readers = (*self.wiring.readers, *self.availability.readers)
        return tuple(dict.fromkeys(reader.topic for reader in readers))

    def read(
        self,
        topic: str,
        payload: str,
        state: EntityState,
        problem: Problem | None = None,
        *,
        retained: bool = False,
    ) -> EntityState | None:
        """The state after a message; None when the message says nothing about it.

        `problem` hears what was not understood. A `retained` message is no event that happens now.
        """
        if retained and self.entity.domain == "event" and topic == self.state_topic:
            return None
        before = state
        for reader in self.wiring.readers:
            if reader.topic == topic:
                state = reader.read(payload, state, problem) or state
        return None if state is before else state

    def reads_availability(
        self, topic: str, payload: str, problem: Problem | None = None
    ) -> bool | None:
        """Whether a message says that the entity can be reached; None when it says nothing."""
        for reader in self.availability.readers:
            if reader.topic == topic:
                state = reader.read(payload, self.entity.state, problem)
                if state is not None:
                    return state.state != UNAVAILABLE
        return None

    def shown(self, state: EntityState) -> EntityState:
        """The state as it is shown: a light that is off tells no brightness and no colour, one that
        is on only what its colour mode is about."""
        if self.entity.domain != "light":
            return state
        hidden = {name: None for name in _hidden(state) if name in state.attributes}
        return EntityState(state.state, {**state.attributes, **hidden}) if hidden else state

    def command(self, action: Action, state: EntityState | None = None) -> tuple[Message, ...]:
        """The messages that carry an action out on an entity which is in `state`.

        Raises `LaresError` when the device does not have the service or a field is wrong.
        """
        domain, _, service = action.service.partition(".")
        if domain in (self.entity.domain, "homeassistant"):
            try:
                if command := self.wiring.commands.get(service):
                    data, completes = action.data, self.wiring.completes
                    if completes and state:
                        data = completes(service, data, state)
                    return command(data)
                if self.wiring.any_service:
                    return self.wiring.any_service(service, action.data)
            except (ArithmeticError, LookupError, TypeError, ValueError) as error:
                raise LaresError(
                    f"{self.entity.name} ({self.entity.id}) cannot do {action.service} with "
                    f"{str(dict(action.data))[:200]}: {error}."
                ) from error
        offered = ", ".join(f"{self.entity.domain}.{name}" for name in self.wiring.commands)
        raise LaresError(
            f"{self.entity.name} ({self.entity.id}) has no service {action.service}. "
            f"It has: {offered or 'none, it only tells its state'}."
        )


def _hidden(state: EntityState) -> tuple[str, ...]:
    """The attributes that a light in this state does not tell."""
    if state.state != "on":
        return SHINING
    mode = state.attributes.get("color_mode")
    if mode is None:
        return ()
    color = ("rgb_color",) if mode in WITHOUT_COLOR else ()
    return color if mode == "color_temp" else (*color, "color_temp_kelvin")
