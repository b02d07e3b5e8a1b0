"""Tasmota's own discovery at a broker: two messages a device, and states that must be asked for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import pytest

from edge.home.graph import Home
from edge.home.virtual import VirtualHome
from edge.mqtt.broker import Broker, BrokerError
from edge.mqtt.broker_aiomqtt import AiomqttBroker
from edge.mqtt.broker_loopback import LoopbackBroker
from edge.mqtt.devices import MqttDevices
from edge.mqtt.tasks import end
from edge.mqtt.tasmota import MOST_DEVICES, Tasmotas
from edge.types import Message
from tests.edge.home.real_devices import real_devices
from tests.edge.mqtt.conftest import WAIT_S, BrokerSwitch, MakeBroker
from tests.edge.mqtt.test_devices import until

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


def state_of(devices: MqttDevices, entity_id: str) -> str | None:
    state = devices.states.get(entity_id)
    return None if state is None else state.state


def ids(devices: MqttDevices) -> set[str]:
    return {entity.id for entity in devices.home.entities}


async def test_config_and_sensors_may_come_in_either_order() -> None:
    async with following(CONFIG, SENSORS) as one, following(SENSORS, CONFIG) as other:
        assert (
            ids(one)
            == ids(other)
            == {entity_id for entity_id, e in PLUG.entities.items() if e.get("exposed", True)}
        )


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


@asynccontextmanager
async def silent_plug(broker: AiomqttBroker) -> AsyncIterator[None]:
    """A device that is announced, and tells nothing until it is asked."""
    base = "tasmota_8A1C2F"
    answers = {
        Message(f"cmnd/{base}/STATE", ""): Message(f"stat/{base}/RESULT", '{"POWER": "ON"}'),
        Message(f"cmnd/{base}/STATUS", "10"): Message(
            f"stat/{base}/STATUS10", json.dumps({"StatusSNS": {"ENERGY": {"Power": 61}}})
        ),
    }

    async def answer() -> None:
        async for message in broker.messages():
            if message in answers:
                await broker.publish(answers[message])

    await broker.wait_connected(WAIT_S)
    await broker.subscribe(f"cmnd/{base}/#")
    for topic, payload in (*PLUG.discovery, (f"tele/{base}/LWT", "Online")):
        await broker.publish(Message(topic, payload, retain=True))
    answering = asyncio.create_task(answer())
    yield
    await end(answering)


async def test_a_device_that_tells_nothing_by_itself_is_asked(
    mosquitto: BrokerSwitch, make_broker: MakeBroker
) -> None:
    async with (
        make_broker(mosquitto.port) as theirs,
        silent_plug(theirs),
        make_broker(mosquitto.port) as ours,
        MqttDevices(ours) as devices,
    ):
        await until(devices, lambda: state_of(devices, SWITCH) == "on")
        await until(devices, lambda: state_of(devices, POWER) == "61")


class Heard:
    """A broker that keeps what is published, and refuses it where it is told to."""

    def __init__(self) -> None:
        self.published: asyncio.Queue[Message] = asyncio.Queue()
        self.refuses = 0

    async def publish(self, message: Message) -> None:
        if self.refuses:
            self.refuses -= 1
            raise BrokerError("Not connected.")
        await self.published.put(message)


OTHER_CONFIG = Message(
    "tasmota/discovery/000000000000/config",
    json.dumps(json.loads(CONFIG[1]) | {"mac": "000000000000"}),
)
QUESTIONS = [Message("cmnd/tasmota_8A1C2F/STATE", ""), Message("cmnd/tasmota_8A1C2F/STATUS", "10")]


@asynccontextmanager
async def asking(subscribed: asyncio.Event) -> AsyncIterator[tuple[Tasmotas, Heard]]:
    """Devices whose questions are sent once their answers are subscribed to."""
    heard = Heard()
    tasmotas = Tasmotas(cast(Broker, heard), subscribed.wait)
    running = asyncio.create_task(tasmotas.run())
    yield tasmotas, heard
    await end(running)


async def asked(heard: Heard) -> list[Message]:
    async with asyncio.timeout(WAIT_S):
        return [await heard.published.get() for _ in QUESTIONS]


async def test_it_is_asked_whenever_it_announces_itself_as_after_each_connection() -> None:
    subscribed = asyncio.Event()
    subscribed.set()
    async with asking(subscribed) as (tasmotas, heard):
        for _ in range(2):
            tasmotas.joined(Message(*CONFIG))
            tasmotas.joined(Message(*SENSORS))
            assert await asked(heard) == QUESTIONS
        assert heard.published.empty()


async def test_nothing_is_asked_before_the_answers_will_be_heard() -> None:
    subscribed = asyncio.Event()
    async with asking(subscribed) as (tasmotas, heard):
        tasmotas.joined(Message(*CONFIG))
        await asyncio.sleep(0)
        assert heard.published.empty()
        subscribed.set()
        assert await asked(heard) == QUESTIONS


async def test_a_question_that_the_broker_does_not_take_hinders_no_other() -> None:
    subscribed = asyncio.Event()
    subscribed.set()
    async with asking(subscribed) as (tasmotas, heard):
        heard.refuses = 2
        tasmotas.joined(OTHER_CONFIG)
        tasmotas.joined(Message(*CONFIG))
        assert await asked(heard) == QUESTIONS


async def test_a_device_that_announces_itself_all_the_time_is_asked_once_for_all_of_them() -> None:
    subscribed = asyncio.Event()
    async with asking(subscribed) as (tasmotas, heard):
        for _ in range(1_000):
            tasmotas.joined(Message(*CONFIG))
        tasmotas.joined(OTHER_CONFIG)
        subscribed.set()
        assert await asked(heard) == QUESTIONS
        assert await asked(heard) == QUESTIONS
        assert heard.published.empty()


async def test_a_device_that_sleeps_is_not_asked() -> None:
    subscribed = asyncio.Event()
    subscribed.set()
    sleeping = json.dumps(json.loads(CONFIG[1]) | {"dslp": 1})
    async with asking(subscribed) as (tasmotas, heard):
        tasmotas.joined(Message(CONFIG[0], sleeping))
        tasmotas.joined(Message(*CONFIG))
        assert await asked(heard) == QUESTIONS
        assert heard.published.empty()


def test_more_devices_than_any_home_has_are_left_out(caplog: pytest.LogCaptureFixture) -> None:
    tasmotas = Tasmotas(cast(Broker, Heard()), asyncio.Event().wait)
    for number in range(MOST_DEVICES):
        assert tasmotas.joined(Message(f"tasmota/discovery/{number:012X}/config", "{}")).payload
    for _ in range(2):
        assert not tasmotas.joined(Message(*CONFIG)).payload
    assert len(caplog.records) == 1
    tasmotas.joined(Message(f"tasmota/discovery/{0:012X}/config", ""))
    assert tasmotas.joined(Message(*CONFIG)).payload
