"""JSON lines in and out: how other programs, tests and benchmarks ask Lares.

One request a line, one response a line, in the same order. A line that cannot be understood as a
request
gives `{"error": …}` in its place, and the run goes on. Names, units and ranges are Home
Assistant's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from edge.types import EntityState, Intent, LaresError, Outcome

KEYS = ("text", "file", "area", "home", "conversation", "setup")


class RequestError(LaresError):
    """A line is not a request."""


@dataclass(frozen=True, slots=True)
class Request:
    """What one line asks: either a text or a sound file, and where and after what it is said."""

    text: str | None = None
    file: Path | None = None
    area: str | None = None
    home: Path | None = None
    conversation: str | None = None
    setup: Mapping[str, EntityState] = field(default_factory=dict)

    @classmethod
    def from_line(cls, line: str) -> Request:
        """Raises RequestError, which says what was expected and found."""
        try:
            data = json.loads(line)
        except (json.JSONDecodeError, RecursionError) as error:
            raise RequestError(f"expected a JSON object, found {line.strip()[:80]!r}") from error
        if not isinstance(data, dict):
            raise RequestError(f"expected a JSON object, found {type(data).__name__}")
        if unknown := sorted(set(data) - set(KEYS)):
            raise RequestError(f"unknown key {unknown[0]!r}; allowed: {', '.join(KEYS)}")
        if (data.get("text") is None) == (data.get("file") is None):
            raise RequestError("expected either 'text' or 'file'")
        for key in KEYS[:-1]:
            if not isinstance(data.get(key), str | None):
                raise RequestError(f"{key!r} must be text, found {data[key]!r}")
        if data.get("file") == "-":
            raise RequestError("'file' must be a sound file: standard input holds these lines")
        return cls(
            text=data.get("text"),
            file=_path(data.get("file")),
            area=data.get("area"),
            home=_path(data.get("home")),
            conversation=data.get("conversation"),
            setup=_states(data.get("setup") or {}),
        )


def response(outcome: Outcome) -> dict[str, Any]:
    """The outcome as one JSON object."""
    return {
        "text": outcome.transcript.text,
        "intents": [_intent(intent) for intent in outcome.intents],
        "changes": {i: _state(state) for i, state in outcome.changes.items()},
        "published": [{"topic": m.topic, "payload": m.payload} for m in outcome.published],
        "speech": outcome.speech,
        "asked": outcome.asked,
        "refused": outcome.refused,
        "failed": list(outcome.failed),
        "ms": {stage: round(spent, 3) for stage, spent in outcome.ms.items()},
    }


def merged(outcomes: Sequence[Outcome]) -> Outcome:
    """Several utterances of one recording as one."""
    first = outcomes[0]
    ms: dict[str, float] = {}
    for outcome in outcomes:
        for stage, spent in outcome.ms.items():
            ms[stage] = ms.get(stage, 0.0) + spent
    return replace(
        first,
        transcript=replace(
            first.transcript, text=" ".join(o.transcript.text for o in outcomes).strip()
        ),
        intents=tuple(i for o in outcomes for i in o.intents),
        changes={k: v for o in outcomes for k, v in o.changes.items()},
        published=tuple(m for o in outcomes for m in o.published),
        speech=" ".join(o.speech for o in outcomes if o.speech),
        asked=outcomes[-1].asked,
        refused=next((o.refused for o in outcomes if o.refused), None),
        failed=tuple(f for o in outcomes for f in o.failed),
        ms=ms,
    )


def error_response(error: LaresError) -> dict[str, Any]:
    """What stands in the place of a line that could not be answered."""
    return {"error": str(error)}


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)


def _states(setup: object) -> dict[str, EntityState]:
    if not isinstance(setup, dict):
        raise RequestError(f"'setup' must map entity ids to states, found {setup!r}")
    states = {}
    for entity_id, value in setup.items():
        if not isinstance(value, dict) or set(value) - {"state", "attributes"}:
            raise RequestError(
                f"setup of {entity_id!r} must be {{'state', 'attributes'}}, found {value!r}"
            )
        state, attributes = value.get("state", ""), value.get("attributes") or {}
        if not isinstance(state, str | int | float) or not isinstance(attributes, dict):
            raise RequestError(f"setup of {entity_id!r} has a state that is none: {value!r}")
        states[entity_id] = EntityState(_state_text(state), attributes)
    return states


def _state_text(state: str | float) -> str:
    if isinstance(state, bool):
        return "on" if state else "off"
    return str(state)


def _intent(intent: Intent) -> dict[str, Any]:
    return {
        "name": intent.name,
        "slots": dict(intent.slots),
        "confidence": round(intent.confidence, 4),
        "source": intent.source,
    }


def _state(state: EntityState) -> dict[str, Any]:
    return {"state": state.state, "attributes": dict(state.attributes)}
