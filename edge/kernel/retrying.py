"""How long to wait before a connection is tried again."""

from __future__ import annotations

MOST_DOUBLINGS = 16


def pause_s(failures: int, first_s: float, longest_s: float, random: float) -> float:
    """Seconds before the next attempt after so many failures, none being the first.

    Doubled each time up to `longest_s`, and between half and all of that by `random` (0 to 1), so
    that not all clients come back at the same moment.
    """
    longest = min(first_s * 2.0 ** min(failures, MOST_DOUBLINGS), longest_s)
    return longest * (0.5 + random / 2)
