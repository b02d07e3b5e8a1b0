"""What is said to Lares that is no order and no question about the home: who may answer it?

Small talk ("tell me a joke", "how are you") any language model answers. A question about the world
wants one that knows: small ones make things up. What names something of the home is neither, since
of the home only its states tell.
"""

from __future__ import annotations

import re
from typing import Literal

from edge.home.graph import Home
from edge.nlu.beginnings import is_question

Talk = Literal["small_talk", "fact"]

_BEGIN = r"^(?:(?:hey|hi|hello|oh|well|so|ok(?:ay)?|now|and|please|lares|tell me)[\s,]+)*"
_TOLD = re.compile(
    _BEGIN + r"(?:(?:can|could|would|will) you (?:please )?)?"
    r"(?:tell|sing|make up|write|recite|read|give|say)(?: (?:me|us|the kids|the children))?"
    r"(?: (?:a|an|another|some|one|something))"
    r"(?: (?:more|bedtime|short|long|funny|good|nice|little|scary|fun|new|random|bit of))*"
    r" ?(?:jokes?|story|stories|poem|poetry|rhyme|riddle|facts?|limerick|haiku|compliment|tongue "
    r"twister|song|lullaby|wise|nice|funny|interesting)\b"
)
_YOU = re.compile(
    _BEGIN + r"(?:how are you\b|how do you (?:do$|feel\b|sleep\b|work\b)|who (?:are|made) you"
    r"|what(?:['’]s| is) your\b|are you (?!sure)|do you (?:like|love|sleep|dream|know any|have a"
    r"|feel|think(?! (?:the|my|our|it|there)\b))\b|what(?:['’]s| is) up$"
    r"|what do you (?:think|like)\b|what can you (?:do|tell)"
    r"|where (?:are|do) you (?:from|live)|how old are you|can you (?:dance|sing|think|feel))"
)
_GREETING = re.compile(
    r"^(?:(?:hey|hi|hello|good (?:morning|afternoon|evening)|nice to meet you|i['’]?m bored"
    r"|cheer me up|make me (?:laugh|smile)|let['’]?s (?:talk|chat)|talk to me|happy \w+"
    r"|merry christmas)(?:,? (?:there|lares|you|to you|please|a bit|everyone|all))*)[.!]?$"
)
_PREFACE = re.compile(_BEGIN, re.IGNORECASE)
_ASKS = re.compile(
    r"(?:why(?! (?:not|don['’]t (?:you|we))\b)|whose|was|were|am|should"
    r"|(?:is|are|was|were|does|did|has|have)n['’]t)\b",
    re.IGNORECASE,
)
"""How questions begin that Lares answers none of."""
_OURS = re.compile(
    r"\b(?:i|my|mine|we|our|ours|us|home|house|flat|apartment|here|room|upstairs|downstairs"
    r"|inside|outside|today|tonight|tomorrow|now|timer|alarm|temperature|weather)\b"
)
"""Words of questions about this home, this person or this day."""
_LEAST_LETTERS = 3
"""Of a name that is looked for in a text."""


def talk_of(text: str, home: Home) -> Talk | None:
    """What kind of talk a text is; None where no model is to answer it."""
    said = " ".join(text.lower().split()).rstrip("?!. ")
    if _TOLD.match(said) or _GREETING.match(said):
        return "small_talk"
    if _names(said, home):
        return None
    if _YOU.match(said):
        return "small_talk"
    return "fact" if asks(said) and _OURS.search(said) is None else None


def asks(text: str) -> bool:
    """Whether a text is a question, and thus no order: "why is the light on"."""
    plain = _PREFACE.sub("", " ".join(text.split()))
    return is_question(plain) or _ASKS.match(plain) is not None


def _names(said: str, home: Home) -> bool:
    names = [n for e in home.entities for n in (e.name, *e.aliases)]
    names += [n for a in home.areas for n in (a.name, *a.aliases)]
    return any(
        re.search(rf"\b{re.escape(name.lower())}s?\b", said)
        for name in names
        if len(name) >= _LEAST_LETTERS
    )
