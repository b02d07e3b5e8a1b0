"""Workers for measuring: each a process, and where this may be had, on a machine of its own.

Such a machine is a network namespace of Linux, joined to this one by a virtual cable that can be
cut: then nobody at either end hears anything any more, and nobody is told so, as when a switch
loses power. It takes root and the program `ip`.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge.types import LaresError

LARES = Path(sys.executable).with_name("lares")
NETWORK = "10.213"
"""Of the cables; the second half of each address tells which."""


@dataclass(frozen=True, slots=True)
class Machine:
    """One that a worker runs on. Without a number it is this one."""

    number: int | None = None

    @property
    def name(self) -> str:
        return f"lares-{os.getpid()}-{self.number}"

    @property
    def cable(self) -> str:
        """Our end of it."""
        return f"lares{self.number}"

    @property
    def broker(self) -> str:
        """Where the broker is, seen from there."""
        return "127.0.0.1" if self.number is None else f"{NETWORK}.{self.number}.1"

    @property
    def enter(self) -> tuple[str, ...]:
        """What a command line begins with that shall run there."""
        return () if self.number is None else ("ip", "netns", "exec", self.name)

    def cut(self) -> None:
        """Cut the cable."""
        _ip("link", "set", self.cable, "down")

    def join(self) -> None:
        """Mend the cable."""
        _ip("link", "set", self.cable, "up")


def may_have_machines() -> bool:
    """Whether this process may make network namespaces."""
    if shutil.which("ip") is None or os.geteuid() != 0:
        return False
    trial = f"lares-{os.getpid()}-trial"
    made = subprocess.run(["ip", "netns", "add", trial], capture_output=True, check=False)
    if made.returncode == 0:
        _ip("netns", "delete", trial)
    return made.returncode == 0


@asynccontextmanager
async def machine(number: int) -> AsyncIterator[Machine]:
    """A machine with a cable to this one, until the block ends."""
    made = Machine(number)
    _ip("netns", "add", made.name)
    try:
        there = f"{made.cable}w"
        _ip("link", "add", made.cable, "type", "veth", "peer", "name", there)
        _ip("link", "set", there, "netns", made.name)
        _ip("address", "add", f"{made.broker}/30", "dev", made.cable)
        made.join()
        for command in (
            ("address", "add", f"{NETWORK}.{number}.2/30", "dev", there),
            ("link", "set", there, "up"),
            ("link", "set", "lo", "up"),
        ):
            _ip("-netns", made.name, *command)
        yield made
    finally:
        with suppress(subprocess.CalledProcessError):
            _ip("link", "delete", made.cable)
        _ip("netns", "delete", made.name)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


class WorkerProcess:
    """A worker. Its log is read all the time; what is waited for is told from then on."""

    def __init__(self, process: asyncio.subprocess.Process, machine: Machine) -> None:
        self.process = process
        self.machine = machine
        self._waiting: list[tuple[str, dict[str, str], asyncio.Future[None]]] = []

    async def event(self, name: str, **fields: str) -> None:
        """The next event of this name with these fields."""
        told = asyncio.get_running_loop().create_future()
        self._waiting.append((name, fields, told))
        await told

    async def read(self) -> None:
        """Read the log until the worker ends."""
        assert self.process.stderr is not None
        said = b""
        async for line in self.process.stderr:
            said = line
            with suppress(ValueError):
                self._tell(json.loads(line))
        for _, _, told in self._waiting:
            if not told.done():
                told.set_exception(LaresError(f"A worker ended, saying {said.decode()!r}."))

    def _tell(self, event: dict[str, Any]) -> None:
        for name, fields, told in self._waiting:
            if name == event["event"] and fields.items() <= event.items() and not told.done():
                told.set_result(None)
        self._waiting = [one for one in self._waiting if not one[2].done()]

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            self.process.kill()

    @property
    def cpu_s(self) -> float:
        """What it has computed so far."""
        return cpu_s(self.process.pid)


def cpu_s(pid: int) -> float:
    """The seconds that a process has computed so far, in user and system mode (proc(5))."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def worker(
    folder: Path, port: int, engine: str, machine: Machine | None = None
) -> AsyncIterator[WorkerProcess]:
    """A worker that is ready. It takes one core."""
    machine = machine or Machine()
    settings = folder / f"worker{machine.number or ''}.toml"
    settings.write_text(
        f'[mqtt]\nhost = "{machine.broker}"\nport = {port}\n'
        f'[stt]\nengine = "{engine}"\nthreads = 1\n'
    )
    process = await asyncio.create_subprocess_exec(
        *machine.enter, str(LARES), "--config", str(settings), "worker", "--log",
        stderr=asyncio.subprocess.PIPE, cwd=folder, limit=2**20,
        env={**os.environ, "XDG_STATE_HOME": str(folder), "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    made = WorkerProcess(process, machine)
    reading = asyncio.create_task(made.read())
    try:
        await made.event("worker_ready")
        yield made
    finally:
        made.kill()
        await reading
        await process.wait()
