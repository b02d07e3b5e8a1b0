"""From the words of one turn to what they mean, in the light of what was said before.

1. The text is taken apart into clauses (`clauses`), each understood in turn.
2. A fragment ("and the bedroom", "a bit more", "no, the other one") and a pronoun make a whole
   sentence of what was spoken of (`followup`, `rewriting`).
3. What is to be left out is cut off (`excepting`); the tagger marks the rest, the resolver finds
   what it means in this home, and what was to be left out goes.
4. A place that was said in one clause counts for a kind of thing in the next.
5. What orders nothing ("it's stuffy in here") is asked for what the speaker lacks (`wishing`), and
   so is what is told beside an order (`breath`).

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
from edge.nlu.beginnings import says_why, starts_clause
from edge.nlu.breath import breath_of
from edge.nlu.choosing import about, chosen
from edge.nlu.clauses import clauses, following
from edge.nlu.context import Context, Spoken, both_spoken_of, spoken_of
from edge.nlu.contradicting import uncontradicted
from edge.nlu.excepting import cut, is_missed, without
from edge.nlu.followup import Fragment, fragment_of
from edge.nlu.fragments import Fragments, Sentence
from edge.nlu.heard import WHERE
from edge.nlu.kinds import DOMAINS_OF_INTENT, LOCKING, NARROW_NOUNS, RUN_BY_NAME
from edge.nlu.listing import OF_LISTS
from edge.nlu.needs import Needs
from edge.nlu.preambles import is_preamble, place_first, preamble_of, with_topic
from edge.nlu.resolver import Resolver
from edge.nlu.respanning import respanned
from edge.nlu.slots import lacks_value
from edge.nlu.wishing import HARDLY, Wishing, tells
from edge.types import OUT_OF_SCOPE, Intent, SlotValue, Span, Tagging, Understanding

Tag = Callable[[str], Tagging]
_DOES_WHAT = re.compile(
    r"(?:(?:please|yes|okay|ok|just|then|and|now)[, ]+)*(?:do (?:it|that|this|so)|go ahead)"
    r"(?:[, ]+(?:please|now|then))*[ .!]*",
    re.IGNORECASE,
)
"""Where nothing was offered, there is nothing to do."""

_NEEDS_A_THING = frozenset({"HassTurnOn", "HassTurnOff", "HassToggle", "HassGetState"})
"""Intents that mean nothing of "it" when nothing was spoken of."""
_TIMELESS = (
    frozenset(
        {"HassGetState", "HassGetWeather", "HassMediaSearchAndPlay", "HassClimateGetTemperature"}
    )
    | OF_LISTS
)
"""Intents in which a time is no time to act at."""
_BACK = re.compile(r"\bback (?:up|down|to|on|off)\b", re.IGNORECASE)
"""To how it was, so of what was spoken of."""
_THE_OTHER = re.compile(r"\b(?:on|off|open|close|to) the other (?:one|side)\b", re.IGNORECASE)
_WISHED = re.compile(
    r"\b(?:cold|hot|warm|freezing|boiling|chilly|dark|bright|dim|loud|quiet|stuffy|humid)\b",
    re.IGNORECASE,
)
"""What tells in a fact that something shall be done about it."""
_OF_TIMERS = re.compile(r"\b(?:timers?|countdown|remind|alarm|wake|alert|ping)\b", re.IGNORECASE)
_STARTING = re.compile(
    r"^(?:(?:please|can you|could you|now|then) )*(?:start|run|activate|trigger|launch|execute|do"
    r"|turn on|switch to|go to|set|put on)? ?"
    r"(?:the |my )?(?=\w)|(?: (?:please|now|scene|script|routine|mode))+$",
    re.IGNORECASE,
)
"""What may be said around the name of a scene or a script that shall run."""
_SMALL_TALK = frozenset({"HassRespond", "HassNevermind"})
_ANYWHERE = frozenset(
    {"vacuum", "lawn_mower", "scene", "script", "automation", "todo", "person", "button"}
)
"""Domains of which nobody means those in the room just spoken of."""


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
    offer: Understanding | None = None
    """What may be lacked beside what is ordered, and is asked about afterwards."""


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
    needs: Needs | None = None
    """What tells needs; None where the model for it is not installed."""

    @property
    def _home(self) -> Home:
        return self.resolver.lexicon.home

    @property
    def _fragments(self) -> Fragments:
        return Fragments(self.resolver.lexicon, self.area)

    def read(self, text: str, before: Context) -> Reading:
        """What a text means after what was said before."""
        reading = self._whole(text, before)
        if is_missed(text, reading.understanding):
            return Reading(asking.excepting(), before)
        meant = uncontradicted(text, reading.understanding)
        if meant is reading.understanding:
            return reading
        return replace(reading, understanding=meant) if meant.intents else Reading(meant, before)

    def _whole(self, text: str, before: Context) -> Reading:
        if _DOES_WHAT.fullmatch(text.strip()) is not None:
            return Reading(Understanding(), before)
        text = rewriting.with_owner(text, self.resolver.lexicon.owners)
        text = with_topic(text, self.resolver.lexicon)
        if self._wishing is not None and (wish := self._wishing.excepting(text)) is not None:
            return self._wished(wish, text, before)
        parts = clauses(text)
        reading = self._turn(parts, before)
        partly = reading is None and len(parts) > 1 and all(map(starts_clause, parts[1:]))
        if len(parts) > 1 and reading is None and not partly:
            reading = self._turn((text,), before)
        nothing = asking.not_all_understood() if partly else Understanding()
        reading = reading or Reading(nothing, before)
        if self._wishing is None or _goes_on(text, reading, before):
            return reading
        if (both := self._in_one_breath(text, parts, reading, before)) is not None:
            return both
        if partly:
            several = self._wishing.several(parts, text)
            return reading if several is None else self._wished(several, text, before)
        wish = self._wishing.instead(parts, text, reading.understanding)
        return reading if wish is reading.understanding else self._wished(wish, text, before)

    @property
    def _wishing(self) -> Wishing | None:
        if self.needs is None:
            return None
        return Wishing(self.needs, self.resolver.lexicon, self.states, self.area)

    def _wish_after(self, text: str, spoken: Sequence[Spoken]) -> Understanding | None:
        """What a statement wishes that is told after orders; None where it tells no need."""
        asked = any("Get" in i.name for clause in spoken for i in clause.intents)
        if not spoken or asked or self._wishing is None or not tells(text):
            return None
        targets = [target for clause in spoken for target in clause.targets]
        return self._wishing.after(text, targets)

    def _in_one_breath(
        self, text: str, parts: Sequence[str], by_rules: Reading, before: Context
    ) -> Reading | None:
        """The reading of orders and needs in one breath (`breath`), the orders first; None where
        something would be lost that the rules found, and were sure of or had taken apart."""
        wishing, found = self._wishing, by_rules.understanding
        if self.needs is None or wishing is None:
            return None
        understood = bool(found.intents) and found.question is None
        breath = breath_of(text, parts, self.needs, wishing, understood=understood)
        reading = self._turn(breath.orders, before) if breath is not None else None
        if breath is None or reading is None or reading.understanding.question is not None:
            return None
        spoken, offer = list(reading.context.clauses), reading.offer
        for part in breath.needs:
            wish = wishing.beside(part, [t for clause in spoken for t in clause.targets])
            offer = wish if wish.offers else offer
            spoken.extend(self._met(part, wish))
        intents = tuple(intent for clause in spoken for intent in clause.intents)
        whole = len(parts) == 1
        kept = [i for i in found.intents if not (whole and i.targets and i.confidence < HARDLY)]
        if understood and not _say_all_of(intents, kept):
            return None
        meant, context = Understanding(intents), Context(tuple(spoken))
        return replace(reading, understanding=meant, context=context, offer=offer)

    def _met(self, text: str, wish: Understanding) -> tuple[Spoken, ...]:
        """What is done for a wish at once, as what the text means."""
        met = bool(wish.intents) and not wish.offers
        return (Spoken(self.tag(text), wish.intents),) if met else ()

    def _is_only_why(self, text: str, meant: Understanding, spoken: Sequence[Spoken]) -> bool:
        """Whether a fact told after commands asks for nothing, or for what they were about."""
        if meant.question is not None:
            return bool(spoken) and _WISHED.search(text) is None
        targets = {target for intent in meant.intents for target in intent.targets}
        if targets <= {target for clause in spoken for target in clause.targets}:
            return True
        return bool(spoken) and self._wishing is not None and not self._wishing.tells_deed(text)

    def _wished(self, wish: Understanding, text: str, before: Context) -> Reading:
        """The reading of a text that tells a need."""
        if not wish.intents:
            return Reading(wish, before)
        return Reading(wish, Context((Spoken(self.tag(text), wish.intents),)))

    def _turn(self, parts: Sequence[str], before: Context) -> Reading | None:
        """The reading of some clauses; None where one of them means nothing."""
        spoken: list[Spoken] = []
        corrects = False
        offer: Understanding | None = None
        running = before
        reader = self
        for place in range(len(parts)):
            part = parts[place]
            reading = reader._clause(part, running, within=bool(spoken))
            meant = reading.understanding
            if place == 0 and is_preamble(part, meant, parts, self.resolver.lexicon):
                known = running if running.last is not None else reading.context
                reader, running = self._after_preamble(part, known)
                parts = (part, rewriting.with_item(parts[1], part), *parts[2:])
                continue
            if (where := place_first(part, self.resolver.lexicon)) is not None:
                reader = replace(self, area=where)
            if (wish := self._wish_after(part, spoken)) is not None:
                offer = wish if wish.offers else offer
                spoken.extend(self._met(part, wish))
                continue
            if place and says_why(part) and self._is_only_why(part, meant, spoken):
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
        return Reading(Understanding(intents), Context(tuple(spoken)), corrects, offer=offer)

    def _after_preamble(self, text: str, before: Context) -> tuple[Interpreter, Context]:
        """Who reads the clauses after a preamble, and in which context: its place and its thing."""
        said = preamble_of(text, self.resolver.lexicon)
        if said.entities:
            targets = tuple(entity.id for entity in said.entities)
            spoken = Spoken(self.tag(text), (Intent("HassGetState", targets=targets),))
            before = Context((spoken,))
        return replace(self, area=said.area) if said.area is not None else self, before

    def _clause(self, text: str, before: Context, *, within: bool) -> Reading:
        """What one clause means: as a name alone, a fragment, with a pronoun, or as it stands."""
        if before.last is None and _THE_OTHER.search(text) is not None:
            return Reading(asking.what_is_meant(), before)
        if before.last is not None:
            text = rewriting.of_its(self._with_there(text, before, before.last))
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
        if not named or any(entity.domain not in RUN_BY_NAME for entity in named):
            return None
        sentence = f"activate {rewriting.the(named[0])}"
        return self._sentence(Sentence(sentence, named[:1], "HassTurnOn"), before)

    def _fragment(self, fragment: Fragment | None, before: Context) -> Reading | None:
        """A fragment, as said of what was spoken of; None for what is none."""
        if fragment is None:
            return None
        if before.last is None and _needs_context(fragment):
            return Reading(asking.what_is_meant(), before)
        if before.last is None:
            adds = fragment.adds and self._fragments.names(fragment)
            return Reading(asking.what_is_meant(), before) if adds else None
        if fragment.kind == "again":
            intents = (i for clause in before.clauses for i in clause.intents)
            again = tuple(replace(intent, source="dialogue") for intent in intents)
            return Reading(Understanding(again), before)
        sentence = self._fragments.whole(fragment, before.last)
        if sentence is None:
            lost = (
                fragment.kind == "thing" and fragment.corrects and self._fragments.names(fragment)
            )
            return Reading(asking.what_is_meant(), before) if lost else None
        return replace(self._sentence(sentence, before), corrects=fragment.corrects)

    def _after(
        self, text: str, fragment: Fragment | None, before: Context, *, within: bool
    ) -> Reading:
        """A sentence that stands for itself, but for a place or a kind said before."""
        if before.last is None:
            return self._sentence(Sentence(text), before)
        spoken = spoken_of(before, self._home, every=False)
        named = self.resolver.lexicon.scan_all(text).entities
        counted = any(name.endswith(" 1") for name in named)
        text = text if counted else self._with_one(text, spoken)
        added = fragment.text if fragment is not None and fragment.adds else None
        if added is not None:
            text = following(added, before.last.tagging.text)
        goes_on = within or added is not None or _BACK.search(text) is not None
        carried = goes_on and (self._carried(text, before.last) or self._of_the_same(text, before))
        return carried or self._sentence(Sentence(text), before)

    def _with_there(self, text: str, before: Context, last: Spoken) -> str:
        """The text with the place that was spoken of for "there"."""
        spoken = spoken_of(before, self._home, every=False)
        area = self._home.area_of(spoken[0]) if spoken else None
        return rewriting.with_place(text, last.tagging, area.name if area else None)

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

    def _sentence(self, sentence: Sentence, before: Context) -> Reading:
        """What a whole sentence means."""
        main, out = cut(sentence.text)
        tagging, timed = self._timed(main)
        tagging = respanned(tagging, self.resolver.lexicon)
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
        tagging = respanned(self.tag(text), self.resolver.lexicon)
        domains = DOMAINS_OF_INTENT.get(tagging.intent, frozenset())
        scan = self.resolver.lexicon.scan_all(text)
        named = scan.entities or scan.places or any(s.label in WHERE for s in tagging.spans)
        named = named or any(noun.text in NARROW_NOUNS for noun in scan.nouns)
        if named or len(domains) != 1:
            return None
        near = [e for e in spoken_of(before, self._home, every=True) if e.domain in domains]
        if len(near) != 1:
            return None
        return self._sentence(Sentence(text, tuple(near)), before)

    def _timed(self, text: str) -> tuple[Tagging, dict[str, SlotValue]]:
        """A sentence tagged without its time, and the time as slots.

        What is said of time stays where the sentence has no other value that its intent needs.
        """
        tagging = self.tag(text)
        lasting = tagging.intent == "HassStartTimer" and not _OF_TIMERS.search(text)
        if not lasting and (tagging.intent in _TIMELESS or tagging.intent not in DOMAINS_OF_INTENT):
            return tagging, {}
        timed = timing.cut(text, self.now)
        if not timed.slots:
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
        both = "both" in found.group().lower()
        every = rewriting.means_all(found.group())
        spoken = (
            both_spoken_of(before, self._home)
            if both
            else spoken_of(before, self._home, every=every)
        )
        domains = DOMAINS_OF_INTENT.get(tagging.intent)
        earlier = spoken_of(Context(before.earlier), self._home, every=every)
        if domains and spoken and earlier and not any(e.domain in domains for e in spoken):
            spoken = earlier
        if spoken:
            sentence = rewriting.with_pronoun(text, found, spoken[0])
            return self._sentence(Sentence(sentence, spoken), before)
        needs = tagging.intent in _NEEDS_A_THING
        return Reading(asking.what_is_meant(), before) if needs else None

    def _spoken_of(self, meant: Understanding, before: Context, *, named: bool) -> Understanding:
        """What is meant, of the candidates, by what was just spoken of; else it stays open."""
        spoken = spoken_of(before, self._home, every=True)
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
        values = {k: v for k, v in intent.slots.items() if k not in WHERE}
        where = _where(before, {entity.id for entity in fitting})
        targets = tuple(entity.id for entity in fitting)
        return Understanding(
            (replace(intent, slots={**where, **values}, targets=targets, source="dialogue"),)
        )


def _say_all_of(some: Sequence[Intent], others: Sequence[Intent]) -> bool:
    """Whether some intents do all that others do: the same to the same entities, or just the same
    where there are none."""

    def does(one: Intent, other: Intent) -> bool:
        same = one.name == other.name and one.targets == other.targets
        return same and (bool(one.targets) or one.slots == other.slots)

    return all(any(does(one, other) for one in some) for other in others)


def _goes_on(text: str, reading: Reading, before: Context) -> bool:
    """Whether a turn is understood from the one before it: "still too dark"."""
    acts = bool(reading.understanding.intents) and reading.understanding.question is None
    goes_on = fragment_of(text) is not None or rewriting.pronoun(text) is not None
    return before.last is not None and acts and goes_on


def _needs_context(fragment: Fragment) -> bool:
    """Whether a fragment is nothing by itself: "the other one", "a bit more"."""
    bare = fragment.kind == "step" and fragment.dimension is None and fragment.direction == 0
    return fragment.kind == "other" or bare


def _in_place(text: str, where: Span) -> Sentence:
    """A sentence with the place that a span of another one names."""
    return Sentence(f"{text.rstrip(' .!?')} in the {where.text}")


def _may_refer(tagging: Tagging, found: re.Match[str], text: str) -> bool:
    """Whether a pronoun is what a sentence is about: it is about entities, and names no others."""
    about = tagging.intent in DOMAINS_OF_INTENT or tagging.intent in _NEEDS_A_THING
    unknown = tagging.intent == OUT_OF_SCOPE and starts_clause(text)
    told = (s for s in tagging.spans if s.label in WHERE and s.text.lower() not in LOCKING)
    return (about or unknown) and not any(
        not found.start() <= span.start < found.end() for span in told
    )


def _where(before: Context, targets: set[str]) -> dict[str, SlotValue]:
    """The slots by which some entities were spoken of."""
    for clause in before.clauses:
        for intent in clause.intents:
            if set(intent.targets) == targets:
                return {name: value for name, value in intent.slots.items() if name in WHERE}
    return {}
