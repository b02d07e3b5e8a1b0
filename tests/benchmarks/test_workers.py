"""The machines on which the benchmark runs workers: joined by a cable that can be cut."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import pytest

from benchmarks.workers_machines import Machine, cpu_s, machine, may_have_machines

NUMBER = 251


async def answers(there: Machine, port: int) -> bool:
    """Whether somebody in that machine reaches ours within a second."""
    reach = f"exec 3<>/dev/tcp/{there.broker}/{port} && read -t 1 word <&3 && [ $word = hello ]"
    process = await asyncio.create_subprocess_exec(
        *there.enter, "timeout", "1", "bash", "-c", reach, stderr=asyncio.subprocess.DEVNULL
    )
    return await process.wait() == 0


@pytest.mark.skipif(not may_have_machines(), reason="network namespaces need root and `ip`")
async def test_a_machine_is_reached_unless_its_cable_is_cut_and_is_gone_afterwards() -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello\n")
        await writer.drain()
        writer.close()

    async with machine(NUMBER) as there, await asyncio.start_server(greet, "0.0.0.0", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await answers(there, port)
        there.cut()
        assert not await answers(there, port)
        there.join()
        assert await answers(there, port)
    assert not is_there(there)


def is_there(machine: Machine) -> bool:
    network = Path(f"/sys/class/net/{machine.cable}")
    return network.exists() or Path(f"/run/netns/{machine.name}").exists()


def test_what_a_process_computes_is_counted() -> None:
    busy = "for ((i = 0; i < 200000; i++)); do :; done; echo done; read"
    with subprocess.Popen(
        ["bash", "-c", busy], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert 0 < cpu_s(process.pid) < 60
