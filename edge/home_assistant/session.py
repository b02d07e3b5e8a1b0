"""One conversation with Home Assistant over its WebSocket API, from its greeting to its end.

1. Home Assistant says `auth_required`; only then the token is sent, and it says `auth_ok` or
   `auth_invalid`.
2. Each command has a number, which its result has too; results come in any order.
3. A subscription is a command whose number its events have.

What is said in other words than these ends the conversation. The API is described in Home
Assistant's developer documentation ("WebSocket API").
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any

from edge.home_assistant.address import Address, Token
from edge.home_assistant.problems import CommandError, HomeAssistantError

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

COMMAND_S = 10.0
"""How long a result may take."""
PING_S, PONG_S = 15.0, 10.0
"""A connection that is only half there is noticed within their sum."""
AT_ONCE = 200
"""Messages that are read before other tasks get their turn."""
_LONGEST_REASON = 200

Handler = Callable[[Any], None]
"""Takes an event of a subscription."""


class Session:
    """A conversation in which the token was taken."""

    def __init__(self, address: Address, socket: ClientConnection, version: str) -> None:
        self.version = version
        """Home Assistant's, such as "2024.3.3"."""
        self._address = address
        self._socket = socket
        self._number = 0
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._handlers: dict[int, Handler] = {}
        self._end = asyncio.get_running_loop().create_future()

    async def command(self, kind: str, timeout_s: float = COMMAND_S, **fields: Any) -> Any:
        """Have a command carried out. Returns its result.

        Raises `CommandError` for one that Home Assistant refuses, and `HomeAssistantError` when the
        connection ends or no answer comes in time.
        """
        self._number += 1
        return await self._answer(self._number, kind, timeout_s, fields)

    async def subscribe(self, handler: Handler, kind: str, **fields: Any) -> None:
        """Have `handler` called with each event of a subscription. Raises as `command` does."""
        self._number += 1
        number = self._number
        self._handlers[number] = handler
        try:
            await self._answer(number, kind, COMMAND_S, fields)
        except BaseException:
            del self._handlers[number]
            raise

    @property
    def over(self) -> bool:
        """Whether the conversation has ended."""
        return self._end.done()

    async def ended(self) -> None:
        """Wait until the conversation ends. Raises `HomeAssistantError` with the reason."""
        await asyncio.shield(self._end)

    async def read(self) -> None:
        """Read what comes, until the conversation ends."""
        try:
            with _websocket().explained(self._address):
                read = 0
                async for text in self._socket:
                    self._take(text)
                    read += 1
                    if read % AT_ONCE == 0:
                        await asyncio.sleep(0)
            problem = HomeAssistantError(
                f"Home Assistant at {self._address.url} has ended the connection. Trying again."
            )
        except HomeAssistantError as error:
            problem = error
        except Exception as error:
            problem = HomeAssistantError(
                f"What Home Assistant at {self._address.url} tells could not be used: {error!r}. "
                "Please report this. Trying again."
            )
        if not self._end.done():
            self._end.set_exception(problem)
            self._end.exception()
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(problem)

    async def _answer(
        self, number: int, kind: str, timeout_s: float, fields: Mapping[str, Any]
    ) -> Any:
        if self.over:
            await self.ended()
        message = json.dumps({"id": number, "type": kind, **fields})
        waiting = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(timeout_s):
                with _websocket().explained(self._address):
                    await self._socket.send(message)
                return await waiting
        except TimeoutError:
            raise HomeAssistantError(
                f"Home Assistant did not answer {kind} within {timeout_s:g} s. See its log."
            ) from None
        finally:
            del self._waiting[number]
            if waiting.done() and not waiting.cancelled():
                waiting.exception()

    def _take(self, text: str | bytes) -> None:
        """Give a message, or each of several in one, to who waits for it."""
        message = _parsed(text, self._address)
        for one in message if isinstance(message, list) else [message]:
            if not isinstance(one, dict):
                raise _other_words(self._address)
            number, kind = one.get("id"), one.get("type")
            if not isinstance(number, int):
                continue
            if kind == "event" and (handler := self._handlers.get(number)):
                handler(one.get("event"))
            elif kind in ("result", "pong") and (waiting := self._waiting.get(number)):
                _settle(waiting, one)


@asynccontextmanager
async def opened(
    address: Address, token: Token, *, ping_s: float = PING_S, pong_s: float = PONG_S
) -> AsyncIterator[Session]:
    """A conversation that is read while it is open. Raises `HomeAssistantError`."""
    websocket = _websocket()
    socket: ClientConnection = await websocket.open_websocket(address, ping_s, pong_s)
    try:
        with websocket.explained(address):
            async with asyncio.timeout(COMMAND_S):
                version = await _authenticate(socket, address, token)
        session = Session(address, socket, version)
        reading = asyncio.create_task(session.read(), name="home assistant session")
        try:
            yield session
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
    finally:
        await socket.close()


async def _authenticate(socket: ClientConnection, address: Address, token: Token) -> str:
    """Show the token to who asks for it as Home Assistant does. Returns its version."""
    asked = _parsed(await socket.recv(), address)
    if not isinstance(asked, dict) or asked.get("type") != "auth_required":
        raise _other_words(address)
    await socket.send(json.dumps({"type": "auth", "access_token": token.secret}))
    answer = _parsed(await socket.recv(), address)
    kind = answer.get("type") if isinstance(answer, dict) else None
    if kind == "auth_invalid":
        raise HomeAssistantError(
            f"Home Assistant at {address.url} does not take the token. Make a new long-lived "
            "access token at the end of your profile page there, and write it to "
            "home_assistant.token_file.",
            hopeless=True,
        )
    if kind != "auth_ok":
        raise _other_words(address)
    return str(answer.get("ha_version") or asked.get("ha_version") or "unknown")


def _websocket() -> ModuleType:
    try:
        from edge.home_assistant import websocket  # noqa: PLC0415 (its library is optional)
    except ImportError as error:
        raise HomeAssistantError(
            "Expected the package websockets, which is not installed: "
            "pip install 'lares[home-assistant]'",
            hopeless=True,
        ) from error
    return websocket


def _settle(waiting: asyncio.Future[Any], message: Mapping[str, Any]) -> None:
    if waiting.done():
        return
    if message.get("type") == "pong" or message.get("success") is True:
        waiting.set_result(message.get("result"))
        return
    error = message.get("error")
    told = error if isinstance(error, dict) else {}
    reason = " ".join(str(told.get("message") or "no reason given").split())
    waiting.set_exception(
        CommandError(str(told.get("code") or "unknown_error"), reason[:_LONGEST_REASON])
    )


def _parsed(text: str | bytes, address: Address) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _other_words(address) from error


def _other_words(address: Address) -> HomeAssistantError:
    return HomeAssistantError(
        f"What answers at {address.url} speaks otherwise than Home Assistant. "
        "Check home_assistant.url."
    )
