"""The recorded commands of the demo: sound files beside this module, and what is said in them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Recording:
    """One spoken command."""

    path: Path
    text: str
    """What is said after the wake word."""


def recordings() -> tuple[Recording, ...]:
    """The recordings, in the order in which the demo plays them."""
    folder = Path(str(files("edge.demo")))
    listed = tomllib.loads((folder / "recordings.toml").read_text(encoding="utf-8"))
    return tuple(Recording(folder / one["file"], one["text"]) for one in listed["recording"])
