"""The home of one Home Assistant, followed as it changes: what is exposed, and its states.

1. On each new session, subscribe to all states and to changes of the registries; read the
   registries.
2. Each difference changes a state; `states` tells the latest of what is exposed, and `home` what
   there is, with the owner's home file laid over it.
3. When a registry changes, or an entity appears, all registries are read again a moment later.

What the owner names in the home file is there too, exposed or not; Lares itself never is. While the
connection is lost, states stay as they were told last.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from edge.home.graph import Entity, Home
from edge.home.states import States
from edge.home_assistant.address import Address, Token
from edge.home_assistant.connection import Connection
from edge.home_assistant.home import home_of, is_as_told
from edge.home_assistant.problems import CommandError, HomeAssistantError
from edge.home_assistant.reading import read_registries
from edge.home_assistant.registries import Registries
from edge.home_assistant.session import Session
from edge.home_assistant.states import MOST_STATES, UNAVAILABLE, ToldStates
from edge.kernel.events import Events
from edge.types import EntityState

CHANGES = (
    "area_registry_updated",
    "device_registry_updated",
    "entity_registry_updated",
    "floor_registry_updated",
)
QUIET_S, LONGEST_QUIET_S = 0.3, 3.0
"""After a change the registries are read when nothing more has changed for so long, or at the
latest."""
REREAD_S = 300.0
"""So often they are read anyway: nothing tells that an entity without a unique id was exposed."""


@dataclass(frozen=True, slots=True, eq=False)
class _Conversation:
    """One session, and what was told in it."""

    session: Session
    told: ToldStates = field(default_factory=ToldStates)
    lists: set[str] = field(default_factory=set)
    """To-do lists whose items are told."""


class Following:
    """What Home Assistant shows now. Open it with `async with`."""

    def __init__(
        self,
        address: Address,
        token: Token,
        owner: Home | None = None,
        *,
        node: str = "lares",
        events: Events | None = None,
        reread_s: float = REREAD_S,
        **connection: Any,
    ) -> None:
        """`owner` is the home file's home, whose names, areas and aliases win. `node` is what Lares
        calls itself over MQTT. `connection`: what `Connection` takes."""
        self.states = States()
        self._events = events or Events()
        self._connection = Connection(
            address, token, self._greet, events=self._events, **connection
        )
        self._owner = owner or Home()
        self._owned = {entity.id: entity for entity in self._owner.entities}
        self._node = node
        self._reread_s = reread_s
        self._conversation: _Conversation | None = None
        self._denied: set[str] = set()
        self._changes = 0
        self._changed = asyncio.Event()
        self._read_changes = 0
        self._read_on = asyncio.Condition()
        self._shown: dict[str, Entity] = {}
        self._discovered = Home()
        self._home: Home | None = None
        self._home_lock = threading.Lock()
        self._reading: asyncio.Task[None] | None = None
        for entity_id in self._owned:
            self._tell_unknown(entity_id)

    async def __aenter__(self) -> Self:
        await self._connection.__aenter__()
        self._reading = asyncio.create_task(self._keep_read(), name="home assistant registries")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        await self._connection.__aexit__(kind, error, trace)

    @property
    def home(self) -> Home:
        """What there is now; another object after each change. May be asked for in any thread."""
        with self._home_lock:
            if self._home is None:
                self._home = self._discovered.merged_with(self._owner)
            return self._home

    def shows(self, entity_id: str) -> bool:
        """Whether Home Assistant knows an entity, and Lares may act on it."""
        return entity_id in self._shown

    async def session(self, timeout_s: float) -> Session:
        """The session that stands, after its home was read. Raises `HomeAssistantError`."""
        return await self._connection.session(timeout_s)

    async def settle(self, timeout_s: float) -> None:
        """Wait until all that Home Assistant has told is read. Raises `HomeAssistantError`."""
        session = await self.session(timeout_s)
        await session.command("ping", timeout_s)
        changes = self._changes
        try:
            async with asyncio.timeout(timeout_s), self._read_on:
                await self._read_on.wait_for(lambda: self._read_changes >= changes)
        except TimeoutError:
            raise HomeAssistantError(
                f"Home Assistant's registries could not be read within {timeout_s:g} s. "
                "See its log."
            ) from None

    async def _greet(self, session: Session) -> None:
        """Follow everything on a new session. Raises `HomeAssistantError`."""
        conversation = self._conversation = _Conversation(session)

        def take(event: object) -> None:
            self._take(conversation, event)

        def note_change(_: object) -> None:
            self._note_change()

        await session.subscribe(take, "subscribe_entities")
        for kind in CHANGES:
            try:
                await session.subscribe(note_change, "subscribe_events", event_type=kind)
            except CommandError as error:
                self._tell_denied(kind, f"{error.code}: {error}")
        await self._read(conversation)

    async def _keep_read(self) -> None:
        """Read the registries again after changes, and now and then."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._reread_s):
                    await self._changed.wait()
            await self._quiet()
            if (conversation := self._conversation) is None:
                continue
            try:
                await self._read(conversation)
            except HomeAssistantError as error:
                if not conversation.session.over:
                    self._tell_denied("registries", str(error))
                await asyncio.sleep(LONGEST_QUIET_S)
                self._changed.set()

    async def _quiet(self) -> None:
        """Wait until nothing has changed for a moment."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_QUIET_S):
                while self._changed.is_set():
                    self._changed.clear()
                    await asyncio.sleep(QUIET_S)
        self._changed.clear()

    def _note_change(self) -> None:
        self._changes += 1
        self._changed.set()

    async def _read(self, conversation: _Conversation) -> None:
        """Read the registries, and all that depends on them. Raises `HomeAssistantError`."""
        changes = self._changes
        states = conversation.told.states
        read = await read_registries(conversation.session, states, frozenset(self._owned))
        if conversation is not self._conversation:
            return
        for command, reason in read.denied.items():
            self._tell_denied(command, reason)
        self._rebuild(conversation, read.registries)
        await self._follow_lists(conversation)
        async with self._read_on:
            self._read_changes = changes
            self._read_on.notify_all()

    def _rebuild(self, conversation: _Conversation, registries: Registries) -> None:
        states = conversation.told.states
        owned = frozenset(self._owned)
        discovered = home_of(registries, states, node=self._node, owned=owned)
        gone = self._shown.keys() - {entity.id for entity in discovered.entities}
        self._shown = {entity.id: entity for entity in discovered.entities}
        if discovered != self._discovered:
            with self._home_lock:
                self._discovered, self._home = discovered, None
        for entity_id in self._shown:
            self._tell(conversation, entity_id)
        for entity_id in gone:
            self.states.remove(entity_id)
            self._tell_unknown(entity_id)

    async def _follow_lists(self, conversation: _Conversation) -> None:
        """Have the items of to-do lists told. Raises `HomeAssistantError`."""
        for entity_id in self._shown:
            told = conversation.told.states.get(entity_id)
            if not entity_id.startswith("todo.") or told is None or told.state == UNAVAILABLE:
                continue
            if entity_id in conversation.lists:
                continue
            conversation.lists.add(entity_id)
            take = functools.partial(self._take_items, conversation, entity_id)
            try:
                await conversation.session.subscribe(
                    take, "todo/item/subscribe", entity_id=entity_id
                )
            except CommandError as error:
                self._tell_denied(f"todo/item/subscribe {entity_id}", f"{error.code}: {error}")

    def _take(self, conversation: _Conversation, event: object) -> None:
        """Take in what Home Assistant tells of states."""
        if conversation is not self._conversation:
            return
        told = conversation.told.take(event)
        for entity_id in told.changed:
            if entity := self._shown.get(entity_id):
                self._tell(conversation, entity_id)
                state = conversation.told.states[entity_id]
                if not is_as_told(entity, state.attributes) or _tells_items_again(
                    conversation, entity_id, state
                ):
                    self._note_change()
        if conversation.told.full:
            self._tell_denied("states", f"more than {MOST_STATES} entities; the rest is left out")
        conversation.lists.difference_update(told.gone)
        if told.appeared or told.gone:
            self._note_change()

    def _take_items(self, conversation: _Conversation, entity_id: str, event: object) -> None:
        conversation.told.take_items(entity_id, event)
        if conversation is self._conversation and entity_id in self._shown:
            self._tell(conversation, entity_id)

    def _tell(self, conversation: _Conversation, entity_id: str) -> None:
        state = conversation.told.states.get(entity_id) or EntityState(UNAVAILABLE)
        self.states.set(entity_id, state)

    def _tell_unknown(self, entity_id: str) -> None:
        """What the owner wrote down but Home Assistant does not know is unavailable."""
        if (owned := self._owned.get(entity_id)) is not None:
            self.states.set(entity_id, EntityState(UNAVAILABLE, owned.state.attributes))

    def _tell_denied(self, command: str, reason: str) -> None:
        """Say once that Home Assistant does not answer a command."""
        if command not in self._denied:
            self._denied.add(command)
            self._events.emit("home_assistant_denied", "warning", command=command, reason=reason)


def _tells_items_again(conversation: _Conversation, entity_id: str, state: EntityState) -> bool:
    """Whether a to-do list whose items are not told can be asked for them now."""
    untold = entity_id.startswith("todo.") and entity_id not in conversation.lists
    return untold and state.state != UNAVAILABLE
