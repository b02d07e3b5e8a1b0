"""Which of the candidates of a question is meant by the answer to it.

"Which light do you mean, Desk Lamp or Kitchen Light?" is answered by a name or a part of it, by a
place, by an ordinal, or by "both". What fits none of them, or several, chooses nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from edge.home.graph import Entity, Home
from edge.nlu.matching import normalised, singular_text
from edge.types import Intent

_FILLERS = frozenset(
    {
        "the", "a", "an", "one", "ones", "in", "on", "at", "of", "please", "i", "mean", "meant",
        "that", "this", "it", "is", "my", "and", "thing", "1",
    }
)  # fmt: skip
_ALL = frozenset({"both", "all", "every", "each", "them", "everything"})
_ORDINALS = {
    "first": 0, "former": 0, "second": 1, "third": 2, "fourth": 3, "last": -1, "latter": -1,
}  # fmt: skip


def chosen(text: str, candidates: Sequence[Entity], home: Home) -> tuple[Entity, ...]:
    """The candidates that an answer means, in their order; empty where it chooses none."""
    said = [word for word in _words(text) if word not in _FILLERS]
    if not said:
        return ()
    if _ALL.issuperset(said):
        return tuple(candidates)
    if len(said) == 1 and said[0] in _ORDINALS and len(candidates) > _ORDINALS[said[0]]:
        return (candidates[_ORDINALS[said[0]]],)
    exact = [e for e in candidates if said in [_words(name) for name in (e.name, *e.aliases)]]
    hits = exact or [e for e in candidates if set(said) <= _words_of(e, home)]
    return tuple(hits) if len(hits) == 1 else ()


def about(intent: Intent, entities: Sequence[Entity]) -> Intent:
    """The intent that waited for the answer, about what was chosen."""
    slots = dict(intent.slots)
    if len(entities) == 1:
        slots = {k: v for k, v in slots.items() if k not in {"domain", "device_class"}}
        slots["name"] = entities[0].name
    targets = tuple(entity.id for entity in entities)
    return replace(intent, slots=slots, targets=targets, source="dialogue")


def _words_of(entity: Entity, home: Home) -> set[str]:
    area = home.area_of(entity)
    places = (area.name, *area.aliases) if area is not None else ()
    names = (entity.name, *entity.aliases, *places, entity.domain.replace("_", " "))
    return {word for name in names for word in _words(name)}


def _words(text: str) -> list[str]:
    return singular_text(normalised(text)).split()
