"""A pronouncing dictionary in the format of CMU Sphinx.

Each line is a word and its phones with spaces between them ("hall HH AO L"), in the order of the
words' bytes; further ways to say a word are "hall(2)". PocketSphinx's model has one of 134,000
words. It is searched where it lies, so that it takes no memory of its own.
"""

from __future__ import annotations

import mmap
from pathlib import Path

from edge.types import LaresError


class PronouncingDictionary:
    """The phones of words, from a file. Raises LaresError when it cannot be read."""

    def __init__(self, file: Path) -> None:
        try:
            with file.open("rb") as opened:
                self._lines = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            raise LaresError(
                f"Expected a pronouncing dictionary in {file}, which cannot be read ({error}): "
                "install PocketSphinx again."
            ) from error

    def __call__(self, word: str) -> str | None:
        """The phones of a lower-case word; None: the dictionary lacks it."""
        wanted = word.encode()
        begin, end = 0, len(self._lines)
        while begin < end:
            middle = (begin + end) // 2
            start = self._lines.rfind(b"\n", 0, middle) + 1
            stop = self._lines.find(b"\n", start)
            line = self._lines[start : len(self._lines) if stop < 0 else stop]
            found, _, phones = line.partition(b" ")
            base = found.partition(b"(")[0]
            if found == wanted:
                return phones.decode().strip()
            if base < wanted:
                begin = start + len(line) + 1
            else:
                end = start
        return None
