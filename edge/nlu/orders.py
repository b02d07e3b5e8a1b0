"""Whether a text is an order to do one thing now: what looks like one and is not, is not obeyed.

The tagger hears "turn off the lights" in "did you turn off the lights", in "all the lights but the
hall's" and in "don't turn off the lights". Doing what was not asked, or the opposite, is worse than
doing nothing, so such texts are told apart by their words before anything is sought in the home:

1. talk about a deed (a question, a report, a reminder) is no order, and is left alone;
2. an order not to do something is agreed to;
3. what is to wait, to leave something out, or to do several things, is answered with what to say.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from edge.nlu import asking
from edge.nlu.heard import Heard
from edge.nlu.kinds import VERBS
from edge.nlu.slots import TEXT_LABELS
from edge.types import Span, Understanding

_VERB = f"(?:{'|'.join(sorted(VERBS))}|mute|skip|resume|send|vacuum)"
_ANY_VERB = re.compile(rf"\b{_VERB}\b")
_TALK = re.compile(
    r"(?:(?:hey|okay|ok|so|well|and|please|oh) )*(?:"
    r"how (?:do|can|could|would|should|to)\b|did\b|have (?:you|i|we|they)\b|has\b|was\b|were\b"
    r"|should (?:i|we)\b|what (?:happens|if|would)\b|why\b|who\b|is it\b|remind\b"
    r"|do(?: not|n['’]?t) (?:let me )?forget\b"
    r"|i(?: have|['’]ve)?(?: just| already)? (?:turned|switched|opened|closed|locked|unlocked)\b"
    r"|(?:(?:i|we|you|they|he|she)(?: have|['’]ve|['’]s| has)? )?(?:just )?already\b)"
)
"""How talk about a deed begins."""
_STATEMENT = re.compile(
    r"(?:is|are|['’]s|['’]re)(?: all| already| still| now)? "
    r"(?:on|off|open|closed|locked|unlocked)\Z"
)
"""How it ends when a state is told."""
_WISH = re.compile(r"\b(?:sure|want|need|like|see|let|wish|get|have|should)\b")
_NOT = re.compile(
    r"(?<!\bi )(?<!\bwe )(?<!\byou )(?<!\bthey )\b(?:do not|don['’]?t|never)"
    rf"(?: (?:you|ever|please))? (?:{_VERB}|leave|keep|let|adjust)\b"
)
"""Said not to do it: "don't lock the door", but not "we don't open late"."""
_EXCEPT = re.compile(
    r"\b(?:except|excluding|but|other than|apart from|aside from|besides|not (?:the|my|in|on))\b"
)
_LATER = re.compile(r"\b(?:if|when|whenever|unless|until|once)\b")
_LEAVES = re.compile(
    r"^(?:(?:please|just|and|but|okay|nah|no|nope|yeah) )*(?:"
    r"(?:leave|keep) (?:the|my|our|that|it|them)\b.*?"
    r"(?:\bas (?:it|they|that) (?:is|are)|\balone|\bbe)"
    r"|leave (?:the|my|our) [\w'’-]+(?<!on)(?<!off)(?<!open))$"
)
_ANSWERED = {
    _LEAVES: asking.leaving,
    _NOT: asking.leaving,
    _EXCEPT: asking.excepting,
    _LATER: asking.later,
}
_ANOTHER = re.compile(
    rf"(?:\b(?:and|then)\b|[.;,])\s*(?:(?:and|then|also|please|now) )*(?P<verb>{_VERB})\b(?! ?$)"
)
_VALUES = ("brightness", "position", "temperature", "color", "volume_level", "percentage")
_FREE_TEXT = frozenset(
    {"HassMediaSearchAndPlay", "HassListAddItem", "HassListCompleteItem", "HassListRemoveItem"}
)
"""Intents whose words may be anything: a song called "Don't Stop"."""


def no_order(intent: str, heard: Heard) -> Understanding | None:
    """What to make of a text that is no order to do one thing now; None where it is one."""
    if intent in _FREE_TEXT:
        return None
    text = heard.text.strip(" .!?")
    if _TALK.match(text) or _is_statement(text, heard):
        return Understanding()
    for pattern, answer in _ANSWERED.items():
        if pattern.search(text):
            return answer()
    return asking.one_at_a_time() if _is_double(heard) else None


def _is_statement(text: str, heard: Heard) -> bool:
    """ "the kitchen light is on", but not "make sure the kitchen light is on"."""
    told = _STATEMENT.search(text) is not None
    return told and not _WISH.search(text) and heard.verb not in {"open", "close", "other"}


def _is_double(heard: Heard) -> bool:
    """Another verb after "and", or two values for two things."""
    another = _ANOTHER.search(heard.text)
    if (
        another is not None
        and not VERBS.keys().isdisjoint(heard.words)
        and not _inside(another.start("verb"), heard.labelled(*TEXT_LABELS))
        and _ANY_VERB.search(heard.text, 0, another.start())
    ):
        return True
    return any(_joined(heard, heard.labelled(label)) for label in _VALUES)


def _joined(heard: Heard, spans: Sequence[Span]) -> bool:
    return len(spans) > 1 and " and " in heard.text[spans[0].end : spans[-1].start]


def _inside(at: int, spans: Sequence[Span]) -> bool:
    return any(span.start <= at < span.end for span in spans)
