"""How a text came to its meaning: what each stage saw, took and rejected.

1. The text is read by an `Interpreter` that remembers what it made of each clause: the clause as it
   was said, the sentence it became, what was cut off it, and why the reading ended there.
2. The tagger is asked for its second and third choice (`tagger.explain`).
3. What the resolver chose from is weighed again by its own measures (`weighing`).

The meaning told is that of the reading itself, so the explanation agrees with `lares parse`. Only
the reasons are found afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace

from edge.nlu import timing
from edge.nlu.context import Context, Spoken
from edge.nlu.excepting import cut
from edge.nlu.explained import ClauseView, Explanation, Fate, NeedView
from edge.nlu.interpreter import Interpreter, Reading
from edge.nlu.needs import Need, Needs
from edge.nlu.tagger import TaggerView
from edge.nlu.weighing import Weighing
from edge.types import OUT_OF_SCOPE, Tagging, Understanding

_OF_TIME = ("at", "duration", "when")
_IN_FULL = 16
"""Of so many clauses all is told; of the others, and no command has as many, what they mean."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What an interpreter made of one clause."""

    text: str
    reading: Reading
    before: Context
    tagged: tuple[str, ...]
    """The texts that the tagger got meanwhile."""


@dataclass(slots=True)
class _WatchedNeeds:
    """Needs that remember what they were asked."""

    needs: Needs
    asked: dict[str, NeedView] = field(default_factory=dict)

    def of(self, text: str) -> Need | None:
        need = self.needs.of(text)
        self.asked[text] = (
            NeedView(text, None)
            if need is None
            else NeedView(text, need.name, round(need.probability, 4), need.is_sure)
        )
        return need

    def is_talk(self, text: str, least: float = 0.0) -> bool:
        return self.needs.is_talk(text, least)

    def is_order(self, text: str) -> bool:
        return self.needs.is_order(text)

    def clauses(self, text: str) -> tuple[str, ...]:
        return self.needs.clauses(text)


@dataclass(frozen=True, slots=True)
class _Told:
    """What became of a clause, what it means in the end, and as which sentence."""

    seen: _Seen
    main: str
    """The clause without its exception."""
    left_out: str | None
    fate: Fate
    meant: Understanding
    spoken: Spoken | None


@dataclass(slots=True)
class _Attempt:
    """A reading of some clauses; there is a second one, of the text as a whole, where one of them
    means nothing."""

    parts: tuple[str, ...]
    seen: list[_Seen] = field(default_factory=list)
    failed: bool = False


@dataclass(frozen=True, eq=False)
class _Watched(Interpreter):
    """An interpreter that keeps what it made of each clause."""

    attempts: list[_Attempt] = field(default_factory=list)
    tagged: list[str] = field(default_factory=list)

    def _turn(self, parts: Sequence[str], before: Context) -> Reading | None:
        attempt = _Attempt(tuple(parts))
        self.attempts.append(attempt)
        reading = super()._turn(parts, before)
        attempt.failed = reading is None
        return reading

    def _clause(self, text: str, before: Context, *, within: bool) -> Reading:
        seen = self.attempts[-1].seen
        at, since = len(seen), len(self.tagged)
        reading = super()._clause(text, before, within=within)
        del seen[at:]  # a correction is a clause within a clause
        seen.append(_Seen(text, reading, before, tuple(self.tagged[since:])))
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
    needs = None if interpreter.needs is None else _WatchedNeeds(interpreter.needs)
    watched = replace(interpreter, needs=needs)
    attempts, reading = _watched(text, watched, before or Context())
    meaning = reading.understanding
    told = next((each for each in attempts if not each.failed), attempts[0])
    read = [
        _viewed(each, interpreter, view, least)
        if at < _IN_FULL or each.seen is told.seen[-1]
        else _bare(each)
        for at, each in enumerate(_fates(told.seen, reading))
    ]
    unread = (ClauseView(part, "unread") for part in told.parts[len(read) :])
    intents = (*meaning.intents, *(intent for each in read for intent in each.intents))
    home = interpreter.resolver.lexicon.home
    entities = [e for i in intents for target in i.targets if (e := home.entity(target))]
    return Explanation(
        text,
        attempts[0].parts,
        told is not attempts[0],
        (*read, *unread),
        meaning.intents,
        meaning.question,
        {entity.id: entity.name for entity in entities},
        () if needs is None else tuple(needs.asked.values()),
    )


def _watched(
    text: str, interpreter: Interpreter, before: Context
) -> tuple[list[_Attempt], Reading]:
    """How an interpreter reads a text, and what it tried."""
    parts = {each.name: getattr(interpreter, each.name) for each in fields(interpreter)}
    memory: dict[str, Tagging] = {}
    tagged: list[str] = []

    def tag(text: str) -> Tagging:
        tagged.append(text)
        if text not in memory:
            memory[text] = interpreter.tag(text)
        return memory[text]

    watched = _Watched(**{**parts, "tag": tag}, tagged=tagged)
    reading = watched.read(text, before)
    return watched.attempts, reading


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
            fate = "aside" if meant.intents else "nothing"
        elif ends.question is None and ends.intents:
            if own and [id(s) for s in left[: len(own)]] == [id(s) for s in own]:
                del left[: len(own)]
            elif meant.question is not None and left and id(left[0]) not in owned:
                spoken = left.pop(0)
                fate, meant = "understood", Understanding(spoken.intents)
            else:
                fate = "aside"
        told.append(_Told(each, *cut(each.text), fate, meant, spoken))
    return told


def _viewed(
    told: _Told, interpreter: Interpreter, view: Callable[[str], TaggerView], least: float
) -> ClauseView:
    """One clause with all that its stages saw."""
    main, meant, spoken = told.main, told.meant, told.spoken
    sentence = spoken.tagging.text if spoken else _last_tagged(told.seen, main)
    if sentence is None:
        return _bare(told)
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
        _bare(told),
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


def _bare(told: _Told) -> ClauseView:
    """One clause with what it says and means."""
    return ClauseView(
        told.seen.text,
        told.fate,
        left_out=told.left_out,
        intents=told.meant.intents,
        question=told.meant.question,
    )


def _last_tagged(seen: _Seen, main: str) -> str | None:
    """The sentence of a clause that came to nothing: as it was said, where the tagger got that."""
    if main in seen.tagged or not seen.tagged:
        return main if seen.tagged else None
    return seen.tagged[-1]


def _plain(text: str) -> str:
    return " ".join(text.lower().split()).strip(" .!?,")
