from __future__ import annotations

import sys

import numpy as np
import pytest

from edge.types import SAMPLE_RATE, LaresError, Samples
from models.wake_features import (
    FEATURES,
    NEEDED_SAMPLES,
    STEP_SAMPLES,
    WINDOWS,
    WakeFeatures,
    windows,
)


@pytest.fixture(scope="module")
def sound() -> Samples:
    noise = np.random.default_rng(1).normal(0, 2_000, 3 * SAMPLE_RATE)
    return noise.astype(np.int16)


def test_the_sound_needed_makes_the_first_window_and_no_less_does(sound: Samples) -> None:
    features = WakeFeatures()
    assert len(features.feed(sound[: NEEDED_SAMPLES - 1])) == WINDOWS - 1
    assert len(features.feed(sound[NEEDED_SAMPLES - 1 : NEEDED_SAMPLES])) == 1


def test_it_does_not_matter_in_what_pieces_sound_comes(sound: Samples) -> None:
    whole = WakeFeatures().feed(sound)
    features = WakeFeatures()
    pieces = [features.feed(sound[n : n + 160]) for n in range(0, len(sound), 160)]
    np.testing.assert_array_equal(np.concatenate(pieces), whole)
    assert whole.shape[1] == FEATURES
    assert whole.dtype == np.float32


def test_after_a_reset_nothing_is_left_of_what_was_heard(sound: Samples) -> None:
    features = WakeFeatures()
    first = features.feed(sound)
    features.feed(sound[::-1])
    features.reset()
    np.testing.assert_array_equal(features.feed(sound), first)


def test_every_80_ms_makes_a_vector(sound: Samples) -> None:
    features = WakeFeatures()
    features.feed(sound)
    made = [len(features.feed(sound[:STEP_SAMPLES])) for _ in range(10)]
    assert made == [1] * 10


def test_windows_are_runs_of_vectors() -> None:
    vectors = np.arange(18 * FEATURES, dtype=np.float32).reshape(18, FEATURES)
    rows = windows(vectors)
    assert rows.shape == (3, WINDOWS * FEATURES)
    np.testing.assert_array_equal(rows[2], vectors[2:18].ravel())
    assert windows(vectors[: WINDOWS - 1]).shape == (0, WINDOWS * FEATURES)


def test_without_the_package_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyopen_wakeword", None)
    with pytest.raises(LaresError, match=r"needs the Python module .*: install lares\[voice\]"):
        WakeFeatures()
