"""The real Home Assistant, as `make home-assistant` installs it: run in a folder of its own.

1. `InstalledHomeAssistant` writes the folder: a configuration with nothing but HTTP, its APIs and a
   few helpers, an owner with a token, and the MQTT integration that leads to the test's broker.
2. `start` runs it with the integrations that the configuration names and no others (by default it
   adds many, and its frontend, which no test needs), and waits until it says that it runs.
3. `ask` sends one command of its WebSocket API; `watching` keeps a connection on which all states
   are followed, so that a test can wait for what must become so.
4. `stop` lets it write down what it knows, `kill` does not; after both it may be started again.

It asks nothing of the network: no packages are installed at run time, and it listens on 127.0.0.1.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import websockets.asyncio.client
import websockets.exceptions
import websockets.sync.client

from edge.demo.mosquitto import find_mosquitto, free_port
from edge.home_assistant.address import Address, Token

PYTHON = Path(__file__).parents[2] / ".home-assistant" / "bin" / "python"
"""The Python of the venv that Home Assistant is installed in."""
WYOMING_SATELLITE = PYTHON.parents[1] / "wyoming-satellite"
"""The folder of the program wyoming-satellite, which that Python runs."""
START_S = 120.0
STOP_S = 60.0
WAIT_S = 30.0
"""How long a test waits for what must happen."""
OFTEN_S = 0.05
YEAR_S = 365 * 24 * 3600
OWNER, USER = "owner", "user"

LAUNCH = """
import sys
from homeassistant import __main__, bootstrap
bootstrap.DEFAULT_INTEGRATIONS = bootstrap.CRITICAL_INTEGRATIONS = set()
sys.exit(__main__.main())
"""
"""Its program `hass`, without the integrations that it starts unasked."""

CONFIGURATION = """
homeassistant: {{name: Test, unit_system: metric, time_zone: UTC, latitude: 50, longitude: 8}}
http: {{server_host: 127.0.0.1, server_port: {port}}}
api:
config:
websocket_api:
input_boolean:
  guests: {{name: Guests are here}}
script:
  good_night: {{alias: Good Night, sequence: []}}
scene:
  - {{name: Movie, entities: {{}}}}
"""

State = Mapping[str, Any]
"""A state as its API tells it: `state`, `attributes` and more."""

needs_home_assistant = pytest.mark.skipif(
    not PYTHON.exists() or find_mosquitto() is None,
    reason="Home Assistant (make home-assistant) or Mosquitto is not installed",
)


class HomeAssistantFailed(AssertionError):
    """It did not start, or it refused a command."""


class InstalledHomeAssistant:
    """A Home Assistant of the test's own, whose MQTT broker is at a port of this machine."""

    def __init__(self, folder: Path, broker_port: int) -> None:
        self.folder = folder
        self.port = free_port()
        self.token = Token.of(_access_token(OWNER), "Home Assistant")
        """The long-lived token of its owner."""
        self.user_token = Token.of(_access_token(USER), "Home Assistant")
        """That of someone who is no administrator."""
        self._process: subprocess.Popen[bytes] | None = None
        storage = folder / ".storage"
        storage.mkdir(parents=True)
        (folder / "configuration.yaml").write_text(CONFIGURATION.format(port=self.port))
        entries = [
            _entry("mqtt", 2, {"broker": "127.0.0.1", "port": broker_port}),
            _entry("shopping_list", 1, {}),
        ]
        _store(storage, "core.config_entries", {"entries": entries})
        _store(storage, "auth", _people())

    @property
    def address(self) -> Address:
        return Address.of(f"http://127.0.0.1:{self.port}")

    @property
    def log(self) -> str:
        """What it has said so far."""
        return (self.folder / "log").read_text()

    def start(self) -> None:
        """Start it and wait until it runs: all integrations are set up then."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [PYTHON, "-c", LAUNCH, "-c", self.folder, "--skip-pip"],
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""},
            )
        deadline = time.monotonic() + START_S
        while not self._runs():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise HomeAssistantFailed(self.log[-2_000:])
            time.sleep(OFTEN_S)

    def stop(self) -> None:
        """Stop it properly: it writes down what it knows."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def ask(self, kind: str, **fields: Any) -> Any:
        """The result of one command of its WebSocket API, over a connection of its own."""
        with websockets.sync.client.connect(
            self.address.websocket_url, proxy=None, max_size=None
        ) as socket:
            socket.recv()
            socket.send(json.dumps({"type": "auth", "access_token": self.token.secret}))
            socket.recv()
            socket.send(json.dumps({"id": 1, "type": kind, **fields}))
            return _result(json.loads(socket.recv()), kind)

    def _runs(self) -> bool:
        try:
            return bool(self.ask("get_config")["state"] == "RUNNING")
        except (OSError, websockets.exceptions.WebSocketException):
            return False

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(how)
            process.wait(STOP_S)


class Watching:
    """A connection on which the states of a Home Assistant are followed."""

    def __init__(self, socket: websockets.asyncio.client.ClientConnection) -> None:
        self.states: dict[str, State] = {}
        """All states by entity id, as they are now."""
        self.events: list[tuple[str, Any]] = []
        """Type and data of the events of `listen`, in order."""
        self._socket = socket
        self._number = 0
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._changed = asyncio.Event()
        self._listeners: dict[str, Callable[[State], object]] = {}

    async def ask(self, kind: str, **fields: Any) -> Any:
        """The result of a command. Raises `HomeAssistantFailed`."""
        self._number += 1
        number = self._number
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps({"id": number, "type": kind, **fields}))
        async with asyncio.timeout(WAIT_S):
            return _result(await answer, kind)

    async def call(self, service: str, entity_id: str, **data: Any) -> None:
        """Call a service on one entity; it is done when this returns."""
        domain, _, name = service.partition(".")
        target = {"entity_id": entity_id}
        await self.ask(
            "call_service", domain=domain, service=name, service_data=data, target=target
        )

    async def listen(self, event_type: str) -> None:
        """Collect the events of a type in `events`."""
        await self.ask("subscribe_events", event_type=event_type)

    def when_changed(self, entity_id: str, hears: Callable[[State], object]) -> None:
        """Tell a listener each new state of an entity."""
        self._listeners[entity_id] = hears

    async def until(self, holds: Callable[[Mapping[str, State]], bool]) -> Mapping[str, State]:
        """The states, once they are so that this holds."""
        try:
            async with asyncio.timeout(WAIT_S):
                while not holds(self.states):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            told = {name: state["state"] for name, state in self.states.items()}
            raise HomeAssistantFailed(f"waited {WAIT_S:g} s in vain, with {told}") from None
        return self.states

    async def until_state(self, entity_id: str, *states: str, **attributes: Any) -> State:
        """One entity's state, once it is one of these and has these attributes."""

        def holds(told: Mapping[str, State]) -> bool:
            state = told.get(entity_id)
            return (
                state is not None
                and (not states or state["state"] in states)
                and all(state["attributes"].get(key) == told for key, told in attributes.items())
            )

        return (await self.until(holds))[entity_id]

    async def registry(self, name: str) -> list[dict[str, Any]]:
        """All of the registry "area", "device" or "entity"."""
        found: list[dict[str, Any]] = await self.ask(f"config/{name}_registry/list")
        return found

    async def read(self) -> None:
        """Take in what comes, until the connection ends."""
        with suppress(websockets.exceptions.ConnectionClosed):
            async for text in self._socket:
                said = json.loads(text)
                if said["type"] == "result":
                    answer = self._answers.pop(said["id"])
                    if not answer.cancelled():
                        answer.set_result(said)
                elif said["type"] == "event":
                    self._take_in(said["event"])

    def _take_in(self, event: Mapping[str, Any]) -> None:
        if event["event_type"] == "state_changed":
            entity_id, state = event["data"]["entity_id"], event["data"]["new_state"]
            self.states.pop(entity_id, None)
            if state is not None:
                self.states[entity_id] = state
                self._listeners.get(entity_id, lambda _: None)(state)
        else:
            self.events.append((event["event_type"], event["data"]))
        self._changed.set()


@asynccontextmanager
async def watching(house: InstalledHomeAssistant) -> AsyncIterator[Watching]:
    """Follow the states of a Home Assistant that runs, as its owner sees them."""
    async with websockets.asyncio.client.connect(
        house.address.websocket_url, proxy=None, max_size=None
    ) as socket:
        await socket.recv()
        await socket.send(json.dumps({"type": "auth", "access_token": house.token.secret}))
        await socket.recv()
        watcher = Watching(socket)
        reading = asyncio.create_task(watcher.read())
        try:
            await watcher.listen("state_changed")
            for state in await watcher.ask("get_states"):
                watcher.states.setdefault(state["entity_id"], state)
            yield watcher
        finally:
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading


def _result(answer: Mapping[str, Any], kind: str) -> Any:
    if not answer["success"]:
        raise HomeAssistantFailed(f"{kind}: {answer['error']}")
    return answer["result"]


def _store(storage: Path, key: str, data: Mapping[str, Any]) -> None:
    """Write a file as Home Assistant keeps them."""
    stored = {"version": 1, "minor_version": 1, "key": key, "data": data}
    (storage / key).write_text(json.dumps(stored))


def _entry(domain: str, minor_version: int, data: Mapping[str, Any]) -> dict[str, Any]:
    """An integration as its owner would have set it up."""
    return {
        "entry_id": domain, "version": 1, "minor_version": minor_version, "domain": domain,
        "title": domain, "data": data, "options": {}, "pref_disable_new_entities": False,
        "pref_disable_polling": False, "source": "user", "unique_id": None, "disabled_by": None,
    }  # fmt: skip


def _people() -> dict[str, Any]:
    """An owner and a plain user, with a long-lived token each, as the file `auth` holds them."""
    people = [(OWNER, "system-admin"), (USER, "system-users")]
    return {
        "users": [
            {"id": name, "group_ids": [group], "is_owner": name == OWNER, "is_active": True,
             "name": name, "system_generated": False, "local_only": False}
            for name, group in people
        ],
        "groups": [{"id": group, "name": group} for _, group in people],
        "credentials": [],
        "refresh_tokens": [
            {"id": _token_id(name), "user_id": name, "client_id": None, "client_name": "lares",
             "client_icon": None, "token_type": "long_lived_access_token", "token": name * 8,
             "created_at": "2024-01-01T00:00:00+00:00", "access_token_expiration": YEAR_S,
             "jwt_key": _key(name), "last_used_at": None, "last_used_ip": None,
             "credential_id": None, "version": None}
            for name, _ in people
        ],
    }  # fmt: skip


def _access_token(name: str) -> str:
    """A token that Home Assistant takes: a JSON Web Token (RFC 7519) with the user's key."""
    now = int(time.time())
    claims = {"iss": _token_id(name), "iat": now, "exp": now + YEAR_S}
    parts = ({"alg": "HS256", "typ": "JWT"}, claims)
    signed = ".".join(_base64(json.dumps(part).encode()) for part in parts)
    signature = hmac.new(_key(name).encode(), signed.encode(), hashlib.sha256)
    return f"{signed}.{_base64(signature.digest())}"


def _token_id(name: str) -> str:
    return f"token-of-{name}"


def _key(name: str) -> str:
    """The key that signs tokens of a user, who exists for one test."""
    return hashlib.sha256(name.encode()).hexdigest()


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
