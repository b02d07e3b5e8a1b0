"""A task ends, also when it misses the first cancellation."""

from __future__ import annotations

import asyncio

import pytest

from edge.mqtt import tasks


async def test_a_task_that_misses_a_cancellation_is_cancelled_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tasks, "PATIENCE_S", 0.01)
    started = asyncio.Event()
    missed = 0

    async def deaf() -> None:
        nonlocal missed
        while missed < 2:
            try:
                started.set()
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                missed += 1
        await asyncio.Event().wait()

    task = asyncio.create_task(deaf())
    await started.wait()
    await tasks.end(task)
    assert task.cancelled()
    assert missed == 2


async def test_what_an_ended_task_raised_is_dropped() -> None:
    async def fail() -> None:
        raise ValueError("x")

    task = asyncio.create_task(fail())
    await asyncio.wait((task,))
    await tasks.end(task)
    assert isinstance(task.exception(), ValueError)
