"""Publishing with the broker's whole answer.

With MQTT 5 a broker acknowledges each message with a reason: taken, nobody listens, "Not
authorized". aiomqtt waits for the acknowledgement and drops the reason, so messages are published
here through the paho client inside it.
"""

from __future__ import annotations

import asyncio
from typing import Any

import aiomqtt
from paho.mqtt.client import MQTT_ERR_SUCCESS
from paho.mqtt.reasoncodes import ReasonCode

from edge.mqtt.parcel import Parcel
from edge.types import Message

NOT_AUTHORIZED = 0x87
"""Reason code of MQTT 5, also in the answer to a subscription (3.4.2.1 and 3.9.3)."""
REFUSED_BY_3_1_1 = 0x80
"""The only reason that MQTT 3.1.1 knows for refusing a subscription (3.9.3)."""


class Acknowledgements:
    """Those of one client, which is connected."""

    def __init__(self, client: aiomqtt.Client) -> None:
        """aiomqtt offers no other way to the reasons than the client inside its own."""
        self._paho = client._client
        self._waiting: dict[int, asyncio.Future[int]] = {}
        inner = self._paho.on_publish

        def told(*arguments: Any) -> None:
            _, _, number, reason, *_ = arguments
            waiting = self._waiting.pop(number, None)
            if waiting is not None and not waiting.done():
                waiting.set_result(reason.value if isinstance(reason, ReasonCode) else 0)
            if inner is not None:
                inner(*arguments)

        self._paho.on_publish = told

    async def publish(self, message: Message | Parcel, qos: int) -> int:
        """Publish at QoS 1 or 2, and wait for the reason code of the answer, for ever if need be.

        Raises aiomqtt.MqttError when the message cannot be sent.
        """
        told = message.properties if isinstance(message, Parcel) else None
        info = self._paho.publish(message.topic, message.payload, qos, message.retain, told)
        if info.rc != MQTT_ERR_SUCCESS:
            raise aiomqtt.MqttCodeError(info.rc, "Could not publish message")
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting[info.mid] = answer
        try:
            return await answer
        finally:
            self._waiting.pop(info.mid, None)
