"""Hubs, workers and third parties of one group on a real Mosquitto."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import aiomqtt
import pytest

from edge.kernel.events import Events
from edge.mqtt.broker_aiomqtt import QOS, AiomqttBroker
from edge.mqtt.parcel import Parcel
from edge.mqtt.tasks import end
from edge.types import LaresError, Transcript
from edge.workers.asking import Asking
from edge.workers.lane import Work
from edge.workers.messages import (
    Answer,
    Heard,
    Kind,
    Reply,
    Status,
    Taken,
    Topics,
    encoded,
    reply_of,
)
from edge.workers.worker import Worker
from tests.edge.mqtt.conftest import (
    WAIT_S,
    BrokerSwitch,
    Recorder,
    at_once,
    mosquitto,
    recorder,
    switch,
)

__all__ = ["mosquitto", "recorder", "switch"]

TOPICS = Topics("home")


class Gated:
    """Work that waits to be let go, and says what it was asked."""

    def __init__(self, kind: Kind = "hear", most: int = 1, *, is_open: bool = False) -> None:
        self.kind: Kind = kind
        self.most = most
        self.asked: list[bytes] = []
        self.fails: Exception | None = None
        self._gate = threading.Event()
        if is_open:
            self._gate.set()

    def let_go(self) -> None:
        self._gate.set()

    def answer(self, worker: str, question: Parcel) -> Answer:
        self.asked.append(question.payload)
        if not self._gate.wait(WAIT_S):
            raise LaresError("the test never let go")
        if self.fails is not None:
            raise self.fails
        return Heard(worker, Transcript(question.payload.decode(), "gated"), 1.0)


class Client:
    """Any MQTT 5 client: it may play a worker, or ask by itself."""

    def __init__(self, client: aiomqtt.Client, name: str) -> None:
        self.client = client
        self.name = name
        self._answers = TOPICS.answers_to(name)

    async def serves(self, kind: Kind = "hear") -> None:
        """Be a worker."""
        await self.client.subscribe(TOPICS.shared(kind), 1)
        await self.tells(Status((kind,)))

    async def tells(self, status: Status | None) -> None:
        told = encoded(status) if status is not None else b""
        await self.client.publish(TOPICS.status(self.name), told, 1, retain=True)

    async def leaves_the_subscription(self, kind: Kind = "hear") -> None:
        await self.client.unsubscribe(TOPICS.shared(kind))

    async def next(self) -> Parcel:
        """The next message."""
        async with asyncio.timeout(WAIT_S):
            return Parcel.of(await anext(aiter(self.client.messages)))

    async def replies(self, question: Parcel, reply: Reply | bytes) -> None:
        assert question.response_topic is not None
        payload = reply if isinstance(reply, bytes) else encoded(reply)
        await self.publish(
            Parcel(question.response_topic, payload, correlation=question.correlation)
        )

    async def hears(self, question: Parcel, text: str = "lights on") -> None:
        await self.replies(question, Heard(self.name, Transcript(text, self.name), 1.0))

    async def listens(self) -> None:
        await self.client.subscribe(self._answers, 1)

    async def asks(
        self, text: str, id: bytes = b"1", kind: Kind = "hear", expiry_s: int = 20, to: str = ""
    ) -> None:
        topic = to or self._answers
        await self.publish(
            Parcel(TOPICS.work(kind), text.encode(), False, topic, id, expiry_s, "audio/pcm")
        )

    async def publish(self, parcel: Parcel) -> None:
        await self.client.publish(parcel.topic, parcel.payload, 1, parcel.retain, parcel.properties)

    async def answer(self) -> tuple[bytes | None, Reply]:
        """The next reply that is more than a sign of life."""
        while True:
            parcel = await self.next()
            reply = reply_of(parcel.payload)
            if not isinstance(reply, Taken):
                return parcel.correlation, reply


class Group:
    """Makes hubs, workers and others on one broker."""

    def __init__(self, port: int, events: Events) -> None:
        self.port = port
        self.events = events

    def _connect(self, port: int | None, username: str | None) -> Callable[..., AiomqttBroker]:
        def connect(
            events: Events, receive: Callable[[Parcel], None], status_topic: str | None = None
        ) -> AiomqttBroker:
            return AiomqttBroker(
                "127.0.0.1", port or self.port, username=username, status_topic=status_topic,
                status=("", ""), qos_in=QOS, receive=receive, keepalive_s=3, publish_timeout_s=2,
                events=events, sleep=at_once,
            )  # fmt: skip

        return connect

    @asynccontextmanager
    async def hub(self, username: str | None = None) -> AsyncIterator[Asking]:
        connect = self._connect(None, username)
        async with Asking(connect, TOPICS, "hub", self.events) as asking:
            yield asking

    @asynccontextmanager
    async def worker(
        self, name: str, *works: Work, port: int | None = None, username: str | None = None
    ) -> AsyncIterator[None]:
        """A real worker, which is there from the beginning of the block on."""
        worker = Worker(self._connect(port, username), TOPICS, name, works, self.events)
        running = asyncio.create_task(worker.run())
        async with self.client("watcher", username=username) as watcher:
            await watcher.client.subscribe(TOPICS.status(name), 1)
            while not (await watcher.next()).payload:
                pass
        try:
            yield
        finally:
            for work in works:
                if isinstance(work, Gated):
                    work.let_go()
            await end(running)

    @asynccontextmanager
    async def client(
        self, name: str, will: aiomqtt.Will | None = None, username: str | None = None
    ) -> AsyncIterator[Client]:
        v5 = aiomqtt.ProtocolVersion.V5
        with suppress(aiomqtt.MqttError):  # a test may have killed the broker
            async with aiomqtt.Client(
                "127.0.0.1", self.port, protocol=v5, will=will, username=username
            ) as client:
                yield Client(client, name)


@pytest.fixture
async def group(mosquitto: BrokerSwitch, recorder: Recorder) -> Group:
    """Those who work together on a running Mosquitto."""
    return Group(mosquitto.port, recorder.bus)
