"""What a mixture of speech and noise holds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.mixing import loudest_energy, mix, read
from edge.demo.recordings import recordings
from edge.types import LaresError
from tests.edge.voice.sounds import silence, white_noise

SPEECH = read(recordings()[0].path)
NOISE = white_noise(2, 700)


@pytest.mark.parametrize("snr_db", [-6.0, 0.0, 6.0, 18.0])
def test_the_loudest_frames_are_as_far_apart_as_was_asked(snr_db: float) -> None:
    mixed = mix(SPEECH, NOISE, snr_db).astype(float)
    # What is in it is found by least squares on the two sounds that went in.
    parts = np.stack([SPEECH, np.resize(NOISE, len(SPEECH))], axis=1).astype(float)
    (speech, noise), *_ = np.linalg.lstsq(parts, mixed, rcond=None)
    ratio = loudest_energy(speech * parts[:, 0]) / loudest_energy(noise * parts[:, 1])
    assert 10 * np.log10(ratio) == pytest.approx(snr_db, abs=0.05)


@given(st.one_of(st.none(), st.floats(-20, 40)), st.integers(0, 10**6))
def test_a_mixture_is_as_long_as_the_speech_and_peaks_at_half_of_full_scale(
    snr_db: float | None, offset: int
) -> None:
    mixed = mix(SPEECH, NOISE, snr_db, offset)
    assert mixed.shape == SPEECH.shape
    assert np.abs(mixed.astype(int)).max() in (16_383, 16_384)


def test_no_noise_leaves_the_speech() -> None:
    mixed = mix(SPEECH, NOISE, None).astype(float)
    assert np.corrcoef(mixed, SPEECH)[0, 1] > 0.999_99


def test_chance_is_passed_in() -> None:
    def mixed(seed: int) -> np.ndarray:
        return mix(SPEECH, NOISE, 6, np.random.default_rng(seed))

    np.testing.assert_array_equal(mixed(1), mixed(1))
    assert (mixed(1) != mixed(2)).any()


def test_speech_shorter_than_a_frame_is_mixed_too() -> None:
    assert mix(SPEECH[20_000:20_500], NOISE, 6).shape == (500,)


def test_silence_cannot_be_mixed() -> None:
    for noise in (silence(1), silence(0)):
        with pytest.raises(LaresError, match="Expected noise to mix with, found"):
            mix(SPEECH, noise, 6)
    with pytest.raises(LaresError, match="Expected speech to mix, found silence"):
        mix(silence(1), NOISE, None)
