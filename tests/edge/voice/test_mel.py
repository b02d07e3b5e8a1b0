from __future__ import annotations

import math

import numpy as np
import pytest

from edge.types import SAMPLE_RATE, Samples
from edge.voice.mel import BANDS, HOP, WINDOW, log_mel
from tests.edge.voice.sounds import recording, silence, white_noise


def mel_of(hertz: float) -> float:
    return hertz * 3 / 200 if hertz < 1000 else 15 + 27 * math.log(hertz / 1000, 6.4)


def hertz_of(mel: float) -> float:
    return mel * 200 / 3 if mel < 15 else 1000 * 6.4 ** ((mel - 15) / 27)


def slowly(samples: Samples, frames: int) -> np.ndarray:
    """The picture straight from its definition, one sum after another."""
    sound = [float(s) / 32768 for s in samples[: frames * HOP]]
    sound += [0.0] * (frames * HOP - len(sound))
    half = WINDOW // 2
    mirrored = [*sound[half:0:-1], *sound, *sound[-2 : -half - 2 : -1]]
    window = [0.5 - 0.5 * math.cos(2 * math.pi * n / WINDOW) for n in range(WINDOW)]
    edges = [hertz_of(mel_of(8000) * n / (BANDS + 1)) for n in range(BANDS + 2)]
    turns = np.exp(-2j * math.pi / WINDOW * np.outer(range(half + 1), range(WINDOW)))
    picture = np.zeros((BANDS, frames))
    for frame in range(frames):
        piece = [mirrored[frame * HOP + n] * window[n] for n in range(WINDOW)]
        power = [abs(complex(row @ piece)) ** 2 for row in turns]
        for band in range(BANDS):
            low, middle, high = edges[band : band + 3]
            energy = 0.0
            for place, value in enumerate(power):
                hertz = place * SAMPLE_RATE / WINDOW
                if low < hertz <= middle:
                    energy += value * (hertz - low) / (middle - low) * 2 / (high - low)
                elif middle < hertz < high:
                    energy += value * (high - hertz) / (high - middle) * 2 / (high - low)
            picture[band, frame] = math.log10(max(energy, 1e-10))
    return (np.maximum(picture, picture.max() - 8) + 4) / 4


@pytest.mark.parametrize("frames", [3, 40])
def test_it_is_the_picture_that_the_definition_gives(frames: int) -> None:
    speech = recording("kitchen-light")[round(1.7 * SAMPLE_RATE) :]
    for samples in (speech, white_noise(0.5, 3_000), speech[: frames * HOP - 77]):
        np.testing.assert_allclose(log_mel(samples, frames), slowly(samples, frames), atol=1e-4)


def test_its_shape_is_what_whisper_expects() -> None:
    picture = log_mel(recording("vacuum"), 800)
    assert picture.shape == (80, 800)
    assert picture.dtype == np.float32


def test_silence_and_no_sound_are_all_alike() -> None:
    for samples in (silence(1.0), silence(0.0)):
        np.testing.assert_allclose(log_mel(samples, 100), -1.5)


def test_a_tone_is_brightest_in_its_own_band() -> None:
    for hertz in (300, 1_000, 4_000):
        tone = 9_000 * np.sin(2 * np.pi * hertz * np.arange(SAMPLE_RATE) / SAMPLE_RATE)
        band = int(log_mel(tone.astype(np.int16), 100).mean(axis=1).argmax())
        middle = hertz_of(mel_of(8000) * (band + 1) / (BANDS + 1))
        assert middle == pytest.approx(hertz, rel=0.06)


def test_what_is_longer_than_asked_for_is_cut() -> None:
    sound = white_noise(2.0, 3_000)
    np.testing.assert_array_equal(log_mel(sound, 100), log_mel(sound[: 100 * HOP], 100))
