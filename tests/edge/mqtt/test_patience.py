"""Topics that take too much time are read less often, and no others."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from edge.mqtt.patience import MOST_S, SHARE_S, Patience
from edge.types import Message

WAIT_S = 10.0


def work(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


class Reader:
    """Takes a while for each message of a heavy topic."""

    def __init__(self) -> None:
        self.heard: list[Message] = []
        self.counts: Counter[str] = Counter()
        self.changed = asyncio.Event()

    def read(self, message: Message) -> None:
        self.heard.append(message)
        self.counts[message.topic] += 1
        if message.topic.startswith("heavy"):
            work(SHARE_S)
        self.changed.set()

    async def until(self, message: Message) -> None:
        async with asyncio.timeout(WAIT_S):
            while message not in self.heard:
                self.changed.clear()
                await self.changed.wait()


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
def patience(reader: Reader) -> Iterator[Patience]:
    patience = Patience(reader.read)
    yield patience
    patience.end()


async def test_a_heavy_topic_is_cut_short_and_its_last_message_is_read_in_the_next_second(
    reader: Reader, patience: Patience
) -> None:
    for number in range(1_000):
        patience.read(Message("heavy", str(number)))
        patience.read(Message("light", str(number)))
    assert reader.counts["heavy"] <= MOST_S / SHARE_S + 1
    assert reader.counts["light"] == 1_000
    await reader.until(Message("heavy", "999"))
    assert [int(m.payload) for m in reader.heard if m.topic == "heavy"] == sorted(
        {int(m.payload) for m in reader.heard if m.topic == "heavy"}
    )


async def test_many_messages_of_many_topics_are_all_read_at_once(
    reader: Reader, patience: Patience
) -> None:
    messages = [Message(f"heavy/{number}", "") for number in range(30)]
    for message in messages:
        patience.read(message)
    assert reader.heard == messages


async def test_one_heavy_topic_alone_waits_only_when_it_has_taken_what_all_together_may(
    reader: Reader, patience: Patience
) -> None:
    for number in range(5):
        patience.read(Message("heavy", str(number)))
    assert reader.counts["heavy"] == 5


async def test_what_waits_is_read_when_somebody_must_know_all(
    reader: Reader, patience: Patience
) -> None:
    for number in range(1_000):
        patience.read(Message("heavy", str(number)))
    assert reader.heard[-1] != Message("heavy", "999")
    patience.catch_up()
    assert reader.heard[-1] == Message("heavy", "999")
