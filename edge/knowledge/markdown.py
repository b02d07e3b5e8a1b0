"""Markdown, as far as a text needs it that is to be searched and read aloud.

Headings divide it into sections; paragraphs, items and rows of tables become blocks; marks of
emphasis, links and code go, and so does what is struck out. It is not all of CommonMark
(https://spec.commonmark.org/0.31.2/): what is not understood stays as it is written, and no text is
an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from edge.knowledge.sections import Section

_HEADING = re.compile(r" {0,3}(#{1,6})(?=\s|$)")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?")
_RULE = re.compile(r" {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$")
_DASHES = re.compile(r"[\s|:-]*$")
_QUOTE = re.compile(r"\s*(?:>[ \t]?)+")
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n.*?\n(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)
_MARKS = (
    (re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)"), r"\1"),
    (re.compile(r"<(https?://[^<>\s]+)>"), r"\1"),
    (re.compile(r"(?<!`)(`{1,3})(?!`)([^`]+)\1(?!`)"), r"\2"),
    (re.compile(r"~~[^~]+~~"), ""),
    (re.compile(r"(?<![\\*])(\*{1,3})(?=[^\s*])([^*]+)(?<=[^\s\\])\1"), r"\2"),
    (re.compile(r"\b(_{1,2})(?=\S)([^_]+?)(?<=\S)\1\b"), r"\2"),
    (re.compile(r"\\([!-/:-@\[-`{-~])"), r"\1"),
)


def markdown_sections(text: str) -> tuple[Section, ...]:
    """The sections of a text, in its order; those without blocks are left out."""
    lines = re.sub(r"\r\n?|[\v\f\x85]", "\n", text)
    reading = _Reading()
    for line in _without_comments(_FRONT_MATTER.sub("", lines)).split("\n"):
        reading.take(line)
    return tuple(reading.finished())


@dataclass(slots=True)
class _Reading:
    """How far a text has been read."""

    headings: list[tuple[int, str]] = field(default_factory=list)
    """Of the present section: level and words."""
    blocks: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    """Of the present block."""
    fence: str = ""
    """What closes the code in which we are."""
    sections: list[Section] = field(default_factory=list)

    def take(self, line: str) -> None:
        if fence := _FENCE.match(line):
            if not self.fence:
                self.end_block()
                self.fence = fence[1]
                return
            if fence[1].startswith(self.fence):
                self.end_block()
                self.fence = ""
                return
        if self.fence:
            self.lines.append(line)
            return
        if heading := _HEADING.match(line):
            self.end_block()
            self.begin_section(len(heading[1]), _title(line[heading.end() :]))
        elif self.lines and (underline := _UNDERLINE.match(line)):
            title = " ".join(self.lines)
            self.lines.clear()
            self.begin_section(1 if underline[1][0] == "=" else 2, title)
        elif not line.strip() or _RULE.match(line):
            self.end_block()
        elif line.lstrip().startswith("|"):
            self.end_block()
            if _DASHES.match(line):
                self.blocks = self.blocks[:-1]  # what stands above is the names of the columns
            cells = (cell.strip() for cell in line.split("|") if not _DASHES.match(cell))
            self.lines.append(_as_sentence([cell for cell in cells if cell]))
            self.end_block()
        else:
            unquoted = _QUOTE.sub("", line, count=1)
            if item := _ITEM.match(unquoted):
                self.end_block()
                unquoted = unquoted[item.end() :]
            self.lines.append(unquoted.strip())

    def begin_section(self, level: int, title: str) -> None:
        self.end_section()
        self.headings = [one for one in self.headings if one[0] < level]
        if words := _plain(title):
            self.headings.append((level, words))

    def end_block(self) -> None:
        if words := _plain(" ".join(self.lines)):
            self.blocks.append(words)
        self.lines.clear()

    def end_section(self) -> None:
        self.end_block()
        if self.blocks:
            heading = tuple(words for _, words in self.headings)
            self.sections.append(Section(tuple(self.blocks), heading))
            self.blocks.clear()

    def finished(self) -> Iterator[Section]:
        self.end_section()
        yield from self.sections


def _without_comments(text: str) -> str:
    """The text without <!-- comments -->; one that does not end is none."""
    kept, begin = [], 0
    while (start := text.find("<!--", begin)) >= 0 and (end := text.find("-->", start)) >= 0:
        kept.append(text[begin:start])
        begin = end + len("-->")
    return "".join([*kept, text[begin:]])


def _title(rest: str) -> str:
    """A heading's words, without the marks that may close it."""
    words = rest.strip()
    bare = words.rstrip("#")
    return bare.rstrip() if not bare or bare[-1].isspace() else words


def _as_sentence(cells: list[str]) -> str:
    """A row of a table: what it is about, and what is said of it."""
    return ": ".join([cells[0], ", ".join(cells[1:])]) if len(cells) > 1 else "".join(cells)


def _plain(text: str) -> str:
    """The words of a text, without marks and with single spaces."""
    for mark, words in _MARKS:
        text = mark.sub(words, text)
    return " ".join(text.split())
