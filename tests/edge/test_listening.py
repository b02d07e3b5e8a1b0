"""The listening loop: simulated microphone, wake word and speech; real threads and event loop."""

import asyncio
import itertools
from collections.abc import Sequence

import numpy as np
import pytest

from edge.kernel.events import Event, Events
from edge.listening import Heard, Listening
from edge.speaking import Ear, Speaking
from edge.types import SAMPLE_RATE, LaresError, Samples, Transcript, Utterance
from edge.voice.completeness import SimulatedCompleteness
from edge.voice.endpoint import Endpointer
from edge.voice.listener import Listener
from edge.voice.tts import Sound
from edge.voice.vad import LoudnessVad
from edge.voice.vocabulary import Vocabulary
from edge.voice.wake import SimulatedWakeDetector
from hal.microphone import MicrophoneError
from hal.microphone_simulated import SimulatedMicrophone
from hal.speaker_simulated import SimulatedSpeaker
from tests.edge.voice.scripted import ScriptedStt


def speech(seconds: float) -> Samples:
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return np.asarray(8000 * np.sin(2 * np.pi * 400 * time), dtype=np.int16)


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

    def log_probabilities(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        return ()


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


def with_ear(loop: Listening, speaking: Speaking) -> Ear:
    """The ear of a loop that is yet to listen."""
    loop._ear = speaking.ear("here")
    return loop._ear


async def test_while_lares_speaks_nothing_is_heard_without_a_wake_word() -> None:
    microphone, seen = SimulatedMicrophone(), []
    microphone.speak(speech(1.0))
    microphone.silence(1.0)
    microphone.end()
    loop = listening(microphone, None, seen)
    with_ear(loop, Speaking()).own.begin(speech(3.0))
    assert await everything(loop) == []


async def test_while_lares_speaks_a_wake_word_opens_a_command() -> None:
    microphone, seen = SimulatedMicrophone(), []
    microphone.silence(1.0)
    microphone.speak(speech(1.0))
    microphone.silence(1.0)
    microphone.end()
    loop = listening(microphone, {0.8: "okay_nabu"}, seen)
    with_ear(loop, Speaking()).own.begin(np.zeros(2 * SAMPLE_RATE, np.int16))
    (heard,) = await everything(loop)
    assert heard.utterance.wake_word == "okay_nabu"


async def test_a_wake_word_stops_what_lares_says_until_the_command_is_heard() -> None:
    microphone, seen = SimulatedMicrophone(), []
    speaking, speaker = Speaking(), SimulatedSpeaker()
    answer = Sound(np.zeros(4 * SAMPLE_RATE, np.int16), SAMPLE_RATE)
    loop = listening(microphone, {1.5: "okay_nabu"}, seen)
    with_ear(loop, speaking)
    speaker.hold()
    saying = asyncio.create_task(asyncio.to_thread(speaking.say, answer, speaker))
    assert await asyncio.to_thread(speaker.busy.wait, 5)
    microphone.silence(2.0)
    heard = asyncio.create_task(everything(loop))
    assert not await asyncio.wait_for(saying, 5)
    assert [played.stopped for played in speaker.played] == [True]
    microphone.speak(speech(1.0))
    microphone.silence(1.0)
    microphone.end()
    assert len(await heard) == 1
    speaker.release()
    assert speaking.say(answer, speaker), "the command was heard, so it may speak again"


async def test_the_button_stops_what_lares_says() -> None:
    microphone, seen = SimulatedMicrophone(), []
    speaking, speaker = Speaking(), SimulatedSpeaker()
    answer = Sound(np.zeros(4 * SAMPLE_RATE, np.int16), SAMPLE_RATE)
    loop = listening(microphone, {}, seen)
    with_ear(loop, speaking)
    speaker.hold()
    saying = asyncio.create_task(asyncio.to_thread(speaking.say, answer, speaker))
    assert await asyncio.to_thread(speaker.busy.wait, 5)
    loop.press()
    microphone.silence(0.1)
    heard = asyncio.create_task(everything(loop))
    assert not await asyncio.wait_for(saying, 5)
    microphone.speak(speech(1.0))
    microphone.silence(1.0)
    microphone.end()
    assert len(await heard) == 1


async def test_lost_sound_is_reported_when_listening_ends() -> None:
    microphone, seen = SimulatedMicrophone(), []
    microphone.overrun(2)
    microphone.silence(0.1)
    microphone.end()
    await everything(listening(microphone, {}, seen))
    (stopped,) = [e for e in seen if e.name == "stopped_listening"]
    assert stopped.level == "warning"
    assert stopped.fields["counts"].overruns == 2


LIGHT = ((0.4, "light"), (0.8, "on"))
"""From the start of the utterance, which is 0.3 s before the speech."""
FAN = ((1.9, "and"), (2.1, "fan"))


def following(
    microphone: SimulatedMicrophone, stt: ScriptedStt, *, live: bool = True
) -> tuple[Listening, list[Event]]:
    """Listening to a source as it happens (or to a file) by someone who understands "light on".

    The clock runs so fast that no sound can be earlier than it, or stands still.
    """
    seen: list[Event] = []
    events = Events()
    events.subscribe(seen.append)
    endpointer = Endpointer(LoudnessVad(), silence_s=0.5, patient_s=0.8, no_speech_s=2.0)
    seconds = itertools.count(step=1000)
    loop = Listening(
        microphone,
        Listener(SimulatedWakeDetector({0.4: "okay_nabu"}), endpointer),
        stt,
        events,
        clock=(lambda: float(next(seconds))) if live else (lambda: 0.0),
        completeness=SimulatedCompleteness("light on", more=["and fan"]),
        silence_s=0.5,
    )
    return loop, seen


@pytest.mark.parametrize("tells", [True, False], ids=["partials", "no partials"])
async def test_a_whole_command_is_given_while_the_silence_still_runs(tells: bool) -> None:
    microphone = SimulatedMicrophone()
    loop, seen = following(microphone, ScriptedStt(LIGHT, tells=tells))
    microphone.silence(0.5)
    microphone.speak(speech(0.6))
    microphone.silence(0.15)
    async with asyncio.timeout(10):
        hearing = aiter(loop)
        heard = await anext(hearing)  # the microphone has made no other sound yet
        assert heard.transcript.text == "light on"
        assert heard.endpoint_ms < 160
        microphone.silence(2.0)
        microphone.end()
        assert [more async for more in hearing] == []
    assert names(seen).count("heard") == 1


@pytest.mark.parametrize("tells", [True, False], ids=["partials", "no partials"])
async def test_what_is_said_after_a_command_was_given_is_given_too(tells: bool) -> None:
    microphone = SimulatedMicrophone()
    stt = ScriptedStt((*LIGHT, *FAN), tells=tells)
    loop, _ = following(microphone, stt)
    microphone.silence(0.5)
    microphone.speak(speech(0.6))
    microphone.silence(0.15)
    async with asyncio.timeout(10):
        hearing = aiter(loop)
        assert (await anext(hearing)).transcript.text == "light on"
        microphone.silence(0.2)
        microphone.speak(speech(1.0))
        microphone.silence(2.0)
        microphone.end()
        assert [more.transcript.text async for more in hearing] == ["and fan"]


@pytest.mark.parametrize("tells", [True, False], ids=["partials", "no partials"])
async def test_an_open_phrase_is_waited_for_longer(tells: bool) -> None:
    microphone = SimulatedMicrophone()
    loop, _ = following(microphone, ScriptedStt(((0.5, "turn"), (1.6, "on")), tells=tells))
    microphone.silence(0.5)
    microphone.speak(speech(0.6))
    microphone.silence(0.6)
    microphone.speak(speech(0.5))
    microphone.silence(1.0)
    microphone.end()
    (heard,) = await everything(loop)
    assert heard.transcript.text == "turn on"
    assert heard.endpoint_ms == pytest.approx(800, abs=50)


@pytest.mark.parametrize("tells", [True, False], ids=["partials", "no partials"])
async def test_in_a_file_all_that_is_said_is_one_command(tells: bool) -> None:
    microphone = SimulatedMicrophone()
    stt = ScriptedStt((*LIGHT, *FAN), tells=tells)
    loop, _ = following(microphone, stt, live=False)
    microphone.silence(0.5)
    microphone.speak(speech(0.6))
    microphone.silence(0.35)
    microphone.speak(speech(1.0))
    microphone.silence(1.0)
    microphone.end()
    (heard,) = await everything(loop)
    assert heard.transcript.text == "light on and fan"


@pytest.mark.parametrize("brief_s", [0.0, 0.7])
def test_a_brief_silence_that_is_none_or_longer_than_the_usual_is_an_error(brief_s: float) -> None:
    listener = Listener(None, Endpointer(LoudnessVad()))
    with pytest.raises(LaresError, match=r"at most silence_s, 0.6 seconds, but is 0"):
        Listening(SimulatedMicrophone(), listener, ScriptedStt(LIGHT), Events(), brief_s=brief_s)


async def test_a_file_tells_the_silence_that_a_microphone_would_have_waited_for() -> None:
    microphone = SimulatedMicrophone()
    loop, _ = following(microphone, ScriptedStt(LIGHT), live=False)
    microphone.silence(0.5)
    microphone.speak(speech(0.6))
    microphone.silence(1.5)
    microphone.end()
    (heard,) = await everything(loop)
    assert heard.endpoint_ms < 160


async def test_a_button_pressed_after_a_command_was_given_opens_the_next() -> None:
    microphone = SimulatedMicrophone()
    loop, seen = following(microphone, ScriptedStt(LIGHT))
    microphone.silence(0.5)
    microphone.speak(speech(0.6))
    microphone.silence(0.15)
    async with asyncio.timeout(10):
        hearing = aiter(loop)
        assert (await anext(hearing)).transcript.text == "light on"
        loop.press()
        microphone.silence(0.1)
        microphone.speak(speech(0.6))
        microphone.silence(2.0)
        microphone.end()
        assert [more.transcript.text async for more in hearing] == ["light on"]
    assert names(seen).count("heard") == 2


async def test_a_wake_word_that_the_satellite_heard_itself_opens_a_command_as_one_of_ours() -> None:
    microphone, seen = SimulatedMicrophone(), []
    loop = listening(microphone, {}, seen)
    loop.press("okay_nabu")
    microphone.speak(speech(1.0))
    microphone.silence(1.0)
    microphone.end()
    (heard,) = await everything(loop)
    assert heard.utterance.wake_word == "okay_nabu"
    pressed, wake = (e for e in seen if e.name in ("pressed", "wake"))
    assert (pressed.fields["word"], wake.fields["word"]) == ("okay_nabu", "okay_nabu")


async def test_what_is_given_early_is_of_the_wake_word_that_opened_it() -> None:
    microphone = SimulatedMicrophone()
    loop, _ = following(microphone, ScriptedStt(LIGHT))
    microphone.silence(0.5)
    microphone.speak(speech(0.6))
    microphone.silence(0.15)
    async with asyncio.timeout(10):
        hearing = aiter(loop)
        assert (await anext(hearing)).utterance.wake_word == "okay_nabu"
        microphone.silence(2.0)
        microphone.end()
        assert [more async for more in hearing] == []
