"""Several commands in one breath: the right intents, about the right entities, in order.

A case lists what is meant: each intent with the entities it is about and the values it carries.
Neighbouring intents of one name and the same values are one before they are compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from edge.types import LaresError
from models.exams.conversation import Conversation, Converse, Turn
from models.exams.meaning import Meant, answered, found, merged, same, told
from models.scores import Miss, SuiteResult

FILE = Path(__file__).with_name("several.yaml")
HOME = Path(__file__).with_name("home.yaml")


def suite(converse: Converse, cases: Iterable[Mapping[str, Any]] | None = None) -> SuiteResult:
    """The share of cases in which all is right. Raises LaresError for a case that is none."""
    rows = list(cases) if cases is not None else yaml.safe_load(FILE.read_text(encoding="utf-8"))
    conversations = [Conversation(HOME, (Turn(row["say"], row.get("area")),)) for row in rows]
    misses = []
    for row, outcomes in zip(rows, converse(conversations, False), strict=True):
        wanted = merged(_wanted(entry) for entry in row["does"])
        given = merged(found(intent) for intent in outcomes[0].intents)
        if outcomes[0].asked or not same(wanted, given):
            misses.append(Miss(row["say"], told(wanted), answered(given, outcomes[0])))
    scores = {"exact": 1 - len(misses) / len(rows)}
    return SuiteResult("several", len(rows), scores, {}, tuple(misses))


def _wanted(entry: Mapping[str, Any]) -> Meant:
    names = [name for name in entry if name.startswith("Hass")]
    if len(names) != 1:
        raise LaresError(f"{FILE}: expected one intent in each entry, found {dict(entry)}.")
    values = {name: value for name, value in entry.items() if name != names[0]}
    return Meant(names[0], frozenset(entry[names[0]]), tuple(sorted(values.items())))
