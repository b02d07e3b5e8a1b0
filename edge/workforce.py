"""The wiring of workers: what a hub asks them for, and what a worker does.

It is its own module because it is loaded only where workers are used, and needs `msgspec` there.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edge.home.devices import Devices
from edge.kernel.events import Events
from edge.mqtt.broker_aiomqtt import QOS, AiomqttBroker
from edge.mqtt.parcel import Parcel
from edge.nlu.reader import Reader
from edge.voice.stt import SpeechToText
from edge.workers.asking import POST_TIMEOUT_S, Asking
from edge.workers.hearing import WorkersSpeechToText
from edge.workers.lane import Work
from edge.workers.messages import Kind, Topics, new_id
from edge.workers.reading import WorkersReader
from edge.workers.work import Hearing, Understanding
from edge.workers.worker import Worker

if TYPE_CHECKING:
    from edge.app import App

KEEPALIVE_S = 3
"""So the broker finds out within 4.5 s that the link to a worker is cut. Until then it goes on
handing questions to it, each of which is put again after `asking.TAKEN_S`."""


@dataclass(frozen=True, slots=True)
class Workforce:
    """The workers that an `App` asks."""

    app: App
    asking: Asking

    def hearing(self, here: SpeechToText) -> SpeechToText:
        """What hears by workers, if they shall; else and without them `here` does."""
        workers = self.app.config.workers
        if "hear" not in workers.ask:
            return here
        return WorkersSpeechToText(self.asking, here, workers.hear_s, self.app.events)

    def reader(self, here: Reader, devices: Devices) -> Reader:
        """Who reads by workers, if they shall; else and without them `here` does."""
        workers, events = self.app.config.workers, self.app.events
        if "understand" not in workers.ask:
            return here
        return WorkersReader(self.asking, here, lambda: devices.home, workers.understand_s, events)


@asynccontextmanager
async def workforce(app: App) -> AsyncIterator[Workforce]:
    """The workers of the configured group, asked until the block ends."""
    topics = Topics(app.config.workers.group)

    def connect(events: Events, receive: Callable[[Parcel], None]) -> AiomqttBroker:
        return _broker(app, events, receive)

    async with Asking(connect, topics, new_id(app.config.mqtt.node), app.events) as asking:
        yield Workforce(app, asking)


def works_of(app: App, devices: Devices, kinds: Sequence[Kind]) -> tuple[Work, ...]:
    """What a worker for the home of these devices does."""
    makers: dict[Kind, Callable[[], Work]] = {
        "hear": lambda: Hearing(app.hearing(devices)),
        "understand": lambda: Understanding(app.reader(devices).read_now, lambda: devices.home),
    }
    return tuple(makers[kind]() for kind in kinds)


def worker_of(app: App, works: Sequence[Work]) -> Worker:
    """A worker of the configured group."""

    def connect(
        events: Events, receive: Callable[[Parcel], None], status_topic: str
    ) -> AiomqttBroker:
        return _broker(app, events, receive, status_topic)

    return Worker(connect, Topics(app.config.workers.group), new_id(), works, app.events)


def _broker(
    app: App,
    events: Events,
    receive: Callable[[Parcel], None],
    status_topic: str | None = None,
) -> AiomqttBroker:
    """A connection for questions and answers, which keeps nothing on its status topic."""
    mqtt = app.config.mqtt
    return AiomqttBroker(
        mqtt.host,
        mqtt.port,
        username=mqtt.username,
        password=mqtt.password,
        tls=mqtt.tls,
        ca_file=mqtt.ca_file,
        status_topic=status_topic,
        status=("", ""),
        qos_in=QOS,
        receive=receive,
        keepalive_s=KEEPALIVE_S,
        publish_timeout_s=POST_TIMEOUT_S,
        events=events,
    )
