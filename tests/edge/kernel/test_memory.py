"""How much memory is left, as the machine tells it."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.kernel.memory import available_bytes


def test_what_linux_says_is_available_is_available(tmp_path: Path) -> None:
    told = tmp_path / "meminfo"
    told.write_text("MemTotal:  4000 kB\nMemFree:   100 kB\nMemAvailable:    1500 kB\n", "ascii")
    assert available_bytes(told) == 1500 * 1024


@pytest.mark.parametrize("text", [None, "", "MemAvailable: many kB\n", "MemAvailable:\n"])
def test_where_nothing_is_told_it_is_all_the_memory_there_is(
    tmp_path: Path, text: str | None
) -> None:
    told = tmp_path / "meminfo"
    if text is not None:
        told.write_text(text, "ascii")
    assert available_bytes(told) >= available_bytes() > 0
