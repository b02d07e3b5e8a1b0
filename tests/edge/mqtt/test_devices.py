"""Devices followed and acted on: against virtual devices on a real Mosquitto, and in process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from edge.demo.devices import HOME_FILE, run_devices
from edge.home.graph import Area, Entity, Home
from edge.home.virtual import VirtualHome
from edge.mqtt.announcement import Machine, Topics, announcement
from edge.mqtt.broker import BrokerError
from edge.mqtt.broker_loopback import LoopbackBroker
from edge.mqtt.devices import LARGEST_STATE, MqttDevices
from edge.types import Action, EntityState, LaresError, Message
from tests.edge.mqtt.conftest import AS_US, WAIT_S, BrokerSwitch, MakeBroker, Recorder

DEMO = Home.from_yaml(HOME_FILE)
LAMP = json.dumps(
    {"name": "Lamp", "schema": "json", "cmd_t": "lamp/set", "stat_t": "lamp/state", "uniq_id": "l1"}
)
LAMP_TOPIC = "homeassistant/light/lamp/config"


def turn_on(entity_id: str = "light.lamp", **data: Any) -> Action:
    return Action("light.turn_on", entity_id, data, EntityState("on", data))


async def until(devices: MqttDevices, holds: Callable[[], bool]) -> None:
    """Wait until something holds, looking again at each changed state."""
    changed = asyncio.Event()
    unsubscribe = devices.states.subscribe(lambda *_: changed.set())
    try:
        async with asyncio.timeout(WAIT_S):
            while not holds():
                await changed.wait()
                changed.clear()
    finally:
        unsubscribe()


@pytest.fixture
async def empty() -> AsyncIterator[tuple[LoopbackBroker, MqttDevices]]:
    """A broker without devices, and devices that follow it."""
    async with LoopbackBroker(VirtualHome(Home())) as broker, MqttDevices(broker) as devices:
        yield broker, devices


async def tell(broker: LoopbackBroker, devices: MqttDevices, *messages: tuple[str, str]) -> None:
    for topic, payload in messages:
        await broker.publish(Message(topic, payload, retain=True))
    await devices.settle()


async def test_the_demos_home_is_discovered_from_a_real_broker_with_all_its_states(
    mosquitto: BrokerSwitch, make_broker: MakeBroker
) -> None:
    async with (
        run_devices(DEMO, "127.0.0.1", mosquitto.port),
        make_broker(mosquitto.port) as broker,
        MqttDevices(broker) as devices,
    ):
        await devices.settle()
        found = {entity.id: entity.name for entity in devices.home.entities}
        assert found == {entity.id: entity.name for entity in DEMO.entities}
        assert {area.name for area in devices.home.areas} == {area.name for area in DEMO.areas}
        for entity in DEMO.entities:
            state = devices.states.get(entity.id)
            assert state is not None
            assert state.state == entity.state.state


ACTIONS = [
    Action("light.turn_on", "light.floor_lamp", {"brightness": 128},
           EntityState("on", {"brightness": 128})),
    Action("light.turn_on", "light.bedroom_lamp", {"rgb_color": [0, 0, 255]},
           EntityState("on", {"rgb_color": [0, 0, 255]})),
    Action("light.turn_off", "light.living_room_light", {}, EntityState("off")),
    Action("switch.turn_on", "switch.coffee_maker", {}, EntityState("on")),
    Action("climate.set_temperature", "climate.office_thermostat", {"temperature": 21},
           EntityState("", {"temperature": 21})),
    Action("cover.open_cover", "cover.bedroom_blinds", {}, EntityState("open")),
    Action("cover.set_cover_position", "cover.living_room_blinds", {"position": 40},
           EntityState("open", {"current_position": 40})),
    Action("lock.lock", "lock.front_door", {}, EntityState("locked")),
    Action("valve.open_valve", "valve.garden_water", {}, EntityState("open")),
    Action("fan.turn_on", "fan.bedroom_fan", {}, EntityState("on")),
    Action("media_player.volume_set", "media_player.living_room_tv", {"volume_level": 0.7},
           EntityState("", {"volume_level": 0.7})),
    Action("media_player.media_next_track", "media_player.kitchen_speaker"),
    Action("vacuum.start", "vacuum.vacuum", {}, EntityState("cleaning")),
    Action("scene.turn_on", "scene.movie_night"),
]  # fmt: skip


async def test_every_kind_of_device_acts_and_confirms_on_a_real_broker(
    mosquitto: BrokerSwitch, make_broker: MakeBroker
) -> None:
    async with (
        run_devices(DEMO, "127.0.0.1", mosquitto.port),
        make_broker(mosquitto.port) as broker,
        MqttDevices(broker) as devices,
    ):
        await devices.settle()
        acted = await devices.act(ACTIONS, WAIT_S)
        assert acted.reasons == {}
        assert len(acted.published) == len(ACTIONS)
        states = {action.entity_id: action.expect for action in ACTIONS if action.expect}
        assert set(states) <= set(acted.changes)
        assert acted.changes["light.bedroom_lamp"].attributes["rgb_color"] == [0, 0, 255]
        assert acted.changes["light.living_room_light"].attributes["brightness"] is None


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.service)
async def test_every_kind_of_device_acts_and_confirms_in_process(action: Action) -> None:
    async with LoopbackBroker(VirtualHome(DEMO)) as broker, MqttDevices(broker, DEMO) as devices:
        await devices.settle()
        acted = await devices.act([action], WAIT_S)
        assert acted.failed == ()
        assert set(acted.changes) <= {action.entity_id}
        assert acted.published


async def test_what_an_action_changes_besides_is_reported_though_nothing_was_expected() -> None:
    async with LoopbackBroker(VirtualHome(DEMO)) as broker, MqttDevices(broker, DEMO) as devices:
        await devices.settle()
        next_track = Action("media_player.media_next_track", "media_player.kitchen_speaker")
        acted = await devices.act([next_track])
        assert acted.changes["media_player.kitchen_speaker"].attributes["media_track"] == 4


async def test_the_owners_file_names_what_is_discovered() -> None:
    owner = Home(
        (), (Area("k", "Kitchen"),), (Entity("light.kitchen_light", "Sun", "k", ("sunny",)),)
    )
    async with LoopbackBroker(VirtualHome(DEMO)) as broker, MqttDevices(broker, owner) as devices:
        await devices.settle()
        entity = devices.home.entity("light.kitchen_light")
        assert entity is not None
        assert (entity.name, entity.area, entity.aliases) == ("Sun", "k", ("sunny",))
        speaker = devices.home.entity("media_player.kitchen_speaker")
        assert speaker is not None
        assert speaker.area == "k"


async def test_what_only_the_owner_knows_is_unavailable_and_fails_with_the_reason() -> None:
    owner = Home(entities=(Entity("light.cellar", "Cellar Light"),))
    async with LoopbackBroker(VirtualHome(Home())) as broker, MqttDevices(broker, owner) as devices:
        await devices.settle()
        assert devices.states.get("light.cellar") == EntityState("unavailable")
        acted = await devices.act([turn_on("light.cellar")])
        assert acted.failed == ("light.cellar",)
        assert "No device has announced light.cellar" in acted.reasons["light.cellar"]
        assert acted.published == ()


async def test_a_device_that_never_confirms_fails_and_the_others_do_not(
    empty: tuple[LoopbackBroker, MqttDevices],
) -> None:
    broker, devices = empty
    deaf = LAMP.replace("lamp/", "deaf/").replace("l1", "d1").replace("Lamp", "Deaf")
    plug = json.dumps({"name": "Plug", "cmd_t": "plug/set"})
    await tell(
        broker,
        devices,
        ("homeassistant/light/deaf/config", deaf),
        ("homeassistant/switch/plug/config", plug),
    )
    switch_on = Action("switch.turn_on", "switch.plug", {}, EntityState("on"))
    acted = await devices.act([turn_on("light.deaf"), switch_on], 0.05)
    assert acted.failed == ("light.deaf",)
    assert acted.reasons["light.deaf"] == "Deaf did not confirm within 0.05 s."
    assert [message.topic for message in acted.published] == ["deaf/set", "plug/set"]
    assert acted.changes == {"switch.plug": EntityState("on")}


async def test_a_device_that_is_in_the_state_already_need_not_answer(
    empty: tuple[LoopbackBroker, MqttDevices],
) -> None:
    broker, devices = empty
    await tell(broker, devices, (LAMP_TOPIC, LAMP), ("lamp/state", '{"state": "ON"}'))
    acted = await devices.act([turn_on()], 0.05)
    assert acted.failed == ()
    assert acted.changes == {}
    assert [message.topic for message in acted.published] == ["lamp/set"]


async def test_a_device_that_does_something_else_has_not_confirmed(
    empty: tuple[LoopbackBroker, MqttDevices],
) -> None:
    broker, devices = empty
    await tell(broker, devices, (LAMP_TOPIC, LAMP), ("lamp/state", '{"state": "OFF"}'))
    acting = asyncio.create_task(devices.act([turn_on(brightness=200)], 0.1))
    await broker.publish(Message("lamp/state", '{"state": "ON", "brightness": 20}'))
    acted = await acting
    assert acted.failed == ("light.lamp",)
    assert acted.changes["light.lamp"].attributes["brightness"] == 20


async def test_a_service_the_device_lacks_fails_without_a_message(
    empty: tuple[LoopbackBroker, MqttDevices],
) -> None:
    broker, devices = empty
    await tell(broker, devices, (LAMP_TOPIC, LAMP))
    acted = await devices.act([Action("light.explode", "light.lamp")])
    assert "no service light.explode" in acted.reasons["light.lamp"]
    assert acted.published == ()


async def test_actions_on_one_entity_go_in_order(empty: tuple[LoopbackBroker, MqttDevices]) -> None:
    broker, devices = empty
    await tell(broker, devices, ("homeassistant/button/b/config", '{"name": "B", "cmd_t": "b"}'))
    press = Action("button.press", "button.b")
    other = Action("button.vanish", "button.b")
    acted = await devices.act([press, press, other, press])
    assert len(acted.published) == 2
    assert acted.failed == ("button.b",)


async def test_an_unreachable_device_is_unavailable_and_not_commanded(
    empty: tuple[LoopbackBroker, MqttDevices],
) -> None:
    broker, devices = empty
    config = json.dumps({**json.loads(LAMP), "avty_t": "lamp/online"})
    await tell(broker, devices, (LAMP_TOPIC, config), ("lamp/state", '{"state": "OFF"}'))
    assert devices.states.get("light.lamp") == EntityState(
        "unavailable", {"supported_color_modes": ["onoff"], "color_mode": None}
    )
    acted = await devices.act([turn_on()])
    assert "not reachable" in acted.reasons["light.lamp"]
    await tell(broker, devices, ("lamp/online", "online"))
    state = devices.states.get("light.lamp")
    assert state is not None
    assert state.state == "off"


async def test_a_device_taken_away_is_gone_and_its_topics_are_not_followed(
    empty: tuple[LoopbackBroker, MqttDevices],
) -> None:
    broker, devices = empty
    await tell(broker, devices, (LAMP_TOPIC, LAMP), ("lamp/state", '{"state": "ON"}'))
    assert devices.home.entity("light.lamp") is not None
    await tell(broker, devices, (LAMP_TOPIC, ""), ("lamp/state", '{"state": "OFF"}'))
    assert devices.home.entities == ()
    assert devices.states.get("light.lamp") is None


async def test_a_device_announced_anew_keeps_its_state(
    empty: tuple[LoopbackBroker, MqttDevices],
) -> None:
    broker, devices = empty
    await tell(broker, devices, (LAMP_TOPIC, LAMP), ("lamp/state", '{"state": "ON"}'))
    old_home = devices.home
    renamed = json.dumps({**json.loads(LAMP), "name": "Moon", "def_ent_id": "light.lamp"})
    await tell(broker, devices, (LAMP_TOPIC, renamed))
    assert devices.home is not old_home
    assert [entity.name for entity in devices.home.entities] == ["Moon"]
    state = devices.states.get("light.lamp")
    assert state is not None
    assert state.state == "on"


async def test_two_devices_of_one_name_get_ids_of_their_own(
    empty: tuple[LoopbackBroker, MqttDevices],
) -> None:
    broker, devices = empty
    other = LAMP.replace("lamp/", "other/").replace("l1", "l2")
    await tell(
        broker,
        devices,
        (LAMP_TOPIC, LAMP),
        ("homeassistant/light/other/config", other),
        ("other/state", '{"state": "ON"}'),
    )
    assert [entity.id for entity in devices.home.entities] == ["light.lamp", "light.lamp_2"]
    second, first = devices.states.get("light.lamp_2"), devices.states.get("light.lamp")
    assert second is not None
    assert first is not None
    assert (first.state, second.state) == ("unknown", "on")


async def test_a_bad_announcement_or_state_harms_nothing_else_and_is_told_once(
    recorder: Recorder,
) -> None:
    bad = "homeassistant/light/bad/config"
    async with (
        LoopbackBroker(VirtualHome(Home())) as broker,
        MqttDevices(broker, events=recorder.bus) as devices,
    ):
        await tell(broker, devices, (bad, "{"), (bad, "[]"), (LAMP_TOPIC, LAMP))
        await tell(
            broker,
            devices,
            ("lamp/state", "gibberish"),
            ("lamp/state", "x" * (LARGEST_STATE + 1)),
            ("lamp/state", '{"state": "ON"}'),
            ("lamp/state", "x" * (LARGEST_STATE + 1)),
        )
        state = devices.states.get("light.lamp")
    assert state is not None
    assert state.state == "on"
    problems = [event.fields for event in recorder.named("device_problem")]
    assert [p["topic"] for p in problems if p["topic"] == bad] == [bad]
    assert sum("too large" in p["problem"] for p in problems) == 1


async def test_a_device_that_joins_another_on_its_topic_knows_what_was_told_there(
    empty: tuple[LoopbackBroker, MqttDevices],
) -> None:
    broker, devices = empty
    await tell(broker, devices, (LAMP_TOPIC, LAMP), ("lamp/state", '{"state": "ON"}'))
    second = LAMP.replace("l1", "l2").replace("Lamp", "Second")
    await tell(broker, devices, ("homeassistant/light/second/config", second))
    state = devices.states.get("light.second")
    assert state is not None
    assert state.state == "on"


async def test_the_owners_entity_is_known_by_its_unique_id() -> None:
    entity = Entity("light.reading", "Reading Lamp", "study", unique_id="l1")
    owner = Home(areas=(Area("study", "Study"),), entities=(entity,))
    async with LoopbackBroker(VirtualHome(Home())) as broker, MqttDevices(broker, owner) as devices:
        await tell(broker, devices, (LAMP_TOPIC, LAMP), ("lamp/state", '{"state": "ON"}'))
        assert [e.id for e in devices.home.entities] == ["light.reading"]
        assert devices.home.entities[0].name == "Reading Lamp"
        state = devices.states.get("light.reading")
        assert state is not None
        assert state.state == "on"
        await tell(broker, devices, (LAMP_TOPIC, ""))
        gone = devices.states.get("light.reading")
        assert gone is not None
        assert gone.state == "unavailable"


async def test_forgotten_states_are_those_of_the_announcement(
    empty: tuple[LoopbackBroker, MqttDevices],
) -> None:
    broker, devices = empty
    await tell(broker, devices, (LAMP_TOPIC, LAMP), ("lamp/state", '{"state": "ON"}'))
    devices.forget(["light.lamp", "light.none"])
    assert devices.states.get("light.lamp") == EntityState(
        "unknown", {"supported_color_modes": ["onoff"], "color_mode": None}
    )


async def test_a_broker_killed_in_mid_command_is_a_failure_and_the_next_command_works(
    mosquitto: BrokerSwitch, make_broker: MakeBroker, recorder: Recorder
) -> None:
    async with (
        make_broker(mosquitto.port, publish_timeout_s=0.5) as broker,
        MqttDevices(broker) as devices,
    ):
        await broker.publish(Message(LAMP_TOPIC, LAMP, retain=True))
        await devices.settle()
        acting = asyncio.create_task(devices.act([turn_on()], 0.5))
        await mosquitto.kill()
        acted = await acting
        assert acted.failed == ("light.lamp",)
        assert acted.reasons["light.lamp"]
        await mosquitto.start()
        await recorder.wait_for("broker_connected", 2)
        await broker.publish(Message("lamp/state", '{"state": "ON"}', retain=True))
        await devices.settle()
        assert (await devices.act([turn_on()], WAIT_S)).failed == ()


async def test_a_restarted_broker_brings_the_devices_back(
    mosquitto: BrokerSwitch, make_broker: MakeBroker, recorder: Recorder
) -> None:
    lamps = Home(entities=(Entity("light.lamp", "Lamp", state=EntityState("off")),))
    async with make_broker(mosquitto.port) as broker, MqttDevices(broker) as devices:
        async with run_devices(lamps, "127.0.0.1", mosquitto.port):
            await devices.settle()
            assert (await devices.act([turn_on()], WAIT_S)).failed == ()
        await mosquitto.kill()
        await recorder.wait_for("broker_lost")
        await mosquitto.start()
        await broker.wait_connected(WAIT_S)
        async with run_devices(lamps, "127.0.0.1", mosquitto.port):
            await devices.settle()
            assert (await devices.act([turn_on()], WAIT_S)).failed == ()


async def test_a_client_that_vanishes_makes_its_devices_unavailable(
    mosquitto: BrokerSwitch, make_broker: MakeBroker
) -> None:
    lamps = Home(entities=(Entity("light.lamp", "Lamp", state=EntityState("off")),))

    def reached() -> bool:
        state = devices.states.get("light.lamp")
        return state is not None and state.state != "unavailable"

    async with make_broker(mosquitto.port) as broker, MqttDevices(broker) as devices:
        async with run_devices(lamps, "127.0.0.1", mosquitto.port):
            await until(devices, reached)
        await until(devices, lambda: not reached())


async def test_settling_without_a_broker_is_a_clear_error(
    switch: BrokerSwitch, make_broker: MakeBroker
) -> None:
    async with (
        make_broker(switch.port, publish_timeout_s=0.1) as broker,
        MqttDevices(broker) as devices,
    ):
        with pytest.raises(BrokerError, match="Nothing answers"):
            await devices.settle(5)
        with pytest.raises(LaresError):
            await devices.settle(0.01)


def test_the_demo_home_file_is_where_the_demo_looks_for_it() -> None:
    assert Path(HOME_FILE).is_file()


async def test_a_home_can_be_put_back_between_two_commands() -> None:
    first = EntityState("off", {"brightness": 128})
    home = Home(entities=(Entity("light.lamp", "Lamp", state=first),))
    async with LoopbackBroker(VirtualHome(home)) as broker, MqttDevices(broker, home) as devices:
        await devices.settle()
        before = devices.states.snapshot()
        acted = await devices.act([turn_on(brightness=9)])
        assert acted.changes
        devices.forget(tuple(acted.changes))
        broker.set_states({"light.lamp": first})
        await devices.settle()
        assert devices.states.changes_since(before) == {}


async def test_a_device_that_is_set_up_with_another_ability_is_known_to_have_it() -> None:
    plain = EntityState("on", {"supported_color_modes": ["brightness"], "brightness": 40})
    home = Home(entities=(Entity("light.lamp", "Lamp", state=plain),))
    async with LoopbackBroker(VirtualHome(home)) as broker, MqttDevices(broker, home) as devices:
        await devices.settle()
        broker.set_states({"light.lamp": EntityState("", {"supported_color_modes": ["rgb"]})})
        await devices.settle()
        state = devices.states.get("light.lamp")
        assert state is not None and state.state == "on"
        assert state.attributes["supported_color_modes"] == ["rgb"]
        assert state.attributes["brightness"] == 40
        acted = await devices.act([turn_on(rgb_color=[1, 2, 3])])
        assert acted.changes["light.lamp"].attributes["rgb_color"] == [1, 2, 3]


async def test_what_is_announced_twice_under_one_unique_id_is_there_once(
    recorder: Recorder,
) -> None:
    async with (
        LoopbackBroker(VirtualHome(Home())) as broker,
        MqttDevices(broker, events=recorder.bus) as devices,
    ):
        await tell(broker, devices, (LAMP_TOPIC, LAMP), ("homeassistant/light/b/config", LAMP))
        assert [entity.unique_id for entity in devices.home.entities] == ["l1"]
        await tell(broker, devices, (LAMP_TOPIC, ""), ("homeassistant/light/b/config", f" {LAMP}"))
        assert [entity.unique_id for entity in devices.home.entities] == ["l1"]
    assert len(recorder.named("device_problem")) == 1


async def test_what_went_while_there_was_no_connection_is_gone_some_time_after_it(
    make_broker: MakeBroker, recorder: Recorder, tmp_path: Path
) -> None:
    keeps = (
        "allow_anonymous true",
        "persistence true",
        f"persistence_location {tmp_path}/",
        "autosave_interval 1",
        AS_US,
    )
    switch = BrokerSwitch(keeps)
    await switch.start()
    try:
        async with (
            make_broker(switch.port) as broker,
            MqttDevices(broker, events=recorder.bus, gone_after_s=0.1) as devices,
        ):
            stays = ("homeassistant/light/b/config", LAMP.replace("l1", "l2").replace("Lamp", "B"))
            for topic, payload in ((LAMP_TOPIC, LAMP), stays):
                await broker.publish(Message(topic, payload, retain=True))
            await devices.settle()
            assert {entity.name for entity in devices.home.entities} == {"Lamp", "B"}
            await switch.stop()
            await recorder.wait_for("broker_lost")
            other = BrokerSwitch(keeps)
            await other.start()
            async with make_broker(other.port) as hand:
                await hand.publish(Message(LAMP_TOPIC, "", retain=True))
            await other.stop()
            await switch.start()
            gone = await recorder.wait_for("devices_gone")
            assert gone.fields["entities"] == ["light.lamp"]
            assert {entity.name for entity in devices.home.entities} == {"B"}
    finally:
        await switch.stop()


async def test_a_sensor_that_tells_nothing_for_too_long_is_unavailable_until_it_tells_again(
    empty: tuple[LoopbackBroker, MqttDevices],
) -> None:
    broker, devices = empty
    sensor = {"name": "Door", "stat_t": "door", "uniq_id": "d1", "exp_aft": 1}
    config = ("homeassistant/binary_sensor/door/config", json.dumps(sensor))
    await tell(broker, devices, config)

    def state() -> str:
        found = devices.states.get("binary_sensor.door")
        assert found is not None
        return found.state

    assert state() == "unavailable"
    await tell(broker, devices, ("door", "ON"))
    assert state() == "on"
    await until(devices, lambda: state() == "unavailable")
    await tell(broker, devices, ("door", "OFF"))
    assert state() == "off"


async def test_a_motion_sensor_with_an_off_delay_goes_off_by_itself(
    empty: tuple[LoopbackBroker, MqttDevices],
) -> None:
    broker, devices = empty
    sensor = {"name": "Motion", "stat_t": "motion", "uniq_id": "m1", "off_dly": 1}
    config = ("homeassistant/binary_sensor/motion/config", json.dumps(sensor))
    await tell(broker, devices, config, ("motion", "ON"))
    found = devices.states.get("binary_sensor.motion")
    assert found is not None
    assert found.state == "on"
    await until(
        devices, lambda: devices.states.get("binary_sensor.motion") == EntityState("off", {})
    )


async def test_what_a_lares_announces_of_itself_is_no_device_of_the_home(
    empty: tuple[LoopbackBroker, MqttDevices],
) -> None:
    broker, devices = empty
    messages = announcement(Topics("lares", "homeassistant"), Machine("board", "1.0"))
    await tell(broker, devices, *((m.topic, m.payload) for m in messages))
    assert devices.home.entities == ()
