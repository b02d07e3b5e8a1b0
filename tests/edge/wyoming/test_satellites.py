"""What a satellite is told of what happens in its listening."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from edge.kernel.events import Event as Happened
from edge.kernel.events import Events
from edge.listening import Heard
from edge.types import Timer, Transcript, Utterance
from edge.wyoming.satellites import RemoteSatellite, RemoteSatellites
from hal.microphone_wyoming import WyomingMicrophone
from hal.wyoming_events import WyomingError
from tests.hal.simulated_satellite import SimulatedSatellite

HEARD = Heard(
    Transcript("turn it on", "text"),
    Utterance(np.zeros(160, np.int16), 1.0, 2.5, "silence"),
    speech_ended=0.0,
    endpoint_ms=0.0,
    stt_ms=0.0,
)


class Told:
    """A satellite that is connected, and the home's event bus."""

    def __init__(self, satellite: SimulatedSatellite) -> None:
        self.satellite = satellite
        self.seen: list[Happened] = []
        self.home = Events()
        self.home.subscribe(self.seen.append)
        self.remote: RemoteSatellite = RemoteSatellites(self.home).at(satellite.uri)

    def after(self, *happened: tuple[str, dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
        """What the satellite was told when these things had happened."""
        for name, fields in happened:
            self.remote.bus.emit(name, **fields)
        self.remote.says("the end")
        self.satellite.until_told("synthesize")
        steps = [e for e in self.satellite.told if e.type not in ("describe", "ping")]
        return [(event.type, event.data) for event in steps[:-1]]


@pytest.fixture
def told() -> Iterator[Told]:
    with SimulatedSatellite("itself") as satellite:
        found = Told(satellite)
        microphone = found.remote.microphone()
        microphone.muted = True
        with microphone:
            yield found


def test_what_becomes_of_a_timer_is_told(told: Told) -> None:
    timer = Timer("7", 300, 299.6, "egg")
    for name, now in (
        ("timer_started", timer),
        ("timer_updated", replace(timer, left_s=60.2, active=False)),
        ("timer_cancelled", timer),
        ("timer_finished", replace(timer, name="", left_s=0.0)),
    ):
        told.remote.tell(Happened(name, 0.0, {"timer": now}))
    assert told.after() == [
        ("timer-started", {"id": "7", "total_seconds": 300, "name": "egg"}),
        ("timer-updated", {"id": "7", "total_seconds": 60, "is_active": False}),
        ("timer-cancelled", {"id": "7"}),
        ("timer-finished", {"id": "7"}),
    ]


def test_a_command_is_told_step_by_step(told: Told) -> None:
    steps = told.after(
        ("wake", {"word": "okay_nabu", "at": 0.9}),
        ("voice_started", {"at": 1.0}),
        ("partial", {"text": "turn"}),
        ("heard", {"heard": HEARD}),
    )
    assert steps == [
        ("detection", {"name": "okay_nabu", "timestamp": 900, "speaker": None}),
        ("transcribe", {"language": "en"}),
        ("voice-started", {"timestamp": 1000}),
        ("voice-stopped", {"timestamp": 2500}),
        ("transcript", {"text": "turn it on"}),
    ]
    assert [e.name for e in told.seen] == ["wake", "voice_started", "partial", "heard"]


def test_a_word_that_the_satellite_heard_itself_is_not_told_to_it(told: Told) -> None:
    own = ("pressed", {"word": "okay_nabu"}), ("wake", {"word": "okay_nabu", "at": 0.1})
    ours = ("wake", {"word": "hey_jarvis", "at": 5.0})
    steps = told.after(*own, ("heard", {"heard": HEARD}), ours)
    names = [name for name, _ in steps]
    assert names == ["transcribe", "voice-stopped", "transcript", "detection", "transcribe"]


@pytest.mark.parametrize(
    ("name", "fields", "code"),
    [
        ("gave_up", {"at": 4.0, "word": "okay_nabu"}, "stt-no-text-recognized"),
        ("abandoned", {}, "duplicate_wake_up_detected"),
    ],
)
def test_what_will_not_be_answered_sends_it_back_to_its_wake_word(
    told: Told, name: str, fields: dict[str, Any], code: str
) -> None:
    ((kind, data),) = told.after((name, fields))
    assert (kind, data["code"]) == ("error", code)


def test_one_that_is_not_connected_is_told_nothing_and_disturbs_nobody() -> None:
    seen: list[Happened] = []
    home = Events()
    home.subscribe(seen.append)
    remote = RemoteSatellites(home).at("tcp://127.0.0.1:10700")
    remote.bus.emit("abandoned", "debug")
    remote.says("hello")
    assert [(event.name, event.level) for event in seen] == [("abandoned", "debug")]


def test_each_address_is_one_satellite() -> None:
    satellites = RemoteSatellites(Events())
    assert satellites.at("tcp://a:1") is satellites.at("tcp://a:1")
    assert satellites.at("tcp://a:1") is not satellites.at("tcp://a:2")
    with pytest.raises(WyomingError):
        satellites.at("tcp://a:b")


def test_its_microphone_opens_and_closes_the_listening_that_it_joins() -> None:
    class Loop:
        def __init__(self) -> None:
            self.calls: list[str | None] = []

        def press(self, word: str | None = None) -> None:
            self.calls.append(word)

        def release(self) -> None:
            self.calls.append("released")

    remote, loop = RemoteSatellites(Events()).at("tcp://a:1"), Loop()
    microphone = remote.microphone()
    assert isinstance(microphone, WyomingMicrophone)
    remote.join(microphone, loop)
    microphone.pressed("okay_nabu")
    microphone.released()
    assert loop.calls == ["okay_nabu", "released"]
