"""A domain: its intents, each with the sentences that mean it, and the values of its slots.

The file is YAML in the shape of a Rhino context, which can be read as it is:

    context:
      expressions:
        orderDrink: ["[get me, make me] a $size:size (iced) $drink:drink"]
      slots:
        size: [small, large]
        drink: [latte, mocha]
      macros: {}

A slot's value may be given with other ways to say it: `large: [large, big, twenty ounce]`. Words
such as `on`, `yes` and `007`, which YAML takes for something else, are words here.
"""

from __future__ import annotations

import reprlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from edge.domain.builtin import TYPES, Spoken
from edge.domain.expression import Expression, ExpressionError, Options, Slot, Word, parse
from edge.types import LaresError
from edge.voice.vocabulary import spoken

_LARGEST_BYTES = 2_000_000
_NOTHING = (None, "", "~", "null")
"""What an empty section of the file may look like."""


class DomainError(LaresError):
    """A domain file cannot be used."""


@dataclass(frozen=True, slots=True)
class Domain:
    """What can be said, and what it means."""

    intents: Mapping[str, tuple[Expression, ...]]
    slots: Mapping[str, Spoken]
    """Types of slots, those among the built-in ones that are used too."""

    @classmethod
    def read(cls, path: Path) -> Domain:
        """Raises DomainError when the file is missing, is no YAML, or says what cannot be meant."""
        try:
            if path.stat().st_size > _LARGEST_BYTES:
                raise DomainError(f"{path}: larger than {_LARGEST_BYTES} bytes, so no domain file.")
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise DomainError(f"{path}: cannot be read as UTF-8 text: {error}") from error
        try:
            return cls.parse(text)
        except LaresError as error:
            raise DomainError(f"{path}: {error}") from error

    @classmethod
    def parse(cls, text: str) -> Domain:
        """The domain written in `text`. Raises LaresError like `read`, without the file's name."""
        try:
            data = yaml.load(text, Loader=yaml.BaseLoader)
        except (yaml.YAMLError, RecursionError) as error:
            raise DomainError(f"no valid YAML: {error}") from error
        context = _mapping(data, "the file").get("context", data)
        context = _mapping(context, "'context'")
        macros = {
            name: _texts(texts, f"macro {name!r}")
            for name, texts in _section(context, "macros").items()
        }
        types = {
            name: _values(values, f"slot {name!r}")
            for name, values in _section(context, "slots").items()
        }
        expressions = {
            name: _texts(texts, f"intent {name!r}")
            for name, texts in _section(context, "expressions").items()
        }
        return cls.of(expressions, macros, types)

    @classmethod
    def of(
        cls,
        expressions: Mapping[str, Sequence[str]],
        macros: Mapping[str, Sequence[str]],
        types: Mapping[str, Spoken],
    ) -> Domain:
        """The domain of the expressions of each intent, the macros in them, and types of slots.

        Raises LaresError like `read`, without the file's name.
        """
        intents = {
            name: tuple(_expression(text, macros) for text in texts)
            for name, texts in expressions.items()
        }
        if not intents:
            raise DomainError("expected at least one intent under 'expressions'")
        if "" in intents:
            raise DomainError("expected a name for each intent under 'expressions', found none")
        return cls(intents, _used(intents, types))

    def words(self) -> tuple[str, ...]:
        """All words that can be said, each once, in alphabetical order."""
        said = {w.text for es in self.intents.values() for e in es for w in _words(e)}
        said.update(
            word
            for values in self.slots.values()
            for ways in values.values()
            for way in ways
            for word in way.split()
        )
        return tuple(sorted(said))


def slots_of(domain: Domain) -> Mapping[str, Spoken]:
    """The slots by their names, each with the values of its type, or of all its types."""
    slots: dict[str, dict[str, tuple[str, ...]]] = {}
    for slot in dict.fromkeys(s for es in domain.intents.values() for e in es for s in _slots(e)):
        values = slots.setdefault(slot.name, {})
        for value, ways in domain.slots[slot.type].items():
            values[value] = tuple(dict.fromkeys((*values.get(value, ()), *ways)))
    return slots


def said(text: str) -> str:
    """The words of a text as they are said: "20%" is "twenty percent"."""
    return spoken(text.replace("%", " percent ").replace("°", " degrees "))


def _expression(text: str, macros: Mapping[str, Sequence[str]]) -> Expression:
    expression = _as_spoken(parse(text, macros))
    if not any(_leaves(expression)):
        raise ExpressionError(f"the expression {text!r} has no word that can be said")
    return expression


def _as_spoken(expression: Expression) -> Expression:
    """Its words as they are said: "24-hour" is "twenty four hour"."""
    elements: list[Word | Slot | Options] = []
    for element in expression:
        if isinstance(element, Word):
            elements += (Word(word) for word in said(element.text).split())
        elif isinstance(element, Options):
            elements.append(Options(tuple(_as_spoken(option) for option in element.options)))
        else:
            elements.append(element)
    return tuple(elements)


def _leaves(expression: Expression) -> Iterator[Word | Slot]:
    """The words and slots in it, also those of options."""
    for element in expression:
        if isinstance(element, Options):
            for option in element.options:
                yield from _leaves(option)
        else:
            yield element


def _words(expression: Expression) -> Iterator[Word]:
    return (leaf for leaf in _leaves(expression) if isinstance(leaf, Word))


def _slots(expression: Expression) -> Iterator[Slot]:
    return (leaf for leaf in _leaves(expression) if isinstance(leaf, Slot))


def _used(
    intents: Mapping[str, tuple[Expression, ...]], types: Mapping[str, Spoken]
) -> Mapping[str, Spoken]:
    used = dict(types)
    for name, expressions in intents.items():
        for slot in (slot for e in expressions for slot in _slots(e)):
            if slot.type in used:
                continue
            if slot.type not in TYPES:
                known = ", ".join([*types, *TYPES])
                raise DomainError(
                    f"intent {name!r} has a slot of the type {slot.type!r}, which is not among "
                    f"the slots: {known}"
                )
            used[slot.type] = TYPES[slot.type]
    return used


def _mapping(value: Any, what: str) -> Mapping[Any, Any]:
    if not isinstance(value, dict):
        raise DomainError(f"expected {what} to be a mapping, found {_found(value)}")
    return value


def _section(context: Mapping[Any, Any], name: str) -> Mapping[Any, Any]:
    value = context.get(name)
    return {} if value in _NOTHING else _mapping(value, f"{name!r}")


def _texts(value: Any, what: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise DomainError(f"expected {what} to be a list of texts, found {_found(value)}")
    if wrong := [each for each in value if not isinstance(each, str)]:
        raise DomainError(
            f"expected {what} to hold texts, found {_found(wrong[0])}: write each text in quotes"
        )
    return tuple(value)


def _values(value: Any, what: str) -> Spoken:
    if isinstance(value, list) and value:
        written: dict[str, tuple[str, ...]] = {text: (text,) for text in _texts(value, what)}
    elif isinstance(value, dict) and value:
        written = {
            name: _texts(texts, f"value {name!r} of {what}") for name, texts in value.items()
        }
    else:
        raise DomainError(f"expected {what} to have values, found {_found(value)}")
    ways = {name: tuple(filter(None, map(said, texts))) for name, texts in written.items()}
    if silent := [name for name, texts in ways.items() if not texts]:
        raise DomainError(f"the value {silent[0]!r} of {what} has no word that can be said")
    return ways


def _found(value: Any) -> str:
    return "nothing" if value in _NOTHING else reprlib.repr(value)[:100]
