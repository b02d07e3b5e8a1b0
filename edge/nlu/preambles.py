"""What is said before a command, and tells where or of what it is.

"It's stuffy in the bedroom, get the fan going"; "both locks: lock!"; "in the kitchen turn off the
radio and close the blind".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from edge.home.graph import Entity
from edge.nlu.beginnings import is_verb, says_why, starts_clause
from edge.nlu.finding import Lexicon
from edge.nlu.kinds import RUN_BY_NAME
from edge.nlu.matching import ENOUGH
from edge.types import Understanding

_TOPIC = re.compile(r"^(?P<topic>[^:,.;!?]{2,40}):\s+(?P<rest>\S.*)$")
_IN_PLACE = re.compile(
    r"(?:(?:and|then|now) )*(?:in|on|at) (?P<place>(?:the|my|our) [\w']+(?: [\w']+)?)",
    re.IGNORECASE,
)
_BLAMES = re.compile(
    r"(?:who|why) (?:left|turned|put|are|is|did)\b.*\b(?:on|off|open|closed)\b", re.IGNORECASE
)
"""A question that is none: "who left all the lights on? Turn them off"."""
_OF_SOMEONE = re.compile(r"(?:(?:the|my|our) )?\w+['’]s \w+", re.IGNORECASE)
"""How a clause begins that may tell a fact: "Ella's cold", "the sun's right in my eyes"."""
_SAYS_STATE = re.compile(
    r"\b(?:on|off|open|closed|shut|locked|unlocked|up|down)\b(?! (?:the|my|our)\b)|\d"
)


@dataclass(frozen=True, slots=True)
class Preamble:
    """What a preamble is about."""

    area: str | None
    """The id of its only area."""
    entities: tuple[Entity, ...]


def is_preamble(text: str, meant: Understanding, parts: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether the first clause only says why, or of what: "I'm off to bed", "the arc lamp"."""
    starts = starts_clause(text) and not says_why(text) and _BLAMES.match(text) is None
    if len(parts) < 2 or starts:
        return False
    if text.endswith(":") or _BLAMES.match(text) is not None:
        return True
    acts = any(intent.targets for intent in meant.intents)
    if not starts_clause(parts[1]):
        nothing = not (meant.intents or meant.question) and not _SAYS_STATE.search(text)
        return not acts and (says_why(text) or nothing or _OF_SOMEONE.match(text) is not None)
    targets = [target for intent in meant.intents for target in intent.targets]
    if targets and all(t.partition(".")[0] in RUN_BY_NAME for t in targets):
        return False
    reason = (says_why(text) and "," not in text) or (
        not acts and _OF_SOMEONE.match(text) is not None
    )
    idle = not meant.intents and meant.question is None and not _SAYS_STATE.search(text)
    scan = lexicon.scan_all(text)
    topic = not scan.rest and not _SAYS_STATE.search(text)
    return reason or topic or idle


def preamble_of(text: str, lexicon: Lexicon) -> Preamble:
    """The place and the things that a preamble names; a kind only with its place."""
    scan = lexicon.scan_all(text)
    named = tuple(e for name in scan.entities for e in lexicon.called(name))
    if not named and (scan.places or _BLAMES.match(text) is not None):
        domains = {noun.kind.domain for noun in scan.nouns if noun.kind.domain is not None}
        named = tuple(e for d in domains for e in lexicon.of_kind(d, None, scan.places))
    areas = {place.area.id for place in scan.places if place.area is not None}
    areas = areas or {area.id for area in lexicon.areas_headed(text)}
    return Preamble(areas.pop() if len(areas) == 1 else None, named)


def place_first(text: str, lexicon: Lexicon) -> str | None:
    """The id of the area that a clause begins with: "in the kitchen turn off the radio"."""
    said = _IN_PLACE.match(text)
    scan = lexicon.scan(said.group("place")) if said is not None else None
    area = scan.places[0].area if scan is not None and len(scan.places) == 1 else None
    return area.id if area is not None else None


def with_topic(text: str, lexicon: Lexicon) -> str:
    """A text that names what it is about before a colon, as a sentence: "both locks: lock!"."""
    said = _TOPIC.match(text)
    if said is None:
        return text
    topic, rest = said.group("topic"), said.group("rest")
    known = lexicon.scan_all(topic).whole or any(
        lexicon.ranked(part)[:1] and lexicon.ranked(part)[0][1] >= ENOUGH
        for part in (topic, *(rest for _, rest in lexicon.split_place(topic)))
    )
    if not known:
        return text
    lists = [e for e in lexicon.called(topic) if e.domain == "todo"]
    if lists and not starts_clause(rest):
        return f"add {rest.rstrip(' .!')} to the {topic} list"
    return f"{rest.rstrip(' .!')} {topic}" if is_verb(rest.strip(" .!")) else f"{topic} {rest}"
