"""Buttons and light on simulated pins, with a real listening loop behind them."""

import asyncio
from collections.abc import Iterator

import pytest

from edge.config import Gpio
from edge.kernel.events import Event, Events
from edge.listening import Heard, Listening
from edge.pins import fitted
from edge.voice.endpoint import Endpointer
from edge.voice.listener import Listener
from edge.voice.vad import LoudnessVad
from edge.voice.wake import SimulatedWakeDetector
from hal.microphone_simulated import SimulatedMicrophone
from tests.edge.test_listening import CountingStt, speech

gpiozero = pytest.importorskip("gpiozero")
mock = pytest.importorskip("gpiozero.pins.mock")

PINS = Gpio(push_to_talk=17, mute_switch=27, wake_led=22)


@pytest.fixture
def factory() -> Iterator[object]:
    made = mock.MockFactory()
    yield made
    made.close()


def test_the_mute_switch_mutes_the_microphone_itself(factory) -> None:
    microphone, events = SimulatedMicrophone(), Events()
    listening = Listening(
        microphone, Listener(None, Endpointer(LoudnessVad())), CountingStt(), events
    )
    with fitted(PINS, microphone, listening, events, factory):
        assert not microphone.muted
        factory.pin(27).drive_low()
        assert microphone.muted
        factory.pin(27).drive_high()
        assert not microphone.muted


@pytest.mark.parametrize(
    ("event", "lit"), [("wake", 1), ("pressed", 1), ("outcome", 0), ("gave_up", 0)]
)
def test_the_light_shows_what_is_happening(factory, event: str, lit: int) -> None:
    microphone, events = SimulatedMicrophone(), Events()
    listening = Listening(
        microphone, Listener(None, Endpointer(LoudnessVad())), CountingStt(), events
    )
    with fitted(PINS, microphone, listening, events, factory):
        events.emit(event)
        assert factory.pin(22).state == lit


async def test_holding_the_button_opens_a_command_and_letting_go_ends_it(factory) -> None:
    microphone, events = SimulatedMicrophone(), Events()
    pressed, heard_speech = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def look(event: Event) -> None:
        flag = {"pressed": pressed, "partial": heard_speech}.get(event.name)
        if flag is not None:
            loop.call_soon_threadsafe(flag.set)

    events.subscribe(look)
    endpointer = Endpointer(LoudnessVad(), silence_s=5.0, no_speech_s=5.0)
    listening = Listening(
        microphone, Listener(SimulatedWakeDetector({}), endpointer), CountingStt(), events
    )

    async def hear() -> list[Heard]:
        return [heard async for heard in listening]

    with fitted(PINS, microphone, listening, events, factory):
        async with asyncio.timeout(10):
            hearing = asyncio.create_task(hear())
            factory.pin(17).drive_low()
            microphone.silence(0.1)
            await pressed.wait()
            microphone.speak(speech(2.0))
            await heard_speech.wait()
            factory.pin(17).drive_high()
            microphone.silence(0.1)
            microphone.end()
            (heard,) = await hearing
    assert heard.utterance.wake_word is None
    assert heard.utterance.ended_by == "source"


def test_nothing_is_fitted_when_no_pin_is_configured() -> None:
    microphone, events = SimulatedMicrophone(), Events()
    listening = Listening(
        microphone, Listener(None, Endpointer(LoudnessVad())), CountingStt(), events
    )
    with fitted(Gpio(), microphone, listening, events, factory=None):
        assert not microphone.muted
