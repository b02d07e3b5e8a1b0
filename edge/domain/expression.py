"""How the sentences of a domain are written: the expressions of Rhino's contexts.

    [turn, switch] (the) $location:room lights [on, off]

A word stands for itself, `[a, b]` for one of its options, `(a, b)` for one of them or nothing,
`$type:name` for a value of a slot's type, `@macro` for one of the macro's expressions. Options
hold expressions. The syntax is that of Picovoice's "Syntax Cheat Sheet" for Rhino, version 3.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from edge.types import LaresError


class ExpressionError(LaresError):
    """An expression cannot be read."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word, lower-case."""

    text: str


@dataclass(frozen=True, slots=True)
class Slot:
    """A value of a slot's type."""

    type: str
    name: str


@dataclass(frozen=True, slots=True)
class Options:
    """One of several expressions. An empty one among them may be left out."""

    options: tuple[Expression, ...]


Element = Word | Slot | Options
Expression = tuple[Element, ...]

_TOKEN = re.compile(r"[\[\](),]|\$[\w.]+(?::\w+)?|@\w+|[^\s\[\](),$@]+|[$@]")
_CLOSES = {"[": "]", "(": ")"}
_DEEPEST = 40
"""Options in options, those of macros too."""
_LONGEST = 1_000
"""Words and options in a row."""
_MOST_ELEMENTS = 100_000
"""Of one expression, a few for each name of a large home. Macros of macros would soon need more
memory than there is."""
_SHOWN = 200
"""Characters of an expression that an error tells."""


def parse(text: str, macros: Mapping[str, Sequence[str]] | None = None) -> Expression:
    """The expression that is written in `text`; `macros` maps names to their expressions.

    Raises ExpressionError, which says what was expected and where.
    """
    return _Parser(text, macros or {}).whole()


@dataclass(slots=True)
class _Parser:
    """Reads one expression, token by token."""

    text: str
    macros: Mapping[str, Sequence[str]]
    inside: tuple[str, ...] = ()
    """Macros that are being read, from the outermost."""
    depth: int = 0
    count: Iterator[int] = field(default_factory=itertools.count)
    """Counts the elements, those of macros too."""
    tokens: list[str] = field(init=False)
    place: int = 0

    def __post_init__(self) -> None:
        self.tokens = _TOKEN.findall(self.text)

    def whole(self) -> Expression:
        if not self.tokens:
            raise self._error("has no word")
        expression = self._sequence()
        if self.place < len(self.tokens):
            raise self._error(f"found {self.tokens[self.place]!r} that belongs to nothing")
        return expression

    def _sequence(self) -> Expression:
        """What comes until a sign that closes or divides options."""
        elements: list[Element] = []
        while self.place < len(self.tokens) and self.tokens[self.place] not in ("]", ")", ","):
            token = self.tokens[self.place]
            self.place += 1
            if next(self.count) >= _MOST_ELEMENTS:
                raise self._error(f"has more than {_MOST_ELEMENTS} words and options, in all")
            if len(elements) == _LONGEST:
                raise self._error(f"has more than {_LONGEST} words and options in a row")
            if token in _CLOSES:
                elements.append(self._options(token))
            elif token.startswith("$"):
                elements.append(self._slot(token))
            elif token.startswith("@"):
                elements.append(self._macro(token))
            else:
                elements.append(Word(token.casefold()))
        return tuple(elements)

    def _options(self, opening: str) -> Options:
        self._go_deeper()
        options = [self._sequence()]
        while self._next() == ",":
            self.place += 1
            options.append(self._sequence())
        if self._next() != _CLOSES[opening]:
            found = repr(self._next()) if self._next() else "the end"
            raise self._error(f"expected {_CLOSES[opening]!r} for {opening!r}, found {found}")
        self.place += 1
        self.depth -= 1
        if not all(options):
            raise self._error(f"an option between {opening!r} and {_CLOSES[opening]!r} is empty")
        return Options((*options, ()) if opening == "(" else tuple(options))

    def _slot(self, token: str) -> Slot:
        kind, _, name = token[1:].partition(":")
        if not kind:
            raise self._error("expected the type of a slot behind '$', such as $color:name")
        return Slot(kind, name or kind)

    def _macro(self, token: str) -> Options:
        name = token[1:]
        if name not in self.macros:
            known = ", ".join(sorted(self.macros)) or "none"
            raise self._error(f"there is no macro {name!r}; known: {known}")
        if name in self.inside:
            raise self._error(f"the macro {name!r} holds itself")
        self._go_deeper()
        inside = (*self.inside, name)
        options = tuple(
            _Parser(text, self.macros, inside, self.depth, self.count).whole()
            for text in self.macros[name]
        )
        self.depth -= 1
        return Options(options)

    def _go_deeper(self) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self._error(f"has options in options, more than {_DEEPEST} deep")

    def _next(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def _error(self, what: str) -> ExpressionError:
        text = self.text if len(self.text) <= _SHOWN else f"{self.text[:_SHOWN]}…"
        return ExpressionError(f"the expression {text!r}: {what}")
