"""The connection to a real MQTT broker, by aiomqtt; it heals itself.

From `async with` on, one task holds the connection: it connects, subscribes to everything asked for
so far, says `online` on `lares/<node>/status` (the broker says `offline` there when we vanish), and
hands messages on. When the connection is lost, or the broker is not there yet, it says so once,
waits a little longer each time (with jitter, so that not all clients come back at the same moment),
and tries again. Publishing waits for the connection and for the broker's acknowledgement, and gives
up with an error.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import random as random_module
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import aiomqtt
from aiomqtt.exceptions import MqttConnectError

from edge.kernel.events import Events
from edge.mqtt.broker import BrokerError
from edge.mqtt.tasks import end
from edge.types import Message

QUEUED_MESSAGES = 10_000
"""How many messages may wait to be read; what comes beyond that is dropped and reported."""
FIRST_DELAY_S, LONGEST_DELAY_S = 0.5, 30.0
LOSS_NOTICED_S = 1.0
"""How long it may take until a failed call is known to be a lost connection."""
SOCKET_OPTIONS = ((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),)
"""Small packets go at once: without it a confirmation takes 40 ms longer."""
QOS = 1
QOS_IN = 0
"""Of what comes to us: a connection that stands loses nothing, and after one that broke all states
are told again. At QoS 1 Mosquitto drops retained messages beyond the first thousand."""
BAD_CREDENTIALS = (134, 135)
"""Reason codes of MQTT 5; aiomqtt tells those of MQTT 3.1.1 by them too."""


@dataclass(frozen=True, slots=True, eq=False)
class _Connection:
    client: aiomqtt.Client
    lost: asyncio.Event = field(default_factory=asyncio.Event)


class AiomqttBroker:
    """A broker at a host and port; makers of `edge.mqtt.broker.Broker`."""

    def __init__(
        self,
        host: str,
        port: int = 1883,
        *,
        username: str | None = None,
        password: str | None = None,
        tls: bool = False,
        ca_file: Path | str | None = None,
        node: str = "lares",
        publish_timeout_s: float = 5.0,
        events: Events | None = None,
        random: Callable[[], float] = random_module.random,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`ca_file` is the certificate of the authority that signed the broker's, for TLS at home.

        `random` gives 0 to 1. Raises `BrokerError` when the certificate file cannot be used.
        """
        self._host, self._port = host, port
        self._username, self._password = username, password
        self._tls = _tls_context(ca_file) if tls else None
        self._status_topic = f"lares/{node}/status"
        self._publish_timeout_s = publish_timeout_s
        self._events = events or Events()
        self._random, self._sleep = random, sleep
        self._filters: dict[str, None] = {}
        self._queue: asyncio.Queue[Message | None] = asyncio.Queue()
        self._connection: _Connection | None = None
        self._change = asyncio.Condition()
        self._problem: BrokerError | None = None
        self._hopeless = False
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._keep_connected(), name="mqtt connection")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._task is not None:
            await end(self._task)
        self._queue.put_nowait(None)

    @property
    def connected(self) -> bool:
        """Whether messages go through now."""
        return self._connection is not None

    async def wait_connected(self, timeout_s: float) -> None:
        """Wait for the connection. Raises `BrokerError` with what is wrong and what to do.

        What waiting cannot heal (credentials refused, a certificate not trusted) is raised at once.
        """
        try:
            async with asyncio.timeout(timeout_s), self._change:
                await self._change.wait_for(lambda: self.connected or self._hopeless)
        except TimeoutError:
            raise self._problem or self._no_answer() from None
        if not self.connected and self._problem:
            raise self._problem

    async def publish(self, message: Message) -> None:
        """Hand a message to the broker at QoS 1; waits out a short loss of the connection.

        A message whose acknowledgement was lost is sent again. Raises `BrokerError` after the
        timeout.
        """
        try:
            async with asyncio.timeout(self._publish_timeout_s):
                while not await self._sent(message):
                    pass
        except TimeoutError:
            reason = self._problem or self._no_answer()
            raise BrokerError(f"Nothing was sent to {message.topic}: {reason}") from None

    async def subscribe(self, *filters: str) -> None:
        """Ask for the messages of topic filters, now and after each reconnection."""
        fresh = [name for name in dict.fromkeys(filters) if name not in self._filters]
        self._filters.update(dict.fromkeys(fresh))
        if fresh and (connection := self._connection):
            await self._while_connected(
                connection, connection.client.subscribe([(name, QOS_IN) for name in fresh])
            )

    async def unsubscribe(self, *filters: str) -> None:
        """Ask for them no longer."""
        known = [name for name in filters if name in self._filters]
        for name in known:
            del self._filters[name]
        if known and (connection := self._connection):
            await self._while_connected(connection, connection.client.unsubscribe(known))

    async def messages(self) -> AsyncIterator[Message]:
        """The messages that come, until the connection is closed for good."""
        while (message := await self._queue.get()) is not None:
            yield message

    async def _keep_connected(self) -> None:
        failures = 0
        while True:
            try:
                async with self._client() as client:
                    await self._greet(client)
                    failures = 0
                    await self._listen(client)
            except (aiomqtt.MqttError, OSError, ValueError) as error:
                await self._lose(error)
            await self._sleep(self._delay(failures))
            failures += 1

    def _client(self) -> aiomqtt.Client:
        return aiomqtt.Client(
            self._host,
            self._port,
            username=self._username,
            password=self._password,
            tls_context=self._tls,
            will=aiomqtt.Will(self._status_topic, "offline", QOS, retain=True),
            max_queued_incoming_messages=QUEUED_MESSAGES,
            socket_options=SOCKET_OPTIONS,
        )

    async def _greet(self, client: aiomqtt.Client) -> None:
        """All that is done on a new connection before it counts as one."""
        if self._filters:
            await client.subscribe([(name, QOS_IN) for name in self._filters])
        await client.publish(self._status_topic, "online", QOS, retain=True)
        async with self._change:
            self._connection, self._problem, self._hopeless = _Connection(client), None, False
            self._change.notify_all()
        self._events.emit("broker_connected", host=self._host, port=self._port)

    async def _listen(self, client: aiomqtt.Client) -> None:
        try:
            async for message in client.messages:
                if self._queue.qsize() >= QUEUED_MESSAGES:
                    self._events.emit("message_dropped", "warning", topic=message.topic.value)
                else:
                    self._queue.put_nowait(_message(message))
        except asyncio.CancelledError:
            with contextlib.suppress(aiomqtt.MqttError):
                await client.publish(self._status_topic, "offline", QOS, retain=True)
            raise

    async def _lose(self, error: Exception) -> None:
        """Note why there is no connection, and say so when it is news."""
        before, had = self._problem, self._connection
        problem, hopeless = self._explain(error)
        if had:
            had.lost.set()
        async with self._change:
            self._connection, self._problem, self._hopeless = None, problem, hopeless
            self._change.notify_all()
        if had or before is None or str(before) != str(problem):
            self._events.emit(
                "broker_lost" if had else "broker_unreachable",
                "error" if hopeless else "warning",
                host=self._host,
                port=self._port,
                reason=str(problem),
            )

    def _delay(self, failures: int) -> float:
        """Seconds before the next attempt: doubled each time, between half and all of it."""
        longest = min(FIRST_DELAY_S * 2.0 ** min(failures, 16), LONGEST_DELAY_S)
        return longest * (0.5 + self._random() / 2)

    async def _sent(self, message: Message) -> bool:
        """Whether a message was taken; False when the connection was lost over it."""
        async with self._change:
            await self._change.wait_for(lambda: self._connection is not None)
            connection = self._connection
        assert connection is not None
        sending = connection.client.publish(
            message.topic, message.payload, QOS, message.retain, timeout=math.inf
        )
        return await self._while_connected(connection, sending)

    async def _while_connected(self, connection: _Connection, call: Awaitable[object]) -> bool:
        """Whether a call to the broker ended well; False once the connection is lost."""
        calling = asyncio.ensure_future(call)
        losing = asyncio.ensure_future(connection.lost.wait())
        try:
            await asyncio.wait((calling, losing), return_when=asyncio.FIRST_COMPLETED)
            error = calling.exception() if calling.done() else None
            if isinstance(error, aiomqtt.MqttError):
                await asyncio.wait((losing,), timeout=LOSS_NOTICED_S)
                if not losing.done():
                    raise BrokerError(f"The MQTT broker refused: {error}. See its log.") from error
            return calling.done() and error is None
        finally:
            calling.cancel()
            losing.cancel()

    def _explain(self, error: Exception) -> tuple[BrokerError, bool]:
        """The error in words, and whether waiting cannot heal it."""
        where = f"The MQTT broker at {self._host}:{self._port}"
        cause = error.__cause__ or error.__context__ or error
        if isinstance(error, MqttConnectError):
            return BrokerError(f"{where} refuses {self._refused(error)}"), True
        if isinstance(cause, ssl.SSLError):
            return BrokerError(
                f"{where} and TLS do not agree: {cause.reason or cause}. Check that the port "
                "speaks TLS, and that mqtt.ca_file is the certificate that signed the broker's."
            ), True
        if self._tls and isinstance(cause, ConnectionResetError):
            return BrokerError(
                f"{where} ends the connection instead of speaking TLS. Check mqtt.port "
                "(8883 is usual for TLS), or set mqtt.tls to false."
            ), True
        if isinstance(cause, socket.gaierror):
            return BrokerError(
                f'There is no host "{self._host}" for the MQTT broker ({cause.strerror}). '
                "Check mqtt.host and the network."
            ), False
        if isinstance(cause, ConnectionRefusedError):
            return BrokerError(
                f"Nothing answers at {self._host}:{self._port}. Start the MQTT broker, "
                "or check mqtt.host and mqtt.port."
            ), False
        return BrokerError(f"{where} gives no connection: {error}. Trying again."), False

    def _refused(self, error: MqttConnectError) -> str:
        """Whom the broker refuses, and what to do."""
        if getattr(error.rc, "value", error.rc) not in BAD_CREDENTIALS:
            return f"the connection: {error}. See its log."
        who = f'the user "{self._username}"' if self._username else "a client without a user"
        return f"{who}. Set mqtt.username and mqtt.password to what it knows."

    def _no_answer(self) -> BrokerError:
        return BrokerError(
            f"The MQTT broker at {self._host}:{self._port} does not answer in time. Check that it "
            "runs, that the network reaches it, and that mqtt.tls is true if it wants TLS."
        )


def _tls_context(ca_file: Path | str | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise BrokerError(
            f"Expected a certificate in PEM format at mqtt.ca_file {ca_file}, found: {error}."
        ) from error


def _message(message: aiomqtt.Message) -> Message:
    payload = message.payload
    text = (
        payload.decode(errors="replace") if isinstance(payload, bytes | bytearray) else str(payload)
    )
    return Message(message.topic.value, text, message.retain)
