"""Why the resolver means these things and not those: candidates with scores, and what each lacks.

The verdicts follow from what was decided, so they never contradict it: a target is "meant", what
stands to choose from is "asked". Only for the others a reason is sought, in the order in which the
resolver asks: is the name like enough, can the request be about it, is it in the place that was
said, is another likelier, is another nearer. All is told by the same public functions that the
resolver calls; nothing here decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from edge.home.graph import Area, Entity
from edge.home.states import States
from edge.nlu.attributes import attribute_of, has
from edge.nlu.explained import CandidateView, SpanView, Verdict
from edge.nlu.finding import Lexicon, unique
from edge.nlu.found import Noun, Place, Scan, Wording
from edge.nlu.heard import HERE, Heard
from edge.nlu.kinds import DOMAINS_OF_INTENT, LOCKING, STATE_WORDS, state_of
from edge.nlu.listing import OF_LISTS
from edge.nlu.matching import ENOUGH, EXACT, MARGIN, normalised
from edge.nlu.request import Request
from edge.types import Span, Tagging, Understanding

REFERRING = ("name", "area", "floor", "domain", "device_class")
"""The labels of spans that refer to something in the home."""
UNMARKED = "unmarked"
"""The label of words that name something and are in no span."""
SHOWN = 5
"""Candidates that are told of a span."""


@dataclass(frozen=True, eq=False)
class Weighing:
    """What was said in one sentence, what it came to, and all that lies between."""

    lexicon: Lexicon
    tagging: Tagging
    understanding: Understanding
    states: States
    speaker: Area | None
    left_out: frozenset[str] = frozenset()
    """Names of what the speaker excepted."""

    @cached_property
    def heard(self) -> Heard:
        return Heard.of(self.tagging)

    @cached_property
    def intent(self) -> str:
        """The intent that was resolved: the home may know it better than the tagger."""
        intents = self.understanding.intents
        return intents[0].name if intents else self.tagging.intent

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Where: said in a span, by "here", or in the words that no span covers."""
        said = [place for span in self.heard.spans for place in self._places_of(span)]
        if not said and self.heard.here and self.speaker is not None:
            said.append(Place(area=self.speaker))
        return unique(said) or unique(self._residual.places)

    @cached_property
    def nouns(self) -> tuple[Noun, ...]:
        """The kinds of things that were said, in spans or beside them."""
        found: list[Noun] = []
        for span in self.heard.spans:
            noun = self._noun_of(span)
            if noun is not None:
                found.append(noun)
            elif span.label == "name":
                found.extend(self._reread(span).nouns)
        things = [noun for noun in found if noun.text.lower() not in LOCKING]
        return tuple(things or found) or (() if self._names else self._residual.nouns)

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The kinds in words: "blinds: cover (blind)"; with no thing said, what is usual."""
        if self.nouns:
            return tuple(dict.fromkeys(f"{n.text}: {self._kind_in_words(n)}" for n in self.nouns))
        domains = {target.partition(".")[0] for target in self._targets}
        usual = self._request is not None and not self._names and not self._residual.entities
        return (f"{min(domains)}, as no kind is said",) if usual and len(domains) == 1 else ()

    def spans(self) -> tuple[SpanView, ...]:
        """Each span that refers, and what words beside the spans name, with their candidates."""
        marked = [self._viewed(span) for span in self.heard.spans if span.label in REFERRING]
        return (*marked, *self._unmarked())

    def _unmarked(self) -> Iterator[SpanView]:
        """Things that no span marks; they count where none is marked."""
        telling = self._request is not None or self.intent == "HassGetState"
        if not telling or self.heard.labelled("name", "domain", "device_class"):
            return
        for noun in self._residual.nouns:
            yield self._of_kind(self._span_of(noun.text), noun)
        for name in self._residual.entities:
            yield self._of_name(SpanView(self._span_of(name)))

    def _span_of(self, text: str) -> Span:
        at = max(0, self.heard.text.find(text))
        return Span(UNMARKED, at, at + len(text), text)

    @cached_property
    def _targets(self) -> frozenset[str]:
        return frozenset(t for intent in self.understanding.intents for t in intent.targets)

    @cached_property
    def _request(self) -> Request | None:
        """The command; None where something is asked, or the intent is about no entity."""
        if self.intent not in DOMAINS_OF_INTENT:
            return None
        confidence = self.tagging.confidence
        return Request(self.intent, confidence, self.heard, {}, self.states, self.speaker)

    @cached_property
    def _names(self) -> tuple[Span, ...]:
        return self.heard.labelled("name")

    @cached_property
    def _residual(self) -> Scan:
        return self.lexicon.scan(self.heard.residual, self._fits)

    @cached_property
    def _state_word(self) -> str | None:
        """The state that a question asks for."""
        for span in self.heard.labelled("state"):
            words = normalised(span.text).split()
            ends = (" ".join(words[first:]) for first in range(len(words)))
            return next((end for end in ends if end in STATE_WORDS), None)
        return None

    def _fits(self, entity: Entity) -> bool:
        return self._misfit(entity) is None

    def _misfit(self, entity: Entity) -> str | None:
        """Why a request cannot be about an entity; None where it can."""
        if self.intent in OF_LISTS:
            fits = entity.domain == "todo"
        elif self._request is not None:
            fits = self._request.fits(entity)
        else:
            return self._untold(entity)
        return None if fits else f"wrong domain: {_spoken(entity)}"

    def _untold(self, entity: Entity) -> str | None:
        """Why a question cannot be about an entity; None where it can."""
        attribute = attribute_of(self.heard)
        if attribute is not None:
            return None if has(entity, attribute) else f"has no {attribute}"
        word = self._state_word
        if word is None or entity.domain == "person":
            return None
        told = state_of(entity.domain, entity.device_class, word)
        return f"{_spoken(entity)}: never {word}" if told is None else None

    def _places_of(self, span: Span) -> tuple[Place, ...]:
        if span.label == "name":
            return self._reread(span).places
        if span.label not in {"area", "floor"} or HERE.search(span.text.lower()):
            return ()
        scan = self.lexicon.scan(span.text)
        if scan.places and not scan.rest:
            return scan.places
        place = self.lexicon.place(span.text, floor_first=span.label == "floor")
        return (place,) if place is not None else ()

    def _reread(self, span: Span) -> Scan:
        """The place and kind that a span marked as a name is, where it is the name of nothing."""
        scan = self.lexicon.scan(span.text)
        ranked = self.lexicon.ranked(span.text)
        named = any(score >= EXACT and self._fits(entity) for entity, score in ranked)
        return Scan() if named or scan.rest else scan

    def _noun_of(self, span: Span) -> Noun | None:
        if span.label not in {"domain", "device_class"}:
            return None
        return self.lexicon.noun(span.text)

    def _kind_in_words(self, noun: Noun) -> str:
        kind = noun.kind
        if self._request is not None:
            domain, device_class = self._request.meaning(noun)
            return f"{domain} ({device_class})" if device_class else domain
        roles = (
            ("cover", kind.cover), ("binary_sensor", kind.binary), ("sensor", kind.sensor),
        )  # fmt: skip
        told = [f"{domain} ({device_class})" for domain, device_class in roles if device_class]
        return ", ".join([kind.domain, *told] if kind.domain else told)

    def _viewed(self, span: Span) -> SpanView:
        view = SpanView(span)
        if span.label in {"area", "floor"}:
            view = self._of_place(span)
            if view.note != "a name":
                return view
        elif (noun := self._noun_of(span)) is not None:
            return self._of_kind(span, noun)
        elif span.label in {"domain", "device_class"}:
            view = replace(view, note="no kind of thing: sought as a name")
        elif self._request is None and self.intent not in {*OF_LISTS, "HassGetState"}:
            return replace(view, note="free text")
        return self._of_name(view)

    def _of_place(self, span: Span) -> SpanView:
        if HERE.search(span.text.lower()):
            where = self.speaker.name if self.speaker else "nobody knows where"
            return SpanView(span, note=f"where it was said: {where}")
        said = self._places_of(span)
        ranked = self.lexicon.ranked_places(span.text)
        scan = self.lexicon.scan(span.text)
        spelled = scan.places if not scan.rest else ()
        if not said and not scan.rest:
            return SpanView(span, note="names no place")
        likely = [score for _, score in ranked if score >= ENOUGH]
        if not said and not likely and self._sought_as_name(span):
            return SpanView(span, note="a name")
        views = [
            self._place_view(place, score, said, likely)
            for place, score in ((p, 1.0 if p in spelled else s) for p, s in ranked)
        ]
        return _listed(SpanView(span), views)

    def _sought_as_name(self, span: Span) -> bool:
        """Whether a place that the home has not may be a thing after all."""
        wanted = {*self._targets, *self.understanding.candidates}
        return any(entity.id in wanted for entity, _ in self.lexicon.ranked(span.text))

    def _place_view(
        self, place: Place, score: float, said: Sequence[Place], likely: Sequence[float]
    ) -> CandidateView:
        part = place.area or place.floor
        assert part is not None
        level = "area" if place.area is not None else "floor"
        verdict, reason = _of_score(score, max(likely, default=0.0))
        if place in said:
            verdict, reason = "meant", ""
        elif verdict == "not chosen" and not said:
            verdict, reason = "asked", f"one of {len(likely)} equally good"
        return CandidateView(part.id, part.name, level, score, verdict, reason)

    def _of_kind(self, span: Span, noun: Noun) -> SpanView:
        """A kind of thing: all that may be called so."""
        home = self.lexicon.home.entities
        if noun.text.lower() in LOCKING and self._names:
            return SpanView(span, note="the verb: a name says which")
        meaning = self._request.meaning(noun) if self._request is not None else None
        alike = {e.id for e in self.lexicon.of_kind(*meaning, ())} if meaning else set()
        of_kind = [e for e in home if e.id in alike or self.lexicon.is_of(e, noun.kind)]
        views = [self._entity_view(entity, None, None, self._choice_of_kind) for entity in of_kind]
        return _listed(SpanView(span, note=self._kind_in_words(noun)), views)

    def _of_name(self, view: SpanView) -> SpanView:
        """A name: all whose names are like it, under any wording."""
        span = view.span
        wordings = self.lexicon.wordings(self.heard, span)
        best: dict[str, tuple[float, Wording]] = {}
        for wording in wordings:
            for entity, score in self.lexicon.ranked(wording.text):
                if wording.domain in {None, entity.domain} and score > best.get(entity.id, (0,))[0]:
                    best[entity.id] = (score, wording)
        scored = [
            (entity, *best[entity.id]) for entity in self.lexicon.home.entities if entity.id in best
        ]
        scored.sort(key=lambda each: -each[1])
        top = max(
            (score for entity, score, wording in scored if self._eligible(entity, wording, score)),
            default=0.0,
        )
        scan, of_others = self._reread(span), self._of_other_names(span)
        choice = self._choice_of_name if not (scan.places or scan.nouns) else _a_place_and_a_kind
        views = [
            self._entity_view(entity, score, top, choice, wording)
            for entity, score, wording in scored
            if score >= EXACT or entity.id not in of_others
        ]
        also = [
            f"{w.text} ({w.domain.replace('_', ' ')})" if w.domain else w.text
            for w in wordings
            if w.domain or w.text.lower() != span.text.lower()
        ]
        if scan.places or scan.nouns:
            view = replace(view, note="the name of nothing: read as a place and a kind")
        return _listed(replace(view, also=tuple(dict.fromkeys(also))), views)

    def _eligible(self, entity: Entity, wording: Wording, score: float) -> bool:
        return score >= ENOUGH and self._fits(entity) and self._there(entity, wording, score)

    def _of_other_names(self, span: Span) -> set[str]:
        """The entities that other spans name; those that this one is only like are none of its."""
        others = (other for other in self._names if other != span)
        return {
            entity.id
            for other in others
            for entity, score in self.lexicon.ranked(other.text)
            if score >= EXACT
        }

    def _there(self, entity: Entity, wording: Wording | None, score: float | None) -> bool:
        """Whether an entity is where it was said; a name that holds the place says it itself."""
        roams = self._request is not None and self._request.roams
        held = wording is not None and wording.holds_place and (score or 0.0) >= EXACT
        return held or roams or self.lexicon.inside_any(entity, self.places)

    def _entity_view(
        self,
        entity: Entity,
        score: float | None,
        top: float | None,
        choice: Callable[[Entity], str],
        wording: Wording | None = None,
    ) -> CandidateView:
        """The verdict on an entity; `choice` tells why it was not taken though it could have."""
        area = self.lexicon.home.area_of(entity)
        verdict: Verdict = "not chosen"
        asked = self.understanding.candidates
        if entity.id in self._targets:
            verdict, reason = "meant", ""
        elif entity.id in asked:
            verdict, reason = "asked", f"one of {len(asked)} equally good"
        elif entity.name in self.left_out:
            verdict, reason = "left out", "to be left out"
        elif score is not None and score < ENOUGH:
            verdict, reason = _of_score(score, 0.0)
        elif (misfit := self._misfit(entity)) is not None:
            verdict, reason = "wrong domain", misfit
        elif not self._there(entity, wording, score):
            verdict, reason = "another place", f"not {_in_any(self.places)}"
        else:
            if score is not None and top is not None:
                verdict, reason = _of_score(score, top)
            if verdict == "not chosen":
                reason = choice(entity)
        return CandidateView(
            entity.id, entity.name, area.name if area else "", score, verdict, reason
        )

    def _choice_of_name(self, entity: Entity) -> str:
        if not self._targets:
            return "fits, but nothing is done"
        if self.nouns and not any(self.lexicon.is_of(entity, noun.kind) for noun in self.nouns):
            return "not of the kind that was said"
        return self._nearer(entity) or "another fits better"

    def _choice_of_kind(self, entity: Entity) -> str:
        if not self._targets:
            return "fits, but nothing is done"
        if self._names:
            return "a name says which"
        return self._nearer(entity) or "another fits better"

    def _nearer(self, entity: Entity) -> str | None:
        meant = [e for e in self.lexicon.home.entities if e.id in self._targets]
        speaker, request = self.speaker, self._request
        far = speaker is not None and not self.places and entity.area != speaker.id
        if far and speaker is not None and all(other.area == speaker.id for other in meant):
            return "not where it was said"
        if request is not None and entity not in request.active((entity, *meant)):
            return "not at work now"
        return None


def _spoken(entity: Entity) -> str:
    return entity.domain.replace("_", " ")


def _a_place_and_a_kind(_: Entity) -> str:
    return "a place and a kind were said"


def _of_score(score: float, top: float) -> tuple[Verdict, str]:
    """The verdict that a score alone allows; `top` is the best among those that can be meant."""
    if score < ENOUGH:
        return "unlike", f"below {ENOUGH:.2f}"
    if score <= top - MARGIN:
        return "less likely", f"{top - score:.2f} less than the best"
    return "not chosen", "another fits better"


def _in_any(places: Iterable[Place]) -> str:
    return " or ".join(place.phrase for place in places)


def _listed(view: SpanView, candidates: Iterable[CandidateView]) -> SpanView:
    """A span with its best candidates: what is left out, what is meant, what is asked about."""
    order = {"left out": 0, "meant": 1, "asked": 2, "another place": 4, "wrong domain": 5}

    def rank(each: CandidateView) -> tuple[int, float]:
        first = order.get(each.verdict, 3)
        return (first, 0.0) if each.score is None else (min(first, 3), -each.score)

    ranked = sorted(candidates, key=rank)
    return replace(view, candidates=tuple(ranked[:SHOWN]), more=max(0, len(ranked) - SHOWN))
