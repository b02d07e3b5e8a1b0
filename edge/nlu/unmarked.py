"""What an order to switch something names where the tagger marked nothing: "turn off the gizmo".

Where nothing is named, the lights are meant ("kitchen off"). So a word that nobody knows must not
count as none, or any word that was misheard would switch them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from edge.nlu.beginnings import POLITE, VERBS
from edge.nlu.finding import Lexicon
from edge.nlu.request import SWITCHING
from edge.types import Span, Tagging

_VERB = r"(?:turn|switch|shut|put|power|flip|cut|get|toggle)"
_WAY = r"(?:on|off|out)"
_NAME = r"(?P<name>[\w'’-]+(?: [\w'’-]+)?)"
_OF = r"(?:(?:the|my|our|that|those|these|this) )?"
_END = r"(?:[ ,]+(?:please|now|then|again))*\W*"
_ORDERS = tuple(
    re.compile(rf"{POLITE}{order}{_END}", re.IGNORECASE)
    for order in (
        rf"{_VERB} {_WAY} {_OF}{_NAME}",
        rf"{_VERB} {_OF}{_NAME} {_WAY}",
        rf"{_OF}{_NAME} {_WAY}",
    )
)
_NO_NAMES = VERBS | frozenset(
    {
        "on", "off", "out", "up", "down", "in", "back", "over", "to", "at", "of", "for", "with",
        "by", "from", "the", "a", "an", "some", "my", "our", "your", "his", "her", "their",
        "that", "this", "those", "these", "it", "its", "them", "they", "one", "ones", "two",
        "three", "four", "all", "any", "both", "each", "every", "everything", "everyone",
        "anything", "something", "nothing", "half", "rest", "others", "other", "everywhere",
        "here", "there", "outside", "inside", "downstairs", "upstairs", "home", "house", "room",
        "rooms", "place", "please", "now", "then", "again", "too", "not", "no", "never", "only",
        "just", "still", "already", "right", "straight", "so", "and", "or", "but", "i", "we",
        "you", "me", "us", "him", "is", "are", "was", "be", "go", "goes", "going", "come",
        "comes", "light", "lights", "lamp", "lamps", "lighting", "bulb", "bulbs", "bright",
        "dark", "night", "day", "overhead",
    }
)  # fmt: skip
"""Words of orders that are no names of things, but for the lights'."""


def with_unmarked(tagging: Tagging, lexicon: Lexicon) -> Tagging:
    """The tagging with a name where an order switches what nothing marks, and the home knows no
    such thing or kind of thing."""
    if tagging.intent not in SWITCHING or tagging.spans:
        return tagging
    for said in filter(None, (order.fullmatch(tagging.text) for order in _ORDERS)):
        name = said["name"]
        if _NO_NAMES.isdisjoint(re.findall(r"\w+", name.lower())) and lexicon.scan_all(name).rest:
            return replace(tagging, spans=(Span("name", *said.span("name"), name),))
    return tagging


def says_nothing(words: Iterable[str]) -> bool:
    """Whether none of some words, which are lower case, can be a thing's name."""
    return _NO_NAMES.issuperset(words)
