"""What is true of taking an offset away: the offset is gone, and nothing else is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.types import SAMPLE_RATE, Samples
from hal.highpass import CUTOFF_HZ, HighPass


def tone(hertz: float, seconds: float = 2.0, loudness: float = 8_000) -> Samples:
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return np.rint(loudness * np.sin(2 * np.pi * hertz * time)).astype(np.int16)


def through(samples: Samples, size: int = 160) -> Samples:
    highpass = HighPass()
    blocks = [samples[place : place + size] for place in range(0, len(samples), size)]
    return np.concatenate([highpass.feed(block) for block in blocks])


def recursive(samples: Samples) -> Samples:
    """The filter as its formula is written, sample by sample."""
    decay = np.exp(-2 * np.pi * CUTOFF_HZ / SAMPLE_RATE)
    mean = float(samples[:160].mean())
    heard = []
    for sample in samples.tolist():
        mean = decay * mean + (1 - decay) * sample
        heard.append(sample - mean)
    return np.rint(np.clip(heard, -32768, 32767)).astype(np.int16)


@pytest.mark.parametrize("offset", [-9_000, 1, 300, 9_000])
def test_an_offset_is_gone_from_the_first_frame_on(offset: int) -> None:
    heard, expected = through(tone(200) + np.int16(offset)), through(tone(200))
    assert np.abs(heard.astype(int) - expected).max() <= 1
    assert np.abs(heard[4_800:].reshape(-1, 160).mean(axis=1)).max() < 2


def test_a_voice_is_as_loud_as_before() -> None:
    for hertz in (80, 200, 1_000, 7_000):
        before, after = tone(hertz), through(tone(hertz))
        assert after.std() / before.std() == pytest.approx(1, abs=0.01), hertz


def test_it_is_the_filter_of_its_formula() -> None:
    noise = np.random.default_rng(1).integers(-20_000, 26_000, 1_600).astype(np.int16)
    heard, expected = through(noise).astype(int), recursive(noise).astype(int)
    assert np.abs(heard - expected).max() <= 1


@given(st.integers(1, 700))
def test_the_sound_does_not_depend_on_how_it_is_cut(size: int) -> None:
    noise = np.random.default_rng(2).integers(-9_000, 9_000, 1_600).astype(np.int16)
    whole, cut = HighPass().feed(noise), through(noise, 160 * size)
    np.testing.assert_array_equal(whole, cut)


def test_zeros_stay_zeros_even_behind_loud_sound() -> None:
    heard = through(np.concatenate([tone(30, 0.5), np.zeros(1_600, np.int16)]))
    assert not heard[-1_600:].any()


def test_full_scale_is_clipped_and_does_not_turn_over() -> None:
    square = np.repeat(np.array([32767, -32768] * 20, np.int16), 400)
    heard = through(square)
    assert heard.dtype == np.int16
    assert (np.sign(heard[800:].astype(int)) == np.sign(square[800:].astype(int))).all()


def test_no_sound_gives_none() -> None:
    assert HighPass().feed(np.empty(0, np.int16)).shape == (0,)
