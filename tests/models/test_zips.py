"""Reading zip files that are right, damaged, or made to do harm."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.zips import ZipError, unpack
from tests.models.zip_files import zip_of

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
FILES = {"top/a": b"a" * 50, "top/in/b": "bé".encode() * 50, "other/c": b"c"}


def written(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("folder", "expected"),
    [("", {*FILES}), ("top", {"a", "in/b"}), ("top/in", {"b"}), ("other", {"c"})],
)
def test_what_is_in_a_folder_is_unpacked(
    tmp_path: Path, method: int, folder: str, expected: set[str]
) -> None:
    target = tmp_path / "target"
    names = unpack(written(tmp_path, zip_of(FILES, method)), folder, target)
    assert set(names) == expected
    for name in names:
        assert (target / name).read_bytes() == FILES["/".join(filter(None, (folder, name)))]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(
        ZipError, match="expected files in the folder 'to' of the zip file, found n"
    ):
        unpack(written(tmp_path, zip_of(FILES)), "to", tmp_path / "target")


@pytest.mark.parametrize("path", ["top/../out", "top/a/../../../out", "top/..", "top"])
def test_a_path_that_leads_outside_is_refused(tmp_path: Path, path: str) -> None:
    archive = written(tmp_path, zip_of({"top/first": b"1", path: b"evil"}))
    with pytest.raises(ZipError, match="a file outside its folder"):
        unpack(archive, "top", tmp_path / "target")
    assert not list(tmp_path.rglob("out"))


def test_an_absolute_path_is_in_no_folder(tmp_path: Path) -> None:
    out = tmp_path / "out"
    archive = written(tmp_path, zip_of({"a": b"a", str(out): b"evil"}))
    assert unpack(archive, "", tmp_path / "target") == ("a",)
    assert not out.exists()


def test_a_file_that_cannot_be_written_is_no_damage(tmp_path: Path) -> None:
    (tmp_path / "target").touch()
    with pytest.raises(OSError, match="target"):
        unpack(written(tmp_path, zip_of(FILES)), "top", tmp_path / "target")


@settings(max_examples=300)
@given(
    method=st.sampled_from(METHODS),
    damage=st.lists(st.tuples(st.integers(0, 600), st.integers(0, 255)), min_size=1, max_size=4),
    length=st.integers(0, 600),
)
def test_whatever_is_damaged_the_error_is_one_and_nothing_is_written_outside(
    method: int, damage: list[tuple[int, int]], length: int
) -> None:
    data = bytearray(zip_of({"top/a": b"a" * 50, "top/bé": b"b" * 50}, method)[:length])
    for position, value in damage:
        if position < len(data):
            data[position] = value
    with tempfile.TemporaryDirectory() as folder:
        archive = written(Path(folder), bytes(data))
        try:
            names = unpack(archive, "top", Path(folder) / "target")
        except ZipError:
            names = ()
        assert all((Path(folder) / "target" / name).is_file() for name in names)
        assert {path.name for path in Path(folder).iterdir()} <= {"a.zip", "target"}
