"""What is said about the dialogue itself: take it back, what did you do.

Both are told by their words alone, before the tagger is asked; politeness around them does not
count.
"""

from __future__ import annotations

import re
from typing import Literal

Remark = Literal["undo", "what"]

_POLITE = (
    r"(?:(?:please|can you|could you|okay|ok|oh|no|wait|actually|just|hey|sorry|and|now|oops"
    r"|whoops|whoa|wow|hmm|ah|argh|that was (?:a mistake|wrong|not (?:right|it))"
    r"|that['’]?s (?:wrong|not right))[\s,]+)*"
)
_LAST = (
    r"(?:the )?(?:last|previous) (?:thing|one|command|action|change|step|bit)"
    r"|that last (?:one|thing|change)|the (?:one|thing) before(?: that)?"
)
_UNDO = re.compile(
    rf"{_POLITE}(?:undo(?: (?:it|that|this|again|{_LAST}|what you (?:just )?did))?(?: (?:too"
    rf"|as well|again|now))?"
    rf"|(?:revert|reverse|take back|roll back)(?: (?:it|that|this|{_LAST}|what you (?:just )?did))?"
    r"|(?:put|set|change|turn|switch) (?:it|that|them|things|everything) back(?: (?:how|as"
    r"|the way|to how|to what|to the way|like)"
    r" (?:it|they|that|things|everything) (?:was|were)(?: before)?| as before| again| to before)?"
    r"|go back(?: (?:to (?:how|what|the way) (?:it|things) (?:was|were)(?: before)?|one step))?"
    r"|back to (?:how|what|the way) (?:it|things|they) (?:was|were)(?: before)?"
    r"|take (?:it|that) back|never ?mind (?:that )?undo(?: (?:it|that))?|restore (?:it|that"
    r"|the previous state|everything|what was before))"
    r"(?: please| now| again| thanks)*"
)
_WHAT = re.compile(
    rf"{_POLITE}(?:what (?:did|have|was it) (?:you|it)(?: just)?(?: last)?(?: (?:do|done|did"
    rf"|change|changed|switch|turn on|turn off))?(?: (?:just now|there|now|last))?"
    r"|what was that|what was (?:that|the last thing)(?: you (?:just )?did)?|what(?: have"
    r"|'ve)? you (?:just )?(?:done|changed)"
    r"|what(?:'s| has| is) (?:just )?(?:changed|happened)|what (?:just )?happened"
    r"|what have you just (?:done|changed)|what did that do"
    r"|tell me what you (?:just )?did|which (?:one|ones|lights?) did you (?:just )?(?:change"
    r"|switch|turn (?:on|off)))(?: please)?"
)


_REASON = re.compile(
    r"(?<=\w),\s*(?:my \w+|the \w+|i|i['’]m|it|it['’]s|we|she|he|they) .*$", re.IGNORECASE
)
"""Why it is to be taken back."""


def remark_of(text: str) -> Remark | None:
    """What a text says about the dialogue; None for one that is about the home."""
    text = _REASON.sub("", text)
    plain = " ".join(re.sub(r"[^\w'\s]+", " ", text.lower().replace("’", "'")).split())
    if _UNDO.fullmatch(plain):
        return "undo"
    return "what" if _WHAT.fullmatch(plain) else None
