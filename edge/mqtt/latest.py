"""The latest message of each followed topic, for who begins to follow it later.

zigbee2mqtt tells all of a device on one topic, and an entity that is announced a moment after the
others must know what was told there. Only so much is remembered as a home can need: beyond that an
entity waits for the next message.
"""

from __future__ import annotations

from dataclasses import replace

from edge.types import Message

MOST_CHARACTERS = 32 << 20
"""Of all messages together."""


class Latest:
    """Latest messages by topic, as if the broker had retained them."""

    def __init__(self, most_characters: int = MOST_CHARACTERS) -> None:
        self._most = most_characters
        self._messages: dict[str, Message] = {}
        self._size = 0

    def get(self, topic: str) -> Message | None:
        """The latest message of a topic, where it is remembered."""
        return self._messages.get(topic)

    def note(self, message: Message) -> None:
        """A message came."""
        self.forget(message.topic)
        if self._size + len(message.payload) <= self._most:
            self._messages[message.topic] = replace(message, retain=True)
            self._size += len(message.payload)

    def forget(self, topic: str) -> None:
        """Nobody follows a topic any more."""
        if (message := self._messages.pop(topic, None)) is not None:
            self._size -= len(message.payload)
