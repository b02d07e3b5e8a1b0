"""A timer that runs out is said where it was set, or its command is carried out there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import numpy as np
import pytest

from edge.app import App, Household
from edge.assistant import LATER_NOT_UNDERSTOOD
from edge.config import Config, Satellite
from edge.home.graph import Area, Entity, Home
from edge.ringing import ringing
from edge.timers import Timers
from edge.types import SAMPLE_RATE, EntityState, LaresError, Outcome, TimerOrder, Transcript
from edge.voice.tts import Sound
from tests.edge.mqtt.conftest import WAIT_S, Recorder
from tests.hal.simulated_satellite import SimulatedSatellite

HOME = Home(
    areas=(Area("kitchen", "Kitchen"), Area("hall", "Hall")),
    entities=(
        Entity("light.kitchen", "Kitchen Light", "kitchen", state=EntityState("off")),
        Entity("light.hall", "Hall Light", "hall", state=EntityState("off")),
    ),
)
BEEP = Sound(np.ones(800, np.int16), SAMPLE_RATE)


class Voice:
    """Remembers what it was to say. broken: it cannot."""

    def __init__(self, *, broken: bool = False) -> None:
        self.said: list[str] = []
        self._broken = broken

    def say(self, text: str) -> Sound | None:
        if self._broken:
            raise LaresError("the voice is gone")
        self.said.append(text)
        return BEEP

    def close(self) -> None:
        pass


@dataclass(frozen=True, slots=True)
class House:
    app: App
    household: Household
    timers: Timers
    seen: Recorder
    voice: Voice

    async def hears(self, text: str, at: str = "kitchen") -> Outcome:
        return await self.app.handle(
            self.household, Transcript(text, "text"), area=at, conversation=at
        )

    async def run_out(self) -> None:
        """Time passes until every timer has run out."""
        for timer in self.timers.now():
            self.timers.order(TimerOrder("change", timer.id, -timer.start_s))


@asynccontextmanager
async def house(*satellites: Satellite, voice: Voice | None = None) -> AsyncIterator[House]:
    seen, voice = Recorder(), voice or Voice()
    config = Config(satellites=satellites).with_value("llm.model", "none", "test")
    app = App(config, seen.bus)
    app.voice = voice
    timers = Timers(seen.bus)
    async with (
        app.virtual(HOME, timers=timers) as household,
        ringing(app, household, timers),
        asyncio.timeout(WAIT_S),
    ):
        yield House(app, household, timers, seen, voice)


@asynccontextmanager
async def connected(
    house: House, satellite: Satellite, simulated: SimulatedSatellite
) -> AsyncIterator[None]:
    remote = house.app.remote_at(satellite)
    assert remote is not None
    with remote.microphone():
        await asyncio.to_thread(simulated.until_told, "run-satellite")
        yield


def remote(name: str, simulated: SimulatedSatellite) -> Satellite:
    return Satellite(name, simulated.uri, name)


async def test_a_timer_is_said_at_the_satellite_where_it_was_set_and_nowhere_else() -> None:
    with SimulatedSatellite("itself") as kitchen, SimulatedSatellite("itself") as hall:
        places = (remote("kitchen", kitchen), remote("hall", hall))
        async with (
            house(*places) as lares,
            connected(lares, places[0], kitchen),
            connected(lares, places[1], hall),
        ):
            outcome = await lares.hears("set a pizza timer for five minutes")
            await asyncio.to_thread(kitchen.until_told, "timer-started")
            await lares.run_out()
            await asyncio.to_thread(kitchen.until, lambda: kitchen.played)
    assert outcome.speech == "I set a pizza timer for 5 minutes."
    assert lares.voice.said == ["Your pizza timer is done."]
    told = {event.type: event.data for event in kitchen.told}
    assert told["timer-started"]["name"] == "pizza"
    assert told["timer-started"]["total_seconds"] == 300
    assert told["timer-finished"]["id"] == told["timer-started"]["id"]
    assert told["synthesize"]["text"] == "Your pizza timer is done."
    assert not [kind for kind in hall.kinds if kind.startswith("timer")]
    assert not hall.played


async def test_its_command_is_carried_out_from_where_it_was_set() -> None:
    with SimulatedSatellite("itself") as hall:
        place = remote("hall", hall)
        async with house(place) as lares, connected(lares, place, hall):
            outcome = await lares.hears("turn on the light in ten minutes", "hall")
            assert outcome.speech == "All right, in 10 minutes."
            assert outcome.changes == {}
            await lares.run_out()
            await lares.seen.wait_for("outcome", 2)
            await asyncio.to_thread(hall.until, lambda: hall.played)
            states = lares.household.states.snapshot()
    assert states["light.hall"].state == "on"
    assert states["light.kitchen"].state == "off"


async def test_what_it_shall_do_then_is_what_was_meant_when_it_was_said() -> None:
    async with house() as lares:
        await lares.hears("turn on the hall light", "")
        await lares.hears("turn it off in ten minutes", "")
        await lares.hears("turn on the kitchen light", "")
        await lares.run_out()
        event = await lares.seen.wait_for("outcome", 4)
    assert event.fields["outcome"].changes.keys() == {"light.hall"}


async def test_what_is_not_understood_is_told_now_and_not_in_ten_minutes() -> None:
    async with house() as lares:
        outcome = await lares.hears("turn it off in ten minutes", "")
        assert lares.timers.now() == ()
    assert outcome.speech == LATER_NOT_UNDERSTOOD


async def test_timers_are_asked_about_changed_and_cancelled() -> None:
    async with house() as lares:
        await lares.hears("set a pizza timer for one hour", "")
        left = await lares.hears("how much time is left on the pizza timer", "")
        more = await lares.hears("add two minutes to the pizza timer", "")
        paused = await lares.hears("pause the pizza timer", "")
        on = await lares.hears("resume the timer", "")
        await lares.hears("set a timer for five minutes", "")
        gone = await lares.hears("cancel all timers", "")
        assert lares.timers.now() == ()
    assert left.speech.startswith("The pizza timer has 1 hour")
    assert more.speech.startswith("The pizza timer has 1 hour and 2 minutes")
    assert paused.speech == "I paused the pizza timer."
    assert on.speech.startswith("The pizza timer goes on, with 1 hour and 2 minutes")
    assert gone.speech == "I cancelled 2 timers."
    assert lares.seen.named("timer_finished") == []


async def test_a_timer_and_an_order_in_one_breath_are_both_done() -> None:
    async with house() as lares:
        outcome = await lares.hears("turn on the hall light and set a timer for five minutes", "")
        (timer,) = lares.timers.now()
    assert outcome.changes.keys() == {"light.hall"}
    assert timer.start_s == 300
    assert "5 minutes" in outcome.speech


async def test_too_many_timers_are_said_to_be_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.timers.MOST", 1)
    async with house() as lares:
        await lares.hears("set a timer for five minutes", "")
        outcome = await lares.hears("set a timer for five minutes", "")
        assert len(lares.timers.now()) == 1
    assert outcome.speech == "There are 1 timers already. Cancel one first."


async def test_a_voice_that_fails_when_a_timer_runs_out_is_told_to_the_log() -> None:
    async with house(voice=Voice(broken=True)) as lares:
        await lares.hears("set a timer for five minutes", "")
        await lares.run_out()
        event = await lares.seen.wait_for("not_said")
    assert "the voice is gone" in event.fields["error"]


async def test_timers_end_with_the_home() -> None:
    async with house() as lares:
        await lares.hears("set a timer for five minutes", "")
    assert lares.timers.now() == ()
