"""A broker of the demo's and the tests' own: on 127.0.0.1, on a free port, gone when they end.

Mosquitto is started with a configuration of its own that keeps nothing. Where Mosquitto is not
installed the pure-Python broker amqtt takes its place, for the demo only; `start_broker` says which
it was.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import random
import shutil
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from edge.types import LaresError

HOST = "127.0.0.1"
PORTS = range(20_000, 32_000)
"""Below those that Linux (32768 and above), macOS and Windows (49152 and above) give to clients."""
START_TIMEOUT_S = 10.0
STOP_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class RunningBroker:
    """A broker that answers."""

    host: str
    port: int
    program: str
    """"mosquitto" or "amqtt"."""
    process: asyncio.subprocess.Process


def free_port() -> int:
    """A TCP port of this machine that nothing listens on now.

    It is none that the system gives to connections: a client that comes back before its broker does
    would be connected from that port to itself. Raises `LaresError` when none is free.
    """
    for port in random.sample(PORTS, len(PORTS)):
        with socket.socket() as listener, contextlib.suppress(OSError):
            listener.bind((HOST, port))
            return port
    raise LaresError(f"No TCP port from {PORTS.start} to {PORTS.stop - 1} is free on {HOST}.")


@contextlib.asynccontextmanager
async def start_broker(
    port: int | None = None, *, settings: Sequence[str] = ("allow_anonymous true",)
) -> AsyncIterator[RunningBroker]:
    """Run a broker until the block ends. `settings` are lines of Mosquitto's configuration.

    Raises `LaresError` when none is installed or it does not answer in time.
    """
    port = port or free_port()
    with tempfile.TemporaryDirectory(prefix="lares-broker-") as folder:
        program, command = _command(Path(folder), port, settings)
        log = Path(folder) / "log"
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(*command, stdout=output, stderr=output)
        try:
            await _wait_until_it_answers(process, port, program, log)
            yield RunningBroker(HOST, port, program, process)
        finally:
            await stop(process)


async def stop(process: asyncio.subprocess.Process) -> None:
    """End a broker, by force when it does not end by itself."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(STOP_TIMEOUT_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def find_mosquitto() -> str | None:
    """Where Mosquitto is; Debian puts it where only root looks."""
    return shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def _command(folder: Path, port: int, settings: Sequence[str]) -> tuple[str, list[str]]:
    if mosquitto := find_mosquitto():
        config = folder / "mosquitto.conf"
        lines = [f"listener {port} {HOST}", "persistence false", "set_tcp_nodelay true", *settings]
        config.write_text("\n".join(lines) + "\n")
        return "mosquitto", [mosquitto, "-c", str(config)]
    if importlib.util.find_spec("amqtt"):
        config = folder / "amqtt.yaml"
        config.write_text(
            f"listeners:\n  default:\n    type: tcp\n    bind: {HOST}:{port}\n"
            "plugins:\n  amqtt.plugins.authentication.AnonymousAuthPlugin:\n"
            "    allow_anonymous: true\n"
        )
        return "amqtt", [sys.executable, "-m", "amqtt.scripts.broker_script", "-c", str(config)]
    raise LaresError(
        "Expected an MQTT broker for the demo, found neither Mosquitto nor amqtt. "
        "Install one: sudo apt install mosquitto, or pip install amqtt."
    )


async def _wait_until_it_answers(
    process: asyncio.subprocess.Process, port: int, program: str, log: Path
) -> None:
    """Connect until it works. Raises `LaresError` with what the program said when it ended."""
    try:
        async with asyncio.timeout(START_TIMEOUT_S):
            while process.returncode is None:
                try:
                    _, writer = await asyncio.open_connection(HOST, port)
                except OSError:
                    await asyncio.sleep(0.02)
                    continue
                writer.close()
                return
    except TimeoutError:
        raise LaresError(
            f"{program} did not answer on {HOST}:{port} within {START_TIMEOUT_S:g} s. "
            "Check that the machine is not overloaded."
        ) from None
    raise _ended(program, port, log)


def _ended(program: str, port: int, log: Path) -> LaresError:
    said = log.read_text(errors="replace").strip()
    return LaresError(f"{program} ended instead of listening on {HOST}:{port}: {said}")
