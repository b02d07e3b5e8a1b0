"""Several things in one clause: which words of place, kind and name belong together."""

from __future__ import annotations

import re
from collections.abc import Sequence

from edge.nlu.heard import Heard
from edge.types import Span

_HEADS = frozenset({"name", "domain", "device_class"})


def one_name_each(heard: Heard) -> list[Heard]:
    """A question about several names, as one about each."""
    names = heard.labelled("name")
    return [
        Heard(heard.text, tuple(s for s in heard.spans if s is name or s not in names))
        for name in names
    ]


def groups_of(heard: Heard) -> list[Heard]:
    """ "the kitchen blind and the study blind": each with its place and kind, heard alone."""
    parts: list[list[Span]] = []
    about = heard.labelled("name", "area", "floor", "domain", "device_class")
    for span in about:
        between = heard.text[parts[-1][-1].end : span.start] if parts else ""
        if not parts or re.search(r"\band\b|,", between):
            parts.append([])
        parts[-1].append(span)
    placed = [part for part in parts if any(s.label in {"area", "floor"} for s in part)]
    own = any(part[0].label in {"area", "floor"} and len(part) > 1 for part in parts[1:])
    if (len(placed) < 2 and not own) or not all(
        any(s.label in _HEADS for s in part) for part in parts
    ):
        return []
    others = [span for span in heard.spans if span not in about]
    return [
        Heard(heard.text, tuple(sorted((*part, *others), key=lambda s: s.start))) for part in parts
    ]


def is_joined(text: str, span: Span, names: Sequence[Span]) -> bool:
    """Whether "and" or a comma, and no more than an article, joins a span to one of some names."""
    for name in names:
        first, second = sorted((span, name), key=lambda each: each.start)
        if re.fullmatch(r"\s*(?:,|and|, and)\s*(?:the |my |all )*", text[first.end : second.start]):
            return True
    return False
