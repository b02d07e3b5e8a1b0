"""Messages of MQTT 5 go through a broker with all that is told beside them."""

from __future__ import annotations

import asyncio

import pytest

from edge.demo.mosquitto import start_broker
from edge.mqtt.broker import BrokerError
from edge.mqtt.parcel import Parcel
from edge.types import Message
from tests.edge.mqtt.conftest import WAIT_S, BrokerSwitch, MakeBroker

WHOLE = Parcel("a/b", b"\0\xff", False, "answers/here", b"\0id", 30, "audio/flac")


async def next_of(parcels: asyncio.Queue[Parcel]) -> Parcel:
    async with asyncio.timeout(WAIT_S):
        return await parcels.get()


@pytest.mark.parametrize("parcel", [WHOLE, Parcel("a/b"), Parcel("a/b", bytes(1_000_000))])
async def test_a_parcel_comes_out_as_it_was_posted(
    mosquitto: BrokerSwitch, make_broker: MakeBroker, parcel: Parcel
) -> None:
    came: asyncio.Queue[Parcel] = asyncio.Queue()
    async with make_broker(mosquitto.port, receive=came.put_nowait, qos_in=1) as broker:
        await broker.subscribe("a/#")
        await broker.wait_connected(WAIT_S)
        assert await broker.post(parcel)
        assert await next_of(came) == parcel
        await broker.publish(Message("a/c", "grüß"))
        assert await next_of(came) == Parcel("a/c", "grüß".encode())


async def test_the_broker_tells_whether_anybody_wants_it(
    mosquitto: BrokerSwitch, make_broker: MakeBroker
) -> None:
    async with make_broker(mosquitto.port) as broker, make_broker(mosquitto.port) as other:
        await other.wait_connected(WAIT_S)
        assert not await broker.post(WHOLE)
        await other.subscribe("$share/group/a/b")
        assert await broker.post(WHOLE)
        await other.unsubscribe("$share/group/a/b")
        assert not await broker.post(WHOLE)


async def test_what_is_kept_for_a_while_says_how_long_it_has_left(
    mosquitto: BrokerSwitch, make_broker: MakeBroker
) -> None:
    came: asyncio.Queue[Parcel] = asyncio.Queue()
    async with make_broker(mosquitto.port, receive=came.put_nowait) as broker:
        await broker.post(Parcel("a", b"kept", retain=True, expiry_s=30))
        await broker.subscribe("a")
        kept = await next_of(came)
        assert kept.retain
        assert kept.expiry_s is not None
        assert 0 < kept.expiry_s <= 30


async def test_a_parcel_without_a_broker_is_refused_in_time(
    switch: BrokerSwitch, make_broker: MakeBroker
) -> None:
    async with make_broker(switch.port, publish_timeout_s=0.2) as broker:
        with pytest.raises(BrokerError, match="Nothing was sent to a/b"):
            await broker.post(WHOLE)


async def test_an_empty_status_keeps_nothing_on_its_topic(
    mosquitto: BrokerSwitch, make_broker: MakeBroker
) -> None:
    came: asyncio.Queue[Parcel] = asyncio.Queue()
    async with make_broker(mosquitto.port, receive=came.put_nowait) as watcher:
        await watcher.subscribe("status")
        await watcher.wait_connected(WAIT_S)
        async with make_broker(mosquitto.port, status_topic="status", status=("", "")) as broker:
            assert (await next_of(came)).payload == b""
            await broker.post(Parcel("status", b"I do this", retain=True))
            assert (await next_of(came)).payload == b"I do this"
        assert (await next_of(came)).payload == b""
        async with make_broker(mosquitto.port, receive=came.put_nowait) as late:
            await late.subscribe("status", "end")
            await late.post(Parcel("end"))
            assert (await next_of(came)).topic == "end"


async def test_a_broker_of_mqtt_3_takes_no_parcels(
    make_broker: MakeBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("amqtt")
    monkeypatch.setattr("edge.demo.mosquitto.find_mosquitto", lambda: None)
    async with start_broker() as old, make_broker(old.port) as broker:
        await broker.wait_connected(WAIT_S)
        with pytest.raises(BrokerError, match=r"Expected a broker of MQTT 5 .* found 3\.1\.1"):
            await broker.post(WHOLE)
