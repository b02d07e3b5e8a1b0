"""What is true of every microphone, whoever made it."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile
from wyoming.ping import Ping

from edge.types import AudioFrame, Samples
from hal.microphone import FrameCounts, Microphone, MicrophoneError
from hal.microphone_file import FileMicrophone
from hal.microphone_portaudio import PortAudioMicrophone
from hal.microphone_simulated import SimulatedMicrophone
from hal.microphone_stdin import StdinMicrophone
from hal.microphone_wyoming import WyomingMicrophone
from hal.portaudio import PortAudio
from hal.wyoming_connection import WyomingConnection
from tests.hal.fake_sounddevice import Card, FakeSounddevice
from tests.hal.simulated_satellite import SimulatedSatellite


@dataclass(frozen=True)
class Maker:
    """How one kind of microphone is made, and how it comes to hear a sound."""

    closed: Callable[[Path], Microphone]
    hearing: Callable[[Samples, Path], AbstractContextManager[Microphone]]


@contextmanager
def file_hearing(samples: Samples, folder: Path) -> Iterator[Microphone]:
    soundfile.write(folder / "sound.wav", samples, 16_000)
    with FileMicrophone(folder / "sound.wav") as microphone:
        yield microphone


@contextmanager
def stdin_hearing(samples: Samples, folder: Path) -> Iterator[Microphone]:
    with StdinMicrophone(io.BytesIO(samples.tobytes())) as microphone:
        yield microphone


@contextmanager
def portaudio_hearing(samples: Samples, folder: Path) -> Iterator[Microphone]:
    library = FakeSounddevice(Card("USB microphone"))
    with PortAudioMicrophone(cards=PortAudio(library), silent_s=0.05) as microphone:
        library.hear(np.pad(samples, (0, -len(samples) % 160)))
        yield microphone


@contextmanager
def simulated_hearing(samples: Samples, folder: Path) -> Iterator[Microphone]:
    with SimulatedMicrophone() as microphone:
        microphone.speak(samples)
        microphone.end()
        yield microphone


@contextmanager
def wyoming_hearing(samples: Samples, folder: Path) -> Iterator[Microphone]:
    with (
        SimulatedSatellite() as satellite,
        WyomingMicrophone(WyomingConnection(satellite.uri)) as microphone,
    ):
        satellite.until_heard()
        satellite.speak(samples)
        satellite.send(Ping().event())
        satellite.until_told("pong")  # the answer comes after all sound before was taken in
        yield microphone


MAKERS = {
    "file": Maker(lambda folder: FileMicrophone(folder / "sound.wav"), file_hearing),
    "stdin": Maker(lambda _: StdinMicrophone(io.BytesIO()), stdin_hearing),
    "portaudio": Maker(
        lambda _: PortAudioMicrophone(cards=PortAudio(FakeSounddevice(Card("USB")))),
        portaudio_hearing,
    ),
    "simulated": Maker(lambda _: SimulatedMicrophone(), simulated_hearing),
    "wyoming": Maker(
        lambda _: WyomingMicrophone(WyomingConnection("tcp://127.0.0.1:10700")), wyoming_hearing
    ),
}


@pytest.fixture(params=MAKERS)
def maker(request: pytest.FixtureRequest) -> Maker:
    return MAKERS[request.param]


def noise(seconds: float) -> Samples:
    """Noise without a single zero in it."""
    samples = np.random.default_rng(7).integers(1, 20_000, round(seconds * 16_000))
    return samples.astype(np.int16)


def some(microphone: Microphone, frames: int) -> list[AudioFrame]:
    return list(itertools.islice(microphone, frames))


def test_a_microphone_is_a_microphone(maker: Maker, tmp_path: Path) -> None:
    microphone = maker.closed(tmp_path)
    assert isinstance(microphone, Microphone)
    assert microphone.name
    assert microphone.name in repr(microphone)


def test_frames_hold_the_sound_unchanged(maker: Maker, tmp_path: Path) -> None:
    said = noise(0.25)
    with maker.hearing(said, tmp_path) as microphone:
        frames = some(microphone, 25)
    assert {frame.samples.shape for frame in frames} == {(160,)}
    assert {frame.samples.dtype for frame in frames} == {np.dtype(np.int16)}
    np.testing.assert_array_equal(np.concatenate([f.samples for f in frames]), said)


def test_times_start_at_zero_and_go_on_by_ten_milliseconds(maker: Maker, tmp_path: Path) -> None:
    with maker.hearing(noise(0.1), tmp_path) as microphone:
        times = [frame.time for frame in some(microphone, 10)]
    np.testing.assert_allclose(times, np.arange(10) / 100, atol=1e-9)


def test_the_last_frame_is_filled_up_with_zeros(maker: Maker, tmp_path: Path) -> None:
    said = noise(0.025)
    with maker.hearing(said, tmp_path) as microphone:
        *_, last = some(microphone, 3)
    np.testing.assert_array_equal(last.samples[:80], said[-80:])
    assert not last.samples[80:].any()


def test_frames_are_counted(maker: Maker, tmp_path: Path) -> None:
    with maker.hearing(noise(0.1), tmp_path) as microphone:
        some(microphone, 4)
        assert microphone.counts == FrameCounts(frames=4)
    assert microphone.counts == FrameCounts(frames=4)


def test_while_muted_only_zeros_leave_and_time_goes_on(maker: Maker, tmp_path: Path) -> None:
    with maker.hearing(noise(0.3), tmp_path) as microphone:
        heard, times = [], []
        for frame in itertools.islice(microphone, 30):
            heard.append(bool(frame.samples.any()))
            times.append(frame.time)
            if len(heard) == 10:
                microphone.muted = True
            if len(heard) == 20:
                microphone.muted = False
    assert heard[:20] == [True] * 10 + [False] * 10
    assert any(heard[20:])
    np.testing.assert_allclose(times, np.arange(30) / 100, atol=1e-9)


def test_it_can_be_muted_before_it_is_opened(maker: Maker, tmp_path: Path) -> None:
    microphone = maker.closed(tmp_path)
    assert not microphone.muted
    microphone.muted = True
    assert microphone.muted


def test_it_gives_nothing_when_it_is_not_open(maker: Maker, tmp_path: Path) -> None:
    with pytest.raises(MicrophoneError, match="not open"):
        next(iter(maker.closed(tmp_path)))


def test_it_gives_nothing_after_it_was_closed(maker: Maker, tmp_path: Path) -> None:
    with maker.hearing(noise(0.1), tmp_path) as microphone:
        frames = iter(microphone)
        next(frames)
    with pytest.raises(MicrophoneError, match="not open"):
        next(iter(microphone))
