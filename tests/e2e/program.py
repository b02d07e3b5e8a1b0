"""The `lares` program as tests run it: to its end, or beside the test with its log read as it
comes."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from models.catalog import Catalog

LARES = Path(sys.executable).with_name("lares")
WAIT_S = 60.0
"""How long a test waits for what must happen, on a machine that does other things too."""

needs_whisper = pytest.mark.skipif(
    Catalog.load().installed("whisper-base") is None, reason="Whisper's model is not installed"
)


def lares(
    *arguments: str | Path,
    stdin: str | bytes = "",
    folder: Path,
    env: Mapping[str, str] | None = None,
    program: str | Path = LARES,
) -> subprocess.CompletedProcess[str]:
    """Run the program to its end, in `folder`; what it says comes back as text."""
    told = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(
        [program, *arguments],
        input=told,
        capture_output=True,
        cwd=folder,
        env={**os.environ, "COLUMNS": "200", "XDG_STATE_HOME": str(folder), **(env or {})},
        check=False,
        timeout=110,
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
    )


def answers(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """The JSON lines that it printed."""
    return [json.loads(line) for line in done.stdout.splitlines()]


class Running:
    """A `lares` beside the test, in a process group of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin and process.stdout and process.stderr
        self.process = process
        self.stdin, self.stdout, self.stderr = process.stdin, process.stdout, process.stderr
        self.said: list[str] = []
        """The lines of standard error read so far."""

    async def line(self, part: str) -> str:
        """The next line of standard error that holds `part`."""
        async with asyncio.timeout(WAIT_S):
            async for line in self.stderr:
                self.said.append(line.decode().rstrip())
                if part in self.said[-1]:
                    return self.said[-1]
        raise AssertionError(f"ended without {part!r}, having said: {self.said}")

    async def event(self, name: str) -> dict[str, Any]:
        """The next event of this name in the log (`--log`)."""
        told: dict[str, Any] = json.loads(await self.line(f'"event": "{name}"'))
        return told

    async def hears(self, sound: bytes) -> dict[str, Any]:
        """Give it raw sound on standard input; what comes of the first command in it."""
        self.stdin.write(sound)
        await self.stdin.drain()
        outcome: dict[str, Any] = (await self.event("outcome"))["outcome"]
        return outcome

    async def ends(self, signal_number: signal.Signals | None = None) -> int:
        """The exit code; after this signal, when one is given."""
        if signal_number is not None:
            self.process.send_signal(signal_number)
        async with asyncio.timeout(WAIT_S):
            rest = await self.stderr.read()
            self.said += rest.decode().splitlines()
            return await self.process.wait()


@asynccontextmanager
async def running(
    *arguments: str | Path,
    folder: Path,
    env: Mapping[str, str] | None = None,
    program: str | Path = LARES,
) -> AsyncIterator[Running]:
    """Run the program beside the test; it is gone after the block. Standard input stays open."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *map(str, (program, *arguments)),
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        limit=2**20,
        cwd=folder,
        env={**os.environ, "COLUMNS": "200", "XDG_STATE_HOME": str(folder), **(env or {})},
        start_new_session=True,
    )
    try:
        yield Running(process)
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


def processes_of(group: int) -> list[str]:
    """The command lines of the processes that live in a process group."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = stat.read_text().rpartition(")")[2].split()
            if int(after_name[2]) == group and after_name[0] != "Z":
                found.append((stat.parent / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue  # it ended meanwhile
    return found
