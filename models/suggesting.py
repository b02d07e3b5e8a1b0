"""Which language model is right for a machine: the largest that fits it and can still be talked to.

A model fits when

1. what it takes while it runs is at most half of the machine's memory, since Lares hears and speaks
   beside it, and others live there too;
2. its file is at most what is free on disk, unless it is installed already;
3. it is not too slow. A four-core Pi 5 is said to read some 16 tokens a second with a model of a
   billion weights (not measured by us), so that files are at most 600 MB with fewer than four
   cores, and 1.2 GB with fewer than eight.

Of a machine that does not tell its memory it is only known that the smallest model fits it best.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from models.entry import ModelEntry

MEMORY_PART = 2
"""A model takes at most one part of so many of the memory."""
_MOST_BYTES = ((4, 600_000_000), (8, 1_200_000_000))
"""With fewer cores than this, a model's file has at most so many bytes; the fewest cores first."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A language model, and whether it fits."""

    entry: ModelEntry
    misfit: str | None
    """Why it does not fit, for people. None: it fits."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """All language models, the smallest first, and the one that is right for the machine."""

    judged: tuple[Judged, ...]
    chosen: ModelEntry | None
    """None: none fits."""


def suggest(
    entries: Iterable[ModelEntry],
    *,
    cores: int,
    memory_bytes: int | None,
    disk_free_bytes: int | None,
    installed: Collection[str] = (),
) -> Suggestion:
    """The language model of a catalogue for a machine.

    memory_bytes: all that it has; disk_free_bytes; None: the machine does not tell. installed: the
    names of models that need no more room on disk.
    """
    models = sorted((e for e in entries if e.role == "llm"), key=_size)

    def misfit(at: int, entry: ModelEntry) -> str | None:
        if entry.bytes is None or entry.memory_mb is None:
            return "the catalogue does not tell what it needs"
        if memory_bytes is None and at > 0:
            return "the machine does not tell its memory"
        room = None if memory_bytes is None else memory_bytes // MEMORY_PART
        if room is not None and entry.memory_mb * 1_000_000 > room:
            return f"at most {room // 1_000_000:,} MB of memory are for it"
        free = None if entry.name in installed else disk_free_bytes
        if free is not None and entry.bytes > free:
            return f"{free // 1_000_000:,} MB are free on disk"
        if any(cores < few and entry.bytes > most for few, most in _MOST_BYTES):
            return f"too slow to talk to with {cores} core{'' if cores == 1 else 's'}"
        return None

    judged = tuple(Judged(entry, misfit(at, entry)) for at, entry in enumerate(models))
    fitting = [each.entry for each in judged if each.misfit is None]
    return Suggestion(judged, fitting[-1] if fitting else None)


def _size(entry: ModelEntry) -> tuple[bool, int]:
    """What sorts by size; those of which it is not known come last."""
    return entry.bytes is None, entry.bytes or 0
