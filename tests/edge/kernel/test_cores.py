"""How many threads compute: fewer where others compute, and where it is hot."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.kernel.cores import HOT, WARM, Cores, threads_for


@pytest.mark.parametrize(
    ("cores", "others", "celsius", "threads"),
    [
        (4, 0.0, None, 4),
        (4, 0.3, 50.0, 4),
        (4, 1.0, 50.0, 3),
        (4, 9.0, 50.0, 1),
        (4, 0.0, WARM, 2),
        (4, 0.0, HOT, 1),
        (4, 3.0, WARM, 1),
        (1, 0.0, 20.0, 1),
    ],
)
def test_others_and_heat_take_cores(
    cores: int, others: float, celsius: float | None, threads: int
) -> None:
    assert threads_for(cores, others, celsius) == threads


@given(
    st.integers(1, 64),
    st.floats(0, 1000),
    st.none() | st.floats(-40, 150),
)
def test_there_is_always_one_and_never_more_than_there_are(
    cores: int, others: float, celsius: float | None
) -> None:
    assert 1 <= threads_for(cores, others, celsius) <= cores


def test_what_computes_itself_is_no_other() -> None:
    load = [0.0]
    cores = Cores(2, load=lambda: load[0], clock=lambda: 0.0)
    assert cores() == 2
    load[0] = 2.0
    assert cores() == 2
    load[0] = 3.0
    assert cores() == 1


def test_what_has_long_ended_computes_no_more() -> None:
    now = [0.0]
    cores = Cores(4, load=lambda: 2.0, clock=lambda: now[0])
    assert cores() == 2, "two others compute"
    assert cores() == 4, "it is ours that compute"
    now[0] = 600.0
    assert cores() == 2, "two compute, and ours ended long ago"
