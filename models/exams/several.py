"""Several commands in one breath: the right intents, about the right entities, in order.

A case lists what is meant: each intent with the entities it is about and the values it carries.
Which slots tell where and what ("area", "name", "domain") is not judged, since the entities are.
Neighbouring intents of one name and the same values are one before they are compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from edge.types import Intent, LaresError, Outcome
from models.exams.conversation import SAME, Conversation, Converse, Turn, same_value
from models.scores import Miss, SuiteResult

FILE = Path(__file__).with_name("several.yaml")
HOME = Path(__file__).with_name("home.yaml")
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


def suite(converse: Converse, cases: Iterable[Mapping[str, Any]] | None = None) -> SuiteResult:
    """The share of cases in which all is right. Raises LaresError for a case that is none."""
    rows = list(cases) if cases is not None else yaml.safe_load(FILE.read_text(encoding="utf-8"))
    conversations = [Conversation(HOME, (Turn(row["say"], row.get("area")),)) for row in rows]
    misses = []
    for row, outcomes in zip(rows, converse(conversations, False), strict=True):
        wanted = _merged([_wanted(entry) for entry in row["does"]])
        found = _merged([_found(intent) for intent in outcomes[0].intents])
        if outcomes[0].asked or not _same(wanted, found):
            misses.append(Miss(row["say"], _told(wanted), _answered(found, outcomes[0])))
    scores = {"exact": 1 - len(misses) / len(rows)}
    return SuiteResult("several", len(rows), scores, {}, tuple(misses))


def _wanted(entry: Mapping[str, Any]) -> Meant:
    names = [name for name in entry if name.startswith("Hass")]
    if len(names) != 1:
        raise LaresError(f"{FILE}: expected one intent in each entry, found {dict(entry)}.")
    values = {name: value for name, value in entry.items() if name != names[0]}
    return Meant(names[0], frozenset(entry[names[0]]), tuple(sorted(values.items())))


def _found(intent: Intent) -> Meant:
    where = _WHERE - {"name"} if intent.name.endswith("Timer") else _WHERE
    values = {name: value for name, value in intent.slots.items() if name not in where}
    name = SAME.get(intent.name, intent.name)
    return Meant(name, frozenset(intent.targets), tuple(sorted(values.items())))


def _merged(meant: Iterable[Meant]) -> list[Meant]:
    result: list[Meant] = []
    for each in meant:
        if result and result[-1].like(each) and each.entities:
            result[-1] = Meant(each.intent, result[-1].entities | each.entities, each.values)
        else:
            result.append(each)
    return result


def _same(wanted: list[Meant], found: list[Meant]) -> bool:
    return len(wanted) == len(found) and all(
        a.like(b) and a.entities == b.entities for a, b in zip(wanted, found, strict=True)
    )


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return one.casefold().strip() == other.casefold().strip()
    return same_value(one, other)


def _told(meant: Iterable[Meant]) -> str:
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


def _answered(found: Iterable[Meant], outcome: Outcome) -> str:
    asks = f" asks {outcome.speech!r}" if outcome.asked else ""
    return f"{_told(found) or 'nothing'}{asks}"
