"""Lares as a Wyoming server, where the configuration wants one (`[wyoming]`).

Opening a port that asks nobody who they are is the owner's decision, so it is shut unless they say
so. The packages for it are an extra, and loaded only then.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from edge.app import App, Household
from edge.voice.packages import load


@asynccontextmanager
async def served(app: App, household: Household) -> AsyncIterator[int | None]:
    """Serve what is configured until the block ends; gives the port, or None where nothing is.

    Raises LaresError when the packages for it are missing, or the port cannot be had.
    """
    if not app.config.wyoming.serve:
        yield None
        return
    lending = load("edge.lending", purpose="Serving Wyoming clients", extra="wyoming")
    async with lending.lent(app, household) as port:
        yield port
