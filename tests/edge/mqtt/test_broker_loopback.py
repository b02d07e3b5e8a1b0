"""The broker in this process: it answers as a broker with devices behind it would."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from edge.home.graph import Entity, Home
from edge.home.virtual import VirtualHome
from edge.mqtt.broker import Broker
from edge.mqtt.broker_loopback import LoopbackBroker
from edge.types import EntityState, Message

HOME = Home((), (), (Entity("switch.a", "A", state=EntityState("off")),))


async def next_of(messages: AsyncIterator[Message]) -> Message:
    async with asyncio.timeout(5):
        return await anext(messages)


@pytest.fixture
async def broker() -> AsyncIterator[LoopbackBroker]:
    async with LoopbackBroker(VirtualHome(HOME)) as broker:
        yield broker


async def test_a_command_is_answered_with_a_state(broker: LoopbackBroker) -> None:
    promise: Broker = broker
    await promise.wait_connected(0)
    assert promise.connected
    await promise.subscribe("virtual/#")
    messages = promise.messages()
    assert (await next_of(messages)).payload == "OFF"
    await promise.publish(Message("virtual/switch/a/set", "ON"))
    assert await next_of(messages) == Message("virtual/switch/a/set", "ON")
    assert await next_of(messages) == Message("virtual/switch/a/state", "ON", retain=True)


async def test_retained_messages_come_to_who_asks_later_until_they_are_emptied(
    broker: LoopbackBroker,
) -> None:
    await broker.publish(Message("x", "1", retain=True))
    await broker.publish(Message("x", "2", retain=True))
    await broker.publish(Message("y", "1", retain=True))
    await broker.publish(Message("y", "", retain=True))
    await broker.subscribe("x")
    await broker.subscribe("x")
    await broker.subscribe("y")
    await broker.subscribe("homeassistant/#")
    messages = broker.messages()
    assert (await next_of(messages)).payload == "2"
    assert (await next_of(messages)).topic.startswith("homeassistant/switch/")


async def test_what_is_unsubscribed_comes_no_longer(broker: LoopbackBroker) -> None:
    await broker.subscribe("a", "b", "c/#")
    await broker.unsubscribe("a", "c/#")
    for topic in ("a", "c/d", "b"):
        await broker.publish(Message(topic, "x"))
    assert (await next_of(broker.messages())).topic == "b"


async def test_states_set_from_outside_are_told(broker: LoopbackBroker) -> None:
    await broker.subscribe("virtual/switch/a/state")
    messages = broker.messages()
    assert (await next_of(messages)).payload == "OFF"
    broker.set_states({"switch.a": EntityState("on")})
    assert (await next_of(messages)).payload == "ON"


async def test_messages_end_with_the_broker() -> None:
    async with LoopbackBroker(VirtualHome(HOME)) as broker:
        messages = broker.messages()
    assert [message async for message in messages] == []
