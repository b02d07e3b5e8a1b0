"""What machine this is: its model, cores, memory, temperature, and whether it holds itself back.

Everything is read from the files in which Linux tells it, below a root that can be passed in; what
a machine does not tell is None.
"""

from __future__ import annotations

import os
import platform
import re
from dataclasses import dataclass
from pathlib import Path

_THROTTLED = {0: "too low voltage", 1: "frequency capped", 2: "throttled", 3: "too hot"}
"""Bits of the Raspberry Pi firmware's word on throttling; 16 higher: since it was started. From the
documentation of `vcgencmd get_throttled`."""
_CPU_ZONE = re.compile(r"cpu|x86_pkg|soc|coretemp|k10temp", re.IGNORECASE)
_PLACEHOLDERS = {"", "System Product Name", "To Be Filled By O.E.M.", "Default string"}


@dataclass(frozen=True, slots=True)
class Board:
    """One machine at one moment."""

    model: str
    """As it calls itself, for example "Raspberry Pi 4 Model B Rev 1.4"."""
    architecture: str
    """As the kernel calls it: "aarch64", "x86_64"."""
    cores: int
    memory_bytes: int | None
    memory_available_bytes: int | None
    """What programs can still have, without swapping."""
    disk_free_bytes: int | None
    """Free on the file system of the root, for an ordinary user."""
    temperature_c: float | None
    """Of the processor, or else of the hottest part."""
    throttled: tuple[str, ...] | None
    """What the firmware says it does to protect the board; empty when nothing. None: unknown."""


def read_board(root: Path = Path("/"), *, architecture: str | None = None) -> Board:
    """The machine whose files are below `root`. Never raises for a file that is missing or odd."""
    memory = _memory(root)
    return Board(
        model=_model(root) or "unknown",
        architecture=architecture or platform.machine(),
        cores=_cores(root),
        memory_bytes=memory.get("MemTotal"),
        memory_available_bytes=memory.get("MemAvailable"),
        disk_free_bytes=_disk_free(root),
        temperature_c=_temperature(root),
        throttled=_throttled(root),
    )


def own_memory_bytes(root: Path = Path("/")) -> int | None:
    """What this process occupies of the memory; None where that is not told."""
    found = re.search(r"^VmRSS:\s+(\d+) kB$", _text(root / "proc/self/status"), re.MULTILINE)
    return int(found[1]) * 1024 if found else None


def _text(path: Path) -> str:
    """The file's text without zeros and white space around it; empty when it cannot be read."""
    try:
        return path.read_bytes().decode("utf-8", errors="replace").strip("\0 \t\n")
    except OSError:
        return ""


def _model(root: Path) -> str:
    if model := _text(root / "proc/device-tree/model"):
        return model
    dmi = root / "sys/class/dmi/id"
    named = [_text(dmi / field) for field in ("sys_vendor", "product_name")]
    if model := " ".join(name for name in named if name not in _PLACEHOLDERS):
        return model
    found = re.search(r"^(?:Model|model name|Hardware)\s*:\s*(.+)$", _cpuinfo(root), re.MULTILINE)
    return found[1].strip() if found else ""


def _cpuinfo(root: Path) -> str:
    return _text(root / "proc/cpuinfo")


def _cores(root: Path) -> int:
    counted = len(re.findall(r"^processor\s*:", _cpuinfo(root), re.MULTILINE))
    return counted or os.cpu_count() or 1


def _memory(root: Path) -> dict[str, int]:
    found = re.findall(r"^(\w+):\s+(\d+) kB$", _text(root / "proc/meminfo"), re.MULTILINE)
    return {name: int(kilobytes) * 1024 for name, kilobytes in found}


def _disk_free(root: Path) -> int | None:
    try:
        figures = os.statvfs(root)
    except OSError:
        return None
    return figures.f_bavail * figures.f_frsize


def _temperature(root: Path) -> float | None:
    zones: dict[str, float] = {}
    for zone in sorted((root / "sys/class/thermal").glob("thermal_zone*")):
        kind, millidegrees = _text(zone / "type"), _text(zone / "temp")
        if re.fullmatch(r"-?\d+", millidegrees):
            zones[f"{zone.name} {kind}"] = int(millidegrees) / 1000
    processor = [degrees for name, degrees in zones.items() if _CPU_ZONE.search(name)]
    return max(processor or zones.values(), default=None)


def _throttled(root: Path) -> tuple[str, ...] | None:
    word = _text(root / "sys/devices/platform/soc/soc:firmware/get_throttled")
    if not re.fullmatch(r"(0x)?[0-9a-fA-F]+", word):
        return None
    bits = int(word, 16)
    now = [f"{name} now" for bit, name in _THROTTLED.items() if bits >> bit & 1]
    before = [
        f"{name} since it was started"
        for bit, name in _THROTTLED.items()
        if bits >> (bit + 16) & 1 and not bits >> bit & 1
    ]
    return (*now, *before)
