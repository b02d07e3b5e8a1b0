"""`lares run` and `lares demo`: listen, understand and act until told to stop.

`run` takes everything from `lares.toml` and heals itself: a microphone that is unplugged is opened again
with growing pauses, a broker that goes away is waited for. `demo` brings its own broker, its own devices
and recorded speech, and goes the same way through the same parts.
"""

from __future__ import annotations

import asyncio
import json
import sys
from argparse import Namespace
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.panel import Panel

from edge.app import App, Household
from edge.batch import response
from edge.config import Config
from edge.demo.devices import DemoDevices
from edge.demo.mosquitto import start_broker
from edge.demo.recordings import recordings
from edge.kernel.events import Event, Events
from edge.timeline import Timeline, changed_states, stage_times
from edge.types import LaresError
from hal.microphone import Microphone, MicrophoneError
from hal.microphone_file import FileMicrophone

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0


def run(arguments: Namespace) -> int:
    """The assistant, until interrupted."""
    config = Config.load(arguments.config)
    for option, key in (
        ("microphone", "audio.microphone"),
        ("engine", "stt.engine"),
        ("host", "mqtt.host"),
        ("port", "mqtt.port"),
    ):
        if getattr(arguments, option) is not None:
            config = config.with_value(key, getattr(arguments, option), f"--{option}")
    return asyncio.run(_run(App(config, Events()), as_log=arguments.log))


def demo(arguments: Namespace) -> int:
    """A broker, a virtual home and recorded commands. Exit code 1 when one was not carried out."""
    config = Config.load(arguments.config)
    if arguments.engine:
        config = config.with_value("stt.engine", arguments.engine, "--engine")
    return asyncio.run(_demo(config, arguments))


async def _run(app: App, *, as_log: bool) -> int:
    with _shown(app.events, as_log=as_log):
        async with app.live() as household:
            await _listen_for_ever(app, household)
    return 0


async def _listen_for_ever(app: App, household: Household) -> None:
    pause = FIRST_PAUSE_S
    opened = False
    while True:
        try:
            async for heard in app.listen(app.microphone(), household.home):
                opened, pause = True, FIRST_PAUSE_S
                await app.answer(household, heard)
            return
        except MicrophoneError as error:
            if not opened:
                raise
            app.events.emit("microphone_lost", "warning", error=str(error), again_in_s=pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)
