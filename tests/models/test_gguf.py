"""What a GGUF file tells before it is loaded, and what is said of one that is none."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.gguf import Gguf, GgufError

F32, Q4_1 = 0, 3
STRING, U32, BOOL, ARRAY = 8, 4, 7, 9


def text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack("<Q", len(raw)) + raw


def written(
    values: Mapping[str, tuple[int, bytes]],
    tensors: Mapping[str, tuple[tuple[int, ...], int]],
    *,
    version: int = 3,
    data: int | None = None,
) -> bytes:
    """A GGUF file; `data` bytes of weights, by default as many as there must be."""
    told = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(values))
    for key, (kind, raw) in values.items():
        told += text(key) + struct.pack("<I", kind) + raw
    offset = 0
    for name, (shape, kind) in tensors.items():
        told += text(name) + struct.pack("<I", len(shape))
        told += struct.pack(f"<{len(shape)}Q", *shape) + struct.pack("<IQ", kind, offset)
        count = 1
        for each in shape:
            count *= each
        offset += count * 4 if kind == F32 else -(-count // 32) * 20
    told += bytes(-len(told) % 32)
    return told + bytes(offset if data is None else data)


SMALL = written(
    {
        "general.architecture": (STRING, text("llama")),
        "llama.context_length": (U32, struct.pack("<I", 2048)),
        "general.fun": (BOOL, b"\x01"),
        "tokens": (ARRAY, struct.pack("<IQ", STRING, 2) + text("a") + text("ü")),
    },
    {"a": ((4, 8), F32), "b": ((64,), Q4_1)},
)


def file_of(folder: Path, content: bytes) -> Path:
    path = folder / "model.gguf"
    path.write_bytes(content)
    return path


def test_it_tells_what_the_model_is_and_how_large(tmp_path: Path) -> None:
    found = Gguf.read(file_of(tmp_path, SMALL))
    assert (found.version, found.architecture) == (3, "llama")
    assert found.values["llama.context_length"] == 2048
    assert found.values["general.fun"] is True
    assert found.values["tokens"] == ("a", "ü")
    assert (found.tensors, found.weights, found.bytes) == (2, 32 + 64, len(SMALL))


def test_what_follows_the_weights_does_no_harm(tmp_path: Path) -> None:
    assert Gguf.read(file_of(tmp_path, SMALL + b"more")).bytes == len(SMALL)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(GgufError, match="expected a GGUF model: No such file"):
        Gguf.read(tmp_path / "none.gguf")


@pytest.mark.parametrize("content", [b"", b"GGML1234", b"PK\x03\x04" * 100, b"<!DOCTYPE html>"])
def test_a_foreign_file_is_no_model(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(GgufError, match="no GGUF model"):
        Gguf.read(file_of(tmp_path, content))


@pytest.mark.parametrize("version", [0, 1, 4, 50_331_648])
def test_a_version_that_is_not_known_is_told(tmp_path: Path, version: int) -> None:
    with pytest.raises(GgufError, match=f"GGUF of version {version};"):
        Gguf.read(file_of(tmp_path, written({}, {}, version=version)))


@given(st.integers(0, len(SMALL) - 1))
@settings(max_examples=100, deadline=None)
def test_a_file_cut_off_anywhere_is_told(
    tmp_path_factory: pytest.TempPathFactory, length: int
) -> None:
    path = file_of(tmp_path_factory.mktemp("cut"), SMALL[:length])
    with pytest.raises(GgufError, match=r"cut off|no GGUF model"):
        Gguf.read(path)


@given(st.integers(4, len(SMALL) - 1), st.binary(min_size=1, max_size=12))
@settings(max_examples=200, deadline=None)
def test_a_damaged_file_is_read_or_told_but_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, place: int, damage: bytes
) -> None:
    damaged = SMALL[:place] + damage + SMALL[place + len(damage) :]
    try:
        Gguf.read(file_of(tmp_path_factory.mktemp("damaged"), damaged))
    except GgufError as error:
        assert "model.gguf" in str(error)


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_hostile_bytes_after_the_magic_are_told_at_once(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = file_of(tmp_path_factory.mktemp("hostile"), b"GGUF" + struct.pack("<I", 3) + content)
    try:
        Gguf.read(path)
    except GgufError as error:
        assert "model.gguf" in str(error)
