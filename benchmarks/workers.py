"""How much several workers hear and understand, and what it costs when one of them fails.

    lares bench workers [--engine E] [--seconds S] [--json]

One Mosquitto on this machine; each worker is a process (`lares worker`) that takes one core.

1. *Throughput* with 1, 2 and 4 workers: texts to understand, and recorded commands to hear, as many
   at a time as keep all workers busy. Beside it, what one process does without any broker. The
   cores of this machine end it.
2. *Failures*, with three workers, each in a network namespace of its own where this may be had: two
   rooms speak one command after the other; each is heard and understood by a worker, and done by
   the hub. In mid-work, when it has just taken a sound to hear, one worker is killed, then the
   cable of another is cut. Counted are commands that were lost, done twice, or done without a
   worker, and what the devices were told in all; the added delay is that of the slowest command
   over the median of a quiet run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from itertools import cycle
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import aiomqtt
import soundfile
from rich.console import Console
from rich.table import Table

from benchmarks.workers_machines import WorkerProcess, machine, may_have_machines, worker
from edge.app import App, Household
from edge.config import Config
from edge.demo.devices import HOME_FILE, run_devices
from edge.demo.mosquitto import HOST, free_port, start_broker
from edge.demo.recordings import recordings
from edge.home.graph import Area, Entity, Home
from edge.kernel.events import Event, Events
from edge.mqtt.tasks import end
from edge.nlu.reader import Turn
from edge.types import SAMPLE_RATE, EntityState, LaresError, Samples, Transcript, Utterance
from edge.workers.asking import Asking, NotAnsweredError
from edge.workers.messages import FLAC, Understand, encoded, sound_bytes
from edge.workforce import workforce

WORKERS = (1, 2, 4)
SECONDS = 5.0
AT_ONCE = {"texts": 6, "sounds": 2}
"""Questions that are open at a time, for each worker."""
WITHIN_S = 20.0
TEXTS = (
    "turn on the kitchen light", "set the bedroom lamp to fifty percent", "open the blinds",
    "what's the temperature in the living room", "lock the front door", "start the vacuum",
    "turn everything off in the kitchen", "make the bedroom lamp blue",
)  # fmt: skip
ROOMS = ("kitchen", "bedroom")
COMMANDS = 6
"""Each room speaks so many in a run."""
FAILING = 3
"""Workers, when one of them fails."""
WIDTH = 90
"""Columns of the tables, also where the output is no terminal."""
Ask = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Throughput:
    """Answers a second."""

    what: str
    workers: int
    """0: the same work in one process, without a broker."""
    a_second: float
    failed: int
    hub_ms: float
    worker_ms: float
    """What hub and workers compute for one answer, however busy the machine is with others."""


@dataclass(frozen=True, slots=True)
class Run:
    """What became of commands while something failed."""

    what: str
    commands: int
    lost: int
    twice: int
    by_hub: int
    """Heard or understood by the hub, because no worker answered."""
    again: int
    """Questions that were put again."""
    median_ms: float
    worst_ms: float


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print tables, or JSON. Exit code 1 when a command was lost or done twice, 2 where
    there is no broker."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--engine", default="pocketsphinx", help="speech to text of all")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args(argv)
    console = Console(stderr=arguments.json, width=WIDTH)
    engine = arguments.engine
    with TemporaryDirectory(prefix="lares-bench-") as name:
        folder = Path(name)
        try:
            throughput = asyncio.run(_throughput(folder, engine, arguments.seconds))
            runs = asyncio.run(_failures(folder, engine))
        except LaresError as error:
            print(f"workers: {error}", file=sys.stderr)
            return 2
    if arguments.json:
        told = {"throughput": [*map(asdict, throughput)], "failures": [*map(asdict, runs)]}
        print(json.dumps(told))
    else:
        _print(console, throughput, runs)
    return 1 if any(run.lost or run.twice for run in runs) else 0


def _hub(folder: Path, port: int, engine: str, events: Events, *, asks: bool) -> App:
    config = Config()
    for key, value in (
        ("mqtt.port", port),
        ("workers.use", asks),
        ("stt.engine", engine),
        ("stt.threads", 1),
        ("privacy.audit_file", folder / "audit.jsonl"),
    ):
        config = config.with_value(key, value, "benchmark")
    return App(config.with_value("mqtt.host", HOST, "benchmark"), events)


async def _throughput(folder: Path, engine: str, seconds: float) -> list[Throughput]:
    home, events = Home.from_yaml(HOME_FILE), Events()
    seen = Seen(events)
    async with start_broker() as broker, run_devices(home, HOST, broker.port):
        app = _hub(folder, broker.port, engine, events, asks=False)
        async with (
            app.live() as household,
            workforce(app) as force,
            AsyncExitStack() as stack,
        ):
            found = await asyncio.to_thread(_alone, app, household, seconds)
            workers: list[WorkerProcess] = []
            for number in WORKERS:
                while len(workers) < number:
                    one = worker(folder, broker.port, engine)
                    workers.append(await stack.enter_async_context(one))
                await seen.at_least("worker_joined", number)
                for what, ask in _questions(force.asking).items():
                    found.append(await _measured(what, ask, workers, seconds))
    return found


def _alone(app: App, household: Household, seconds: float) -> list[Throughput]:
    """One process that reads and hears by itself."""
    reader, hearing = app.reader(household.devices), app.hearing(household.devices)
    texts, sounds = cycle(TEXTS), cycle(_sounds())
    works: dict[str, Callable[[], object]] = {
        "texts": lambda: reader.read_now(Turn(next(texts))),
        "sounds": lambda: hearing.session().finish(_utterance(next(sounds))),
    }
    found = []
    for what, work in works.items():
        work()
        begin, computed, done = time.perf_counter(), time.process_time(), 0
        while time.perf_counter() - begin < seconds:
            work()
            done += 1
        computed = time.process_time() - computed
        rate = done / (time.perf_counter() - begin)
        found.append(Throughput(what, 0, rate, 0, computed / done * 1000, 0.0))
    return found


def _questions(asking: Asking) -> dict[str, Ask]:
    texts = cycle([encoded(Understand(text)) for text in TEXTS])
    sounds = cycle([sound_bytes(sound) for sound in _sounds()])
    return {
        "texts": lambda: asking.ask("understand", next(texts), WITHIN_S),
        "sounds": lambda: asking.ask("hear", next(sounds), WITHIN_S, FLAC),
    }


async def _measured(
    what: str, ask: Ask, workers: Sequence[WorkerProcess], seconds: float
) -> Throughput:
    """Ask as fast as these workers answer."""
    begin, hub_s = time.perf_counter(), time.process_time()
    workers_s = sum(one.cpu_s for one in workers)
    done = failed = 0

    async def asker() -> None:
        nonlocal done, failed
        while time.perf_counter() - begin < seconds:
            try:
                await ask()
                done += 1
            except NotAnsweredError:
                failed += 1

    await asyncio.gather(*(asker() for _ in range(AT_ONCE[what] * len(workers))))
    rate = done / (time.perf_counter() - begin)
    hub_s = time.process_time() - hub_s
    workers_s = sum(one.cpu_s for one in workers) - workers_s
    hub_ms, worker_ms = (spent / max(1, done) * 1000 for spent in (hub_s, workers_s))
    return Throughput(what, len(workers), rate, failed, hub_ms, worker_ms)


async def _failures(folder: Path, engine: str) -> list[Run]:
    in_namespaces = may_have_machines()
    everywhere, port = free_port(), free_port()
    settings = ("allow_anonymous true", f"listener {everywhere} 0.0.0.0")
    events = Events()
    seen = Seen(events)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(start_broker(port, settings=settings))
        await stack.enter_async_context(run_devices(HOUSE, HOST, port))
        workers = []
        for number in range(1, FAILING + 1):
            on = await stack.enter_async_context(machine(number)) if in_namespaces else None
            one = worker(folder, everywhere, engine, on)
            workers.append(await stack.enter_async_context(one))
        app = _hub(folder, port, engine, events, asks=True)
        household = await stack.enter_async_context(app.live())
        told = await stack.enter_async_context(_told(port))
        await seen.at_least("worker_joined", FAILING)
        course = Course(app, household, seen, told)
        runs = [await course.run("nothing fails")]
        runs.append(await course.run("a worker is killed", workers[0], WorkerProcess.kill))
        if in_namespaces:
            cut = workers[1]
            runs.append(await course.run("a cable is cut", cut, lambda one: one.machine.cut()))
            cut.machine.join()
            await seen.at_least("worker_joined", FAILING + 1)
            runs.append(await course.run("it is mended"))
    return runs


HOUSE = Home(
    areas=tuple(Area(room, room.capitalize()) for room in ROOMS),
    entities=tuple(
        Entity(f"light.{room}_lamp", f"{room.capitalize()} Lamp", room, state=EntityState("off"))
        for room in ROOMS
    ),
)


class Seen:
    """How often each event happened, and waiting for it."""

    def __init__(self, events: Events) -> None:
        self.counts: Counter[str] = Counter()
        self._more = asyncio.Event()
        events.subscribe(self._count)

    def _count(self, event: Event) -> None:
        self.counts[event.name] += 1
        self._more.set()

    async def at_least(self, name: str, count: int) -> None:
        async with asyncio.timeout(60):
            while self.counts[name] < count:
                self._more.clear()
                await self._more.wait()


@dataclass(frozen=True, slots=True)
class Course:
    """Rooms that speak, and what comes of it."""

    app: App
    household: Household
    seen: Seen
    told: Counter[str]
    """What devices were told, by topic."""

    async def run(
        self,
        what: str,
        victim: WorkerProcess | None = None,
        fail: Callable[[WorkerProcess], None] | None = None,
    ) -> Run:
        """Have all rooms speak. `fail` happens to `victim` when it has just taken a sound."""
        before, told = Counter(self.seen.counts), Counter(self.told)
        failing = None
        if victim is not None and fail is not None:
            failing = asyncio.create_task(_fails(victim, fail))
        spoken = await asyncio.gather(*(self._speak(room) for room in ROOMS))
        if failing is not None:
            await failing
        times = [ms for room in spoken for ms in room]
        commands = COMMANDS * len(ROOMS)
        heard = Counter(self.seen.counts) - before
        done = sum((Counter(self.told) - told).values())
        return Run(
            what,
            commands,
            lost=commands - len(times),
            twice=max(0, done - len(times)),
            by_hub=heard["heard_here"] + heard["read_here"],
            again=heard["asked_again"],
            median_ms=median(times),
            worst_ms=max(times),
        )

    async def _speak(self, room: str) -> list[float]:
        """The milliseconds of each command that was done, from the end of its sound on."""
        times = []
        hearing = self.app.hearing(self.household.devices)
        for number, sound in zip(range(COMMANDS), cycle(_sounds())):
            begin = time.perf_counter()
            session = await asyncio.to_thread(hearing.session)
            await asyncio.to_thread(session.finish, _utterance(sound))
            order = f"turn {'off' if number % 2 else 'on'} the {room} lamp"
            outcome = await self.app.handle(
                self.household, Transcript(order, "text"), conversation=room
            )
            if outcome.changes:
                times.append((time.perf_counter() - begin) * 1000)
        return times


async def _fails(victim: WorkerProcess, fail: Callable[[WorkerProcess], None]) -> None:
    await victim.event("worker_took", kind="hear")
    fail(victim)


@asynccontextmanager
async def _told(port: int) -> AsyncIterator[Counter[str]]:
    """Counts what devices are told."""
    told: Counter[str] = Counter()

    async def count(client: aiomqtt.Client) -> None:
        async for message in client.messages:
            told[message.topic.value] += 1

    async with aiomqtt.Client(HOST, port) as client:
        await client.subscribe("virtual/+/+/set", 1)
        counting = asyncio.create_task(count(client))
        yield told
        await end(counting)


def _sounds() -> list[Samples]:
    """Two seconds of speech each: the demo's commands, without their wake words."""
    found = [soundfile.read(one.path, dtype="int16")[0] for one in recordings()]
    return [sound[round(1.4 * SAMPLE_RATE) :] for sound in found]


def _utterance(samples: Samples) -> Utterance:
    return Utterance(samples, 0.0, len(samples) / SAMPLE_RATE, "source")


def _print(console: Console, throughput: Sequence[Throughput], runs: Sequence[Run]) -> None:
    table = Table(title=f"Answers a second ({os.cpu_count()} cores), and computing for each")
    for name in ("", "workers", "a second", "", "hub", "worker"):
        table.add_column(name, justify="right" if name else "left")
    for what in AT_ONCE:
        rates = {one.workers: one for one in throughput if one.what == what}
        for number, one in rates.items():
            table.add_row(
                what if not number else "", str(number or "no broker"), f"{one.a_second:.1f}",
                f"{one.a_second / rates[WORKERS[0]].a_second:.2f}×",
                f"{one.hub_ms:.1f} ms", f"{one.worker_ms:.1f} ms" if number else "",
            )  # fmt: skip
    console.print(table)
    failed = sum(one.failed for one in throughput)
    console.print(f"{failed} questions without an answer.")
    table = Table(title=f"Commands while a worker of {FAILING} fails")
    for name in ("", "said", "lost", "twice", "by hub", "asked again", "median", "worst"):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    for run in runs:
        table.add_row(
            run.what, *map(str, (run.commands, run.lost, run.twice, run.by_hub, run.again)),
            f"{run.median_ms:.0f} ms", f"{run.worst_ms:.0f} ms",
        )  # fmt: skip
    console.print(table)
    added = max(run.worst_ms for run in runs) - runs[0].median_ms
    console.print(f"Worst added delay: {added:.0f} ms.")
    if len(runs) == 2:
        console.print("No cable was cut: that takes root and network namespaces.")


if __name__ == "__main__":
    sys.exit(main())
