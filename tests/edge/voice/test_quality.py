"""How well a microphone hears a word."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.types import Samples
from edge.voice.quality import SpeechToNoise
from tests.edge.voice.sounds import frames, recording, white_noise


def heard(word: Samples, noise: float, gain: float = 1.0) -> float:
    """The ratio after three seconds of noise and a word in it."""
    before, after = white_noise(3.0, noise), white_noise(len(word) / 16_000, noise)
    quality = SpeechToNoise()
    for frame in frames((np.concatenate((before, after + word)) * gain).astype(np.int16)):
        quality.feed(frame.samples)
    return quality.db


def word() -> Samples:
    return recording("kitchen-light")[: round(1.28 * 16_000)] // 2


def test_a_word_twice_as_loud_is_6_db_better() -> None:
    assert heard(word(), 20) - heard(word() // 2, 20) == pytest.approx(6.0, abs=0.7)


@given(st.floats(0.3, 3))
def test_the_gain_of_the_microphone_makes_no_difference(gain: float) -> None:
    assert heard(word(), 50, gain) == pytest.approx(heard(word(), 50), abs=0.5)


def test_a_louder_room_is_worse() -> None:
    assert heard(word(), 20) > heard(word(), 100) > heard(word(), 1_000)


def test_before_anything_was_heard_and_in_silence_it_is_0() -> None:
    quality = SpeechToNoise()
    assert quality.db == 0.0
    quality.feed(np.zeros(160, np.int16))
    assert quality.db == 0.0
