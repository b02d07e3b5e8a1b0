"""What a satellite's microphone does beside what all microphones do."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from wyoming.audio import AudioChunk
from wyoming.event import Event
from wyoming.ping import Ping
from wyoming.wake import Detection

from edge.types import FRAME_SAMPLES, AudioFrame, Samples
from hal.microphone import MicrophoneError
from hal.microphone_wyoming import MOST_WAITING_S, WyomingMicrophone, word_of
from hal.wyoming_connection import WyomingConnection
from tests.hal.simulated_satellite import SimulatedSatellite


def noise(seconds: float) -> Samples:
    samples = np.random.default_rng(7).integers(1, 20_000, round(seconds * 16_000))
    return samples.astype(np.int16)


@contextmanager
def opened(satellite: SimulatedSatellite) -> Iterator[WyomingMicrophone]:
    with WyomingMicrophone(WyomingConnection(satellite.uri)) as microphone:
        yield microphone


def heard_until(microphone: Iterable[AudioFrame], loud: int) -> list[AudioFrame]:
    """Frames until so many of them were not silent."""
    frames: list[AudioFrame] = []
    for frame in microphone:
        frames.append(frame)
        loud -= bool(frame.samples.any())
        if not loud:
            return frames
    raise AssertionError("it ended")


def test_it_asks_the_satellite_what_it_is_and_lets_it_run_and_pauses_it_at_the_end() -> None:
    with SimulatedSatellite(name="shelf") as satellite:
        with opened(satellite) as microphone:
            satellite.until_told("detect")
            assert next(iter(microphone)) is not None
            info = microphone._connection.info
            assert info is not None and info.satellite is not None
            assert info.satellite.name == "shelf"
        satellite.until_told("pause-satellite")
        assert satellite.kinds == ["describe", "run-satellite", "detect", "pause-satellite"]


def test_silence_comes_in_real_time_while_a_satellite_sends_nothing() -> None:
    with SimulatedSatellite("itself") as satellite, opened(satellite) as microphone:
        began = time.monotonic()
        frames = [*itertools.islice(microphone, 100)]
        spent = time.monotonic() - began
    assert not any(frame.samples.any() for frame in frames)
    np.testing.assert_allclose([f.time for f in frames], np.arange(100) / 100, atol=1e-9)
    assert 0.9 < spent < 3.0


class Clock:
    """The time that has passed, and what a machine stood still beside it."""

    def __init__(self) -> None:
        self.stood_still_s = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.stood_still_s


@pytest.mark.parametrize("spoke", [True, False])
def test_a_machine_that_stood_still_puts_no_long_silence_into_what_is_said(spoke: bool) -> None:
    clock = Clock()
    with (
        SimulatedSatellite() as satellite,
        WyomingMicrophone(WyomingConnection(satellite.uri), clock=clock) as microphone,
    ):
        satellite.until_heard()
        if spoke:
            satellite.speak(noise(0.1))
        frames = iter(microphone)
        before = [*itertools.islice(frames, 20)]
        assert any(frame.samples.any() for frame in before) is spoke
        clock.stood_still_s = 3_600.0
        assert not any(frame.samples.any() for frame in itertools.islice(frames, 60))
        satellite.speak(noise(0.1))
        assert len(heard_until(frames, 1)) < 200


def test_its_own_wake_word_presses_before_the_sound_that_follows() -> None:
    said = noise(0.2)
    seen: list[object] = []
    with SimulatedSatellite("itself") as satellite, opened(satellite) as microphone:
        microphone.pressed = seen.append
        satellite.until_told("run-satellite")
        satellite.hears_its_word("ok_nabu")
        satellite.speak(said)
        frames = heard_until(microphone, 20)
        seen.append("sound")
    assert seen == ["okay_nabu", "sound"]
    loud = [frame.samples for frame in frames if frame.samples.any()]
    np.testing.assert_array_equal(np.concatenate(loud), said)


def test_an_old_satellite_does_not_tell_its_word() -> None:
    pressed: list[str | None] = []
    with SimulatedSatellite("itself") as satellite, opened(satellite) as microphone:
        microphone.pressed = pressed.append
        satellite.until_told("run-satellite")
        satellite.hears_its_word(None, old=True)
        satellite.speak(noise(0.1))
        heard_until(microphone, 10)
    assert pressed == [None]


def test_sound_that_follows_a_detection_without_being_asked_for_presses_as_well() -> None:
    pressed: list[str | None] = []
    with SimulatedSatellite("us") as satellite, opened(satellite) as microphone:
        microphone.pressed = pressed.append
        satellite.until_heard()
        satellite.send(Detection(name="Hey Jarvis").event())
        satellite.speak(noise(0.1))
        heard_until(microphone, 10)
    assert pressed == ["hey_jarvis"]


def test_the_end_of_its_sound_releases_after_the_last_of_it() -> None:
    seen: list[str] = []
    with SimulatedSatellite("voice") as satellite, opened(satellite) as microphone:
        microphone.released = lambda: seen.append("released")
        satellite.until_told("run-satellite")
        satellite.hears_voice(noise(0.5))
        satellite.speak(noise(0.1))
        satellite.falls_silent()
        for frame in microphone:
            seen.append("sound" if frame.samples.any() else "silence")
            if seen[-2:] == ["released", "silence"]:
                break
    assert seen == ["sound"] * 60 + ["released", "silence"]


def test_a_muted_satellite_is_paused_and_runs_again_afterwards() -> None:
    with SimulatedSatellite() as satellite, opened(satellite) as microphone:
        satellite.until_heard()
        microphone.muted = True
        satellite.until_told("pause-satellite")
        satellite.send(AudioChunk(16_000, 2, 1, noise(0.1).tobytes()).event())
        assert not any(f.samples.any() for f in itertools.islice(microphone, 60))
        microphone.muted = False
        satellite.until_told("run-satellite", 2)
        satellite.until_heard()
        satellite.speak(noise(0.3))
        heard_until(microphone, 20)


def test_one_that_is_muted_before_it_is_opened_never_runs() -> None:
    with SimulatedSatellite() as satellite:
        microphone = WyomingMicrophone(WyomingConnection(satellite.uri))
        microphone.muted = True
        with microphone:
            satellite.until_told("describe")
            [*itertools.islice(microphone, 5)]
        assert satellite.kinds == ["describe"]


def test_nobody_there_is_an_error_that_says_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    microphone = WyomingMicrophone(WyomingConnection(f"tcp://127.0.0.1:{port}"))
    with pytest.raises(MicrophoneError, match=r"cannot be reached.*switched on"), microphone:
        pass


def test_a_satellite_that_hangs_up_gives_what_it_sent_and_is_lost() -> None:
    with SimulatedSatellite() as satellite, opened(satellite) as microphone:
        satellite.until_heard()
        satellite.speak(noise(0.1))
        satellite.hang_up()
        frames = iter(microphone)
        assert all(next(frames).samples.any() for _ in range(10))
        with pytest.raises(MicrophoneError, match="lost: it hung up"):
            for _ in frames:
                pass


def test_it_can_be_opened_again_after_it_was_lost() -> None:
    with SimulatedSatellite() as satellite:
        connection = WyomingConnection(satellite.uri)
        for _ in range(2):
            with WyomingMicrophone(connection) as microphone:
                satellite.until_heard()
                satellite.hang_up()
                with pytest.raises(MicrophoneError):
                    heard_until(microphone, 1)
        assert satellite.connections == 2


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b'{"type": "audio-chunk", "payload_length": 9999999999}\n',
        b'{"type": "audio-chunk", "data": {"rate": -1, "width": 2, "channels": 1}}\n',
        b'{"type": "run-pipeline"}\n',
        b'{"type": "run-pipeline", "data": {"start_stage": "tts", "end_stage": "asr"}}\n',
    ],
)
def test_a_satellite_that_sends_nonsense_is_lost(data: bytes) -> None:
    with SimulatedSatellite() as satellite, opened(satellite) as microphone:
        satellite.until_heard()
        satellite.send_raw(data)
        with pytest.raises(MicrophoneError, match="lost: Expected"):
            heard_until(microphone, 1)


@pytest.mark.parametrize(
    "event",
    [
        Event("info", {"satellite": 5, "asr": [3]}),
        Event("detection", {"name": [1]}),
        Event("pong", {"text": {}}),
        Event("played", {}),
        Event("streaming-started"),
        Event("streaming-stopped"),
        Event("error", {"text": "no sound card"}),
        Event("something-new", {"a": 1}),
    ],
)
def test_what_is_not_about_sound_does_no_harm(event: Event) -> None:
    with SimulatedSatellite() as satellite, opened(satellite) as microphone:
        satellite.until_heard()
        satellite.send(event)
        satellite.speak(noise(0.1))
        heard_until(microphone, 10)


def test_pings_are_answered_and_one_that_answers_no_more_is_lost() -> None:
    with SimulatedSatellite() as satellite:
        connection = WyomingConnection(satellite.uri, ping_s=0.05, silent_s=0.3)
        with WyomingMicrophone(connection) as microphone:
            satellite.until_told("ping", 2)
            satellite.send(Ping(text="you?").event())
            assert satellite.until_told("pong").data == {"text": "you?"}
            satellite.freeze()
            with pytest.raises(MicrophoneError, match="nothing has come from it"):
                heard_until(microphone, 1)


def test_one_that_knows_no_ping_is_not_lost_for_that() -> None:
    with SimulatedSatellite("itself", pings=False) as satellite:
        connection = WyomingConnection(satellite.uri, ping_s=0.02, silent_s=0.1)
        with WyomingMicrophone(connection) as microphone:
            satellite.until_told("ping", 20)
            satellite.hears_its_word("okay_nabu")
            satellite.speak(noise(0.1))
            heard_until(microphone, 10)


def test_sound_that_nobody_fetches_is_lost_and_counted_and_time_goes_on() -> None:
    second = noise(1.0)
    sent = round(MOST_WAITING_S) + 10
    with SimulatedSatellite() as satellite, opened(satellite) as microphone:
        satellite.until_heard()
        for _ in range(sent):
            satellite.speak(second)
        satellite.send(Ping().event())
        satellite.until_told("pong")
        sound = iter(microphone)
        heard_until(sound, round(MOST_WAITING_S) * 100)
        satellite.speak(noise(0.5))
        frames = heard_until(sound, 20)
        assert microphone.counts.overruns > 0
    assert frames[-1].time > sent - 1.0


def test_closing_ends_whoever_waits_for_sound() -> None:
    with SimulatedSatellite("itself") as satellite, opened(satellite) as microphone:
        frames: list[AudioFrame] = []
        hearing = threading.Thread(target=lambda: frames.extend(microphone))
        hearing.start()
        microphone.__exit__(None, None, None)
        hearing.join(5)
        assert not hearing.is_alive()
    assert all(len(frame.samples) == FRAME_SAMPLES for frame in frames)


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("ok_nabu", "okay_nabu"),
        ("ok_nabu_v0.1", "okay_nabu"),
        ("Okay Nabu", "okay_nabu"),
        ("hey_jarvis_v0.1", "hey_jarvis"),
        ("hey-mycroft", "hey_mycroft"),
        (None, ""),
    ],
)
def test_one_word_has_one_name(name: str | None, word: str) -> None:
    assert word_of(name) == word
