"""`lares run`, and `say` and `hear` with `--live`: a real broker, real devices, and what goes wrong
with them."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from subprocess import CompletedProcess

import aiomqtt
import pytest

from edge.demo.devices import run_devices
from edge.home.graph import Area, Entity, Home
from edge.home.virtual import VirtualHome
from edge.types import EntityState
from tests.e2e.conftest import configured
from tests.e2e.program import WAIT_S, Running, answers, lares, running
from tests.e2e.sounds import KITCHEN_LIGHT, VACUUM, raw, samples_of, silence, write
from tests.edge.mqtt.conftest import AS_US, BrokerSwitch

HOME = Home(
    areas=(Area("kitchen", "Kitchen"), Area("hall", "Hall")),
    entities=(
        Entity("light.kitchen_light", "Kitchen Light", "kitchen", state=EntityState("off")),
        Entity("switch.coffee", "Coffee Maker", "kitchen", state=EntityState("off")),
        Entity("vacuum.vacuum", "Vacuum", "hall", state=EntityState("docked")),
    ),
)
LAMP_SET = "virtual/light/kitchen_light/set"
LISTENS = ("run", "--log", "--microphone", "-", "--engine", "pocketsphinx")
TURN_ON = ("say", "turn on the kitchen light", "--live", "--json")
COMMAND = raw(samples_of(KITCHEN_LIGHT))


async def live_lares(*arguments: str | Path, folder: Path) -> CompletedProcess[str]:
    """Run the program to its end while the devices of this process answer."""
    return await asyncio.to_thread(lares, *arguments, folder=folder)


@asynccontextmanager
async def listening(folder: Path) -> AsyncIterator[Running]:
    async with running(*LISTENS, folder=folder) as program:
        yield program


@asynccontextmanager
async def watched(port: int, topic: str) -> AsyncIterator[aiomqtt.Client]:
    async with aiomqtt.Client("127.0.0.1", port) as client:
        await client.subscribe(topic, 1)
        yield client


async def next_payload(client: aiomqtt.Client) -> str:
    async with asyncio.timeout(WAIT_S):
        message = await anext(aiter(client.messages))
    assert isinstance(message.payload, bytes)
    return message.payload.decode()


async def announce_without_answering(port: int) -> None:
    """Devices that told what they are, and then were left without power."""
    home = VirtualHome(HOME)
    async with aiomqtt.Client("127.0.0.1", port) as client:
        for message in (*home.discovery(), *home.state_messages()):
            await client.publish(message.topic, message.payload, 1, retain=True)


async def test_say_live_switches_a_real_lamp_and_tells_the_state_that_came_back(
    mosquitto: BrokerSwitch, live: Path
) -> None:
    async with (
        run_devices(HOME, "127.0.0.1", mosquitto.port) as devices,
        watched(mosquitto.port, LAMP_SET) as lamp,
    ):
        done = await live_lares(*TURN_ON, folder=live)
        assert json.loads(await next_payload(lamp)) == {"state": "ON"}
        states = {device.entity.id: device.state.state for device in devices}
    (told,) = answers(done)
    assert done.returncode == 0, done.stderr
    assert states == {
        "light.kitchen_light": "on",
        "switch.coffee": "off",
        "vacuum.vacuum": "docked",
    }
    assert told["changes"]["light.kitchen_light"]["state"] == "on"
    assert told["published"] == [{"topic": LAMP_SET, "payload": '{"state": "ON"}'}]
    audit = json.loads((live / "audit.jsonl").read_text())
    assert (audit["entity"], audit["result"]) == ("light.kitchen_light", "confirmed")


async def test_hear_live_does_what_is_said_in_the_file(mosquitto: BrokerSwitch, live: Path) -> None:
    async with run_devices(HOME, "127.0.0.1", mosquitto.port) as devices:
        done = await live_lares(
            "hear", KITCHEN_LIGHT, "--live", "--engine", "pocketsphinx", folder=live
        )
        assert devices[0].state.state == "on"
    assert done.returncode == 0, done.stderr
    assert f"published  {LAMP_SET}" in done.stdout
    assert "changed    light.kitchen_light on" in done.stdout
    assert "says       Turned on the kitchen light." in done.stdout


async def test_a_device_that_never_confirms_is_said_to_have_failed_with_exit_code_1(
    mosquitto: BrokerSwitch, tmp_path: Path
) -> None:
    folder = configured(tmp_path, mosquitto, "confirm_s = 0.2")
    await announce_without_answering(mosquitto.port)
    done = await live_lares(*TURN_ON, folder=folder)
    (told,) = answers(done)
    assert done.returncode == 1
    assert told["speech"] == "The Kitchen Light did not respond."
    assert told["failed"] == ["light.kitchen_light"]
    assert told["changes"] == {}
    assert json.loads((folder / "audit.jsonl").read_text())["result"] == "not confirmed"


async def test_home_and_setup_are_refused_for_the_real_home_line_by_line(
    mosquitto: BrokerSwitch, live: Path
) -> None:
    lines = [
        {"text": "turn on the kitchen light", "setup": {"light.kitchen_light": {"state": "on"}}},
        {"text": "turn on the kitchen light"},
    ]
    async with run_devices(HOME, "127.0.0.1", mosquitto.port):
        done = await asyncio.to_thread(
            lares, "say", "--live", "--batch", folder=live,
            stdin="\n".join(json.dumps(line) for line in lines),
        )  # fmt: skip
    refused, told = answers(done)
    assert "virtual home" in refused["error"]
    assert told["changes"]["light.kitchen_light"]["state"] == "on"


async def test_a_wrong_password_is_told_at_once_and_never_shown(
    passwords: Path, tmp_path: Path
) -> None:
    switch = BrokerSwitch(["allow_anonymous false", f"password_file {passwords}", AS_US])
    await switch.start()
    try:
        configured(tmp_path, switch, 'username = "anna"', 'password = "wr0ng"')
        for command in (TURN_ON, LISTENS):
            done = await live_lares(*command, folder=tmp_path)
            assert done.returncode == 2
            assert 'refuses the user "anna"' in done.stderr.splitlines()[-1]
            assert "wr0ng" not in done.stderr
        configured(tmp_path, switch, 'username = "anna"', 'password = "right"')
        done = await live_lares("home", "import", folder=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
    finally:
        await switch.stop()


async def test_tls_needs_the_certificate_of_the_authority(
    certificates: Path, tmp_path: Path
) -> None:
    files = [f"certfile {certificates / 'server.pem'}", f"keyfile {certificates / 'server.key'}"]
    switch = BrokerSwitch(["allow_anonymous true", *files, AS_US])
    await switch.start()
    try:
        configured(tmp_path, switch, "tls = true")
        strict = await live_lares(*TURN_ON, folder=tmp_path)
        assert strict.returncode == 2
        assert "mqtt.ca_file" in strict.stderr
        configured(tmp_path, switch, "tls = true", 'ca_file = "ca.pem"')
        trusting = await live_lares("home", "import", folder=tmp_path)
        assert trusting.returncode == 0, trusting.stderr
        assert "entities: []" in trusting.stdout
    finally:
        await switch.stop()


async def test_run_without_its_microphone_says_so_and_leaves_the_broker_properly(
    mosquitto: BrokerSwitch, live: Path
) -> None:
    done = await live_lares("run", "--log", "--microphone", "no such card", folder=live)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("lares: Expected ")
    assert "Traceback" not in done.stderr
    async with watched(mosquitto.port, "lares/lares/status") as client:
        assert await next_payload(client) == "offline"


async def test_run_hears_acts_and_tells_in_its_log_until_the_sound_ends(
    mosquitto: BrokerSwitch, live: Path
) -> None:
    async with (
        run_devices(HOME, "127.0.0.1", mosquitto.port) as devices,
        listening(live) as program,
    ):
        assert (await program.event("listening"))["microphone"] == "standard input"
        first = await program.hears(COMMAND)
        second = await program.hears(raw(samples_of(VACUUM)))
        assert [device.state.state for device in devices] == ["on", "off", "cleaning"]
        program.stdin.close()
        assert await program.ends() == 0
    assert first["changes"]["light.kitchen_light"]["state"] == "on"
    assert second["changes"]["vacuum.vacuum"]["state"] == "cleaning"
    names = [json.loads(line)["event"] for line in program.said]
    assert names[:2] == ["broker_connected", "listening"]
    heard = [n for n in names if n in ("wake", "heard", "understood", "decided", "outcome")]
    assert heard == ["wake", "heard", "understood", "decided", "outcome"] * 2
    assert names.count("stopped_listening") == 1


async def test_sound_that_is_no_command_does_nothing_and_the_next_command_is_heard(
    mosquitto: BrokerSwitch, live: Path
) -> None:
    only_wake = raw(samples_of(KITCHEN_LIGHT)[: round(1.25 * 16_000)], silence(6))
    async with run_devices(HOME, "127.0.0.1", mosquitto.port), listening(live) as program:
        program.stdin.write(only_wake)
        await program.event("gave_up")
        told = await program.hears(COMMAND)
    assert told["changes"]["light.kitchen_light"]["state"] == "on"


async def test_run_waits_for_a_broker_that_comes_later_and_for_devices_that_come_later_still(
    switch: BrokerSwitch, live: Path
) -> None:
    async with listening(live) as program:
        waiting = await program.event("broker_unreachable")
        assert waiting["level"] == "warning"
        assert f"Nothing answers at 127.0.0.1:{switch.port}" in waiting["reason"]
        await switch.start()
        await program.event("listening")
        assert (await program.hears(COMMAND))["changes"] == {}
        async with run_devices(HOME, "127.0.0.1", switch.port):
            for _ in range(10):  # an announcement may still be on its way
                told = await program.hears(COMMAND)
                if told["text"] == "turn on the kitchen light":
                    break
    assert told["text"] == "turn on the kitchen light", "the new name is a word that is known"
    assert told["changes"]["light.kitchen_light"]["state"] == "on"


async def test_a_broker_killed_in_mid_command_is_a_failure_and_later_the_next_command_works(
    switch: BrokerSwitch, tmp_path: Path
) -> None:
    folder = configured(tmp_path, switch, "confirm_s = 1.0")
    await switch.start()
    await announce_without_answering(switch.port)
    async with listening(folder) as program:
        await program.event("listening")
        async with watched(switch.port, LAMP_SET) as lamp:
            failing = asyncio.create_task(program.hears(COMMAND))
            await next_payload(lamp)
            assert switch.running is not None
            switch.running.process.kill()
            failed = await failing
        await switch.stop()
        assert failed["failed"] == ["light.kitchen_light"]
        assert failed["speech"] == "The Kitchen Light did not respond."
        assert any('"event": "broker_lost"' in line for line in program.said)
        await switch.start()
        await program.event("broker_connected")
        async with run_devices(HOME, "127.0.0.1", switch.port) as devices:
            told = await program.hears(COMMAND)
            assert devices[0].state.state == "on"
    assert told["failed"] == []
    assert told["changes"]["light.kitchen_light"]["state"] == "on"
    results = [json.loads(line) for line in (folder / "audit.jsonl").read_text().splitlines()]
    assert [line["result"] for line in results] == ["not confirmed", "confirmed"]


@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)])
async def test_run_ends_when_it_is_told_though_its_microphone_is_silent(
    mosquitto: BrokerSwitch, live: Path, how: signal.Signals, code: int
) -> None:
    async with (
        watched(mosquitto.port, "lares/lares/status") as client,
        listening(live) as program,
    ):
        assert await next_payload(client) == "online"
        await program.event("listening")
        assert await program.ends(how) == code
        assert await next_payload(client) == "offline"
    assert "Traceback" not in "".join(program.said)
    assert "Fatal" not in "".join(program.said)


async def test_run_ends_when_it_is_told_while_it_waits_for_the_broker(
    switch: BrokerSwitch, live: Path
) -> None:
    async with listening(live) as program:
        await program.event("broker_unreachable")
        assert await program.ends(signal.SIGINT) == 130
    assert "Traceback" not in "".join(program.said)


async def test_a_sound_file_with_two_commands_does_both_on_the_real_home(
    mosquitto: BrokerSwitch, live: Path
) -> None:
    both = write(live / "both.wav", samples_of(KITCHEN_LIGHT), samples_of(VACUUM))
    async with run_devices(HOME, "127.0.0.1", mosquitto.port):
        done = await live_lares(
            "hear", both, "--live", "--json", "--engine", "pocketsphinx", folder=live
        )
    assert [set(told["changes"]) for told in answers(done)] == [
        {"light.kitchen_light"},
        {"vacuum.vacuum"},
    ]


async def test_run_reads_the_documents_of_the_configured_folders_while_it_listens(
    mosquitto: BrokerSwitch, live: Path
) -> None:
    documents = live / "house"
    documents.mkdir()
    (documents / "bins.md").write_text("# Bins\nThe black bin is emptied on Tuesday.")
    with (live / "lares.toml").open("a") as settings:
        settings.write('[knowledge]\nfolders = ["house", "stick"]\n')
    env = {"XDG_DATA_HOME": str(live / "data")}
    async with (
        run_devices(HOME, "127.0.0.1", mosquitto.port),
        running(*LISTENS, folder=live, env=env) as program,
    ):
        assert (await program.event("documents_read"))["added"] == 1
        assert "stick" in (await program.event("document_not_read"))["problem"]
        assert (await program.hears(COMMAND))["intents"][0]["name"] == "HassTurnOn"
        program.stdin.close()
        assert await program.ends() == 0
    asked = await asyncio.to_thread(
        lares, "knowledge", "ask", "When is the black bin emptied?", folder=live, env=env
    )
    assert "Tuesday" in asked.stdout
