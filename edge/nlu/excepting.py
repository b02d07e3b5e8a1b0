"""What shall be left out: "everything except the kettle", "… but leave the night light on".

`cut` takes the exception off a command's words. `without` takes what it names out of what the
command is about, where it is sought among just those entities: "the lamp" is the one lamp that
would be switched.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from edge.home.graph import Entity
from edge.nlu import asking
from edge.nlu.beginnings import starts_clause
from edge.nlu.calling import so_called
from edge.nlu.choosing import chosen
from edge.nlu.finding import Lexicon
from edge.nlu.found import Wording
from edge.nlu.matching import ENOUGH
from edge.types import Intent, Understanding

_STATE = (
    r"(?:on|off|open|closed|shut|alone|running|lit|up|down|locked|unlocked|playing|as (?:it|they) "
    r"(?:is|are)|how (?:it|they) (?:is|are)|the way (?:it|they) (?:is|are))"
)
_BUT = r"(?:[\s,]*\b(?:and|but|just|only|please)\b)*[\s,]*"
_EXCEPT = (
    r"(?:with the exception of|except(?:ing)?(?: for)?|excluding|bar(?= (?:the|my|our)\b)"
    r"|apart from|aside from|other than|besides|save for)"
)
_LEFT = re.compile(
    rf"^(?P<main>.+?){_BUT}\b(?:leave|keep)\s+(?P<out>.+?)\s+{_STATE}(?:\s+(?:please|though))?$"
)
_STAYS = re.compile(
    r"^(?P<main>.+)(?<!\bin)(?<!\bon)(?<!\bat)(?<!\bby)[\s,]+(?:(?:and|but|only|just) )*"
    r"(?P<out>(?:the|my|that|this) (?:(?!\b(?:the|my)\b).)+?(?: (?:in|on|at|by) (?:the|my) \w+)?) "
    r"(?:can|may|should|must|has to|have to|needs to) "
    rf"(?:stay|remain|be left)(?: {_STATE})?(?:\s+(?:please|though))?$"
)
_LEFT_ALONE = re.compile(
    rf"^(?P<main>.+?){_BUT}\b(?:and|but)\s+(?:just\s+)?leave\s+(?:(?:me|us|him|her|them)\s+)?"
    r"(?P<out>(?:the|my) .+?)(?:\s+please)?$"
)
_OUT = re.compile(
    rf"^(?P<main>.+?){_BUT}\b(?:{_EXCEPT}|(?<=but )not|not(?= (?:the|my|in|on|those|any)\b))\s+"
    r"(?P<out>.+?)(?P<end>\s+(?:on|off|open|closed|shut|up|down))?(?:\s+please)?$"
)
_FIRST = re.compile(
    rf"^{_EXCEPT}\s+(?P<out>.+?)(?:\s*,\s*|\s+)(?P<main>(?:turn|switch|shut|close|open|lock|unlock"
    rf"|mute|pause|raise|lower|dim|set|put|everything|all)\b.+)$"
)
_BARE_BUT = re.compile(
    r"^(?P<main>.*\b(?:all|every|everything|everywhere)\b.*?)[\s,]+but\s+(?P<out>.+)$"
)
_ELSE = re.compile(
    rf"^(?:leave|keep)\s+(?P<out>.+?)\s+{_STATE}{_BUT}\s+(?P<main>.+\b(?:else|other|others"
    rf"|rest)\b.*)$"
)
_ASKS = re.compile(
    r"(?:did|do|does|have|has|is|are|was|were|what|which|who|how|when|where|why|should|can i)\b"
)
_REST = re.compile(r"\b(?:everything|all) else\b|\ball (?:of )?the (?:rest|others)\b|\bthe rest\b")
_JOINED = re.compile(r"(?:[\s,]+(?:and|but|only|just))+$")
_EXCEPTS = re.compile(
    r"\b(?:but (?:not?|just not|never) (?:the|my|in|on|that|this|those)|just not|apart from"
    r"|except(?:ing)?)\b",
    re.IGNORECASE,
)
_AND = re.compile(r"\s*,\s*(?:and |or )?|\s+(?:and|or|nor)\s+(?:the |my )?")


def cut(text: str) -> tuple[str, str | None]:
    """A command without its exception, and the words for what is left out; None for no exception.

    Letters are taken as they are; punctuation at the end goes.
    """
    plain = text.strip(" .!?")
    for pattern in (_ELSE, _FIRST, _LEFT, _STAYS, _LEFT_ALONE, _OUT, _BARE_BUT):
        match = pattern.match(plain.lower())
        if match is None:
            continue
        out = match.group("out")
        if starts_clause(out) or not _is_order(match.group("main")):
            continue
        main = _words(plain, match, "main")
        if pattern is _OUT and match.group("end") and not re.search(r"\b(?:on|off)\b", main):
            main += match.group("end")
        return _REST.sub("everything", main), out
    return text, None


def is_missed(text: str, meant: Understanding) -> bool:
    """Whether a text leaves something out of several things, and what is meant leaves out nothing:
    "turn everything off yeah but not the fan I need that"."""
    several = any(len(intent.targets) > 1 and intent.source != "need" for intent in meant.intents)
    cut_off = any("except" in intent.slots for intent in meant.intents)
    return several and not cut_off and _EXCEPTS.search(text) is not None


def _words(text: str, match: re.Match[str], group: str) -> str:
    return _JOINED.sub("", text[match.start(group) : match.end(group)]).strip(" ,")


def _is_order(text: str) -> bool:
    """Whether a text orders something: "close the shutters", "everything off"."""
    if len(text.split()) < 2 or _ASKS.match(text):
        return False
    return starts_clause(text) or re.search(r"\b(?:on|off|out|open|closed)\b", text) is not None


def without(understanding: Understanding, out: str, lexicon: Lexicon) -> Understanding:
    """What is meant, without what some words name. Asks where they name none of it."""
    targets = [target for intent in understanding.intents for target in intent.targets]
    meant = [e for e in map(lexicon.home.entity, dict.fromkeys(targets)) if e is not None]
    if understanding.question is not None or not meant:
        return understanding
    left_out: list[Entity] = []
    for part in filter(None, map(str.strip, _AND.split(out))):
        found = _named(part, meant, lexicon)
        if not found and not _is_known(part, lexicon):
            return asking.unknown(part)
        left_out.extend(found)
    ids = {entity.id for entity in left_out}
    intents = [_less(intent, ids, left_out) for intent in understanding.intents]
    kept = tuple(intent for intent in intents if intent.targets)
    return replace(understanding, intents=kept) if kept else asking.nothing_left()


def _is_known(part: str, lexicon: Lexicon) -> bool:
    """Whether some words name anything of the home, which may be left out of what it is not in."""
    bare = re.sub(r"\s*\bones?$", "", part)
    if lexicon.scan_all(part).whole or any(
        score >= ENOUGH for _, score in lexicon.ranked(bare)[:1]
    ):
        return True
    for place, rest in lexicon.split_place(part):
        named = lexicon.named((Wording(rest),), (place,), lambda _: True, lambda _: True, None)
        if named.entities:
            return True
    return False


def _less(intent: Intent, ids: set[str], left_out: Sequence[Entity]) -> Intent:
    targets = tuple(target for target in intent.targets if target not in ids)
    if targets == intent.targets:
        return intent
    names = ", ".join(entity.name for entity in left_out if entity.id in intent.targets)
    return replace(intent, targets=targets, slots={**intent.slots, "except": names})


def _named(part: str, meant: Sequence[Entity], lexicon: Lexicon) -> tuple[Entity, ...]:
    """The entities among those meant that some words name: by name, by place, or by kind."""
    ids = {entity.id for entity in meant}
    bare = re.sub(r"^(?:the |my )?(?:one|ones)\b(?: (?:in|on|at))?", "", part).strip() or part
    bare = re.sub(r"^(?:in|on|at) ", "", bare)
    scan = lexicon.scan(bare, lambda entity: entity.id in ids)
    if scan.entities and not scan.rest:
        return tuple(e for name in scan.entities for e in _by_name(name, ids, lexicon))
    if (scan.places or scan.nouns) and not scan.rest:
        inside = [e for e in meant if lexicon.inside_any(e, scan.places)]
        if scan.nouns:
            of_kind = tuple(e for e in inside if any(lexicon.is_of(e, n.kind) for n in scan.nouns))
            called = (so_called(noun.text, of_kind) for noun in scan.nouns)
            ids = {entity.id for one in called for entity in one}
            return tuple(entity for entity in of_kind if entity.id in ids)
        return tuple(inside)
    return _by_name(bare, ids, lexicon) or chosen(part, meant, lexicon.home)


def _by_name(name: str, ids: set[str], lexicon: Lexicon) -> tuple[Entity, ...]:
    named = lexicon.named((Wording(name),), (), lambda e: e.id in ids, lambda _: True, None)
    return named.entities
