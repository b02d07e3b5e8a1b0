"""The demo's devices: real MQTT clients that announce themselves, answer, and take their time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiomqtt
import pytest

from edge.demo.devices import HOME_FILE, run_devices
from edge.demo.mosquitto import RunningBroker, find_mosquitto, start_broker
from edge.home.graph import Entity, Home
from edge.types import EntityState

WAIT_S = 10.0


@pytest.fixture
async def broker() -> AsyncIterator[RunningBroker]:
    if find_mosquitto() is None:
        pytest.skip("Mosquitto is not installed (sudo apt install mosquitto)")
    async with start_broker() as broker:
        yield broker


async def payloads(client: aiomqtt.Client, count: int) -> list[str]:
    found: list[str] = []
    async with asyncio.timeout(WAIT_S):
        async for message in client.messages:
            assert isinstance(message.payload, bytes)
            found.append(message.payload.decode())
            if len(found) == count:
                break
    return found


async def test_each_area_is_a_client_and_each_device_is_announced(broker: RunningBroker) -> None:
    home = Home.from_yaml(HOME_FILE)
    async with (
        run_devices(home, broker.host, broker.port) as devices,
        aiomqtt.Client(broker.host, broker.port) as client,
    ):
        assert len(devices) == len(home.entities)
        await client.subscribe("virtual/+/availability", 1)
        assert await payloads(client, len(home.areas)) == ["online"] * len(home.areas)
        await client.unsubscribe("virtual/+/availability")
        await client.subscribe("homeassistant/+/+/+/config", 1)
        assert len(await payloads(client, len(home.entities))) == len(home.entities)


async def test_a_cover_with_travel_moves_and_arrives(broker: RunningBroker) -> None:
    home = Home(entities=(Entity("cover.a", "A", state=EntityState("closed")),))
    async with (
        run_devices(home, broker.host, broker.port, travel_s=0.05),
        aiomqtt.Client(broker.host, broker.port) as client,
    ):
        await client.subscribe("virtual/cover/a/state", 1)
        await client.publish("virtual/cover/a/set", "OPEN", 1)
        assert await payloads(client, 3) == ["closed", "opening", "open"]


async def test_the_devices_are_offline_when_the_demo_ends(broker: RunningBroker) -> None:
    home = Home(entities=(Entity("switch.a", "A", state=EntityState("off")),))
    async with aiomqtt.Client(broker.host, broker.port) as client:
        async with run_devices(home, broker.host, broker.port):
            await client.subscribe("virtual/no_area/availability", 1)
            assert await payloads(client, 1) == ["online"]
        assert await payloads(client, 1) == ["offline"]
