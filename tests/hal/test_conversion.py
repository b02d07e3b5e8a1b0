from __future__ import annotations

import numpy as np
import pytest

from hal.conversion import Resampler, from_int16, mono, to_int16


def test_int16_survives_the_way_through_floats() -> None:
    every = np.arange(-32768, 32768, dtype=np.int32).astype(np.int16)
    np.testing.assert_array_equal(to_int16(from_int16(every)), every)


def test_what_is_too_loud_is_clipped_and_what_is_no_number_is_silence() -> None:
    sound = np.array([1.5, -2.0, np.nan, np.inf, -np.inf], np.float32)
    assert to_int16(sound).tolist() == [32767, -32768, 0, 32767, -32768]


def test_mono_is_the_mean_of_the_channels() -> None:
    assert mono(np.array([[0.5, 0.0], [0.25, 0.75]], np.float32)).tolist() == [0.25, 0.5]


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 48_000])
def test_a_tone_keeps_its_length_pitch_and_loudness(rate: int) -> None:
    tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate, dtype=np.float32)
    resampler = Resampler(rate, 16_000)
    parts = [resampler.feed(block) for block in np.array_split(tone.astype(np.float32), 37)]
    heard = np.concatenate([*parts, resampler.flush()])
    assert len(heard) == 16_000
    spectrum = np.abs(np.fft.rfft(heard.astype(np.float64)))
    assert int(spectrum.argmax()) == 440
    assert spectrum.max() / len(heard) * 2 == pytest.approx(0.5 * 32768, rel=0.02)
