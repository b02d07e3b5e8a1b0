"""What is turned on and off in one turn, which nobody means.

"The bathroom light's been left on, turn it off" orders one thing; "lamp off I'm going down for
lunch and let some air in" was understood wrongly. "Turn it off and on again" is meant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from edge.nlu import asking
from edge.nlu.clauses import clauses
from edge.nlu.wishing import tells
from edge.types import Intent, Understanding

_AGAIN = re.compile(r"\b(?:again|back|off (?:and|then)[\w ]* on|on (?:and|then)[\w ]* off)\b")
_OTHER_WAY = {"HassTurnOn": "HassTurnOff", "HassTurnOff": "HassTurnOn"}
_STATE_FIRST = re.compile(
    r"(?:\w+ ){1,3}(?:on|off|out|up|down|open|shut|closed)[, ]+(?:i|we|it|she|he|they)\b",
    re.IGNORECASE,
)
"""An order, though it goes on as a statement."""


def uncontradicted(text: str, meant: Understanding) -> Understanding:
    """What is meant, without what a text tells first and then orders otherwise; where it orders
    both, it was not understood."""
    last = _last(meant.intents)
    if last == meant.intents or meant.question is not None or _AGAIN.search(text) is not None:
        return meant
    if not tells(clauses(text)[0]) or _STATE_FIRST.match(text) is not None:
        return asking.not_all_understood()
    return replace(meant, intents=last)


def _last(intents: Sequence[Intent]) -> tuple[Intent, ...]:
    """The intents that no later one takes back."""

    def is_taken_back(at: int) -> bool:
        other = _OTHER_WAY.get(intents[at].name)
        later = intents[at + 1 :]
        return any(i.name == other and i.targets == intents[at].targets != () for i in later)

    return tuple(intent for at, intent in enumerate(intents) if not is_taken_back(at))
