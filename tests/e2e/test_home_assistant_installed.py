"""The real Home Assistant, with lamps that only it knows: reached through its API alone."""

from __future__ import annotations

import asyncio
import json
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from edge.demo.devices import HOME_FILE, run_devices
from edge.demo.mosquitto import find_mosquitto, free_port
from edge.home.graph import Home
from edge.home_assistant.address import TOKEN_VARIABLE, Token
from edge.home_assistant.devices import HomeAssistantDevices
from edge.home_assistant.problems import HomeAssistantError
from edge.home_assistant.reading import read_home
from edge.home_assistant.storage import read_storage
from edge.types import Action, EntityState
from tests.e2e.home_assistant import InstalledHomeAssistant, needs_home_assistant
from tests.e2e.program import lares
from tests.edge.mqtt.conftest import Recorder, at_once
from tests.edge.mqtt.test_devices import ACTIONS

pytestmark = [pytest.mark.slow, needs_home_assistant]

WAIT_S = 60.0
JOINS_S = 10.0
"""Within this a lamp that joins can be spoken to."""
DEMO = Home.from_yaml(HOME_FILE)
UNKNOWN_OVER_MQTT = frozenset({"media_player", "scene", "todo"})
"""Domains for which Home Assistant has no MQTT discovery, or no state before they are used."""
LAMP, LIST = "light.floor_lamp", "todo.shopping_list"
OWNER = Home((), (), tuple(e for e in DEMO.entities if e.domain in ("lock", "valve")))
"""The owner's home file, with what Home Assistant exposes to nobody by itself."""
THERE = [
    *(action for action in ACTIONS if action.entity_id.split(".")[0] not in UNKNOWN_OVER_MQTT),
    Action("scene.turn_on", "scene.movie"),
]
JOINING = json.dumps(
    {"name": None, "uniq_id": "0x17_light", "cmd_t": "joining/set", "stat_t": "joining/state",
     "dev": {"ids": ["0x17"], "name": "Reading Lamp", "sa": "Study"}}
)  # fmt: skip


@pytest.fixture(scope="module")
def broker_port() -> Iterator[int]:
    """A Mosquitto for the whole module."""
    mosquitto = find_mosquitto()
    assert mosquitto is not None
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "mosquitto.conf"
        settings.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
        with (Path(folder) / "log").open("wb") as log:
            process = subprocess.Popen([mosquitto, "-c", settings], stdout=log, stderr=log)
        yield port
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="module")
def installed(
    broker_port: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[InstalledHomeAssistant]:
    """A Home Assistant for the whole module."""
    house = InstalledHomeAssistant(tmp_path_factory.mktemp("home") / "ha", broker_port)
    try:
        house.start()
        yield house
    finally:
        house.kill()


@asynccontextmanager
async def reached(
    house: InstalledHomeAssistant, recorder: Recorder | None = None
) -> AsyncIterator[HomeAssistantDevices]:
    events = None if recorder is None else recorder.bus
    async with HomeAssistantDevices(
        house.address, house.token, OWNER, sleep=at_once, events=events
    ) as devices:
        await devices.wait_connected(WAIT_S)
        yield devices


async def until(
    devices: HomeAssistantDevices, holds: Callable[[], bool], within_s: float = WAIT_S
) -> None:
    """Wait until something holds, looking again at each changed state."""
    changed = asyncio.Event()
    unsubscribe = devices.states.subscribe(lambda *_: changed.set())
    try:
        async with asyncio.timeout(within_s):
            while not holds():
                await changed.wait()
                changed.clear()
                await devices.settle()
    finally:
        unsubscribe()


def is_there(devices: HomeAssistantDevices, entity_id: str) -> bool:
    state = devices.states.get(entity_id)
    return state is not None and state.state not in ("unavailable", "unknown")


def configure(folder: Path, house: InstalledHomeAssistant) -> None:
    """Lead a Lares in `folder` to Home Assistant."""
    url = house.address.url
    text = f'[home]\ndevices = "home_assistant"\n[home_assistant]\nurl = "{url}"\n'
    (folder / "lares.toml").write_text(text)


@asynccontextmanager
async def furnished(
    house: InstalledHomeAssistant, port: int, recorder: Recorder | None = None
) -> AsyncIterator[HomeAssistantDevices]:
    """With the demo's devices, all of them there; what is not exposed is in the home file."""
    async with run_devices(DEMO, "127.0.0.1", port), reached(house, recorder) as devices:
        wanted = {action.entity_id for action in THERE} - {"scene.movie"}
        await until(devices, lambda: all(is_there(devices, i) for i in wanted))
        yield devices


async def test_every_kind_of_device_that_home_assistant_discovers_acts_and_confirms(
    installed: InstalledHomeAssistant, broker_port: int
) -> None:
    async with furnished(installed, broker_port) as devices:
        for action in THERE:
            acted = await devices.act([action], WAIT_S)
            assert acted.reasons == {}, action


async def test_names_and_areas_are_those_that_home_assistant_shows(
    installed: InstalledHomeAssistant, broker_port: int
) -> None:
    async with furnished(installed, broker_port) as devices:
        home = devices.home
    names = {area.id: area.name for area in DEMO.areas}
    found = {area.id: area.name for area in home.areas}
    for entity in DEMO.entities:
        if (there := home.entity(entity.id)) is not None:
            assert there.name == entity.name
            assert found.get(there.area or "") == names.get(entity.area or "")
    lamp = home.entity(LAMP)
    assert lamp is not None
    assert lamp.unique_id == f"lares_virtual_{LAMP}"


async def test_a_lamp_that_joins_is_there_within_ten_seconds_and_gone_when_it_leaves(
    installed: InstalledHomeAssistant, broker_port: int
) -> None:
    topic = "homeassistant/light/0x17/config"
    async with reached(installed) as devices, aiomqtt.Client("127.0.0.1", broker_port) as client:
        await client.publish(topic, JOINING, 1, retain=True)
        await until(devices, lambda: devices.home.entity("light.reading_lamp") is not None, JOINS_S)
        lamp = devices.home.entity("light.reading_lamp")
        assert lamp is not None
        assert (lamp.name, lamp.unique_id) == ("Reading Lamp", "0x17_light")
        area = devices.home.area_of(lamp)
        assert area is not None
        assert area.name == "Study"
        installed.ask(
            "config/entity_registry/update", entity_id=lamp.id, name="Sun", aliases=["star"]
        )
        await until(devices, lambda: _is(devices, lamp.id, "Sun", ("star",)), JOINS_S)
        await client.publish(topic, "", 1, retain=True)
        await _until_gone(devices, lamp.id)


def _is(devices: HomeAssistantDevices, entity_id: str, name: str, aliases: Any) -> bool:
    entity = devices.home.entity(entity_id)
    return entity is not None and (entity.name, entity.aliases) == (name, aliases)


async def _until_gone(devices: HomeAssistantDevices, entity_id: str) -> None:
    async with asyncio.timeout(JOINS_S):
        while devices.home.entity(entity_id) is not None:
            await devices.settle()


async def test_what_is_said_drives_a_lamp_that_only_home_assistant_knows(
    installed: InstalledHomeAssistant, broker_port: int, tmp_path: Path
) -> None:
    configure(tmp_path, installed)
    env = {TOKEN_VARIABLE: installed.token.secret}
    installed.ask(
        "homeassistant/expose_entity", assistants=["conversation"],
        entity_ids=["input_boolean.guests"], should_expose=True,
    )  # fmt: skip
    async with furnished(installed, broker_port) as devices:
        done = await asyncio.to_thread(
            lares, "say", "set the floor lamp to 30 percent", "--live", "--json", folder=tmp_path,
            env=env,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        await devices.settle()
        state = devices.states.get(LAMP)
        guests = await asyncio.to_thread(
            lares, "say", "turn on guests are here", "--live", "--json", folder=tmp_path, env=env
        )
    assert told["speech"] == "Set the floor lamp to 30%."
    assert state is not None
    assert (state.state, state.attributes["brightness"]) == ("on", 76)
    assert told["changes"][LAMP]["attributes"]["brightness"] == 76
    assert json.loads(guests.stdout)["changes"]["input_boolean.guests"]["state"] == "on"
    assert installed.token.secret not in done.stdout + done.stderr + guests.stderr


async def test_what_is_on_a_list_is_known_and_what_is_said_changes_it(
    installed: InstalledHomeAssistant, tmp_path: Path
) -> None:
    env = {TOKEN_VARIABLE: installed.token.secret}
    configure(tmp_path, installed)

    async def say(text: str) -> dict[str, Any]:
        done = await asyncio.to_thread(
            lares, "say", text, "--live", "--json", folder=tmp_path, env=env
        )
        assert done.returncode == 0, done.stderr
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    async with reached(installed) as devices:
        await until(devices, lambda: is_there(devices, LIST))
        assert (await say("add eggs to my shopping list"))["changes"][LIST]["state"] == "1"
        await devices.settle()
        state = devices.states.get(LIST)
        assert state is not None
        assert state.attributes["todo_items"] == [{"summary": "eggs", "status": "needs_action"}]
    assert "eggs" in (await say("what is on my shopping list"))["speech"]
    assert (await say("check eggs off my shopping list"))["changes"][LIST]["state"] == "0"


async def test_unknown_services_wrong_fields_and_gone_devices_are_told_in_words(
    installed: InstalledHomeAssistant, broker_port: int
) -> None:
    async with furnished(installed, broker_port) as devices:
        unknown = await devices.act([Action("light.fly", LAMP)])
        assert "has no service light.fly" in unknown.reasons[LAMP]
        wrong = await devices.act([Action("light.turn_on", LAMP, {"brightness": "bright"})])
        assert "expected int" in wrong.reasons[LAMP]
    async with reached(installed) as devices:
        await until(devices, lambda: not is_there(devices, LAMP))
        gone = await devices.act([Action("light.turn_on", LAMP, {}, EntityState("on"))])
        assert "is not reachable" in gone.reasons[LAMP]


async def test_a_wrong_token_is_not_taken(installed: InstalledHomeAssistant) -> None:
    with pytest.raises(HomeAssistantError, match="does not take the token"):
        await read_home(installed.address, Token("wrong"), "lares")


async def test_someone_who_is_no_administrator_is_enough(
    installed: InstalledHomeAssistant, broker_port: int
) -> None:
    recorder = Recorder()
    async with (
        furnished(installed, broker_port) as all_of_it,
        HomeAssistantDevices(
            installed.address, installed.user_token, OWNER, events=recorder.bus
        ) as devices,
    ):
        await devices.settle(WAIT_S)
        assert {e.id for e in devices.home.entities} == {e.id for e in all_of_it.home.entities}
        on = Action(
            "light.turn_on", LAMP, {"brightness": 50}, EntityState("on", {"brightness": 50})
        )
        assert (await devices.act([on], WAIT_S)).reasons == {}
        guests = Action("input_boolean.turn_on", "input_boolean.guests", {}, EntityState("on"))
        assert (await devices.act([guests], WAIT_S)).reasons == {}
    denied = {event.fields["command"] for event in recorder.named("home_assistant_denied")}
    assert "homeassistant/expose_entity/list" in denied


async def test_a_restart_of_home_assistant_heals(
    installed: InstalledHomeAssistant, broker_port: int
) -> None:
    recorder = Recorder()
    async with furnished(installed, broker_port, recorder) as devices:
        installed.kill()
        await recorder.wait_for("home_assistant_lost")
        await asyncio.to_thread(installed.start)
        async with asyncio.timeout(WAIT_S):
            while len(recorder.named("home_assistant_connected")) < 2:
                await devices.wait_connected(WAIT_S)
                await asyncio.sleep(0)
        await until(devices, lambda: is_there(devices, LAMP))
        level = Action(
            "light.turn_on", LAMP, {"brightness": 9}, EntityState("on", {"brightness": 9})
        )
        acted = await devices.act([level], WAIT_S)
        assert acted.reasons == {}


async def test_an_import_of_the_files_is_an_import_of_the_running_one(
    installed: InstalledHomeAssistant, broker_port: int
) -> None:
    async with furnished(installed, broker_port):
        live, denied = await read_home(installed.address, installed.token, "lares")
    assert denied == {}
    await asyncio.to_thread(installed.stop)
    stored = read_storage(installed.folder, "lares").home
    assert (stored.floors, stored.areas) == (live.floors, live.areas)
    registered = {e.id: e for e in live.entities if e.unique_id is not None}
    assert registered
    for entity_id, entity in registered.items():
        told = stored.entity(entity_id)
        assert told is not None
        assert (told.name, told.area, told.aliases, told.device_class, told.unique_id) == (
            entity.name, entity.area, entity.aliases, entity.device_class, entity.unique_id,
        )  # fmt: skip
    assert {e.id for e in stored.entities} <= {e.id for e in live.entities}
