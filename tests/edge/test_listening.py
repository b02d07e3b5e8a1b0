"""The listening loop: simulated microphone, wake word and speech; real threads and event loop."""

import asyncio
from collections.abc import Sequence

import numpy as np
import pytest

from edge.kernel.events import Event, Events
from edge.listening import Heard, Listening
from edge.types import SAMPLE_RATE, Samples, Transcript, Utterance
from edge.voice.endpoint import Endpointer
from edge.voice.listener import Listener
from edge.voice.vad import LoudnessVad
from edge.voice.vocabulary import Vocabulary
from edge.voice.wake import SimulatedWakeDetector
from hal.microphone import MicrophoneError
from hal.microphone_simulated import SimulatedMicrophone


def speech(seconds: float) -> Samples:
    return np.full(round(seconds * SAMPLE_RATE), 8000, dtype=np.int16)


class CountingStt:
    """Hears how long someone spoke."""

    name = "counting"

    def set_vocabulary(self, vocabulary: Vocabulary) -> None:
        pass

    def session(self) -> "CountingSession":
        return CountingSession()


class CountingSession:
    def __init__(self) -> None:
        self.heard = 0

    def feed(self, samples: Samples) -> None:
        self.heard += len(samples)

    def partial(self) -> str:
        return f"{self.heard // SAMPLE_RATE} s"

    def finish(self, utterance: Utterance) -> Transcript:
        assert self.heard == len(utterance.samples)
        return Transcript(f"{self.heard / SAMPLE_RATE:.1f} seconds", "counting")


def listening(
    microphone: SimulatedMicrophone, wakes: dict[float, str] | None, heard: list[Event]
) -> Listening:
    events = Events()
    events.subscribe(heard.append)
    endpointer = Endpointer(LoudnessVad(), silence_s=0.5, no_speech_s=2.0)
    detector = None if wakes is None else SimulatedWakeDetector(wakes)
    return Listening(microphone, Listener(detector, endpointer), CountingStt(), events)


async def everything(loop: Listening) -> list[Heard]:
    async with asyncio.timeout(10):
        return [heard async for heard in loop]


def names(events: Sequence[Event]) -> list[str]:
    return [e.name for e in events if e.name != "partial"]


async def test_a_command_after_the_wake_word_becomes_a_transcript() -> None:
    microphone, seen = SimulatedMicrophone(), []
    microphone.silence(1.0)
    microphone.speak(speech(1.0))
    microphone.silence(1.5)
    microphone.end()
    (heard,) = await everything(listening(microphone, {0.8: "okay_nabu"}, seen))
    assert heard.utterance.wake_word == "okay_nabu"
    assert heard.utterance.speech_end == pytest.approx(2.0, abs=0.05)
    assert heard.endpoint_ms == pytest.approx(500, abs=50)
    recognised = [name for name in names(seen) if name in ("wake", "heard")]
    assert recognised == ["wake", "heard"]


async def test_recognition_runs_while_the_person_speaks() -> None:
    microphone, seen = SimulatedMicrophone(), []
    microphone.silence(0.5)
    microphone.speak(speech(3.0))
    microphone.silence(1.0)
    microphone.end()
    await everything(listening(microphone, {0.4: "okay_nabu"}, seen))
    partials = [e.fields["text"] for e in seen if e.name == "partial"]
    assert partials[:3] == ["0 s", "1 s", "2 s"]


async def test_without_a_wake_word_nothing_is_recognised() -> None:
    microphone, seen = SimulatedMicrophone(), []
    microphone.speak(speech(3.0))
    microphone.end()
    assert await everything(listening(microphone, {}, seen)) == []


async def test_silence_after_the_wake_word_is_given_up() -> None:
    microphone, seen = SimulatedMicrophone(), []
    microphone.silence(5.0)
    microphone.end()
    assert await everything(listening(microphone, {0.5: "okay_nabu"}, seen)) == []
    assert "gave_up" in names(seen)


async def test_each_stretch_of_speech_is_an_utterance_when_no_wake_word_is_expected() -> None:
    microphone, seen = SimulatedMicrophone(), []
    for _ in range(3):
        microphone.silence(1.0)
        microphone.speak(speech(1.0))
    microphone.end()
    heard = await everything(listening(microphone, None, seen))
    assert len(heard) == 3
    assert heard[-1].utterance.ended_by == "source"


async def test_an_unplugged_microphone_raises_after_what_was_heard_before() -> None:
    microphone, seen = SimulatedMicrophone("USB Mic"), []
    microphone.silence(0.5)
    microphone.unplug()
    loop = listening(microphone, {}, seen)
    with pytest.raises(MicrophoneError, match="USB Mic"):
        await everything(loop)
    assert loop.opened


async def test_nothing_is_heard_while_deaf() -> None:
    microphone, seen = SimulatedMicrophone(), []
    microphone.silence(1.0)
    microphone.speak(speech(1.0))
    microphone.silence(1.0)
    microphone.end()
    loop = listening(microphone, {0.5: "okay_nabu"}, seen)
    loop.deaf.set()
    assert await everything(loop) == []
    assert "wake" not in names(seen)


async def test_lost_sound_is_reported_when_listening_ends() -> None:
    microphone, seen = SimulatedMicrophone(), []
    microphone.overrun(2)
    microphone.silence(0.1)
    microphone.end()
    await everything(listening(microphone, {}, seen))
    (stopped,) = [e for e in seen if e.name == "stopped_listening"]
    assert stopped.level == "warning"
    assert stopped.fields["counts"].overruns == 2
