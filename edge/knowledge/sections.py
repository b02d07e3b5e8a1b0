"""What a document consists of, whatever kind of file it is."""

from __future__ import annotations

from dataclasses import dataclass

from edge.types import LaresError


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a document under one heading, or on one page."""

    blocks: tuple[str, ...]
    """Paragraphs, items of lists and rows of tables, each on one line, without marks."""
    heading: tuple[str, ...] = ()
    """The headings above it, the outermost first."""
    page: int | None = None
    """Counted from 1; None where a document has no pages."""


class UnreadableDocument(LaresError):
    """A file cannot be read as a document. It is told and left out; the others are read."""
