"""What Lares needs of an MQTT broker, whichever it is.

`edge.mqtt.broker_aiomqtt` is a real one over the network, `edge.mqtt.broker_loopback` a virtual
home in the same process. Both keep the promise that a published message has reached the broker (QoS
1) or an error is raised: nothing is lost silently.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import TracebackType
from typing import Protocol, Self

from edge.types import LaresError, Message


class BrokerError(LaresError):
    """The broker cannot be reached, refuses, or did not take a message."""


class Broker(Protocol):
    """A connection to a broker, open between `async with`."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    @property
    def connected(self) -> bool:
        """Whether messages go through now."""
        ...

    @property
    def connections(self) -> int:
        """How often it was connected. After each time, retained messages come anew."""
        ...

    async def wait_connected(self, timeout_s: float) -> None:
        """Wait for the connection. Raises `BrokerError` with what is wrong and what to do."""
        ...

    async def publish(self, message: Message) -> None:
        """Hand a message to the broker. Returns when it has it; raises `BrokerError` otherwise."""
        ...

    async def subscribe(self, *filters: str) -> None:
        """Ask for the messages of topic filters, retained ones first; also after reconnecting."""
        ...

    async def unsubscribe(self, *filters: str) -> None:
        """Ask for them no longer."""
        ...

    def messages(self) -> AsyncIterator[Message]:
        """The messages that come, in order. For one reader."""
        ...


def topic_matches(topic_filter: str, topic: str) -> bool:
    """Whether a topic is one of a filter's, by MQTT 4.7: `+` is any level, a last `#` any more."""
    wanted, found = topic_filter.split("/"), topic.split("/")
    if found[0].startswith("$") and wanted[0] in ("+", "#"):
        return False
    for index, level in enumerate(wanted):
        if level == "#":
            return True
        if index >= len(found) or level not in ("+", found[index]):
            return False
    return len(wanted) == len(found)
