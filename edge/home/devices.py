"""The devices of a home, whoever they are reached through, and what acting on them comes to.

`edge.mqtt.devices` reaches them over an MQTT broker, `edge.home_assistant.devices` through Home
Assistant's WebSocket API. Skills and the assistant see only this.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from edge.home.graph import Home
from edge.home.states import States
from edge.types import Action, EntityState, Message


@dataclass(frozen=True, slots=True)
class Acted:
    """What became of actions."""

    changes: Mapping[str, EntityState] = field(default_factory=dict)
    """Entities whose state differs from before, with the new state in full."""
    published: tuple[Message, ...] = ()
    """The MQTT messages that it took; none where devices are reached otherwise."""
    failed: tuple[str, ...] = ()
    """Entity ids that did not confirm, in the order of the actions."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Why each failed."""
    publish_ms: float = 0.0
    """From the start until every action was handed over, in milliseconds."""
    confirm_ms: float = 0.0
    """From then until every device had confirmed, or its time was up."""


class Devices(Protocol):
    """All devices of a home."""

    @property
    def home(self) -> Home:
        """What there is now; another object after each change. May be asked for in any thread."""
        ...

    @property
    def states(self) -> States:
        """What state each entity is in now."""
        ...

    async def settle(self, timeout_s: float = 10.0) -> None:
        """Wait until all that is known of the devices by now is read. Raises `LaresError`."""
        ...

    def forget(self, entity_ids: Sequence[str]) -> None:
        """Forget what entities have told, as if they had only been announced."""
        ...

    async def act(self, actions: Sequence[Action], timeout_s: float = 5.0) -> Acted:
        """Carry actions out and wait for the states that confirm them.

        Actions on different entities go at the same time, those on one entity in order. An action
        that expects nothing is done when it is handed over. Nothing is raised for a device, broker
        or server that fails: it is in `failed`.
        """
        ...
