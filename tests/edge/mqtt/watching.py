"""Another client of a test's broker: it sees what is retained and what comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiomqtt

from tests.edge.mqtt.conftest import WAIT_S


class Watcher:
    """What it saw so far: `latest` by topic, `seen` in order."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self._client = client
        self.latest: dict[str, str] = {}
        self.seen: list[tuple[str, str]] = []
        self.retained: dict[str, str] = {}

    async def until(self, topic: str, *payloads: str) -> str:
        """Wait for the next message to a topic, with one of these payloads where any are given."""
        while True:
            found, payload = await self.next()
            if found == topic and (not payloads or payload in payloads):
                return payload

    async def until_all(self, done: Callable[[dict[str, str]], bool]) -> None:
        """Wait until the latest messages of all topics are as wanted."""
        while not done(self.latest):
            await self.next()

    async def next(self) -> tuple[str, str]:
        async with asyncio.timeout(WAIT_S):
            message = await anext(aiter(self._client.messages))
        assert isinstance(message.payload, bytes)
        topic, payload = message.topic.value, message.payload.decode()
        self.latest[topic] = payload
        self.seen.append((topic, payload))
        if message.retain:
            self.retained[topic] = payload
        return topic, payload

    async def say(self, topic: str, payload: str, *, retain: bool = False) -> None:
        """Publish something."""
        await self._client.publish(topic, payload, 1, retain=retain)


@asynccontextmanager
async def watching(port: int, *filters: str) -> AsyncIterator[Watcher]:
    """Watch these topics, all without any."""
    async with aiomqtt.Client("127.0.0.1", port) as client:
        for name in filters or ("#",):
            await client.subscribe(name, 1)
        yield Watcher(client)


async def kept(port: int, topic_filter: str = "#") -> dict[str, str]:
    """What the broker holds retained."""
    async with watching(port, topic_filter, "kept/end") as watcher:
        await watcher.say("kept/end", "end")
        await watcher.until("kept/end")
        return watcher.retained
