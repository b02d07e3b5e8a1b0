"""`lares run` and `lares demo`: listen, understand and act until told to stop.

`run` takes everything from `lares.toml` and heals itself: a microphone that is unplugged is opened
again with growing pauses, a broker that goes away is waited for. `demo` brings its own broker, its
own devices and recorded speech, and goes the same way through the same parts.
"""

from __future__ import annotations

import asyncio
import json
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from edge.app import App, Household
from edge.batch import response
from edge.commands.ending import RESTARTS, start_again, until_told
from edge.config import Config, Gpio, Satellite, state_dir
from edge.demo.devices import HOME_FILE, run_devices
from edge.demo.mosquitto import start_broker
from edge.demo.recordings import recordings
from edge.device import present
from edge.kernel.events import Event, Events
from edge.listening import Heard
from edge.mqtt.tasks import end
from edge.muting import muted_by
from edge.pins import fitted
from edge.ringing import ringing
from edge.serving import served
from edge.timeline import Timeline, changed_states, stage_times
from edge.timers import Timers
from edge.types import Outcome
from hal.microphone import MicrophoneError
from hal.microphone_file import FileMicrophone

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
_UNMUTE = "Unmute it in Home Assistant, or send OFF to lares/{}/mute/set."


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
    if arguments.microphone is not None:
        config = replace(config, satellites=())
    code = until_told(_run(config, as_log=arguments.log))
    if code == RESTARTS:
        start_again()
    return code


def demo(arguments: Namespace) -> int:
    """A broker, a virtual home and recorded commands. Exit code 1 when one was not carried out."""
    config = Config.load(arguments.config)
    if arguments.engine:
        config = config.with_value("stt.engine", arguments.engine, "--engine")
    return until_told(_demo(config, arguments))


async def _run(config: Config, *, as_log: bool) -> int:
    events = Events()
    with _shown(events, as_log=as_log):
        app = App(config, events, controls_file=state_dir() / "controls.json")
        if app.controls.settings.muted:
            events.emit("still_muted", "warning", advice=_UNMUTE.format(config.mqtt.node))
        restart = asyncio.Event()
        timers = Timers(events)
        async with (
            app.live(patient=True, timers=timers) as household,
            ringing(app, household, timers),
            present(app, household.home, restart.set),
            served(app, household),
        ):
            upkeep = asyncio.create_task(app.models.upkeep.run())
            listening = asyncio.create_task(_listen_everywhere(app, household))
            restarting = asyncio.create_task(restart.wait())
            try:
                await asyncio.wait((listening, restarting), return_when=asyncio.FIRST_COMPLETED)
                if listening.done():
                    await listening
                    return 0
            finally:
                for task in (upkeep, restarting, listening):
                    await end(task)
    return RESTARTS


async def _listen_everywhere(app: App, household: Household) -> None:
    """Listen to all satellites until the last of them ends, or one cannot be used at all; for ever
    where there is none."""
    pins = app.config.gpio
    if not app.satellites:
        await asyncio.Event().wait()
    try:
        async with asyncio.TaskGroup() as listening:
            for satellite in app.satellites:
                listening.create_task(_listen_for_ever(app, household, satellite, pins))
                pins = Gpio()
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None


async def _listen_for_ever(
    app: App, household: Household, satellite: Satellite, pins: Gpio
) -> None:
    """Listen to a satellite; when its microphone is lost in mid-stream, say so once and open it
    again until it is back. One of another machine need not be there at first."""
    pause = FIRST_PAUSE_S
    opened = satellite.remote is not None
    news = True
    while True:
        microphone = app.microphone(satellite)
        listening = app.listening(microphone, household, satellite=satellite)
        try:
            with (
                muted_by(app.controls, microphone) as switch,
                fitted(pins, switch, listening, app.events),
            ):
                async for heard in listening:
                    await app.answer(household, heard, satellite)
            return
        except MicrophoneError as error:
            opened = opened or listening.opened
            if not opened or satellite.microphone == "-":
                raise
            if listening.opened or news:
                pause, news = FIRST_PAUSE_S, False
                app.events.emit("microphone_lost", "warning", error=str(error), again_in_s=pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)


@contextmanager
def _shown(events: Events, *, as_log: bool) -> Iterator[None]:
    if as_log:
        unsubscribe = events.subscribe(_log)
        try:
            yield
        finally:
            unsubscribe()
    else:
        with Timeline(events, Console()):
            yield


def _log(event: Event) -> None:
    line = {"time": round(event.time, 3), "level": event.level, "event": event.name}
    told = json.dumps({**line, **event.fields}, default=_plain)
    sys.stderr.write(f"{told}\n")  # in one piece: events come from several threads
    sys.stderr.flush()


def _plain(value: object) -> object:
    if isinstance(value, Outcome):
        return response(value)
    if isinstance(value, Heard):
        return asdict(value.transcript)
    if isinstance(value, Mapping):
        return dict(value)
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)


async def _demo(config: Config, arguments: Namespace) -> int:
    console = Console(stderr=arguments.json)
    with TemporaryDirectory(prefix="lares-demo-") as folder:
        return await _demo_in(Path(folder), config, arguments, console)


async def _demo_in(folder: Path, config: Config, arguments: Namespace, console: Console) -> int:
    async with start_broker() as broker:
        if config.home.file is None:
            config = config.with_value("home.file", HOME_FILE, "demo")
        config = config.with_value("mqtt.host", broker.host, "demo")
        config = config.with_value("mqtt.port", broker.port, "demo")
        config = config.with_value("privacy.audit_file", folder / "audit.jsonl", "demo")
        app = App(config)
        home = app.home()
        with console.status("Starting a broker, a virtual home and the speech engine …"):
            engine = app.ears.stt(home).name
        async with run_devices(home, broker.host, broker.port), app.live() as household:
            _introduce(console, broker.program, engine, household, arguments.mic)
            before = household.states.snapshot()
            with Timeline(app.events, console) as timeline:
                if arguments.mic:
                    await _listen_everywhere(app, household)
                else:
                    await _play(app, household, paced=not arguments.fast)
            outcomes = timeline.outcomes
            console.print(changed_states(household.home, before, household.states.snapshot()))
            console.print(stage_times(outcomes))
    if arguments.json:
        for outcome in outcomes:
            print(json.dumps(response(outcome)))
    done = sum(bool(o.intents) and not (o.failed or o.asked or o.refused) for o in outcomes)
    if arguments.mic:
        return 0
    console.print(f"[bold]{done} of {len(recordings())} commands were carried out.[/bold]")
    return 0 if done == len(recordings()) else 1


async def _play(app: App, household: Household, *, paced: bool) -> None:
    for recording in recordings():
        microphone = FileMicrophone(recording.path, paced=paced)
        async for heard in app.listening(microphone, household):
            await app.answer(household, heard)


def _introduce(
    console: Console, broker: str, engine: str, household: Household, microphone: bool
) -> None:
    home = household.home
    console.print(
        f"[bold]Lares[/bold]: {broker} as broker, {len(home.entities)} virtual devices on "
        f"{len(home.floors)} floors, announced by MQTT discovery; {engine} hears."
    )
    if microphone:
        console.print("Say “okay nabu”, then a command. Control-C ends.")
