"""Opening a connection of aiomqtt so that it can be cancelled meanwhile.

aiomqtt connects in a thread, which goes on when whoever waits for it is cancelled: it would open a
socket that nobody closes, and whose callbacks fail when the broker ends. So a connection that is
cancelled while it opens is opened all the same, and closed.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import aiomqtt

ENDS_WITHIN_S = 1.0
"""How long a connection that is not wanted any more may take to open."""


@contextlib.asynccontextmanager
async def opened(client: aiomqtt.Client) -> AsyncIterator[aiomqtt.Client]:
    """The client, connected until the block ends. Raises aiomqtt.MqttError."""
    async with contextlib.AsyncExitStack() as stack:
        opening = asyncio.ensure_future(stack.enter_async_context(client))
        try:
            await asyncio.shield(opening)
        except asyncio.CancelledError:
            with contextlib.suppress(aiomqtt.MqttError, TimeoutError):
                await asyncio.wait_for(opening, ENDS_WITHIN_S)
            raise
        yield client
