"""Tasmota's own discovery at a broker: two messages a device, and states that must be asked for."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from edge.home.graph import Home
from edge.home.virtual import VirtualHome
from edge.mqtt.broker_aiomqtt import AiomqttBroker
from edge.mqtt.broker_loopback import LoopbackBroker
from edge.mqtt.devices import MqttDevices
from edge.mqtt.tasmota import MOST_DEVICES, Tasmotas
from edge.types import Message
from tests.edge.home.real_devices import RealDevice, real_devices
from tests.edge.mqtt.conftest import WAIT_S, BrokerSwitch, MakeBroker, until
from tests.edge.mqtt.test_devices import until as until_devices

PLUG = next(device for device in real_devices() if str(device) == "tasmota_discovery/a1t")
CONFIG, SENSORS = PLUG.discovery
SWITCH, POWER = "switch.dishwasher", "sensor.dishwasher_energy_power"


@asynccontextmanager
async def following(*announced: tuple[str, str]) -> AsyncIterator[MqttDevices]:
    async with LoopbackBroker(VirtualHome(Home())) as broker, MqttDevices(broker) as devices:
        for topic, payload in announced:
            await broker.publish(Message(topic, payload, retain=True))
            await devices.settle()
        yield devices


def ids(devices: MqttDevices) -> set[str]:
    return {entity.id for entity in devices.home.entities}


async def test_config_and_sensors_may_come_in_either_order() -> None:
    async with following(CONFIG, SENSORS) as one, following(SENSORS, CONFIG) as other:
        assert ids(one) == ids(other) == {
            entity_id for entity_id, e in PLUG.entities.items() if e.get("exposed", True)
        }


async def test_sensors_alone_are_no_device() -> None:
    async with following(SENSORS) as devices:
        assert ids(devices) == set()


async def test_a_device_without_sensors_is_one() -> None:
    async with following(CONFIG) as devices:
        assert ids(devices) == {SWITCH}


async def test_an_empty_config_takes_the_device_away_with_its_sensors() -> None:
    async with following(CONFIG, SENSORS, (CONFIG[0], "")) as devices:
        assert ids(devices) == set()
    async with following(CONFIG, SENSORS, (SENSORS[0], "")) as devices:
        assert ids(devices) == {SWITCH}


async def test_what_was_told_stays_when_the_sensors_come_later() -> None:
    async with following(CONFIG) as devices:
        broker = devices._broker
        for topic, payload in (("LWT", "Online"), ("STATE", '{"POWER": "ON"}')):
            await broker.publish(Message(f"tele/tasmota_8A1C2F/{topic}", payload))
        await devices.settle()
        await broker.publish(Message(*SENSORS, retain=True))
        await devices.settle()
        state = devices.states.get(SWITCH)
        assert state is not None
        assert state.state == "on"


@pytest.mark.parametrize("payload", ["{", "[]", "{}", '{"ver": 1}', '{"ver": 2, "mac": "X"}'])
async def test_a_config_that_is_none_changes_nothing(payload: str) -> None:
    async with following(CONFIG, (CONFIG[0], payload)) as devices:
        assert ids(devices) == {SWITCH}


async def asked(broker: AiomqttBroker, device: RealDevice) -> None:
    """Answer the two questions as a Tasmota device does, which tells nothing by itself."""
    del device
    base = "tasmota_8A1C2F"
    await broker.subscribe(f"cmnd/{base}/#")
    await broker.publish(Message(f"tele/{base}/LWT", "Online", retain=True))
    async for message in broker.messages():
        if message == Message(f"cmnd/{base}/STATE", ""):
            await broker.publish(Message(f"stat/{base}/RESULT", '{"POWER": "ON"}'))
        if message == Message(f"cmnd/{base}/STATUS", "10"):
            told = {"StatusSNS": {"ENERGY": {"Power": 61}}}
            await broker.publish(Message(f"stat/{base}/STATUS10", json.dumps(told)))
