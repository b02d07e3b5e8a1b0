"""Lares as a Wyoming server: the public clients of the package `wyoming`, real engines, a virtual
home."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soxr
from wyoming.asr import Transcribe, Transcript, TranscriptChunk, TranscriptStart, TranscriptStop
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.error import Error
from wyoming.event import Event
from wyoming.handle import Handled, NotHandled
from wyoming.info import Describe, Info
from wyoming.intent import Intent, IntentsStart, IntentsStop, NotRecognized, Recognize
from wyoming.ping import Ping, Pong
from wyoming.tts import Synthesize
from wyoming.wake import Detect, Detection, NotDetected

from edge.app import App, Household
from edge.config import Config, WyomingSection
from edge.demo.devices import run_devices
from edge.demo.recordings import recordings
from edge.home.graph import Area, Entity, Home
from edge.serving import served
from edge.types import SAMPLE_RATE, EntityState, Samples
from tests.e2e.program import WAIT_S, running
from tests.e2e.sounds import KITCHEN_LIGHT, noise, samples_of, silence, without_wake_word
from tests.edge.mqtt.conftest import BrokerSwitch

LAMP = "light.kitchen_light"
SETTINGS = WyomingSection(serve=True, host="127.0.0.1", port=0, announce=False)


@dataclass
class Served:
    """A running server, and the home that it speaks to."""

    port: int
    app: App
    household: Household

    def client(self) -> AsyncTcpClient:
        return AsyncTcpClient("127.0.0.1", self.port, read_timeout=WAIT_S)

    def state(self, entity: str = LAMP) -> str:
        found = self.household.states.get(entity)
        assert found is not None
        return found.state


def app_with(section: WyomingSection = SETTINGS) -> App:
    config = Config().with_value("stt.engine", "pocketsphinx", "test")
    config = config.with_value("llm.model", "none", "test")
    return App(replace(config.with_value("audio.speech", "text", "test"), wyoming=section))


@pytest.fixture
async def lares() -> AsyncIterator[Served]:
    app = app_with()
    async with app.virtual(app.home()) as household, served(app, household) as port:
        assert port is not None
        yield Served(port, app, household)


async def sends(client: AsyncTcpClient, samples: Samples, rate: int = SAMPLE_RATE) -> None:
    """Send a sound as Home Assistant does, in chunks of 1,024 samples."""
    await client.write_event(AudioStart(rate, 2, 1).event())
    for start in range(0, len(samples), 1024):
        payload = samples[start : start + 1024].tobytes()
        await client.write_event(AudioChunk(rate, 2, 1, payload, start * 1000 // rate).event())
    await client.write_event(AudioStop().event())


async def asks(served: Served, *events: Event, sound: Samples | None = None) -> Event:
    """What is answered first, on a connection of its own."""
    async with served.client() as client:
        for event in events:
            await client.write_event(event)
        if sound is not None:
            await sends(client, sound)
        answer = await client.read_event()
    assert answer is not None
    return answer


async def test_a_recorded_command_is_written_down(lares: Served) -> None:
    async with lares.client() as client:
        await client.write_event(Transcribe(language="en").event())
        await sends(client, without_wake_word(KITCHEN_LIGHT))
        answers = [await client.read_event() for _ in range(4)]
    kinds = [TranscriptStart, TranscriptChunk, Transcript, TranscriptStop]
    for answer, kind in zip(answers, kinds, strict=True):
        assert answer is not None and kind.is_type(answer.type)
    chunk, whole = answers[1:3]
    assert chunk is not None and whole is not None
    assert Transcript.from_event(whole).text == "turn on the kitchen light"
    assert TranscriptChunk.from_event(chunk).text == "turn on the kitchen light"


@pytest.mark.parametrize(("rate", "width", "channels"), [(48_000, 4, 2), (8_000, 2, 1)])
async def test_sound_of_any_kind_is_converted(
    lares: Served, rate: int, width: int, channels: int
) -> None:
    ours = without_wake_word(KITCHEN_LIGHT).astype(np.float32) / 32768
    theirs = soxr.resample(ours, SAMPLE_RATE, rate)
    full = np.repeat(theirs[:, None], channels, 1) * (2 ** (8 * width - 1) - 1)
    payload = full.astype(f"<i{width}").tobytes()
    step = 1000 * width * channels
    async with lares.client() as client:
        await client.write_event(Transcribe().event())
        for start in range(0, len(payload), step):
            chunk = AudioChunk(rate, width, channels, payload[start : start + step])
            await client.write_event(chunk.event())
        await client.write_event(AudioStop().event())
        answers = [await client.read_event() for _ in range(3)]
    assert answers[2] is not None
    heard = Transcript.from_event(answers[2]).text
    assert "kitchen light" in heard


async def test_no_sound_is_no_text(lares: Served) -> None:
    async with lares.client() as client:
        await client.write_event(Transcribe().event())
        await client.write_event(AudioStop().event())
        answers = [await client.read_event() for _ in range(3)]
    assert answers[2] is not None
    assert Transcript.from_event(answers[2]).text == ""


async def test_a_wake_word_is_detected_at_its_time_while_sound_still_comes(lares: Served) -> None:
    async with lares.client() as client:
        await client.write_event(Detect(names=["okay_nabu"]).event())
        sending = asyncio.create_task(
            sends(client, np.concatenate((samples_of(KITCHEN_LIGHT), silence(1))))
        )
        answer = await client.read_event()
        await sending
    assert answer is not None
    detection = Detection.from_event(answer)
    assert detection.name == "okay_nabu"
    assert detection.timestamp is not None
    assert 800 < detection.timestamp < 1_800


async def test_a_sound_without_the_word_is_told_at_its_end(lares: Served) -> None:
    answer = await asks(lares, Detect().event(), sound=noise(1.0))
    assert NotDetected.is_type(answer.type)


async def test_a_word_that_there_is_not_is_an_error_and_the_client_may_go_on(
    lares: Served,
) -> None:
    async with lares.client() as client:
        await client.write_event(Detect(names=["open_sesame"]).event())
        refused = await client.read_event()
        await client.write_event(Describe().event())
        described = await client.read_event()
    assert refused is not None and described is not None
    assert "open_sesame" in Error.from_event(refused).text
    assert Info.is_type(described.type)


async def test_a_transcript_is_carried_out_and_answered(lares: Served) -> None:
    assert lares.state() == "off"
    answer = await asks(lares, Transcript("turn on the kitchen light").event())
    assert Handled.is_type(answer.type)
    assert Handled.from_event(answer).text
    assert lares.state() == "on"


async def test_what_is_not_understood_is_not_handled(lares: Served) -> None:
    answer = await asks(lares, Transcript("my grandmother was born in a small village").event())
    assert NotHandled.is_type(answer.type)
    assert NotHandled.from_event(answer).text


async def test_what_the_policy_asks_about_waits_for_a_yes_of_the_same_conversation(
    lares: Served,
) -> None:
    lock = "lock.front_door"
    ours: dict[str, Any] = {"conversation_id": "one"}
    await lares.household.set_up({lock: EntityState("locked")})
    asked = await asks(lares, Transcript("unlock the front door", context=ours).event())
    assert str(Handled.from_event(asked).text).endswith("?")
    await asks(lares, Transcript("yes", context={"conversation_id": "two"}).event())
    assert lares.state(lock) == "locked"
    done = await asks(lares, Transcript("yes", context=ours).event())
    assert Handled.is_type(done.type)
    assert Handled.from_event(done).context == ours
    assert lares.state(lock) == "unlocked"


async def test_recognizing_changes_nothing(lares: Served) -> None:
    answer = await asks(lares, Recognize("turn on the kitchen light").event())
    intent = Intent.from_event(answer)
    assert intent.name == "HassTurnOn"
    assert {e.name: e.value for e in intent.entities}["name"] == "Kitchen Light"
    assert lares.state() == "off"


async def test_several_intents_come_between_a_start_and_a_stop(lares: Served) -> None:
    text = "turn on the kitchen light and start the vacuum"
    async with lares.client() as client:
        await client.write_event(Recognize(text).event())
        answers = [await client.read_event() for _ in range(4)]
    kinds = [IntentsStart, Intent, Intent, IntentsStop]
    for answer, kind in zip(answers, kinds, strict=True):
        assert answer is not None and kind.is_type(answer.type)


async def test_talk_is_not_recognized(lares: Served) -> None:
    answer = await asks(lares, Recognize("my grandmother was born in a small village").event())
    assert NotRecognized.is_type(answer.type)


async def test_the_description_tells_what_is_there_and_no_voice_where_there_is_none(
    lares: Served,
) -> None:
    info = Info.from_event(await asks(lares, Describe().event()))
    (asr,), (wake,) = info.asr, info.wake
    (model,) = asr.models
    assert (model.name, model.installed, model.languages) == ("pocketsphinx", True, ["en"])
    assert model.version
    assert model.attribution.url.startswith("https://")
    words = [model.name for model in wake.models]
    assert words[0] == "okay_nabu"
    assert "hey_jarvis" in words
    assert info.tts == []
    assert info.handle[0].supports_home_control
    assert info.intent[0].models[0].languages == ["en"]


async def test_without_a_voice_nothing_answers_a_text_to_speak(lares: Served) -> None:
    async with lares.client() as client:
        await client.write_event(Synthesize("hello").event())
        await client.write_event(Ping(text="there?").event())
        answer = await client.read_event()
    assert answer is not None
    assert Pong.from_event(answer).text == "there?"


async def test_only_what_is_configured_is_offered_and_a_transcript_is_then_only_understood() -> (
    None
):
    app = app_with(replace(SETTINGS, services=("intent",)))
    async with app.virtual(app.home()) as household, served(app, household) as port:
        assert port is not None
        there = Served(port, app, household)
        info = Info.from_event(await asks(there, Describe().event()))
        assert (info.asr, info.wake, info.tts, info.handle) == ([], [], [], [])
        answer = await asks(there, Transcript("turn on the kitchen light").event())
        assert Intent.is_type(answer.type)
        assert there.state() == "off"


async def test_clients_are_served_at_once(lares: Served) -> None:
    spoken = recordings()[:3]

    async def hear(number: int) -> str:
        async with lares.client() as client:
            await client.write_event(Transcribe().event())
            await sends(client, without_wake_word(spoken[number].path))
            while (answer := await client.read_event()) is not None:
                if Transcript.is_type(answer.type):
                    return Transcript.from_event(answer).text
        raise AssertionError("hung up")

    alone = [await hear(number) for number in range(3)]
    assert alone[0] == "turn on the kitchen light"
    together = await asyncio.gather(*(hear(number % 3) for number in range(6)))
    assert together == alone * 2


async def test_a_port_is_opened_only_where_the_owner_wants_it() -> None:
    app = App(Config())
    async with app.virtual(app.home()) as household, served(app, household) as port:
        assert port is None


async def test_run_serves_what_is_configured_on_a_machine_without_a_microphone(
    mosquitto: BrokerSwitch, live: Path
) -> None:
    settings = live / "lares.toml"
    wyoming = '[wyoming]\nserve = true\nhost = "127.0.0.1"\nport = 0\nannounce = false\n'
    text = settings.read_text().replace("[audio]", '[audio]\nmicrophone = "none"')
    settings.write_text(text + 'area = "Kitchen"\n'.join((wyoming, "")))
    light = Entity("light.kitchen", "Lamp", "kitchen", state=EntityState("off"))
    home = Home(areas=(Area("kitchen", "Kitchen"),), entities=(light,))
    async with (
        run_devices(home, "127.0.0.1", mosquitto.port),
        running("run", "--log", "--engine", "pocketsphinx", folder=live) as program,
    ):
        told = await program.event("wyoming_serving")
        assert set(told["services"]) >= {"asr", "wake", "intent", "handle"}
        async with AsyncTcpClient("127.0.0.1", told["port"], read_timeout=WAIT_S) as client:
            await client.write_event(Transcript("turn on the light here").event())
            answer = await client.read_event()
            outcome = (await program.event("outcome"))["outcome"]
            await client.write_event(Transcript("turn it off in one second").event())
            later = await client.read_event()
            await program.event("timer_finished")
            off = (await program.event("outcome"))["outcome"]
        assert await program.ends(signal.SIGINT) == 130
    assert answer is not None and Handled.is_type(answer.type)
    assert set(outcome["changes"]) == {"light.kitchen"}
    assert later is not None and later.data["text"] == "All right, in 1 second."
    assert off["changes"]["light.kitchen"]["state"] == "off"
    assert (live / "audit.jsonl").read_text()
