"""Large homes, floods and what a hostile device may announce, over a real Mosquitto."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import aiomqtt
import pytest

from benchmarks.mqtt_house import announcements, told
from edge.mqtt import devices as devices_module
from edge.mqtt.devices import MqttDevices
from edge.types import Action, EntityState, Message
from tests.edge.mqtt.conftest import BrokerSwitch, MakeBroker, Recorder

LAMP = {"name": "Lamp", "cmd_t": "lamp/set", "stat_t": "lamp/state", "uniq_id": "l1"}


async def publish(port: int, messages: Iterable[Message]) -> None:
    async with aiomqtt.Client("127.0.0.1", port) as client:
        for message in messages:
            await client.publish(message.topic, message.payload, 1, retain=message.retain)


@asynccontextmanager
async def lamp(port: int) -> AsyncIterator[None]:
    """A lamp that obeys."""

    async def obey(client: aiomqtt.Client) -> None:
        async for message in client.messages:
            await client.publish("lamp/state", message.payload, 1, retain=True)

    async with aiomqtt.Client("127.0.0.1", port) as client:
        await client.subscribe("lamp/set", 1)
        topic = "homeassistant/light/lamp/config"
        await client.publish(topic, json.dumps(LAMP), 1, retain=True)
        await client.publish("lamp/state", "OFF", 1, retain=True)
        obeying = asyncio.create_task(obey(client))
        yield
        obeying.cancel()


async def test_of_two_thousand_retained_announcements_none_is_lost(
    mosquitto: BrokerSwitch, make_broker: MakeBroker
) -> None:
    await publish(mosquitto.port, (*announcements(2_000), *told(2_000)))
    async with make_broker(mosquitto.port) as broker, MqttDevices(broker) as devices:
        await devices.settle(60)
        states = devices.states.snapshot()
        assert len(devices.home.entities) == len(states) == 2_000
        assert {e for e, s in states.items() if s.state in ("unknown", "unavailable")} == set()


async def test_a_flood_of_states_delays_no_command(
    mosquitto: BrokerSwitch, make_broker: MakeBroker, recorder: Recorder
) -> None:
    flood = [Message("lamp/attributes", json.dumps({"n": n})) for n in range(3_000)]
    flood += [Message("homeassistant/light/x/config", f'{{"name": "{n}"}}') for n in range(3_000)]
    async with (
        lamp(mosquitto.port),
        make_broker(mosquitto.port) as broker,
        MqttDevices(broker, events=recorder.bus) as devices,
    ):
        await devices.settle()
        flooding = asyncio.create_task(publish(mosquitto.port, flood))
        done = 0
        while not flooding.done():
            for wanted in ("on", "off"):
                order = Action(f"light.turn_{wanted}", "light.lamp", {}, EntityState(wanted))
                assert (await devices.act((order,), timeout_s=3)).failed == ()
                done += 1
        await flooding
        assert done >= 2
        assert len(recorder.named("device_problem")) <= 2


async def test_of_more_entities_than_a_home_can_have_the_rest_is_left_out_and_told_once(
    mosquitto: BrokerSwitch,
    make_broker: MakeBroker,
    recorder: Recorder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(devices_module, "MOST_ENTITIES", 5)
    await publish(mosquitto.port, announcements(9))
    async with (
        make_broker(mosquitto.port) as broker,
        MqttDevices(broker, events=recorder.bus) as devices,
    ):
        await devices.settle()
        assert len(devices.home.entities) == 5
    assert len(recorder.named("device_problem")) == 1
