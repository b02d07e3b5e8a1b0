"""A connection that is cancelled while it opens is closed, and calls nobody back."""

from __future__ import annotations

import asyncio
from typing import Any

import aiomqtt
import pytest

from edge.mqtt import opening
from edge.mqtt.opening import opened
from tests.edge.mqtt.conftest import WAIT_S

CONNECTED = bytes((0x20, 2, 0, 0))
"""CONNACK of MQTT 3.1.1: let in."""
REFUSED = bytes((0x20, 2, 0, 5))
DISCONNECT = bytes((0xE0, 0))


class SlowBroker:
    """Answers a connection when it is told to."""

    def __init__(self, answer: bytes) -> None:
        self.asked = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.heard: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        """All that came after the answer."""
        self._answer = answer

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4_096)
        self.asked.set()
        await self.may_answer.wait()
        writer.write(self._answer)
        self.heard.set_result(await reader.read())
        writer.close()


async def left_behind(broker: SlowBroker) -> list[dict[str, Any]]:
    """Open a connection, cancel it while it waits for the answer, and let the broker end; what then
    went wrong beside all tasks."""
    wrong: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: wrong.append(context))

    async def connect(port: int) -> None:
        async with opened(aiomqtt.Client("127.0.0.1", port)):
            raise AssertionError("it was cancelled before")

    server = await asyncio.start_server(broker.serve, "127.0.0.1", 0)
    async with server, asyncio.timeout(WAIT_S):
        connecting = asyncio.create_task(connect(server.sockets[0].getsockname()[1]))
        await broker.asked.wait()
        connecting.cancel()
        broker.may_answer.set()
        await asyncio.wait((connecting,))
        assert connecting.cancelled()
        await broker.heard
    return wrong


async def test_one_that_is_let_in_after_it_was_cancelled_says_goodbye() -> None:
    broker = SlowBroker(CONNECTED)
    assert await left_behind(broker) == []
    assert broker.heard.result() == DISCONNECT


async def test_one_that_is_refused_after_it_was_cancelled_is_gone() -> None:
    broker = SlowBroker(REFUSED)
    assert await left_behind(broker) == []
    assert broker.heard.result() == b""


async def test_one_that_is_never_answered_keeps_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(opening, "ENDS_WITHIN_S", 0.01)
    server = await asyncio.start_server(lambda reader, writer: reader.read(), "127.0.0.1", 0)
    async with server:
        client = aiomqtt.Client("127.0.0.1", server.sockets[0].getsockname()[1], timeout=WAIT_S)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2), opened(client):
                raise AssertionError("nobody let it in")


async def test_what_goes_wrong_inside_is_raised_as_it_is() -> None:
    broker = SlowBroker(CONNECTED)
    broker.may_answer.set()
    server = await asyncio.start_server(broker.serve, "127.0.0.1", 0)
    async with server:
        client = aiomqtt.Client("127.0.0.1", server.sockets[0].getsockname()[1])
        with pytest.raises(ValueError, match="inside"):
            async with opened(client):
                raise ValueError("inside")
        assert await broker.heard == DISCONNECT
