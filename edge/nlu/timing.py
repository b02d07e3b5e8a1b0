"""When and for how long: "at seven", "for ten minutes", "when the washing machine is done".

`cut` takes such words off a command and gives them as slots that a skill can act on:

- `at`: the moment, local, as ISO 8601 ("2026-11-25T19:00");
- `duration`: for how long, in seconds;
- `when`: the condition, in the words that were said.

A number that the command cannot do without is no time: "set the volume at seven". Delays ("in ten
minutes") are Home Assistant's timers, which the tagger knows, and stay.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from edge.nlu.durations import find_duration
from edge.nlu.moments import find_moment
from edge.nlu.numbers import words
from edge.types import SlotValue

SLOTS = frozenset({"at", "duration", "when"})
"""The slots that say when to act, and for how long."""
_CONDITION = r"(?:as soon as|whenever|when|once|if|unless|until|till|after|before|while|every time)"
_LAST = re.compile(rf"^(?P<main>.+?)[\s,]+(?P<when>{_CONDITION}\s+\S.*)$", re.IGNORECASE)
_FIRST = re.compile(
    rf"^(?P<when>{_CONDITION}\s+.+?)\s*,\s*(?:then\s+)?(?P<main>\S.*)$", re.IGNORECASE
)
_SAYS = re.compile(
    r"\b(?:is|are|has|have|was|were|i|we|he|she|it|they|gets?|goes|comes?|leaves?|opens?|closes?|"
    r"rings?|starts?|stops?|ends?|finish(?:es)?|arrives?|drops?|rises?|falls?|sunset|sunrise|dark|"
    r"dawn|dusk|noon|midnight|dinner|lunch|breakfast|work|school|bed|bedtime|further notice)\b",
    re.IGNORECASE,
)
_PART = r"(?: (?:morning|afternoon|evening|night))?"
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_VAGUE = re.compile(
    rf"\b(?:every (?:single )?(?:day|morning|afternoon|evening|night|hour|week|weekday|weekend"
    rf"|{_WEEKDAY}){_PART}"
    rf"|at (?:sunset|sunrise|dusk|dawn|bedtime|dinner ?time|night)|tomorrow{_PART}"
    rf"|later(?: on)?(?: today)?"
    rf"|(?:on |next |this )?{_WEEKDAY}s?{_PART}|this (?:morning|afternoon|evening)|tonight)\b",
    re.IGNORECASE,
)
_FOR = re.compile(r"\bfor\s+", re.IGNORECASE)
_TIMED = re.compile(
    r"\b(?:at|by|from|around|about|tonight|tomorrow|today|on (?:mon|tues|wednes|thurs|fri|satur"
    r"|sun)day"
    r"|this (?:morning|afternoon|evening)|in the (?:morning|afternoon|evening)|noon|midnight"
    r"|o['’]?clock|[ap]\.?m)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Timed:
    """A command without its time, and the time as slots."""

    text: str
    slots: dict[str, SlotValue] = field(default_factory=dict)


def cut(text: str, now: datetime) -> Timed:
    """The command without when and for how long; no slots where nothing of the kind is said."""
    plain = text.strip(" .!?")
    conditional = _conditional(plain) or _vaguely(plain)
    if conditional is not None:
        return conditional
    lasting = _lasting(plain)
    timed = _at(lasting.text if lasting else plain, now)
    if timed is None:
        return lasting or Timed(text)
    return Timed(timed.text, {**timed.slots, **(lasting.slots if lasting else {})})


def _conditional(text: str) -> Timed | None:
    for pattern in (_FIRST, _LAST):
        match = pattern.match(text)
        if match is not None and _SAYS.search(match.group("when")):
            return Timed(match.group("main").strip(), {"when": match.group("when").lower()})
    return None


def _vaguely(text: str) -> Timed | None:
    """ "every morning", "at sunset", "tomorrow evening": a time that is no moment."""
    match = _VAGUE.search(text)
    if match is None or re.search(r"\bat (?:\d|half|quarter|\w+ (?:o['’]?clock|[ap]m))", text):
        return None
    main = " ".join(f"{text[: match.start()]} {text[match.end() :]}".split()).strip(" ,")
    return Timed(main, {"when": match.group().lower()}) if len(main.split()) > 1 else None


def _lasting(text: str) -> Timed | None:
    """ "for ten minutes", at the end or before the command."""
    for match in _FOR.finditer(text):
        rest = text[match.end() :]
        found = find_duration(rest)
        if found is None or found.first:
            continue
        tokens = words(rest)
        span = _extent(rest, tokens[: found.after])
        if span is None:
            continue
        main = f"{text[: match.start()]} {rest[span[1] :]}".strip(" ,")
        if main:
            return Timed(" ".join(main.split()), {"duration": found.seconds})
    return None


def _at(text: str, now: datetime) -> Timed | None:
    if _TIMED.search(text) is None:
        return None
    found = find_moment(text, now)
    if found is None:
        return None
    tokens = words(text)
    rest = text
    ranges = [(found.first, found.after), *([found.apart] if found.apart else [])]
    for first, after in sorted(ranges, reverse=True):
        span = _extent(rest, tokens[first:after], before=tokens[:first])
        if span is None:
            return None
        rest = f"{rest[: span[0]]} {rest[span[1] :]}"
    main = re.sub(r"\b(?:at|on|by|from|around|about)\s*$", "", " ".join(rest.split())).strip(" ,")
    if len(words(main)) < 2:
        return None
    return Timed(main, {"at": found.moment.isoformat(timespec="minutes")})


def _extent(text: str, tokens: Sequence[str], before: Sequence[str] = ()) -> tuple[int, int] | None:
    """Where some of a text's words stand in it, after those `before` them."""
    at = 0
    for count, token in enumerate((*before, *tokens)):
        found = text.lower().find(token, at)
        if found < 0:
            return None
        if count == len(before):
            begin = found
        at = found + len(token)
    return (begin, at) if tokens else None
