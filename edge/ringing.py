"""What happens when a timer runs out: it is said where the timer was set, or its command is carried
out from there. A Wyoming satellite is told of all that becomes of its timers.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from edge.app import App, Household
from edge.config import Satellite
from edge.kernel.events import Event
from edge.mqtt.tasks import end
from edge.timers import Timers
from edge.types import LaresError, Timer, Transcript
from skills.timers import called

TOLD = ("timer_started", "timer_updated", "timer_cancelled", "timer_finished")


@asynccontextmanager
async def ringing(app: App, household: Household, timers: Timers) -> AsyncIterator[None]:
    """Until the block ends, tell of these timers; then they end."""
    rung: set[asyncio.Task[None]] = set()

    def hear(event: Event) -> None:
        if event.name not in TOLD:
            return
        timer: Timer = event.fields["timer"]
        satellite = _set_at(app, timer)
        if satellite is not None and (remote := app.remote_at(satellite)) is not None:
            remote.tell(event)
        if event.name == "timer_finished":
            task = asyncio.create_task(_ring(app, household, timer, satellite))
            rung.add(task)
            task.add_done_callback(rung.discard)

    forget = app.events.subscribe(hear)
    try:
        yield
    finally:
        timers.end()
        forget()
        for task in tuple(rung):
            await end(task)


def _set_at(app: App, timer: Timer) -> Satellite | None:
    """The satellite where a timer was set; None for one that was set otherwise."""
    return next((one for one in app.satellites if one.name == timer.conversation), None)


async def _ring(app: App, household: Household, timer: Timer, satellite: Satellite | None) -> None:
    try:
        say = app.aloud(satellite)
        if not timer.command:
            await say(f"Your {called(timer)} is done.")
            return
        outcome = await household.assistant.carry_out(
            Transcript(timer.command, "timer"),
            timer.intents,
            area=timer.area,
            conversation=timer.conversation,
        )
        if outcome.speech:
            await say(outcome.speech)
    except LaresError as error:
        app.events.emit("timer_failed", "error", timer=timer, error=str(error))
