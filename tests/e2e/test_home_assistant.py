"""Mosquitto, Home Assistant and Lares together, as in a home: what one does the others show."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from edge.demo.devices import HOME_FILE, run_devices
from edge.home.graph import Home
from tests.e2e.home_assistant import (
    InstalledHomeAssistant,
    State,
    Watching,
    needs_home_assistant,
    watching,
)
from tests.e2e.program import Running, lares, running
from tests.e2e.side_by_side import side_by_side
from tests.e2e.test_run import COMMAND, HOME, LISTENS, TURN_ON
from tests.edge.mqtt.conftest import BrokerSwitch

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), needs_home_assistant]

DEMO = Home.from_yaml(HOME_FILE)
LAMP = "light.kitchen_light"
MUTE, PIPELINE, LAST = (
    "switch.lares_microphone_mute",
    "sensor.lares_pipeline",
    "event.lares_last_command",
)
NO_MQTT = ("media_player",)
"""Kinds that Home Assistant has no MQTT discovery for."""
IN_KELVIN = frozenset({"color_temp_kelvin", "max_color_temp_kelvin", "min_color_temp_kelvin"})
"""Home Assistant takes the virtual lamps' kelvin for mireds; newer ones read them."""
OURS = frozenset(
    {
        "button.lares_restart", "event.lares_last_command", "number.lares_volume",
        "sensor.lares_errors", "sensor.lares_memory_in_use", "sensor.lares_pipeline",
        "switch.lares_microphone_mute", "update.lares_update",
    }
)  # fmt: skip
"""What every Lares announces, whatever its machine has."""


@pytest.fixture
def house(mosquitto: BrokerSwitch, tmp_path: Path) -> Iterator[InstalledHomeAssistant]:
    house = InstalledHomeAssistant(tmp_path / "ha", mosquitto.port)
    try:
        house.start()
        yield house
    finally:
        house.kill()


@asynccontextmanager
async def listening(folder: Path, told: Watching) -> AsyncIterator[Running]:
    """Lares, when it listens and Home Assistant shows it."""
    async with running(*LISTENS, folder=folder) as program:
        await program.event("listening")
        await told.until(lambda states: states.keys() >= OURS)
        await told.until_state(PIPELINE, "idle")
        yield program


def of_lares(registry: list[dict[str, Any]]) -> set[str]:
    return {
        entry["entity_id"] for entry in registry if entry["unique_id"].startswith("lares_lares_")
    }


async def test_both_show_the_same_demo_home(
    house: InstalledHomeAssistant, mosquitto: BrokerSwitch
) -> None:
    names = {area.id: area.name for area in DEMO.areas}
    shared = [entity for entity in DEMO.entities if entity.domain not in NO_MQTT]
    async with (
        side_by_side(house, mosquitto.port) as both,
        run_devices(DEMO, "127.0.0.1", mosquitto.port),
    ):
        await both.announce([])
        areas = {area["area_id"]: area["name"] for area in await both.house.registry("area")}
        devices = {device["name"]: device for device in await both.house.registry("device")}
        unlike = {
            entity.id: {
                name: pair
                for name, pair in both.unlike(f"lares_virtual_{entity.id}").items()
                if name not in IN_KELVIN
            }
            for entity in shared
        }
    assert {entity_id: found for entity_id, found in unlike.items() if found} == {}
    for entity in shared:
        assert areas[devices[entity.name]["area_id"]] == names[entity.area or ""]


async def test_what_is_said_drives_a_lamp_that_home_assistant_shows(
    house: InstalledHomeAssistant, mosquitto: BrokerSwitch, live: Path
) -> None:
    async with watching(house) as told, run_devices(HOME, "127.0.0.1", mosquitto.port):
        await told.until_state(LAMP, "off")
        said = await asyncio.to_thread(lares, *TURN_ON, folder=live)
        assert said.returncode == 0, said.stderr
        await told.until_state(LAMP, "on")
        await told.call("light.turn_off", LAMP)
        await told.until_state(LAMP, "off")


async def test_lares_is_one_device_with_its_entities(
    house: InstalledHomeAssistant, mosquitto: BrokerSwitch, live: Path
) -> None:
    async with watching(house) as told, listening(live, told):
        entities = [
            entry
            for entry in await told.registry("entity")
            if entry["unique_id"].startswith("lares_lares_")
        ]
        (device,) = (d for d in await told.registry("device") if d["name"] == "Lares")
        states = dict(told.states)
    assert {entry["entity_id"] for entry in entities} >= OURS
    assert {entry["device_id"] for entry in entities} == {device["id"]}
    assert device["manufacturer"] == "Lares"
    assert device["sw_version"]
    assert "unavailable" not in {states[entry["entity_id"]]["state"] for entry in entities}
    assert states["sensor.lares_errors"]["state"] == "0"
    assert states[MUTE]["state"] == "off"
    assert "ERROR" not in house.log, house.log


async def test_a_spoken_command_shows_in_home_assistant(
    house: InstalledHomeAssistant, mosquitto: BrokerSwitch, live: Path
) -> None:
    async with (
        watching(house) as told,
        run_devices(HOME, "127.0.0.1", mosquitto.port),
        listening(live, told) as program,
    ):
        await told.until_state(LAMP, "off")
        seen: list[str] = []
        told.when_changed(PIPELINE, lambda state: seen.append(state["state"]))
        await program.hears(COMMAND)
        await told.until_state(LAMP, "on")
        last = await told.until_state(LAST, event_type="done")
        await told.until_state(PIPELINE, "idle")
    assert last["attributes"]["intents"] == ["HassTurnOn"]
    assert last["attributes"]["entities"] == [LAMP]
    assert "processing" in seen


async def test_services_of_home_assistant_reach_lares(
    house: InstalledHomeAssistant, mosquitto: BrokerSwitch, live: Path
) -> None:
    async with watching(house) as told, listening(live, told) as program:
        await told.call("switch.turn_on", MUTE)
        await told.until_state(MUTE, "on")
        await told.call("number.set_value", "number.lares_volume", value=35)
        await told.until_state("number.lares_volume", "35")
        program.stdin.write(COMMAND)
        program.stdin.close()
        assert await program.ends() == 0
        assert not any('"event": "wake"' in line for line in program.said)
        await told.until_state(MUTE, "unavailable")


async def test_the_restart_button_starts_lares_anew(
    house: InstalledHomeAssistant, mosquitto: BrokerSwitch, live: Path
) -> None:
    async with watching(house) as told, listening(live, told) as program:
        pressing = asyncio.create_task(press_until_told(told))
        await program.event("restarting")
        pressing.cancel()
        await told.until_state(PIPELINE, "unavailable")
        await program.event("listening")
        await told.until_state(PIPELINE, "idle")


async def press_until_told(told: Watching) -> None:
    """Press "restart" each second: for its first ten seconds it is not obeyed."""
    while True:
        await told.call("button.press", "button.lares_restart")
        await asyncio.sleep(1)


async def test_leaving_leaves_no_ghosts_in_home_assistant(
    house: InstalledHomeAssistant, mosquitto: BrokerSwitch, live: Path
) -> None:
    async with watching(house) as told:
        async with listening(live, told) as program:
            await program.ends(signal.SIGINT)
        await told.until_state(MUTE, "unavailable")
        assert of_lares(await told.registry("entity")) >= OURS
        left = await asyncio.to_thread(lares, "home", "leave", folder=live)
        assert left.returncode == 0, left.stderr
        await told.until(lambda states: not any("lares" in name for name in states))
        assert of_lares(await told.registry("entity")) == set()
        devices = [device["name"] for device in await told.registry("device")]
    assert "Lares" not in devices


async def test_a_restart_of_home_assistant_heals(
    house: InstalledHomeAssistant, mosquitto: BrokerSwitch, live: Path
) -> None:
    async with (
        watching(house) as told,
        run_devices(HOME, "127.0.0.1", mosquitto.port),
        listening(live, told) as program,
    ):
        await told.until_state(LAMP, "off")
        await told.call("switch.turn_on", MUTE)
        before = await told.until_state(MUTE, "on")
        ids = of_lares(await told.registry("entity"))
        await asyncio.to_thread(house.kill)
        await asyncio.to_thread(house.start)
        async with watching(house) as again:
            after = await again.until_state(MUTE, "on")
            await again.until_state(LAMP, "off")
            await again.until_state(PIPELINE, "idle")
            assert of_lares(await again.registry("entity")) == ids
            await again.call("switch.turn_off", MUTE)
            await again.until_state(MUTE, "off")
            await program.hears(COMMAND)
            await again.until_state(LAMP, "on")
    assert before["attributes"] == after["attributes"]


async def test_a_restart_of_the_broker_heals(
    house: InstalledHomeAssistant, mosquitto: BrokerSwitch, live: Path
) -> None:
    async with watching(house) as told, listening(live, told) as program:
        async with run_devices(HOME, "127.0.0.1", mosquitto.port):
            await told.until_state(LAMP, "off")
        await mosquitto.kill()
        await told.until_state(PIPELINE, "unavailable")
        await mosquitto.start()
        async with run_devices(HOME, "127.0.0.1", mosquitto.port):
            await told.until_state(PIPELINE, "idle")
            await told.until_state(LAMP, "off")
            await told.call("switch.turn_on", MUTE)
            await told.until_state(MUTE, "on")
            await told.call("switch.turn_off", MUTE)
            await told.until_state(MUTE, "off")
            await program.hears(COMMAND)
            await told.until_state(LAMP, "on")
        states: Mapping[str, State] = told.states
        assert {name for name in states if "lares" in name} >= OURS
        assert not any(name.endswith("_2") for name in states)
