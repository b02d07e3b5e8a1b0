"""The demo's virtual devices as MQTT clients of a real broker, one client an area.

Each client is a gateway as they stand in real homes: it announces the devices of its area by Home
Assistant's discovery, tells that it is online (the broker says offline when it vanishes), publishes
their states, and answers their commands. It knows nothing of Lares but the broker's address.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import aiomqtt

from edge.home.graph import Home
from edge.home.virtual import BASE, OFFLINE, ONLINE, VirtualDevice
from edge.mqtt.opening import opened
from edge.mqtt.tasks import end
from edge.types import Message

HOME_FILE = Path(__file__).with_name("home.yaml")
SOCKET_OPTIONS = ((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),)
QOS = 1
NOWHERE = "no_area"


@contextlib.asynccontextmanager
async def run_devices(
    home: Home, host: str, port: int, *, travel_s: float = 0.0
) -> AsyncIterator[Sequence[VirtualDevice]]:
    """Run the devices of a home against a broker until the block ends; inside, all are announced.

    `travel_s` is how long covers and valves take. A client that loses the broker raises out of the
    block.
    """
    groups = _by_area(home, travel_s)
    async with asyncio.TaskGroup() as clients:
        ready = [asyncio.Event() for _ in groups]
        tasks = [
            clients.create_task(_run_client(area, devices, host, port, announced))
            for (area, devices), announced in zip(groups.items(), ready, strict=True)
        ]
        try:
            await asyncio.gather(*(event.wait() for event in ready))
            yield [device for devices in groups.values() for device in devices]
        finally:
            await asyncio.gather(*(end(task) for task in tasks))


def _by_area(home: Home, travel_s: float) -> dict[str, list[VirtualDevice]]:
    groups: defaultdict[str, list[VirtualDevice]] = defaultdict(list)
    for entity in home.entities:
        area = home.area_of(entity)
        key = area.id if area else NOWHERE
        groups[key].append(
            VirtualDevice(
                entity,
                area=area.name if area else None,
                availability_topic=_availability(key),
                travel_s=travel_s,
            )
        )
    return dict(groups)


def _availability(area: str) -> str:
    return f"{BASE}/{area}/availability"


async def _run_client(
    area: str, devices: Sequence[VirtualDevice], host: str, port: int, announced: asyncio.Event
) -> None:
    offline = Message(_availability(area), OFFLINE, retain=True)
    will = aiomqtt.Will(offline.topic, offline.payload, QOS, retain=True)
    gateway = aiomqtt.Client(host, port, will=will, socket_options=SOCKET_OPTIONS)
    async with opened(gateway) as client:
        await client.subscribe([(device.command_filter, QOS) for device in devices])
        for device in devices:
            await _publish(client, (device.discovery(), *device.state_messages()))
        await _publish(client, (Message(_availability(area), ONLINE, retain=True),))
        announced.set()
        try:
            await _serve(client, devices)
        except asyncio.CancelledError:
            with contextlib.suppress(aiomqtt.MqttError):
                await _publish(client, (offline,))
            raise


async def _serve(client: aiomqtt.Client, devices: Sequence[VirtualDevice]) -> None:
    """Obey commands as they come, and let what moves arrive when it is due."""
    commands = aiter(client.messages)
    coming = asyncio.ensure_future(anext(commands))
    try:
        while True:
            moving = [left for device in devices if (left := device.seconds_left()) is not None]
            await asyncio.wait((coming,), timeout=min(moving, default=None))
            for device in devices:
                await _publish(client, device.advance())
            if coming.done():
                command = _message(coming.result())
                coming = asyncio.ensure_future(anext(commands))
                for device in devices:
                    await _publish(client, device.handle(command))
    finally:
        coming.cancel()


def _message(message: aiomqtt.Message) -> Message:
    payload = message.payload
    text = payload.decode() if isinstance(payload, bytes | bytearray) else str(payload)
    return Message(message.topic.value, text)


async def _publish(client: aiomqtt.Client, messages: Sequence[Message]) -> None:
    for message in messages:
        await client.publish(message.topic, message.payload, QOS, message.retain)
