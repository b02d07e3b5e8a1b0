"""What a few words mean after something else was said: "and the bedroom", "a bit more", "no, the
floor lamp".

A fragment is told by its words alone. It says another thing, another end state or value, a step,
or the same again; and it may correct ("no, …") instead of adding. What makes a whole sentence of it
is `edge.nlu.rewriting`. Full sentences are no fragments, but may begin with a correction.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from edge.home.colors import COLORS
from edge.nlu.beginnings import starts_clause
from edge.nlu.numbers import find_number_in, words
from edge.nlu.values import parse_percent

Kind = Literal[
    "thing", "said", "state", "value", "color", "step", "again", "other", "not", "sentence"
]
STATES = {
    "on": "on", "off": "off", "open": "open", "closed": "close", "close": "close", "shut": "close",
    "lock": "lock", "locked": "lock", "unlock": "unlock", "unlocked": "unlock", "out": "off",
}  # fmt: skip
"""What is said → the verb (or particle) that brings it about."""
_SMALL = r"(?:(?:just )?a (?:little |tiny )?(?:bit|little|touch|tad|notch)|slightly|somewhat)"
_LARGE = r"(?:a (?:whole )?lot|much|far|way|loads)"
_UPWARD = (
    "more", "brighter", "lighter", "louder", "higher", "warmer", "hotter", "faster", "up",
    "further",
    "stronger",
)  # fmt: skip
_DOWNWARD = (
    "less", "darker", "dimmer", "quieter", "softer", "lower", "cooler", "colder", "slower", "down",
)  # fmt: skip
_TOO = {
    **dict.fromkeys(("dark", "dim", "quiet", "low", "cold", "cool", "slow", "chilly"), 1),
    **dict.fromkeys(("bright", "light", "loud", "high", "hot", "warm", "fast"), -1),
}
_DIMENSION = {
    **dict.fromkeys(
        ("brighter", "darker", "dimmer", "dark", "dim", "bright", "lighter"), "brightness"
    ),
    **dict.fromkeys(("louder", "quieter", "softer", "quiet", "loud"), "volume"),
    **dict.fromkeys(
        ("warmer", "hotter", "cooler", "colder", "cold", "hot", "warm", "cool", "chilly"),
        "temperature",
    ),
    **dict.fromkeys(("faster", "slower", "fast", "slow"), "speed"),
}
_STEP = re.compile(
    rf"(?:(?:make it|make them|turn it|turn them|go|still|even|it['’]?s|that['’]?s|that is"
    rf"|they['’]?re|a) )*(?:(?P<amount>{_SMALL}|{_LARGE}) )?"
    rf"(?P<word>{'|'.join((*_UPWARD, *_DOWNWARD))})(?: (?P<after>{_SMALL}|{_LARGE}|again|still"
    rf"|than that))*(?: than that)?"
)
_TOO_MUCH = re.compile(
    rf"(?:(?:it['’]?s|it is|that['’]?s|that is|they['’]?re|they are|now it['’]?s) )?(?:still "
    rf"|now |a bit |a little |way |much |far )*too (?P<word>{'|'.join(_TOO)})(?: now| still)?"
)
_BETTER = re.compile(
    r"(?:(?:hmm|mm|maybe|perhaps|i think)[\s,]+)*(?P<rest>.+?) (?:is|would be|looks|might be) "
    r"(?:better|nicer|prettier|good)(?: though)?"
)
_NUMBER = r"(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|fifteen|twenty|half a)"
_UNIT = r"(?:degrees?|percent|%|notch(?:es)?)"
_MEASURED = re.compile(
    rf"(?:by )?(?:(?P<more>another|(?P<number>{_NUMBER})(?: more)?) (?P<unit>{_UNIT})"
    rf"|(?P<only>{_NUMBER}) more)"
    rf"(?: (?P<word>{'|'.join((*_UPWARD, *_DOWNWARD))}))?"
)
_ALL_THE_WAY = re.compile(
    r"(?:all the way|fully|completely) (?P<way>up|down|open|closed|shut|on|off)"
)
_WAYS = {"up": "open", "down": "close"}
_LESS_SO = re.compile(
    rf"(?:but |just )?(?:not|less) (?:(?:so|as|quite|that|quite so"
    rf"|quite as) )?(?P<word>{'|'.join(_TOO)})"
)
_NOT_ENOUGH = re.compile(r"(?:(?:it['’]?s|that['’]?s|still) )*not (?P<word>\w+ )?enough(?: yet)?")
_SMALL_ONLY = re.compile(rf"(?:{_SMALL})")
_EXCLAIMED = re.compile(
    r"^(?:(?:whoa|ooh|ouch|oh)[\s,]+)?(?:that['’]?s|it['’]?s|that is) (?:way |far |much )?too "
    r"(?:much|little|loud|bright|dark|quiet|hot|cold|high|low)[\s,]+"
    r"(?=(?:make|set|turn|put) (?:it|that)\b)"
)
_BUT_NOT = re.compile(
    r"(?:but |just )?(?:not|except(?: for)?|apart from|without) (?P<thing>(?:the|my|our) [\w' ]+)"
)
"""What is taken out of what was just done: "but not the night light"."""
_FILLED = re.compile(
    r"^(?:(?:okay|ok|hey|um|uh|well|so|oh|please|yes|yeah|right|good|great|perfect|lovely|nice|ugh"
    r"|hmm|ah|thanks|thank you|cool)[\s,]+)+(?=\w)"
)
"""Words before what is said."""
_CORRECTS = re.compile(
    r"(?:(?:no|nope|nah|sorry|wait|actually|oops|oh no|oh|not that(?: one)?|wrong (?:one|room"
    r"|light|lamp)|"
    r"i meant(?: to say)?|i mean|i said|i wanted|rather|make that(?! (?:one|lamp|light)\b)"
    r"|that['’]?s (?:wrong|not (?:it|right|the one|what i meant))|"
    r"not (?:the |in the |that )[\w ]+?(?: but|(?=,))|hang on|hold on)\b[\s,.!]*)+"
)
_STEPS = re.compile(rf"\b(?:{'|'.join((*_UPWARD, *_DOWNWARD))})\b")
_NOT_LAST = re.compile(r",? not (?:the|my|in|on) [\w' ]+$")
"""What was not meant, after what was: "the coffee maker, not the kettle"."""
_MEANT = re.compile(r"(?:[\w']+[\s,]+){1,6}?(?=i meant (?:to say )?(?:the|my|in|on) )")
"""What is said before "I meant the kettle"."""
_NOT_BUT = re.compile(
    r"not (?:the|in the|on the) (?P<not>[\w' ]+?)[\s,]+(?:but )?(?P<rest>(?:in )?the [\w' ]+)$"
)
_JUST = re.compile(r"(?:just|only) (?=the|in|my)")
_ADDS = re.compile(
    r"(?:(?:and|also|plus|now do|do(?= (?:the|my)\b)|now|then|what about|how about|"
    r"same (?:thing )?(?:for|in|with|goes for)|"
    r"the same (?:for|in|with|goes for)|do the same (?:for|in|with|to)|ditto(?: for)?"
    r"|likewise(?: for| in)?|as well as|so does|"
    r"as does|oh and|and now|as for|let['’]?s do)\b[\s,]*)+"
)
_TAIL = re.compile(
    r"[\s,]*\b(?:too|as well|also|please|instead|rather|thanks|thank you|i mean|i meant|i said"
    r"|of course|though|for me|then|next|now|sorry|oops|silly me)$"
)
_AGAIN = re.compile(
    r"(?:(?:and |do |please |now |just )*(?:(?:that|it|this|the same(?: thing)?) )?(?:again"
    r"|once more|one more time|another time|once again)"
    r"|repeat(?: that| it| the last (?:one|command|thing))?|same again|(?:one"
    r"|another) more(?: time)?)"
)
_OTHER = re.compile(
    r"(?:the )?other (?:one|light|lamp|shutter|blind|door|fan|curtain|speaker|side)|the other"
)
_STATE = re.compile(
    rf"(?:(?:back|turn|switch|turned|switched|all|them|it|that|and|then"
    rf"|now) )*(?P<state>{'|'.join(STATES)})(?: (?:again|back|it|them|that|please))*"
)
_VALUE = re.compile(
    r"(?:(?:set|put|make|turn|change|dim|bring|take) (?:it|them|that|both) )?(?:(?:both|them"
    r"|all of them|all) )?"
    r"(?:(?:up|down|back) to|to|at|by|on|just|only|about|i said|make it|say) *(?=\S)|"
)
_TO_WHAT = re.compile(r"^(?:in|on(?! (?:in|at|on|upstairs|downstairs)\b)|at|for|to) ")
_ENDS = re.compile(rf"\b(?:{'|'.join(STATES)}|up|down)\b")
"""Words that tell an end state, so that a thing with one is a command of its own."""
_WHITES = frozenset({"warm", "cool", "cold", "neutral", "soft", "white", "daylight", "candlelight"})
_REFERS = re.compile(r"^(?:to|at|make it|set it)\s+")


@dataclass(frozen=True, slots=True)
class Fragment:
    """A few words, told apart."""

    kind: Kind
    text: str
    """The words that say it: the thing, the state, the value; for "said" a thing with its end
    state, for "sentence" the whole of it."""
    corrects: bool = False
    """What was done before is to be taken back."""
    direction: int = 0
    """Of a step: 1 up, -1 down, 0 as before."""
    dimension: str | None = None
    """Of a step: "brightness", "volume", "temperature" or "speed", where the words tell."""
    adds: bool = False
    """It says that it goes on: "and the bedroom", "what about …", "… too"."""
    every: bool = True
    """It is about all that was spoken of, and not just "it"."""


def fragment_of(text: str) -> Fragment | None:
    """The fragment that a text is or may be; a thing is one only if the home has it. None: a full
    sentence that stands for itself, or nothing at all."""
    plain = " ".join(re.sub(r"[.!?]+", " ", text.lower().replace("’", "'")).split()).strip(" ,")
    plain = _EXCLAIMED.sub("", _FILLED.sub("", plain))
    plain, corrects = _uncorrected(plain)
    rest = plain
    if re.search(r"\b(?:instead|i meant?|rather)$", rest):
        corrects = True
    while (tail := _TAIL.search(rest)) is not None and tail.start():
        rest = rest[: tail.start()].strip(" ,")
    lead = _ADDS.match(rest)
    if lead is not None and lead.end() < len(rest):
        rest = rest[lead.end() :]
    adds = lead is not None or re.search(r"\b(?:too|as well|also)$", plain) is not None
    if not rest:
        return None
    if (match := _BETTER.fullmatch(rest)) is not None:
        corrects, rest = True, match.group("rest")
    if (match := _BUT_NOT.fullmatch(plain)) is not None:
        return Fragment("not", match.group("thing"))
    found = _without_thing(rest)
    if found is not None:
        every = re.search(r"\bit\b", rest) is None
        return replace(found, corrects=corrects, every=every)
    if starts_clause(rest) and not _REFERS.match(rest):
        return Fragment("sentence", rest, corrects=True) if corrects else None
    if _ENDS.search(_TO_WHAT.sub("", rest)):
        return Fragment("said", rest, corrects, adds=adds) if adds or corrects else None
    return Fragment("thing", rest, corrects, adds=adds)


def _uncorrected(plain: str) -> tuple[str, bool]:
    """A text without what says that it corrects, and whether there was such a thing."""
    corrects = False
    if not starts_clause(plain):
        plain = _MEANT.sub("", plain, count=1)
    if (match := _NOT_BUT.match(plain)) is not None:
        corrects, plain = True, match.group("rest")
    elif (match := _CORRECTS.match(plain)) is not None and match.end():
        goes_on = match.group().strip() == "make that" and _STEPS.search(plain) is not None
        corrects, plain = not goes_on, plain[match.end() :]
        plain = _NOT_LAST.sub("", plain)
        if (match := _NOT_BUT.match(plain)) is not None:
            plain = match.group("rest")
    if (match := _JUST.match(plain)) is not None:
        corrects, plain = True, plain[match.end() :]
    return plain, corrects


def _without_thing(rest: str) -> Fragment | None:
    """A fragment that names no thing."""
    for pattern, read in _READERS:
        match = pattern.fullmatch(rest)
        if match is not None and (pattern is not _MEASURED or _is_step(match)):
            return read(match)
    value = _value(rest)
    return Fragment(*value) if value is not None else None


def _too_much(match: re.Match[str]) -> Fragment:
    """ "too bright", "not so loud"."""
    word = match.group("word")
    return Fragment("step", "", direction=_TOO[word], dimension=_DIMENSION.get(word))


def _not_enough(match: re.Match[str]) -> Fragment:
    """ "not bright enough", "not enough"."""
    word = (match.group("word") or "").strip()
    return Fragment("step", "", direction=-_TOO.get(word, 0), dimension=_DIMENSION.get(word))


def _is_step(match: re.Match[str]) -> bool:
    """Whether a measure is a step, and no value: "by 30 percent", "one more degree"."""
    said = match.group()
    return (
        said.startswith("by ")
        or match["word"] is not None
        or re.search(r"\b(?:more|another)\b", said) is not None
    )


def _measured(match: re.Match[str]) -> Fragment:
    """ "one more degree", "ten percent brighter"."""
    amount = match.group("number") or ("one" if match.group("more") else match.group("only"))
    said = f"by {amount} {match.group('unit') or ''}".strip()
    return _step(said, match.group("word") or "more")


def _stepped(match: re.Match[str]) -> Fragment:
    """ "a bit brighter", "more"."""
    amount = match.group("amount") or match.group("after") or ""
    amount = amount if re.fullmatch(rf"{_SMALL}|{_LARGE}", amount) else ""
    return _step(amount, match.group("word"))


def _step(amount: str, word: str) -> Fragment:
    direction = 1 if word in _UPWARD else -1
    if word in {"more", "further"}:
        direction = 0
    return Fragment("step", amount, direction=direction, dimension=_DIMENSION.get(word))


def _all_the_way(match: re.Match[str]) -> Fragment:
    end = match.group("way")
    return Fragment("state", _WAYS.get(end) or STATES[end])


_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Fragment]], ...] = (
    (_AGAIN, lambda match: Fragment("again", match.group())),
    (_OTHER, lambda match: Fragment("other", match.group())),
    (_TOO_MUCH, _too_much),
    (_LESS_SO, _too_much),
    (_NOT_ENOUGH, _not_enough),
    (_MEASURED, _measured),
    (_ALL_THE_WAY, _all_the_way),
    (_STEP, _stepped),
    (_SMALL_ONLY, lambda match: Fragment("step", match.group())),
    (_STATE, lambda match: Fragment("state", STATES[match.group("state")])),
)
"""What a fragment without a thing may say, and how it is read; the first that fits counts."""


def _value(rest: str) -> tuple[Kind, str] | None:
    """A number, a share, or a colour, with nothing else said."""
    match = _VALUE.match(rest)
    said = rest[match.end() :].strip() if match else rest
    if said in COLORS or (said and _WHITES.issuperset(said.split())):
        return "color", said
    tokens = words(said)
    number = find_number_in(tokens)
    units = {"percent", "per", "cent", "%", "degree", "degrees", "°", "kelvin", "k", "celsius"}
    if number is not None:
        others = [t for t in (*tokens[: number.first], *tokens[number.after :]) if t not in units]
        return None if others else ("value", said)
    if parse_percent(said) is not None and len(tokens) <= 2:
        return "value", said
    return None
