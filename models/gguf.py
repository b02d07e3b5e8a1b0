"""What a GGUF file holds, read without loading it: is it one, is it whole, what does it need?

The format is that of ggml's specification (docs/gguf.md there), versions 2 and 3, little-endian:

    "GGUF", version: u32, tensors: u64, values: u64
    each value:   key: string, type: u32, the value        string: length: u64, UTF-8
    each tensor:  name: string, dimensions: u32, each: u64, type: u32, offset: u64
    the tensors' data, from the next multiple of `general.alignment`

llama.cpp would tell of a file that is cut off only after reading it, and of some not at all.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from edge.types import LaresError

MAGIC = b"GGUF"
VERSIONS = (2, 3)
_ALIGNMENT = 32
_LONGEST = 1 << 24
"""Bytes of a string, values of an array, or tensors, beyond which a file is broken or hostile."""
_STRING, _ARRAY = 8, 9
_NUMBERS = {
    0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d",
}  # fmt: skip
"""Types of values, with Python's format of each."""
_BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34),
    9: (32, 36), 10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210),
    15: (256, 292), 20: (32, 18), 23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8),
    28: (1, 8), 30: (1, 2),
}  # fmt: skip
"""Types of tensors: weights in a block, and its bytes. Of others the size is not known."""

Value = str | int | float | bool | tuple["Value", ...]


class GgufError(LaresError):
    """A file is no model that can be used."""


@dataclass(frozen=True, slots=True)
class Gguf:
    """A model file, without its weights."""

    version: int
    values: Mapping[str, Value]
    """What it says of itself: `general.architecture`, `llama.context_length`, …"""
    tensors: int
    weights: int
    """How many numbers the model consists of."""
    bytes: int
    """How long the file must be at least."""

    @classmethod
    def read(cls, path: Path) -> Gguf:
        """Raises GgufError when the file is missing, foreign, damaged or cut off."""
        try:
            with path.open("rb") as file:
                found = _read(_Reader(file, path))
            size = path.stat().st_size
        except OSError as error:
            raise GgufError(f"{path}: expected a GGUF model: {error.strerror or error}.") from error
        if size < found.bytes:
            raise GgufError(
                f"{path}: cut off: {size:,} of at least {found.bytes:,} bytes. Fetch it again."
            )
        return found

    @property
    def architecture(self) -> str:
        """The name of its architecture: "llama", "qwen2", …"""
        return str(self.values.get("general.architecture", ""))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the file's types one after the other."""

    file: BinaryIO
    path: Path

    def number(self, code: str) -> int | float | bool:
        size = struct.calcsize(f"<{code}")
        value: int | float | bool = struct.unpack(f"<{code}", self.bytes(size))[0]
        return value

    def count(self, code: str = "Q") -> int:
        count = int(self.number(code))
        if count > _LONGEST:
            raise self.broken(f"says that it holds {count:,} of something")
        return count

    def string(self) -> str:
        try:
            return self.bytes(self.count()).decode("utf-8")
        except UnicodeDecodeError as error:
            raise self.broken("holds a text that is no UTF-8") from error

    def value(self, kind: int, depth: int = 0) -> Value:
        if kind == _STRING:
            return self.string()
        if kind == _ARRAY and depth < 2:
            inner, count = int(self.number("I")), self.count()
            return tuple(self.value(inner, depth + 1) for _ in range(count))
        if kind in _NUMBERS:
            return self.number(_NUMBERS[kind])
        raise self.broken(f"holds a value of the unknown type {kind}")

    def bytes(self, count: int) -> bytes:
        read = self.file.read(count)
        if len(read) < count:
            raise GgufError(f"{self.path}: cut off within its description. Fetch it again.")
        return read

    def broken(self, why: str) -> GgufError:
        return GgufError(f"{self.path}: damaged: it {why}. Fetch it again.")


def _read(reader: _Reader) -> Gguf:
    if reader.file.read(4) != MAGIC:
        raise GgufError(f"{reader.path}: no GGUF model: it does not begin with {MAGIC.decode()!r}.")
    version = int(reader.number("I"))
    if version not in VERSIONS:
        raise GgufError(
            f"{reader.path}: GGUF of version {version}; Lares reads {VERSIONS[0]} and "
            f"{VERSIONS[1]}. Take a newer file of the model."
        )
    tensors, values = reader.count(), reader.count()
    told = {reader.string(): reader.value(int(reader.number("I"))) for _ in range(values)}
    weights, end = 0, 0
    for _ in range(tensors):
        reader.string()
        shape = [reader.count() for _ in range(min(reader.count("I"), 8))]
        kind, offset = int(reader.number("I")), int(reader.number("Q"))
        size = math.prod(shape)
        weights += size
        block, block_bytes = _BLOCKS.get(kind, (1, 0))
        end = max(end, offset + -(-size // block) * block_bytes)
    alignment = told.get("general.alignment", _ALIGNMENT)
    if not isinstance(alignment, int) or alignment < 1:
        raise reader.broken(f"has the alignment {alignment!r}")
    begin = -(-reader.file.tell() // alignment) * alignment
    return Gguf(version, told, tensors, weights, begin + end)
