"""Ending asyncio tasks that talk to a broker.

aiomqtt waits for acknowledgements with `asyncio.wait_for`, which before Python 3.12 forgets that it
was cancelled when the result comes in the same moment. A task is therefore cancelled until it has
ended, not once.
"""

from __future__ import annotations

import asyncio
from typing import Any

PATIENCE_S = 1.0
"""How long a cancelled task may take to say goodbye before it is cancelled again."""


async def end(task: asyncio.Task[Any]) -> None:
    """Cancel a task and wait until it has ended; what it raises is dropped."""
    while not task.done():
        task.cancel()
        await asyncio.wait((task,), timeout=PATIENCE_S)
    if not task.cancelled():
        task.exception()
