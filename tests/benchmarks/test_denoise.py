"""How the benchmark of noise suppression counts and judges."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.denoise import Clip, cleaned, compare, helps, words_found
from edge.voice.denoise import Undisturbed
from tests.edge.voice.sounds import white_noise


def test_words_are_found_as_often_as_they_are_wanted() -> None:
    wanted = ("two", "shots", "of", "milk", "milk")
    assert words_found(wanted, "Two shots of milk, please") == pytest.approx(0.8)
    assert words_found(wanted, "2 shots of milk and milk") == 1
    assert words_found(wanted, "") == 0


def test_a_gain_counts_only_beyond_two_standard_errors() -> None:
    scores = [("a", 0.5), ("a", 0.5), ("b", 0.5), ("b", 0.5), ("c", 0.0), ("c", 1.0)]
    after = [("a", 0.7), ("a", 0.7), ("b", 0.3), ("b", 0.3), ("c", 1.0), ("c", 1.0)]
    figures = compare(scores, after)
    assert [figure.condition for figure in figures] == ["a", "b", "c"]
    assert [figure.verdict for figure in figures] == ["better", "worse", "no difference"]
    assert figures[0].better == pytest.approx(0.2)


def test_only_what_is_somewhere_better_and_nowhere_worse_helps() -> None:
    better, worse, same = compare(
        [(name, 0.5) for name in "aabbcc"],
        [("a", 0.7), ("a", 0.7), ("b", 0.3), ("b", 0.3), ("c", 0.5), ("c", 0.5)],
    )
    assert helps((better, same))
    assert not helps((better, worse))
    assert not helps((same,))


def test_the_sound_is_cleaned_whole_though_it_ends_within_a_frame() -> None:
    clip = Clip("a.flac", "clean", white_noise(0.0153, 500), ("milk",))
    heard = cleaned(clip, Undisturbed())
    assert (heard.file, heard.words, len(heard.samples)) == ("a.flac", ("milk",), 320)
    np.testing.assert_array_equal(heard.samples[: len(clip.samples)], clip.samples)
