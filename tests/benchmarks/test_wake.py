from __future__ import annotations

import numpy as np
import pytest

from benchmarks.wake import Clip, Figures, Group, _end, hear
from edge.types import SAMPLE_RATE
from edge.voice.wake import SimulatedWakeDetector
from tests.edge.voice.sounds import loud, silence, white_noise


def test_a_wake_is_a_hit_only_in_its_own_clip_and_for_its_own_word() -> None:
    clips = [
        Clip("alexa", "alexa", silence(1.0), 0.4),
        Clip("alexa", "alexa", silence(1.0)),
        Clip("other", None, silence(1.0)),
        Clip("nabu", "okay_nabu", silence(1.0)),
    ]
    detector = SimulatedWakeDetector({0.605: "alexa", 2.505: "alexa", 3.505: "alexa"})
    groups = hear({"one": detector}, clips)["one"]
    alexa, other, nabu = groups["alexa"], groups["other"], groups["nabu"]
    assert (alexa.words, alexa.missed, alexa.false_accepts) == (2, 1, 0)
    assert alexa.delays == [pytest.approx(0.21)]
    assert (other.words, other.missed, other.false_accepts) == (0, 0, 1)
    assert (nabu.words, nabu.missed, nabu.false_accepts) == (1, 1, 1)


def test_a_word_that_wakes_twice_is_a_hit_and_a_false_accept() -> None:
    group = Group()
    group.hear(Clip("alexa", "alexa", silence(3.0)), [("alexa", 1.0), ("alexa", 2.5)])
    assert (group.missed, group.false_accepts) == (0, 1)


def test_groups_are_summed_by_how_their_names_begin() -> None:
    groups = {
        "other: a": Group(clips=1, false_accepts=2, seconds=10.0),
        "other: b": Group(clips=2, false_accepts=1, seconds=5.0),
        "alexa": Group(clips=4, words=4, missed=1, delays=[0.1]),
    }
    total = Figures("two stages", groups, 0.1, 0.2).summed("other")
    assert (total.clips, total.false_accepts, total.seconds) == (3, 3, 15.0)


def test_the_end_of_a_word_is_where_it_falls_into_the_noise() -> None:
    sound = np.concatenate([silence(0.5), loud(0.5), silence(1.0)]) + white_noise(2.0, 100)
    assert _end(sound) == pytest.approx(1.0, abs=0.011)
    assert len(sound) == 2 * SAMPLE_RATE
