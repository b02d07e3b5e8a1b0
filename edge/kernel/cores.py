"""How many cores a model may compute with: fewer where others compute too, or where it is hot.

llama.cpp's threads wait for one another after each of hundreds of steps of a token. One that shares
its core with another program holds up all: on two cores that were busy, two threads wrote 3 tokens
a second where one would have written ten times as many.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable

WARM, HOT = 75.0, 82.0
"""Degrees Celsius from which half of the cores compute, and one. A Raspberry Pi slows itself down
from 80 on (its documentation, "Frequency management and thermal control")."""
_MINUTE_S = 60.0
"""In which what has ended fades from Linux's load average (kernel/sched/loadavg.c)."""


def threads_for(cores: int, others: float, celsius: float | None) -> int:
    """At least 1, at most `cores`.

    others: how many other threads want to compute, in the mean; celsius: the hottest part of the
    board, None where nothing tells.
    """
    free = cores - round(others)
    if celsius is not None and celsius >= HOT:
        free = 1
    elif celsius is not None and celsius >= WARM:
        free = min(free, cores // 2)
    return max(1, min(cores, free))


class Cores:
    """The cores of this machine. Calling it tells how many threads to compute with now.

    most: how many at most. load: processes that want to compute, in the mean of the last minute;
    celsius: the hottest part of the board.
    """

    def __init__(
        self,
        most: int,
        *,
        load: Callable[[], float] = lambda: os.getloadavg()[0],
        celsius: Callable[[], float | None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = most
        self._load = load
        self._celsius = celsius
        self._clock = clock
        self._ours = 0
        """How many of ours computed when it was asked last, which are part of the load."""
        self._asked = clock()

    def __call__(self) -> int:
        now = self._clock()
        left = self._ours * math.exp((self._asked - now) / _MINUTE_S)
        others = max(0.0, self._load() - left)
        self._ours = threads_for(self._most, others, self._celsius())
        self._asked = now
        return self._ours
