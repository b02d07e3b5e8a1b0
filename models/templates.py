"""Sentence templates, and labelled sentences made from them at random.

A template is written in the syntax of Home Assistant's sentences, which hassil parses:
`turn on [the] {area} (lights|lamps)`. Where hassil lists all texts of a template, this module takes
one walk through it with a random turn at each choice, so that a template with a billion texts costs
as much as one with two. What a walk yields is the text and its spans:

- `{area}` is replaced by a value of the list "area", labelled `area`;
- `{low:state}` by a value of the list "low", labelled `state`; where no such list exists, by the
  words "low" themselves ("_" stands for a space);
- `{light_name:-}` by a value without a label; a list inside a list's value takes the outer label;
- `<the>` by one of the forms of the rule "the".

Template files hold sections: a line "[name]" and below it one template a line (in a file of lists:
several, separated by ", "); "#" starts a comment.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hassil import parse_sentence
from hassil.expression import (
    Alternative,
    Expression,
    Group,
    ListReference,
    Permutation,
    RuleReference,
    TextChunk,
)

from edge.types import LaresError, Span

NO_LABEL = "-"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of a sentence's words, with the label of the span that they are part of."""

    text: str
    label: str | None = None


Numbers = Callable[[random.Random], str]
"""Says a number of one range at random, as digits or in words."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """What the lists and rules of templates stand for."""

    lists: Mapping[str, Sequence[Expression]]
    numbers: Mapping[str, Numbers] = field(default_factory=dict)
    rules: Mapping[str, Expression] = field(default_factory=dict)

    def walk(self, template: Expression, rng: random.Random) -> tuple[Piece, ...]:
        """One of the template's sentences, each choice taken at random."""
        return tuple(self._walk(template, rng, None))

    def _walk(self, node: Expression, rng: random.Random, label: str | None) -> Iterable[Piece]:
        if isinstance(node, TextChunk):
            yield Piece(node.original_text, label)
        elif isinstance(node, ListReference):
            yield from self._value(node.list_name, rng, label or node.slot_name)
        elif isinstance(node, RuleReference):
            # "<here>" is the one rule of Home Assistant's that fills a slot.
            fills = "area" if node.rule_name == "here" else None
            yield from self._walk(self._rule(node.rule_name), rng, label or fills)
        elif isinstance(node, Alternative):
            yield from self._walk(rng.choice(node.items), rng, label)
        elif isinstance(node, Group):
            items = list(node.items)
            if isinstance(node, Permutation):
                rng.shuffle(items)
            for item in items:
                if isinstance(node, Permutation):
                    yield Piece(" ")
                yield from self._walk(item, rng, label)
        else:
            raise LaresError(f"Expected a part of a hassil template, found {node!r}.")

    def _value(self, name: str, rng: random.Random, label: str) -> Iterable[Piece]:
        if name in self.numbers:
            yield Piece(self.numbers[name](rng), label)
        elif name in self.lists:
            yield from self._walk(rng.choice(self.lists[name]), rng, label)
        else:
            yield Piece(name.replace("_", " "), label)

    def _rule(self, name: str) -> Expression:
        if name not in self.rules:
            raise LaresError(f"Expected a template's rule to exist, found <{name}>. Define it.")
        return self.rules[name]


def parse(template: str) -> Expression:
    """Raises LaresError when the template's brackets do not match."""
    try:
        return parse_sentence(template).expression
    except Exception as error:  # hassil's parser raises several kinds, and asserts
        raise LaresError(
            f"Expected a template in Home Assistant's syntax, found {template!r} ({error})."
        ) from error


def sentence(pieces: Iterable[Piece]) -> tuple[str, tuple[Span, ...]]:
    """The text that the pieces make up, its white space tidied, and its spans.

    Adjoining pieces of one label are one span, unless a piece of white space alone lies between.
    """
    text = ""
    marks: list[tuple[str, int, int]] = []
    broken = True
    for piece in pieces:
        body = piece.text if text and not text.endswith(" ") else piece.text.lstrip()
        collapsed = " ".join(body.split())
        lead = " " if body[:1].isspace() and text else ""
        start = len(text) + len(lead)
        text += lead + collapsed + (" " if collapsed and body[-1].isspace() else "")
        end = start + len(collapsed)
        if piece.label is None or piece.label == NO_LABEL:
            broken = True
        elif collapsed:
            if marks and marks[-1][0] == piece.label and not broken:
                marks[-1] = (piece.label, marks[-1][1], end)
            else:
                marks.append((piece.label, start, end))
            broken = False
    text = text.rstrip()
    return text, tuple(Span(label, start, end, text[start:end]) for label, start, end in marks)


def read_sections(path: Path) -> dict[str, list[str]]:
    """The lines of each section of a file. Raises LaresError for a line before any section."""
    sections: dict[str, list[str]] = {}
    lines: list[str] | None = None
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        line = raw.partition("#")[0].strip()
        if not line:
            continue
        if line.startswith("[") and line.endswith("]") and line[1:-1].isidentifier():
            lines = sections.setdefault(line[1:-1], [])
        elif lines is None:
            raise LaresError(f"{path}:{number}: expected a section such as [HassTurnOn] first.")
        else:
            lines.append(line)
    return sections
