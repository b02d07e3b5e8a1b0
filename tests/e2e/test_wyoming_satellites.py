"""Wyoming satellites as microphones and speakers of Lares: simulated ones, which do what
rhasspy/wyoming-satellite does, and that program itself.

Real wake word detector, endpointing, speech to text and understanding, on a virtual home.
"""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import aiomqtt
import numpy as np
from wyoming.asr import Transcript
from wyoming.error import Error
from wyoming.tts import Synthesize
from wyoming.wake import Detection

from edge.app import App
from edge.config import Config, Satellite
from edge.demo.devices import run_devices
from edge.demo.mosquitto import free_port
from edge.home.graph import Area, Entity, Home
from edge.kernel.events import Event
from edge.types import SAMPLE_RATE, EntityState, Outcome, Samples
from edge.voice.tts import Sound
from tests.e2e.home_assistant import PYTHON, WYOMING_SATELLITE, needs_home_assistant
from tests.e2e.program import WAIT_S, running
from tests.e2e.sounds import KITCHEN_LIGHT, VACUUM, samples_of, silence, without_wake_word
from tests.edge.mqtt.conftest import BrokerSwitch
from tests.hal.simulated_satellite import SimulatedSatellite

SAID = Sound(np.arange(8_000).astype(np.int16), SAMPLE_RATE)
LAMP = "light.kitchen_light"
LAMP_SET = "virtual/light/kitchen_light/set"
HOME = Home(
    areas=(Area("kitchen", "Kitchen"),),
    entities=(Entity(LAMP, "Kitchen Light", "kitchen", state=EntityState("off")),),
)


class Voice:
    """Says the same, whatever the text."""

    def say(self, text: str) -> Sound | None:
        return SAID

    def close(self) -> None:
        pass


class Listening:
    """Lares, listening to satellites in this process."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.events: list[Event] = []
        self._news = threading.Condition()
        app.events.subscribe(self._saw)

    def names(self) -> list[str]:
        return [event.name for event in self.events]

    async def until(self, name: str, times: int = 1) -> Event:
        """Wait for an event of this name, and give it."""

        def wait() -> Event:
            with self._news:
                assert self._news.wait_for(lambda: self.names().count(name) >= times, WAIT_S)
            return [event for event in self.events if event.name == name][times - 1]

        return await asyncio.to_thread(wait)

    async def outcome(self, times: int = 1) -> Outcome:
        outcome: Outcome = (await self.until("outcome", times)).fields["outcome"]
        await self.until("answered", times)
        return outcome

    def _saw(self, event: Event) -> None:
        with self._news:
            self.events.append(event)
            self._news.notify_all()


@asynccontextmanager
async def lares(**satellites: str) -> AsyncIterator[Listening]:
    """Lares with satellites of these names, at these addresses."""
    known = tuple(Satellite(name, uri, name.title()) for name, uri in satellites.items())
    config = Config(satellites=known).with_value("stt.engine", "pocketsphinx", "test")
    app = App(config.with_value("llm.model", "none", "test"))
    app.voice = Voice()
    watched = Listening(app)
    async with app.virtual(app.home()) as household:

        async def listen(satellite: Satellite) -> None:
            microphone = app.microphone(satellite)
            async for heard in app.listening(microphone, household, satellite=satellite):
                await app.answer(household, heard, satellite)

        listening = asyncio.gather(*map(listen, known))
        try:
            yield watched
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening


def in_a_room(sound: Samples, *, loudness_db: float = 0, delay_s: float = 0.0) -> Samples:
    quieter = sound * 10 ** (loudness_db / 20)
    heard = np.concatenate((silence(1.0 + delay_s), quieter, silence(2.0)))
    return (heard + np.random.default_rng(3).normal(0, 12, len(heard))).astype(np.int16)


@contextmanager
def speaking(*scenes: tuple[SimulatedSatellite, Samples]) -> Iterator[None]:
    """Sounds in several rooms at once, in real time."""
    threads = [
        threading.Thread(target=satellite.speak, args=(sound,), kwargs={"paced": True})
        for satellite, sound in scenes
    ]
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.join()


async def aside(work: Callable[[], object]) -> None:
    await asyncio.to_thread(work)


async def test_a_satellite_that_sends_all_it_hears_is_told_each_step_and_plays_the_answer() -> None:
    with SimulatedSatellite() as kitchen:
        async with lares(kitchen=kitchen.uri) as watched:
            await aside(kitchen.until_heard)
            with speaking((kitchen, in_a_room(samples_of(KITCHEN_LIGHT)))):
                outcome = await watched.outcome()
                await aside(lambda: kitchen.until(lambda: kitchen.played))
    assert set(outcome.changes) == {LAMP}
    steps = [kind for kind in kitchen.kinds if kind not in ("ping", "describe")]
    assert steps == [
        "run-satellite",
        "detect",
        "detection",
        "transcribe",
        "voice-started",
        "voice-stopped",
        "transcript",
        "synthesize",
        "audio-start",
        "audio-stop",
        "pause-satellite",
    ]
    told = {event.type: event for event in kitchen.told}
    assert Detection.from_event(told["detection"]).name == "okay_nabu"
    assert Transcript.from_event(told["transcript"]).text == "turn on the kitchen light"
    assert Synthesize.from_event(told["synthesize"]).text == outcome.speech
    np.testing.assert_array_equal(kitchen.played[0], SAID.samples)


async def test_of_two_that_hear_the_word_the_better_one_answers() -> None:
    sound = samples_of(KITCHEN_LIGHT)
    with SimulatedSatellite() as kitchen, SimulatedSatellite() as hall:
        async with lares(kitchen=kitchen.uri, hall=hall.uri) as watched:
            await aside(kitchen.until_heard)
            await aside(hall.until_heard)
            far = in_a_room(sound, loudness_db=-16, delay_s=0.1)
            with speaking((kitchen, in_a_room(sound)), (hall, far)):
                await watched.outcome()
                await aside(lambda: kitchen.until(lambda: kitchen.played))
    assert watched.names().count("outcome") == 1
    assert "transcript" not in hall.kinds
    assert not hall.played


async def test_its_own_wake_word_opens_a_command_and_the_transcript_ends_it() -> None:
    with SimulatedSatellite("itself") as kitchen:
        async with lares(kitchen=kitchen.uri) as watched:
            await aside(lambda: kitchen.until_told("run-satellite"))
            kitchen.hears_its_word("ok_nabu_v0.1")
            command = np.concatenate((without_wake_word(KITCHEN_LIGHT), silence(2.0)))
            with speaking((kitchen, command)):
                outcome = await watched.outcome()
                await aside(lambda: kitchen.until(lambda: kitchen.played))
    assert set(outcome.changes) == {LAMP}
    assert "detection" not in kitchen.kinds, "it would beep twice"
    assert kitchen.kinds.count("transcript") == 1


async def test_of_two_with_their_own_wake_word_one_answers_and_the_other_is_sent_back() -> None:
    command = np.concatenate((without_wake_word(KITCHEN_LIGHT), silence(2.0)))
    with SimulatedSatellite("itself") as kitchen, SimulatedSatellite("itself") as hall:
        async with lares(kitchen=kitchen.uri, hall=hall.uri) as watched:
            for satellite in (kitchen, hall):
                await aside(lambda one=satellite: one.until_told("run-satellite"))
            for satellite in (kitchen, hall):
                satellite.hears_its_word("okay_nabu")
            with speaking((kitchen, command), (hall, command)):
                await watched.outcome()
                won, lost = (hall, kitchen) if "transcript" in hall.kinds else (kitchen, hall)
                await aside(lambda: lost.until_told("error"))
                await aside(lambda: won.until(lambda: won.played))
    assert Error.from_event(lost.until_told("error")).code == "duplicate_wake_up_detected"
    assert watched.names().count("outcome") == 1
    assert "transcript" in won.kinds
    assert "transcript" not in lost.kinds
    assert len(won.played) == 1
    assert not lost.played


async def test_nobody_speaking_after_the_word_sends_a_satellite_back_to_wait_for_it() -> None:
    with SimulatedSatellite("itself") as kitchen:
        async with lares(kitchen=kitchen.uri) as watched:
            await aside(lambda: kitchen.until_told("run-satellite"))
            kitchen.hears_its_word("okay_nabu")
            with speaking((kitchen, in_a_room(silence(3.0)))):
                await watched.until("gave_up")
                await aside(lambda: kitchen.until_told("error"))
    assert Error.from_event(kitchen.until_told("error")).code == "stt-no-text-recognized"


async def test_one_that_sends_only_what_may_be_speech_is_understood_twice() -> None:
    with SimulatedSatellite("voice") as kitchen:
        async with lares(kitchen=kitchen.uri) as watched:
            await aside(lambda: kitchen.until_told("run-satellite"))
            for times, recording in ((1, KITCHEN_LIGHT), (2, VACUUM)):
                sound = in_a_room(samples_of(recording))
                kitchen.hears_voice(sound[: 2 * SAMPLE_RATE])
                with speaking((kitchen, sound[2 * SAMPLE_RATE :])):
                    outcome = await watched.outcome(times)
                    await aside(lambda n=times: kitchen.until(lambda: len(kitchen.played) == n))
                kitchen.falls_silent()
    assert set(outcome.changes) == {"vacuum.vacuum"}


def configured(live: Path, **satellites: str) -> None:
    settings = live / "lares.toml"
    tables = "".join(
        f'[[satellites]]\nname = "{name}"\nmicrophone = "{uri}"\narea = "Kitchen"\n'
        for name, uri in satellites.items()
    )
    settings.write_text(settings.read_text() + tables)


async def test_run_switches_the_lamp_once_for_two_satellites_and_answers_where_it_was_heard_best(
    mosquitto: BrokerSwitch, live: Path
) -> None:
    sound = samples_of(KITCHEN_LIGHT)
    with SimulatedSatellite() as kitchen, SimulatedSatellite() as hall:
        configured(live, kitchen=kitchen.uri, hall=hall.uri)
        async with (
            run_devices(HOME, "127.0.0.1", mosquitto.port),
            aiomqtt.Client("127.0.0.1", mosquitto.port) as lamp,
            running("run", "--log", "--engine", "pocketsphinx", folder=live) as program,
        ):
            await lamp.subscribe(LAMP_SET, 1)
            await aside(kitchen.until_heard)
            await aside(hall.until_heard)
            far = in_a_room(sound, loudness_db=-16, delay_s=0.1)
            with speaking((kitchen, in_a_room(sound)), (hall, far)):
                outcome = (await program.event("outcome"))["outcome"]
                await aside(lambda: kitchen.until_told("synthesize"))
            assert await program.ends(signal.SIGINT) == 130
            await lamp.publish(LAMP_SET, "the end", 1)
            payloads = []
            async with asyncio.timeout(WAIT_S):
                async for message in lamp.messages:
                    if message.payload == b"the end":
                        break
                    payloads.append(message.payload)
    assert set(outcome["changes"]) == {LAMP}
    assert len(payloads) == 1
    assert "transcript" in kitchen.kinds
    assert "transcript" not in hall.kinds
    assert kitchen.kinds[-1] == hall.kinds[-1] == "pause-satellite"
    outcomes = [line for line in program.said if '"event": "outcome"' in line]
    assert len(outcomes) == 1
    assert json.loads(outcomes[0])["outcome"]["speech"]


async def test_run_waits_for_a_satellite_that_is_off_and_takes_one_back_that_was_cut_off(
    mosquitto: BrokerSwitch, live: Path
) -> None:
    later = free_port()
    with SimulatedSatellite() as office:
        configured(live, office=office.uri, kitchen=f"tcp://127.0.0.1:{later}")
        async with (
            run_devices(HOME, "127.0.0.1", mosquitto.port),
            running("run", "--log", "--engine", "pocketsphinx", folder=live) as program,
        ):
            await aside(office.until_heard)
            lost = await program.event("microphone_lost")
            assert f"127.0.0.1:{later}" in lost["error"]
            office.hang_up()
            lost = await program.event("microphone_lost")
            assert office.uri in lost["error"]
            await aside(lambda: office.until_told("run-satellite", 2))
            await aside(office.until_heard)
            with SimulatedSatellite(port=later) as kitchen:
                await aside(kitchen.until_heard)
                with speaking((kitchen, in_a_room(samples_of(KITCHEN_LIGHT)))):
                    outcome = (await program.event("outcome"))["outcome"]
            with speaking((office, in_a_room(samples_of(KITCHEN_LIGHT)))):
                again = (await program.event("outcome"))["outcome"]
    assert set(outcome["changes"]) == {LAMP}
    assert again["text"] == "turn on the kitchen light"


def all_from(room: socket.socket) -> bytes:
    """What comes over the next connection, to its end."""
    room.settimeout(WAIT_S)
    with room, room.accept()[0] as connection, connection.makefile("rb") as stream:
        return stream.read()


@needs_home_assistant
async def test_the_program_wyoming_satellite_is_heard_and_plays_the_answer(tmp_path: Path) -> None:
    port = free_port()
    sound, go = tmp_path / "sound.raw", tmp_path / "go"
    scene = np.concatenate((in_a_room(samples_of(KITCHEN_LIGHT)), silence(20)))
    sound.write_bytes(scene.astype("<i2").tobytes())
    microphone = (
        f"import sys,time,pathlib\ngo=pathlib.Path({str(go)!r})\n"
        "while not go.exists(): time.sleep(0.05)\n"
        f"with open({str(sound)!r},'rb') as f:\n"
        "  while d := f.read(2048): sys.stdout.buffer.write(d); sys.stdout.flush(); "
        "time.sleep(0.064)\n"
    )
    (tmp_path / "microphone.py").write_text(microphone)
    room = socket.create_server(("127.0.0.1", 0))
    speaker = (
        f"import socket,sys\nroom = socket.create_connection({room.getsockname()!r})\n"
        "room.sendall(sys.stdin.buffer.read())\n"
    )
    (tmp_path / "speaker.py").write_text(speaker)
    process = await asyncio.create_subprocess_exec(
        *(str(PYTHON), "-m", "wyoming_satellite", "--uri", f"tcp://127.0.0.1:{port}"),
        *("--name", "real", "--no-zeroconf", "--debug"),
        *("--mic-command", f"{sys.executable} {tmp_path / 'microphone.py'}"),
        *("--snd-command", f"{sys.executable} {tmp_path / 'speaker.py'}"),
        *("--snd-command-rate", str(SAID.rate)),
        env={"PYTHONPATH": str(WYOMING_SATELLITE)},
        stdout=subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    try:
        async with lares(real=f"tcp://127.0.0.1:{port}") as watched, asyncio.timeout(WAIT_S):
            await process.stderr.readuntil(b"Streaming audio")
            drained = asyncio.create_task(process.stderr.read())
            go.touch()
            outcome = await watched.outcome()
            played = await asyncio.to_thread(all_from, room)
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
    assert set(outcome.changes) == {LAMP}
    log = (await drained).decode()
    assert "Wake word detected" in log
    assert "turn on the kitchen light" in log
    np.testing.assert_array_equal(np.frombuffer(played, "<i2"), SAID.samples)
