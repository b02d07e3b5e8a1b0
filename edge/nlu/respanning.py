"""Spans that agree with the home: where a tagger, which knows no names, cut a name in two.

"Sonos [Move]", "bedside lamp [two]", "[Rosie out]": what is word for word the name of an entity, an
area or a floor is marked as a whole, and nothing else is marked with it. Free text is left alone,
and so are words of place and kind that mean the same either way ("kitchen light").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from edge.nlu.beginnings import is_verb
from edge.nlu.finding import Lexicon
from edge.nlu.matching import is_plural, normalised, singular
from edge.nlu.slots import TEXT_LABELS
from edge.types import Span, Tagging

_WORD = re.compile(r"[^\W_]+(?:['’]s\b)?")
_ON_OR_OFF = re.compile(r" (?:on|off)\b", re.IGNORECASE)
_PLACES = frozenset({"area", "floor"})
_KINDS = frozenset({"domain", "device_class"})
_KEPT = frozenset(TEXT_LABELS) - {"search_query"}
_PARTICLES = frozenset({"out", "up", "down", "back", "over", "off", "on", "to", "in", "the"})


def respanned(tagging: Tagging, lexicon: Lexicon) -> Tagging:
    """The tagging with the names of the home as its spans."""
    spans = _without_verb(_in_whole_words(tagging), lexicon)
    for name in _names(tagging.text, lexicon):
        spans = _fitted(tagging.text, spans, name, lexicon)
    return Tagging(tagging.text, tagging.intent, tagging.confidence, tuple(spans))


def _in_whole_words(tagging: Tagging) -> Tagging:
    """The tagging with no span that ends within a word: "[L20]" for "[L][20]"."""
    spans: list[Span] = []
    for span in sorted(tagging.spans, key=lambda span: span.start):
        start, end = span.start, span.end
        while 0 < start < len(tagging.text) and tagging.text[start - 1 : start + 1].isalnum():
            start -= 1
        while 0 < end < len(tagging.text) and tagging.text[end - 1 : end + 1].isalnum():
            end += 1
        if spans and start < spans[-1].end:
            continue
        spans.append(Span(span.label, start, end, tagging.text[start:end]))
    return Tagging(tagging.text, tagging.intent, tagging.confidence, tuple(spans))


def _names(text: str, lexicon: Lexicon) -> Iterator[Span]:
    """The names in a text, the longest where they overlap."""
    tokens = list(_WORD.finditer(text))
    words = tuple(singular(normalised(token.group())) for token in tokens)
    at = 0
    while at < len(tokens):
        found = lexicon.name_at(words, at)
        if found is None:
            at += 1
            continue
        after, label = found
        start, end = tokens[at].start(), tokens[after - 1].end()
        yield Span(label, start, end, text[start:end])
        at = after


def _fitted(text: str, spans: Sequence[Span], name: Span, lexicon: Lexicon) -> list[Span]:
    met = [span for span in spans if span.start < name.end and name.start < span.end]
    kept = [span for span in spans if span not in met]
    if not _is_better(met, name, lexicon):
        return list(spans)
    left = [
        _stripped(Span(span.label, name.end, span.end, text[name.end : span.end]))
        for span in met
        if span.end > name.end and span.label not in {"name", *_PLACES, *_KINDS}
    ]
    left = [span for span in left if re.search(r"\w", span.text)]
    return sorted((*kept, name, *left), key=lambda span: span.start)


def _stripped(span: Span) -> Span:
    start = span.end - len(span.text.lstrip())
    return Span(span.label, start, span.end, span.text.lstrip())


def _is_better(met: Sequence[Span], name: Span, lexicon: Lexicon) -> bool:
    """Whether a name is to stand for the spans that it meets."""
    labels = {span.label for span in met}
    lone = len(name.text.split()) < 2 and len(met) > 1
    if not met or lone or labels & _KEPT:
        return False
    whole = next((s for s in met if s.start <= name.start and name.end <= s.end), None)
    if whole is not None:
        rest = f"{whole.text[: name.start - whole.start]} {whole.text[name.end - whole.start :]}"
        words = rest.lower().split()
        return whole.label == "name" == name.label and len(words) > 0 and _is_bare(words)
    if name.label != "name":
        return "name" in labels and not labels - {"name", *_PLACES}
    if labels <= _KINDS and len(met) == 1:
        return name.start < met[0].start and not lexicon.scan(name.text).places
    several = is_plural(name.text) and not _is_written(name.text, lexicon)
    fits = len(met) > 1 and _has_more(name, met) if labels <= {*_PLACES, *_KINDS} else True
    return fits and not several and ("state" not in labels or "name" in labels)


def _has_more(name: Span, met: Sequence[Span]) -> bool:
    """Whether a name has words that none of some spans in it has."""
    rest = name.text
    for span in met:
        rest = rest.replace(span.text, " ", 1)
    return re.search(r"\w", rest) is not None


def _is_bare(words: Sequence[str]) -> bool:
    return _PARTICLES.issuperset(words)


def _is_written(name: str, lexicon: Lexicon) -> bool:
    said = normalised(name)
    return any(said == normalised(n) for e in lexicon.called(name) for n in (e.name, *e.aliases))


def _switches(text: str, span: Span) -> bool:
    """Whether a kind of thing is a verb: "switch off", but not "the switch off"."""
    before = text[: span.start].lower().split()[-1:]
    return (
        span.label == "domain"
        and span.text.lower() == "switch"
        and before in ([], ["do"], ["please"], ["you"], ["to"], ["and"], ["then"], ["just"])
        and _ON_OR_OFF.match(text, span.end) is not None
    )


def _is_particle(span: Span, lexicon: Lexicon) -> bool:
    is_name = span.label == "name" and span.text.lower() in _PARTICLES
    return is_name and not lexicon.called(span.text)


def _without_verb(tagging: Tagging, lexicon: Lexicon) -> list[Span]:
    """The spans but for a verb and a particle: "[bump] the lamp up", "do [switch] off every light",
    "[back] down a bit"."""
    spans = [
        span
        for span in tagging.spans
        if not _switches(tagging.text, span) and not _is_particle(span, lexicon)
    ]
    first = spans[0] if spans else None
    if (
        first is None
        or first.label not in {"name", *_PLACES}
        or tagging.text[: first.start].strip()
    ):
        return spans
    named = lexicon.scan_all(first.text).whole or lexicon.place(first.text) is not None
    return spans[1:] if is_verb(first.text) and not named else spans
