"""The side of the hub: puts questions to whichever worker is free, and hears the answers.

The hub has the satellites and is the only one that acts. A question (`ask`) is put on the topic of
its kind, where the broker hands it to one of the workers that are subscribed: those that are free.
Then

1. a worker answers; if that takes it a while, it says that it has taken the question, and goes on
   saying so. The first answer counts, what comes after it is dropped;
2. when the worker dies (the broker tells its last will), or says nothing any more (its link is
   cut), or is busy after all, the question is put again, with the same id; to answer it twice does
   no harm, because workers do nothing but think;
3. when nobody is subscribed, because all of them are busy, the question waits for the next answer
   that any of them gives, the oldest question first, and looks from time to time by itself;
4. when there is no worker, no broker, or no answer within the time that the caller has,
   `NotAnsweredError` tells so, and the caller does the work itself.

Mosquitto hands the messages of a shared subscription round in turn and does not look whether the
next in turn has acknowledged its last one (2.0.11; neither a receive maximum of 1 nor late
acknowledgements change that). So it is the workers that leave the subscription while their hands
are full, and the broker tells in its acknowledgement that nobody is there (reason 0x10). Where
somebody else listens to the topic, a monitor for example, the broker says nothing, and after
`TAKEN_S` without a word the question is put again all the same.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import math
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self

from edge.kernel.events import Event, Events
from edge.mqtt.broker import BrokerError
from edge.mqtt.parcel import Parcel
from edge.workers.messages import (
    JSON,
    STATUS_LASTS_S,
    Answer,
    Busy,
    Failed,
    Heard,
    Kind,
    MessageError,
    Reply,
    Status,
    Taken,
    Topics,
    Understood,
    reply_of,
    status_of,
)

TAKEN_S = 0.5
"""How long a question is left lying about until it is put again; twice as long each time."""
SILENCE_S = 1.5
"""How long a worker that has taken a question may say nothing, before it is put again."""
LOOK_S = 0.25
"""How often a question that found all workers busy looks again by itself."""
BUSY_S = 0.02
MOST_QUESTIONS = 64
"""So many may be open; what comes beyond that is not asked."""
MOST_WORKERS = 256
"""So many are known."""
POST_TIMEOUT_S = 2.0
"""How long the broker may take to acknowledge a question."""

OVERDUE_S = 1.0
"""By how much an answer may be late before the loop that should bring it counts as gone."""


class NotAnsweredError(LookupError):
    """No worker answers this; do it yourself."""


class Connection(Protocol):
    """What is needed of a broker (`edge.mqtt.broker_aiomqtt`)."""

    async def __aenter__(self) -> object: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    @property
    def connected(self) -> bool: ...

    async def post(self, parcel: Parcel) -> bool:
        """Whether anybody is subscribed. Raises BrokerError."""
        ...

    async def subscribe(self, *filters: str) -> None: ...

    async def unsubscribe(self, *filters: str) -> None: ...


Connect = Callable[[Events, Callable[[Parcel], None]], Connection]
"""Makes a connection that tells what happens to it, and what it receives at QoS 1."""


@dataclass(frozen=True, slots=True)
class _Again:
    """Put it again."""

    reason: str


@dataclass(frozen=True, slots=True)
class _GiveUp:
    reason: str


_BUSY = _Again("busy")
_News = Reply | _Again | _GiveUp


@dataclass(slots=True, eq=False)
class _Question:
    """One that is open."""

    kind: Kind
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    takers: set[str] = field(default_factory=set)
    waits: bool = False
    """Whether all workers were busy."""
    called: bool = False
    """Whether it was told that it is its turn."""
    news: asyncio.Queue[_News] = field(default_factory=asyncio.Queue)


class Asking:
    """One hub in its group; asks while it is entered as a context."""

    def __init__(self, connect: Connect, topics: Topics, hub: str, events: Events) -> None:
        """`hub`: an id that no other hub has (`edge.workers.messages.new_id`)."""
        self._topics = topics
        self._answers = topics.answers_to(hub)
        self._events = events
        link = Events()
        link.subscribe(self._happened)
        self._connection = connect(link, self._received)
        self._workers: dict[str, tuple[Status, float]] = {}
        """What each does, and when it told so."""
        self._open: dict[bytes, _Question] = {}
        self._complained = False
        self._loop: asyncio.AbstractEventLoop | None = None

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        await self._connection.__aenter__()
        await self._connection.subscribe(self._answers, f"{self._topics.workers}+")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._workers.clear()
        self._give_up("Lares ends")
        await self._connection.__aexit__(kind, error, trace)

    def workers(self, kind: Kind) -> tuple[str, ...]:
        """The ids of the workers that are there for questions of a kind. From any thread."""
        since = time.monotonic() - STATUS_LASTS_S
        return tuple(
            name
            for name, (status, at) in tuple(self._workers.items())
            if kind in status.does and at > since
        )

    async def ask(
        self, kind: Kind, payload: bytes, within_s: float, content_type: str = JSON
    ) -> Answer:
        """The first answer to a question. Raises NotAnsweredError where there is none in time."""
        self._check(kind)
        if len(self._open) >= MOST_QUESTIONS:
            raise NotAnsweredError(f"{MOST_QUESTIONS} questions are open already")
        question = _Question(kind)
        loop = asyncio.get_running_loop()
        until = loop.time() + within_s

        def parcel() -> Parcel:
            left_s = max(1, math.ceil(until - loop.time()))
            topic = self._topics.work(kind)
            return Parcel(topic, payload, False, self._answers, question.id, left_s, content_type)

        self._open[question.id] = question
        try:
            async with asyncio.timeout_at(until):
                return await self._answered(question, parcel)
        except TimeoutError:
            raise NotAnsweredError(f"no worker answered within {within_s:g} s") from None
        finally:
            del self._open[question.id]
            if question.called:
                self._call_next(kind)

    def ask_in_thread(
        self, kind: Kind, payload: bytes, within_s: float, content_type: str
    ) -> Answer:
        """As `ask`, for a thread that waits."""
        if self._loop is None:
            raise NotAnsweredError("nothing is asked yet")
        asked = self.ask(kind, payload, within_s, content_type)
        waiting = asyncio.run_coroutine_threadsafe(asked, self._loop)
        try:
            return waiting.result(within_s + OVERDUE_S)
        except (TimeoutError, concurrent.futures.CancelledError) as error:
            waiting.cancel()
            raise NotAnsweredError("Lares ends") from error

    async def _answered(self, question: _Question, parcel: Callable[[], Parcel]) -> Answer:
        question.waits = self._first_waiting(question.kind) is not None
        patience_s = TAKEN_S
        while True:
            first = self._first_waiting(question.kind) is question
            if not question.waits or question.called or first:
                question.waits = not await self._put(parcel())
                question.called = False
                if question.waits:
                    self._events.emit("all_workers_busy", "debug", kind=question.kind)
            said = await self._followed(question, LOOK_S if question.waits else patience_s)
            if not isinstance(said, _Again):
                return said
            if not question.waits:
                patience_s *= 1 if said is _BUSY else 2
                self._events.emit("asked_again", kind=question.kind, reason=said.reason)
            self._check(question.kind)

    async def _put(self, parcel: Parcel) -> bool:
        """Whether anybody was there to take it."""
        try:
            return await self._connection.post(parcel)
        except BrokerError as error:
            raise NotAnsweredError(str(error)) from error

    async def _followed(self, question: _Question, patience_s: float) -> Answer | _Again:
        """The answer, or why the question is to be put again."""
        while True:
            try:
                async with asyncio.timeout(patience_s):
                    news = await question.news.get()
            except TimeoutError:
                return _Again("silence" if question.takers else "nobody took it")
            match news:
                case Heard() | Understood():
                    return news
                case Failed(worker, reason):
                    raise NotAnsweredError(f"{worker}: {reason}")
                case _GiveUp(reason):
                    raise NotAnsweredError(reason)
                case Taken():
                    patience_s = SILENCE_S
                case Busy():
                    await asyncio.sleep(BUSY_S)
                    return _BUSY
                case _Again():
                    return news

    def _received(self, parcel: Parcel) -> None:
        """What the broker hands us; nothing that anybody sends may raise here."""
        try:
            if parcel.topic == self._answers:
                self._replied(parcel)
            elif parcel.topic.startswith(self._topics.workers):
                self._told(parcel.topic.removeprefix(self._topics.workers), parcel.payload)
        except MessageError as error:
            if not self._complained:
                self._complained = True
                problem = str(error)
                self._events.emit("worker_problem", "warning", topic=parcel.topic, problem=problem)

    def _replied(self, parcel: Parcel) -> None:
        reply = reply_of(parcel.payload)
        question = self._open.get(parcel.correlation or b"")
        if isinstance(reply, Heard | Understood | Failed) and question is not None:
            self._call_next(question.kind)
        if question is None or not _answers(question.kind, reply):
            return
        if isinstance(reply, Taken):
            question.takers.add(reply.worker)
        question.news.put_nowait(reply)

    def _told(self, worker: str, payload: bytes) -> None:
        """A worker tells what it does; nothing, when it is gone."""
        if payload:
            if len(self._workers) < MOST_WORKERS or worker in self._workers:
                status = status_of(payload)
                if worker not in self._workers:
                    self._events.emit("worker_joined", worker=worker, does=status.does)
                self._workers[worker] = (status, time.monotonic())
                for kind in status.does:
                    self._call_next(kind)
        elif self._workers.pop(worker, None) is not None:
            self._events.emit("worker_left", worker=worker)
            for question in self._open.values():
                abandoned = question.takers == {worker} or not question.takers
                question.takers.discard(worker)
                if abandoned and not question.waits:
                    question.news.put_nowait(_Again("its worker is gone"))

    def _first_waiting(self, kind: Kind) -> _Question | None:
        return next((q for q in self._open.values() if q.kind == kind and q.waits), None)

    def _call_next(self, kind: Kind) -> None:
        """A worker is free: it is the turn of the question that has waited longest."""
        for question in self._open.values():
            if question.kind == kind and question.waits and not question.called:
                question.called = True
                question.news.put_nowait(_Again("a worker is free"))
                return

    def _check(self, kind: Kind) -> None:
        """Raises NotAnsweredError where it is no use to ask."""
        if not self._connection.connected:
            raise NotAnsweredError("there is no connection to the broker")
        if not self.workers(kind):
            raise NotAnsweredError("no worker is there")

    def _happened(self, event: Event) -> None:
        """What happens to the connection. That it is lost, that of the devices tells."""
        if event.name == "broker_lost":
            self._workers.clear()
            self._give_up("the connection to the broker is lost")
        elif event.name == "mqtt_denied":
            self._events.emit(event.name, event.level, **event.fields)

    def _give_up(self, reason: str) -> None:
        for question in self._open.values():
            question.news.put_nowait(_GiveUp(reason))


def _answers(kind: Kind, reply: Reply) -> bool:
    """Whether a reply can be one to a question of this kind."""
    other = Understood if kind == "hear" else Heard
    return not isinstance(reply, other)
