"""What a sentence means, as exams compare it: intents, the entities they are about, their values.

Which slots tell where and what ("area", "name", "domain") is not judged, since the entities are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from edge.types import Intent, Outcome
from models.exams.conversation import SAME, same_value

_WHERE = frozenset({"name", "area", "floor", "domain", "device_class", "except"})


@dataclass(frozen=True, slots=True)
class Meant:
    """One intent as it is compared."""

    intent: str
    entities: frozenset[str]
    values: tuple[tuple[str, Any], ...] = ()

    def like(self, other: Meant) -> bool:
        """Whether it is the same but for the entities."""
        mine, theirs = dict(self.values), dict(other.values)
        return (
            self.intent == other.intent
            and mine.keys() == theirs.keys()
            and all(_alike(mine[name], theirs[name]) for name in mine)
        )


def found(intent: Intent) -> Meant:
    """What an intent of the assistant's means. The name of a timer is a value."""
    where = _WHERE - {"name"} if intent.name.endswith("Timer") else _WHERE
    values = {name: value for name, value in intent.slots.items() if name not in where}
    name = SAME.get(intent.name, intent.name)
    return Meant(name, frozenset(intent.targets), tuple(sorted(values.items())))


def merged(meant: Iterable[Meant]) -> list[Meant]:
    """Neighbours of one name and the same values made one."""
    result: list[Meant] = []
    for each in meant:
        if result and result[-1].like(each) and each.entities:
            result[-1] = Meant(each.intent, result[-1].entities | each.entities, each.values)
        else:
            result.append(each)
    return result


def same(wanted: Sequence[Meant], given: Sequence[Meant]) -> bool:
    """Whether these are the same intents about the same entities, in the same order."""
    return len(wanted) == len(given) and all(
        a.like(b) and a.entities == b.entities for a, b in zip(wanted, given, strict=True)
    )


def told(meant: Iterable[Meant]) -> str:
    """In a line, such as "HassLightSet light.desk_lamp brightness=50"."""
    return "; ".join(
        " ".join(
            [
                each.intent,
                ",".join(sorted(each.entities)),
                *(f"{name}={value}" for name, value in each.values),
            ]
        )
        for each in meant
    )


def answered(given: Iterable[Meant], outcome: Outcome) -> str:
    """What was found, and the question that was asked instead or besides."""
    asks = f" asks {outcome.speech!r}" if outcome.asked else ""
    return f"{told(given) or 'nothing'}{asks}"


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return one.casefold().strip() == other.casefold().strip()
    return same_value(one, other)
