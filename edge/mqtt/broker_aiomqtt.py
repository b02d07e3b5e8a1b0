"""The connection to a real MQTT broker, by aiomqtt; it heals itself.

From `async with` on, one task holds the connection: it connects, subscribes to everything asked for
so far, says `online` on its status topic where it has one (the broker says `offline` there when we
vanish), and hands messages on. When the connection is lost, or the broker is not there yet, it says
so once, waits a little longer each time (with jitter, so that not all clients come back at the same
moment), and tries again. Publishing waits for the connection and for the broker's acknowledgement,
and gives up with an error.

It speaks MQTT 5, because only there a broker tells that it does not let us publish, and 3.1.1 to a
broker that knows nothing newer. What the broker denies is told to the log, once a topic. (Mosquitto
accepts a subscription that its ACL file does not allow, and just sends nothing.) A connection over
which nothing comes any more is given up after `KEEPALIVE_S` and its answer's.
"""

from __future__ import annotations

import asyncio
import contextlib
import random as random_module
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import aiomqtt
from aiomqtt.exceptions import MqttConnectError
from paho.mqtt.reasoncodes import ReasonCode

from edge.kernel.events import Events
from edge.kernel.retrying import pause_s
from edge.mqtt.acknowledgements import NOT_AUTHORIZED, REFUSED_BY_3_1_1, Acknowledgements
from edge.mqtt.broker import BrokerError
from edge.mqtt.explaining import Explaining
from edge.mqtt.opening import opened
from edge.mqtt.parcel import Parcel
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
KEEPALIVE_S = 6
"""Silence after which the broker is asked for a sign of life, and how long it may take with it; so
a dead link is found within 15 s (both, and a second each until paho looks)."""
CONNECTS_WITHIN_S = 10.0
"""How long the broker may take to let us in."""
MOST_DENIED = 100
"""So many topics that the broker denies are told."""
TOO_NEW = (1, 129, 130, 132)
"""With what brokers answer a version of MQTT that they do not know: the return code of 3.1.1, and
the reasons "malformed packet", "protocol error" and "unsupported protocol version" of 5."""
NO_SUBSCRIBERS = 0x10
"""Reason code of MQTT 5: the message was taken, and nobody is there who wants it (3.4.2.1)."""


@dataclass(frozen=True, slots=True, eq=False)
class _Connection:
    client: aiomqtt.Client
    acknowledgements: Acknowledgements
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
        status_topic: str | None = None,
        status: tuple[str, str] = ("online", "offline"),
        qos_in: int = QOS_IN,
        receive: Callable[[Parcel], None] | None = None,
        keepalive_s: int = KEEPALIVE_S,
        publish_timeout_s: float = 5.0,
        events: Events | None = None,
        random: Callable[[], float] = random_module.random,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`ca_file` is the certificate of the authority that signed the broker's, for TLS at home.

        `status_topic` tells others whether we are there: `status` is what is kept there when we
        are, and when we are not (nothing is kept when that is empty). `receive` is called with each
        message instead of it being one of `messages`; it must not raise. `random` gives 0 to 1.
        Raises `BrokerError` when the certificate file cannot be used.
        """
        self._host, self._port = host, port
        self._username, self._password = username, password
        self._tls = _tls_context(ca_file) if tls else None
        self._status_topic = status_topic
        self._online, self._offline = status
        self._qos_in, self._receive = qos_in, receive
        self._explaining = Explaining(host, port, username, tls)
        self._version = aiomqtt.ProtocolVersion.V5
        self._is_old = False
        self._denied: set[str] = set()
        self._keepalive_s = keepalive_s
        self._publish_timeout_s = publish_timeout_s
        self._events = events or Events()
        self._random, self._sleep = random, sleep
        self._filters: dict[str, None] = {}
        self._queue: asyncio.Queue[Message | None] = asyncio.Queue()
        self._connection: _Connection | None = None
        self.connections = 0
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
            raise self._problem or self._explaining.no_answer() from None
        if not self.connected and self._problem:
            raise self._problem

    async def publish(self, message: Message) -> None:
        """Hand a message to the broker at QoS 1; waits out a short loss of the connection.

        A message whose acknowledgement was lost is sent again. Raises `BrokerError` after the
        timeout.
        """
        await self._hand_over(message)

    async def post(self, parcel: Parcel) -> bool:
        """Hand over a message of MQTT 5, as `publish` does; whether anybody is there who wants it.

        Raises `BrokerError`, too, where the broker speaks only 3.1.1.
        """
        return await self._hand_over(parcel) != NO_SUBSCRIBERS

    async def _hand_over(self, message: Message | Parcel) -> int:
        """The reason code of the broker's answer."""
        try:
            async with asyncio.timeout(self._publish_timeout_s):
                while (reason := await self._sent(message)) is None:
                    pass
                return reason
        except TimeoutError:
            problem = self._problem or self._explaining.no_answer()
            raise BrokerError(f"Nothing was sent to {message.topic}: {problem}") from None

    async def subscribe(self, *filters: str) -> None:
        """Ask for the messages of topic filters, now and after each reconnection."""
        fresh = [name for name in dict.fromkeys(filters) if name not in self._filters]
        self._filters.update(dict.fromkeys(fresh))
        if fresh and (connection := self._connection):
            await self._while_connected(connection, self._ask_for(connection.client, fresh))

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
                async with opened(self._client()) as client:
                    await self._greet(client)
                    failures = 0
                    await self._listen(client)
            except (aiomqtt.MqttError, OSError, ValueError) as error:
                if self._steps_back(error):
                    continue
                await self._lose(error)
            await self._sleep(pause_s(failures, FIRST_DELAY_S, LONGEST_DELAY_S, self._random()))
            failures += 1

    def _steps_back(self, error: Exception) -> bool:
        """Whether an older version of MQTT is to be tried at once. Where nobody answers, another
        one is tried next time: a broker may just drop what it does not understand."""
        newest = self._version is aiomqtt.ProtocolVersion.V5
        if isinstance(error, MqttConnectError):
            too_new = newest and getattr(error.rc, "value", error.rc) in TOO_NEW
            if too_new:
                self._version, self._is_old = aiomqtt.ProtocolVersion.V311, True
            return too_new
        if self._connection is None and "timed out" in str(error):
            older, newer = aiomqtt.ProtocolVersion.V311, aiomqtt.ProtocolVersion.V5
            self._version = older if newest else newer
        return False

    def _client(self) -> aiomqtt.Client:
        will = self._status_topic and aiomqtt.Will(self._status_topic, self._offline, QOS, True)
        return aiomqtt.Client(
            self._host,
            self._port,
            username=self._username,
            password=self._password,
            tls_context=self._tls,
            protocol=self._version,
            keepalive=self._keepalive_s,
            timeout=CONNECTS_WITHIN_S,
            will=will or None,
            max_queued_incoming_messages=QUEUED_MESSAGES,
            socket_options=SOCKET_OPTIONS,
        )

    async def _greet(self, client: aiomqtt.Client) -> None:
        """All that is done on a new connection before it counts as one."""
        connection = _Connection(client, Acknowledgements(client))
        await self._ask_for(client, list(self._filters))
        if self._status_topic is not None:
            online = Message(self._status_topic, self._online, retain=True)
            reason = await self._answer(connection.acknowledgements, online)
            with contextlib.suppress(BrokerError):
                self._check(online.topic, reason)
        async with self._change:
            self._connection, self._problem, self._hopeless = connection, None, False
            self.connections += 1
            self._change.notify_all()
        self._events.emit("broker_connected", host=self._host, port=self._port)

    async def _answer(self, acknowledgements: Acknowledgements, message: Message) -> int:
        """The broker's answer to a message; raises aiomqtt.MqttError where it gives none."""
        try:
            async with asyncio.timeout(self._publish_timeout_s):
                return await acknowledgements.publish(message, QOS)
        except TimeoutError:
            raise aiomqtt.MqttError("the broker does not answer") from None

    async def _ask_for(self, client: aiomqtt.Client, filters: Sequence[str]) -> None:
        """Subscribe, and say what is denied."""
        if not filters:
            return
        answers = await client.subscribe([(name, self._qos_in) for name in filters])
        for name, answer in zip(filters, cast("Sequence[int | ReasonCode]", answers), strict=False):
            reason = answer if isinstance(answer, int) else answer.value
            if reason >= REFUSED_BY_3_1_1:
                self._deny(name, f"may not subscribe to {name}: add `topic read {name}`")

    def _check(self, topic: str, reason: int) -> None:
        """Raises BrokerError, and says so, when a message to a topic was refused."""
        if reason == NOT_AUTHORIZED:
            raise self._deny(topic, f"may not publish to {topic}: add `topic write {topic}`")
        if reason >= REFUSED_BY_3_1_1:
            raise BrokerError(f"The MQTT broker refused a message to {topic}. See its log.")

    def _deny(self, topic: str, problem: str) -> BrokerError:
        who = f'"{self._username}"' if self._username else "without a user"
        error = BrokerError(f"Lares ({who}) {problem} to the ACL of the MQTT broker.")
        if topic not in self._denied and len(self._denied) < MOST_DENIED:
            self._denied.add(topic)
            self._events.emit("mqtt_denied", "error", topic=topic, problem=str(error))
        return error

    async def _listen(self, client: aiomqtt.Client) -> None:
        try:
            async for message in client.messages:
                if self._receive is not None:
                    self._receive(Parcel.of(message))
                elif self._queue.qsize() >= QUEUED_MESSAGES:
                    self._events.emit("message_dropped", "warning", topic=message.topic.value)
                else:
                    self._queue.put_nowait(_message(message))
        except asyncio.CancelledError:
            if self._status_topic is not None:
                with contextlib.suppress(aiomqtt.MqttError):
                    await client.publish(self._status_topic, self._offline, QOS, True)
            raise

    async def _lose(self, error: Exception) -> None:
        """Note why there is no connection, and say so when it is news."""
        before, had = self._problem, self._connection
        if had and not self._is_old:
            self._version = aiomqtt.ProtocolVersion.V5
        problem, hopeless = self._explaining.explain(error)
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

    async def _sent(self, message: Message | Parcel) -> int | None:
        """The broker's answer to a message; None when the connection was lost over it."""
        async with self._change:
            await self._change.wait_for(lambda: self._connection is not None)
            connection = self._connection
        assert connection is not None
        reason: int | None = None

        async def send() -> None:
            nonlocal reason
            if isinstance(message, Parcel) and self._version is not aiomqtt.ProtocolVersion.V5:
                raise BrokerError(f"Expected a broker of MQTT 5 for {message.topic}, found 3.1.1.")
            try:
                reason = await connection.acknowledgements.publish(message, QOS)
            except ValueError as error:
                raise BrokerError(f"{message.topic!r} cannot be published to: {error}") from error
            self._check(message.topic, reason)

        return reason if await self._while_connected(connection, send()) else None

    async def _while_connected(self, connection: _Connection, call: Awaitable[None]) -> bool:
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
            elif error is not None:
                raise error
            return calling.done() and error is None
        finally:
            calling.cancel()
            losing.cancel()


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
