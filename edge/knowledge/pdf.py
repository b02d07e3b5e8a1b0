"""The words of a PDF, page by page, by pypdf.

Only the text that is in the file is read: a page that was scanned is an image, and has none.
"""

from __future__ import annotations

import io
import logging
import re
import unicodedata
from typing import Any

from edge.knowledge.sections import Section, UnreadableDocument
from edge.voice.packages import load

MOST_PAGES = 2_000


def pdf_sections(content: bytes, name: str) -> tuple[Section, ...]:
    """A section for each page that has words.

    Raises UnreadableDocument, which calls the file `name`, when it is broken, locked with a
    password, too long, or made of images only; LaresError where pypdf is not installed.
    """
    pypdf = load("pypdf", purpose="Reading PDF", extra="knowledge")
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it warns of every odd object in a file
    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableDocument(f"{name} is locked with a password: save it without one")
        count = len(reader.pages)
        if count > MOST_PAGES:
            raise UnreadableDocument(f"{name} has {count:,} pages, and {MOST_PAGES:,} may be read")
        pages = [_blocks(_words_of(page)) for page in reader.pages]
    except UnreadableDocument:
        raise
    except pypdf.errors.DependencyError as error:
        raise UnreadableDocument(
            f"{name} is encrypted in a way that cannot be read here: save it without a password"
        ) from error
    except Exception as error:  # a broken file makes pypdf raise nearly anything
        raise UnreadableDocument(
            f"{name} is no whole PDF ({type(error).__name__}: {error}): save it anew"
        ) from error
    if not any(pages):
        raise UnreadableDocument(f"{name} holds images without text: run it through an OCR program")
    return tuple(Section(blocks, page=at) for at, blocks in enumerate(pages, start=1) if blocks)


def _words_of(page: Any) -> str:
    """What is written on a page; what no text has a use for becomes space."""
    text = re.sub(r"\r\n?", "\n", str(page.extract_text()))
    return "".join(c if c == "\n" or unicodedata.category(c)[0] != "C" else " " for c in text)


def _blocks(text: str) -> tuple[str, ...]:
    """Paragraphs, with words joined again that a line's end divides."""
    joined = re.sub(r"(?<=[a-z])-\n(?=[a-z])", "", text)
    return tuple(
        words
        for paragraph in re.split(r"\n\s*\n", joined)
        if (words := " ".join(paragraph.split()))
    )
