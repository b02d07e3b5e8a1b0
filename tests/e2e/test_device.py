"""`lares run` as a device of Home Assistant's: what others on the broker see, and what they can do
with it."""

from __future__ import annotations

import asyncio
import json
import signal
from pathlib import Path

import aiomqtt
import pytest

from edge.demo.devices import run_devices
from edge.demo.mosquitto import free_port
from tests.e2e.conftest import configured
from tests.e2e.program import Running, lares, running
from tests.e2e.sounds import KITCHEN_LIGHT, raw, samples_of
from tests.e2e.test_run import HOME, LISTENS
from tests.edge.mqtt.conftest import AS_US, BrokerSwitch
from tests.edge.mqtt.watching import Watcher, kept, watching

COMMAND = raw(samples_of(KITCHEN_LIGHT))
STATUS, MUTE, PIPELINE = "lares/lares/status", "lares/lares/mute", "lares/lares/pipeline"
LAST = "lares/lares/last_command"
LEAST_RIGHTS = (
    "topic read homeassistant/#",
    "topic write homeassistant/+/lares/+/config",
    "topic readwrite lares/lares/#",
    "topic read virtual/#",
    "topic write virtual/+/+/set/#",
)
"""Those that the README shows; "virtual" are the devices of this test."""
READY = "homeassistant/sensor/lares/errors/config"


def forgets_words(folder: Path) -> Path:
    """The folder of `live`, whose owner does not keep words."""
    settings = folder / "lares.toml"
    settings.write_text(settings.read_text().replace("keep_words = true", "keep_words = false"))
    return folder


async def listens(program: Running, watcher: Watcher) -> None:
    """Wait until Lares listens and is announced."""
    await program.event("listening")
    await watcher.until_all(
        lambda latest: bool(latest.get(READY)) and "lares/lares/update" in latest
    )


async def test_a_command_is_seen_on_the_broker_without_a_word_of_it(
    mosquitto: BrokerSwitch, live: Path
) -> None:
    async with (
        watching(mosquitto.port) as watcher,
        run_devices(HOME, "127.0.0.1", mosquitto.port),
        running(*LISTENS, folder=forgets_words(live)) as program,
    ):
        await listens(program, watcher)
        watcher.seen.clear()
        told = await program.hears(COMMAND)
        last = json.loads(await watcher.until(LAST))
        await watcher.until_all(lambda latest: latest[PIPELINE] == "idle")
    assert told["text"] == "turn on the kitchen light"
    assert (last["event_type"], last["intents"]) == ("done", ["HassTurnOn"])
    assert last["entities"] == ["light.kitchen_light"]
    assert 0 < last["milliseconds"] < 60_000
    assert last.keys().isdisjoint({"text", "slots", "speech"})
    for part in ("turn on", "the kitchen light", "turned on the"):
        assert not any(part in payload.lower() for _, payload in watcher.seen)
    states = [payload for topic, payload in watcher.seen if topic == PIPELINE]
    assert states[0] in ("listening", "processing", "responding")
    assert states[-1] == "idle"


async def test_the_words_are_told_where_they_are_kept(mosquitto: BrokerSwitch, live: Path) -> None:
    async with (
        watching(mosquitto.port, LAST) as watcher,
        run_devices(HOME, "127.0.0.1", mosquitto.port),
        running(*LISTENS, folder=live) as program,
    ):
        await program.event("listening")
        await program.hears(COMMAND)
        assert json.loads(await watcher.until(LAST))["text"] == "turn on the kitchen light"


async def test_mute_reaches_the_microphone_and_outlives_a_restart(
    mosquitto: BrokerSwitch, live: Path
) -> None:
    async with watching(mosquitto.port) as watcher:
        async with running(*LISTENS, folder=live) as program:
            await listens(program, watcher)
            await watcher.say(f"{MUTE}/set", "ON")
            await watcher.until(MUTE, "ON")
            program.stdin.write(COMMAND)
            program.stdin.close()
            assert await program.ends() == 0
            assert not any('"event": "wake"' in line for line in program.said)
        async with running(*LISTENS, folder=live) as program:
            assert "OFF to lares/lares/mute/set" in (await program.event("still_muted"))["advice"]
            await watcher.until(STATUS, "online")
            await watcher.until(MUTE, "ON")
            await program.event("listening")
            await watcher.say(f"{MUTE}/set", "OFF")
            await watcher.until(MUTE, "OFF")
            program.stdin.write(COMMAND)
            await program.event("wake")


async def test_another_wake_word_is_heard_without_a_restart(
    mosquitto: BrokerSwitch, live: Path
) -> None:
    chosen = "lares/lares/wake_word"
    async with watching(mosquitto.port) as watcher, running(*LISTENS, folder=live) as program:
        await listens(program, watcher)
        await watcher.say(f"{chosen}/set", "hey jarvis")
        await watcher.until(chosen, "hey jarvis")
        program.stdin.write(COMMAND)
        await program.stdin.drain()
        await watcher.say(f"{chosen}/set", "okay nabu")
        await watcher.until(chosen, "okay nabu")
        program.stdin.write(COMMAND)
        assert (await program.event("wake"))["at"] > len(COMMAND) / 32_000


async def test_who_is_killed_is_offline(mosquitto: BrokerSwitch, live: Path) -> None:
    async with watching(mosquitto.port) as watcher, running(*LISTENS, folder=live) as program:
        await listens(program, watcher)
        program.process.kill()
        await watcher.until(STATUS, "offline")


async def test_a_say_beside_it_does_not_make_it_look_offline(
    mosquitto: BrokerSwitch, live: Path
) -> None:
    async with (
        watching(mosquitto.port) as watcher,
        run_devices(HOME, "127.0.0.1", mosquitto.port),
        running(*LISTENS, folder=live) as program,
    ):
        await listens(program, watcher)
        said = await asyncio.to_thread(
            lares, "say", "turn on the kitchen light", "--live", folder=live
        )
        assert said.returncode == 0
        await watcher.say(f"{MUTE}/set", "ON")
        await watcher.until(MUTE, "ON")
    assert ("lares/lares/status", "offline") not in watcher.seen


async def test_leaving_leaves_no_ghosts(mosquitto: BrokerSwitch, live: Path) -> None:
    async with watching(mosquitto.port) as watcher:
        await watcher.say("homeassistant/light/other/config", "{}", retain=True)
        async with running(*LISTENS, folder=live) as program:
            await listens(program, watcher)
            still = await asyncio.to_thread(lares, "home", "leave", folder=live)
            await watcher.until(READY, "")
            await watcher.until_all(lambda latest: bool(latest.get(READY)))
            assert await program.ends(signal.SIGINT) == 130
        assert len(await kept(mosquitto.port)) > 10
        done = await asyncio.to_thread(lares, "home", "leave", folder=live)
    assert (still.returncode, done.returncode) == (1, 0), still.stdout + done.stderr
    assert "still running" in still.stdout
    assert await kept(mosquitto.port) == {"homeassistant/light/other/config": "{}"}


@pytest.mark.slow
async def test_a_press_starts_it_anew_as_the_same_process_with_its_sound_and_settings(
    mosquitto: BrokerSwitch, live: Path
) -> None:
    async with watching(mosquitto.port) as watcher, running(*LISTENS, folder=live) as program:
        await listens(program, watcher)
        await watcher.say("lares/lares/volume/set", "40")
        await watcher.until("lares/lares/volume", "40")
        pressing = asyncio.create_task(press_until_told(mosquitto.port))
        await program.event("restarting")
        pressing.cancel()
        await watcher.until(STATUS, "offline")
        await program.event("listening")
        await watcher.until(STATUS, "online")
        await watcher.until("lares/lares/volume", "40")
        program.stdin.write(COMMAND)
        await program.event("wake")
        assert program.process.returncode is None
    assert "Traceback" not in "".join(program.said)


async def press_until_told(port: int) -> None:
    """Press "restart" each second: for its first ten seconds it is not obeyed."""
    async with aiomqtt.Client("127.0.0.1", port) as client:
        while True:
            await client.publish("lares/lares/restart/set", "PRESS", 1)
            await asyncio.sleep(1)


async def test_the_least_rights_are_enough_with_tls_and_a_password(
    certificates: Path, passwords: Path, tmp_path: Path
) -> None:
    rights = tmp_path / "acl"
    rights.write_text("\n".join(("topic readwrite #", "user anna", *LEAST_RIGHTS)) + "\n")
    devices_port = free_port()
    switch = BrokerSwitch(
        [
            f"certfile {certificates / 'server.pem'}",
            f"keyfile {certificates / 'server.key'}",
            f"listener {devices_port} 127.0.0.1",
            "allow_anonymous true",
            f"password_file {passwords}",
            f"acl_file {rights}",
            AS_US,
        ]
    )
    await switch.start()
    folder = configured(
        tmp_path, switch, 'username = "anna"', 'password = "right"', "tls = true",
        'ca_file = "ca.pem"',
    )  # fmt: skip
    try:
        async with (
            watching(devices_port) as watcher,
            run_devices(HOME, "127.0.0.1", devices_port) as devices,
            running(*LISTENS, folder=folder) as program,
        ):
            await listens(program, watcher)
            await program.hears(COMMAND)
            assert devices[0].state.state == "on"
            await watcher.until(LAST)
            await watcher.say(f"{MUTE}/set", "ON")
            await watcher.until(MUTE, "ON")
            await program.ends(signal.SIGINT)
        left = await asyncio.to_thread(lares, "home", "leave", folder=folder)
        ours = [topic for topic in await kept(devices_port) if "/lares/" in topic]
    finally:
        await switch.stop()
    assert left.returncode == 0, left.stderr
    assert ours == []
    assert not any("mqtt_denied" in line for line in program.said)


async def test_a_broken_file_of_settings_is_told_and_lares_listens_as_configured(
    mosquitto: BrokerSwitch, live: Path
) -> None:
    (live / "lares").mkdir()
    (live / "lares" / "controls.json").write_text('{"muted": tr')
    async with running(*LISTENS, folder=live) as program:
        assert "controls.json" in (await program.event("settings_not_read"))["file"]
        await program.event("listening")
        program.stdin.write(COMMAND)
        await program.event("wake")
