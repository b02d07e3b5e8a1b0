"""What is told of commands, the pipeline and problems, out of events."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from edge.kernel.events import Event, Level
from edge.mqtt.announcement import PIPELINE, RESULTS
from edge.reporting import MOST_ENTITIES, Reporting, result_of
from edge.types import EntityState, Intent, Outcome, Transcript

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SAID = Transcript("x", "text")


def reporting(*, keep_words: bool = False) -> Reporting:
    return Reporting(keep_words=keep_words, clock=lambda: NOON)


def event(name: str, level: Level = "info", **fields: object) -> Event:
    return Event(name, 0.0, fields, level)


@pytest.mark.parametrize(
    ("names", "state"),
    [
        ((), "idle"),
        (("wake",), "listening"),
        (("pressed",), "listening"),
        (("wake", "gave_up"), "idle"),
        (("wake", "abandoned"), "idle"),
        (("wake", "stopped_listening"), "idle"),
        (("wake", "heard"), "processing"),
        (("wake", "heard", "stopped_listening"), "processing"),
        (("wake", "heard", "speaking"), "responding"),
        (("wake", "heard", "speaking", "answered"), "idle"),
        (("wake", "heard", "answered"), "idle"),
        (("wake", "heard", "wake"), "listening"),
        (("wake", "partial", "outcome"), "listening"),
    ],
)
def test_the_pipeline_follows_events(names: tuple[str, ...], state: str) -> None:
    told = reporting()
    for name in names:
        told.see(event(name))
    assert told.pipeline == state
    assert told.pipeline in PIPELINE


@pytest.mark.parametrize(
    ("outcome", "result"),
    [
        (Outcome(SAID), "done"),
        (Outcome(SAID, asked=True), "asked"),
        (Outcome(SAID, refused="by rule"), "refused"),
        (Outcome(SAID, failed=("light.a",)), "failed"),
        (Outcome(SAID, failed=("light.a",), refused="by rule"), "failed"),
        (Outcome(SAID, unanswered=True), "not_understood"),
    ],
)
def test_each_outcome_has_one_result(outcome: Outcome, result: str) -> None:
    assert result_of(outcome) == result
    assert result in RESULTS


def test_entities_are_those_meant_and_those_changed_each_once_and_not_endless() -> None:
    many = tuple(f"light.l{number}" for number in range(300))
    outcome = Outcome(
        SAID,
        (Intent("HassTurnOff", {}, ("light.a", "light.b")),),
        changes={"light.b": EntityState("off"), "light.c": EntityState("off")},
        failed=("light.a", *many),
    )
    told = reporting().see(event("handled", outcome=outcome, area=None, satellite=""))
    assert told is not None
    assert told.payload["entities"][:4] == ["light.a", "light.b", "light.c", "light.l0"]
    assert len(told.payload["entities"]) == MOST_ENTITIES


def test_errors_are_counted_apart_from_warnings_and_the_last_of_each_is_told() -> None:
    told = reporting()
    told.see(event("broker_unreachable", "error", reason="Nothing answers at pi:1883."))
    told.see(event("outcome", "warning", outcome=Outcome(SAID)))
    told.see(event("wake"))
    assert told.errors == {
        "count": 1,
        "warnings": 1,
        "last_error": {
            "event": "broker_unreachable",
            "time": "2026-03-01T12:00:00+00:00",
            "problem": "Nothing answers at pi:1883.",
        },
        "last_warning": {"event": "outcome", "time": "2026-03-01T12:00:00+00:00"},
    }


def test_a_problem_that_may_hold_words_is_told_by_its_name_alone() -> None:
    told = reporting()
    told.see(event("not_said", "warning", text="a secret", error="cannot say 'a secret'"))
    told.see(event("subscriber_failed", "error", error="a secret", during="heard"))
    assert "secret" not in str(told.errors)


def test_only_events_that_matter_concern_it() -> None:
    assert Reporting.concerns(event("wake"))
    assert Reporting.concerns(event("anything", "warning"))
    assert not Reporting.concerns(event("partial", text="turn on"))
