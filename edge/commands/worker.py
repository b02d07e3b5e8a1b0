"""`lares worker`: hear and understand for hubs on other machines, until told to stop.

It follows the same broker as they do, so it knows the same devices by the same names; the home file
of the hub is needed here, too. Everything is loaded and tried once before the first question is
taken. It acts on nothing.
"""

from __future__ import annotations

import asyncio
import json
import sys
from argparse import Namespace
from collections.abc import Sequence
from typing import cast, get_args

from edge.app import App
from edge.commands.ending import until_told
from edge.config import Config
from edge.kernel.events import Event
from edge.mqtt.parcel import Parcel
from edge.types import SAMPLE_RATE, LaresError
from edge.workers.messages import JSON, PCM, Kind, Understand, encoded
from edge.workforce import worker_of, works_of

_TRIALS = {
    "hear": Parcel("", bytes(SAMPLE_RATE), content_type=PCM),
    "understand": Parcel("", encoded(Understand("it's stuffy in here")), content_type=JSON),
}
"""Questions that have everything loaded which answers take."""
_ONLY_LOGGED = frozenset({"worker_answered", "understood"})


def worker(arguments: Namespace) -> int:
    """Work, until interrupted."""
    config = Config.load(arguments.config)
    for option, key in (
        ("group", "workers.group"),
        ("engine", "stt.engine"),
        ("host", "mqtt.host"),
        ("port", "mqtt.port"),
    ):
        if getattr(arguments, option) is not None:
            config = config.with_value(key, getattr(arguments, option), f"--{option}")
    kinds = _kinds(arguments.kinds)
    app = App(config.with_value("workers.use", False, "lares worker"))
    app.events.subscribe(_log if arguments.log else _tell)
    return until_told(_work(app, kinds))


def _kinds(words: str) -> tuple[Kind, ...]:
    kinds = tuple(dict.fromkeys(word.strip() for word in words.split(",") if word.strip()))
    if not kinds or not set(kinds) <= set(get_args(Kind)):
        allowed = ", ".join(get_args(Kind))
        raise LaresError(f"Expected --for to name some of {allowed}; found {words!r}.")
    return cast("tuple[Kind, ...]", kinds)


async def _work(app: App, kinds: Sequence[Kind]) -> int:
    async with app.live(patient=True) as household:
        works = works_of(app, household.devices, kinds)
        for work in works:
            await asyncio.to_thread(work.answer, "", _TRIALS[work.kind])
        await worker_of(app, works).run()
    return 0


def _log(event: Event) -> None:
    line = {"time": round(event.time, 3), "level": event.level, "event": event.name}
    sys.stderr.write(json.dumps({**line, **event.fields}, default=str) + "\n")
    sys.stderr.flush()


def _tell(event: Event) -> None:
    """What its owner wants to see of a worker: that it is there, and what is wrong."""
    if event.level != "debug" and event.name not in _ONLY_LOGGED:
        told = ", ".join(f"{name}: {value}" for name, value in event.fields.items())
        sys.stderr.write(f"{event.name.replace('_', ' ')}  {told}\n")
        sys.stderr.flush()
