"""A text without what is said besides: asides, courtesies, false starts; with its words in order.

"Would you mind putting the kettle, no, the toaster on while you're at it" is "put the toaster on";
"the back door, lock it" is "lock the back door".
"""

from __future__ import annotations

import re

from edge.nlu.beginnings import ASKING, POLITE, STARTS
from edge.nlu.numbers import find_number_in, words

_ASIDES = re.compile(
    r"[\s,]*\b(?:while (?:you|we|i)(?:['’]re|['’]m| are| am) (?:at it|there|about it)"
    r"|(?<=, )the one [^,]+?(?=,))\b[\s,]*",
    re.IGNORECASE,
)
_FREE = re.compile(
    rf"{POLITE}(?:play|broadcast|announce|remind|say|tell|sing|call|set (?:a|an|the|my)"
    r" (?:[\w-]+ ){0,3}?(?:timer|alarm|reminder))\b",
    re.IGNORECASE,
)
"""What has free text, or a time: nothing is taken off it."""
_PLEASE = re.compile(r"\b(?:pls|plz|plse)\b", re.IGNORECASE)
_UTMOST = re.compile(
    r"\bas (bright) as (?:\w+['’]?\w* )?(?:goes?|possible|gets?|can be|be)\b", re.IGNORECASE
)
_FULL = re.compile(r"\bfull (?:blast|whack|pelt|tilt)\b", re.IGNORECASE)
_MEANWHILE = re.compile(
    r"[\s,]+(?:(?:while|before) (?:the|my|our|i|we|you|it|he|she|they|someone|everyone|i['’]m"
    r"|we['’]re)\b(?! (?:end|first)\b).*"
    r"|so (?:that )?(?:i|we|you|he|she|they|the \w+) (?:can|could|don['’]?t|won['’]?t"
    r"|doesn['’]?t)\b.*"
    r"|(?:for )?(?:just )?a (?:second|sec|moment|mo|while)\W*)$",
    re.IGNORECASE,
)
"""While what is so now, or before something happens: at once."""
_ORDERS = r"(?:turn|switch|open|close|shut|lock|unlock|dim|set|put|play|pause|mute|start|stop)"
_SAYS = re.compile(
    r"^(?:my )?\w+ (?:says|said|asks|asked)(?: you| us)?(?: to| that)? "
    rf"(?={_ORDERS}\b)",
    re.IGNORECASE,
)
"""Who wants it."""
_NEVER_MIND = re.compile(
    r"^(?:(?:no|oh|actually)[,. ]+)?(?:never ?mind(?: that)?|forget (?:it|that)|scratch that)[,. ]+"
    rf"(?={_ORDERS}\b)",
    re.IGNORECASE,
)
_WANTS = re.compile(
    r"^(?!(?:who|what|it|the|my|i|we|you)\b)\w+ (?:wants|would like) "
    r"(?=(?:her|his|the|my|\w+['’]s) \w+.* (?:to|at|on|off|\w+)\W*$)",
    re.IGNORECASE,
)
_LEAVING = re.compile(
    r"[\s,]*\band leave (?:the )?(?:others?|rest|other \w+|everything else)"
    r"(?: (?:alone|as (?:it|they) (?:is|are)))?\W*$",
    re.IGNORECASE,
)
"""That nothing else shall be done."""
_COURTESY = re.compile(
    r"[\s,]*\b(?:if (?:you (?:don['’]?t|do not|wouldn['’]?t) mind|you (?:can|could|would|please"
    r"|like|may)|possible|that['’]?s (?:ok|okay|alright|all right|possible)|it['’]?s not too much"
    r" trouble)|when(?:ever)? you (?:can|get a (?:chance|moment|minute|second|sec)|have a (?:chance"
    r"|moment|minute|second|sec)|are ready|['’]?re ready)|would you (?:mind|kindly|please)(?=\W*$)"
    r"|before (?:we|i) (?:sleep|go to (?:sleep|bed))(?=\W*$)"
    r"|for me(?: please)?(?=\W*$)|(?:my )?(?:dear|love|darling|mate|buddy)(?=\W*$))\b[\s,]*"
    r"|,\s*(?:my )?(?:dear|love|darling|mate|buddy|honey)\b\s*,?|^(?:mate|love|dear|honey)\b[\s,]*",
    re.IGNORECASE,
)
"""Courtesies that look like a condition."""
_A_THING = r"(?:the|my|our) \w+(?: \w+){0,2}?"
_DONE_TO_IT = r"(?P<verb>turn|switch|lock|unlock|open|close|shut|put|dim|set|make|mute|pause)"
_TOPICS = re.compile(
    rf"^(?P<things>(?:{_A_THING}(?:,? and |, ))+{_A_THING}),? {_DONE_TO_IT}"
    r" (?:them(?: both| all)?|both(?: of them)?"
    r"|all of them)\b",
    re.IGNORECASE,
)
"""Things that are named before their verb: "the lamp and the radio, turn them off"."""
_TOPIC = re.compile(
    r"(?P<before>^|\b(?:and|then)\s+|,\s*)(?P<thing>(?:the|my|our) "
    r"(?:(?!(?:is|are|was|were|isn|aren)\b)\w+ ){0,3}?\w+),? "
    rf"{_DONE_TO_IT} (?:it|that)\b",
    re.IGNORECASE,
)
"""What is named before its verb: "the kettle, switch it off"."""
_PLAYS = re.compile(
    r"^(?P<thing>[\w' ]{2,30}(?=,)|(?!(?:let|can|i|we|do|to)\b)\w+ (?!(?:to|want|can)\b)\w+),? "
    r"(?P<verb>play|pause|stop|mute|unmute|resume)\W*$",
    re.IGNORECASE,
)
"""A player that is named before what it shall do: "Sonos One, play"."""
_PLAYING = {
    "play": "resume", "pause": "pause", "stop": "stop", "mute": "mute", "unmute": "unmute",
    "resume": "resume",
}  # fmt: skip
_SIDE = r"(?:left|right|front|back|side|upper|lower|middle|rear)"
_EACH_SIDE = re.compile(
    rf"\b(?:the )?(?P<first>{_SIDE}(?:, (?:the )?{_SIDE})+),? and (?:the )?(?P<last>{_SIDE}) "
    r"(?P<thing>(?:blind|curtain|shutter|shade|lamp|light|speaker|window|door|gate))s?\b",
    re.IGNORECASE,
)
_SIDES = re.compile(
    r"\b(?:the )?(?P<one>left|right|front|back|upper|lower) and (?:the )?"
    r"(?P<other>left|right|front|back|upper|lower)(?: hand)? "
    r"(?P<thing>(?:\w+ )?(?:blind|curtain|shutter|shade|lamp|light|speaker|window))\b",
    re.IGNORECASE,
)
_ON_LIST_ADD = re.compile(
    r"^(?:(?:on|for|to) )?(?:the |my |our )?(?P<list>(?:[\w'’-]+ ){0,3}?(?:list|to-?do list|to-?do"
    r"|tasks|groceries|chores))\s*[,:]\s*(?:please )?(?P<verb>add|put|write) (?P<item>.+?)\W*$",
    re.IGNORECASE,
)
_ONLY_THERE = re.compile(r"[\s,]*\b(?:but )?only (?=(?:in|on|at|for) )", re.IGNORECASE)
_MIND = re.compile(r"\b(?:would|do|could) you mind (?=\w+ing\b)", re.IGNORECASE)
_GERUNDS = {
    "putting": "put", "shutting": "shut", "turning": "turn", "closing": "close", "opening": "open",
    "switching": "switch", "setting": "set", "locking": "lock", "dimming": "dim", "making": "make",
    "starting": "start", "stopping": "stop", "pausing": "pause", "playing": "play",
    "raising": "raise", "lowering": "lower", "adding": "add", "telling": "tell",
}  # fmt: skip
_FALSE_START = re.compile(
    r"^(?P<left>.+?)[\s,]+(?:(?:no|sorry|wait|oops|i mean|i meant|make that(?! (?:one|lamp|light))"
    r"|scratch that"
    r"|rather)\b[\s,]*)+(?P<right>\S.*)$",
    re.IGNORECASE,
)
_TAIL = r"(?:\s+(?:on|off|up|down|open|closed)|\s+(?:to|at)\s.+)"
"""What shall become of a thing, after it."""
_LAST_NUMBER = re.compile(
    r"\b(?:\d+|(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)[ -])?[a-z]+(?:teen"
    r"|ty)?)"
    r"(?: ?(?:percent|%|degrees|minutes?|hours?|seconds?))?\s*$",
    re.IGNORECASE,
)


def tidied(text: str) -> str:
    """A text without asides, and with verbs as they are in orders: "would you mind putting"."""
    if _FREE.match(text):
        return text
    text = _PLEASE.sub("please", text)
    text = _UTMOST.sub("to full \\1ness", _FULL.sub("full", text))
    text = re.sub(r"\b(left|right)[- ]hand(?: side)?\b", r"\1", text, flags=re.IGNORECASE)
    text = _NEVER_MIND.sub("", text)
    text = _WANTS.sub("make ", _SAYS.sub("", text))
    text = _LEAVING.sub("", text)
    text = _TOPICS.sub(r"\g<verb> \g<things>", text)
    text = _TOPIC.sub(r"\g<before>\g<verb> \g<thing>", text)
    text = _PLAYS.sub(lambda m: f"{_PLAYING[m['verb'].lower()]} {m['thing']}", text)
    text = _EACH_SIDE.sub(_expanded, text)
    text = _SIDES.sub(r"the \g<one> \g<thing> and the \g<other> \g<thing>", text)
    text = _ON_LIST_ADD.sub(r"\g<verb> \g<item> to the \g<list>", text)
    text = _COURTESY.sub(" ", _ONLY_THERE.sub(" ", _ASIDES.sub(" ", text)))
    if STARTS.match(text) and not re.match(rf"{POLITE}{ASKING}\b", text, re.IGNORECASE):
        text = _MEANWHILE.sub("", text)
    if _MIND.search(text):
        text = _MIND.sub("please ", text)
        text = re.sub(r"\b\w+ing\b", lambda m: _GERUNDS.get(m.group().lower(), m.group()), text)
    return text


def _expanded(match: re.Match[str]) -> str:
    """ "the front, back and side doors", each with its noun."""
    sides = [*re.split(r", (?:the )?", match["first"]), match["last"]]
    things = [f"the {side} {match['thing']}" for side in sides]
    return f"{', '.join(things[:-1])} and {things[-1]}"


def amended(text: str) -> str:
    """A text without its false start: "to forty sorry fifty percent" is "to fifty percent"."""
    match = _FALSE_START.match(text)
    if match is None:
        return text
    left, right = match.group("left"), match.group("right")
    if STARTS.match(right):
        return right
    number = find_number_in(words(right))
    if number is not None and number.first == 0:
        last = _LAST_NUMBER.search(left)
        known = last is not None and find_number_in(words(last.group())) is not None
        return f"{left[: last.start()]}{right}" if last is not None and known else text
    if re.match(r"(?:the|my|in|on)\b", right, re.IGNORECASE):
        placed = r"(?:in |on )?" if re.match(r"(?:in|on)\b", right, re.IGNORECASE) else ""
        last = re.search(
            rf"\b{placed}(?:the|my)\b(?!.*\b(?:the|my)\b).*?(?P<tail>{_TAIL})?$",
            left,
            re.IGNORECASE,
        )
        if last is None:
            return text
        tail = "" if re.search(_TAIL + "$", right, re.IGNORECASE) else last["tail"] or ""
        return f"{left[: last.start()]}{right}{tail}"
    return text
