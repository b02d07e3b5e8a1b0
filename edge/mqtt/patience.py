"""Keeps broken devices from taking all the time: a topic that takes too much is read less often.

Time is counted by the second. Once all topics together have taken `MOST_S` of one, what comes on a
topic that has taken `SHARE_S` of it itself waits for the next second, and only its last message is
read then. In a home that is well nothing ever waits. It is the time of this thread that counts, so
that a machine which stands still for a while blames nobody.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from edge.types import Message

MOST_S = 0.25
"""Of each second, before anybody waits."""
SHARE_S = 0.02
"""What each topic may take all the same."""


class Patience:
    """Reads messages with `read`, as far as their topics have not used up their time."""

    def __init__(self, read: Callable[[Message], None]) -> None:
        self._read = read
        self._spent: dict[str, float] = {}
        self._total = 0.0
        self._waiting: dict[str, Message] = {}
        self._next: asyncio.TimerHandle | None = None

    def read(self, message: Message) -> None:
        """Read a message, now or within a second."""
        if self._total >= MOST_S and self._spent.get(message.topic, 0.0) >= SHARE_S:
            self._waiting[message.topic] = message
        else:
            self._timed(message)

    def catch_up(self) -> None:
        """Read what waits."""
        waiting, self._waiting = self._waiting, {}
        for message in waiting.values():
            self._timed(message)

    def end(self) -> None:
        """What waits is not read any more."""
        if self._next is not None:
            self._next.cancel()
        self._waiting.clear()

    def _timed(self, message: Message) -> None:
        if self._next is None:
            self._next = asyncio.get_running_loop().call_later(1, self._begin_second)
        begin = time.thread_time()
        self._read(message)
        took = time.thread_time() - begin
        self._spent[message.topic] = self._spent.get(message.topic, 0.0) + took
        self._total += took

    def _begin_second(self) -> None:
        self._next = None
        self._spent.clear()
        self._total = 0.0
        self.catch_up()
