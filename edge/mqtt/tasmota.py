"""Tasmota's devices on a broker: the two messages of each joined to one, and questions asked.

1. `joined` keeps the latest `config` and `sensors` of each device, and makes one announcement of
   both: of a device that is gone an empty one.
2. Whenever a device announces itself, which its retained `config` does after each connection too,
   it is asked for its states: Tasmota tells them when they change and every five minutes, and
   nothing of that is retained.
3. `run` sends the questions, once the answers will be heard.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from edge.home.components.wiring import Problem
from edge.home.mqtt_entity import MqttEntity
from edge.home.tasmota import LARGEST, device_of, questions, read_tasmota
from edge.mqtt.broker import Broker, BrokerError
from edge.types import LaresError, Message

log = logging.getLogger(__name__)

MOST_DEVICES = 5_000


class Tasmotas:
    """All devices that use Tasmota's own discovery."""

    def __init__(self, broker: Broker, settled: Callable[[], Awaitable[object]]) -> None:
        """`settled` waits until all topics that are wanted are subscribed to."""
        self._broker = broker
        self._settled = settled
        self._told: dict[str, dict[str, str]] = {}
        self._questions: asyncio.Queue[Message] = asyncio.Queue()

    def joined(self, message: Message) -> Message:
        """One announcement of what a device said last on its two topics, after one of them."""
        device = device_of(message.topic)
        kind = message.topic.rpartition("/")[2]
        if device not in self._told and len(self._told) >= MOST_DEVICES:
            log.warning("more than %s devices of Tasmota; %s is left out", MOST_DEVICES, device)
            return Message(device, "")
        told = self._told.setdefault(device, {})
        told[kind] = message.payload[: LARGEST + 1]
        if kind == "config":
            self._ask(message)
        if not any(payload.strip() for payload in told.values()):
            del self._told[device]
        config = told.get("config", "")
        halves = [config, told.get("sensors", "")]
        return Message(device, json.dumps(halves) if config.strip() else "")

    async def run(self) -> None:
        """Send the questions until cancelled."""
        while True:
            message = await self._questions.get()
            await self._settled()
            try:
                await self._broker.publish(message)
            except BrokerError as error:
                log.warning("%s", error)

    def _ask(self, message: Message) -> None:
        with suppress(LaresError):  # whoever reads the announcement says what is wrong with it
            for question in questions(message.topic, message.payload):
                self._questions.put_nowait(question)


def read_joined(topic: str, payload: str, *, problem: Problem) -> tuple[MqttEntity, ...]:
    """The entities of an announcement that `Tasmotas.joined` made. Raises `DiscoveryError`."""
    if not payload:
        return ()
    config, sensors = json.loads(payload)
    return read_tasmota(f"{topic}/config", config, sensors, problem=problem)
