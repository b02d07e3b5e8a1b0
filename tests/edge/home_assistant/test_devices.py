"""The home as a simulated Home Assistant tells it: followed, acted on, changed, lost and healed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from edge.home.graph import Area, Entity, Floor, Home
from edge.home_assistant.problems import HomeAssistantError
from edge.types import Action, EntityState
from tests.edge.home_assistant.conftest import DEMO, MakeDevices, until
from tests.edge.home_assistant.relay import Relay
from tests.edge.home_assistant.simulated import SimulatedHomeAssistant
from tests.edge.mqtt.conftest import WAIT_S, Recorder

LAMP = "light.floor_lamp"


def turn_on(entity_id: str = LAMP, **data: Any) -> Action:
    return Action("light.turn_on", entity_id, data, EntityState("on", data))


async def test_floors_areas_names_and_aliases_are_those_of_home_assistant(
    make_devices: MakeDevices,
) -> None:
    async with make_devices() as devices:
        await devices.settle()
        home = devices.home
    assert home.floors == DEMO.floors
    assert home.areas == DEMO.areas
    assert {(e.id, e.name, e.area, e.aliases, e.device_class) for e in home.entities} == {
        (e.id, e.name, e.area, tuple(sorted(e.aliases)), e.device_class) for e in DEMO.entities
    }


async def test_a_home_is_the_same_object_until_it_changes(
    house: SimulatedHomeAssistant, make_devices: MakeDevices
) -> None:
    async with make_devices() as devices:
        await devices.settle()
        before = devices.home
        house.tell("area_registry_updated")
        await devices.settle()
        assert devices.home is before
        house.areas.append({"area_id": "attic", "name": "Attic"})
        house.tell("area_registry_updated")
        await devices.settle()
        assert devices.home is not before
        assert devices.home.area("attic") == Area("attic", "Attic")


async def test_a_lamp_that_joins_is_there_and_one_that_leaves_is_not(
    house: SimulatedHomeAssistant, make_devices: MakeDevices
) -> None:
    async with make_devices() as devices:
        await devices.settle()
        house.set("light.new", EntityState("off", {"friendly_name": "New Lamp"}))
        await devices.settle()
        assert devices.home.entity("light.new") == Entity("light.new", "New Lamp")
        assert devices.states.get("light.new") == house.states["light.new"]
        house.set("light.new", None)
        await devices.settle()
        assert devices.home.entity("light.new") is None
        assert devices.states.get("light.new") is None


async def test_what_is_renamed_moved_or_no_longer_exposed_changes_the_home(
    house: SimulatedHomeAssistant, make_devices: MakeDevices
) -> None:
    async with make_devices() as devices:
        await devices.settle()
        house.entity(LAMP).update(name="Arc Lamp", area_id="kitchen", aliases=["sun"])
        house.tell("entity_registry_updated")
        await devices.settle()
        lamp = devices.home.entity(LAMP)
        assert lamp is not None
        assert (lamp.name, lamp.area, lamp.aliases) == ("Arc Lamp", "kitchen", ("sun",))
        house.entity(LAMP)["options"] = {"conversation": {"should_expose": False}}
        house.tell("entity_registry_updated")
        await devices.settle()
        assert devices.home.entity(LAMP) is None
        assert (await devices.act([turn_on()])).failed == (LAMP,)
        assert not house.calls


async def test_states_follow_with_attributes_added_changed_and_removed(
    house: SimulatedHomeAssistant, make_devices: MakeDevices
) -> None:
    async with make_devices() as devices:
        await devices.settle()
        for state in (
            EntityState("on", {"brightness": 3, "effect": "rainbow"}),
            EntityState("on", {"brightness": 4}),
            EntityState("unavailable", {}),
        ):
            house.set(LAMP, state)
            await devices.settle()
            assert devices.states.get(LAMP) == state


async def test_an_action_is_a_service_call_with_target_and_data_and_is_confirmed(
    house: SimulatedHomeAssistant, make_devices: MakeDevices
) -> None:
    async with make_devices() as devices:
        await devices.settle()
        acted = await devices.act([turn_on(brightness=128)])
        assert acted.failed == ()
        assert acted.changes[LAMP].attributes["brightness"] == 128
        assert acted.published == ()
    (call,) = house.calls
    assert (call["domain"], call["service"]) == ("light", "turn_on")
    assert call["target"] == {"entity_id": LAMP}
    assert call["service_data"] == {"brightness": 128}


async def test_what_is_not_confirmed_in_time_has_failed(
    house: SimulatedHomeAssistant, make_devices: MakeDevices
) -> None:
    house.deaf = True
    async with make_devices() as devices:
        await devices.settle()
        acted = await devices.act([turn_on()], timeout_s=0.05)
    assert acted.reasons == {LAMP: "Floor Lamp did not confirm within 0.05 s."}


@pytest.mark.parametrize(
    ("code", "message", "said"),
    [
        ("not_found", "Service light.turn_on not found.", "has no service light.turn_on"),
        ("unauthorized", "Unauthorized", "does not let Lares do light.turn_on on Floor Lamp"),
        ("service_validation_error", "brightness is\nwrong", "on Floor Lamp: brightness is wrong"),
        ("invalid_format", "x" * 5_000, "did not do light.turn_on on Floor Lamp: xxx"),
        ("home_assistant_error", "no bridge", "Floor Lamp: no bridge"),
    ],
)
async def test_an_error_of_home_assistant_is_told_in_words(
    house: SimulatedHomeAssistant, make_devices: MakeDevices, code: str, message: str, said: str
) -> None:
    house.refusals["light.turn_on"] = (code, message)
    async with make_devices() as devices:
        await devices.settle()
        acted = await devices.act([turn_on()])
    assert said in acted.reasons[LAMP]
    assert len(acted.reasons[LAMP]) < 300


async def test_what_is_unavailable_is_not_asked_and_said_to_be_not_reachable(
    house: SimulatedHomeAssistant, make_devices: MakeDevices
) -> None:
    house.set(LAMP, EntityState("unavailable"))
    async with make_devices() as devices:
        await devices.settle()
        acted = await devices.act([turn_on()])
    assert acted.reasons[LAMP].startswith("Floor Lamp is not reachable")
    assert not house.calls


async def test_a_group_is_switched_by_home_assistants_own_service(
    house: SimulatedHomeAssistant, make_devices: MakeDevices
) -> None:
    house.set("group.all", EntityState("off", {"friendly_name": "All"}))
    house.exposed["group.all"] = True
    house.deaf = True
    async with make_devices() as devices:
        await devices.settle()
        await devices.act([Action("group.turn_on", "group.all")])
    assert house.calls[0]["domain"] == "homeassistant"


async def test_what_the_owner_wrote_wins_and_is_there_though_it_is_not_exposed(
    house: SimulatedHomeAssistant, make_devices: MakeDevices
) -> None:
    house.entity(LAMP)["options"] = {"conversation": {"should_expose": False}}
    den = Area("den", "Den", "ground_floor")
    owner = Home((), (den,), (Entity(LAMP, "Sun", "den"), Entity("light.gone", "Gone")))
    async with make_devices(owner) as devices:
        await devices.settle()
        lamp = devices.home.entity(LAMP)
        assert lamp is not None
        assert (lamp.name, lamp.area) == ("Sun", "den")
        assert (await devices.act([turn_on()])).failed == ()
        gone = await devices.act([turn_on("light.gone")])
        assert "shows no Gone to Lares" in gone.reasons["light.gone"]
        assert devices.states.get("light.gone") == EntityState("unavailable")


async def test_lares_does_not_see_itself(
    house: SimulatedHomeAssistant, make_devices: MakeDevices
) -> None:
    house.device_rows.append({"id": "d1", "name": "Lares", "identifiers": [["mqtt", "lares_den"]]})
    house.entity(LAMP)["device_id"] = "d1"
    async with make_devices(node="den") as devices:
        await devices.settle()
        assert devices.home.entity(LAMP) is None
    async with make_devices(node="attic") as devices:
        await devices.settle()
        assert devices.home.entity(LAMP) is not None


async def test_a_to_do_list_has_its_items_also_after_they_change(
    house: SimulatedHomeAssistant, make_devices: MakeDevices
) -> None:
    todo = "todo.shopping"
    eggs = {"summary": "eggs", "status": "needs_action"}
    house.set(todo, EntityState("1", {"friendly_name": "Shopping", "todo_items": [eggs]}))
    async with make_devices() as devices:
        await devices.settle()
        state = devices.states.get(todo)
        assert state is not None
        assert state.attributes["todo_items"] == [eggs]
        milk = {"summary": "milk", "status": "completed"}
        house.set(todo, EntityState("1", {"friendly_name": "Shopping", "todo_items": [eggs, milk]}))
        await devices.settle()
        state = devices.states.get(todo)
        assert state is not None
        assert state.attributes["todo_items"] == [eggs, milk]


async def test_features_have_names(
    house: SimulatedHomeAssistant, make_devices: MakeDevices
) -> None:
    house.set("cover.x", EntityState("open", {"supported_features": 7}))
    async with make_devices() as devices:
        await devices.settle()
        state = devices.states.get("cover.x")
        assert state is not None
        assert state.attributes["supported_features"] == ["OPEN", "CLOSE", "SET_POSITION"]


async def test_an_older_home_assistant_without_floors_and_details_is_a_home_too(
    house: SimulatedHomeAssistant, make_devices: MakeDevices, recorder: Recorder
) -> None:
    house.unknown = {
        "config/floor_registry/list", "config/entity_registry/get_entries", "todo/item/subscribe",
        "homeassistant/expose_entity/list", "homeassistant/expose_new_entities/get",
    }  # fmt: skip
    async with make_devices() as devices:
        await devices.settle()
        house.tell("area_registry_updated")
        await devices.settle()
        assert devices.home.floors == ()
        assert all(area.floor is None for area in devices.home.areas)
        assert devices.home.entity(LAMP) is not None
    denied = [event.fields["command"] for event in recorder.named("home_assistant_denied")]
    assert len(denied) == len(set(denied))
    assert "config/floor_registry/list" in denied


async def test_someone_who_is_no_administrator_sees_what_is_decided_in_the_registry(
    house: SimulatedHomeAssistant, make_devices: MakeDevices
) -> None:
    house.unauthorized = {
        "homeassistant/expose_entity/list", "homeassistant/expose_new_entities/get",
    }  # fmt: skip
    house.entity(LAMP)["options"] = {"conversation": {"should_expose": False}}
    async with make_devices() as devices:
        await devices.settle()
        assert devices.home.entity(LAMP) is None
        assert len(devices.home.entities) == len(DEMO.entities) - 1


async def test_a_restart_heals_and_what_is_gone_by_then_is_gone(
    house: SimulatedHomeAssistant, make_devices: MakeDevices, recorder: Recorder
) -> None:
    async with make_devices() as devices:
        await devices.settle()
        await house.stop()
        await recorder.wait_for("home_assistant_lost")
        assert devices.home.entity(LAMP) is not None
        house.entities.remove(house.entity(LAMP))
        del house.states[LAMP]
        house.set("light.new", EntityState("on", {"friendly_name": "New"}))
        await house.start()
        await recorder.wait_for("home_assistant_connected", 2)
        await devices.settle()
        assert devices.home.entity(LAMP) is None
        assert devices.states.get(LAMP) is None
        assert devices.states.get("light.new") == house.states["light.new"]


async def test_an_action_waits_out_a_short_loss(
    house: SimulatedHomeAssistant, make_devices: MakeDevices, recorder: Recorder
) -> None:
    async with make_devices() as devices:
        await devices.settle()
        await house.stop()
        await recorder.wait_for("home_assistant_lost")
        acting = asyncio.create_task(devices.act([turn_on()]))
        await house.start()
        assert (await acting).failed == ()


async def test_a_cut_cable_is_noticed_and_healed(
    house: SimulatedHomeAssistant, make_devices: MakeDevices, recorder: Recorder
) -> None:
    relay = Relay(house.port)
    await relay.start()
    address = type(house.address).of(f"http://127.0.0.1:{relay.port}")
    try:
        async with make_devices(address=address, ping_s=0.05, pong_s=0.1) as devices:
            await devices.settle()
            relay.cut()
            lost = await recorder.wait_for("home_assistant_lost")
            assert "127.0.0.1" in lost.fields["reason"]
            relay.mend()
            await recorder.wait_for("home_assistant_connected", 2)
            await devices.settle()
            assert (await devices.act([turn_on()])).failed == ()
    finally:
        await relay.stop()


async def test_results_out_of_order_and_several_in_one_message_are_told_apart(
    house: SimulatedHomeAssistant, make_devices: MakeDevices
) -> None:
    house.together = True
    async with make_devices() as devices:
        await devices.settle()
        house.held_back = 1
        actions = [turn_on(LAMP, brightness=9), turn_on("light.bedroom_lamp", brightness=99)]
        acted = await devices.act(actions)
        assert acted.failed == ()
        assert {i: s.attributes["brightness"] for i, s in acted.changes.items()} == {
            LAMP: 9, "light.bedroom_lamp": 99,
        }  # fmt: skip


async def test_thousands_of_entities_are_read_and_a_flood_of_states_is_followed(
    house: SimulatedHomeAssistant, make_devices: MakeDevices
) -> None:
    for number in range(3_000):
        house.entities.append(
            {"entity_id": f"light.l{number}", "name": "Same", "unique_id": str(number),
             "aliases": [f"alias {number}"]}
        )  # fmt: skip
        house.states[f"light.l{number}"] = EntityState("off", {"friendly_name": "Same"})
    async with make_devices() as devices:
        await devices.settle()
        assert len(devices.home.entities) == len(DEMO.entities) + 3_000
        assert devices.home.entities[-1].aliases == ("alias 2999",)
        for number in range(3_000):
            house.set(f"light.l{number}", EntityState("on", {"friendly_name": "Same"}))
        await until(devices, lambda: devices.states.get("light.l2999") == EntityState(
            "on", {"friendly_name": "Same"}))  # fmt: skip
        assert all(
            devices.states.get(f"light.l{number}") == house.states[f"light.l{number}"]
            for number in range(3_000)
        )


async def test_a_home_in_fahrenheit_stays_in_fahrenheit(
    house: SimulatedHomeAssistant, make_devices: MakeDevices
) -> None:
    thermostat = next(e.id for e in DEMO.entities if e.domain == "climate")
    before = house.states[thermostat]
    told = {**before.attributes, "temperature": 68, "min_temp": 45, "max_temp": 95}
    house.set(thermostat, EntityState(before.state, told))
    async with make_devices() as devices:
        await devices.settle()
        data = {"temperature": 70}
        await devices.act([Action("climate.set_temperature", thermostat, data)], 0.1)
        state = devices.states.get(thermostat)
        assert state is not None
        assert state.attributes["min_temp"] == 45
    assert house.calls[0]["service_data"] == data


async def test_settle_says_what_is_wrong(
    house: SimulatedHomeAssistant, make_devices: MakeDevices
) -> None:
    await house.stop()
    async with make_devices() as devices:
        async with asyncio.timeout(WAIT_S):
            with pytest.raises(HomeAssistantError, match="Nothing answers at"):
                await devices.settle(timeout_s=0.2)


async def test_the_levels_of_floors_order_them(
    house: SimulatedHomeAssistant, make_devices: MakeDevices
) -> None:
    house.floors[:] = [
        {"floor_id": "up", "name": "Up", "level": 1},
        {"floor_id": "down", "name": "Down", "level": -1},
    ]
    async with make_devices() as devices:
        await devices.settle()
        assert devices.home.floors == (Floor("down", "Down"), Floor("up", "Up"))
