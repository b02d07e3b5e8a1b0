"""The catalogue of models, and whether they are installed as they must be.

`catalog.toml` lists the models. Each lives in a folder of its own below the model directory, named
as in the catalogue, and is installed when all its files are there. A file's hash is known from the
catalogue; or, for a model that comes as an archive, from the record that `models.fetch` leaves
beside the files (`installed.json`); or, for a model that is part of Lares, from the manifest that
training writes (`manifest.json`). A record made at installation tells of damage since then, not
whether what was installed was right: for that the archive's own hash is checked before it is
unpacked.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from edge.types import LaresError
from models.catalog_file import CatalogError, read_entries
from models.entry import ModelEntry, ModelFile
from models.places import data_dir

__all__ = ["Catalog", "CatalogError", "FileProblem", "ModelEntry", "model_dir", "problems"]

CATALOG_FILE = Path(__file__).with_name("catalog.toml")
RECORD_NAME = "installed.json"
MANIFEST_NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class FileProblem:
    """A file of an installed model that is not as it must be."""

    path: Path
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.path}: expected {self.expected}, found {self.found}"


@dataclass(frozen=True, slots=True)
class Catalog:
    """The models of one catalogue, and the directory in which they are installed."""

    entries: Mapping[str, ModelEntry]
    directory: Path

    @classmethod
    def load(cls, path: Path | None = None, *, directory: Path | None = None) -> Catalog:
        """Read a catalogue, by default that of Lares, whose models are installed in `directory`.

        Raises CatalogError, naming the file, the key and what is allowed there.
        """
        entries = read_entries(path or CATALOG_FILE)
        return cls(entries, directory or model_dir(os.environ, Path.home()))

    def entry(self, name: str) -> ModelEntry:
        """Raises LaresError, naming the models there are."""
        try:
            return self.entries[name]
        except KeyError:
            known = ", ".join(self.entries)
            raise LaresError(f"expected the name of a model ({known}), found {name!r}") from None

    def folder(self, name: str) -> Path:
        """Where the model is, or would be."""
        return folder_of(self.entry(name), self.directory)

    def language_model(self, wanted: str = "auto") -> tuple[str, Path] | None:
        """Name and file of a language model: the one named, or with "auto" the largest that is
        installed, None where there is none; None with "none".

        Raises LaresError when the one named is no language model, or is not installed.
        """
        if wanted == "none":
            return None
        names = [entry.name for entry in self.entries.values() if entry.role == "llm"]
        if wanted not in ("auto", *names):
            known = ", ".join(("auto", "none", *names))
            raise LaresError(f"expected llm.model to be one of {known}, found {wanted!r}")
        files = [found for found in self.language_models() if wanted in ("auto", found[0])]
        if not files and wanted != "auto":
            raise LaresError(
                f"llm.model is {wanted!r}, which is not installed: lares models fetch {wanted}"
            )
        return max(files, key=lambda found: found[1].stat().st_size, default=None)

    def language_models(self) -> list[tuple[str, Path]]:
        """Names and files of the language models that are installed, in the catalogue's order."""
        names = [entry.name for entry in self.entries.values() if entry.role == "llm"]
        return [
            (name, file)
            for name in names
            if (folder := self.installed(name)) is not None
            for file in folder.glob("*.gguf")
        ]

    def installed(self, name: str) -> Path | None:
        """The model's folder when all its files are there in their sizes. Reads no file whole."""
        entry, folder = self.entry(name), self.folder(name)
        files = expected_files(entry, folder)
        there = all(_misfit(folder / file.path, file) is None for file in files)
        return folder if files and there else None

    def verify(self, name: str) -> tuple[FileProblem, ...]:
        """Compare an installed model's files with their sizes and hashes. Empty: all are right."""
        return problems(self.entry(name), self.folder(name))


def model_dir(env: Mapping[str, str], home: Path) -> Path:
    """Where models are installed: $LARES_MODELS, or `models` in `data_dir`."""
    if chosen := env.get("LARES_MODELS"):
        return Path(chosen).expanduser().absolute()
    return data_dir(env, home) / "models"


def folder_of(entry: ModelEntry, directory: Path) -> Path:
    """The folder of a model, which is named as in the catalogue unless it is part of Lares."""
    return entry.shipped or directory / entry.name


def expected_files(entry: ModelEntry, folder: Path) -> tuple[ModelFile, ...]:
    """What the model's folder must hold: from the catalogue, the manifest or the record.

    Empty when there is none of them, or one that cannot be read.
    """
    if entry.files:
        return entry.files
    path = _list_of(entry, folder)
    try:
        files = json.loads(path.read_bytes())["files"]
        return tuple(ModelFile(str(name), str(sha256)) for name, sha256 in files.items())
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return ()


def problems(entry: ModelEntry, folder: Path) -> tuple[FileProblem, ...]:
    """What is wrong with the model's files in `folder`: missing, another size, another hash."""
    files = expected_files(entry, folder)
    if not files:
        return (_unlisted(entry, folder),)
    found = (_problem(folder / file.path, file) for file in files)
    return tuple(problem for problem in found if problem is not None)


def sha256_of(path: Path) -> str:
    """The hash of a file, in hexadecimal. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _list_of(entry: ModelEntry, folder: Path) -> Path:
    """The file that lists the hashes of a model whose files the catalogue does not list."""
    return folder / (MANIFEST_NAME if entry.shipped else RECORD_NAME)


def _unlisted(entry: ModelEntry, folder: Path) -> FileProblem:
    """Why it is not known what the model's folder must hold."""
    path = _list_of(entry, folder)
    if path.is_file():
        return FileProblem(path, "a list of the model's files with their sha256", "no such list")
    if entry.shipped:
        return FileProblem(path, "the list of the model's files", "none")
    return FileProblem(folder, "an installed model", "none")


def _problem(path: Path, file: ModelFile) -> FileProblem | None:
    if misfit := _misfit(path, file):
        return misfit
    try:
        sha256 = sha256_of(path)
    except OSError as error:
        return _unreadable(path, error)
    if sha256 != file.sha256:
        return FileProblem(path, f"sha256 {file.sha256}", sha256)
    return None


def _misfit(path: Path, file: ModelFile) -> FileProblem | None:
    """What can be seen without reading the file."""
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return FileProblem(path, "a file", "none")
    except OSError as error:
        return _unreadable(path, error)
    if not stat.S_ISREG(status.st_mode):
        return FileProblem(path, "a file", "something else")
    size = status.st_size
    if file.bytes not in (None, size):
        return FileProblem(path, f"{file.bytes:,} bytes", f"{size:,}")
    return None


def _unreadable(path: Path, error: OSError) -> FileProblem:
    return FileProblem(path, "a file that can be read", error.strerror or str(error))
