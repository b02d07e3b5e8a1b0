"""From the words of one turn to what they mean, in the light of what was said before.

1. The text is taken apart into clauses (`clauses`), each understood in turn.
2. A fragment ("and the bedroom", "a bit more", "no, the other one") and a pronoun make a whole
   sentence of what was spoken of (`followup`, `rewriting`).
3. What is to be left out is cut off (`excepting`); the tagger marks the rest, the resolver finds
   what it means in this home, and what was to be left out goes.
4. A place that was said in one clause counts for a kind of thing in the next.

A turn is understood as a whole or not at all: where one clause must be asked about, or means
nothing, nothing may be done.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from edge.home.graph import Entity, Home
from edge.home.states import States
from edge.nlu import asking, rewriting, timing
from edge.nlu.choosing import about, chosen
from edge.nlu.clauses import clauses, following, starts_clause
from edge.nlu.excepting import cut, without
from edge.nlu.followup import Fragment, fragment_of
from edge.nlu.heard import HERE
from edge.nlu.kinds import DOMAINS_OF_INTENT, NARROW_NOUNS
from edge.nlu.listing import OF_LISTS
from edge.nlu.resolver import Resolver
from edge.nlu.slots import lacks_value
from edge.types import OUT_OF_SCOPE, Intent, SlotValue, Span, Tagging, Understanding

Tag = Callable[[str], Tagging]

_WHERE = frozenset({"name", "area", "floor", "domain", "device_class"})
_NEEDS_A_THING = frozenset({"HassTurnOn", "HassTurnOff", "HassToggle", "HassGetState"})
"""Intents that mean nothing of "it" when nothing was spoken of."""
_TIMELESS = (
    frozenset(
        {"HassGetState", "HassGetWeather", "HassMediaSearchAndPlay", "HassClimateGetTemperature"}
    )
    | OF_LISTS
)
"""Intents in which a time is no time to act at."""
_OF_TIMERS = re.compile(r"\b(?:timers?|countdown|remind|alarm|wake|alert|ping)\b", re.IGNORECASE)
_REASON = re.compile(
    r"(?:(?:oh|well|so|okay|ok|hey|right|alright)[\s,]+)*(?:i|i['’]m|i['’]ve|i['’]ll|we|we['’]re"
    r"|we['’]ve|we['’]ll|it|it['’]s|its|there|there['’]s|that|that['’]s|"
    r"they|they['’]re|he|she|my \w+|mum|mom|dad|the \w+(?: \w+)? (?:is|are|has|have)|someone"
    r"|everyone|everybody|nobody|time)\b",
    re.IGNORECASE,
)
"""How a clause begins that says why, and not what shall be done."""
_STARTING = re.compile(
    r"^(?:(?:please|can you|could you|now|then) )*(?:start|run|activate|trigger|launch|execute|do"
    r"|turn on|switch to|go to|set|put on)? ?"
    r"(?:the |my )?(?=\w)|(?: (?:please|now|scene|script|routine|mode))+$",
    re.IGNORECASE,
)
"""What may be said around the name of a scene or a script that shall run."""
_SAYS_STATE = re.compile(r"\b(?:on|off|open|closed|shut|locked|unlocked|up|down)\b|\d")
_SMALL_TALK = frozenset({"HassRespond", "HassNevermind"})
_ANYWHERE = frozenset(
    {"vacuum", "lawn_mower", "scene", "script", "automation", "todo", "person", "button"}
)
"""Domains of which nobody means those in the room just spoken of."""
_NOT_SPOKEN_ALONE = frozenset({"scene", "script"})
"""Domains whose names are commands by themselves."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One clause, and what it meant."""

    tagging: Tagging
    intents: tuple[Intent, ...] = ()
    candidates: tuple[str, ...] = ()
    """Entity ids between which it asked."""

    @property
    def targets(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(t for intent in self.intents for t in intent.targets))


@dataclass(frozen=True, slots=True)
class Context:
    """What was said in the last turn that meant something."""

    clauses: tuple[Spoken, ...] = ()

    @property
    def last(self) -> Spoken | None:
        return self.clauses[-1] if self.clauses else None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a turn means."""

    understanding: Understanding
    context: Context = field(default_factory=Context)
    """For the turn after it."""
    corrects: bool = False
    """What the last turn did is to be taken back first."""
    waiting: tuple[Intent, ...] = ()
    """Of a question: what the same turn asked for before it."""
    rest: tuple[str, ...] = ()
    """Of a question: the clauses that come after it."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A clause made whole."""

    text: str
    upon: tuple[Entity, ...] = ()
    """The entities that it is about, whatever its words say."""
    intent: str | None = None
    """The intent that it has, whatever the tagger says."""


@dataclass(frozen=True, eq=False)
class Interpreter:
    """Reads turns in one home, as it is now, said by someone in one place."""

    resolver: Resolver
    tag: Tag
    states: States
    area: str | None = None
    """The id or name of the speaker's area."""
    now: datetime = field(default_factory=datetime.now)
    """Local time."""

    @property
    def _home(self) -> Home:
        return self.resolver.lexicon.home

    def read(self, text: str, before: Context) -> Reading:
        """What a text means after what was said before."""
        parts = clauses(text)
        reading = self._turn(parts, before)
        if len(parts) > 1 and reading is None:
            if all(starts_clause(part) for part in parts[1:]):
                return Reading(asking.not_all_understood(), before)
            reading = self._turn((text,), before)
        return reading or Reading(Understanding(), before)

    def _turn(self, parts: Sequence[str], before: Context) -> Reading | None:
        """The reading of some clauses; None where one of them means nothing."""
        spoken: list[Spoken] = []
        corrects = False
        running = before
        for place, part in enumerate(parts):
            reading = self._clause(part, running, within=bool(spoken))
            meant = reading.understanding
            if place == 0 and self._is_preamble(part, meant, parts):
                running = reading.context
                continue
            if len(parts) > 1 and any(i.name in _SMALL_TALK for i in meant.intents):
                continue
            if meant == asking.leaving() and len(parts) > 1:
                continue
            if not meant.intents and meant.question is None:
                return None
            corrects = corrects or reading.corrects
            if meant.question is not None and place + 1 < len(parts):
                reading = self._with_later_place(part, parts[-1], running) or reading
                meant = reading.understanding
            if meant.question is not None:
                waiting = tuple(intent for clause in spoken for intent in clause.intents)
                rest = tuple(parts[place + 1 :])
                return Reading(meant, reading.context, corrects, waiting, rest)
            running = reading.context
            spoken.extend(running.clauses)
        if not spoken:
            return None
        intents = tuple(intent for clause in spoken for intent in clause.intents)
        return Reading(Understanding(intents), Context(tuple(spoken)), corrects)

    def _is_preamble(self, text: str, meant: Understanding, parts: Sequence[str]) -> bool:
        """Whether the first clause only says why, or of what: "I'm off to bed", "the arc lamp"."""
        if len(parts) < 2 or starts_clause(text):
            return False
        if not starts_clause(parts[1]):
            return not meant.intents
        targets = [target for intent in meant.intents for target in intent.targets]
        if targets and all(t.partition(".")[0] in _NOT_SPOKEN_ALONE for t in targets):
            return False
        reason = _REASON.match(text) is not None
        scan = self.resolver.lexicon.scan_all(text)
        topic = not scan.rest and not _SAYS_STATE.search(text)
        return reason or topic or not meant.intents or meant.question is not None

    def _clause(self, text: str, before: Context, *, within: bool) -> Reading:
        """What one clause means: as a name alone, a fragment, with a pronoun, or as it stands."""
        fragment = fragment_of(text)
        if fragment is not None and fragment.kind == "sentence":
            reading = self._clause(fragment.text, before, within=within)
            return replace(reading, corrects=True)
        return (
            self._named_alone(text, before)
            or self._fragment(fragment, before)
            or self._with_pronoun(text, before)
            or self._after(text, fragment, before, within=within)
        )

    def _named_alone(self, text: str, before: Context) -> Reading | None:
        """A scene or a script by its name alone."""
        named = self.resolver.lexicon.called(_STARTING.sub("", text.strip(" .!?")))
        if not named or any(entity.domain not in _NOT_SPOKEN_ALONE for entity in named):
            return None
        sentence = f"activate {rewriting.the(named[0])}"
        return self._sentence(_Sentence(sentence, named[:1], "HassTurnOn"), before)

    def _fragment(self, fragment: Fragment | None, before: Context) -> Reading | None:
        """A fragment, as said of what was spoken of; None for what is none."""
        if fragment is None:
            return None
        if before.last is None:
            adds = fragment.adds and self._known(fragment)
            return Reading(asking.what_is_meant(), before) if adds else None
        if fragment.kind == "again":
            intents = (i for clause in before.clauses for i in clause.intents)
            again = tuple(replace(intent, source="dialogue") for intent in intents)
            return Reading(Understanding(again), before)
        sentence = self._whole(fragment, before.last)
        if sentence is None:
            lost = fragment.kind == "thing" and fragment.corrects and self._known(fragment)
            return Reading(asking.what_is_meant(), before) if lost else None
        return replace(self._sentence(sentence, before), corrects=fragment.corrects)

    def _after(
        self, text: str, fragment: Fragment | None, before: Context, *, within: bool
    ) -> Reading:
        """A sentence that stands for itself, but for a place or a kind said before."""
        if before.last is None:
            return self._sentence(_Sentence(text), before)
        spoken = self._entities(before, every=False)
        area = self._home.area_of(spoken[0]) if spoken else None
        text = rewriting.with_place(text, before.last.tagging, area.name if area else None)
        text = self._with_one(text, spoken)
        if fragment is not None and fragment.adds:
            text = following(fragment.text, before.last.tagging.text)
        carried = within and (self._carried(text, before.last) or self._of_the_same(text, before))
        return carried or self._sentence(_Sentence(text), before)

    def _with_one(self, text: str, spoken: Sequence[Entity]) -> str:
        """The text with what "the right one" is called, among those like what was spoken of."""
        said = re.search(r"\bthe ([\w ]+?) one\b", text, re.IGNORECASE)
        if said is not None and spoken:
            alike = [
                e
                for e in self._home.entities
                if (e.domain, e.device_class) == (spoken[0].domain, spoken[0].device_class)
            ]
            picked = chosen(said.group(1), alike, self._home)
            if len(picked) == 1:
                return text.replace(said.group(), rewriting.the(picked[0]), 1)
        return rewriting.with_kind(text, spoken)

    def _sentence(self, sentence: _Sentence, before: Context) -> Reading:
        """What a whole sentence means."""
        main, out = cut(sentence.text)
        tagging, timed = self._timed(main)
        if sentence.intent is not None:
            confidence = tagging.confidence if tagging.intent == sentence.intent else 1.0
            tagging = replace(tagging, intent=sentence.intent, confidence=confidence)
        meant = self.resolver.resolve(tagging, self.states, self.area)
        if sentence.upon:
            meant = self._upon(meant, sentence.upon, before)
        elif meant.candidates:
            named = any(span.label == "name" for span in tagging.spans)
            meant = self._spoken_of(meant, before, named=named)
        if out is not None:
            meant = without(meant, out, self.resolver.lexicon)
        if timed:
            later = (replace(i, slots={**i.slots, **timed}) for i in meant.intents)
            meant = replace(meant, intents=tuple(later))
        if not meant.intents and meant.question is None:
            return Reading(meant, before)
        return Reading(meant, Context((Spoken(tagging, meant.intents, meant.candidates),)))

    def _of_the_same(self, text: str, before: Context) -> Reading | None:
        """A clause that names nothing, about what the clause before it was about."""
        tagging = self.tag(text)
        domains = DOMAINS_OF_INTENT.get(tagging.intent, frozenset())
        scan = self.resolver.lexicon.scan_all(text)
        named = scan.entities or scan.places or any(s.label in _WHERE for s in tagging.spans)
        named = named or any(noun.text in NARROW_NOUNS for noun in scan.nouns)
        if named or len(domains) != 1:
            return None
        near = [e for e in self._entities(before, every=True) if e.domain in domains]
        if len(near) != 1:
            return None
        return self._sentence(_Sentence(text, tuple(near)), before)

    def _timed(self, text: str) -> tuple[Tagging, dict[str, SlotValue]]:
        """A sentence tagged without its time, and the time as slots.

        What is said of time stays where the sentence has no other value that its intent needs.
        """
        tagging = self.tag(text)
        lasting = tagging.intent == "HassStartTimer" and not _OF_TIMERS.search(text)
        if not lasting and (tagging.intent in _TIMELESS or tagging.intent not in DOMAINS_OF_INTENT):
            return tagging, {}
        timed = timing.cut(text, self.now)
        if not timed.slots or (lasting and "duration" not in timed.slots):
            return tagging, {}
        shorter = self.tag(timed.text)
        if shorter.intent not in DOMAINS_OF_INTENT or lacks_value(shorter):
            return tagging, {}
        return shorter, timed.slots

    def _with_later_place(self, text: str, last: str, before: Context) -> Reading | None:
        """A clause in the place that the last clause of its turn names for both."""
        where = [s for s in self.tag(last).spans if s.label in {"area", "floor"}]
        if len(where) != 1 or where[0].end < len(last.rstrip(" .!?")):
            return None
        if any(s.label in {"area", "floor", "name"} for s in self.tag(text).spans):
            return None
        reading = self._sentence(_in_place(text, where[0]), before)
        return reading if reading.understanding.question is None else None

    def _carried(self, text: str, last: Spoken) -> Reading | None:
        """A clause about a kind of thing, in the place that the clause before it named."""
        tagging = self.tag(text)
        labels = {span.label for span in tagging.spans}
        nouns = [self.resolver.lexicon.noun(s.text) for s in tagging.spans if s.label == "domain"]
        if any(noun is not None and noun.kind.domain in _ANYWHERE for noun in nouns):
            return None
        place = next((i.slots.get("area") or i.slots.get("floor") for i in last.intents[:1]), None)
        said = {span.label for span in last.tagging.spans} & {"area", "floor"}
        if not said or place is None or not labels & {"domain", "device_class"}:
            return None
        if labels & {"area", "floor", "name"}:
            return None
        where = next(span for span in last.tagging.spans if span.label in said)
        reading = self._sentence(_in_place(text, where), Context((last,)))
        meant = reading.understanding
        return reading if meant.question is None and any(i.targets for i in meant.intents) else None

    def _with_pronoun(self, text: str, before: Context) -> Reading | None:
        """The sentence with what "it" stands for; a question where it stands for nothing."""
        found = rewriting.pronoun(text)
        tagging = self.tag(text) if found is not None else None
        if found is None or tagging is None or not _may_refer(tagging, found, text):
            return None
        spoken = self._entities(before, every=rewriting.means_all(found.group()))
        if spoken:
            sentence = rewriting.with_pronoun(text, found, spoken[0])
            return self._sentence(_Sentence(sentence, spoken), before)
        needs = tagging.intent in _NEEDS_A_THING
        return Reading(asking.what_is_meant(), before) if needs else None

    def _entities(self, context: Context, *, every: bool) -> tuple[Entity, ...]:
        """What was spoken of: all of it, or what the last intent was about."""
        clauses_ = context.clauses if every else context.clauses[-1:]
        intents = [intent for clause in clauses_ for intent in clause.intents if intent.targets]
        ids = dict.fromkeys(t for i in (intents if every else intents[-1:]) for t in i.targets)
        return tuple(e for e in map(self._home.entity, ids) if e is not None)

    def _known(self, fragment: Fragment) -> bool:
        """Whether a fragment names something of the home, and nothing else."""
        return self.resolver.lexicon.scan_all(fragment.text).whole

    def _whole(self, fragment: Fragment, last: Spoken) -> _Sentence | None:
        """The sentence that a fragment makes; None where it makes none."""
        spoken = self._entities(Context((last,)), every=fragment.every) or self._candidates(last)
        if fragment.kind == "said":
            return None
        if fragment.kind == "thing":
            return self._of_another(fragment, last, spoken)
        if not spoken:
            return None
        text: str | None = None
        if fragment.kind == "other":
            other = self._other(last, spoken)
            if other is None:
                return None
            text = rewriting.of_another(
                last.tagging, rewriting.the(other), spoken, place_only=False
            )
            return _Sentence(text, (other,), last.tagging.intent)
        if fragment.kind == "state":
            text = rewriting.in_state(fragment.text, spoken[0])
        elif fragment.kind == "value":
            text = rewriting.with_value(fragment.text, spoken[0])
        elif fragment.kind == "color":
            text = rewriting.in_color(fragment.text, spoken[0])
        elif fragment.kind == "step":
            text = rewriting.stepped(fragment, _direction(fragment, last), spoken[0])
        return _Sentence(text, spoken) if text is not None else None

    def _of_another(
        self, fragment: Fragment, last: Spoken, spoken: Sequence[Entity]
    ) -> _Sentence | None:
        meant = last.tagging.intent
        if meant not in DOMAINS_OF_INTENT and meant not in OF_LISTS and meant != "HassGetState":
            return None
        thing = fragment.text
        if last.tagging.intent in OF_LISTS:
            items = [s for s in last.tagging.spans if s.label == "item"]
            text = rewriting.replaced(last.tagging.text, items, thing)
            return _Sentence(text, intent=last.tagging.intent) if fragment.adds and items else None
        here = self.resolver.lexicon.area(self.area)
        if here is not None and HERE.fullmatch(thing):
            thing = here.name.lower()
        scan = self.resolver.lexicon.scan_all(thing)
        if not scan.whole:
            alike = [e for e in self._home.entities if e.domain in {s.domain for s in spoken}]
            picked = chosen(thing, alike, self._home)
            if len(picked) != 1:
                return None
            text = rewriting.of_another(
                last.tagging, rewriting.the(picked[0]), spoken, place_only=False
            )
            return _Sentence(text, picked, last.tagging.intent)
        named = [e for name in scan.entities for e in self.resolver.lexicon.called(name)]
        if named and all(e.domain in _NOT_SPOKEN_ALONE for e in named):
            return None
        place_only = bool(scan.places) and not scan.nouns and not scan.entities
        text = rewriting.of_another(last.tagging, thing, spoken, place_only=place_only)
        return _Sentence(text, intent=last.tagging.intent)

    def _candidates(self, last: Spoken) -> tuple[Entity, ...]:
        return tuple(e for e in map(self._home.entity, last.candidates) if e is not None)

    def _other(self, last: Spoken, spoken: Sequence[Entity]) -> Entity | None:
        """The one that is left of two: of those asked about, or of its kind in its place."""
        if len(spoken) != 1:
            return None
        one = spoken[0]
        offered = self._candidates(last) or tuple(
            e
            for e in self._home.entities
            if e.domain == one.domain and e.device_class == one.device_class and e.area == one.area
        )
        others = [entity for entity in offered if entity.id != one.id]
        return others[0] if len(others) == 1 else None

    def _spoken_of(self, meant: Understanding, before: Context, *, named: bool) -> Understanding:
        """What is meant, of the candidates, by what was just spoken of; else it stays open."""
        spoken = self._entities(before, every=True)
        asked = {candidate.partition(".")[0] for candidate in meant.candidates}
        told = meant.intents[0].slots.keys() if meant.intents else ()
        for near in (
            [entity for entity in spoken if entity.id in meant.candidates],
            [e for e in spoken if e.domain in asked and not named and "area" not in told],
        ):
            if len(near) == 1 and len(meant.intents) == 1:
                return Understanding((about(meant.intents[0], near),))
        return meant

    def _upon(
        self, meant: Understanding, entities: Sequence[Entity], before: Context
    ) -> Understanding:
        """What is meant, about just these entities."""
        if not meant.intents:
            return meant
        intent = meant.intents[0]
        domains = DOMAINS_OF_INTENT.get(intent.name, frozenset(e.domain for e in entities))
        locks = any(target.startswith("lock.") for target in intent.targets)
        fitting = [e for e in entities if e.domain in domains and (e.domain == "lock") <= locks]
        fitting = fitting or list(entities[:1])
        if len(fitting) == 1:
            kept = {k: v for k, v in intent.slots.items() if k not in {"area", "floor"}}
            return Understanding((about(replace(intent, slots=kept), fitting),))
        values = {k: v for k, v in intent.slots.items() if k not in _WHERE}
        where = _where(before, {entity.id for entity in fitting})
        targets = tuple(entity.id for entity in fitting)
        return Understanding(
            (replace(intent, slots={**where, **values}, targets=targets, source="dialogue"),)
        )


def _in_place(text: str, where: Span) -> _Sentence:
    """A sentence with the place that a span of another one names."""
    return _Sentence(f"{text.rstrip(' .!?')} in the {where.text}")


def _may_refer(tagging: Tagging, found: re.Match[str], text: str) -> bool:
    """Whether a pronoun is what a sentence is about: it is about entities, and names no others."""
    about = tagging.intent in DOMAINS_OF_INTENT or tagging.intent in _NEEDS_A_THING
    unknown = tagging.intent == OUT_OF_SCOPE and starts_clause(text)
    told = (s for s in tagging.spans if s.label in _WHERE)
    return (about or unknown) and not any(
        not found.start() <= span.start < found.end() for span in told
    )


def _where(before: Context, targets: set[str]) -> dict[str, SlotValue]:
    """The slots by which some entities were spoken of."""
    for clause in before.clauses:
        for intent in clause.intents:
            if set(intent.targets) == targets:
                return {name: value for name, value in intent.slots.items() if name in _WHERE}
    return {}


def _direction(fragment: Fragment, last: Spoken) -> int:
    """Up or down; "more" goes on as before, and up where nothing went anywhere."""
    if fragment.direction:
        return fragment.direction
    for intent in last.intents:
        for name, value in intent.slots.items():
            if name.endswith("_step") and isinstance(value, int | float):
                return 1 if value > 0 else -1
    return 1
