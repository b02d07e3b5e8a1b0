"""How many cores a model may compute with: fewer where others compute too, or where it is hot.

llama.cpp's threads wait for one another after each of hundreds of steps of a token. One that shares
its core with another program holds up all: on two cores that were busy, two threads wrote 3 tokens
a second where one would have written ten times as many.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

WARM, HOT = 75.0, 82.0
"""Degrees Celsius from which half of the cores compute, and one. A Raspberry Pi slows itself down
from 80 on (its documentation, "Frequency management and thermal control")."""
_ZONES = Path("/sys/class/thermal")


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
        celsius: Callable[[], float | None] | None = None,
    ) -> None:
        self._most = most
        self._load = load
        self._celsius = celsius or hottest
        self._ours = 0
        """How many of ours computed when it was asked last, which are part of the load."""

    def __call__(self) -> int:
        others = max(0.0, self._load() - self._ours)
        self._ours = threads_for(self._most, others, self._celsius())
        return self._ours


def hottest(zones: Path = _ZONES) -> float | None:
    """The temperature of the hottest part of the board in degrees Celsius; None where nothing tells
    one. Linux tells thousandths (Documentation/driver-api/thermal/sysfs-api.rst)."""
    found = []
    for zone in zones.glob("thermal_zone*/temp"):
        try:
            found.append(int(zone.read_text(encoding="ascii")) / 1000)
        except (OSError, ValueError):
            continue
    return max(found, default=None)
