"""What the doctor says of a board."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firmware_tools.board import MIB, examine_board
from firmware_tools.finding import Finding
from hal.board import Board

PI = Board(
    model="Raspberry Pi 4 Model B Rev 1.4",
    architecture="aarch64",
    cores=4,
    memory_bytes=3_793 * MIB,
    memory_available_bytes=2_800 * MIB,
    disk_free_bytes=20_000 * MIB,
    temperature_c=48.2,
    throttled=(),
)


def finding(board: Board, part: str) -> Finding:
    return next(found for found in examine_board(board) if found.part == part)


def test_a_healthy_board_is_all_right() -> None:
    assert list(examine_board(PI)) == [
        Finding("board", "ok", "Raspberry Pi 4 Model B Rev 1.4, aarch64, 4 cores"),
        Finding("memory", "ok", "2,800 MiB available of 3,793 MiB"),
        Finding("disk", "ok", "20,000 MiB free"),
        Finding("temperature", "ok", "48 °C"),
        Finding("power", "ok", "not throttled since it was started"),
    ]


def test_what_a_board_does_not_tell_is_left_out() -> None:
    silent = Board("unknown", "x86_64", 1, None, None, None, None, None)
    assert list(examine_board(silent)) == [Finding("board", "ok", "unknown, x86_64, 1 core")]


@pytest.mark.parametrize(
    ("available", "verdict", "advice"),
    [
        (500 * MIB, "ok", ""),
        (500 * MIB - 1, "warning", "set stt.engine to pocketsphinx"),
        (150 * MIB, "warning", "set stt.engine to pocketsphinx"),
        (150 * MIB - 1, "error", "Lares needs 150 MiB. End other programs."),
    ],
)
def test_memory_must_do_for_lares_and_better_for_whisper(
    available: int, verdict: str, advice: str
) -> None:
    memory = finding(replace(PI, memory_available_bytes=available), "memory")
    assert memory.verdict == verdict
    assert advice in memory.advice


@pytest.mark.parametrize(
    ("degrees", "verdict"), [(69.9, "ok"), (70.0, "warning"), (79.9, "warning"), (80.0, "error")]
)
def test_a_board_must_stay_cool(degrees: float, verdict: str) -> None:
    temperature = finding(replace(PI, temperature_c=degrees), "temperature")
    assert temperature.verdict == verdict
    assert bool(temperature.advice) == (verdict != "ok")


def test_a_full_disk_is_a_warning() -> None:
    disk = finding(replace(PI, disk_free_bytes=299 * MIB), "disk")
    assert (disk.verdict, disk.found) == ("warning", "299 MiB free")
    assert "300 MiB" in disk.advice


def test_a_weak_power_supply_is_named() -> None:
    power = finding(replace(PI, throttled=("too low voltage now",)), "power")
    assert (power.verdict, power.found) == ("warning", "too low voltage now")
    assert "power supply" in power.advice
