"""Taking off the broker what Lares keeps there: its announcement, and its states.

An empty retained message deletes the one that was retained, and is how Home Assistant learns that
an entity is gone. What an older version announced is found as well, since whatever is retained is
looked at.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass

from edge.mqtt.announcement import ONLINE, Topics, is_ours
from edge.mqtt.broker import Broker, BrokerError, topic_matches
from edge.mqtt.tasks import end
from edge.types import Message

QUIET_S = 0.5
"""How long after our marker came back other messages may still come: not every broker keeps an
order between retained messages and new ones."""
PROTESTS_WITHIN_S = 2.0
"""How soon a Lares that is there says "online" again."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was taken off the broker."""

    announcements: tuple[str, ...]
    """Topics."""
    states: tuple[str, ...]
    still_there: bool
    """Whether a Lares of this name is running, and announces itself again."""


async def forget(broker: Broker, topics: Topics, timeout_s: float = 10.0) -> Forgotten:
    """Take everything off the broker that a Lares of this name keeps there; its connection is open,
    and nobody else reads from it. Raises BrokerError."""
    own = f"lares/{topics.node}/#"
    marker = f"lares/{topics.node}/marker"
    kept: dict[str, str] = {}
    came, protested = asyncio.Event(), asyncio.Event()

    async def read() -> None:
        async for message in broker.messages():
            if message.topic == marker:
                came.set()
            elif message.topic == topics.status and message.payload == ONLINE and came.is_set():
                protested.set()
            elif message.retain and message.payload:
                kept[message.topic] = message.payload

    reading = asyncio.create_task(read(), name="forgetting")
    try:
        await broker.subscribe(topics.announcements, own)
        await broker.publish(Message(marker, "forgetting"))
        async with asyncio.timeout(timeout_s):
            await came.wait()
        await asyncio.sleep(QUIET_S)
        states = tuple(topic for topic in kept if topic_matches(own, topic))
        announced = tuple(topic for topic, payload in kept.items() if is_ours(topics, payload))
        protested.clear()
        for topic in (*announced, *states):
            await broker.publish(Message(topic, "", retain=True))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PROTESTS_WITHIN_S if topics.status in states else 0):
                await protested.wait()
        return Forgotten(announced, states, protested.is_set())
    except TimeoutError:
        raise BrokerError(
            f"The broker did not answer within {timeout_s:g} s. Check that it runs and that this "
            f"client may publish and subscribe to {own}."
        ) from None
    finally:
        await end(reading)
