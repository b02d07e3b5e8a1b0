"""The timers of a home: they run, are changed, and run out.

    timer_started · timer_updated · timer_cancelled · timer_finished      (events, with `timer`)

They are kept in memory and run by the monotonic clock, so that setting the clock on the wall
changes none. They end with the program, as Home Assistant's do (its component `intent`,
`timers.py`).
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from edge.kernel.events import Events
from edge.types import LaresError, Timer, TimerOrder

MOST = 100
LONGEST_S = 7 * 24 * 3600


@dataclass(slots=True)
class _Kept:
    timer: Timer
    """With what was left at `since`."""
    since: float
    ending: asyncio.TimerHandle | None = None


class Timers:
    """Timers that run in this event loop. clock: seconds, monotonic."""

    def __init__(self, events: Events, clock: Callable[[], float] = time.monotonic) -> None:
        self._events = events
        self._clock = clock
        self._kept: dict[str, _Kept] = {}
        self._numbers = itertools.count(1)

    def now(self) -> tuple[Timer, ...]:
        """All as they are now, the first to run out first."""
        timers = [self._as_now(kept) for kept in self._kept.values()]
        return tuple(sorted(timers, key=lambda timer: timer.left_s))

    def order(self, order: TimerOrder, conversation: str = "", area: str | None = None) -> None:
        """Do what is to become of a timer. Nothing for one that has run out meanwhile.

        Raises LaresError for more timers than `MOST`, and for one above `LONGEST_S`.
        """
        if order.kind == "start":
            self._start(order, conversation, area)
        elif (kept := self._kept.get(order.id)) is not None:
            timer = self._as_now(kept)
            match order.kind:
                case "cancel":
                    self._drop(timer.id)
                    self._events.emit("timer_cancelled", timer=timer)
                case "change":
                    left_s = max(0.0, timer.left_s + order.seconds)
                    _check(left_s)
                    self._keep(replace(timer, left_s=left_s), "timer_updated")
                case "pause" | "resume":
                    active = order.kind == "resume"
                    self._keep(replace(timer, active=active), "timer_updated")

    def end(self) -> None:
        """No timer runs out any more."""
        for timer_id in tuple(self._kept):
            self._drop(timer_id)

    def _start(self, order: TimerOrder, conversation: str, area: str | None) -> None:
        if len(self._kept) >= MOST:
            raise LaresError(f"There are {MOST} timers already. Cancel one first.")
        _check(order.seconds)
        timer = Timer(
            str(next(self._numbers)),
            order.seconds,
            order.seconds,
            order.name,
            conversation,
            area,
            order.command,
            order.intents,
        )
        self._keep(timer, "timer_started")

    def _keep(self, timer: Timer, event: str) -> None:
        self._drop(timer.id)
        kept = self._kept[timer.id] = _Kept(timer, self._clock())
        if timer.active:
            loop = asyncio.get_running_loop()
            kept.ending = loop.call_later(timer.left_s, self._run_out, timer.id)
        self._events.emit(event, timer=timer)

    def _run_out(self, timer_id: str) -> None:
        timer = replace(self._kept[timer_id].timer, left_s=0.0)
        self._drop(timer_id)
        self._events.emit("timer_finished", timer=timer)

    def _drop(self, timer_id: str) -> None:
        kept = self._kept.pop(timer_id, None)
        if kept is not None and kept.ending is not None:
            kept.ending.cancel()

    def _as_now(self, kept: _Kept) -> Timer:
        passed = self._clock() - kept.since if kept.timer.active else 0.0
        return replace(kept.timer, left_s=max(0.0, kept.timer.left_s - passed))


def _check(seconds: float) -> None:
    if seconds > LONGEST_S:
        raise LaresError(f"A timer runs for {LONGEST_S // 86_400} days at most.")
