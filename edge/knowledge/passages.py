"""Passages: the pieces of documents that are searched and quoted.

A section is taken apart into sentences, and these are packed into passages of up to LONGEST words.
A section that is longer becomes several, of about the same length, each of which begins with the
last sentences of the one before, so that what belongs together is together in at least one of them.
A passage never goes on under another heading or on another page.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from edge.knowledge.documents import Document
from edge.knowledge.sections import Section

SHORTEST, LONGEST = 80, 180
"""Words. A section that has fewer is a passage all the same."""
OVERLAP = 40
"""Words at most that two passages of a section share."""
FEWEST = 4
"""Words of a sentence that stands by itself."""

_ABBREVIATIONS = ("e.g", "i.e", "no", "nos", "approx", "min", "max", "fig", "dr", "mr", "mrs", "ms")
_END = re.compile(r"[.!?…][\"'”’)\]]*(?=\s+[\"'“‘(\[]?[A-Z0-9À-Þ])")


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document."""

    text: str
    """Sentences; blocks of the document (paragraphs, items, rows) are lines."""
    heading: tuple[str, ...]
    """The headings above it, the outermost first."""
    page: int | None
    """Counted from 1; None where a document has no pages."""
    position: int
    """Its place in the document, counted from 0."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    words: int
    begins_block: bool


def passages(document: Document) -> tuple[Passage, ...]:
    """The passages of a document, in its order. Each word of it is in at least one."""
    cut = [(section, text) for section in document.sections for text in packed(section)]
    return tuple(
        Passage(text, section.heading, section.page, position)
        for position, (section, text) in enumerate(cut)
    )


def packed(section: Section) -> Iterator[str]:
    """The section's sentences in texts of at most LONGEST words."""
    rest = [part for block in section.blocks for part in _parts(block)]
    total = sum(one.words for one in rest)
    goal = LONGEST
    if total > LONGEST:  # as many as needed, of about the same length
        count = math.ceil((total - OVERLAP) / (LONGEST - OVERLAP))
        goal = max(SHORTEST, math.ceil((total + (count - 1) * OVERLAP) / count))
    begin = end = 0
    while end < len(rest):
        end = _fitting(rest, begin, end + 1, goal)
        yield _joined(rest[begin:end])
        begin = _overlapping(rest, begin, end)


def blocks(text: str) -> tuple[tuple[str, ...], ...]:
    """What can be quoted of a passage: of each block its sentences.

    One of fewer than FEWEST words, such as "Gas.", belongs to what follows it in its block.
    """
    return tuple(found for block in text.split("\n") if (found := tuple(_quotable(block))))


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of all blocks of a passage."""
    return tuple(sentence for block in blocks(text) for sentence in block)


def _quotable(block: str) -> Iterator[str]:
    short = ""
    for sentence in filter(None, _sentences(block)):
        whole = f"{short} {sentence}".lstrip()
        short = whole if len(whole.split()) < FEWEST else ""
        if not short:
            yield whole
    if short:
        yield short


def _sentences(block: str) -> Iterator[str]:
    begin = 0
    for end in _END.finditer(block):
        before = block[begin : end.start()].rsplit(None, 1)
        if before and before[-1].lower().lstrip("(\"'“‘") in _ABBREVIATIONS:
            continue
        yield block[begin : end.end()].strip()
        begin = end.end()
    yield block[begin:].strip()


def _parts(block: str) -> Iterator[_Sentence]:
    """The sentences of a block; one that is longer than a passage is cut."""
    begins = True
    for sentence in _sentences(block):
        words = sentence.split()
        for at in range(0, len(words), LONGEST):
            piece = words[at : at + LONGEST]
            yield _Sentence(" ".join(piece), len(piece), begins)
            begins = False


def _fitting(rest: Sequence[_Sentence], begin: int, least: int, goal: int) -> int:
    """Where a passage ends that begins there: at `least` or behind it, and as near to `goal` words
    as sentences allow."""
    count = sum(one.words for one in rest[begin:least])
    end = least
    while end < len(rest):
        longer = count + rest[end].words
        if longer > LONGEST or abs(longer - goal) > abs(count - goal):
            break
        count, end = longer, end + 1
    return end


def _overlapping(rest: Sequence[_Sentence], begin: int, end: int) -> int:
    """Where the passage after [begin, end) begins: some sentences before `end`, behind `begin`."""
    if end == len(rest):
        return end
    start, shared = end, 0
    while start - 1 > begin:
        shared += rest[start - 1].words
        if shared > OVERLAP or shared + rest[end].words > LONGEST:
            break
        start -= 1
    return start


def _joined(parts: Iterable[_Sentence]) -> str:
    text = ""
    for part in parts:
        separator = "" if not text else "\n" if part.begins_block else " "
        text += separator + part.text
    return text
