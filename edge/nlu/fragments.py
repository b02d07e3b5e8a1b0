"""Whole sentences of fragments: "and the bedroom", "a bit more", "no, the other one".

A fragment (`followup`) says another thing, a state, a value, a colour or a step of what was spoken
of (`context`). Its sentence has the words of the clause that was spoken before (`rewriting`), and
says what it is about where words alone would not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edge.home.graph import Entity, Home
from edge.nlu import rewriting
from edge.nlu.choosing import chosen
from edge.nlu.context import Context, Spoken, offered, spoken_of
from edge.nlu.finding import Lexicon
from edge.nlu.followup import Fragment
from edge.nlu.heard import HERE
from edge.nlu.kinds import DOMAINS_OF_INTENT, RUN_BY_NAME
from edge.nlu.listing import OF_LISTS

_OPPOSITE = {"HassTurnOn": "off", "HassTurnOff": "on"}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A clause made whole."""

    text: str
    upon: tuple[Entity, ...] = ()
    """The entities that it is about, whatever its words say."""
    intent: str | None = None
    """The intent that it has, whatever the tagger says."""


@dataclass(frozen=True, slots=True)
class Fragments:
    """Makes fragments whole in one home, for someone in one place."""

    lexicon: Lexicon
    area: str | None = None
    """The id or name of the speaker's area."""

    @property
    def _home(self) -> Home:
        return self.lexicon.home

    def names(self, fragment: Fragment) -> bool:
        """Whether a fragment names something of the home, and nothing else."""
        return self.lexicon.scan_all(fragment.text).whole

    def whole(self, fragment: Fragment, last: Spoken) -> Sentence | None:
        """The sentence that a fragment makes; None where it makes none."""
        meant = spoken_of(Context((last,)), self._home, every=fragment.every)
        spoken = meant or offered(last, self._home)
        if fragment.kind == "thing":
            return self._of_another(fragment, last, spoken)
        if fragment.kind == "not":
            return self._without(fragment.text, last, spoken)
        if fragment.kind == "other":
            return self._of_the_other(last, spoken)
        return _of_the_same(fragment, last, meant) if meant else None

    def _of_the_other(self, last: Spoken, spoken: Sequence[Entity]) -> Sentence | None:
        other = self._other(last, spoken)
        if other is None:
            return None
        text = rewriting.of_another(last.tagging, rewriting.the(other), spoken, place_only=False)
        return Sentence(text, (other,), last.tagging.intent)

    def _without(self, thing: str, last: Spoken, spoken: Sequence[Entity]) -> Sentence | None:
        """The opposite of what was done, for what should have been left out of it."""
        opposite = _OPPOSITE.get(last.tagging.intent)
        picked = chosen(thing, spoken, self._home)
        if opposite is None or not picked or len(spoken) < 2:
            return None
        return Sentence(rewriting.in_state(opposite, picked[0]), picked)

    def _of_another(
        self, fragment: Fragment, last: Spoken, spoken: Sequence[Entity]
    ) -> Sentence | None:
        meant = last.tagging.intent
        if meant not in DOMAINS_OF_INTENT and meant not in OF_LISTS and meant != "HassGetState":
            return None
        thing = fragment.text
        if last.tagging.intent in OF_LISTS:
            items = [s for s in last.tagging.spans if s.label == "item"]
            text = rewriting.replaced(last.tagging.text, items, thing)
            return Sentence(text, intent=last.tagging.intent) if fragment.adds and items else None
        here = self.lexicon.area(self.area)
        if here is not None and HERE.fullmatch(thing):
            thing = here.name.lower()
        scan = self.lexicon.scan_all(thing)
        if not scan.whole:
            alike = [e for e in self._home.entities if e.domain in {s.domain for s in spoken}]
            picked = chosen(thing, alike, self._home)
            if len(picked) != 1:
                return None
            text = rewriting.of_another(
                last.tagging, rewriting.the(picked[0]), spoken, place_only=False
            )
            return Sentence(text, picked, last.tagging.intent)
        named = [e for name in scan.entities for e in self.lexicon.called(name)]
        if named and all(e.domain in RUN_BY_NAME for e in named):
            return None
        place_only = bool(scan.places) and not scan.nouns and not scan.entities
        text = rewriting.of_another(last.tagging, thing, spoken, place_only=place_only)
        return Sentence(text, intent=last.tagging.intent)

    def _other(self, last: Spoken, spoken: Sequence[Entity]) -> Entity | None:
        """The one that is left of two: of those asked about, or of its kind in its place."""
        if len(spoken) != 1:
            return None
        one = spoken[0]
        candidates = offered(last, self._home) or tuple(
            e
            for e in self._home.entities
            if e.domain == one.domain and e.device_class == one.device_class and e.area == one.area
        )
        others = [entity for entity in candidates if entity.id != one.id]
        return others[0] if len(others) == 1 else None


def _of_the_same(fragment: Fragment, last: Spoken, meant: tuple[Entity, ...]) -> Sentence | None:
    """What was spoken of, with another state, value, colour or step; or its kind elsewhere."""
    one = meant[0]
    if fragment.kind == "said":
        there = rewriting.in_state_there(fragment.text, meant)
        return Sentence(there) if there is not None else None
    if fragment.kind == "step":
        text = rewriting.stepped(fragment, _direction(fragment, last), one)
        moves = "HassSetPosition" if one.domain == "cover" else None
        return Sentence(text, meant, moves) if text is not None else None
    makers = {
        "state": rewriting.in_state,
        "value": rewriting.with_value,
        "color": rewriting.in_color,
    }
    make = makers.get(fragment.kind)
    text = make(fragment.text, one) if make is not None else None
    return Sentence(text, meant) if text is not None else None


def _direction(fragment: Fragment, last: Spoken) -> int:
    """Up or down; "more" goes on as before, and up where nothing went anywhere."""
    if fragment.direction:
        return fragment.direction
    for intent in last.intents:
        for name, value in intent.slots.items():
            if name.endswith("_step") and isinstance(value, int | float):
                return 1 if value > 0 else -1
    return 1
