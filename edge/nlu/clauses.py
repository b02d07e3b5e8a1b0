"""Several commands in one breath, taken apart: "turn off the radio and lock the door" is two.

1. Where "and", "then", a comma or the like stands, a new clause begins if a verb or a question word
   follows ("… and lock the door"), or if what follows says its own end state as the clause before
   did ("the desk lamp on and the floor lamp off", "to 40 percent and the bedside lamp to 10").
2. Without such a word, only a verb with its object after a whole command begins one: "put the
   kettle on pause the radio".
3. So does a fact that is told after a whole command: "close the drapes i'm perished".
4. "and" between things or numbers stays ("salt and pepper", "one hour and ten minutes"), and so
   does what is to be written on a list, announced or played, unless it could be nothing else.

Clauses of mere politeness are dropped. Nothing here knows the home.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from edge.home.colors import COLORS
from edge.nlu.beginnings import (
    ASKING,
    POLITE,
    STARTS,
    STRONG_START,
    VERBS,
    is_question,
    says_why,
)
from edge.nlu.numbers import find_number_in, words
from edge.nlu.tidying import amended, tidied
from edge.nlu.values import parse_kelvin
from models.labels import MAX_CHARACTERS

_JOINTS = re.compile(
    r"\s*(?:[;.!?]+|(?<!\d):)(?=\s)\s*(?:(?:and|then|also|plus|but|oh|after that|afterwards|next"
    r"|finally)\b[\s,]*)*"
    r"|\s*,\s*(?:(?:and|then|also|plus|but|oh|after that|afterwards|next|finally|as well as"
    r"|so)\b[\s,]*)*"
    r"|(?<!\bis)(?<!\bare)(?<!['’]s)(?<!['’]m)(?<!['’]re)"
    r"\s+(?:(?:and|then|also|plus|but|after that|afterwards|finally|as well as|so)\b[\s,]*)+",
    re.IGNORECASE,
)
_ONLY_POLITE = re.compile(
    r"(?:(?:please|thanks|thank you|okay|ok|hey|hi|hello|alright|all right|right|so|well|oh|um|uh"
    r"|now|then|and|also|too|hang on|hold on|wait|listen|look|be quick|do me a favou?r|be so kind"
    r"|be a (?:dear|love|star)|as well|nabu|jarvis|mycroft"
    r"|lares|computer|alexa|google|good|great|perfect|cheers|will you|would you|if you can)\W*)*",
    re.IGNORECASE,
)
_FREE_TEXT = re.compile(
    rf"{POLITE}(?:add|put|play|broadcast|announce|tell|say|remind|write|note|jot|let)\b",
    re.IGNORECASE,
)
_ON_LIST = re.compile(r"\b(?:to|on|onto|from|off)\b[\w' ]*\b(?:list|chores|tasks|groceries|todo)\b")
_END_STATE = re.compile(
    r"\b(?:on|off|open|closed|shut|up|down|locked|unlocked|a bit|a lot|a little|brighter|dimmer"
    r"|darker|warmer|cooler"
    r"|louder|quieter|red|blue|green|yellow|orange|purple|pink|white|half|max|maximum|minimum"
    r"|full)\b"
)
_NO_THING = frozenset(
    {
        "percent", "per", "cent", "degree", "degrees", "hour", "hours", "minute", "minutes",
        "second", "seconds", "kelvin", "a", "an", "the", "half", "quarter", "third", "to", "at",
        "by", "on", "off", "open", "closed", "up", "down", "please", "of", "in", "for", "more",
        "less", "bit", "red", "blue", "green", "yellow", "orange", "purple", "pink", "white",
        "warm", "cool", "cold", "bright", "brighter", "dimmer", "brightness", "volume", "it",
        "them", "again", "day", "days", "celsius", "fahrenheit", "%", "°", "too", "full", "max",
    }
)  # fmt: skip


def clauses(text: str) -> tuple[str, ...]:
    """The commands and questions of a text, in order; at least the text itself.

    What leaves out its verb, its list or its unit gets those that were said for both. What is taken
    back in the same breath ("turn on, no sorry, turn off …") is gone.
    """
    parts: list[str] = []
    for joined in _at_joints(tidied(text[:MAX_CHARACTERS])):
        for piece in _run_together(amended(joined)):
            bare = piece.strip(" ,;")
            ordered = _ORDER.sub("", bare)
            bare = ordered if STARTS.match(ordered) else bare
            if _TAKEN_BACK_LAST.search(bare):
                continue
            taken_back = _TAKEN_BACK.match(bare)
            if taken_back is not None and parts:
                rest = bare[taken_back.end() :]
                if not rest or STARTS.match(rest):
                    parts.pop()
                    bare = rest
            if bare and not _ONLY_POLITE.fullmatch(bare.strip(" ,;.!?")):
                parts.append(_completed(bare, parts[-1] if parts else ""))
    return tuple(_with_units(parts)) or (text[:MAX_CHARACTERS],)


def _with_units(parts: Sequence[str]) -> list[str]:
    """The clauses, with the unit of the last for bare numbers before: "to 21 and … 16 degrees"."""
    result = list(parts)
    for step in (-1, 1):
        unit, verb = "", None
        for at in range(len(result))[::step]:
            said = _UNIT_LAST.search(result[at])
            if said is not None:
                unit, verb = said.group(1), _verb(result[at])
            elif unit and _ends_in_number(result[at]) and _verb(result[at]) == verb:
                result[at] = f"{result[at].rstrip(' .')} {unit}"
            else:
                unit = ""
    return result


def _ends_in_number(text: str) -> bool:
    """Whether a value without its unit ends a text: "to 16", "make the nursery eighteen"."""
    if _BARE_NUMBER.search(text) is not None:
        return True
    tokens = words(text)
    at = next((at for at in range(len(tokens)) if find_number_in(tokens[at:])), len(tokens))
    found = find_number_in(tokens[at:])
    return found is not None and found.first + found.after >= len(tokens) - at and found.value > 9


def following(text: str, before: str) -> str:
    """A clause after another turn, with the verb and the unit that were said there."""
    return _with_units((before, _completed(text, before)))[-1]


def _completed(text: str, before: str) -> str:
    """A clause with the verb, and the list, that the one before it said for both."""
    if _TOLD_AFTER.match(text) and says_why(text):
        return text
    another = re.match(r"another (?:one |timer )?(?=for )", text, re.IGNORECASE)
    if another is not None and "timer" in before:
        return f"set a timer {text[another.end() :]}"
    text = _with_value_unit(text, before)
    ended = _ENDED.match(text)
    if ended is not None and (thing := _THING_FIRST.match(before)) is not None:
        return f"{thing.group()} {text}"
    verb = _verb(before)
    if verb is None or STARTS.match(text) or _PLACE_THEN_VERB.match(text):
        listed = _listed_too(text, before)
        adds = verb in {"add", "put"} and _ON_LIST.search(text.lower())
        if listed != text or not adds or _OF_LISTS.match(text):
            return listed
    told = re.match(r"(?:the )?[\w ]{1,20}? to \w+", text)
    silent = verb in {"tell", "ask"} and not told
    whole = verb in {"add", "put", "tell", "ask"} or _is_whole(text.lower())
    switched = verb not in _SWITCHING and _SWITCHED.search(text) is not None
    bare = silent or verb in _STATIVE or not whole or switched
    return text if bare else f"{verb} {text}"


def _with_value_unit(text: str, before: str) -> str:
    """A value in a place, with the unit said before: "twenty in the hall"."""
    valued, unit = _VALUE_PLACE.match(text), re.search(r"\b(?:degrees|percent)\b", before)
    if valued is None or valued["unit"] is not None or unit is None:
        return text
    return f"{text[: valued.end('value')]} {unit.group()}{text[valued.end('value') :]}"


def _listed_too(text: str, before: str) -> str:
    """A clause that adds something, with the list that was named for both."""
    listed = _ON_LIST.search(before.lower())
    if listed is None or not re.match(r"(?:add|put)\b", text, re.IGNORECASE):
        return text
    name = re.search(r"(?:the|my|our) [\w' ]+$", listed.group())
    return (
        text
        if name is None or _ON_LIST.search(text) or _ON_ANOTHER.search(text)
        else f"{text.rstrip(' .')} to {name.group()}"
    )


def _verb(text: str) -> str | None:
    found = re.match(rf"{POLITE}(\w+)", text, re.IGNORECASE)
    if found is None or not STARTS.match(text):
        return None
    word = found.group(1).lower()
    return word if word in VERBS else None


def _at_joints(text: str) -> Iterator[str]:
    begin = 0
    joints = list(_JOINTS.finditer(text))
    for place, joint in enumerate(joints):
        left, right = text[begin : joint.start()], text[joint.end() :]
        after = joints[place + 1].start() if place + 1 < len(joints) else len(text)
        if _is_reason(left, joint.group(), text[joint.end() : after]):
            text = f"{text[: joint.start()]}{text[after:]}"
            yield from _at_joints(text[begin:])
            return
        if _parts(left, joint.group(), right, text[joint.end() : after]):
            yield f"{left}:" if ":" in joint.group() else left
            begin = joint.end()
    yield text[begin:]


_TAKEN_BACK = re.compile(
    r"(?:(?:oh |ah )?(?:no|nope|sorry|wait|oops|scratch that|actually no|actually|no wait"
    r"|i mean)\b[\s,.!]*)+",
    re.IGNORECASE,
)
_TAKEN_BACK_LAST = re.compile(
    r"\w[\s,]+(?:(?:oh )?(?:no|sorry|wait|oops|scratch that|i mean)\b[\s,.!]*)+$", re.IGNORECASE
)
_TO_WHERE = re.compile(r"\w \b(?:to|on|onto) (?:the |my |our )?\w+", re.IGNORECASE)
_ENDED = re.compile(
    r"(?:on|off|open|closed|up|down) (?:in|on|at|upstairs|downstairs)\b", re.IGNORECASE
)
"""A clause that leaves out what it is about: "lights off in the hall and on in the kitchen"."""
_THING_FIRST = re.compile(
    r"(?:(?:all|the|my|our) )*(?:\w+ )?\w+(?= (?:on|off|open|closed|up|down)\b)", re.IGNORECASE
)
_UNIT_LAST = re.compile(r"\b(degrees|percent)\W*$", re.IGNORECASE)
_BARE_NUMBER = re.compile(
    r"\b(?:to|by) (?:\d+|(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)[ -]?)?\w+)"
    r"\W*$",
    re.IGNORECASE,
)
_STAYS = re.compile(
    r".+ (?:(?:can|may|should|must|has to|have to|needs to) (?:stay|remain|be left)|stays?)\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"(?:if|when|whenever|once|as soon as|unless|every|each time|after|before|until)\b",
    re.IGNORECASE,
)
_PLACE_FIRST = re.compile(r"(?:in|on|at) (?:the|my) [\w']+(?: \w+)?", re.IGNORECASE)
_SWITCHING = frozenset({"turn", "switch", "put", "flip", "power", "get", "make", "set"})
_SWITCHED = re.compile(r"\b(?:on|off)\W*$", re.IGNORECASE)
"""An end state that no other verb brings about: "close the blinds and the fan on"."""
_ON_ANOTHER = re.compile(r"\b(?:to|on|onto) (?:the|my|our) \w+", re.IGNORECASE)
_VALUED = re.compile(r"\b(?:on|to|at) (?:\w+[ -])?\w+ ?(?:percent|%|degrees?)\W*$", re.IGNORECASE)
_VALUE_PLACE = re.compile(
    r"(?:set )?(?P<value>(?:\d+|[a-z]+(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?))"
    r"(?P<unit> (?:degrees|percent))? (?:in|for) (?:the|my) (?!minutes?|hours?)\w+",
    re.IGNORECASE,
)
"""A value and its place: "twenty two degrees in the nursery"."""
_PLACE_THEN_VERB = re.compile(
    rf"{_PLACE_FIRST.pattern}(?: \w+)?[\s,]+{STRONG_START.pattern}", re.IGNORECASE
)
_LEADING = re.compile(
    r"(?:good (?:morning|evening|night|afternoon)[\s,]+)?"
    r"(?:(?:in|on|at) (?:the|my) [\w']+(?: (?:room|floor))?[\s,]+)?",
    re.IGNORECASE,
)
_PUT_ON = re.compile(r"put\b(?:.*\b(?:on|off|up|down)\s*$| (?:on|off) the \w)", re.IGNORECASE)
_OTHERS = re.compile(r"\b(?:else|others?|rest)\b", re.IGNORECASE)
_TOO_LAST = re.compile(r"\b(?:too|as well)\W*$", re.IGNORECASE)
_TELLS = re.compile(rf"{POLITE}(?:tell|ask)\b", re.IGNORECASE)
_ADDS = re.compile(rf"{POLITE}(?:add|put)\b", re.IGNORECASE)
_KEEPS = re.compile(r"(?:leave|keep)\b", re.IGNORECASE)
_STEP_ONLY = re.compile(
    r"(?:(?:a (?:little )?(?:bit|lot)|a little|much|slightly) )?"
    r"(?:louder|quieter|softer|brighter|darker|dimmer|warmer|cooler|faster|slower)\W*\Z",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"^(?:(?:first(?: of all)?|firstly|second|secondly|finally|lastly)\b[\s,]*)+(?=\w)",
    re.IGNORECASE,
)
_OF_LISTS = re.compile(
    rf"{POLITE}(?:add|put|remove|delete|take|check|cross|tick|mark|read|show|what|clear)\b",
    re.IGNORECASE,
)
_STATIVE = frozenset(
    {"leave", "keep", "have", "do", "play", "give", "show", "read", "start", "cancel"}
)


def _is_reason(left: str, joint: str, piece: str) -> bool:
    """Whether a piece after a command only says why: "turn it off, I'm freezing"."""
    return (
        joint.strip() == ","
        and (STARTS.match(left) is not None or _is_whole(left.lower()))
        and says_why(piece)
    )


def _parts(left: str, joint: str, right: str, piece: str) -> bool:
    """Whether a new clause begins on the right; `piece` is it up to the next joint.

    The first rule that applies decides.
    """
    return next(verdict for applies, verdict in _rules(left, joint, right, piece) if applies)


def _rules(left: str, joint: str, right: str, piece: str) -> Iterator[tuple[bool, bool]]:
    """Whether each rule applies, and what it says then."""
    yield not left.strip() or not right.strip(), False
    yield any(sign in joint for sign in ".!?;"), True
    yield ":" in joint, STARTS.match(left) is None
    yield re.match(r"(?:a )?(?:half|quarter)\b", right) is not None, False
    yield all(_VALUE_PLACE.match(side) for side in (left, right)), True
    starts = STARTS.match(right) is not None or _PLACE_THEN_VERB.match(right) is not None
    begins = STARTS.match(left) is not None or _PLACE_THEN_VERB.match(left) is not None
    others = _OTHERS.search(right) is not None
    yield _PLACE_FIRST.fullmatch(left) is not None or _CONDITION.match(left) is not None, False
    yield _TAKEN_BACK.fullmatch(left) is not None, False
    yield (_KEEPS.match(left) is not None and others) or _STAYS.match(piece) is not None, False
    yield _TOO_LAST.search(piece) is not None and begins, True
    ordered = begins or re.search(r"\b(?:on|off|open|closed)\b", left) is not None
    yield _KEEPS.match(_bare(right)) is not None and ordered, others
    yield _STEP_ONLY.match(piece) is not None and begins, True
    someone = re.match(r"(?:(?:the|my|our) )?\w+['’]s \w+$", left, re.IGNORECASE) is not None
    fact = (says_why(left) or someone) and not _END_STATE.search(left)
    yield fact and "," in joint and not (starts or begins) and _is_whole(piece.lower()), True
    yield (
        _TELLS.match(left) is not None and re.match(r"(?:the )?\w+ to \w+", right) is not None,
        True,
    )
    lone = len(left.split()) == 1 and not _END_STATE.search(left) and "," not in joint
    yield lone, begins and left.lower() in {"pause", "mute", "resume"}
    to_both = _TO_WHERE.search(left) is not None and _TO_WHERE.search(piece) is not None
    yield _ADDS.match(left) is not None and to_both and not _END_STATE.search(left), True
    switches = _VALUED.search(left) is not None or _PUT_ON.match(left) is not None
    free = _FREE_TEXT.match(left) is not None and not switches
    if free and _ON_LIST.search(right.lower()):
        yield _ON_LIST.search(left.lower()) is not None, True
        unlisted = starts and _ON_LIST.search(piece.lower()) is None
        yield True, _OF_LISTS.match(right) is not None or unlisted
    yield begins and not free and "," not in joint and _tells(piece), True
    yield starts, not free or STRONG_START.match(_bare(right)) is not None or _asks(right)
    yield True, not free and _is_whole(left.lower()) and _is_whole(piece.lower())


def _tells(text: str) -> bool:
    """Whether a piece tells a fact of the speaker or of the place: "i see nothing on the stove"."""
    return _TOLD_AFTER.match(text) is not None and says_why(text)


def _tells_on(text: str) -> bool:
    """Whether a text tells what somebody is or does, and could not tell which thing is meant."""
    return _TELLS_ON.match(text) is not None and says_why(text)


def _bare(text: str) -> str:
    return re.sub(rf"^{POLITE}", "", text, flags=re.IGNORECASE)


def _asks(text: str) -> bool:
    return re.match(rf"{POLITE}{ASKING}\b", text, re.IGNORECASE) is not None


def _is_whole(text: str) -> bool:
    """Whether a piece names a thing and what shall become of it."""
    text = re.sub(r"^(?:in|on|at) (?:the|my|our) ", "", text)
    tokens = words(text)
    ends = _END_STATE.search(text) or find_number_in(tokens) or parse_kelvin(text)
    ends = ends or not COLORS.keys().isdisjoint(tokens)
    things = [t for t in tokens if t not in _NO_THING and find_number_in((t,)) is None]
    return bool(ends) and bool(things)


_ASKS_DONE = re.compile(rf"{POLITE}did (?!you\b|i\b)(?:[\w'’]+ ){{1,3}}\w", re.IGNORECASE)
"""A question in which a verb orders nothing: "did that boy shut the garage"."""


def _run_together(text: str) -> Iterator[str]:
    """The commands of a text that stand side by side without a joint."""
    if _ASKS_DONE.match(text) is not None:
        yield text
        return
    begin = 0
    if STARTS.match(text) is None and STRONG_START.search(text) is None:
        for state in _STATE_WORD.finditer(text):
            rest = text[state.end() :].strip()
            if _is_whole(text[begin : state.end()].lower()) and _THING_AND_STATE.match(rest):
                yield text[begin : state.end()]
                begin = state.end() + 1
        yield text[begin:]
        return
    listed = _ON_LIST.search(text.lower()) is not None
    lead = _LEADING.match(text)
    starts = STARTS.match(text, lead.end() if lead is not None else 0)
    if starts and (listed or not _FREE_TEXT.match(text)) and not _KEEPS.match(text):
        asked = is_question(text)
        for match in re.finditer(r"(?<=\s)\S", text):
            at = match.start()
            before = text[begin:at].split()
            said = text[begin:at]
            written = _ON_LIST.search(said.lower()) or _PUT_ON.match(said)
            if _FREE_TEXT.match(text, begin) and not written:
                continue
            if _PLACE_FIRST.fullmatch(said.strip(" ,")):
                continue
            if before and before[-1].lower() in _OBJECTS and _tells_on(text[at:]):
                yield text[begin:at]
                begin = at
                break
            if len(before) < 3 or before[-1].lower() in _BOUND or before[-1].endswith(","):
                continue
            because = before[-1].lower() in _BECAUSE
            if begin == 0 and not because and _tells(text[at:]):
                yield text[begin:at]
                begin = at
                break
            is_so = asked and _IS_SO.match(text, at) is not None
            if (
                not is_so
                and STRONG_START.match(text, at)
                and (
                    text[at:].split(maxsplit=1)[0].lower() not in _NOUNS
                    or _DETERMINED.match(text, at)
                )
            ):
                yield text[begin:at]
                begin = at
    yield text[begin:]


_IS_SO = re.compile(r"(?:open|shut) (?:up|down|in|out|on) (?!the\b|my\b|our\b|it\b)", re.IGNORECASE)
"""What is asked of a thing, and no verb: "did i leave the window open up here"."""
_TOLD_AFTER = re.compile(
    r"(?:i['’]?m|i am|i can['’]?t|i cannot|i see|i hear|i have an?|i['’]ve"
    r"|i want to (?!turn|switch)|i don['’]t"
    r"|we['’]re|we are|we['’]ve|it['’]s|it is|there['’]s|there is|nobody|everybody|everyone"
    r"|(?:i|we) (?!(?:want|wish|need|would|said|told|asked)\b)\w+"
    r"|(?:like|dang|man|boy|oh|god|ugh)\b.*\b(?:is|are|i['’]?m|it['’]s)"
    r"|that \w+ is"
    r"|this \w+ is|these \w+ are(?:n['’]t)?|(?:my|the) \w+['’]?s? (?:is|are|hurts?|aches?)"
    r"|my \w+['’]s)\b",
    re.IGNORECASE,
)
"""How a fact begins that is told after an order, without a word between them."""
_OBJECTS = frozenset({"it", "that", "this", "them", "everything", "all", "up", "down"})
"""Words that are all that an order is about: "lock everything we're off"."""
_TELLS_ON = re.compile(
    r"(?:(?:i|we)['’](?:m|re|ve)|(?:i|we) (?:am|are|have|can['’]?t|cannot)|it['’]s)\b",
    re.IGNORECASE,
)
_BECAUSE = frozenset(
    {"because", "since", "as", "when", "whenever", "if", "while", "until", "till", "before",
     "after", "so", "that", "once", "unless", "though", "where", "whatever", "what", "otherwise",
     "and", "but", "or", "the", "a", "like", "than", "cause", "cos"}
)  # fmt: skip
"""After these a fact is a part of what is ordered, or says only why."""
_STATES = r"(?:on|off|open|closed|shut|locked|unlocked)"
_STATE_WORD = re.compile(
    rf"\b{_STATES}\b(?=\s+\w)(?! (?:the|my|our|a|an|in|at|on|for|to|and|or|please)\b)",
    re.IGNORECASE,
)
_THING_AND_STATE = re.compile(
    r"(?!(?:in|on|at|for|to|and|or|then|please|of)\b)(?:\w+ ){1,4}?"
    rf"{_STATES}\b(?! (?:the|my|our|a|an)\b)",
    re.IGNORECASE,
)
"""What follows in a run without verbs: "kettle on radio off"."""
_DETERMINED = re.compile(
    r"\w+ (?:the|my|our|all|both|it|them|everything|on|off|up|down)\b", re.IGNORECASE
)
_BOUND = frozenset(
    {"to", "and", "or", "not", "don't", "please", "you", "the", "a", "an", "my", "is", "are", "can",
     "could", "that", "if", "when", "will", "of", "for", "at", "i", "we", "just",
     "never", "half", "too", "any", "all", "it", "they", "still"}
)  # fmt: skip
"""After these a verb begins no clause of its own."""
_NOUNS = frozenset(
    {"light", "lock", "switch", "start", "stop", "set", "play", "open", "close", "shut", "make",
     "put"}
)  # fmt: skip
"""Verbs that are nouns, adjectives or parts of names as well."""
