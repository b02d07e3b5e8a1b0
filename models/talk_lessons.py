"""Small talk as it was written down: what is said to Lares, and what may be answered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from edge.types import LaresError

TALK = Path(__file__).parent / "talk" / "lessons.txt"


@dataclass(frozen=True, slots=True)
class Block:
    """Sayings that mean about the same, and answers of which each fits each."""

    sayings: tuple[str, ...]
    """As they are heard: lower case, no punctuation but apostrophes."""
    answers: tuple[str, ...]


def blocks(file: Path = TALK) -> tuple[Block, ...]:
    """The blocks of a file: lines "? saying", then lines "= answer", then an empty line; "#" before
    a remark.

    Raises LaresError, with the line, for what is no block.
    """
    found: list[Block] = []
    said: list[str] = []
    answers: list[str] = []
    lines = [*file.read_text(encoding="utf-8").splitlines(), ""]
    for number, line in enumerate(map(str.strip, lines), start=1):
        if line.startswith("? ") and not answers:
            said.append(line[2:])
        elif line.startswith("= ") and said:
            answers.append(line[2:])
        elif not line and bool(said) == bool(answers):
            if said:
                found.append(Block(tuple(said), tuple(answers)))
            said, answers = [], []
        elif not line.startswith("#"):
            raise LaresError(
                f"{file}:{number}: expected lines with ? and then lines with =, found {line!r}"
            )
    return tuple(found)
