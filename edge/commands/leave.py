"""`lares home leave`: be no device of Home Assistant's any longer."""

from __future__ import annotations

import asyncio
from argparse import Namespace

from edge.app import App
from edge.config import Config
from edge.device import topics_of
from edge.mqtt.forgetting import Forgotten, forget
from edge.reaching import CONNECT_S, connection


def leave(arguments: Namespace) -> int:
    """Take everything off the broker that Lares keeps there. Exit code 1 where it is still running,
    and will announce itself again."""
    config = Config.load(arguments.config)
    for key in ("host", "port"):
        if getattr(arguments, key) is not None:
            config = config.with_value(f"mqtt.{key}", getattr(arguments, key), f"--{key}")
    forgotten = asyncio.run(_forgotten(App(config)))
    print(
        f"{len(forgotten.announcements)} entities and {len(forgotten.states)} states were taken "
        "off the broker."
    )
    if not forgotten.still_there:
        return 0
    print(
        f"{config.mqtt.node} is still running, and will announce itself again: end it, or set "
        "mqtt.announce = false and restart it."
    )
    return 1


async def _forgotten(app: App) -> Forgotten:
    topics = topics_of(app)
    async with connection(app.config, app.events) as broker:
        await broker.wait_connected(CONNECT_S)
        return await forget(broker, topics)
