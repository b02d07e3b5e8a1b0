"""Followed topics that stand for several, as "+/+/BTtoMQTT/A4C138112233".

So gateways for Bluetooth announce a sensor (Theengs Gateway, `discovery.py`): whichever of them
hears it publishes on a topic of its own. What comes on any of those is read as if it came on the
followed topic itself, so that nobody else needs to know of wildcards.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from paho.mqtt.matcher import MQTTMatcher

from edge.types import Message


class Wildcards:
    """Those of the followed topics that have a `+`."""

    def __init__(self) -> None:
        self._matcher: Any = MQTTMatcher()  # type: ignore[no-untyped-call]  # paho's is untyped

    def add(self, topic: str) -> None:
        """A topic is followed."""
        if "+" in topic:
            self._matcher[topic] = topic

    def drop(self, topic: str) -> None:
        """A topic is followed no longer."""
        if "+" in topic:
            del self._matcher[topic]

    def readings(self, message: Message) -> Iterator[Message]:
        """A message as it came, and on each of these topics that stands for its own."""
        yield message
        for topic in self._matcher.iter_match(message.topic):
            yield replace(message, topic=topic)
