"""Whether the board is up to Lares: its memory, disk, temperature and power.

What a machine does not tell (a virtual one has no temperature) is left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from firmware_tools.finding import Finding
from hal.board import Board

MIB = 2**20
NEEDED_MEMORY, WHISPER_MEMORY = 150 * MIB, 500 * MIB
"""What Lares takes with PocketSphinx, and with Whisper base."""
NEEDED_DISK = 300 * MIB
"""Room for Whisper base while it is fetched: the packages, and the file made of them."""
WARM_C, HOT_C = 70.0, 80.0
"""A Raspberry Pi slows itself down from 80 °C (documentation of its firmware)."""


def examine_board(board: Board) -> Iterator[Finding]:
    """What the board is, and a finding for each thing that it tells about itself."""
    cores = "1 core" if board.cores == 1 else f"{board.cores} cores"
    yield Finding("board", "ok", f"{board.model}, {board.architecture}, {cores}")
    if board.memory_available_bytes is not None:
        yield _memory(board.memory_available_bytes, board.memory_bytes)
    if board.disk_free_bytes is not None:
        yield _disk(board.disk_free_bytes)
    if board.temperature_c is not None:
        yield _temperature(board.temperature_c)
    if board.throttled is not None:
        yield _power(board.throttled)


def _memory(available: int, total: int | None) -> Finding:
    found = f"{_mib(available)} available"
    if total is not None:
        found += f" of {_mib(total)}"
    if available < NEEDED_MEMORY:
        advice = f"Lares needs {_mib(NEEDED_MEMORY)}. End other programs."
        return Finding("memory", "error", found, advice)
    if available < WHISPER_MEMORY:
        advice = (
            f"Whisper needs {_mib(WHISPER_MEMORY)}. End other programs, or set stt.engine to "
            "pocketsphinx."
        )
        return Finding("memory", "warning", found, advice)
    return Finding("memory", "ok", found)


def _disk(free: int) -> Finding:
    found = f"{_mib(free)} free"
    if free < NEEDED_DISK:
        advice = f"Fetching a model may take {_mib(NEEDED_DISK)}. Delete what is not needed."
        return Finding("disk", "warning", found, advice)
    return Finding("disk", "ok", found)


def _temperature(degrees: float) -> Finding:
    found = f"{degrees:.0f} °C"
    if degrees >= HOT_C:
        advice = "The board slows itself down now. Give it a heat sink, a fan or a cooler place."
        return Finding("temperature", "error", found, advice)
    if degrees >= WARM_C:
        advice = f"It slows itself down from {HOT_C:.0f} °C. See whether air can get to it."
        return Finding("temperature", "warning", found, advice)
    return Finding("temperature", "ok", found)


def _power(throttled: tuple[str, ...]) -> Finding:
    if not throttled:
        return Finding("power", "ok", "not throttled since it was started")
    advice = "Use the power supply made for this board and a short cable, and see to its cooling."
    return Finding("power", "warning", ", ".join(throttled), advice)


def _mib(count: int) -> str:
    return f"{count // MIB:,} MiB"
