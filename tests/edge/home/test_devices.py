"""What every maker of `Devices` does: devices over MQTT, and through Home Assistant, alike."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from edge.demo.devices import HOME_FILE
from edge.home.devices import Devices
from edge.home.graph import Area, Entity, Home
from edge.home.virtual import VirtualHome
from edge.home_assistant.devices import HomeAssistantDevices
from edge.mqtt.broker_loopback import LoopbackBroker
from edge.mqtt.devices import MqttDevices
from edge.types import Action, EntityState, Message
from tests.edge.home_assistant.simulated import TOKEN, simulated
from tests.edge.mqtt.conftest import WAIT_S
from tests.edge.mqtt.test_devices import ACTIONS

DEMO = Home.from_yaml(HOME_FILE)
LAMP = "light.floor_lamp"


@dataclass(frozen=True, slots=True)
class Reached:
    """Devices, and the hand of someone in the house."""

    devices: Devices
    set: Callable[[str, EntityState], Awaitable[None]]
    """Changes what a device tells."""
    remove: Callable[[str], Awaitable[None]]
    """Takes a device away."""


@asynccontextmanager
async def over_mqtt(owner: Home | None = None) -> AsyncIterator[Reached]:
    virtual = VirtualHome(DEMO)
    async with LoopbackBroker(virtual) as broker, MqttDevices(broker, owner) as devices:

        async def change(entity_id: str, state: EntityState) -> None:
            broker.set_states({entity_id: state})
            await devices.settle()

        async def remove(entity_id: str) -> None:
            topic = virtual.devices[entity_id].discovery().topic
            await broker.publish(Message(topic, "", retain=True))
            await devices.settle()

        await devices.settle()
        yield Reached(devices, change, remove)


@asynccontextmanager
async def through_home_assistant(owner: Home | None = None) -> AsyncIterator[Reached]:
    async with (
        simulated(DEMO) as house,
        HomeAssistantDevices(house.address, TOKEN, owner) as devices,
    ):

        async def change(entity_id: str, state: EntityState) -> None:
            house.broker.set_states({entity_id: state})
            await house.devices.settle()
            await devices.settle()

        async def remove(entity_id: str) -> None:
            house.entities.remove(house.entity(entity_id))
            house.set(entity_id, None)
            await devices.settle()

        await devices.settle()
        yield Reached(devices, change, remove)


Maker = Callable[..., AbstractAsyncContextManager[Reached]]


@pytest.fixture(params=[over_mqtt, through_home_assistant], ids=["mqtt", "home_assistant"])
def reach(request: pytest.FixtureRequest) -> Maker:
    maker: Maker = request.param
    return maker


@pytest.fixture
async def reached(reach: Maker) -> AsyncIterator[Reached]:
    async with reach() as reached:
        yield reached


def turn_on(entity_id: str = LAMP, **data: Any) -> Action:
    return Action("light.turn_on", entity_id, data, EntityState("on", data))


async def test_the_home_has_what_there_is_with_names_areas_and_classes(reached: Reached) -> None:
    home = reached.devices.home
    areas = {area.id: area.name for area in DEMO.areas}
    found = {area.id: area.name for area in home.areas}
    assert {(e.id, e.name, found.get(e.area or ""), e.device_class) for e in home.entities} == {
        (e.id, e.name, areas.get(e.area or ""), e.device_class) for e in DEMO.entities
    }


async def test_the_state_of_each_entity_is_known(reached: Reached) -> None:
    told = {
        entity_id: state.state for entity_id, state in reached.devices.states.snapshot().items()
    }
    assert told == {entity.id: entity.state.state for entity in DEMO.entities}


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.service)
async def test_every_kind_of_device_acts_and_confirms(reached: Reached, action: Action) -> None:
    acted = await reached.devices.act([action], WAIT_S)
    assert acted.reasons == {}
    assert set(acted.changes) <= {action.entity_id}
    if action.expect is not None:
        assert action.entity_id in acted.changes
        assert acted.changes[action.entity_id] == reached.devices.states.get(action.entity_id)


async def test_several_act_at_once_and_what_fails_keeps_none_from_it(reached: Reached) -> None:
    nonsense = Action("light.fly", "light.bedroom_lamp", {}, EntityState("on"))
    gone = turn_on("light.in_the_garden")
    acted = await reached.devices.act([nonsense, gone, *ACTIONS[:1]], WAIT_S)
    assert acted.failed == ("light.bedroom_lamp", "light.in_the_garden")
    assert "light.fly" in acted.reasons["light.bedroom_lamp"]
    assert "light.in_the_garden" in acted.reasons["light.in_the_garden"]
    assert list(acted.changes) == [LAMP]


async def test_actions_on_one_entity_are_done_in_order(reached: Reached) -> None:
    steps = [turn_on(brightness=level) for level in (10, 200, 90)]
    off = Action("light.turn_off", LAMP, {}, EntityState("off"))
    acted = await reached.devices.act([*steps, off, turn_on(brightness=60)], WAIT_S)
    assert acted.failed == ()
    assert acted.changes[LAMP].attributes["brightness"] == 60


async def test_what_does_not_come_to_pass_has_failed_in_time(reached: Reached) -> None:
    wanted = Action("light.turn_on", LAMP, {}, EntityState("purple"))
    async with asyncio.timeout(WAIT_S):
        acted = await reached.devices.act([wanted], 0.1)
    assert "did not confirm within 0.1 s" in acted.reasons[LAMP]


async def test_a_state_that_changes_by_itself_is_followed_and_told_to_who_subscribed(
    reached: Reached,
) -> None:
    heard: list[tuple[str, str]] = []
    reached.devices.states.subscribe(
        lambda entity_id, state: heard.append((entity_id, state.state))
    )
    await reached.set(LAMP, EntityState("on", {"brightness": 77}))
    state = reached.devices.states.get(LAMP)
    assert state is not None
    assert (state.state, state.attributes["brightness"]) == ("on", 77)
    assert (LAMP, "on") in heard


async def test_what_goes_is_gone_from_home_and_states(reached: Reached) -> None:
    before = reached.devices.home
    await reached.remove(LAMP)
    assert reached.devices.home is not before
    assert reached.devices.home.entity(LAMP) is None
    assert reached.devices.states.get(LAMP) is None
    assert (await reached.devices.act([turn_on()])).failed == (LAMP,)


async def test_the_owners_file_wins_and_what_only_it_knows_is_unavailable(reach: Maker) -> None:
    den = Area("den", "Den")
    owner = Home((), (den,), (Entity(LAMP, "Sun", "den", ("sunny",)), Entity("light.x", "X")))
    async with reach(owner) as reached:
        home, states = reached.devices.home, reached.devices.states
        lamp = home.entity(LAMP)
        assert lamp is not None
        assert (lamp.name, lamp.area) == ("Sun", "den")
        assert "sunny" in lamp.aliases
        assert states.get("light.x") == EntityState("unavailable")
        assert (await reached.devices.act([turn_on("light.x")])).failed == ("light.x",)
        await reached.remove(LAMP)
        assert reached.devices.home.entity(LAMP) is not None
        state = states.get(LAMP)
        assert state is not None
        assert state.state == "unavailable"


async def test_the_home_is_the_same_until_it_changes_and_may_be_asked_for_in_any_thread(
    reached: Reached,
) -> None:
    home = reached.devices.home
    await reached.set(LAMP, EntityState("on", {"brightness": 7}))
    assert await asyncio.to_thread(lambda: reached.devices.home) is home
