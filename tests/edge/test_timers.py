"""Timers run, are changed and run out, and tell all of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from edge.timers import LONGEST_S, MOST, Timers
from edge.types import LaresError, Timer, TimerOrder
from tests.edge.mqtt.conftest import Recorder


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def timers(recorder: Recorder, clock: Clock) -> AsyncIterator[Timers]:
    timers = Timers(recorder.bus, clock)
    yield timers
    timers.end()


def started(timers: Timers, seconds: int, name: str = "") -> Timer:
    known = {timer.id for timer in timers.now()}
    timers.order(TimerOrder("start", seconds=seconds, name=name), "kitchen", "kitchen_area")
    return next(timer for timer in timers.now() if timer.id not in known)


def told(recorder: Recorder) -> Iterator[tuple[str, str, float]]:
    return ((event.name, event.fields["timer"].name, event.fields["timer"].left_s)
            for event in recorder.seen)  # fmt: skip


async def test_a_timer_knows_where_it_was_set_and_what_is_left_of_it(
    timers: Timers, clock: Clock
) -> None:
    started(timers, 300, "pizza")
    clock.now = 60.0
    (timer,) = timers.now()
    assert timer == Timer("1", 300, 240.0, "pizza", "kitchen", "kitchen_area")


async def test_the_first_to_run_out_comes_first(timers: Timers) -> None:
    for seconds in (300, 60, 120):
        started(timers, seconds)
    assert [timer.left_s for timer in timers.now()] == [60, 120, 300]


async def test_one_that_runs_out_is_told_once_and_gone(timers: Timers, recorder: Recorder) -> None:
    timers.order(TimerOrder("start", name="egg"))
    event = await recorder.wait_for("timer_finished")
    assert (event.fields["timer"].name, event.fields["timer"].left_s) == ("egg", 0.0)
    assert timers.now() == ()
    assert len(recorder.named("timer_finished")) == 1


async def test_a_paused_one_stands_still_and_goes_on(
    timers: Timers, clock: Clock, recorder: Recorder
) -> None:
    timer = started(timers, 300)
    clock.now = 100.0
    timers.order(TimerOrder("pause", timer.id))
    clock.now = 1_000.0
    (paused,) = timers.now()
    assert (paused.active, paused.left_s) == (False, 200.0)
    timers.order(TimerOrder("resume", timer.id))
    clock.now = 1_050.0
    (running,) = timers.now()
    assert (running.active, running.left_s) == (True, 150.0)
    assert [name for name, *_ in told(recorder)] == [
        "timer_started", "timer_updated", "timer_updated",
    ]  # fmt: skip


async def test_time_is_added_and_taken_away(
    timers: Timers, clock: Clock, recorder: Recorder
) -> None:
    timer = started(timers, 300)
    clock.now = 100.0
    timers.order(TimerOrder("change", timer.id, 60))
    assert timers.now()[0].left_s == 260.0
    assert timers.now()[0].start_s == 300
    timers.order(TimerOrder("change", timer.id, -900))
    await recorder.wait_for("timer_finished")


async def test_a_paused_one_of_which_all_is_taken_away_waits_to_go_on(
    timers: Timers, recorder: Recorder
) -> None:
    timer = started(timers, 300)
    timers.order(TimerOrder("pause", timer.id))
    timers.order(TimerOrder("change", timer.id, -900))
    assert timers.now()[0].left_s == 0.0
    timers.order(TimerOrder("resume", timer.id))
    await recorder.wait_for("timer_finished")


async def test_a_cancelled_one_is_told_and_never_runs_out(
    timers: Timers, recorder: Recorder
) -> None:
    timer = started(timers, 0, "egg")
    timers.order(TimerOrder("cancel", timer.id))
    timers.order(TimerOrder("start", name="after it"))
    await recorder.wait_for("timer_finished")
    assert [(name, called) for name, called, _ in told(recorder)] == [
        ("timer_started", "egg"),
        ("timer_cancelled", "egg"),
        ("timer_started", "after it"),
        ("timer_finished", "after it"),
    ]


async def test_what_is_wanted_of_one_that_has_run_out_is_passed_over(
    timers: Timers, recorder: Recorder
) -> None:
    timers.order(TimerOrder("start"))
    event = await recorder.wait_for("timer_finished")
    for kind in ("cancel", "pause", "resume", "change"):
        timers.order(TimerOrder(kind, event.fields["timer"].id))
    assert len(recorder.seen) == 2


async def test_there_are_bounds(timers: Timers) -> None:
    with pytest.raises(LaresError, match="7 days at most"):
        timers.order(TimerOrder("start", seconds=LONGEST_S + 1))
    for _ in range(MOST):
        started(timers, 300)
    with pytest.raises(LaresError, match="100 timers already"):
        timers.order(TimerOrder("start", seconds=300))
    with pytest.raises(LaresError, match="7 days at most"):
        timers.order(TimerOrder("change", timers.now()[0].id, LONGEST_S))
    assert len(timers.now()) == MOST


async def test_after_the_end_none_runs_out(recorder: Recorder) -> None:
    timers = Timers(recorder.bus)
    timers.order(TimerOrder("start"))
    timers.end()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert [event.name for event in recorder.seen] == ["timer_started"]
