"""The words that people use when they speak to a home.

All that our phrasing files are made of, but for what is out of scope. Names of a home's own things
are not among them.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

PHRASING = Path(__file__).parent / "phrasing"
_OUT_OF_SCOPE = "out_of_scope.txt"
_MARK = re.compile(r"[{<:][\w ]*[}>]|#.*|^\[\w+\]$", re.MULTILINE)
"""Labels, rules and sections of the files, and remarks. The words inside a `{word:label}` stay."""
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


@cache
def said_words() -> frozenset[str]:
    """In lower case."""
    words: set[str] = set()
    for path in PHRASING.glob("*.txt"):
        if path.name != _OUT_OF_SCOPE:
            text = _MARK.sub(" ", path.read_text(encoding="utf-8")).replace("_", " ")
            words.update(word.lower().replace("’", "'") for word in _WORD.findall(text))
    return frozenset(words)
