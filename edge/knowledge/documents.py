"""Documents as they lie on the disk: which files they are, and what is written in them.

    folder → found → read → Document(sections)

`found` lists the files below a folder that can be documents: Markdown, plain text and PDF. Hidden
files and folders are passed over, links to folders are not followed, so no loop has no end. `read`
makes a file a document: sections with their headings or pages, each a row of blocks (a paragraph,
an item of a list, a row of a table), without marks. A file that cannot be read as text is an
`UnreadableDocument`, which tells why; others are not affected by it.

What is written in a document is data. It is searched and quoted, and nothing else.
"""

from __future__ import annotations

import codecs
import hashlib
import os
import re
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from edge.knowledge.markdown import markdown_sections
from edge.knowledge.pdf import pdf_sections
from edge.knowledge.sections import Section, UnreadableDocument
from edge.types import LaresError

MARKDOWN = frozenset({".md", ".markdown"})
PLAIN = frozenset({".txt", ".text"})
PDF = frozenset({".pdf"})
KINDS = MARKDOWN | PLAIN | PDF
MOST_TEXT_BYTES = 5_000_000
"""Of a Markdown or text file; a thick novel has one million."""
MOST_PDF_BYTES = 100_000_000


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was read."""

    path: Path
    """Absolute."""
    title: str
    """What it is called: a Markdown file's first heading, otherwise the file's name in words."""
    sha256: str
    mtime_ns: int
    bytes: int
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What there is at a place."""

    paths: tuple[Path, ...]
    """Files that can be documents, absolute, in alphabetical order."""
    unseen: tuple[Path, ...] = ()
    """Folders that could not be looked into."""
    problems: tuple[str, ...] = ()
    """Why, of each of them."""


def found(place: Path) -> Found:
    """The files that can be documents: `place` itself, or those below it.

    Raises LaresError when there is nothing at `place`, or a file that is no document by its name.
    """
    here = absolute(place)
    if here.is_dir():
        return _below(here)
    if not os.path.lexists(here):
        raise LaresError(f"expected a document or a folder of documents, found no {shown(here)}")
    if here.suffix.lower() not in KINDS:
        raise LaresError(
            f"expected a document ({', '.join(sorted(KINDS))}) or a folder, found {shown(here)}"
        )
    return Found((here,))


def absolute(place: Path) -> Path:
    """The place without links in its folder, by which a document is known."""
    try:
        if place.is_dir():
            return place.resolve()
        return place.parent.resolve() / place.name
    except (OSError, ValueError, RuntimeError) as error:
        raise LaresError(
            f"expected a place that can be looked up, found {shown(place)}: {error}"
        ) from error


def read(path: Path) -> Document:
    """The document in a file. Raises UnreadableDocument, which tells what is wrong with it."""
    kind = path.suffix.lower()
    most = MOST_PDF_BYTES if kind in PDF else MOST_TEXT_BYTES
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableDocument(f"{shown(path)} is no regular file")
        if status.st_size > most:
            raise UnreadableDocument(
                f"{shown(path)} has {status.st_size:,} bytes, and a {kind} file may have {most:,}: "
                "split it"
            )
        content = path.read_bytes()
        str(path).encode()
    except UnicodeEncodeError as error:
        raise UnreadableDocument(f"the name of {shown(path)} is not UTF-8: rename it") from error
    except OSError as error:
        raise UnreadableDocument(f"{shown(path)} cannot be read: {error.strerror}") from error
    title = named(path.stem)
    if kind in PDF:
        sections = pdf_sections(content, shown(path))
    elif kind in MARKDOWN:
        sections = markdown_sections(_text(content, path))
        title = next((one.heading[0] for one in sections if one.heading), title)
    else:
        sections = (Section(tuple(_paragraphs(_text(content, path)))),)
    if not any(one.blocks for one in sections):
        raise UnreadableDocument(f"{shown(path)} has no text in it")
    digest = hashlib.sha256(content).hexdigest()
    return Document(path, title, digest, status.st_mtime_ns, status.st_size, sections)


def named(stem: str) -> str:
    """A file's name in words: "boiler_manual-2" → "boiler manual 2"."""
    return " ".join(re.split(r"[\s_-]+", stem)).strip() or stem


def shown(path: Path) -> str:
    """A path that can be printed, whatever its bytes are."""
    return os.fsencode(path).decode("utf-8", "replace")


def _below(folder: Path) -> Found:
    paths: list[Path] = []
    failures: list[OSError] = []
    for place, folders, names in os.walk(folder, onerror=failures.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        visible = (Path(place, name) for name in names if not name.startswith("."))
        paths.extend(path for path in visible if path.suffix.lower() in KINDS)
    unseen = tuple(Path(failure.filename) for failure in failures)
    problems = tuple(
        f"{shown(path)} cannot be looked into: {failure.strerror}"
        for path, failure in zip(unseen, failures, strict=True)
    )
    return Found(tuple(sorted(paths)), unseen, problems)


def _text(content: bytes, path: Path) -> str:
    """The characters of a text file: UTF-16 where it begins with its mark, otherwise UTF-8, and
    what is neither is taken for Windows-1252, as old manuals are."""
    text = None
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    if text is None or any(_is_control(character) for character in text):
        raise UnreadableDocument(f"{shown(path)} is named as text, but holds something else")
    return text


def _encodings(content: bytes) -> tuple[str, ...]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    return ("utf-8-sig", "cp1252")


def _is_control(character: str) -> bool:
    """Whether a text has no use for the character."""
    return unicodedata.category(character) == "Cc" and character not in "\t\n\v\f\r\x85"


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in re.split(r"\n\s*\n|\f", re.sub(r"\r\n?|[\v\x85]", "\n", text)):
        if words := " ".join(paragraph.split()):
            yield words
