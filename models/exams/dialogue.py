"""Dialogues: after each turn exactly the right entities have changed, and to the right states.

A turn may also have to ask something back, to say certain words, or to have been understood as
certain intents. One wrong turn makes a dialogue wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from edge.types import EntityState, Outcome
from models.exams.conversation import SAME, Conversation, Converse, Turn, has_state, states_of
from models.exams.several import HOME
from models.scores import Miss, SuiteResult

FILE = HOME.with_name("dialogue.yaml")


def suite(converse: Converse, cases: Iterable[Mapping[str, Any]] | None = None) -> SuiteResult:
    """The share of dialogues in which each turn is right, and of turns that are."""
    rows = list(cases) if cases is not None else yaml.safe_load(FILE.read_text(encoding="utf-8"))
    right = turns = 0
    misses = []
    for row, outcomes in zip(rows, converse(map(_conversation, rows), True), strict=True):
        wrong = [
            (at, why)
            for at, (turn, outcome) in enumerate(zip(row["turns"], outcomes, strict=True))
            if (why := _wrong(turn, outcome))
        ]
        turns += len(outcomes)
        right += len(outcomes) - len(wrong)
        if wrong:
            at, why = wrong[0]
            said = " / ".join(turn["say"] for turn in row["turns"][: at + 1])
            misses.append(Miss(said, str(_expected(row["turns"][at])), why))
    scores = {"exact": 1 - len(misses) / len(rows), "turns": right / turns}
    return SuiteResult("dialogue", len(rows), scores, {}, tuple(misses))


def _conversation(row: Mapping[str, Any]) -> Conversation:
    turns = tuple(Turn(turn["say"], turn.get("area")) for turn in row["turns"])
    return Conversation(HOME, turns, states_of(row.get("setup")))


def _expected(turn: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in turn.items() if name not in {"say", "area"}}


def _wrong(turn: Mapping[str, Any], outcome: Outcome) -> str | None:
    """What is wrong with an outcome; None where nothing is."""
    wanted = {
        entity: state if isinstance(state, Mapping) else {"state": state}
        for entity, state in (turn.get("changes") or {}).items()
    }
    right = wanted.keys() == outcome.changes.keys() and all(
        has_state(state, outcome.changes[entity]) for entity, state in wanted.items()
    )
    speech = outcome.speech.casefold()
    unsaid = [word for word in turn.get("says") or () if str(word).casefold() not in speech]
    intents = [SAME.get(intent.name, intent.name) for intent in outcome.intents]
    understood = turn.get("intents") is None or intents == list(turn["intents"])
    asked = outcome.asked or not turn.get("asks")
    if right and not unsaid and understood and asked:
        return None
    changes = {entity: _short(state) for entity, state in outcome.changes.items()}
    return f"{changes} {intents} says {outcome.speech!r}{' (asks)' if outcome.asked else ''}"


def _short(state: EntityState) -> dict[str, Any]:
    telling = ("brightness", "rgb_color", "color_temp_kelvin", "temperature", "volume_level",
               "is_volume_muted", "current_position", "percentage")  # fmt: skip
    told = {name: state.attributes[name] for name in telling if name in state.attributes}
    return {"state": state.state, **told}
