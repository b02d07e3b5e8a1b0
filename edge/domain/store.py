"""Trained domains as files.

Each is a folder `NAME` in the domains' folder, with the owner's `domain.yaml` as it was, the
trained `head.npz`, and `manifest.json`: the sha256 of both and of the tagger that the head stands
on, and how good the head was. A folder is complete or not there: it is made beside its place and
then moved.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from edge.domain.automaton import Automaton
from edge.domain.domain import Domain
from edge.domain.head import DomainHead
from edge.domain.training import Figures
from edge.types import LaresError
from models.artifact import ARTIFACT, MODEL, sha256
from models.places import data_dir

DOMAIN, HEAD, MANIFEST = "domain.yaml", "head.npz", "manifest.json"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True, eq=False)
class TrainedDomain:
    """A domain that can be listened for."""

    name: str
    domain: Domain
    automaton: Automaton
    head: DomainHead
    figures: Figures


def domain_dir(env: Mapping[str, str], home: Path) -> Path:
    """Where trained domains are: `domains` in `data_dir`."""
    return data_dir(env, home) / "domains"


def checked_name(name: str) -> str:
    """The name, when a domain may have it. Raises LaresError when not."""
    if not _NAME.fullmatch(name):
        raise LaresError(
            f"Expected a domain's name of lower-case letters, digits, '-' and '_', found {name!r}: "
            "choose one with --name."
        )
    return name


def save(folder: Path, name: str, source: Path, head: DomainHead, figures: Figures) -> Path:
    """Keep a domain that was trained from `source`. One of the same name is replaced.

    Returns the domain's folder. Raises LaresError when it cannot be written.
    """
    place = folder / checked_name(name)
    try:
        contents = {DOMAIN: source.read_bytes(), HEAD: head.to_bytes()}
        manifest = {
            "files": {file: hashlib.sha256(data).hexdigest() for file, data in contents.items()},
            "tagger": sha256(ARTIFACT / MODEL),
            "figures": asdict(figures),
        }
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".") as scratch:
            made = Path(scratch) / name
            made.mkdir()
            for file, data in contents.items():
                (made / file).write_bytes(data)
            (made / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
            if place.exists():
                place.rename(Path(scratch) / "before")
            made.rename(place)
    except OSError as error:
        raise LaresError(f"The domain cannot be kept in {place}: {error.strerror}.") from error
    return place


def load(folder: Path, name: str) -> TrainedDomain:
    """Raises LaresError when there is no such domain, or it is damaged or older than the tagger."""
    place = folder / checked_name(name)
    if not place.is_dir():
        known = ", ".join(names(folder)) or "none"
        raise LaresError(
            f"There is no domain {name!r}; known: {known}. Train one with: lares domain train FILE"
        )
    remedy = f"train it again with: lares domain train {place / DOMAIN} --name {name}"
    try:
        manifest = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
        hashes, tagger = dict(manifest["files"]), str(manifest["tagger"])
        figures = _figures(manifest["figures"])
        contents = {file: (place / file).read_bytes() for file in (DOMAIN, HEAD)}
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        found = f"{type(error).__name__}: {error}"
        raise LaresError(f"The domain {name!r} is damaged ({found}): {remedy}") from error
    for file, data in contents.items():
        if hashlib.sha256(data).hexdigest() != hashes.get(file):
            raise LaresError(f"{place / file} is not what was trained: {remedy}")
    if tagger != sha256(ARTIFACT / MODEL):
        raise LaresError(f"The domain {name!r} was trained for another tagger: {remedy}")
    domain = Domain.read(place / DOMAIN)
    return TrainedDomain(
        name, domain, Automaton.of(domain), DomainHead.from_bytes(contents[HEAD]), figures
    )


def names(folder: Path) -> tuple[str, ...]:
    """The domains there are, in alphabetical order."""
    if not folder.is_dir():
        return ()
    return tuple(sorted(path.name for path in folder.iterdir() if (path / MANIFEST).is_file()))


def remove(folder: Path, name: str) -> None:
    """Forget a domain. Raises LaresError when there is none of that name."""
    if name not in names(folder):
        known = ", ".join(names(folder)) or "none"
        raise LaresError(f"There is no domain {name!r}; known: {known}.")
    try:
        shutil.rmtree(folder / name)
    except OSError as error:
        raise LaresError(f"{folder / name} cannot be removed: {error.strerror}.") from error


def _figures(data: Mapping[str, Any]) -> Figures:
    return Figures(
        int(data["sentences"]), float(data["right"]), int(data["talk"]), float(data["taken"])
    )
