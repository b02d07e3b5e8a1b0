"""An explanation of how a text was understood, as immutable data and as JSON.

Explanation → ClauseView (one a clause) → SpanView (one a span that refers) → CandidateView. They
are made in `explain` and `weighing`, and drawn in `edge.commands.explain`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from edge.nlu.tagger import TaggerView
from edge.types import Intent, SlotValue, Span

Fate = Literal["understood", "asked", "nothing", "aside", "unread"]
"""What became of a clause: it has a meaning, must be asked about, means nothing (then nothing is
done at all), only says why, or was not read since one before it was asked about or means nothing.
"""
Verdict = Literal[
    "meant",
    "asked",
    "left out",
    "unlike",
    "wrong domain",
    "another place",
    "less likely",
    "not chosen",
]


@dataclass(frozen=True, slots=True)
class CandidateView:
    """One thing that a span may mean."""

    id: str
    """Of an entity, an area or a floor."""
    name: str
    place: str
    """The area of an entity; "area" or "floor" for a place."""
    score: float | None
    """How like its name is, 0 to 1; None where a kind was said and no name."""
    verdict: Verdict
    reason: str
    """Why it was not taken, or must be asked about; empty where it is meant."""


@dataclass(frozen=True, slots=True)
class SpanView:
    """One span, and what it may mean in this home."""

    span: Span
    also: tuple[str, ...] = ()
    """Other wordings under which it was sought: "kitchen light" for "light"."""
    note: str = ""
    """What it was taken for, where that is not its label."""
    candidates: tuple[CandidateView, ...] = ()
    """The best; what is left out, meant or asked about stands first."""
    more: int = 0
    """Candidates that are not told."""


@dataclass(frozen=True, slots=True)
class ClauseView:
    """One clause on its way through the stages."""

    said: str
    fate: Fate
    sentence: str | None = None
    """What the tagger got, where it got anything."""
    rewritten: bool = False
    """The sentence has words that were not said: a fragment or a pronoun was made whole."""
    left_out: str | None = None
    """What was cut off as an exception."""
    time: Mapping[str, SlotValue] = field(default_factory=dict)
    """What was cut off as a time, as slots."""
    tagger: TaggerView | None = None
    taken: str | None = None
    """The intent that was taken instead of the tagger's, since others knew better."""
    least: float | None = None
    """The least confidence, where the tagger's is less."""
    spans: tuple[SpanView, ...] = ()
    places: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    intents: tuple[Intent, ...] = ()
    question: str | None = None


@dataclass(frozen=True, slots=True)
class NeedView:
    """What a text was found to lack, when it was asked."""

    said: str
    need: str | None
    """None: nothing, or nothing likely."""
    probability: float | None = None
    is_sure: bool = False
    """Whether it may be acted on without asking."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """How one text was understood."""

    text: str
    clauses: tuple[str, ...]
    """What the text was taken apart into."""
    whole: bool
    """One of several clauses meant nothing, and so the text was read as one."""
    read: tuple[ClauseView, ...]
    intents: tuple[Intent, ...]
    question: str | None
    names: Mapping[str, str] = field(default_factory=dict)
    """What the targets are called, by their ids."""
    needs: tuple[NeedView, ...] = ()
    """Each text that was asked for a need, once."""


def as_data(explanation: Explanation) -> dict[str, Any]:
    """An explanation as JSON has it; all keys are always there."""
    return {
        "text": explanation.text,
        "clauses": list(explanation.clauses),
        "whole": explanation.whole,
        "read": [_clause_data(view) for view in explanation.read],
        "intents": [_intent_data(intent) for intent in explanation.intents],
        "question": explanation.question,
        "needs": [asdict(view) for view in explanation.needs],
    }


def _clause_data(view: ClauseView) -> dict[str, Any]:
    tagger = view.tagger
    return {
        "said": view.said,
        "fate": view.fate,
        "sentence": view.sentence,
        "rewritten": view.rewritten,
        "left_out": view.left_out,
        "time": dict(view.time),
        "tagger": tagger
        and {
            "intents": [{"name": n, "probability": round(p, 4)} for n, p in tagger.intents],
            "spans": [
                {
                    "label": span.label,
                    "text": span.text,
                    "start": span.start,
                    "end": span.end,
                    "probability": round(probability, 4),
                }
                for span, probability in tagger.spans
            ],
            "less_than": view.least,
        },
        "taken": view.taken,
        "resolver": {
            "spans": [_span_data(span) for span in view.spans],
            "places": list(view.places),
            "kinds": list(view.kinds),
        },
        "intents": [_intent_data(intent) for intent in view.intents],
        "question": view.question,
    }


def _span_data(view: SpanView) -> dict[str, Any]:
    return {
        "label": view.span.label,
        "text": view.span.text,
        "also": list(view.also),
        "note": view.note,
        "candidates": [_candidate_data(candidate) for candidate in view.candidates],
        "more": view.more,
    }


def _candidate_data(view: CandidateView) -> dict[str, Any]:
    return {
        "id": view.id,
        "name": view.name,
        "place": view.place,
        "score": None if view.score is None else round(view.score, 4),
        "verdict": view.verdict,
        "reason": view.reason,
    }


def _intent_data(intent: Intent) -> dict[str, Any]:
    return {
        "name": intent.name,
        "slots": dict(intent.slots),
        "targets": list(intent.targets),
        "confidence": round(intent.confidence, 4),
        "source": intent.source,
    }
