"""How a text came to its meaning: what each stage saw, took and rejected.

1. The text is read by an `Interpreter` that remembers what it made of each clause: the clause as it
   was said, the sentence it became, what was cut off it, and why the reading ended there.
2. The tagger is asked for its second and third choice (`tagger.explain`).
3. What the resolver chose from is weighed again by its own measures (`weighing`).

The meaning told is that of the reading itself, so the explanation agrees with `lares parse`. Only
the reasons are found afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

from edge.nlu import timing
from edge.nlu.clauses import clauses
from edge.nlu.excepting import cut
from edge.nlu.interpreter import Context, Interpreter, Reading, Spoken
from edge.nlu.tagger import TaggerView
from edge.nlu.weighing import CandidateView, SpanView, Weighing
from edge.types import OUT_OF_SCOPE, Intent, SlotValue, Tagging, Understanding

Fate = Literal["understood", "asked", "nothing", "aside", "unread"]
"""What became of a clause: it has a meaning, must be asked about, means nothing (then nothing is
done at all), only says why, or was not read since one before it was asked about or means nothing.
"""
_OF_TIME = ("at", "duration", "when")


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
    targets: Mapping[str, str] = field(default_factory=dict)
    """The names of all targets by their ids."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What an interpreter made of one clause."""

    text: str
    reading: Reading
    before: Context
    tagged: tuple[str, ...]
    """The texts that the tagger got meanwhile."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What became of a clause, what it means in the end, and as which sentence."""

    seen: _Seen
    fate: Fate
    meant: Understanding
    spoken: Spoken | None


@dataclass(frozen=True, eq=False)
class _Watched(Interpreter):
    """An interpreter that keeps what it made of each clause."""

    seen: list[_Seen] = field(default_factory=list)
    tagged: list[str] = field(default_factory=list)

    def _clause(self, text: str, before: Context, *, within: bool) -> Reading:
        at, since = len(self.seen), len(self.tagged)
        reading = super()._clause(text, before, within=within)
        del self.seen[at:]  # a correction is a clause within a clause
        self.seen.append(_Seen(text, reading, before, tuple(self.tagged[since:])))
        return reading


def explain(
    text: str,
    interpreter: Interpreter,
    view: Callable[[str], TaggerView],
    least: float = 0.0,
    before: Context | None = None,
) -> Explanation:
    """How `interpreter` understands a text after what was said before.

    `view` tells what its tagger chose from (`Tagger.explain`); `least` is the confidence below
    which its resolver takes nothing.
    """
    parts = clauses(text)
    watched, reading = _watch(text, interpreter, before or Context())
    seen = watched.seen
    again = next((at for at, each in enumerate(seen) if len(parts) > 1 and each.text == text), None)
    meaning = reading.understanding
    whole = again is not None and bool(meaning.intents or meaning.question)
    seen = (seen[again:] if whole else seen[:again]) if again is not None else seen
    read = [_viewed(told, interpreter, view, least) for told in _fates(seen, reading)]
    unread = () if whole else parts[len(read) :]
    targets = [target for intent in meaning.intents for target in intent.targets]
    entities = [e for t in targets if (e := interpreter.resolver.lexicon.home.entity(t))]
    return Explanation(
        text,
        parts,
        whole,
        (*read, *(ClauseView(part, "unread") for part in unread)),
        meaning.intents,
        meaning.question,
        {entity.id: entity.name for entity in entities},
    )


def _watch(text: str, interpreter: Interpreter, before: Context) -> tuple[_Watched, Reading]:
    parts = {each.name: getattr(interpreter, each.name) for each in fields(interpreter)}
    memory: dict[str, Tagging] = {}
    tagged: list[str] = []

    def tag(text: str) -> Tagging:
        tagged.append(text)
        if text not in memory:
            memory[text] = interpreter.tag(text)
        return memory[text]

    watched = _Watched(**{**parts, "tag": tag}, tagged=tagged)
    return watched, watched.read(text, before)


def _fates(seen: Sequence[_Seen], reading: Reading) -> list[_Told]:
    """What became of each clause.

    The sentences of a turn are those of its clauses, the same objects in their order; where a
    clause was asked about at first and the place of the last one answered it, there is another.
    """
    told: list[_Told] = []
    owned = {id(spoken) for each in seen for spoken in each.reading.context.clauses}
    left = list(reading.context.clauses)
    ends = reading.understanding
    for each in seen:
        meant, own = each.reading.understanding, each.reading.context.clauses
        spoken = own[-1] if own and own is not each.before.clauses else None
        fate: Fate = "understood" if meant.intents and meant.question is None else "aside"
        if each is seen[-1] and ends.question is not None:
            fate, meant = "asked", ends
        elif each is seen[-1] and not ends.intents:
            fate = "nothing"
        elif ends.question is None and ends.intents:
            if own and [id(s) for s in left[: len(own)]] == [id(s) for s in own]:
                del left[: len(own)]
            elif meant.question is not None and left and id(left[0]) not in owned:
                spoken = left.pop(0)
                fate, meant = "understood", Understanding(spoken.intents)
            else:
                fate = "aside"
        told.append(_Told(each, fate, meant, spoken))
    return told


def _viewed(
    told: _Told, interpreter: Interpreter, view: Callable[[str], TaggerView], least: float
) -> ClauseView:
    """One clause with all that its stages saw."""
    said, meant, spoken = told.seen.text, told.meant, told.spoken
    main, out = cut(said)
    sentence = spoken.tagging.text if spoken else _last_tagged(told.seen, main)
    bare = ClauseView(said, told.fate, left_out=out, intents=meant.intents, question=meant.question)
    if sentence is None:
        return bare
    slots = meant.intents[0].slots if meant.intents else {}
    tagger = view(sentence)
    likeliest, confidence = tagger.intents[0]
    tagging = Tagging(sentence, likeliest, confidence, tuple(span for span, _ in tagger.spans))
    lexicon = interpreter.resolver.lexicon
    weighing = Weighing(
        lexicon=lexicon,
        tagging=spoken.tagging if spoken else tagging,
        understanding=meant,
        states=interpreter.states,
        speaker=lexicon.area(interpreter.area),
        left_out=frozenset(str(slots["except"]).split(", ")) if "except" in slots else frozenset(),
    )
    as_said = {_plain(main), _plain(timing.cut(main, interpreter.now).text)}
    seen = replace(
        bare,
        sentence=sentence,
        rewritten=_plain(sentence) not in as_said,
        time={name: slots[name] for name in _OF_TIME if name in slots and sentence != main},
        tagger=tagger,
        taken=weighing.intent if weighing.intent != likeliest else None,
    )
    if weighing.tagging.intent == OUT_OF_SCOPE:
        return seen
    if weighing.tagging.confidence < least:
        return replace(seen, least=least)
    places = (str(name) for place in weighing.places for name in place.slots.values())
    return replace(seen, spans=weighing.spans(), places=tuple(places), kinds=weighing.kinds)


def _last_tagged(seen: _Seen, main: str) -> str | None:
    """The sentence of a clause that came to nothing: as it was said, where the tagger got that."""
    if main in seen.tagged or not seen.tagged:
        return main if seen.tagged else None
    return seen.tagged[-1]


def _plain(text: str) -> str:
    return " ".join(text.lower().split()).strip(" .!?,")


def as_data(explanation: Explanation) -> dict[str, Any]:
    """An explanation as JSON has it; all keys are always there."""
    return {
        "text": explanation.text,
        "clauses": list(explanation.clauses),
        "whole": explanation.whole,
        "read": [_clause_data(view) for view in explanation.read],
        "intents": [_intent_data(intent) for intent in explanation.intents],
        "question": explanation.question,
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
