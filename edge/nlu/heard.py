"""What was heard, ready for the resolver: the spans by label, and the words that no span covers.

The tagger's spans are taken as they are, cut to the text they claim to be part of. A missing span
is made up for by the remaining words, so they are kept, and the verb and the direction ("up",
"dimmer") with them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from edge.nlu.kinds import PARTICIPLES, VERBS
from edge.types import Span, Tagging

UP = frozenset(
    {
        "up", "increase", "raise", "louder", "brighter", "brighten", "higher", "warmer", "hotter",
        "more", "boost", "add", "faster", "further", "bump", "crank",
    }
)  # fmt: skip
DOWN = frozenset(
    {
        "down", "decrease", "reduce", "lower", "quieter", "softer", "dim", "dimmer", "darker",
        "cooler", "colder", "less", "quiet", "slower", "slow", "drop",
    }
)  # fmt: skip
_TOO = {
    **dict.fromkeys(("loud", "bright", "hot", "warm", "high", "fast"), -1),
    **dict.fromkeys(("quiet", "dark", "dim", "cold", "cool", "low", "slow"), 1),
}
"""The direction asked for by whom it is too much: "too loud" is to go down."""
_UP_HERE = re.compile(r"\b(?:up|down) (?=(?:here|there)\b)")
"""A place, and no direction."""
_MUCH = frozenset({"too", "so", "very", "really", "is", "s"})
_WHOLE = frozenset(
    {
        "name", "area", "floor", "domain", "device_class", "state", "item", "attribute", "location",
        "date",
    }
)  # fmt: skip
"""Labels of which two spans side by side are one."""
WHERE = frozenset({"name", "area", "floor", "domain", "device_class"})
"""Labels of what a text is about."""
_STEPS = (
    "brightness_step", "volume_step", "temperature_step", "position_step", "percentage_step",
    "color_temp_step",
)  # fmt: skip
HERE = re.compile(
    r"\b(?:in |on )?(?:here|(?:this|the|my|our) (?:room|area|space)|(?:this|the same) place)\b"
)
_HOUSE = (
    r"(?:home|house|apartment|flat|place|rooms?|floors?|areas?)(?! (?:office|gym|cinema|theat))"
)
EVERYWHERE = re.compile(
    r"\b(?:everywhere|all over|every (?:single )?(?:room|floor|area)|all (?:the |my |our )?"
    rf"(?:rooms|floors|areas)|(?:in|around|throughout|across|of|at) (?:the |my |our )?"
    r"(?:(?:entire|whole) )?(?:home|house|apartment|flat)(?! (?:office|gym|cinema|theat))"
    r"|(?:the|my|our) (?:entire|whole) "
    rf"{_HOUSE}|in(?:side|doors) and out(?:side|doors)?)\b"
)
_AWNING = re.compile(
    r"^(?=.*\bawnings?\b).*?\b(?:(?:roll|wind|put|crank|bring|pull|let|draw)\b.*?\b"
    r"(?P<way>out|in|up|back)\b|(?P<verb>extend|retract)\b)"
)
"""Which way an awning goes: out is open."""
_DRAWN_TO = re.compile(
    r"\b(?:pull|draw|push|swing)\b.+ to(?= (?:in|please|now)\b|\W*$)"
    r"|\b(?:draw|pull)\b(?!.*\b(?:back|open|up|apart|aside)\b).*\b(?:curtain|drape|blind|shade)s?\b"
)
"""To pull something to is to close it, and so it is to draw or to pull the curtains."""
_WATERS = re.compile(
    r"(?:(?:please|can you|could you|now|and|then) )*(?:water|irrigate) (?:the|my|our)\b"
)
_LOCKS_UP = re.compile(rf"\b(?:un)?lock (?:up\b|(?:the|my|our) {_HOUSE}\b|everything\b)")
_ALL = re.compile(r"\b(?:all|every|each|everything|both)\b")


@dataclass(frozen=True, eq=False)
class Heard:
    """One tagged text."""

    text: str
    """In lower case."""
    spans: tuple[Span, ...]
    """In the order of the text; none empty, none outside it."""

    @classmethod
    def of(cls, tagging: Tagging) -> Heard:
        """Sort out a tagging; spans that lie outside the text, or hold nothing, are dropped."""
        size = len(tagging.text)
        spans = [
            Span(span.label, span.start, span.end, tagging.text[span.start : span.end])
            for span in tagging.spans
            if 0 <= span.start < span.end <= size and tagging.text[span.start : span.end].strip()
        ]
        spans.sort(key=lambda span: span.start)
        return cls(tagging.text.lower(), tuple(_rejoined(tagging.text, spans)))

    def labelled(self, *labels: str) -> tuple[Span, ...]:
        """The spans that have one of these labels."""
        return tuple(span for span in self.spans if span.label in labels)

    @cached_property
    def residual(self) -> str:
        """The words that no span covers and that are not the verb, with a bar for each gap."""
        at = 0
        parts = []
        for span in self.spans:
            parts.append(self.text[at : span.start])
            at = max(at, span.end)
        parts.append(self.text[at:])
        rest = " | ".join(part.strip() for part in parts)
        verb = next((word for word in re.findall(r"[^\W_]+", rest) if word in VERBS), None)
        return rest if verb is None else re.sub(rf"\b{verb}\b", "|", rest, count=1)

    @cached_property
    def without_values(self) -> str:
        """The text without the spans that say a value."""
        at = 0
        parts = []
        for span in self.spans:
            if span.label not in WHERE:
                parts.append(self.text[at : span.start])
                at = max(at, span.end)
        return " ".join((*parts, self.text[at:]))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """All words of the text."""
        return tuple(re.findall(r"[^\W_]+", self.text))

    @cached_property
    def verb(self) -> str | None:
        """ "open", "close", "lock", "unlock", "other", or None where no known verb is said."""
        if (awning := _AWNING.search(self.text)) is not None:
            return "open" if awning.group("way") == "out" or awning["verb"] == "extend" else "close"
        if _WATERS.match(self.text) is not None:
            return "open"
        if _DRAWN_TO.search(self.text) is not None:
            return "close"
        for word in self.words:
            if word in PARTICIPLES:
                return PARTICIPLES[word]
        return next((VERBS[word] for word in self.words if word in VERBS), None)

    @cached_property
    def direction(self) -> int:
        """1 for up, -1 for down, 0 where none is said.

        "too loud" and "it's cold" tell it, then the words marked as a step, then any other; the
        last one counts.
        """
        for adverb, word in pairwise(self.words):
            if adverb in _MUCH and word in _TOO:
                return _TOO[word]
        where = {place.start() for place in _UP_HERE.finditer(self.text)}
        steps = [s for s in self.labelled(*_STEPS) if s.start not in where]
        marked = " ".join(span.text.lower() for span in steps).split()
        words = re.findall(r"[^\W_]+", _UP_HERE.sub("", self.text))
        for word in (*reversed(marked), *reversed(words)):
            if word in UP or word in DOWN:
                return 1 if word in UP else -1
        return 0

    @cached_property
    def here(self) -> bool:
        """The place where the speaker is, is said."""
        return HERE.search(self.text) is not None

    @cached_property
    def everywhere(self) -> bool:
        """The whole home is said."""
        return EVERYWHERE.search(self.text) is not None

    @cached_property
    def everything(self) -> bool:
        """ "everything" is said."""
        return "everything" in self.words

    @cached_property
    def locking_up(self) -> bool:
        """ "lock up", "lock the house"."""
        return _LOCKS_UP.search(self.text) is not None

    @cached_property
    def both(self) -> bool:
        """ "both" is said."""
        return "both" in self.words

    @cached_property
    def all(self) -> bool:
        """ "all", "both", "every" or "each" is said."""
        return _ALL.search(self.text) is not None

    def text_from(self, span: Span) -> str:
        """A span and all that follows it, as it was written where the span is."""
        rest = self.text[span.end :].rstrip(" .!?")
        return f"{span.text.strip()}{rest}" if rest.strip() else span.text.strip()

    def joined(self) -> tuple[str, ...]:
        """The words of neighbouring spans about places, kinds and names, taken together."""
        marked = self.labelled("area", "floor", "domain", "device_class", "name")
        return tuple(self.extent(*pair) for pair in pairwise(marked) if self.adjacent(*pair))

    def extent(self, first: Span, last: Span) -> str:
        """The text from one span to another, both included."""
        return self.text[min(first.start, last.start) : max(first.end, last.end)]

    def adjacent(self, one: Span, other: Span) -> bool:
        """Whether nothing but blanks lies between two spans."""
        first, second = (one, other) if one.start <= other.start else (other, one)
        return first.end <= second.start and not self.text[first.end : second.start].strip()


def _rejoined(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """The spans with those made one that a tagger cut in two: "carbon" and "monoxide"."""
    last: Span | None = None
    for span in spans:
        if last is not None:
            between = text[last.end : span.start] if last.end <= span.start else "-"
            if last.label == span.label and last.label in _WHOLE and not between.strip():
                last = Span(last.label, last.start, span.end, text[last.start : span.end])
                continue
            yield last
        last = span
    if last is not None:
        yield last
