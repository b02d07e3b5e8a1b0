"""What Lares tells of itself while it works, out of the events of its parts.

    wake, pressed ─ listening      heard ─ processing      speaking ─ responding
    answered, gave_up, abandoned ─ idle

It also tells what became of the last command, and what went wrong since the start. Of several
satellites the one that did something last counts. Nothing of what was said is told, nor the slots
of intents, which hold words too ("add it to my list"), unless the owner keeps words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from edge.kernel.events import Event
from edge.mqtt.announcement import PipelineState, Result
from edge.types import Outcome

MOST_ENTITIES = 100
"""Entities that are told of one command."""
LONGEST_PROBLEM = 400
"""Characters."""

_BECOMES: Mapping[str, PipelineState] = {
    "wake": "listening",
    "pressed": "listening",
    "heard": "processing",
    "speaking": "responding",
    "answered": "idle",
    "gave_up": "idle",
    "abandoned": "idle",
}
_PROBLEMS: Mapping[str, str] = {
    "broker_unreachable": "reason",
    "broker_lost": "reason",
    "mqtt_denied": "problem",
    "microphone_lost": "error",
    "no_language_model": "error",
    "settings_not_read": "error",
    "settings_not_kept": "error",
}
"""Events whose field holds no words of anyone; of others only the name is told."""


@dataclass(frozen=True, slots=True)
class Told:
    """Something that is told once: a command and what became of it."""

    payload: Mapping[str, Any]


def _now() -> datetime:
    return datetime.now().astimezone()


class Reporting:
    """Follows events. `clock` tells the time with its zone. Not for several threads."""

    def __init__(self, *, keep_words: bool, clock: Callable[[], datetime] = _now) -> None:
        self._keep_words = keep_words
        self._clock = clock
        self.pipeline: PipelineState = "idle"
        self._errors = 0
        self._warnings = 0
        self._last: Mapping[str, Mapping[str, str]] = {}

    @staticmethod
    def concerns(event: Event) -> bool:
        """Whether anything follows from an event. May be asked in any thread."""
        return (
            event.name in _BECOMES
            or event.name in ("handled", "stopped_listening")
            or event.level in ("warning", "error")
        )

    @property
    def errors(self) -> Mapping[str, Any]:
        """How many errors and warnings there were, and the last of each."""
        return {"count": self._errors, "warnings": self._warnings, **self._last}

    def see(self, event: Event) -> Told | None:
        """Take an event in. What is to be told once because of it."""
        self.pipeline = _BECOMES.get(event.name, self.pipeline)
        if event.name == "stopped_listening" and self.pipeline == "listening":
            self.pipeline = "idle"
        if event.level == "error":
            self._errors += 1
            self._last = {**self._last, "last_error": self._problem(event)}
        elif event.level == "warning":
            self._warnings += 1
            self._last = {**self._last, "last_warning": self._problem(event)}
        if event.name != "handled":
            return None
        return Told(self._command(**event.fields))

    def _problem(self, event: Event) -> Mapping[str, str]:
        told = {"event": event.name, "time": self._clock().isoformat(timespec="seconds")}
        if (field := _PROBLEMS.get(event.name)) is not None:
            told["problem"] = str(event.fields.get(field, ""))[:LONGEST_PROBLEM]
        return told

    def _command(self, outcome: Outcome, area: str | None, satellite: str) -> Mapping[str, Any]:
        entities = (
            *(target for intent in outcome.intents for target in intent.targets),
            *outcome.changes,
            *outcome.failed,
        )
        told: dict[str, Any] = {
            "event_type": result_of(outcome),
            "intents": [intent.name for intent in outcome.intents],
            "entities": list(dict.fromkeys(entities))[:MOST_ENTITIES],
            "area": area,
            "satellite": satellite,
            "milliseconds": round(sum(outcome.ms.values())),
        }
        if self._keep_words:
            told["text"] = outcome.transcript.text
            told["slots"] = [dict(intent.slots) for intent in outcome.intents]
            told["speech"] = outcome.speech
        return told


def result_of(outcome: Outcome) -> Result:
    """What became of a command, in one word."""
    if outcome.asked:
        return "asked"
    if outcome.failed:
        return "failed"
    if outcome.refused is not None:
        return "refused"
    return "not_understood" if outcome.unanswered else "done"
