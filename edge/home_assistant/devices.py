"""Devices that are reached through Home Assistant: its services are called, its states confirm.

What is there is followed by `edge.home_assistant.following`; each action is a service call on one
entity, and done when the state that comes back confirms it. Why a service was not carried out is
told in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from edge.home import acting
from edge.home.devices import Acted
from edge.home.graph import Home
from edge.home.states import States
from edge.home_assistant.address import Address, Token
from edge.home_assistant.following import Following
from edge.home_assistant.problems import CommandError, HomeAssistantError
from edge.home_assistant.states import UNAVAILABLE
from edge.kernel.events import Events
from edge.types import Action, EntityState, LaresError, Message

CONNECT_S = 5.0
"""How long an action waits for a connection that is lost."""
GROUPS = "group"
"""A domain that has no services of its own to switch with."""


class HomeAssistantDevices:
    """All devices that Home Assistant exposes to Assist. Open it with `async with`."""

    def __init__(
        self,
        address: Address,
        token: Token,
        owner: Home | None = None,
        *,
        events: Events | None = None,
        **following: Any,
    ) -> None:
        """`owner` is the home file's home, whose names, areas and aliases win. `following`: what
        `Following` takes."""
        self._events = events or Events()
        self._following = Following(address, token, owner, events=self._events, **following)

    async def __aenter__(self) -> Self:
        await self._following.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._following.__aexit__(kind, error, trace)

    @property
    def home(self) -> Home:
        """What there is now; another object after each change. May be asked for in any thread."""
        return self._following.home

    @property
    def states(self) -> States:
        """What state each entity is in now."""
        return self._following.states

    async def wait_connected(self, timeout_s: float) -> None:
        """Wait until Home Assistant is reached and its home is read. Raises
        `HomeAssistantError`, at once when waiting cannot heal it."""
        await self._following.session(timeout_s)

    async def settle(self, timeout_s: float = 10.0) -> None:
        """Wait until all that Home Assistant has told is read. Raises `HomeAssistantError`."""
        await self._following.settle(timeout_s)

    def forget(self, entity_ids: Sequence[str]) -> None:
        """Nothing is forgotten: Home Assistant tells a state once, and then only what changes."""

    async def act(self, actions: Sequence[Action], timeout_s: float = 5.0) -> Acted:
        """Carry actions out and wait for the states that confirm them."""
        return await acting.act(actions, self, self.states, timeout_s)

    async def hand_over(self, action: Action) -> tuple[Message, ...]:
        """Call a service. Raises `LaresError`."""
        name = self.name_of(action.entity_id)
        session = await self._following.session(CONNECT_S)
        if not self._following.shows(action.entity_id):
            raise LaresError(f"Home Assistant shows no {name} to Lares. Expose it to Assist there.")
        state = self.states.get(action.entity_id)
        if state is None or state.state == UNAVAILABLE:
            raise LaresError(f"{name} is not reachable. Check its power and network.")
        domain, _, service = action.service.partition(".")
        try:
            await session.command(
                "call_service",
                domain="homeassistant" if domain == GROUPS else domain,
                service=service,
                service_data=dict(action.data),
                target={"entity_id": action.entity_id},
            )
        except CommandError as error:
            raise _refused(action, name, error) from error
        return ()

    def assume(self, entity_id: str, expected: EntityState) -> bool:
        """False: Home Assistant tells the state of each entity, also where it only assumes it."""
        return False

    def name_of(self, entity_id: str) -> str:
        """What a person calls it."""
        entity = self.home.entity(entity_id)
        return entity_id if entity is None else entity.name

    async def catch_up(self, timeout_s: float) -> None:
        """Read what was told besides the confirmations: it comes before the answer to a ping."""
        try:
            session = await self._following.session(timeout_s)
            await session.command("ping", timeout_s)
        except HomeAssistantError as error:
            self._events.emit("not_caught_up", "warning", reason=str(error))


def _refused(action: Action, name: str, error: CommandError) -> LaresError:
    """Why a service was not carried out, in words."""
    match error.code:
        case "not_found" | "unknown_service":
            return LaresError(f"Home Assistant has no service {action.service} for {name}.")
        case "unauthorized":
            return LaresError(
                f"Home Assistant does not let Lares do {action.service} on {name}. "
                "Make the token as someone who may."
            )
    return LaresError(f"Home Assistant did not do {action.service} on {name}: {error}")
