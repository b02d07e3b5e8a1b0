"""How the devices of the real home are reached: over the broker, or through Home Assistant."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from edge.config import Config
from edge.home.devices import Devices
from edge.home.graph import Home
from edge.home_assistant.address import Address, Token
from edge.home_assistant.devices import HomeAssistantDevices
from edge.kernel.events import Events
from edge.mqtt.broker_aiomqtt import AiomqttBroker
from edge.mqtt.devices import MqttDevices

CONNECT_S = 10.0
"""How long a command waits for the broker before it says what is wrong."""


def reached(
    config: Config, events: Events, owner: Home | None, wait_s: float
) -> AbstractAsyncContextManager[Devices]:
    """The devices of the real home, to be opened; `owner` is the home file's home.

    Raises LaresError when the broker or Home Assistant is not reached within `wait_s` seconds.
    """
    if config.home.devices == "home_assistant":
        return _through_home_assistant(config, events, owner, wait_s)
    return _through_broker(config, events, owner, wait_s)


def connection(config: Config, events: Events, status_topic: str | None = None) -> AiomqttBroker:
    """A connection to the configured broker, to be opened."""
    mqtt = config.mqtt
    return AiomqttBroker(
        mqtt.host,
        mqtt.port,
        username=mqtt.username,
        password=mqtt.password,
        tls=mqtt.tls,
        ca_file=mqtt.ca_file,
        status_topic=status_topic,
        events=events,
    )


@asynccontextmanager
async def _through_broker(
    config: Config, events: Events, owner: Home | None, wait_s: float
) -> AsyncIterator[Devices]:
    mqtt = config.mqtt
    async with connection(config, events) as link:
        await link.wait_connected(wait_s)
        async with MqttDevices(
            link, owner, node=mqtt.node, prefix=mqtt.discovery_prefix, events=events
        ) as devices:
            yield devices


@asynccontextmanager
async def _through_home_assistant(
    config: Config, events: Events, owner: Home | None, wait_s: float
) -> AsyncIterator[Devices]:
    there = config.home_assistant
    async with HomeAssistantDevices(
        Address.of(there.url, there.ca_file, verify=there.verify),
        Token.find(os.environ, there.token_file, there.token),
        owner,
        node=config.mqtt.node,
        events=events,
    ) as devices:
        await devices.wait_connected(wait_s)
        yield devices
