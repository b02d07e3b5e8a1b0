"""Several microphones hear the same command: one answers. And Lares can be interrupted.

Real wake word detector, endpointing, speech to text and understanding, on a virtual home; the
microphones are files that play in real time, and simulated ones.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from benchmarks.barge_in import echo_path, in_room, level, trimmed
from edge.app import App, Household
from edge.config import Config, Satellite
from edge.demo.devices import run_devices
from edge.demo.recordings import recordings
from edge.home.graph import Area, Entity, Home
from edge.kernel.events import Event
from edge.types import SAMPLE_RATE, EntityState, Outcome, Samples
from edge.voice.tts import Sound
from hal.microphone import Microphone
from hal.microphone_file import FileMicrophone
from hal.microphone_simulated import SimulatedMicrophone
from hal.speaker_simulated import SimulatedSpeaker
from tests.e2e.program import WAIT_S, running
from tests.e2e.sounds import (
    KITCHEN_LIGHT,
    VACUUM,
    raw,
    samples_of,
    silence,
    without_wake_word,
    write,
)
from tests.edge.mqtt.conftest import BrokerSwitch

Answers = list[tuple[str, Outcome]]


def app_with(*names: str) -> App:
    satellites = tuple(Satellite(name, name, name) for name in names)
    config = Config(satellites=satellites).with_value("stt.engine", "pocketsphinx", "test")
    return App(config.with_value("audio.speech", "text", "test"))


def in_a_room(path: Path, sound: Samples, *, delay_s: float, loudness_db: float) -> FileMicrophone:
    """A microphone that hears a sound so much later and so loud, over the noise of its room."""
    quieter = sound * 10 ** (loudness_db / 20)
    heard = np.concatenate((silence(0.6 + delay_s), quieter, silence(1.2)))
    noise = np.random.default_rng(round(delay_s * 1_000)).normal(0, 12, len(heard))
    return FileMicrophone(write(path, (heard + noise).astype(np.int16)), paced=True)


async def answers(app: App, household: Household, microphones: dict[str, Microphone]) -> Answers:
    """Listen to all until the last one ends; who answered, and what came of it."""
    found: Answers = []

    async def listen(satellite: Satellite) -> None:
        microphone = microphones[satellite.name]
        async for heard in app.listening(microphone, household, satellite=satellite):
            found.append((satellite.name, await app.answer(household, heard, satellite)))

    async with asyncio.timeout(WAIT_S), asyncio.TaskGroup() as all_of_them:
        for satellite in app.satellites:
            all_of_them.create_task(listen(satellite))
    return found


@pytest.mark.parametrize(
    ("near", "far"),
    [(0.0, 0.18), (0.18, 0.0)],
    ids=["the better one is first", "the better one is last"],
)
async def test_of_three_microphones_the_best_answers_once(
    tmp_path: Path, near: float, far: float
) -> None:
    app = app_with("Kitchen", "Hall", "Office")
    seen: list[Event] = []
    app.events.subscribe(seen.append)
    sound = samples_of(KITCHEN_LIGHT)
    async with app.virtual(app.home()) as household:
        found = await answers(
            app,
            household,
            {
                "Kitchen": in_a_room(tmp_path / "a.wav", sound, delay_s=near, loudness_db=0),
                "Hall": in_a_room(tmp_path / "b.wav", sound, delay_s=far, loudness_db=-14),
                "Office": in_a_room(tmp_path / "c.wav", sound, delay_s=far + 0.03, loudness_db=-18),
            },
        )
    assert [(name, set(outcome.changes)) for name, outcome in found] == [
        ("Kitchen", {"light.kitchen_light"})
    ]
    verdicts = [event.fields["verdict"] for event in seen if event.name == "arbitrated"]
    assert len(verdicts) >= 2, "more than one heard it"
    assert [event.name for event in seen].count("heard") == 1


async def test_a_microphone_that_is_dead_silent_changes_nothing(tmp_path: Path) -> None:
    app = app_with("Kitchen", "Hall")
    sound = samples_of(VACUUM)
    async with app.virtual(app.home()) as household:
        found = await answers(
            app,
            household,
            {
                "Kitchen": in_a_room(tmp_path / "a.wav", sound, delay_s=0.1, loudness_db=-6),
                "Hall": FileMicrophone(write(tmp_path / "b.wav", silence(5.0)), paced=True),
            },
        )
    assert [(name, set(outcome.changes)) for name, outcome in found] == [
        ("Kitchen", {"vacuum.vacuum"})
    ]


async def test_when_the_one_that_won_is_unplugged_in_mid_command_the_other_answers(
    tmp_path: Path,
) -> None:
    app = app_with("Kitchen", "Hall")
    sound = np.concatenate((silence(0.5), samples_of(VACUUM), silence(1.2)))
    kitchen, hall = SimulatedMicrophone("Kitchen"), SimulatedMicrophone("Hall")
    won = asyncio.Event()
    loop = asyncio.get_running_loop()
    app.events.subscribe(
        lambda event: loop.call_soon_threadsafe(won.set) if event.name == "wake" else None
    )
    middle = round(2.0 * SAMPLE_RATE)
    async with app.virtual(app.home()) as household:
        listening = asyncio.create_task(answers_though_unplugged(app, household, kitchen, hall))
        kitchen.speak(sound[:middle])
        await asyncio.wait_for(won.wait(), WAIT_S)
        hall.speak(sound[:middle])
        hall.speak(np.zeros(160, np.int16))
        kitchen.unplug()
        hall.speak(sound[middle:])
        hall.end()
        found = await listening
    assert [(name, set(outcome.changes)) for name, outcome in found] == [
        ("Hall", {"vacuum.vacuum"})
    ]


async def answers_though_unplugged(
    app: App, household: Household, kitchen: SimulatedMicrophone, hall: SimulatedMicrophone
) -> Answers:
    found: Answers = []

    async def listen(satellite: Satellite, microphone: SimulatedMicrophone) -> None:
        try:
            async for heard in app.listening(microphone, household, satellite=satellite):
                found.append((satellite.name, await app.answer(household, heard, satellite)))
        except Exception as error:
            assert "unplugged" in str(error)

    async with asyncio.timeout(WAIT_S):
        await asyncio.gather(*map(listen, app.satellites, (kitchen, hall)))
    return found


class Voice:
    """Speaks a recording, whatever the text."""

    def __init__(self, sound: Samples) -> None:
        self._sound = sound

    def say(self, text: str) -> Sound | None:
        return Sound(self._sound, SAMPLE_RATE)

    def close(self) -> None:
        pass


async def test_a_wake_word_interrupts_what_lares_says_and_the_command_is_carried_out() -> None:
    said = np.concatenate([samples_of(one.path)[24_000:] for one in recordings()[1:4]])
    app, microphone, speaker = app_with("Kitchen"), SimulatedMicrophone(), SimulatedSpeaker()
    app.voice = Voice(said)
    app.speaker = lambda wanted=None: speaker
    speaker.hold()
    word = np.concatenate((samples_of(VACUUM)[: round(1.25 * SAMPLE_RATE)], silence(0.6)))
    command = np.concatenate((without_wake_word(VACUUM), silence(1.2)))
    chance = np.random.default_rng(5)
    scene = in_room(said, echo_path(chance), chance).heard
    interrupted = asyncio.Event()
    loop = asyncio.get_running_loop()
    app.events.subscribe(
        lambda event: (
            loop.call_soon_threadsafe(interrupted.set) if event.name == "interrupted" else None
        )
    )
    loud = level(scene) / level(trimmed(word))
    start = round(1.5 * SAMPLE_RATE)
    talked_over = scene[: start + len(word)].astype(float)
    talked_over[start:] += word * loud / 2
    async with app.virtual(app.home()) as household:
        listening = asyncio.create_task(answers(app, household, {"Kitchen": microphone}))
        try:
            microphone.speak(np.concatenate((samples_of(KITCHEN_LIGHT), silence(1.2))))
            assert await asyncio.to_thread(speaker.busy.wait, WAIT_S)
            microphone.speak(np.clip(talked_over, -32768, 32767).astype(np.int16))
            await asyncio.wait_for(interrupted.wait(), WAIT_S)
            microphone.speak((command * loud / 2).astype(np.int16))
        finally:
            speaker.release()
            microphone.end()
            found = await listening
    assert [set(outcome.changes) for _, outcome in found] == [
        {"light.kitchen_light"},
        {"vacuum.vacuum"},
    ]
    assert speaker.played[0].stopped


async def test_run_listens_to_the_satellites_of_its_configuration(
    mosquitto: BrokerSwitch, live: Path
) -> None:
    settings = live / "lares.toml"
    here = '[[satellites]]\nname = "here"\nmicrophone = "-"\narea = "Hall"\n'
    settings.write_text(settings.read_text() + here)
    vacuum = Entity("vacuum.vacuum", "Vacuum", "hall", state=EntityState("docked"))
    home = Home(areas=(Area("hall", "Hall"),), entities=(vacuum,))
    async with (
        run_devices(home, "127.0.0.1", mosquitto.port),
        running("run", "--log", "--engine", "pocketsphinx", folder=live) as program,
    ):
        await program.event("listening")
        program.stdin.write(raw(samples_of(VACUUM), silence(1.2)))
        told = await program.event("arbitrated")
        assert (told["satellite"], told["verdict"]) == ("here", "acts")
        outcome = (await program.event("outcome"))["outcome"]
        program.stdin.close()
        assert await program.ends() == 0
    assert set(outcome["changes"]) == {"vacuum.vacuum"}
