"""Who computes next, and what becomes of jobs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.kernel.scheduler import (
    Job,
    OutOfTimeError,
    Priority,
    Scheduler,
    Steps,
    TooMuchWorkError,
    completed,
)
from edge.types import LaresError

REAL_TIME, INTERACTIVE, BACKGROUND = Priority


class Clock:
    """Stands still until work takes time."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Bench:
    """A scheduler that is kept busy until all work is there, and what it did."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.scheduler = Scheduler(clock=self.clock)
        self.taken: list[str] = []
        self._ready = threading.Event()

    def __enter__(self) -> Bench:
        self.scheduler.__enter__()
        begun = threading.Event()

        def wait() -> None:
            begun.set()
            self._ready.wait()

        self._first = self.scheduler.submit(lambda: self._held(wait), REAL_TIME, owner="bench")
        begun.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self.go()
        self.scheduler.__exit__(None, None, None)

    def _held(self, wait: Callable[[], None]) -> Steps[None]:
        yield from ()
        wait()

    def go(self) -> None:
        self._ready.set()

    def steps(
        self, name: str, count: int, *, takes_s: float = 1.0, then: Callable[[], object] = int
    ) -> Callable[[], Steps[str]]:
        def work() -> Steps[str]:
            try:
                for _ in range(count):
                    self.taken.append(name)
                    self.clock.now += takes_s
                    then()
                    yield
                return name
            finally:
                self.taken.append(f"{name} ends")

        return work


@pytest.fixture
def bench() -> Iterator[Bench]:
    with Bench() as made:
        yield made


def test_a_job_gives_its_result(bench: Bench) -> None:
    job = bench.scheduler.submit(bench.steps("a", 3), INTERACTIVE)
    bench.go()
    assert job.result(5) == "a"
    assert (job.steps, job.ran_s, job.suspended) == (4, 3.0, 0)


def test_what_the_work_raises_is_raised_where_its_result_is_asked_for(bench: Bench) -> None:
    def fails() -> Steps[None]:
        yield
        raise LaresError("no")

    job = bench.scheduler.submit(fails, INTERACTIVE)
    bench.go()
    with pytest.raises(LaresError, match="no"):
        job.result(5)
    assert bench.scheduler.run(lambda: 3, INTERACTIVE) == 3, "and others are done all the same"


def test_the_more_urgent_class_goes_first_whoever_came_first(bench: Bench) -> None:
    jobs = [
        bench.scheduler.submit(bench.steps(priority.name, 2), priority, owner="all")
        for priority in (BACKGROUND, INTERACTIVE, REAL_TIME)
    ]
    bench.go()
    for job in jobs:
        job.result(5)
    assert [name for name in bench.taken if "ends" not in name] == [
        "REAL_TIME", "REAL_TIME", "INTERACTIVE", "INTERACTIVE", "BACKGROUND", "BACKGROUND",
    ]  # fmt: skip


def test_a_long_answer_is_suspended_for_a_command_and_goes_on_where_it_was(bench: Bench) -> None:
    said: list[str] = []

    def command() -> None:
        if not said:
            said.append("now")
            bench.scheduler.submit(bench.steps("lamp", 1), INTERACTIVE)

    answer = bench.scheduler.submit(bench.steps("answer", 3, then=command), BACKGROUND)
    bench.go()
    assert answer.result(5) == "answer"
    assert bench.taken == ["answer", "lamp", "lamp ends", "answer", "answer", "answer ends"]
    assert answer.suspended == 1


def test_satellites_take_turns_however_much_each_asks_for(bench: Bench) -> None:
    jobs = [
        bench.scheduler.submit(bench.steps(owner, 4), INTERACTIVE, owner=owner)
        for owner in ("kitchen", "kitchen", "kitchen", "bedroom")
    ]
    bench.go()
    for job in jobs:
        job.result(5)
    early = bench.taken[: bench.taken.index("bedroom ends")]
    assert abs(early.count("kitchen") - early.count("bedroom")) <= 1


def test_who_was_silent_for_long_does_not_take_all_the_time_now(bench: Bench) -> None:
    long = bench.scheduler.submit(bench.steps("talker", 20), INTERACTIVE, owner="talker")
    come: list[object] = []

    def another() -> None:
        if bench.taken.count("talker") == 10 and not come:
            come.append(bench.scheduler.submit(bench.steps("new", 8), INTERACTIVE, owner="new"))

    bench.scheduler.submit(bench.steps("talker", 1, then=another), INTERACTIVE, owner="talker")
    bench.go()
    long.result(5)
    since = bench.taken[10:26]
    assert since.count("talker") >= 6 or "new" not in since


def test_of_one_owner_the_nearest_deadline_goes_first(bench: Bench) -> None:
    late = bench.scheduler.submit(bench.steps("late", 1), INTERACTIVE, budget_s=90)
    soon = bench.scheduler.submit(bench.steps("soon", 1), INTERACTIVE, budget_s=9)
    bench.go()
    late.result(5)
    soon.result(5)
    assert bench.taken == ["soon", "soon ends", "late", "late ends"]


def test_a_job_that_has_had_its_time_is_given_up_and_releases_what_it_holds(bench: Bench) -> None:
    job = bench.scheduler.submit(bench.steps("endless", 10**9), INTERACTIVE, budget_s=3.5)
    bench.go()
    with pytest.raises(OutOfTimeError, match="too long"):
        job.result(5)
    assert bench.scheduler.run(lambda: bench.taken[-1], INTERACTIVE) == "endless ends"
    assert bench.taken.count("endless") == 4


def test_a_job_whose_time_is_over_before_its_turn_is_not_begun(bench: Bench) -> None:
    job = bench.scheduler.submit(bench.steps("late", 1), BACKGROUND, budget_s=2)
    bench.scheduler.submit(bench.steps("first", 5), INTERACTIVE)
    bench.go()
    with pytest.raises(OutOfTimeError):
        job.result(5)
    assert "late" not in bench.taken


def test_a_cancelled_job_ends_after_its_step(bench: Bench) -> None:
    jobs: list[Job[str]] = []

    def cancel() -> None:
        for each in jobs:
            each.cancel()

    job = bench.scheduler.submit(bench.steps("a", 10**9, then=cancel), INTERACTIVE)
    jobs.append(job)
    bench.go()
    with pytest.raises(CancelledError):
        job.result(5)
    assert bench.scheduler.run(lambda: list(bench.taken), INTERACTIVE) == ["a", "a ends"]


def test_a_job_that_is_cancelled_just_when_another_one_ends_releases_what_it_holds(
    bench: Bench,
) -> None:
    released = threading.Event()
    jobs: list[Job[None]] = []

    def first() -> Steps[None]:
        try:
            yield
            jobs.append(bench.scheduler.submit(second, REAL_TIME))
            while True:
                yield
        finally:
            released.set()

    def second() -> Steps[None]:
        jobs[1].cancel()
        try:
            yield
        finally:
            jobs[0].cancel()

    jobs.append(bench.scheduler.submit(first, INTERACTIVE))
    bench.go()
    assert released.wait(5)


def test_so_many_may_wait_and_the_next_is_refused_with_a_reason() -> None:
    with Bench() as bench:
        limit = bench.scheduler._most_waiting
        jobs = [bench.scheduler.submit(bench.steps("a", 1), INTERACTIVE) for _ in range(limit)]
        with pytest.raises(TooMuchWorkError, match=f"{limit} requests wait"):
            bench.scheduler.submit(bench.steps("a", 1), INTERACTIVE)
        urgent = bench.scheduler.submit(bench.steps("b", 1), REAL_TIME)
        bench.go()
        assert urgent.result(5) == "b"
        assert [job.result(5) for job in jobs] == ["a"] * limit


def test_fifty_requests_at_once_are_each_done_once(bench: Bench) -> None:
    scheduler = Scheduler(most_waiting=64)
    done: list[int] = []
    with scheduler:
        threads = [
            threading.Thread(target=scheduler.run, args=(lambda n=n: done.append(n), INTERACTIVE))
            for n in range(50)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(5)
    assert sorted(done) == list(range(50))


def test_work_may_ask_for_work_without_waiting_for_itself(bench: Bench) -> None:
    def outer() -> str:
        return bench.scheduler.run(lambda: "inner", REAL_TIME)

    bench.go()
    assert bench.scheduler.run(outer, INTERACTIVE) == "inner"


def test_closing_cancels_what_waits_and_refuses_what_comes() -> None:
    with Bench() as bench:
        job = bench.scheduler.submit(bench.steps("a", 5), BACKGROUND)
        cancelled = threading.Event()
        job.future.add_done_callback(lambda _: cancelled.set())
        closing = threading.Thread(target=bench.scheduler.__exit__, args=(None, None, None))
        closing.start()
        assert cancelled.wait(5)
        with pytest.raises(LaresError, match="ending"):
            bench.scheduler.submit(bench.steps("b", 1), INTERACTIVE)
        bench.go()
        closing.join(5)
    assert bench.taken == []


JOBS = st.lists(
    st.tuples(st.sampled_from(Priority), st.sampled_from("abc"), st.integers(0, 6)), max_size=12
)


@given(JOBS)
@settings(max_examples=60, deadline=None)
def test_every_job_is_done_once_and_none_before_a_more_urgent_one(
    jobs: list[tuple[Priority, str, int]],
) -> None:
    with Bench() as bench:
        handles = [
            bench.scheduler.submit(bench.steps(priority.name, count), priority, owner=owner)
            for priority, owner, count in jobs
        ]
        bench.go()
        for handle in handles:
            handle.result(5)
    taken = [name for name in bench.taken if "ends" not in name]
    assert taken == sorted(taken, key=lambda name: Priority[name])
    assert len(taken) == sum(count for *_, count in jobs)
    assert [handle.steps for handle in handles] == [count + 1 for *_, count in jobs]


def nothing() -> Steps[None]:
    yield


@pytest.mark.parametrize(
    ("running", "comes", "interrupts"),
    [
        (BACKGROUND, INTERACTIVE, True),
        (BACKGROUND, REAL_TIME, True),
        (INTERACTIVE, REAL_TIME, True),
        (INTERACTIVE, INTERACTIVE, False),
        (INTERACTIVE, BACKGROUND, False),
        (REAL_TIME, INTERACTIVE, False),
    ],
)
def test_a_step_is_interrupted_by_what_is_more_urgent_only(
    running: Priority, comes: Priority, interrupts: bool
) -> None:
    begun, over = threading.Event(), threading.Event()
    interrupted: list[bool] = []

    def work() -> Steps[None]:
        begun.set()
        over.wait(5)
        yield

    def interrupt() -> None:
        interrupted.append(True)
        over.set()

    with Scheduler() as scheduler:
        long = scheduler.submit(work, running, interrupt=interrupt)
        begun.wait(5)
        other = scheduler.submit(nothing, comes)
        assert bool(interrupted) == interrupts
        over.set()
        other.result(5)
        long.result(5)
        scheduler.submit(nothing, REAL_TIME).result(5)
    assert len(interrupted) == interrupts, "and not when its step is over"


def test_work_that_nothing_waits_for_is_done_at_once() -> None:
    def work() -> Steps[str]:
        yield
        yield
        return "done"

    assert completed(work()) == "done"


def test_an_answer_pauses_while_something_urgent_computes_elsewhere(bench: Bench) -> None:
    paused = threading.Event()
    interrupted = threading.Event()

    def answer() -> Steps[int]:
        for step in range(3):
            bench.taken.append(f"answer {step}")
            paused.set()
            yield
        return 3

    job = bench.scheduler.submit(answer, INTERACTIVE, interrupt=interrupted.set)
    with bench.scheduler.urgent():
        bench.go()
        command = bench.scheduler.submit(bench.steps("command", 2), REAL_TIME)
        assert command.result(5) == "command", "what the urgent part waits for is done"
        assert not paused.is_set() and job.steps == 0
        bench.taken.append("urgent is over")
    assert job.result(5) == 3
    assert bench.taken == [
        "command", "command", "command ends", "urgent is over",
        "answer 0", "answer 1", "answer 2",
    ]  # fmt: skip


def test_the_step_being_taken_is_interrupted_by_what_is_urgent_elsewhere() -> None:
    begun, interrupted = threading.Event(), threading.Event()

    def answer() -> Steps[bool]:
        yield from ()
        begun.set()
        return interrupted.wait(5)

    with Scheduler() as scheduler:
        job = scheduler.submit(answer, INTERACTIVE, interrupt=interrupted.set)
        assert begun.wait(5)
        with scheduler.urgent():
            assert job.result(5)


def test_a_job_is_late_even_while_it_may_not_compute() -> None:
    with Scheduler() as scheduler, scheduler.urgent():
        job = scheduler.submit(lambda: (yield from ()), BACKGROUND, budget_s=0.01)
        with pytest.raises(OutOfTimeError):
            job.result(5)
