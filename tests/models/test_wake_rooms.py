from __future__ import annotations

import numpy as np
import pytest

from edge.types import SAMPLE_RATE
from models.wake_rooms import as_samples, behind, coloured, echoed, loudest, stretched, tilted
from models.wake_speech import Wave


def tone(hertz: float, seconds: float = 1.0) -> Wave:
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return np.sin(2 * np.pi * hertz * time).astype(np.float32)


def pitch(wave: Wave) -> float:
    spectrum = np.abs(np.fft.rfft(wave))
    return float(spectrum.argmax() * SAMPLE_RATE / len(wave))


def test_what_is_stretched_is_longer_and_lower() -> None:
    wave = stretched(tone(440), 1.1)
    assert len(wave) == pytest.approx(1.1 * SAMPLE_RATE, abs=2)
    assert pitch(wave) == pytest.approx(400, abs=2)


def test_an_echo_rings_on_for_as_long_as_it_decays() -> None:
    click = np.zeros(SAMPLE_RATE, dtype=np.float32)
    click[100] = 1
    wave = echoed(click, 0.4, 0.5, np.random.default_rng(1))
    assert len(wave) == len(click)
    assert wave[100] == pytest.approx(1.0, abs=1e-3)
    assert np.sum(wave[101:] ** 2) == pytest.approx(0.5, abs=0.05)
    assert np.abs(wave[:100]).max() < 1e-5
    assert np.abs(wave[100 + round(0.41 * SAMPLE_RATE) :]).max() < 1e-5


def test_a_tilt_raises_what_is_high_and_lowers_what_is_low() -> None:
    assert loudest(tilted(tone(4_000), 6.0)) > 1.2 * loudest(tone(4_000))
    assert loudest(tilted(tone(250), 6.0)) < 0.8 * loudest(tone(250))
    assert loudest(tilted(tone(1_000), 6.0)) == pytest.approx(loudest(tone(1_000)), rel=0.02)


@pytest.mark.parametrize("exponent", [0.0, 1.0, 2.0])
def test_coloured_noise_falls_with_frequency_as_its_colour_says(exponent: float) -> None:
    noise = coloured(16 * SAMPLE_RATE, exponent, np.random.default_rng(2))
    power = np.abs(np.fft.rfft(noise)) ** 2
    low, high = power[16 * 200 : 16 * 400].mean(), power[16 * 1600 : 16 * 3200].mean()
    assert np.log2(low / high) / 3 == pytest.approx(exponent, abs=0.15)
    assert np.abs(noise).max() == pytest.approx(1.0)


def test_noise_is_as_much_softer_as_asked_at_its_loudest() -> None:
    speech, noise = tone(300), coloured(SAMPLE_RATE, 1.0, np.random.default_rng(3))
    added = behind(speech, noise, 10.0) - speech
    assert 20 * np.log10(loudest(speech) / loudest(added)) == pytest.approx(10.0, abs=0.01)


def test_speech_behind_silence_is_the_speech() -> None:
    np.testing.assert_array_equal(
        behind(tone(300), np.zeros(SAMPLE_RATE, np.float32), 5), tone(300)
    )


def test_sound_for_a_microphone_has_the_peak_asked_for_and_silence_stays_silent() -> None:
    assert np.abs(as_samples(tone(300) * 7, 0.5)).max() == pytest.approx(16_384, abs=2)
    assert not as_samples(np.zeros(100, np.float32), 0.5).any()
