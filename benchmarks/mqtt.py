"""How fast commands go over a broker, and how soon a large home is known.

    lares bench mqtt [--entities N] [--flood SECONDS] [--json]

Everything is on one machine, over a real Mosquitto: the lamps are one process that obeys each
command at once, Lares another.

1. *Commands*: at 10, 100 and 1,000 lamps, one command after the other (publish → the state that
   confirms it) and sixteen at a time.
2. *Start*: a broker with N retained discovery messages, and the retained states of their devices;
   from opening the connection until every state is known, each time in a new process. Memory is
   what the process grew by, the interpreter and its modules not counted.
3. *Flood*: 1,000 messages a second of broken devices for a minute, and a command each second to one
   of 100 lamps. Memory is what the process grew by after the first sixth of that time.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import logging
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from statistics import median, quantiles

import aiomqtt
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.mqtt_flood import sensors
from benchmarks.mqtt_house import BASE, announcements, told
from edge.demo.mosquitto import HOST, start_broker
from edge.kernel.events import Events
from edge.mqtt.broker_aiomqtt import AiomqttBroker
from edge.mqtt.devices import MqttDevices
from edge.types import Action, EntityState, LaresError

LAMPS = (10, 100, 1_000)
ENTITIES = 2_000
STARTS = 5
COMMANDS, SUSTAINED_S, AT_ONCE = 500, 5.0, 16
FLOOR_S, AIM_S = 5.0, 1.0
FLOOD_S, FLOOD_A_SECOND, FLOODED_LAMPS = 60.0, 1_000, 100


@dataclass(frozen=True, slots=True)
class Commands:
    """Publish → state at so many lamps."""

    lamps: int
    p50_ms: float
    p99_ms: float
    most_ms: float
    a_second: float
    """Sustained, sixteen at a time."""
    failed: int


@dataclass(frozen=True, slots=True)
class Start:
    """From opening the connection until all is known."""

    entities: int
    seconds: float
    memory_mb: float


@dataclass(frozen=True, slots=True)
class Flood:
    """Commands while broken devices flood the broker."""

    seconds: float
    messages: int
    commands: int
    p50_ms: float
    most_ms: float
    told: int
    """Events and lines of the log."""
    memory_mb: float


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print tables, or JSON. Exit code 2 where there is no broker."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--entities", type=int, default=ENTITIES)
    parser.add_argument("--flood", type=float, default=FLOOD_S, metavar="SECONDS")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--start", type=int, metavar="PORT", help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    if arguments.start:
        print(json.dumps(asdict(asyncio.run(_start(arguments.start)))))
        return 0
    console = Console(stderr=arguments.json)
    try:
        commands = [
            asyncio.run(_commands(lamps))
            for lamps in track(LAMPS, "Commands", console=console, transient=True)
        ]
        starts = asyncio.run(_starts(arguments.entities, console))
        flood = asyncio.run(_flood(arguments.flood, console))
    except LaresError as error:
        print(f"mqtt: {error}", file=sys.stderr)
        return 2
    if arguments.json:
        figures = {"commands": [*map(asdict, commands)], "starts": [*map(asdict, starts)]}
        print(json.dumps(figures | {"flood": asdict(flood)}))
    else:
        _print(console, commands, starts, flood)
    return 0


async def _commands(lamps: int) -> Commands:
    async with (
        start_broker() as broker,
        _lamps(broker.port, lamps),
        AiomqttBroker(HOST, broker.port) as link,
        MqttDevices(link) as devices,
    ):
        await link.wait_connected(10)
        await devices.settle(60)
        orders = islice(_orders(devices, seed=99), COMMANDS)
        times = [await _timed(devices, order) for order in orders]
        failed, done, seconds = await _sustained(devices)
    hundredths = quantiles(times, n=100, method="inclusive")
    return Commands(lamps, median(times), hundredths[-1], max(times), done / seconds, failed)


async def _sustained(devices: MqttDevices) -> tuple[int, int, float]:
    """Commands that failed, all of them, and the seconds they took."""
    failed = done = 0
    begin = time.perf_counter()

    async def speaker(seed: int) -> None:
        nonlocal failed, done
        orders = _orders(devices, seed)
        while time.perf_counter() - begin < SUSTAINED_S:
            acted = await devices.act((next(orders),))
            failed += len(acted.failed)
            done += 1

    await asyncio.gather(*(speaker(seed) for seed in range(AT_ONCE)))
    return failed, done, time.perf_counter() - begin


def _orders(devices: MqttDevices, seed: int) -> Iterator[Action]:
    """Orders without an end for the lamps that there are now, and for none that come later."""
    rng = random.Random(seed)
    return _for(rng, [entity.id for entity in devices.home.entities])


def _for(rng: random.Random, ids: Sequence[str]) -> Iterator[Action]:
    while True:
        brightness = rng.randrange(1, 255)
        expected = EntityState("on", {"brightness": brightness})
        yield Action("light.turn_on", rng.choice(ids), {"brightness": brightness}, expected)


async def _timed(devices: MqttDevices, order: Action) -> float:
    acted = await devices.act((order,))
    if acted.failed:
        raise LaresError(f"{order.entity_id} did not obey: {acted.reasons}")
    return acted.publish_ms + acted.confirm_ms


@asynccontextmanager
async def _lamps(port: int, number: int) -> AsyncIterator[None]:
    """So many lamps in a process of their own, all of them announced."""
    process = await _program("benchmarks.mqtt_house", port, number)
    try:
        async with aiomqtt.Client(HOST, port) as client, asyncio.timeout(60):
            await client.subscribe(f"{BASE}/announced")
            await anext(aiter(client.messages))
        yield
    finally:
        process.terminate()
        await process.wait()


async def _program(module: str, *arguments: object) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *map(str, arguments)),
        cwd=Path(__file__).parents[1],
        stdout=subprocess.PIPE,
    )


async def _flood(seconds: float, console: Console) -> Flood:
    times, memory = [], []
    told = _Told()
    events = Events()
    events.subscribe(told.count)
    logging.getLogger("edge").addHandler(told)
    async with (
        start_broker() as server,
        _lamps(server.port, FLOODED_LAMPS),
        AiomqttBroker(HOST, server.port) as link,
        MqttDevices(link, events=events) as devices,
    ):
        await link.wait_connected(10)
        await devices.settle(60)
        orders = _orders(devices, seed=7)
        for message in sensors():
            await link.publish(message)
        await devices.settle(60)
        told.times = 0
        flooding = await _program("benchmarks.mqtt_flood", server.port, FLOOD_A_SECOND, seconds)
        for _ in track(range(round(seconds)), "Flood", console=console, transient=True):
            memory.append(_resident_mb())
            times.append(await _timed(devices, next(orders)))
            await asyncio.sleep(max(0.0, 1 - times[-1] / 1_000))
        output, _ = await flooding.communicate()
        memory.append(_resident_mb())
    grown = memory[-1] - memory[len(times) // 6]
    return Flood(
        *(seconds, int(output), len(times), median(times), max(times), told.times, round(grown, 1))
    )


class _Told(logging.Handler):
    """Counts events and lines of the log."""

    times = 0

    def count(self, _: object) -> None:
        self.times += 1

    def emit(self, record: logging.LogRecord) -> None:
        self.count(record)


async def _starts(entities: int, console: Console) -> list[Start]:
    async with start_broker() as broker:
        async with aiomqtt.Client(HOST, broker.port) as client:
            for message in (*announcements(entities), *told(entities)):
                await client.publish(message.topic, message.payload, 1, retain=True)
        command = [sys.executable, "-m", "benchmarks.mqtt", "--start", str(broker.port)]
        starts = []
        for _ in track(range(STARTS), "Starts", console=console, transient=True):
            done = await asyncio.to_thread(
                subprocess.run, command, capture_output=True, text=True, check=False,
                cwd=Path(__file__).parents[1],
            )  # fmt: skip
            if done.returncode:
                raise LaresError(f"a start failed: {done.stderr.strip()}")
            start = Start(**json.loads(done.stdout))
            if start.entities != entities:
                raise LaresError(f"{start.entities} of {entities} entities were known")
            starts.append(start)
    return starts


async def _start(port: int) -> Start:
    gc.collect()
    before = _resident_mb()
    begin = time.perf_counter()
    async with AiomqttBroker(HOST, port) as broker:
        await broker.wait_connected(10)
        async with MqttDevices(broker) as devices:
            await devices.settle(60)
            known = sum(
                state.state not in ("unknown", "unavailable")
                for state in devices.states.snapshot().values()
            )
            entities = len(devices.home.entities)
            seconds = time.perf_counter() - begin
            if known != entities:
                raise LaresError(f"the states of {known} of {entities} entities were known")
            gc.collect()
            return Start(entities, round(seconds, 3), round(_resident_mb() - before, 1))


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def _print(
    console: Console, commands: Sequence[Commands], starts: Sequence[Start], flood: Flood
) -> None:
    table = Table(title="Commands over Mosquitto, publish → state")
    for name in ("lamps", "median", "p99", "most", "commands a second", "failed"):
        table.add_column(name, justify="right")
    for one in commands:
        table.add_row(
            f"{one.lamps:,}", *(f"{ms:.1f} ms" for ms in (one.p50_ms, one.p99_ms, one.most_ms)),
            f"{one.a_second:.0f}", str(one.failed),
        )  # fmt: skip
    console.print(table)
    seconds = [start.seconds for start in starts]
    verdict = "reached" if max(seconds) <= FLOOR_S else "MISSED"
    console.print(
        f"Start with {starts[0].entities:,} retained discovery messages: {median(seconds):.2f} s "
        f"(median of {len(starts)}, at most {max(seconds):.2f}; at most {FLOOR_S:g} s wanted: "
        f"{verdict}; aim {AIM_S:g} s), {max(start.memory_mb for start in starts):.0f} MB."
    )
    console.print(
        f"Flood of {flood.messages:,} messages in {flood.seconds:g} s: {flood.commands} commands, "
        f"{flood.p50_ms:.1f} ms (median, at most {flood.most_ms:.1f}), all done; told "
        f"{flood.told} times what is wrong, grew by {flood.memory_mb} MB."
    )


if __name__ == "__main__":
    sys.exit(main())
