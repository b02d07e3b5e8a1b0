"""Reads a catalogue file: TOML, one table a model, as `catalog.toml` explains.

Nothing is guessed. A key that is not known, a value of another kind, a hash that is no hash, a path
that leads out of the model's folder, a file that no source tells where to find: each is a
CatalogError that names the file, the key, what is allowed and what was found.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from edge.types import LaresError
from models.entry import (
    ROLES,
    ArchiveSource,
    ModelEntry,
    ModelFile,
    Package,
    PackageSource,
    Role,
    Source,
    UrlSource,
)

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PACKAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_URL = re.compile(r"https?://[^/\s]+/\S+")
_PLACE = re.compile(r"[^!\s][^!]*(![^!\s][^!]*)*")
_PATH_RULE = "a path inside the model's folder"


class CatalogError(LaresError):
    """A catalogue file that cannot be read as one."""


def read_entries(path: Path) -> dict[str, ModelEntry]:
    """The models of a catalogue file by name, in its order. Raises CatalogError."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CatalogError(f"{path}: expected a catalogue in TOML, found: {error}") from error
    return {name: _entry(_table(path, name, value), name) for name, value in data.items()}


def _entry(table: _Table, name: str) -> ModelEntry:
    if not _NAME.fullmatch(name):
        raise table.error("", "a name of small letters, digits, '.' and '-'", name)
    table.allow("role", "licence", "description", "files", "sources", "shipped", "memory_mb")
    files = _files(table)
    sources = tuple(_source(source, files) for source in table.tables("sources"))
    shipped = table.relative("shipped") if "shipped" in table.values else None
    if (shipped is None) == (not sources):
        raise table.error("", "either sources or shipped", sorted(table.values))
    return ModelEntry(
        name=name,
        role=_role(table),
        licence=table.text("licence"),
        description=table.text("description"),
        files=files,
        sources=sources,
        shipped=table.path.parent / shipped if shipped else None,
        memory_mb=_memory(table),
    )


def _role(table: _Table) -> Role:
    text = table.text("role")
    for role in ROLES:
        if role == text:
            return role
    raise table.error("role", f"one of {', '.join(ROLES)}", text)


def _memory(table: _Table) -> int | None:
    if "memory_mb" not in table.values:
        return None
    if _role(table) != "llm":
        raise table.error("memory_mb", "it only where role is llm", table.values["memory_mb"])
    return table.size("memory_mb", "megabytes")


def _files(table: _Table) -> tuple[ModelFile, ...]:
    files: dict[str, ModelFile] = {}
    for file in table.tables("files"):
        file.allow("path", "bytes", "sha256")
        path = file.relative("path")
        if path in files:
            raise file.error("path", "each file once", path)
        files[path] = ModelFile(path, file.sha256("sha256"), file.size("bytes"))
    return tuple(files.values())


def _source(table: _Table, files: Sequence[ModelFile]) -> Source:
    kinds = {"url", "archive", "packages"} & table.values.keys()
    if len(kinds) != 1:
        raise table.error("", "one of url, archive, packages", sorted(table.values))
    kind = kinds.pop()
    if kind != "archive" and not files:
        raise table.error(kind, "files beside the sources, with their hashes", "none")
    if kind == "url":
        return _url_source(table, files)
    return _archive_source(table) if kind == "archive" else _package_source(table, files)


def _url_source(table: _Table, files: Sequence[ModelFile]) -> UrlSource:
    table.allow("url")
    url = table.matching("url", _URL, "an address that starts with http:// or https://")
    if len(files) > 1 and "{path}" not in url:
        raise table.error("url", "{path} in the address, for there are several files", url)
    return UrlSource(url)


def _archive_source(table: _Table) -> ArchiveSource:
    table.allow("archive", "folder", "sha256", "bytes")
    return ArchiveSource(
        table.matching("archive", _URL, "an address that starts with http:// or https://"),
        table.relative("folder") if "folder" in table.values else "",
        table.sha256("sha256") if "sha256" in table.values else None,
        table.size("bytes") if "bytes" in table.values else None,
    )


def _package_source(table: _Table, files: Sequence[ModelFile]) -> PackageSource:
    table.allow("packages", "take")
    take = {}
    wanted = table.table("take")
    for path in wanted.values:
        take[path] = wanted.places(path)
    if take.keys() != {file.path for file in files}:
        raise wanted.error("", f"the files {', '.join(f.path for f in files)}", sorted(take))
    packages = []
    for package in table.tables("packages"):
        package.allow("name", "version", "bytes")
        packages.append(
            Package(
                package.matching("name", _PACKAGE, "the name of a package"),
                package.matching("version", _PACKAGE, "a version"),
                package.size("bytes"),
            )
        )
    if not packages:
        raise table.error("packages", "at least one package", "none")
    return PackageSource(tuple(packages), take)


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of the file, with the way to it for errors."""

    path: Path
    key: str
    values: Mapping[str, Any]

    def error(self, key: str, allowed: str, found: object) -> CatalogError:
        place = ".".join(part for part in (self.key, key) if part)
        text = "nothing" if found is None else repr(found)
        return CatalogError(f"{self.path}: {place}: expected {allowed}, found {text}")

    def allow(self, *keys: str) -> None:
        for key in self.values:
            if key not in keys:
                raise self.error(key, f"only {', '.join(keys)} in [{self.key}]", self.values[key])

    def text(self, key: str) -> str:
        value = self.values.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.error(key, "a text", value)
        return value

    def matching(self, key: str, pattern: re.Pattern[str], allowed: str) -> str:
        value = self.text(key)
        if not pattern.fullmatch(value):
            raise self.error(key, allowed, value)
        return value

    def sha256(self, key: str) -> str:
        return self.matching(key, _SHA256, "64 hexadecimal digits, letters small")

    def size(self, key: str, unit: str = "bytes") -> int:
        value = self.values.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.error(key, f"a number of {unit}", value)
        return value

    def relative(self, key: str) -> str:
        value = self.text(key)
        path = PurePosixPath(value)
        plain = str(path) == value and value.isprintable() and "\\" not in value
        if not path.parts or path.is_absolute() or ".." in path.parts or not plain:
            raise self.error(key, _PATH_RULE, value)
        return value

    def places(self, key: str) -> tuple[str, ...]:
        value = self.values.get(key)
        places = value if isinstance(value, list) else []
        if not places or not all(isinstance(p, str) and _PLACE.fullmatch(p) for p in places):
            raise self.error(key, 'a list of places such as "a/file" or "a.zip!a/file"', value)
        return tuple(places)

    def table(self, key: str) -> _Table:
        return _table(self.path, f"{self.key}.{key}", self.values.get(key))

    def tables(self, key: str) -> tuple[_Table, ...]:
        value = self.values.get(key, [])
        if not isinstance(value, list):
            raise self.error(key, "a list of tables", value)
        return tuple(_table(self.path, f"{self.key}.{key}.{n}", v) for n, v in enumerate(value, 1))


def _table(path: Path, key: str, value: object) -> _Table:
    if not isinstance(value, dict):
        raise _Table(path, key, {}).error("", "a table", value)
    return _Table(path, key, value)
