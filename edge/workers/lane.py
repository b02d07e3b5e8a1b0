"""The questions of one kind that a worker has in hand, and the answers that it gave lately.

1. A question that comes is checked; what is none is told once, and dropped.
2. One that was answered lately gets the same answer again, without any work.
3. While fewer than `most` are in hand it is taken, and its asker is told so, again and again until
   it is answered; of short work, only when it is not answered soon. Else the asker is told that we
   are busy. As soon as the hands are full, the subscription is left (`edge.workers.turnstile`), so
   that the broker hands the next to others.
4. One is worked on at a time, in a thread. What has expired meanwhile is dropped.
5. The subscription is entered again, and the answer goes out behind that, so that whoever gets it
   knows that somebody is free.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import OrderedDict
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Protocol

from edge.kernel.events import Events
from edge.mqtt.broker import BrokerError
from edge.mqtt.parcel import Parcel
from edge.types import LaresError
from edge.workers.asking import Connection
from edge.workers.messages import (
    JSON,
    MOST_BYTES,
    MOST_CORRELATION,
    Answer,
    Busy,
    Failed,
    Kind,
    MessageError,
    Reply,
    Taken,
    Topics,
    encoded,
)
from edge.workers.turnstile import Turnstile

REMEMBERED = 256
"""So many answers are kept, to be repeated."""
SIGN_S = 0.3
"""How often an asker is told that its question is in hand: before it asks again
(`asking.TAKEN_S`), and several times before it gives us up (`asking.SILENCE_S`)."""
MOST_EXPIRY_S = 60
"""However long somebody would wait."""
MOST_POSTS = 64
"""So many replies may be on their way; what is more is dropped, and will be asked for again."""


class Work(Protocol):
    """Answers questions of one kind."""

    @property
    def kind(self) -> Kind: ...

    @property
    def most(self) -> int:
        """How many questions one worker has in hand: more than one only where they are short."""
        ...

    def answer(self, worker: str, question: Parcel) -> Answer:
        """In a thread. Raises LaresError for what cannot be answered."""
        ...


@dataclass(frozen=True, slots=True)
class _InHand:
    question: Parcel
    until: float


class Lane:
    """All questions of one kind that come to one worker."""

    def __init__(
        self, work: Work, connection: Connection, topics: Topics, worker: str, events: Events
    ) -> None:
        self._work = work
        self._connection = connection
        self._topics = topics
        self._worker = worker
        self._events = events
        self._turnstile = Turnstile(connection, topics.shared(work.kind))
        self._in_hand: OrderedDict[bytes, _InHand] = OrderedDict()
        self._answered: OrderedDict[bytes, bytes] = OrderedDict()
        self._more = asyncio.Event()
        self._posts: set[asyncio.Task[None]] = set()
        self._complained = False

    async def run(self) -> None:
        """Answer until cancelled."""
        self._turnstile.open()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._turnstile.run())
            tasks.create_task(self._signs())
            tasks.create_task(self._answers())

    def take(self, question: Parcel) -> None:
        """A message from the topic of this lane; never raises."""
        try:
            asker, id = self._checked(question)
        except MessageError as error:
            if not self._complained:
                self._complained = True
                kind, problem = self._work.kind, str(error)
                self._events.emit("question_refused", "warning", kind=kind, problem=problem)
            return
        if (answer := self._answered.get(id)) is not None:
            self._post(asker, id, answer)
        elif id in self._in_hand:
            self._reply(question, Taken(self._worker))
        elif len(self._in_hand) >= self._work.most:
            self._reply(question, Busy(self._worker))
        else:
            expiry = min(question.expiry_s or MOST_EXPIRY_S, MOST_EXPIRY_S)
            self._in_hand[id] = _InHand(question, time.monotonic() + expiry)
            if len(self._in_hand) == self._work.most:
                self._turnstile.close()
            if self._work.most == 1:
                self._reply(question, Taken(self._worker))
            self._more.set()

    def _checked(self, question: Parcel) -> tuple[str, bytes]:
        """The response topic and the id. Raises MessageError for what is no question."""
        if question.retain:
            raise MessageError("Expected a question, found one that was kept on its topic.")
        asker, id = question.response_topic or "", question.correlation or b""
        if not asker.startswith(self._topics.answers) or set(asker) & set("+#"):
            raise MessageError(f"Expected a response topic below {self._topics.answers}.")
        if not 0 < len(id) <= MOST_CORRELATION:
            raise MessageError(f"Expected correlation data of 1 to {MOST_CORRELATION} bytes.")
        if len(question.payload) > MOST_BYTES:
            raise MessageError(f"Expected at most {MOST_BYTES} bytes.")
        return asker, id

    async def _answers(self) -> None:
        while True:
            await self._more.wait()
            self._more.clear()
            while self._in_hand:
                id, held = next(iter(self._in_hand.items()))
                reply = await self._answer(held)
                del self._in_hand[id]
                if len(self._in_hand) <= self._work.most // 2:
                    self._turnstile.open()
                    await asyncio.sleep(0)  # so that the turnstile asks before the answer goes
                if reply is not None:
                    self._remember(id, encoded(reply))
                    self._reply(held.question, reply)

    async def _answer(self, held: _InHand) -> Reply | None:
        """The answer, or why there is none; None where nobody wants it any more."""
        kind = self._work.kind
        begin = time.monotonic()
        if begin > held.until:
            self._events.emit("question_expired", kind=kind)
            return None
        self._events.emit("worker_took", "debug", kind=kind)
        try:
            reply: Reply = await asyncio.to_thread(self._work.answer, self._worker, held.question)
        except LaresError as error:
            reply = Failed(self._worker, str(error))
            self._events.emit("worker_failed", "warning", kind=kind, error=str(error))
        except Exception as error:  # a defect in one answer shall not end a worker
            reply = Failed(self._worker, repr(error))
            self._events.emit("worker_failed", "error", kind=kind, error=repr(error))
        else:
            ms = round((time.monotonic() - begin) * 1000, 1)
            self._events.emit("worker_answered", kind=kind, ms=ms)
        return reply

    def _remember(self, id: bytes, answer: bytes) -> None:
        self._answered[id] = answer
        while len(self._answered) > REMEMBERED:
            self._answered.popitem(last=False)

    async def _signs(self) -> None:
        """Tell askers that we are still at it."""
        while True:
            await asyncio.sleep(SIGN_S)
            for held in self._in_hand.values():
                self._reply(held.question, Taken(self._worker))

    def _reply(self, question: Parcel, reply: Reply) -> None:
        assert question.response_topic is not None
        assert question.correlation is not None
        self._post(question.response_topic, question.correlation, encoded(reply))

    def _post(self, asker: str, id: bytes, reply: bytes) -> None:
        """Send a reply beside everything else. What cannot be sent will be asked for again."""
        if len(self._posts) >= MOST_POSTS:
            return
        parcel = Parcel(asker, reply, correlation=id, expiry_s=MOST_EXPIRY_S, content_type=JSON)
        post = asyncio.create_task(_quietly(self._connection.post(parcel)))
        self._posts.add(post)
        post.add_done_callback(self._posts.discard)


async def _quietly(post: Awaitable[object]) -> None:
    with contextlib.suppress(BrokerError):
        await post
