"""What is measured of sounds of which the answer is known."""

from __future__ import annotations

import numpy as np
import pytest
import soxr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from edge.demo.recordings import recordings
from edge.types import SAMPLE_RATE, Samples
from hal.conversion import from_int16, to_int16
from hal.levels import SILENCE_DB, cancelled, clipped, measure
from tests.edge.voice.sounds import hum, read, white_noise

SPEECH = read(recordings()[0].path)


def tone(hertz: float, loudness: float, seconds: float = 2.0) -> Samples:
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return np.rint(32767 * loudness * np.sin(2 * np.pi * hertz * time)).astype(np.int16)


def block(*channels: Samples) -> np.ndarray:
    return np.stack([from_int16(channel) for channel in channels], axis=1)


def test_a_sine_of_half_of_full_scale_has_9_db_less() -> None:
    levels = measure(tone(440, 0.5))
    assert levels.peak == pytest.approx(-6.02, abs=0.01)
    assert levels.rms == pytest.approx(-9.03, abs=0.01)
    assert (levels.seconds, levels.clipped, levels.silent, levels.speech) == (2, 0, 0, None)


def test_speech_stands_out_of_its_noise() -> None:
    levels = measure(SPEECH)
    assert levels.noise_floor == pytest.approx(-70, abs=2)
    assert levels.speech is not None
    assert -30 < levels.speech < -10
    assert levels.hum_hz is None
    assert levels.recorded_rate == SAMPLE_RATE


def test_steady_noise_is_no_speech() -> None:
    levels = measure(white_noise(2, 1_000))
    assert levels.speech is None
    assert levels.noise_floor == pytest.approx(levels.rms, abs=1)
    assert levels.recorded_rate == SAMPLE_RATE


def test_an_offset_is_measured_and_counts_for_nothing_else() -> None:
    shifted, plain = measure(white_noise(2, 300) + np.int16(3_277)), measure(white_noise(2, 300))
    assert shifted.offset == pytest.approx(0.1, abs=0.001)
    assert shifted.rms == pytest.approx(plain.rms, abs=0.01)


@pytest.mark.parametrize("samples", [np.empty(0, np.int16), np.zeros(20_000, np.int16)])
def test_silence_is_silent_and_every_figure_is_a_number(samples: Samples) -> None:
    levels = measure(samples)
    assert levels.silent == 1
    assert (levels.peak, levels.rms, levels.noise_floor) == (SILENCE_DB,) * 3
    assert (levels.speech, levels.hum_hz, levels.clipped) == (None, None, 0)


def test_pauses_of_zeros_are_counted() -> None:
    gated = np.concatenate([SPEECH[:32_000], np.zeros(32_000, np.int16)])
    assert measure(gated).silent == pytest.approx(0.5, abs=0.01)


def test_what_is_cut_off_at_full_scale_or_below_is_counted() -> None:
    loud = 2 * tone(100, 0.49).astype(int)
    at_full_scale = (2 * loud).clip(-32768, 32767).astype(np.int16)
    below = loud.clip(-20_000, 20_000).astype(np.int16)
    for cut, limit in ((at_full_scale, 32_767), (below, 20_000)):
        expected = np.mean(np.abs(cut.astype(int)) >= limit)
        assert expected > 0.1
        assert clipped(block(cut)) == pytest.approx(expected, abs=0.01)
        assert clipped(block(cut, np.zeros_like(cut))) == pytest.approx(expected / 2, abs=0.01)


@pytest.mark.parametrize(
    "samples", [SPEECH, tone(100, 0.9), tone(50, 0.01), white_noise(1, 4_000)], ids=range(4)
)
def test_what_is_not_cut_off_is_not_counted(samples: Samples) -> None:
    assert clipped(block(samples)) == 0


@pytest.mark.parametrize("rate", [8_000, 11_025])
def test_sound_of_a_lower_rate_is_recognised_by_what_it_lacks(rate: int) -> None:
    lower = soxr.resample(from_int16(SPEECH), SAMPLE_RATE, rate)
    assert measure(to_int16(soxr.resample(lower, rate, SAMPLE_RATE))).recorded_rate == rate


@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000])
def test_sound_of_a_higher_rate_lacks_nothing(rate: int) -> None:
    higher = soxr.resample(from_int16(SPEECH), SAMPLE_RATE, rate)
    again = measure(to_int16(soxr.resample(higher, rate, SAMPLE_RATE)))
    assert again.recorded_rate == SAMPLE_RATE


@pytest.mark.parametrize("hertz", [50, 60])
def test_the_hum_of_the_mains_is_recognised_under_a_voice(hertz: int) -> None:
    lines = sum(tone(hertz * n, 0.02 / n, len(SPEECH) / SAMPLE_RATE) for n in range(1, 4))
    levels = measure((SPEECH + np.asarray(lines)).astype(np.int16))
    assert levels.hum_hz == hertz
    expected = 10 * np.log10(sum((0.02 / n) ** 2 / 2 for n in range(1, 4)))
    assert levels.hum == pytest.approx(expected, abs=1.5)


def test_noise_and_a_hum_that_is_not_the_mains_are_none() -> None:
    assert measure(white_noise(2, 3_000)).hum_hz is None
    assert measure(tone(83, 0.1)).hum_hz is None
    assert measure(hum(2, 1_000)).hum_hz == 50


def test_channels_that_are_each_other_upside_down_cancel() -> None:
    other = white_noise(2, 3_000, seed=2)
    assert cancelled(block(SPEECH, SPEECH)) == pytest.approx(0, abs=0.1)
    assert cancelled(block(SPEECH, -SPEECH)) > 60
    assert cancelled(block(white_noise(2, 3_000), other)) == pytest.approx(3, abs=0.2)
    assert cancelled(block(SPEECH)) == pytest.approx(0, abs=0.1)


@given(arrays.arrays(np.int16, st.integers(0, 4_000)))
def test_any_sound_can_be_measured(samples: Samples) -> None:
    levels = measure(samples)
    figures = (levels.peak, levels.rms, levels.noise_floor, levels.hum)
    assert all(SILENCE_DB <= figure <= 10 for figure in figures)
    assert 0 <= levels.clipped <= 1
    assert 0 <= levels.silent <= 1
