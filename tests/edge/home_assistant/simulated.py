"""A simulated Home Assistant: its WebSocket API over virtual devices, and every way it can lie.

Services act on virtual devices, which answer over a broker in this process. Registries are lists of
rows that tests may change; `tell` makes it tell what it would tell by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from edge.home.graph import Home
from edge.home.virtual import VirtualHome
from edge.home_assistant.address import Address, Token
from edge.mqtt.broker_loopback import LoopbackBroker
from edge.mqtt.devices import MqttDevices
from edge.types import Action, EntityState, LaresError

SECRET = "a-token-that-nobody-may-see"
TOKEN = Token(SECRET)
VERSION = "2026.2.3"
Row = dict[str, Any]
_SILENT = logging.Logger("websocket", logging.CRITICAL + 1)


@dataclass(eq=False)
class SimulatedHomeAssistant:
    """A Home Assistant whose devices are virtual."""

    devices: MqttDevices
    broker: LoopbackBroker
    floors: list[Row] = field(default_factory=list)
    areas: list[Row] = field(default_factory=list)
    device_rows: list[Row] = field(default_factory=list)
    entities: list[Row] = field(default_factory=list)
    exposed: dict[str, bool] = field(default_factory=dict)
    states: dict[str, EntityState] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    """Commands that this version does not know."""
    unauthorized: set[str] = field(default_factory=set)
    """Commands that the token's user may not give."""
    refusals: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Service → error code and message."""
    deaf: bool = False
    """Services do nothing, and say that they did."""
    held_back: int = 0
    """So many results are held back, and sent in the opposite order."""
    together: bool = False
    """Several messages come as one list, as after `coalesce_messages`."""
    attack: Callable[[ServerConnection], Awaitable[None]] | None = None
    """What is done instead of a conversation."""
    calls: list[Row] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    port: int = 0
    server: Server | None = None
    _open: set[_Conversation] = field(default_factory=set)

    @property
    def address(self) -> Address:
        return Address.of(f"http://127.0.0.1:{self.port}")

    async def start(self) -> None:
        self.server = await serve(
            self._serve, "127.0.0.1", self.port, ping_interval=None, logger=_SILENT
        )
        self.port = self.server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self.server is not None:
            for conversation in tuple(self._open):
                conversation.socket.transport.abort()
            self.server.close()
            await self.server.wait_closed()
            self.server = None

    def tell(self, kind: str) -> None:
        """Tell of an event, such as "entity_registry_updated"."""
        for conversation in tuple(self._open):
            conversation.tell_event(kind)

    def set(self, entity_id: str, state: EntityState | None) -> None:
        """Change a state, as a device or an integration would."""
        before = self.states.get(entity_id)
        if state is None:
            self.states.pop(entity_id, None)
        else:
            self.states[entity_id] = state
        for conversation in tuple(self._open):
            conversation.tell_state(entity_id, before, state)

    def entity(self, entity_id: str) -> Row:
        """The registry's row of an entity."""
        return next(row for row in self.entities if row["entity_id"] == entity_id)

    async def call(self, message: Row) -> None:
        """Carry a service out. Raises LaresError."""
        self.calls.append(message)
        service = f"{message['domain']}.{message['service']}"
        if self.deaf:
            return
        entity_id = message["target"]["entity_id"]
        await self.devices.hand_over(Action(service, entity_id, message["service_data"]))

    async def _serve(self, socket: ServerConnection) -> None:
        conversation = _Conversation(self, socket)
        self._open.add(conversation)
        try:
            with contextlib.suppress(ConnectionClosed):
                if self.attack is not None:
                    await self.attack(socket)
                elif await conversation.authenticated():
                    await conversation.run()
        finally:
            self._open.discard(conversation)


class _Conversation:
    def __init__(self, house: SimulatedHomeAssistant, socket: ServerConnection) -> None:
        self.house, self.socket = house, socket
        self._subscribed: dict[int, str] = {}
        self._lists: dict[int, str] = {}
        self._outbox: asyncio.Queue[Row] = asyncio.Queue()
        self._held: list[Row] = []

    async def authenticated(self) -> bool:
        await self.socket.send(json.dumps({"type": "auth_required", "ha_version": VERSION}))
        shown = json.loads(await self.socket.recv())
        self.house.logins.append(shown["access_token"])
        if shown != {"type": "auth", "access_token": SECRET}:
            await self.socket.send(json.dumps({"type": "auth_invalid", "message": "Invalid"}))
            return False
        await self.socket.send(json.dumps({"type": "auth_ok", "ha_version": VERSION}))
        return True

    async def run(self) -> None:
        sending = asyncio.create_task(self._send())
        try:
            async for text in self.socket:
                message = json.loads(text)
                self.house.commands.append(message["type"])
                await self._obey(message)
        finally:
            sending.cancel()

    def tell_event(self, kind: str) -> None:
        for number, subscribed in self._subscribed.items():
            if subscribed == kind:
                self._event(number, {"event_type": kind, "data": {}})

    def tell_state(
        self, entity_id: str, before: EntityState | None, state: EntityState | None
    ) -> None:
        for number, subscribed in self._subscribed.items():
            if subscribed == "states" and before != state:
                self._event(number, _difference(entity_id, before, state))
        for number, listed in self._lists.items():
            if listed == entity_id and state is not None:
                self._event(number, _items(state))

    async def _send(self) -> None:
        while True:
            batch = [await self._outbox.get()]
            while self.house.together and not self._outbox.empty():
                batch.append(self._outbox.get_nowait())
            await self.socket.send(json.dumps(batch if len(batch) > 1 else batch[0]))

    def _event(self, number: int, event: Row) -> None:
        self._outbox.put_nowait({"id": number, "type": "event", "event": event})

    def _result(self, number: int, result: Any) -> None:
        self._held.append({"id": number, "type": "result", "success": True, "result": result})
        if len(self._held) > self.house.held_back:
            while self._held:
                self._outbox.put_nowait(self._held.pop())

    def _error(self, number: int, code: str, message: str) -> None:
        told = {"code": code, "message": message}
        self._outbox.put_nowait({"id": number, "type": "result", "success": False, "error": told})

    async def _obey(self, message: Row) -> None:
        house, number, kind = self.house, message["id"], message["type"]
        if kind in house.unknown:
            self._error(number, "unknown_command", "Unknown command.")
        elif kind in house.unauthorized:
            self._error(number, "unauthorized", "Unauthorized")
        elif kind == "ping":
            self._outbox.put_nowait({"id": number, "type": "pong"})
        elif kind == "call_service":
            await self._call(message)
        else:
            self._result(number, self._asked(message))
            self._begin(message)

    def _asked(self, message: Row) -> Any:
        house, kind = self.house, message["type"]
        if kind == "config/entity_registry/get_entries":
            rows = {row["entity_id"]: row for row in house.entities}
            return {entity_id: rows.get(entity_id) for entity_id in message["entity_ids"]}
        exposed = {i: {"conversation": shown} for i, shown in house.exposed.items()}
        return {
            "config/floor_registry/list": house.floors,
            "config/area_registry/list": house.areas,
            "config/device_registry/list": house.device_rows,
            "config/entity_registry/list": [
                {key: value for key, value in row.items() if key not in DETAILS}
                for row in house.entities
            ],
            "homeassistant/expose_entity/list": {"exposed_entities": exposed},
            "homeassistant/expose_new_entities/get": {"expose_new": True},
        }.get(kind)

    def _begin(self, message: Row) -> None:
        number = message["id"]
        match message["type"]:
            case "subscribe_entities":
                self._subscribed[number] = "states"
                told = {i: _compressed(state) for i, state in self.house.states.items()}
                self._event(number, {"a": told})
            case "subscribe_events":
                self._subscribed[number] = message["event_type"]
            case "todo/item/subscribe":
                self._lists[number] = message["entity_id"]
                self._event(number, _items(self.house.states[message["entity_id"]]))

    async def _call(self, message: Row) -> None:
        number, service = message["id"], f"{message['domain']}.{message['service']}"
        if refusal := self.house.refusals.get(service):
            self._error(number, *refusal)
            return
        try:
            await self.house.call(message)
        except LaresError:
            self._error(number, "not_found", f"Service {service} not found.")
        else:
            self._result(number, {"context": {}})


DETAILS = ("aliases", "device_class", "original_device_class", "capabilities")
"""What `config/entity_registry/list` does not tell."""


@asynccontextmanager
async def simulated(home: Home) -> AsyncIterator[SimulatedHomeAssistant]:
    """A running Home Assistant with a home of virtual devices, all exposed."""
    broker = LoopbackBroker(VirtualHome(home))
    async with broker, MqttDevices(broker, home) as devices:
        await devices.settle()
        house = SimulatedHomeAssistant(
            devices,
            broker,
            [{"floor_id": f.id, "name": f.name, "aliases": list(f.aliases)} for f in home.floors],
            [
                {"area_id": a.id, "name": a.name, "floor_id": a.floor, "aliases": list(a.aliases)}
                for a in home.areas
            ],
            [],
            [
                {
                    "entity_id": e.id,
                    "unique_id": f"u-{e.id}",
                    "platform": "demo",
                    "name": e.name,
                    "area_id": e.area,
                    "aliases": list(e.aliases),
                    "device_class": e.device_class,
                    "options": {"conversation": {"should_expose": True}},
                }
                for e in home.entities
            ],
            states=dict(devices.states.snapshot()),
        )
        ended = devices.states.subscribe(house.set)
        await house.start()
        try:
            yield house
        finally:
            ended()
            await house.stop()


def _compressed(state: EntityState) -> Row:
    return {"s": state.state, "a": _plain(state), "c": "context", "lc": 1.0}


def _difference(entity_id: str, before: EntityState | None, state: EntityState | None) -> Row:
    if state is None:
        return {"r": [entity_id]}
    if before is None:
        return {"a": {entity_id: _compressed(state)}}
    old, new = _plain(before), _plain(state)
    more: Row = {"lu": 2.0}
    if state.state != before.state:
        more["s"] = state.state
    if added := {k: v for k, v in new.items() if k not in old or old[k] != v}:
        more["a"] = added
    gone = [name for name in old if name not in new]
    return {"c": {entity_id: {"+": more, **({"-": {"a": gone}} if gone else {})}}}


def _plain(state: EntityState) -> Row:
    return {k: v for k, v in state.attributes.items() if k != "todo_items"}


def _items(state: EntityState) -> Row:
    items: Sequence[Row] = state.attributes.get("todo_items") or []
    return {"items": [{"uid": str(n), **item} for n, item in enumerate(items)]}
