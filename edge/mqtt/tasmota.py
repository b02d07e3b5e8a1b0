"""Tasmota's devices on a broker: the two messages of each joined to one, and questions asked.

1. `joined` keeps the latest `config` and `sensors` of each device, and makes one announcement of
   both: of a device that is gone an empty one.
2. Whenever a device announces itself, which its retained `config` does after each connection too,
   it is asked for its states: Tasmota tells them when they change and every five minutes, and
   nothing of that is retained.
3. `run` sends the questions, once the answers will be heard: those of a device once, however often
   it announced itself until then.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import chain

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
        self._full = False
        self._unasked: dict[str, tuple[Message, ...]] = {}
        self._to_ask = asyncio.Event()

    def joined(self, message: Message) -> Message:
        """One announcement of what a device said last on its two topics, after one of them."""
        device = device_of(message.topic)
        kind = message.topic.rpartition("/")[2]
        if device not in self._told and len(self._told) >= MOST_DEVICES:
            if not self._full:
                log.warning("more than %s devices of Tasmota; the rest is left out", MOST_DEVICES)
            self._full = True
            return Message(device, "")
        told = self._told.setdefault(device, {})
        told[kind] = message.payload[: LARGEST + 1]
        if kind == "config":
            self._ask(device, message)
        if not any(payload.strip() for payload in told.values()):
            del self._told[device]
        config = told.get("config", "")
        halves = [config, told.get("sensors", "")]
        return Message(device, json.dumps(halves) if config.strip() else "")

    async def run(self) -> None:
        """Send the questions until cancelled."""
        while True:
            await self._to_ask.wait()
            await self._settled()
            self._to_ask.clear()
            unasked, self._unasked = self._unasked, {}
            for question in chain.from_iterable(unasked.values()):
                try:
                    await self._broker.publish(question)
                except BrokerError as error:
                    log.warning("%s", error)

    def _ask(self, device: str, config: Message) -> None:
        self._unasked.pop(device, None)
        with suppress(LaresError):  # whoever reads the announcement says what is wrong with it
            self._unasked[device] = questions(config.topic, config.payload)
            self._to_ask.set()


def read_joined(topic: str, payload: str, *, problem: Problem) -> tuple[MqttEntity, ...]:
    """The entities of an announcement that `Tasmotas.joined` made. Raises `DiscoveryError`."""
    if not payload:
        return ()
    config, sensors = json.loads(payload)
    return read_tasmota(f"{topic}/config", config, sensors, problem=problem)
