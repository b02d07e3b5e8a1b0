"""The wiring of Lares as a device: what of an `App` it shows on the broker, and what it takes back.

`present` is for the assistant that runs; `forgotten` takes everything off the broker again.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version
from pathlib import Path

from edge.app import App
from edge.home.graph import Home
from edge.kernel.events import Event, Events
from edge.mqtt.announcement import Machine, Topics
from edge.mqtt.broker import BrokerError
from edge.presence import Measured, Presence
from edge.reaching import CONNECT_S, connection
from edge.types import LaresError
from edge.voice.wake_choice import hearable
from hal.board import own_memory_bytes, read_board
from models.wake_word import wake_dir


@asynccontextmanager
async def present(app: App, home: Home, restart: Callable[[], None]) -> AsyncIterator[None]:
    """Be a device on the broker until the block ends. `restart` is called when that is wanted.

    Raises LaresError when `mqtt.node` cannot stand in topics. A connection that is not to be had is
    told by that of the devices; here only what the broker denies is. Where devices are reached
    through Home Assistant and no broker is named, there is no such device.
    """
    config = app.config
    if config.home.devices == "home_assistant" and "mqtt.host" not in config.origins:
        yield
        return
    topics = topics_of(app)
    denials = Events()

    def pass_on(event: Event) -> None:
        if event.name == "mqtt_denied":
            app.events.emit(event.name, event.level, **event.fields)

    denials.subscribe(pass_on)
    board = await asyncio.to_thread(read_board)
    machine = Machine(
        model=board.model,
        version=version("lares"),
        area=_area(app, home),
        language_model=_has_language_model(app),
        temperature=board.temperature_c is not None,
    )
    broker = connection(config, denials, topics.status)
    async with broker:
        with suppress(BrokerError):
            await broker.wait_connected(CONNECT_S)
        async with Presence(
            broker,
            topics,
            machine,
            app.controls,
            app.events,
            measure=_measured,
            restart=restart,
            choices=_wake_words(app),
            announce=config.mqtt.announce,
            keep_words=config.privacy.keep_words,
        ):
            yield


def topics_of(app: App) -> Topics:
    """Our own topics. Raises LaresError when our name cannot stand in them."""
    return Topics(app.config.mqtt.node, app.config.mqtt.discovery_prefix)


def _area(app: App, home: Home) -> str | None:
    """The name of where this machine stands; None where it has microphones in several areas."""
    if len(app.satellites) != 1 or (wanted := app.satellites[0].area) is None:
        return None
    area = home.area(wanted)
    return wanted if area is None else area.name


def _has_language_model(app: App) -> bool:
    try:
        return app.models.language_model is not None
    except LaresError:
        return False  # whoever wants to ask it tells why


def _wake_words(app: App) -> Mapping[str, tuple[str, ...]]:
    """What wakes Lares, by how it is shown: a word that can be heard here, or those configured."""
    configured = app.config.wake.words
    single = hearable(wake_dir(os.environ, Path.home()))
    several = [configured] if len(configured) > 1 else []
    choices = [*several, *((word,) for word in single)]
    return {", ".join(w.replace("_", " ") for w in words): words for words in choices}


def _measured() -> Measured:
    return Measured(own_memory_bytes(), read_board().temperature_c)
