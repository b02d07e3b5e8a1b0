"""The connection to a real Mosquitto: it delivers, heals itself, and says what is wrong."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from edge.demo.mosquitto import start_broker
from edge.mqtt.broker import Broker, BrokerError
from edge.mqtt.broker_aiomqtt import (
    FIRST_DELAY_S,
    KEEPALIVE_S,
    LONGEST_DELAY_S,
    AiomqttBroker,
)
from edge.types import Message
from tests.edge.mqtt.conftest import AS_US, WAIT_S, BrokerSwitch, MakeBroker, Recorder


async def next_of(messages: AsyncIterator[Message]) -> Message:
    async with asyncio.timeout(WAIT_S):
        return await anext(messages)


async def test_what_is_published_comes_to_those_who_asked(
    mosquitto: BrokerSwitch, make_broker: MakeBroker
) -> None:
    async with make_broker(mosquitto.port) as broker:
        await broker.wait_connected(WAIT_S)
        await broker.subscribe("home/+")
        await broker.publish(Message("away/a", "no"))
        await broker.publish(Message("home/ä", "grüß"))
        assert await next_of(broker.messages()) == Message("home/ä", "grüß")


async def test_unsubscribed_topics_come_no_longer(
    mosquitto: BrokerSwitch, make_broker: MakeBroker
) -> None:
    async with make_broker(mosquitto.port) as broker:
        await broker.subscribe("a", "b")
        await broker.wait_connected(WAIT_S)
        await broker.unsubscribe("a", "never")
        await broker.publish(Message("a", "1"))
        await broker.publish(Message("b", "2"))
        assert (await next_of(broker.messages())).topic == "b"


async def test_a_retained_message_waits_for_whoever_asks_later(
    mosquitto: BrokerSwitch, make_broker: MakeBroker
) -> None:
    async with make_broker(mosquitto.port) as broker:
        await broker.publish(Message("a", "kept", retain=True))
        await broker.subscribe("a")
        assert await next_of(broker.messages()) == Message("a", "kept", retain=True)


async def test_the_broker_may_be_restarted_and_everything_goes_on(
    mosquitto: BrokerSwitch, make_broker: MakeBroker, recorder: Recorder
) -> None:
    async with make_broker(mosquitto.port) as broker:
        await broker.subscribe("a")
        await recorder.wait_for("broker_connected")
        await mosquitto.kill()
        await recorder.wait_for("broker_lost")
        assert not broker.connected
        await mosquitto.start()
        await broker.wait_connected(WAIT_S)
        await broker.publish(Message("a", "again"))
        assert (await next_of(broker.messages())).payload == "again"
    assert len(recorder.named("broker_lost")) == 1
    assert recorder.named("broker_lost")[0].level == "warning"


async def test_a_broker_that_is_down_at_the_start_is_waited_for_and_reported_once(
    switch: BrokerSwitch, make_broker: MakeBroker, recorder: Recorder
) -> None:
    attempts = 0

    async def count(_: float) -> None:
        nonlocal attempts
        attempts += 1
        await asyncio.sleep(0.01)

    async with make_broker(switch.port, sleep=count) as broker:
        event = await recorder.wait_for("broker_unreachable")
        with pytest.raises(BrokerError, match="Start the MQTT broker"):
            await broker.wait_connected(0.2)
        await switch.start()
        await broker.wait_connected(WAIT_S)
    assert attempts > 2
    assert len(recorder.named("broker_unreachable")) == 1
    assert f"127.0.0.1:{switch.port}" in event.fields["reason"]


async def test_a_message_published_while_the_broker_is_away_arrives_when_it_is_back(
    mosquitto: BrokerSwitch, make_broker: MakeBroker, recorder: Recorder
) -> None:
    async with make_broker(mosquitto.port) as broker:
        await broker.subscribe("a")
        await broker.wait_connected(WAIT_S)
        await mosquitto.kill()
        publishing = asyncio.create_task(broker.publish(Message("a", "late")))
        await recorder.wait_for("broker_lost")
        await mosquitto.start()
        async with asyncio.timeout(WAIT_S):
            await publishing
        assert (await next_of(broker.messages())).payload == "late"


async def test_a_message_that_cannot_be_sent_is_an_error_and_not_lost_silently(
    mosquitto: BrokerSwitch, make_broker: MakeBroker
) -> None:
    async with make_broker(mosquitto.port, publish_timeout_s=0.3) as broker:
        await broker.wait_connected(WAIT_S)
        await mosquitto.kill()
        with pytest.raises(BrokerError, match="Nothing was sent to a: Nothing answers at"):
            await broker.publish(Message("a", "lost"))


async def test_a_broker_that_hangs_is_an_error_too(
    mosquitto: BrokerSwitch, make_broker: MakeBroker
) -> None:
    async with make_broker(mosquitto.port, publish_timeout_s=0.3) as broker:
        await broker.wait_connected(WAIT_S)
        assert mosquitto.running is not None
        process = mosquitto.running.process
        process.send_signal(19)
        try:
            with pytest.raises(BrokerError, match="does not answer in time"):
                await broker.publish(Message("a", "x"))
        finally:
            process.send_signal(18)


async def test_others_see_online_while_we_are_there_and_offline_afterwards(
    mosquitto: BrokerSwitch, make_broker: MakeBroker
) -> None:
    async with make_broker(mosquitto.port) as watcher:
        await watcher.subscribe("lares/pi/status")
        await watcher.wait_connected(WAIT_S)
        messages = watcher.messages()
        async with make_broker(mosquitto.port, status_topic="lares/pi/status") as broker:
            await broker.wait_connected(WAIT_S)
            assert (await next_of(messages)).payload == "online"
        assert (await next_of(messages)).payload == "offline"


async def test_refused_credentials_are_told_at_once_and_without_the_password(
    passwords: Path, make_broker: MakeBroker, recorder: Recorder
) -> None:
    switch = BrokerSwitch(["allow_anonymous false", f"password_file {passwords}", AS_US])
    await switch.start()
    try:
        wrong = make_broker(switch.port, username="anna", password="wr0ng")
        async with wrong:
            with pytest.raises(BrokerError) as caught:
                await wrong.wait_connected(WAIT_S)
        assert 'refuses the user "anna"' in str(caught.value)
        assert "mqtt.password" in str(caught.value)
        assert "wr0ng" not in str(caught.value)
        assert recorder.named("broker_unreachable")[0].level == "error"
        async with make_broker(switch.port) as nobody:
            with pytest.raises(BrokerError, match="a client without a user"):
                await nobody.wait_connected(WAIT_S)
        async with make_broker(switch.port, username="anna", password="right") as right:
            await right.wait_connected(WAIT_S)
            assert right.connected
    finally:
        await switch.stop()


async def test_tls_with_an_authority_of_ones_own(
    certificates: Path, make_broker: MakeBroker
) -> None:
    switch = BrokerSwitch(
        [
            "allow_anonymous true",
            f"certfile {certificates / 'server.pem'}",
            f"keyfile {certificates / 'server.key'}",
            AS_US,
        ]
    )
    await switch.start()
    try:
        trusting = make_broker(switch.port, tls=True, ca_file=certificates / "ca.pem")
        async with trusting:
            await trusting.wait_connected(WAIT_S)
            await trusting.publish(Message("a", "secret"))
        async with make_broker(switch.port, tls=True) as strict:
            with pytest.raises(BrokerError, match=r"CERTIFICATE_VERIFY_FAILED.*mqtt\.ca_file"):
                await strict.wait_connected(WAIT_S)
        async with make_broker(switch.port) as plain:
            with pytest.raises(BrokerError, match=r"mqtt\.tls"):
                await plain.wait_connected(0.5)
    finally:
        await switch.stop()


async def test_tls_where_the_broker_speaks_none_is_said(
    mosquitto: BrokerSwitch, make_broker: MakeBroker
) -> None:
    async with make_broker(mosquitto.port, tls=True) as broker:
        with pytest.raises(BrokerError, match=r"instead of speaking TLS.*mqtt\.port"):
            await broker.wait_connected(WAIT_S)


def test_a_certificate_file_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    for content in (None, "hello"):
        if content:
            path.write_text(content)
        with pytest.raises(BrokerError, match="Expected a certificate in PEM format"):
            AiomqttBroker("127.0.0.1", tls=True, ca_file=path)


async def test_a_host_that_does_not_exist_is_said(recorder: Recorder) -> None:
    broker = AiomqttBroker("no-such-host.invalid", events=recorder.bus)
    async with broker:
        event = await recorder.wait_for("broker_unreachable")
    assert 'no host "no-such-host.invalid"' in event.fields["reason"]
    assert "mqtt.host" in event.fields["reason"]


async def test_pauses_double_up_to_a_limit_and_vary(
    switch: BrokerSwitch, make_broker: MakeBroker
) -> None:
    pauses: list[float] = []
    enough = asyncio.Event()

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 10:
            enough.set()
        await asyncio.sleep(0)

    async with make_broker(switch.port, sleep=sleep, random=lambda: 1.0):
        async with asyncio.timeout(WAIT_S):
            await enough.wait()
    assert pauses[:3] == [FIRST_DELAY_S, 2 * FIRST_DELAY_S, 4 * FIRST_DELAY_S]
    assert max(pauses) == LONGEST_DELAY_S
    pauses.clear()
    enough.clear()
    async with make_broker(switch.port, sleep=sleep, random=lambda: 0.0):
        async with asyncio.timeout(WAIT_S):
            await enough.wait()
    assert pauses[0] == FIRST_DELAY_S / 2


async def test_messages_nobody_reads_are_bounded_and_reported(
    mosquitto: BrokerSwitch,
    make_broker: MakeBroker,
    recorder: Recorder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("edge.mqtt.broker_aiomqtt.QUEUED_MESSAGES", 5)
    async with make_broker(mosquitto.port) as broker:
        await broker.subscribe("a")
        await broker.wait_connected(WAIT_S)
        for number in range(8):
            await broker.publish(Message("a", str(number)))
        await recorder.wait_for("message_dropped", 3)
        messages = broker.messages()
        assert [(await next_of(messages)).payload for _ in range(5)] == list("01234")


async def test_the_connection_keeps_the_promises_of_a_broker(make_broker: MakeBroker) -> None:
    broker: Broker = make_broker(1)
    assert not broker.connected


async def test_what_may_not_be_published_is_an_error_and_told_once_with_what_to_do(
    tmp_path: Path, make_broker: MakeBroker, recorder: Recorder
) -> None:
    rights = tmp_path / "acl"
    rights.write_text("topic readwrite allowed/#\n")
    switch = BrokerSwitch(["allow_anonymous true", f"acl_file {rights}", AS_US])
    await switch.start()
    try:
        async with make_broker(switch.port, status_topic="denied/status") as broker:
            await broker.wait_connected(WAIT_S)
            for _ in range(2):
                with pytest.raises(BrokerError, match="`topic write denied/a`"):
                    await broker.publish(Message("denied/a", "x"))
            await broker.publish(Message("allowed/a", "x"))
            assert broker.connected
    finally:
        await switch.stop()
    denied = recorder.named("mqtt_denied")
    assert [event.fields["topic"] for event in denied] == ["denied/status", "denied/a"]
    assert {event.level for event in denied} == {"error"}


async def test_a_topic_that_cannot_be_published_to_is_an_error(
    mosquitto: BrokerSwitch, make_broker: MakeBroker
) -> None:
    async with make_broker(mosquitto.port) as broker:
        with pytest.raises(BrokerError, match="cannot be published to"):
            await broker.publish(Message("a/#", "x"))


async def test_a_broker_that_speaks_only_mqtt_3_is_spoken_to_in_it_and_nobody_hears_of_it(
    make_broker: MakeBroker, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("amqtt")
    monkeypatch.setattr("edge.demo.mosquitto.find_mosquitto", lambda: None)
    async with start_broker() as old, make_broker(old.port) as broker:
        await broker.wait_connected(WAIT_S)
        await broker.subscribe("a")
        await broker.publish(Message("a", "x"))
        assert await next_of(broker.messages()) == Message("a", "x")
    assert old.program == "amqtt"
    assert [event.name for event in recorder.seen] == ["broker_connected"]


class OldBroker:
    """Takes connections and answers only those in MQTT 3.1.1; of others it drops everything."""

    def __init__(self) -> None:
        self.versions: list[int] = []
        self._writers: list[asyncio.StreamWriter] = []

    def hang_up(self) -> None:
        for writer in self._writers:
            writer.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.read(1_000)
        version = first[first.index(b"MQTT") + 4]
        self.versions.append(version)
        if version == 4:
            writer.write(bytes((0x20, 2, 0, 0)))
            self._writers.append(writer)
        await reader.read()
        writer.close()


async def test_a_broker_that_says_nothing_to_mqtt_5_is_asked_in_mqtt_3_next(
    make_broker: MakeBroker, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.mqtt.broker_aiomqtt.CONNECTS_WITHIN_S", 0.2)
    old = OldBroker()
    server = await asyncio.start_server(old.serve, "127.0.0.1", 0)
    async with server, make_broker(server.sockets[0].getsockname()[1]):
        await recorder.wait_for("broker_connected")
    assert old.versions == [5, 4]


class Wire:
    """TCP connections to a broker that can be cut so that neither end notices."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._whole = asyncio.Event()
        self._whole.set()

    def cut(self) -> None:
        """Nothing goes through those that are open now; new ones are whole."""
        self._whole.clear()
        self._whole = asyncio.Event()
        self._whole.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        broker_reader, broker_writer = await asyncio.open_connection("127.0.0.1", self._port)
        whole = self._whole

        async def forward(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            while data := await source.read(4_096):
                await whole.wait()
                sink.write(data)
            sink.close()

        await asyncio.gather(
            forward(reader, broker_writer), forward(broker_reader, writer), return_exceptions=True
        )


@pytest.mark.slow
async def test_a_link_that_has_died_without_a_word_is_found_within_fifteen_seconds_and_replaced(
    mosquitto: BrokerSwitch, make_broker: MakeBroker, recorder: Recorder
) -> None:
    wire = Wire(mosquitto.port)
    server = await asyncio.start_server(wire.serve, "127.0.0.1", 0)
    async with make_broker(server.sockets[0].getsockname()[1], status_topic="s") as broker:
        await broker.subscribe("a")
        await broker.wait_connected(WAIT_S)
        wire.cut()
        began = time.monotonic()
        await recorder.wait_for("broker_lost", within_s=15)
        noticed = time.monotonic() - began
        await recorder.wait_for("broker_connected", 2)
        await broker.publish(Message("a", "again"))
        assert (await next_of(broker.messages())).payload == "again"
    server.close()
    assert KEEPALIVE_S < noticed < 15


async def test_a_broker_that_was_only_slow_once_is_spoken_to_in_mqtt_5_again(
    make_broker: MakeBroker, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.mqtt.broker_aiomqtt.CONNECTS_WITHIN_S", 0.2)
    old = OldBroker()
    server = await asyncio.start_server(old.serve, "127.0.0.1", 0)
    async with server, make_broker(server.sockets[0].getsockname()[1]):
        await recorder.wait_for("broker_connected")
        old.hang_up()
        await recorder.wait_for("broker_connected", 2)
    assert old.versions[:3] == [5, 4, 5]
