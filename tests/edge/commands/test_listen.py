"""`lares run` with a microphone that is pulled out in mid-word: real parts, a simulated plug."""

from __future__ import annotations

import asyncio

import pytest

import edge.commands.listen
from edge.app import App
from edge.commands.listen import _listen_everywhere
from edge.config import Config
from edge.kernel.events import Event
from edge.types import SAMPLE_RATE, Outcome
from hal.microphone import Microphone
from hal.microphone_simulated import SimulatedMicrophone
from tests.edge.voice.sounds import recording, silence


class Household(App):
    """An App that hears the microphone of a test."""

    def __init__(self, microphone: SimulatedMicrophone) -> None:
        config = Config().with_value("stt.engine", "pocketsphinx", "test")
        super().__init__(config.with_value("audio.speech", "text", "test"))
        self.simulated = microphone

    def microphone(self, *_: object) -> Microphone:
        return self.simulated


async def events_of(
    microphone: SimulatedMicrophone, monkeypatch: pytest.MonkeyPatch
) -> list[Event]:
    """What happens until the microphone ends."""
    monkeypatch.setattr(edge.commands.listen, "FIRST_PAUSE_S", 0.001)
    monkeypatch.setattr(edge.commands.listen, "LONGEST_PAUSE_S", 0.01)
    app = Household(microphone)
    seen: list[Event] = []
    app.events.subscribe(seen.append)
    async with asyncio.timeout(60), app.virtual(app.home()) as household:
        await _listen_everywhere(app, household)
    return seen


def outcomes(seen: list[Event]) -> list[Outcome]:
    return [event.fields["outcome"] for event in seen if event.name == "outcome"]


def named(seen: list[Event], name: str) -> list[Event]:
    return [event for event in seen if event.name == name]


async def test_a_microphone_unplugged_in_mid_word_is_told_once_and_heard_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    microphone, said = SimulatedMicrophone("USB mic"), recording("vacuum")
    microphone.speak(said[: round(1.8 * SAMPLE_RATE)])
    microphone.unplug()
    microphone.speak(said)
    microphone.plug()
    microphone.silence(1)
    microphone.speak(said)
    microphone.end()
    seen = await events_of(microphone, monkeypatch)
    (lost,) = named(seen, "microphone_lost")
    assert lost.level == "warning"
    assert "USB mic is unplugged" in lost.fields["error"]
    (*broken, done) = outcomes(seen)
    assert set(done.changes) == {"vacuum.vacuum"}
    assert [outcome.changes for outcome in broken] == [{}] * len(broken), "half a word does nothing"
    assert len(named(seen, "listening")) == 2


async def test_a_microphone_that_stays_away_for_long_is_told_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Slow(SimulatedMicrophone):
        """Plugged in again only at the tenth time that somebody tries."""

        tries = 0

        def __enter__(self) -> Slow:
            self.tries += 1
            if self.tries == 10:
                self.plug()
                self.speak(recording("vacuum"))
                self.end()
            super().__enter__()
            return self

    microphone = Slow("USB mic")
    microphone.silence(1)
    microphone.unplug()
    seen = await events_of(microphone, monkeypatch)
    assert microphone.tries == 10
    assert len(named(seen, "microphone_lost")) == 1
    assert [set(outcome.changes) for outcome in outcomes(seen)] == [{"vacuum.vacuum"}]


async def test_silence_of_a_hardware_mute_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    microphone = SimulatedMicrophone("USB mic")
    microphone.silence(100)
    microphone.speak(recording("vacuum"))
    microphone.speak(silence(1))
    microphone.end()
    seen = await events_of(microphone, monkeypatch)
    assert len(named(seen, "sound_silent")) == len(named(seen, "sound_back")) == 1
    assert [set(outcome.changes) for outcome in outcomes(seen)] == [{"vacuum.vacuum"}]
