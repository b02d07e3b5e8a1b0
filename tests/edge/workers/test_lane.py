"""What a worker does with questions that come while its hands are full, by a connection on which
the broker is slow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

from edge.kernel.events import Events
from edge.mqtt.broker import BrokerError
from edge.mqtt.parcel import Parcel
from edge.mqtt.tasks import end
from edge.workers.lane import MOST_POSTS, Lane
from edge.workers.messages import Busy, Heard, Reply, Taken, reply_of
from tests.edge.mqtt.conftest import WAIT_S
from tests.edge.workers.conftest import TOPICS, Gated

SHARED = TOPICS.shared("hear")


class SlowConnection:
    """A connection whose broker does what it is asked when the test lets it."""

    connected = True

    def __init__(self) -> None:
        self.replies: asyncio.Queue[tuple[bytes | None, Reply]] = asyncio.Queue()
        self.changes: asyncio.Queue[str] = asyncio.Queue()
        self.obeys = asyncio.Event()
        self.obeys.set()
        self.refusals = 0

    async def __aenter__(self) -> None: ...

    async def __aexit__(self, *failure: object) -> None: ...

    async def post(self, parcel: Parcel) -> bool:
        await self.obeys.wait()
        self.replies.put_nowait((parcel.correlation, reply_of(parcel.payload)))
        return True

    async def subscribe(self, *filters: str) -> None:
        await self._change(f"+{','.join(filters)}")

    async def unsubscribe(self, *filters: str) -> None:
        await self._change(f"-{','.join(filters)}")

    async def _change(self, change: str) -> None:
        await self.obeys.wait()
        if self.refusals:
            self.refusals -= 1
            raise BrokerError("not now")
        self.changes.put_nowait(change)

    async def reply(self) -> tuple[bytes | None, Reply]:
        async with asyncio.timeout(WAIT_S):
            return await self.replies.get()

    async def change(self) -> str:
        async with asyncio.timeout(WAIT_S):
            return await self.changes.get()


@asynccontextmanager
async def lane_of(work: Gated, connection: SlowConnection) -> AsyncIterator[Lane]:
    lane = Lane(work, connection, TOPICS, "w", Events())
    running = asyncio.create_task(lane.run())
    try:
        yield lane
    finally:
        work.let_go()
        await end(running)


def question(id: bytes) -> Parcel:
    return Parcel(TOPICS.work("hear"), id, False, TOPICS.answers_to("me"), id, 20)


async def test_what_reaches_full_hands_is_handed_back_at_once() -> None:
    connection, work = SlowConnection(), Gated()
    async with lane_of(work, connection) as lane:
        lane.take(question(b"1"))
        lane.take(question(b"2"))
        replies = [await connection.reply() for _ in range(2)]
    assert replies == [(b"1", Taken("w")), (b"2", Busy("w"))]
    assert work.asked == [b"1"]


async def test_full_hands_leave_the_subscription_and_free_ones_enter_it_before_the_answer() -> None:
    connection, work = SlowConnection(), Gated()
    async with lane_of(work, connection) as lane:
        assert await connection.change() == f"+{SHARED}"
        lane.take(question(b"1"))
        assert await connection.change() == f"-{SHARED}"
        assert connection.changes.empty()
        work.let_go()
        _, reply = await connection.reply()
        while isinstance(reply, Taken):
            _, reply = await connection.reply()
        assert isinstance(reply, Heard)
        assert connection.changes.get_nowait() == f"+{SHARED}"


async def test_work_that_ends_before_the_broker_obeyed_leaves_the_subscription_open() -> None:
    connection, work = SlowConnection(), Gated()
    async with lane_of(work, connection) as lane:
        assert await connection.change() == f"+{SHARED}"
        connection.obeys.clear()
        lane.take(question(b"1"))
        work.let_go()
        connection.obeys.set()
        while not isinstance((await connection.reply())[1], Heard):
            pass
        lane.take(question(b"2"))
        while (await connection.reply())[0] != b"2":
            pass
        changes = [f"+{SHARED}"]
        while not connection.changes.empty():
            changes.append(connection.changes.get_nowait())
    assert all(one != other for one, other in pairwise(changes))


async def test_a_broker_that_refuses_is_asked_again() -> None:
    connection, work = SlowConnection(), Gated()
    connection.refusals = 1
    async with lane_of(work, connection):
        assert await connection.change() == f"+{SHARED}"


async def test_replies_that_cannot_be_sent_do_not_pile_up() -> None:
    connection, work = SlowConnection(), Gated()
    async with lane_of(work, connection) as lane:
        connection.obeys.clear()
        for number in range(10 * MOST_POSTS):
            lane.take(question(b"%d" % number))
        connection.obeys.set()
        for _ in range(MOST_POSTS):
            await connection.reply()
        assert connection.replies.empty()


async def test_of_short_work_it_is_said_only_when_it_takes_longer() -> None:
    connection, work = SlowConnection(), Gated(most=2)
    async with lane_of(work, connection) as lane:
        lane.take(question(b"1"))
        work.let_go()
        assert isinstance((await connection.reply())[1], Heard)
    connection, work = SlowConnection(), Gated(most=2)
    async with lane_of(work, connection) as lane:
        lane.take(question(b"1"))
        assert await connection.reply() == (b"1", Taken("w"))
