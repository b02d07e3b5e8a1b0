"""The event bus: parts say what happened, others look on.

An event is a name and fields, never prose. The timeline draws events, the log writes them, tests
and benchmarks measure them. Subscribers are called at once and in order, from the thread in which
the event happened; one that fails is dropped, and the others are told.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Level = Literal["debug", "info", "warning", "error"]
"""error: the owner must act; warning: it healed itself."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened."""

    name: str
    time: float
    """Seconds of the bus's clock."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    level: Level = "info"


Subscriber = Callable[[Event], None]


class Events:
    """One bus. `clock` gives seconds and may be replaced in tests."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._subscribers: tuple[Subscriber, ...] = ()

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Call `subscriber` with each event from now on; the function returned ends that."""
        self._subscribers = (*self._subscribers, subscriber)

        def unsubscribe() -> None:
            self._subscribers = tuple(s for s in self._subscribers if s is not subscriber)

        return unsubscribe

    def emit(self, name: str, level: Level = "info", **fields: Any) -> None:
        """Tell all subscribers that `name` happened."""
        event = Event(name, self._clock(), fields, level)
        for subscriber in self._subscribers:
            try:
                subscriber(event)
            except Exception as error:
                self._subscribers = tuple(s for s in self._subscribers if s is not subscriber)
                self.emit("subscriber_failed", "error", error=repr(error), during=event.name)
