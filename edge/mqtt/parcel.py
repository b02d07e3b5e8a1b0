"""A message of MQTT 5: any bytes, and what that version tells beside them.

Devices speak in text and need none of it (`edge.types.Message`); questions and answers between
programs do: where the answer goes, which question it belongs to, and until when anybody wants it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import aiomqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message. What is None is not told."""

    topic: str
    payload: bytes = b""
    retain: bool = False
    response_topic: str | None = None
    correlation: bytes | None = None
    """What an answer carries to tell its question."""
    expiry_s: int | None = None
    """Whole seconds after which the broker drops it; what comes has this much left."""
    content_type: str | None = None

    @classmethod
    def of(cls, message: aiomqtt.Message) -> Self:
        """A message that came, from a broker of either version."""
        told = message.properties
        payload = message.payload
        return cls(
            message.topic.value,
            bytes(payload) if isinstance(payload, bytes | bytearray) else str(payload).encode(),
            message.retain,
            getattr(told, "ResponseTopic", None),
            getattr(told, "CorrelationData", None),
            getattr(told, "MessageExpiryInterval", None),
            getattr(told, "ContentType", None),
        )

    @property
    def properties(self) -> Properties:
        """What is told beside the bytes."""
        told = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # as paho has it
        for name, value in (
            ("ResponseTopic", self.response_topic),
            ("CorrelationData", self.correlation),
            ("MessageExpiryInterval", self.expiry_s),
            ("ContentType", self.content_type),
        ):
            if value is not None:
                setattr(told, name, value)
        return told
