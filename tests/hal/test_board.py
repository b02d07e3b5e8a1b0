from __future__ import annotations

import platform
from pathlib import Path

import pytest

from hal.board import Board, own_memory_bytes, read_board


def tree(root: Path, **files: str) -> Path:
    """Files below `root`; in a name, "__" stands for "/" and "_c_" for ":"."""
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_c_", ":")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


MEMINFO = "MemTotal: {} kB\nMemFree: 100 kB\nMemAvailable: {} kB\nHugePages_Total: 0\n"


def processors(count: int, more: str = "") -> str:
    return "".join(f"processor\t: {n}\n{more}\n" for n in range(count))


@pytest.fixture
def pi(tmp_path: Path) -> Path:
    return tree(
        tmp_path,
        **{
            "proc__device-tree__model": "Raspberry Pi 4 Model B Rev 1.4\0",
            "proc__cpuinfo": processors(4, "BogoMIPS\t: 108.00")
            + "Revision : c03114\nModel : Raspberry Pi 4\n",
            "proc__meminfo": MEMINFO.format(3_884_024, 2_900_100),
            "sys__class__thermal__thermal_zone0__type": "cpu-thermal\n",
            "sys__class__thermal__thermal_zone0__temp": "48199\n",
            "sys__devices__platform__soc__soc_c_firmware__get_throttled": "50000\n",
        },
    )


def test_a_raspberry_pi_4(pi: Path) -> None:
    board = read_board(pi, architecture="aarch64")
    assert board == Board(
        model="Raspberry Pi 4 Model B Rev 1.4",
        architecture="aarch64",
        cores=4,
        memory_bytes=3_884_024 * 1024,
        memory_available_bytes=2_900_100 * 1024,
        disk_free_bytes=board.disk_free_bytes,
        temperature_c=48.199,
        throttled=(
            "too low voltage since it was started",
            "throttled since it was started",
        ),
    )
    assert board.disk_free_bytes is not None
    assert board.disk_free_bytes > 0


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("0", ()),
        ("0x0", ()),
        ("50005", ("too low voltage now", "throttled now")),
        ("80008", ("too hot now",)),
        ("20000", ("frequency capped since it was started",)),
        ("oops", None),
    ],
)
def test_the_firmware_s_word_on_throttling(
    pi: Path, word: str, meaning: tuple[str, ...] | None
) -> None:
    tree(pi, sys__devices__platform__soc__soc_c_firmware__get_throttled=word)
    assert read_board(pi).throttled == meaning


def test_a_jetson(tmp_path: Path) -> None:
    zones = {"CPU-therm": 45_500, "GPU-therm": 44_000, "PMIC-Die": 100_000}
    files = {
        "proc__device-tree__model": "NVIDIA Jetson Orin Nano Developer Kit\0",
        "proc__cpuinfo": processors(6),
        "proc__meminfo": MEMINFO.format(7_800_000, 5_000_000),
    }
    for number, (kind, degrees) in enumerate(zones.items()):
        files[f"sys__class__thermal__thermal_zone{number}__type"] = kind
        files[f"sys__class__thermal__thermal_zone{number}__temp"] = str(degrees)
    board = read_board(tree(tmp_path, **files), architecture="aarch64")
    assert (board.model, board.cores) == ("NVIDIA Jetson Orin Nano Developer Kit", 6)
    assert board.temperature_c == 45.5
    assert board.throttled is None


def test_a_pc(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        proc__cpuinfo=processors(8, "model name\t: Some CPU @ 2.4GHz"),
        proc__meminfo=MEMINFO.format(16_000_000, 9_000_000),
        sys__class__dmi__id__sys_vendor="LENOVO\n",
        sys__class__dmi__id__product_name="ThinkCentre M710q\n",
        sys__class__thermal__thermal_zone0__type="acpitz",
        sys__class__thermal__thermal_zone0__temp="27800",
        sys__class__thermal__thermal_zone1__type="x86_pkg_temp",
        sys__class__thermal__thermal_zone1__temp="51000",
    )
    board = read_board(root, architecture="x86_64")
    assert (board.model, board.cores, board.temperature_c) == ("LENOVO ThinkCentre M710q", 8, 51.0)


def test_a_board_that_names_only_its_processor(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        proc__cpuinfo=processors(2, "model name\t: Some CPU @ 2.4GHz"),
        sys__class__dmi__id__product_name="To Be Filled By O.E.M.",
    )
    assert read_board(root).model == "Some CPU @ 2.4GHz"


def test_a_machine_that_tells_nothing(tmp_path: Path) -> None:
    board = read_board(tmp_path)
    assert board.model == "unknown"
    assert board.cores >= 1
    assert (board.memory_bytes, board.temperature_c, board.throttled) == (None, None, None)


def test_odd_files_are_no_trouble(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        proc__meminfo="MemTotal: lots\n",
        sys__class__thermal__thermal_zone0__temp="warm",
        sys__class__thermal__thermal_zone1__temp="",
    )
    assert read_board(root).temperature_c is None


def test_this_machine() -> None:
    board = read_board()
    assert board.architecture == platform.machine()
    assert board.memory_bytes is not None
    assert board.memory_available_bytes is not None
    assert 0 < board.memory_available_bytes <= board.memory_bytes


def test_what_this_process_occupies_is_part_of_the_memory(tmp_path: Path) -> None:
    occupied, board = own_memory_bytes(), read_board()
    assert occupied is not None
    assert board.memory_bytes is not None
    assert 1 << 20 < occupied < board.memory_bytes
    assert own_memory_bytes(tmp_path) is None
    tree(tmp_path, proc__self__status="Name:\tlares\nVmRSS:\t  2048 kB\n")
    assert own_memory_bytes(tmp_path) == 2 << 20
