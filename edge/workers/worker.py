"""One worker: takes questions from the broker and answers them, for as long as it is told to.

It says on its status topic what it does, and the broker says for it when it is gone
(`edge.workers.messages`). Each kind of question goes its own way (`edge.workers.lane`). A worker
only thinks: it acts on no device, and whoever asks may ask twice.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence

from edge.kernel.events import Event, Events
from edge.mqtt.broker import BrokerError
from edge.mqtt.parcel import Parcel
from edge.workers.asking import Connection
from edge.workers.lane import Lane, Work
from edge.workers.messages import STATUS_EVERY_S, STATUS_LASTS_S, Status, Topics, encoded

ConnectWorker = Callable[[Events, Callable[[Parcel], None], str], Connection]
"""Makes a connection that tells what happens to it and what it receives, and clears a topic when it
ends or is lost."""


class Worker:
    """A worker of one group."""

    def __init__(
        self,
        connect: ConnectWorker,
        topics: Topics,
        worker: str,
        works: Sequence[Work],
        events: Events,
    ) -> None:
        """`worker`: an id that no other worker has (`edge.workers.messages.new_id`)."""
        self._events = events
        self._worker = worker
        self._status = topics.status(worker)
        self._does = tuple(work.kind for work in works)
        self._connected = asyncio.Event()
        link = Events()
        link.subscribe(self._happened)
        self._connection = connect(link, self._received, self._status)
        self._lanes = {
            topics.work(work.kind): Lane(work, self._connection, topics, worker, events)
            for work in works
        }

    async def run(self) -> None:
        """Work until cancelled."""
        async with self._connection, asyncio.TaskGroup() as tasks:
            for lane in self._lanes.values():
                tasks.create_task(lane.run())
            tasks.create_task(self._tell())

    async def _tell(self) -> None:
        """Say that we are there: after each connection, and now and then."""
        status = encoded(Status(self._does))
        told = Parcel(self._status, status, retain=True, expiry_s=int(STATUS_LASTS_S))
        ready = well = False
        await self._connected.wait()
        while True:
            self._connected.clear()
            try:
                await self._connection.post(told)
                if not ready:
                    self._events.emit("worker_ready", worker=self._worker, does=self._does)
                ready = well = True
            except BrokerError as error:
                if well or not ready:
                    self._events.emit("worker_problem", "warning", problem=str(error))
                well = False
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STATUS_EVERY_S):
                    await self._connected.wait()

    def _received(self, parcel: Parcel) -> None:
        if (lane := self._lanes.get(parcel.topic)) is not None:
            lane.take(parcel)

    def _happened(self, event: Event) -> None:
        if event.name == "broker_connected":
            self._connected.set()
        elif event.name == "mqtt_denied":
            self._events.emit(event.name, event.level, **event.fields)
