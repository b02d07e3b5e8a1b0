"""What is true of every suppressor, whoever made it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest

from edge.types import LaresError
from edge.voice.denoise import Denoiser, Undisturbed, WebRtcDenoiser, denoiser
from edge.voice.packages import is_installed
from tests.edge.voice.sounds import frames, recording, white_noise

needs_webrtc = pytest.mark.skipif(
    not is_installed("webrtc_noise_gain"), reason="webrtc-noise-gain is not installed"
)
MAKERS: list[object] = [
    pytest.param(Undisturbed, id="off"),
    pytest.param(WebRtcDenoiser, id="webrtc", marks=needs_webrtc),
]
Maker = Callable[[], Denoiser]


def cleaned(suppressor: Denoiser, samples: np.ndarray) -> np.ndarray:
    return np.concatenate([suppressor.clean(frame.samples) for frame in frames(samples)])


@pytest.mark.parametrize("make", MAKERS)
def test_as_much_sound_comes_out_as_goes_in(make: Maker) -> None:
    heard = cleaned(make(), recording("vacuum"))
    assert heard.dtype == np.int16
    assert len(heard) == len(recording("vacuum")) // 160 * 160


@pytest.mark.parametrize("make", MAKERS)
def test_a_voice_in_a_quiet_room_stays_as_loud(make: Maker) -> None:
    before = recording("vacuum").astype(float)
    assert cleaned(make(), recording("vacuum")).std() == pytest.approx(before.std(), rel=0.25)


@pytest.mark.parametrize("make", MAKERS)
def test_after_a_reset_it_is_as_new(make: Maker) -> None:
    suppressor = make()
    first = cleaned(suppressor, white_noise(1, 500))
    suppressor.reset()
    np.testing.assert_array_equal(cleaned(suppressor, white_noise(1, 500)), first)


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("length", [0, 159, 320])
def test_what_is_no_frame_is_an_error(make: Maker, length: int) -> None:
    with pytest.raises(LaresError, match="Expected a frame of 160 samples, found"):
        make().clean(np.zeros(length, np.int16))


@needs_webrtc
def test_steady_noise_becomes_softer() -> None:
    noise = white_noise(3, 500)
    for level, least in ((1, 1.5), (3, 3)):
        heard = cleaned(WebRtcDenoiser(level), noise)
        assert noise[32_000:].std() / heard[32_000:].std() > least


def test_frames_go_to_webrtc_as_bytes_and_without_automatic_gain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[tuple[int, int]] = []

    class Processor:
        def __init__(self, gain: int, level: int) -> None:
            made.append((gain, level))

        def Process10ms(self, audio: bytes) -> SimpleNamespace:
            half = np.frombuffer(audio, np.int16) // 2
            return SimpleNamespace(audio=half.tobytes(), is_speech=True)

    package = SimpleNamespace(AudioProcessor=Processor)
    monkeypatch.setitem(sys.modules, "webrtc_noise_gain", package)
    samples = np.arange(160, dtype=np.int16)
    np.testing.assert_array_equal(WebRtcDenoiser(2).clean(samples), samples // 2)
    assert made == [(0, 2)]


def test_settings_name_the_maker_and_off_needs_no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    assert denoiser("off").name == "off"
    monkeypatch.setitem(sys.modules, "webrtc_noise_gain", None)
    with pytest.raises(LaresError, match=r"audio\.denoise.*install lares\[denoise\]"):
        denoiser("webrtc")


@pytest.mark.parametrize("level", [0, 5, -1])
def test_another_level_is_an_error(level: int) -> None:
    with pytest.raises(LaresError, match="level of noise suppression from 1 to 4, found"):
        WebRtcDenoiser(level)
