from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.types import LaresError
from edge.voice.wake import Wake, find_wakes
from edge.voice.wake_spotting import NEITHER, SimulatedSpotter
from edge.voice.wake_two_stage import CERTAINTY, MEMORY_S, TwoStageWakeDetector, certainty
from tests.edge.voice.sounds import frames, silence

Says = Mapping[float, tuple[str, float]]
probabilities = st.floats(0, 1)


def detector(first: Says, second: Says, **options: float) -> TwoStageWakeDetector:
    suspect = SimulatedSpotter(first, words=("alexa",))
    return TwoStageWakeDetector(suspect, SimulatedSpotter(second, words=("alexa",)), **options)


def wakes(two: TwoStageWakeDetector, seconds: float = 6.0) -> list[Wake]:
    return list(find_wakes(frames(silence(seconds)), two))


def times(two: TwoStageWakeDetector) -> list[float]:
    return [wake.time for wake in wakes(two)]


def test_what_both_find_likely_wakes() -> None:
    assert times(detector({3.0: ("alexa", 0.95)}, {3.1: ("alexa", 0.9)})) == [pytest.approx(3.1)]


def test_what_the_second_rules_out_does_not_wake_however_sure_the_first_is() -> None:
    assert times(detector({3.0: ("alexa", 1.0)}, {3.1: ("alexa", 0.0003)})) == []


def test_what_the_first_is_sure_of_needs_little_of_the_second() -> None:
    assert len(times(detector({3.0: ("alexa", 0.99)}, {3.1: ("alexa", 0.02)}))) == 1
    assert times(detector({3.0: ("alexa", 0.6)}, {3.1: ("alexa", 0.02)})) == []


def test_what_the_second_never_spoke_of_does_not_wake() -> None:
    assert times(detector({3.0: ("alexa", 1.0)}, {})) == []


def test_a_weak_suspicion_wakes_when_the_second_is_sure_and_the_first_has_passed_its_best() -> None:
    first = {3.0: ("alexa", 0.3), 3.03: ("alexa", 0.5), 3.06: ("alexa", 0.4)}
    assert times(detector(first, {3.0: ("alexa", 0.99)})) == [pytest.approx(3.06)]


def test_it_tells_how_long_ago_the_first_had_heard_the_word() -> None:
    (wake,) = wakes(detector({3.0: ("alexa", 0.95)}, {3.3: ("alexa", 0.9)}))
    assert wake.late_s == pytest.approx(0.3)


def test_the_second_hears_nothing_while_nothing_is_suspected() -> None:
    second = SimulatedSpotter({}, words=("alexa",))
    two = TwoStageWakeDetector(SimulatedSpotter({1.0: ("alexa", 0.05)}), second)
    assert wakes(two) == []
    assert second.heard == []


def test_the_second_is_asked_about_the_last_two_seconds_and_what_follows_for_a_while() -> None:
    second = SimulatedSpotter({}, words=("alexa",))
    two = TwoStageWakeDetector(SimulatedSpotter({4.0: ("alexa", 0.5)}), second, patience_s=0.4)
    wakes(two)
    assert second.resets == 1
    assert second.heard[0] == pytest.approx(4.0 - MEMORY_S)
    assert second.heard[-1] == pytest.approx(4.39, abs=0.011)
    assert second.heard == sorted(second.heard)
    assert len(second.heard) == len(set(second.heard))


def test_before_the_first_sound_there_was_silence() -> None:
    second = SimulatedSpotter({0.55: ("alexa", 0.9)})
    two = TwoStageWakeDetector(SimulatedSpotter({0.5: ("alexa", 0.95)}), second)
    (wake,) = wakes(two, 1.0)
    assert wake.time == pytest.approx(0.55)


def test_a_word_that_was_said_long_before_the_suspicion_does_not_count() -> None:
    assert times(detector({4.0: ("alexa", 0.95)}, {2.5: ("alexa", 0.99)})) == []


def test_after_a_wake_it_is_deaf_for_a_second() -> None:
    said = dict.fromkeys((2.0, 2.5, 3.5), ("alexa", 0.95))
    assert times(detector(said, said)) == pytest.approx([2.0, 3.5])


def test_a_word_that_the_second_does_not_know_wakes_by_the_first_alone() -> None:
    suspect = SimulatedSpotter({2.0: ("hey_you", 0.85), 4.0: ("hey_you", 0.95)}, cutoff=0.9)
    two = TwoStageWakeDetector(suspect, SimulatedSpotter({}, words=("alexa",)))
    assert [(w.word, w.time) for w in wakes(two)] == [("hey_you", pytest.approx(4.0))]


def test_a_first_that_knows_nothing_leaves_it_to_the_second() -> None:
    loud = {t / 100: ("alexa", NEITHER) for t in range(200, 500)}
    suspect = SimulatedSpotter(loud, cutoff=NEITHER)
    second = SimulatedSpotter({3.0: ("alexa", 0.7), 4.0: ("alexa", 0.9)})
    two = TwoStageWakeDetector(suspect, second, thresholds={"alexa": 0.8})
    (wake,) = wakes(two)
    assert wake.time == pytest.approx(4.0)
    assert wake.late_s < 0.2
    assert second.resets == 1


def test_what_was_heard_before_a_reset_does_not_count() -> None:
    two = detector({1.0: ("alexa", 0.95)}, {1.2: ("alexa", 0.9)})
    heard = list(frames(silence(2.0)))
    assert list(find_wakes(heard[:110], two)) == []
    two.reset()
    assert list(find_wakes(heard[110:], two)) == []


def test_a_threshold_may_be_stricter_or_more_eager() -> None:
    first, second = {3.0: ("alexa", 0.95)}, {3.1: ("alexa", 0.05)}
    suspect = SimulatedSpotter(first)
    strict = TwoStageWakeDetector(suspect, SimulatedSpotter(second), thresholds={"alexa": 0.6})
    assert times(strict) == []
    eager = TwoStageWakeDetector(suspect, SimulatedSpotter(second), thresholds={"alexa": 0.4})
    assert len(times(eager)) == 1


@pytest.mark.parametrize("threshold", [0.0, 1.0, float("nan")])
def test_a_threshold_that_is_no_probability_is_an_error(threshold: float) -> None:
    with pytest.raises(LaresError, match="threshold of 'alexa' must lie between 0 and 1"):
        TwoStageWakeDetector(
            SimulatedSpotter({}, words=("alexa",)),
            SimulatedSpotter({}),
            thresholds={"alexa": threshold},
        )


@given(probabilities, probabilities)
def test_certainty_is_a_probability_that_grows_with_either_and_does_not_ask_who_said_what(
    one: float, other: float
) -> None:
    assert 0 < certainty(one, other) < 1
    assert certainty(one, other) == pytest.approx(certainty(other, one))
    assert certainty(one, 0.0) <= certainty(one, other) <= certainty(one, 1.0)


@given(st.floats(0.01, 0.99))
def test_who_does_not_know_changes_nothing(probability: float) -> None:
    assert certainty(NEITHER, probability) == pytest.approx(probability)


def test_the_usual_threshold_is_what_its_docstring_says() -> None:
    assert certainty(0.99, 0.002) == pytest.approx(CERTAINTY, abs=0.02)
