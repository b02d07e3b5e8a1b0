"""Which satellite answers: one of them, whatever the order, the delays, the clocks and the dead."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.voice.arbitration import Arbiter, Decision, Report

KITCHEN, HALL, BEDROOM = "kitchen", "hall", "bedroom"
WORD = "okay_nabu"


def heard(arbiter: Arbiter, who: str, at: float, db: float, word: str = WORD) -> Decision:
    """A report of a satellite whose clock is the common one, delivered at once."""
    return arbiter.report(Report(who, word, at, db), at)


def test_the_first_acts_at_once_and_an_equal_one_stays_silent() -> None:
    arbiter = Arbiter()
    assert heard(arbiter, KITCHEN, 10.0, 20) == Decision("acts")
    assert heard(arbiter, HALL, 10.1, 24) == Decision("stays silent")
    assert arbiter.standing(KITCHEN) == "acts"
    assert arbiter.standing(HALL) == "waits"
    assert arbiter.finish(KITCHEN, 10.1)
    assert not arbiter.finish(HALL, 10.2)
    assert arbiter.standing(HALL) == "lost"


def test_a_clearly_better_one_takes_over_and_the_other_is_silent() -> None:
    arbiter = Arbiter()
    heard(arbiter, KITCHEN, 10.0, 20)
    assert heard(arbiter, HALL, 10.18, 26) == Decision("takes over", KITCHEN)
    assert not arbiter.finish(KITCHEN, 10.1)
    assert arbiter.finish(HALL, 10.3)


def test_each_takeover_needs_as_much_again_so_that_it_cannot_flap() -> None:
    arbiter = Arbiter()
    heard(arbiter, KITCHEN, 10.0, 20)
    heard(arbiter, HALL, 10.1, 27)
    assert heard(arbiter, BEDROOM, 10.2, 30) == Decision("stays silent")
    assert arbiter.standing(HALL) == "acts"


def test_nobody_takes_over_from_one_that_has_finished() -> None:
    arbiter = Arbiter()
    heard(arbiter, KITCHEN, 10.0, 20)
    assert arbiter.finish(KITCHEN, 10.2)
    late = arbiter.report(Report(HALL, WORD, 10.1, 60), 12.0)
    assert late == Decision("acts"), "its clock was never seen, so it seems to be heard now"
    arbiter = Arbiter()
    arbiter.seen(HALL, 9.0, 9.0)
    heard(arbiter, KITCHEN, 10.0, 20)
    assert arbiter.finish(KITCHEN, 10.2)
    late = arbiter.report(Report(HALL, WORD, 10.1, 60), 12.0)
    assert late == Decision("stays silent")


def test_one_that_goes_on_with_what_it_answered_may_finish_again() -> None:
    arbiter = Arbiter()
    heard(arbiter, KITCHEN, 10.0, 20)
    assert arbiter.finish(KITCHEN, 10.2)
    assert arbiter.finish(KITCHEN, 10.2)


def test_another_word_or_another_time_is_another_utterance() -> None:
    arbiter = Arbiter()
    heard(arbiter, KITCHEN, 10.0, 20)
    assert heard(arbiter, HALL, 10.1, 20, "alexa") == Decision("acts")
    assert heard(arbiter, BEDROOM, 10.6, 20) == Decision("acts")
    assert arbiter.finish(KITCHEN, 10.1)
    assert arbiter.finish(HALL, 10.2)
    assert arbiter.finish(BEDROOM, 10.7)


def test_the_same_satellite_hearing_the_word_again_is_another_utterance() -> None:
    arbiter = Arbiter()
    heard(arbiter, KITCHEN, 10.0, 20)
    assert arbiter.finish(KITCHEN, 10.0)
    assert heard(arbiter, KITCHEN, 10.4, 20) == Decision("acts")


def test_when_the_one_that_acts_is_gone_the_best_of_the_others_acts() -> None:
    arbiter = Arbiter()
    heard(arbiter, KITCHEN, 10.0, 20)
    heard(arbiter, HALL, 10.1, 10)
    heard(arbiter, BEDROOM, 10.1, 15)
    arbiter.gone(KITCHEN)
    assert arbiter.standing(BEDROOM) == "acts"
    assert not arbiter.finish(KITCHEN, 10.2)
    assert arbiter.finish(BEDROOM, 10.2)


def test_when_all_are_gone_nobody_answers_and_the_next_word_works() -> None:
    arbiter = Arbiter()
    heard(arbiter, KITCHEN, 10.0, 20)
    heard(arbiter, HALL, 10.1, 20)
    arbiter.gone(KITCHEN)
    arbiter.gone(HALL)
    assert not arbiter.finish(HALL, 10.2)
    assert heard(arbiter, HALL, 15.0, 20) == Decision("acts")
    assert arbiter.finish(HALL, 15.0)


def test_one_from_which_nothing_comes_any_more_is_gone() -> None:
    arbiter = Arbiter(stalled_s=1.0)
    heard(arbiter, KITCHEN, 10.0, 20)
    heard(arbiter, HALL, 10.1, 20)
    arbiter.seen(HALL, 10.9, 10.9)
    assert arbiter.standing(HALL) == "waits"
    arbiter.seen(HALL, 11.1, 11.1)
    assert arbiter.standing(HALL) == "acts"
    arbiter.seen(KITCHEN, 11.2, 11.2)
    assert arbiter.standing(KITCHEN) == "lost"
    assert not arbiter.finish(KITCHEN, 10.2)


def test_one_to_whom_nobody_spoke_gives_way_to_one_that_heard_more() -> None:
    arbiter = Arbiter()
    heard(arbiter, KITCHEN, 10.0, 20)
    heard(arbiter, HALL, 10.1, 20)
    assert arbiter.gave_up(KITCHEN)
    assert arbiter.standing(HALL) == "acts"
    assert not arbiter.gave_up(HALL)


def test_after_the_last_one_was_lost_a_late_report_of_the_same_word_acts() -> None:
    arbiter = Arbiter()
    arbiter.seen(HALL, 9.0, 9.0)
    heard(arbiter, KITCHEN, 10.0, 20)
    arbiter.gone(KITCHEN)
    assert arbiter.report(Report(HALL, WORD, 10.1, 20), 10.4) == Decision("acts")


def test_a_clock_that_was_started_anew_is_learned_anew() -> None:
    arbiter = Arbiter()
    for second in range(20):
        arbiter.seen(HALL, 5_000.0 + second, float(second))
    arbiter.seen(HALL, 0.0, 20.0)
    heard(arbiter, KITCHEN, 21.0, 20)
    assert arbiter.report(Report(HALL, WORD, 1.1, 20), 21.1) == Decision("stays silent")


@dataclass(frozen=True)
class Ear:
    """A satellite: when and how well it hears the word, its clock, and its connection."""

    late_s: float
    quality_db: float
    clock_start: float
    drift_ppm: float
    delays_s: tuple[float, ...]
    report_delay_s: float
    deaf: bool
    dies: bool

    def own(self, time: float) -> float:
        return self.clock_start + time * (1 + self.drift_ppm * 1e-6)


ears = st.builds(
    Ear,
    late_s=st.floats(0, 0.184),
    quality_db=st.floats(0, 60),
    clock_start=st.floats(-1e6, 1e6),
    drift_ppm=st.floats(-200, 200),
    delays_s=st.lists(st.floats(0, 0.3), min_size=5, max_size=5).map(lambda d: (*d, 0.0)),
    report_delay_s=st.floats(0, 2.0),
    deaf=st.booleans(),
    dies=st.booleans(),
)


@given(st.lists(ears, min_size=1, max_size=5), st.floats(40, 2_000))
def test_exactly_one_answers_whatever_order_delay_clock_and_death(
    home: list[Ear], spoken: float
) -> None:
    arbiter = Arbiter(stalled_s=10.0)
    arrivals: list[tuple[float, int, float]] = []
    for number, ear in enumerate(home):
        for i in range(36):
            sent = spoken - 36 + i
            arrivals.append((sent + ear.delays_s[i % 6], number, sent))
    for arrived, number, sent in sorted(arrivals):
        if arrived <= spoken:
            arbiter.seen(str(number), home[number].own(sent), arrived)
    reports = sorted(
        (spoken + ear.late_s + ear.report_delay_s, number)
        for number, ear in enumerate(home)
        if not ear.deaf
    )
    takeovers = 0
    for now, number in reports:
        ear = home[number]
        report = Report(str(number), WORD, ear.own(spoken + ear.late_s), ear.quality_db)
        takeovers += arbiter.report(report, now).verdict == "takes over"
    for _, number in reports:
        if home[number].dies:
            arbiter.gone(str(number))
    alive = [number for _, number in reports if not home[number].dies]
    answers = [
        number
        for _, number in reports
        if arbiter.finish(str(number), home[number].own(spoken + home[number].late_s))
    ]
    assert len(answers) == bool(alive)
    assert set(answers) <= set(alive)
    assert takeovers <= 60 / 6
    if len(alive) == len(reports) and alive:
        best = max(home[number].quality_db for number in alive)
        assert best - home[answers[0]].quality_db < 6.0


@pytest.mark.parametrize("drift_ppm", [-100, 100])
def test_a_clock_that_drifts_for_a_day_is_still_aligned(drift_ppm: float) -> None:
    arbiter = Arbiter()
    day = 86_400.0
    for second in range(0, 86_400, 5):
        arbiter.seen(HALL, 7.0 + second * (1 + drift_ppm * 1e-6), second + 0.02)
    heard(arbiter, KITCHEN, day, 20)
    own = 7.0 + (day + 0.1) * (1 + drift_ppm * 1e-6)
    assert arbiter.report(Report(HALL, WORD, own, 20), day + 0.15) == Decision("stays silent")
