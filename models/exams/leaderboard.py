"""The Home LLM leaderboard (allenporter/home-assistant-datasets, Apache-2.0): right changes only.

A case is a home, states set beforehand, a sentence, and the states expected after it; an attribute
that is expected to be null may be anything, as may those under `ignore_changes`, and the colour
mode, which belongs to no command. What shall be in a state and is in it already need not change.
Nothing else may change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from edge.types import EntityState, LaresError, Outcome
from models.exams.conversation import Conversation, Converse, Turn, same_value, states_of
from models.scores import Miss, SuiteResult

FIXTURES = "_fixtures.yaml"
HOUSEHOLDS = Path(__file__).with_name("households")
"""Homes and sentences of ours in the same format."""
_UNJUDGED = frozenset({"color_mode"})


@dataclass(frozen=True, slots=True)
class Case:
    """One sentence, and what it must change."""

    conversation: Conversation
    expected: Mapping[str, Mapping[str, Any]]
    """Entity id → {"state"?, "attributes"?}."""
    ignored: Mapping[str, Any]
    before: Mapping[str, EntityState]
    """The states that the home and the test set up, by entity id."""


def cases(folder: Path) -> Iterator[Case]:
    """The cases of all homes below a folder. Raises LaresError where there are none."""
    homes = sorted(folder.rglob(FIXTURES))
    if not homes:
        raise LaresError(f"Expected homes ({FIXTURES}) below {folder}, found none.")
    for home in homes:
        described = yaml.safe_load(home.read_text(encoding="utf-8"))
        first = states_of({entity["id"]: entity for entity in described.get("entities") or ()})
        for path in sorted(home.parent.glob("*.yaml")):
            if path.name == FIXTURES:
                continue
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
            for test in content.get("tests") or ():
                setup = states_of(test.get("setup"))
                for sentence in test["sentences"]:
                    yield Case(
                        Conversation(home, (Turn(sentence),), setup),
                        test.get("expect_changes") or {},
                        test.get("ignore_changes") or {},
                        {**first, **setup},
                    )


def suite(name: str, folder: Path, converse: Converse) -> SuiteResult:
    """The share of sentences after which exactly the expected states are there."""
    all_cases = list(cases(folder))
    misses = []
    played = converse((case.conversation for case in all_cases), True)
    for case, outcomes in zip(all_cases, played, strict=True):
        if not _right(case, outcomes[0]):
            changes = {
                entity: {"state": state.state, "attributes": dict(state.attributes)}
                for entity, state in outcomes[0].changes.items()
            }
            told = f"{changes} says {outcomes[0].speech!r}"
            misses.append(Miss(case.conversation.turns[0].text, str(dict(case.expected)), told))
    scores = {"exact": 1 - len(misses) / len(all_cases)}
    return SuiteResult(name, len(all_cases), scores, {}, tuple(misses))


def _right(case: Case, outcome: Outcome) -> bool:
    if outcome.changes.keys() - case.expected.keys():
        return False
    return all(
        _is_as_expected(
            expected,
            outcome.changes.get(entity) or case.before.get(entity) or EntityState(""),
            _ignored(case.ignored.get(entity)),
        )
        for entity, expected in case.expected.items()
    )


def _is_as_expected(
    expected: Mapping[str, Any], found: EntityState, ignored: frozenset[str]
) -> bool:
    if "state" in expected and str(expected["state"]) != found.state:
        return False
    return all(
        value is None or name in ignored or same_value(value, found.attributes.get(name))
        for name, value in (expected.get("attributes") or {}).items()
    )


def _ignored(listed: Any) -> frozenset[str]:
    """The names under `ignore_changes`, a list or a list below "attributes"."""
    names = listed.get("attributes") if isinstance(listed, Mapping) else listed
    return _UNJUDGED | frozenset(names or ())
