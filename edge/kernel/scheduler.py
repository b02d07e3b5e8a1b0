"""Who computes next: all inference takes its turns here, one step at a time.

A job is work in steps: a generator that pauses after each (a token, some of a prompt, a document)
and returns its result. One thread takes the steps. Before each it chooses anew

1. of the jobs in the highest class that has any: real time before interactive before background;
2. there, those whose owner (a satellite) has had the least time;
3. of these, the one that must be done first, then the one that came first.

What must not wait at all, hearing and understanding, computes where it is called (`urgent`), and
less urgent jobs pause meanwhile: after their step, or at once, where the work can be interrupted in
it. They go on afterwards as if nothing had been. A job that is cancelled, or has had its time, ends
after its step. What comes while too many wait is refused at once, which is kinder than to forget
it.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import IntEnum
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from edge.types import LaresError

MOST_WAITING = 32
"""Jobs of one class that may wait."""


class Priority(IntEnum):
    """Classes of jobs, the most urgent first."""

    REAL_TIME = 0
    """Listening: late is never."""
    INTERACTIVE = 1
    """Somebody waits for it."""
    BACKGROUND = 2
    """Nobody does: an index, a nightly summary."""


T = TypeVar("T")
Steps = Generator[None, None, T]
"""Work that pauses after each step and returns its result."""


def completed(work: Steps[T]) -> T:
    """The result of work that nothing else is waiting for: all its steps at once."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: T = end.value
            return result


class OutOfTimeError(LaresError):
    """A job was not done in its time."""


class TooMuchWorkError(LaresError):
    """So many jobs wait that another one is refused."""


@dataclass(eq=False, slots=True)
class Job(Generic[T]):
    """One piece of work, and what has become of it."""

    work: Callable[[], Steps[T]]
    priority: Priority
    owner: str
    deadline: float
    """Seconds of the scheduler's clock; infinite for a job that may take as long as it takes."""
    number: int
    interrupt: Callable[[], None] | None = None
    """Has the step that is being taken end early, to be taken again."""
    future: Future[T] = field(default_factory=Future)
    """Its result or error. Cancelling it cancels the job, after its step."""
    steps: int = 0
    """How many it has taken."""
    ran_s: float = 0.0
    suspended: int = 0
    """How often something else computed between two of its steps, or in one."""
    generator: Steps[T] | None = None

    def result(self, timeout_s: float | None = None) -> T:
        """Wait for the result, and raise what the work raised."""
        return self.future.result(timeout_s)

    def cancel(self) -> None:
        """End the job before its next step. What it holds is released by its own `finally`."""
        self.future.cancel()


class Scheduler:
    """Runs jobs until it is closed, from the first on. As a context manager it is closed in the
    end.

    clock: seconds, may be replaced in tests.
    """

    def __init__(
        self, *, most_waiting: int = MOST_WAITING, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most_waiting = most_waiting
        self._clock = clock
        self._jobs: list[Job[Any]] = []
        self._running: Job[Any] | None = None
        self._urgent: list[Priority] = []
        """Of what computes elsewhere."""
        self._had: dict[str, float] = {}
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="scheduler", daemon=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Cancel all jobs and wait for the step that is being taken."""
        with self._changed:
            self._closed = True
            for job in self._jobs:
                job.cancel()
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join()

    def submit(
        self,
        work: Callable[[], Steps[T]],
        priority: Priority,
        *,
        owner: str = "",
        budget_s: float = float("inf"),
        interrupt: Callable[[], None] | None = None,
    ) -> Job[T]:
        """Have work done.

        budget_s: how long it may take from now on, waiting included.
        interrupt: called from another thread when something more urgent comes while a step is being
        taken. The work may then pause at once, and take the step again when its turn comes.

        Raises TooMuchWorkError when too many jobs of the class wait.
        """
        with self._changed:
            if self._closed:
                raise LaresError("Lares is ending: ask again when it runs.")
            waiting = sum(job.priority is priority for job in self._jobs)
            if waiting >= self._most_waiting:
                raise TooMuchWorkError(f"{waiting} requests wait already: ask again in a moment.")
            self._let_in(owner)
            deadline = self._clock() + budget_s
            job = Job(work, priority, owner, deadline, next(self._numbers), interrupt)
            if not self._jobs and self._thread.ident is None:
                self._thread.start()
            self._jobs.append(job)
            self._interrupt(priority)
            self._changed.notify()
        return job

    @contextlib.contextmanager
    def urgent(self, priority: Priority = Priority.REAL_TIME) -> Iterator[None]:
        """Compute here and now, while jobs of less urgent classes pause. Those of the same class or
        a more urgent one go on, so that what computes here may wait for them."""
        with self._changed:
            self._urgent.append(priority)
            running = self._running
            if running is not None and priority < running.priority:
                running.suspended += 1
            self._interrupt(priority)
        try:
            yield
        finally:
            with self._changed:
                self._urgent.remove(priority)
                self._changed.notify()

    def _interrupt(self, priority: Priority) -> None:
        running = self._running
        if running is not None and running.interrupt and priority < running.priority:
            running.interrupt()

    def run(self, work: Callable[[], T], priority: Priority, *, owner: str = "") -> T:
        """Do work of a single step, when its turn has come, and wait for its result.

        Work that is part of a job's step is done at once.
        """
        if threading.current_thread() is self._thread:
            return work()
        return self.submit(lambda: _once(work), priority, owner=owner).result()

    def _let_in(self, owner: str) -> None:
        """Who has not computed for a while has no claim for that: the least that any other owner
        who waits has had is what it has had too."""
        waiting = {job.owner for job in self._jobs}
        if owner not in waiting:
            least = min((self._had[each] for each in waiting), default=0.0)
            self._had = {each: self._had[each] for each in waiting} | {
                owner: max(least, self._had.get(owner, 0.0)) if waiting else 0.0
            }

    def _run(self) -> None:
        last: Job[Any] | None = None
        while (job := self._next()) is not None:
            if last is not None and last is not job and not last.future.done():
                last.suspended += 1
            last = job
            self._step(job)

    def _next(self) -> Job[Any] | None:
        """The job whose turn it is, once there is one; None at the end."""
        with self._changed:
            while True:
                self._let_go()
                most = min(self._urgent, default=Priority.BACKGROUND)
                ready = [job for job in self._jobs if job.priority <= most]
                if ready:
                    self._running = min(ready, key=self._rank)
                    return self._running
                if self._closed and not self._jobs:
                    return None
                self._changed.wait(self._until_first_is_late())

    def _until_first_is_late(self) -> float | None:
        first = min((job.deadline for job in self._jobs), default=float("inf"))
        return None if first == float("inf") else max(0.0, first - self._clock())

    def _rank(self, job: Job[Any]) -> tuple[int, float, float, int]:
        return job.priority, self._had[job.owner], job.deadline, job.number

    def _let_go(self) -> None:
        """End the jobs that were cancelled or have had their time, and forget those that ended."""
        now = self._clock()
        for job in self._jobs:
            if now >= job.deadline and not job.future.done():
                late = OutOfTimeError(
                    "It took too long and was given up: ask for something shorter."
                )
                _settle(job.future, None, late)
        while ended := [job for job in self._jobs if job.future.done()]:
            for job in ended:
                _end(job)
            self._jobs = [job for job in self._jobs if job not in ended]

    def _step(self, job: Job[Any]) -> None:
        begin = self._clock()
        try:
            if job.generator is None:
                job.generator = job.work()
            next(job.generator)
        except StopIteration as end:
            _settle(job.future, end.value, None)
        except BaseException as error:
            _settle(job.future, None, error)
        finally:
            spent = self._clock() - begin
            job.steps += 1
            job.ran_s += spent
            with self._changed:
                self._running = None
                self._had[job.owner] = self._had.get(job.owner, 0.0) + spent


def _once(work: Callable[[], T]) -> Steps[T]:
    yield from ()
    return work()


def _end(job: Job[Any]) -> None:
    """Let a job release what it holds. Its result is known; what it raises now is nobody's."""
    if job.generator is not None:
        with contextlib.suppress(Exception):
            job.generator.close()
        job.generator = None


def _settle(future: Future[Any], value: Any, error: BaseException | None) -> None:
    """Give a future its result, unless it was cancelled meanwhile."""
    if not future.set_running_or_notify_cancel():
        return
    if error is None:
        future.set_result(value)
    else:
        future.set_exception(error)
