"""What a language model is told: how it answers, what there is, and what was said.

In this order, since what stays the same is read only once (`edge.llm.model.Prompt`): the things
near the speaker are told in the home's order, whatever is said; others that it names come with the
request. What comes
from the home or from somebody's mouth is data: it is put in as letters in which no sign of the
model's counts, on lines of its own, and what it says can change nothing but what is offered
(`edge.llm.calls`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from edge.home.graph import Entity, Home
from edge.home.states import States
from edge.llm.calls import Offers
from edge.llm.model import Piece, Prompt

MOST_NEAR, MOST_NAMED = 10, 4
"""Entities that a model is told of. A Pi reads some tens of tokens a second, and each is ten."""
MOST_LETTERS = 400
"""Of a request."""
_WORD = re.compile(r"[^\W_]+")
_SHORT = 2
"""Letters of words that tell nothing."""
_ATTRIBUTES = {
    "brightness": ("brightness", 255 / 100, "%"),
    "current_position": ("open", 1, "%"),
    "percentage": ("speed", 1, "%"),
    "volume_level": ("volume", 1 / 100, "%"),
    "temperature": ("set to", 1, "°"),
    "current_temperature": ("measures", 1, "°"),
}
"""What a model is told of a state beside the state, by what it is divided, and its unit."""

TOLD = """You run a home. Someone speaks; you write what the home does, and nothing else:
calls such as HassTurnOn "Name"; HassLightSet "Name" brightness 40
or, where nothing is to be done, say "a short answer".
Use only the things that are listed."""


_BEGUN = Piece("<|im_start|>user\n", True)
_ANSWER = Piece("<|im_end|>\n<|im_start|>assistant\n", True)


@dataclass(frozen=True, slots=True)
class Example:
    """A request as it could be, and what is right to write."""

    things: tuple[str, ...]
    """Lines, as `line` makes them."""
    said: str
    written: str


def near(home: Home, area: str | None) -> tuple[Entity, ...]:
    """The entities that a speaker in an area is likely to mean, in the home's order: those of the
    area, then of its floor, then others."""
    here = home.area(area) if area else None
    here = here or (home.area_called(area) if area else None)

    def distance(entity: Entity) -> int:
        place = home.area_of(entity)
        if here is None or place is None:
            return 2
        return 0 if place.id == here.id else 1 + (place.floor != here.floor)

    nearest = sorted(home.entities, key=distance)[:MOST_NEAR]
    return tuple(entity for entity in home.entities if entity in nearest)


def relevant(text: str, home: Home, area: str | None) -> tuple[Entity, ...]:
    """The entities that a text may be about: what is `near`, then what it names besides, itself or
    by its place."""
    words = _words(text)
    close = near(home, area)

    def weight(entity: Entity) -> int:
        place = home.area_of(entity)
        names = [entity.name, *entity.aliases]
        named = max(len(words & _words(name)) for name in names)
        placed = place is not None and bool(words & _words(place.name))
        return 8 * named + 6 * placed

    others = sorted((e for e in home.entities if e not in close), key=weight, reverse=True)
    return (*close, *(e for e in others[:MOST_NAMED] if weight(e)))


def prompt(
    text: str,
    offers: Offers,
    home: Home,
    states: States,
    *,
    area: str | None = None,
    examples: Sequence[Example] = (),
) -> Prompt:
    """A request, its home and the instructions."""
    prefix = [Piece(f"<|im_start|>system\n{TOLD}<|im_end|>\n", True)]
    for example in examples:
        prefix += (_BEGUN, Piece(f"{_lines(example.things)}Said: {example.said}"), _ANSWER)
        prefix += (Piece(example.written), Piece("<|im_end|>\n", True))
    close = {entity.id for entity in near(home, area)}
    told = [(e.id in close, line(label, e, home, states)) for label, e, _ in offers.entities]
    where = f" (in the {_plain(area)})" if area else ""
    said = f"Said: {_plain(text)[:MOST_LETTERS]}{where}"
    begun = (_BEGUN, Piece(_lines(thing for is_near, thing in told if is_near)))
    request = _lines(thing for is_near, thing in told if not is_near) + said
    return Prompt(tuple(prefix), (Piece(request), _ANSWER), begun)


def line(label: str, entity: Entity, home: Home, states: States) -> str:
    """One thing, on one line: "Desk Lamp, light in the Office: on, brightness 40%"."""
    state = states.get(entity.id) or entity.state
    told = [state.state]
    for name, (called, part, unit) in _ATTRIBUTES.items():
        value = state.attributes.get(name)
        if isinstance(value, int | float):
            told.append(f"{called} {value / part:.3g}{unit}")
    place = home.area_of(entity)
    where = "" if place is None else f" in the {_plain(place.name)}"
    return f"{_plain(label)}, {entity.domain}{where}: {', '.join(map(_plain, told))}"


def _lines(things: Iterable[str]) -> str:
    return "".join(f"- {thing}\n" for thing in things)


def _plain(text: str) -> str:
    """On one line."""
    return " ".join(text.split())


def _words(text: str) -> frozenset[str]:
    words = _WORD.findall(text.lower())
    return frozenset(word for word in words if len(word) > _SHORT or word.isdigit())
