"""Pauses between attempts grow, have an end, and differ."""

from __future__ import annotations

from edge.kernel.retrying import pause_s


def test_pauses_double_up_to_the_longest() -> None:
    assert [pause_s(failures, 0.5, 3.0, 1.0) for failures in range(5)] == [0.5, 1.0, 2.0, 3.0, 3.0]
    assert pause_s(10_000, 0.5, 3.0, 1.0) == 3.0


def test_a_pause_is_between_half_and_all_of_it() -> None:
    assert (pause_s(2, 0.5, 30.0, 0.0), pause_s(2, 0.5, 30.0, 1.0)) == (1.0, 2.0)
