"""Real devices over a real broker: announced, followed, spoken to, answering."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pytest

from edge.mqtt.devices import MqttDevices
from edge.mqtt.tasks import end
from edge.types import Action, EntityState, Message
from tests.edge.home.real_devices import RealDevice, payload_of, real_devices
from tests.edge.mqtt.conftest import WAIT_S, BrokerSwitch, MakeBroker
from tests.edge.mqtt.test_devices import until

PROGRAMS = {
    name: tuple(devices)
    for name, devices in groupby(real_devices(), key=lambda device: device.path.parent.name)
}
JOINED_WITHIN_S = 1.0
"""A lamp that joins can be spoken to this soon; ten seconds are promised."""
Payloads = tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Answering:
    """A device that is told to do something, and what it then tells."""

    fixture: str
    action: Action
    command: str
    """The topic on which it listens."""
    tells: Payloads


def told_to(service: str, entity_id: str, state: str, **data: Any) -> Action:
    attributes = {"position": "current_position"}
    expected = {attributes.get(name, name): value for name, value in data.items()}
    return Action(service, entity_id, data, EntityState(state, expected))


ANSWERING = [
    Answering("zigbee2mqtt/led1545g12",
              told_to("light.turn_on", "light.hall_ceiling", "on", brightness=128),
              "zigbee2mqtt/Hall ceiling/set",
              (("zigbee2mqtt/Hall ceiling", {"state": "ON", "brightness": 128}),)),
    Answering("tasmota/sp111", told_to("switch.turn_on", "switch.heater_plug", "on"),
              "cmnd/wz_plug/POWER", (("stat/wz_plug/RESULT", {"POWER": "ON"}),)),
    Answering("tasmota_discovery/plus_2pm",
              told_to("cover.set_cover_position", "cover.bathroom_blind_cover_1", "open",
                      position=40),
              "cmnd/rollo_bad/ShutterPosition1",
              (("stat/rollo_bad/RESULT", {"Shutter1": {"Position": 5, "Direction": 1}}),
               ("stat/rollo_bad/RESULT", {"Shutter1": {"Position": 40, "Direction": 0}}))),
    Answering("esphome/v2_5", told_to("cover.open_cover", "cover.garage_door", "open"),
              "garage/cover/door/command",
              (("garage/cover/door/state", "opening"), ("garage/cover/door/state", "open"))),
    Answering("openbeken/plug_with_bl0937", told_to("switch.turn_on", "switch.lamp_plug_1", "on"),
              "obk1A2B3C4D/1/set", (("obk1A2B3C4D/1/get", "1"),)),
    Answering("openmqttgateway/esp32_ble",
              told_to("switch.turn_off", "switch.omg_esp32_ble_sys_auto_discovery", "off"),
              "home/OMG_ESP32_BLE/commands/MQTTtoSYS/config",
              (("home/OMG_ESP32_BLE/SYStoMQTT", {"disc": False, "freemem": 1}),)),
    Answering("shellies_discovery/1pm",
              told_to("switch.turn_on", "switch.shelly_1pm_cc22dd_boiler", "on"),
              "shellies/shelly1pm-CC22DD/relay/0/command",
              (("shellies/shelly1pm-CC22DD/relay/0", "on"),)),
    Answering("valetudo/v1", told_to("vacuum.start", "vacuum.valetudo_robin", "cleaning"),
              "valetudo/rockrobo/hass/rockrobo_vacuum/command",
              (("valetudo/rockrobo/hass/rockrobo_vacuum/state", {"state": "cleaning"}),)),
    Answering("z_wave_js_ui/v3", told_to("lock.lock", "lock.lock_front_lock", "locked"),
              "zwave/lock_front/98/0/targetMode/set",
              (("zwave/lock_front/98/0/currentMode", {"value": 255}),)),
    Answering("home_assistant/garden_controller",
              told_to("valve.close_valve", "valve.garden_lawn", "closed"),
              "garden/valve1/set", (("garden/valve1", "closed"),)),
]  # fmt: skip


def state_of(devices: MqttDevices, entity_id: str) -> str:
    state = devices.states.get(entity_id)
    assert state is not None
    return state.state


def fixture(name: str) -> RealDevice:
    return next(device for device in real_devices() if str(device) == name)


def messages(pairs: Iterator[tuple[str, str]] | Payloads, *, retain: bool) -> Iterator[Message]:
    return (Message(topic, payload_of(payload), retain) for topic, payload in pairs)


class Bench:
    """Devices at a broker, and Lares that follows them."""

    def __init__(self, broker: BrokerSwitch, make_broker: MakeBroker) -> None:
        self._broker = broker
        self._make = make_broker

    @asynccontextmanager
    async def following(self) -> AsyncIterator[tuple[MqttDevices, MqttSide]]:
        async with (
            self._make(self._broker.port) as theirs,
            self._make(self._broker.port) as ours,
            MqttDevices(ours) as devices,
        ):
            await theirs.wait_connected(WAIT_S)
            yield devices, MqttSide(theirs, devices)


class MqttSide:
    """What devices do at the broker."""

    def __init__(self, broker: Any, devices: MqttDevices) -> None:
        self._broker = broker
        self._devices = devices

    async def announce(self, *devices: RealDevice) -> None:
        for device in devices:
            await self.tell(*messages(iter(device.discovery), retain=True))

    async def tell(self, *told: Message) -> None:
        """Tell, and wait until Lares has read it."""
        for message in told:
            await self._broker.publish(message)
        await self._devices.settle()

    async def come_online(self, device: RealDevice) -> None:
        """Tell everything but that the device is gone."""
        gone = ("offline", "Offline", "lost", '"offline"', "false")
        for told in device.told:
            if not any(word in told.payload for word in gone) or len(told.payload) > 40:
                await self.tell(Message(told.topic, told.payload))

    @asynccontextmanager
    async def answering(self, device: Answering) -> AsyncIterator[None]:
        """A device that answers its command."""
        await self._broker.subscribe(device.command)
        answers = asyncio.create_task(self._answer(device))
        yield
        await end(answers)

    async def _answer(self, device: Answering) -> None:
        async for message in self._broker.messages():
            if message.topic == device.command:
                for told in messages(device.tells, retain=False):
                    await self._broker.publish(told)


@pytest.fixture
def bench(mosquitto: BrokerSwitch, make_broker: MakeBroker) -> Bench:
    return Bench(mosquitto, make_broker)


@pytest.mark.parametrize("program", PROGRAMS)
async def test_all_devices_of_a_program_are_known_and_followed_at_once(
    bench: Bench, program: str
) -> None:
    devices_of_it = PROGRAMS[program]
    async with bench.following() as (devices, side):
        await side.announce(*devices_of_it)
        spoken_to = {
            entity_id: entity
            for device in devices_of_it
            for entity_id, entity in device.entities.items()
            if entity.get("exposed", True)
        }
        assert {e.id: e.name for e in devices.home.entities} == {
            entity_id: entity["name"] for entity_id, entity in spoken_to.items()
        }
        for device in sorted(devices_of_it, key=lambda device: "group" in device.path.stem):
            expected: dict[str, dict[str, Any]] = {}
            for told in device.told:
                await side.tell(Message(told.topic, told.payload))
                for entity_id, change in told.becomes.items():
                    expected.setdefault(entity_id, {}).update(change)
            assert_states(devices, {name: expected[name] for name in expected if name in spoken_to})


def assert_states(devices: MqttDevices, expected: Mapping[str, Mapping[str, Any]]) -> None:
    for entity_id, change in expected.items():
        now = entity_id.startswith("event.")
        state = devices.states.get(entity_id)
        assert state is not None
        shown = {**json.loads(json.dumps(state.attributes)), "state": state.state}
        told = {name: value for name, value in change.items() if name != "state" or not now}
        assert {name: shown.get(name) for name in told} == told, entity_id


@pytest.mark.parametrize("answering", ANSWERING, ids=lambda answering: answering.fixture)
async def test_a_device_does_what_it_is_told_and_confirms_it(
    bench: Bench, answering: Answering
) -> None:
    device = fixture(answering.fixture)
    async with bench.following() as (devices, side):
        await side.announce(device)
        await side.come_online(device)
        async with side.answering(answering):
            acted = await devices.act([answering.action], timeout_s=WAIT_S)
            entity_id, expected = answering.action.entity_id, answering.action.expect
            assert expected is not None
            await until(devices, lambda: state_of(devices, entity_id) == expected.state)
        assert acted.failed == (), acted.reasons
        assert answering.command in [message.topic for message in acted.published]


async def test_a_lamp_that_joins_while_lares_runs_can_be_spoken_to_within_a_second(
    bench: Bench,
) -> None:
    answering = ANSWERING[0]
    lamp = fixture(answering.fixture)
    async with bench.following() as (devices, side):
        await side.announce(*PROGRAMS["esphome"], *PROGRAMS["tasmota"])
        async with side.answering(answering):
            joined = time.monotonic()
            await side.announce(lamp)
            await side.come_online(lamp)
            assert devices.home.entity("light.hall_ceiling") is not None
            acted = await devices.act([answering.action], timeout_s=WAIT_S)
        assert acted.failed == (), acted.reasons
        assert time.monotonic() - joined < JOINED_WITHIN_S


async def test_a_device_that_takes_its_announcements_back_is_gone(bench: Bench) -> None:
    lamp = fixture("zigbee2mqtt/led1545g12")
    async with bench.following() as (devices, side):
        await side.announce(lamp)
        assert devices.home.entity("light.hall_ceiling") is not None
        await side.tell(*(Message(topic, "", retain=True) for topic, _ in lamp.discovery))
        assert devices.home.entities == ()
