"""The plain wording that all engines give.

Engines write in their own ways: Whisper "Dim the Living Room Lights to 30%.", the others "dim the
living room lights to thirty percent". Here capitals, punctuation and signs go, and phrases that a
decoder stutters.
"""

from __future__ import annotations

import re

from edge.voice.vocabulary import NUMBERS


def tidy(text: str) -> str:
    """Text as all engines give it: lower case, words and numbers only, one space between them.

    "Dim the Living Room Lights to 30%." → "dim the living room lights to 30 percent".
    """
    text = text.casefold().replace("’", "'").replace("%", " percent ")
    text = re.sub(r"°\s*([cf])\b", r" degrees \1", text).replace("°", " degrees ")
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    words = re.findall(r"(?:(?<!\w)-)?\d+(?:[.:]\d+)?|[^\W_]+(?:['.][^\W_]+)*", text)
    return " ".join(words)


FASTEST = 3.6
"""Words a second: faster than people speak to a home, pauses around the words included."""
_OPENING = 3
_JOINING = frozenset({"and", "then", "also"})


def said_once(words: list[str], seconds: float) -> list[str]:
    """The words up to where they begin again.

    In the silence after a command a decoder says it again, or begins to, if need be with another
    room: "switch off the lamp in the bedroom switch off the lamp in the bathroom". People join two
    orders with "and", or take their time: so more than a word or two is cut off only when there are
    more words than fit into the sound, which is `seconds` long.
    """
    hurried = len(words) > FASTEST * seconds
    opening = words[:_OPENING]
    for place in range(_OPENING, len(words)):
        rest = words[place : place + _OPENING]
        begins_again = rest == opening[: len(rest)] and words[place - 1] not in _JOINING
        if begins_again and (hurried or len(rest) < _OPENING):
            return words[:place]
    return words


_STATES = {"lock": "locked", "unlock": "unlocked", "close": "closed", "dock": "docked"}
_ASKING = frozenset({"is", "are"})


def asked_state(words: list[str]) -> list[str]:
    """The words, the last of a question as the state that it asks for: "is the front door lock".

    Its last sound is soft, and what comes before it is a word too.
    """
    if len(words) > 2 and words[0] in _ASKING and words[-1] in _STATES:
        return [*words[:-1], _STATES[words[-1]]]
    return words


def without_repeats(words: list[str]) -> list[str]:
    """The words with every phrase that is said again and again said once.

    A phrase of two words or more counts from its second time on, a single word from its third.
    """
    kept = _cut(words)
    while kept != (again := _cut(kept)):
        kept = again
    return kept


def _cut(words: list[str]) -> list[str]:
    kept = list(words)
    for size in range(1, len(kept) // 2 + 1):
        least = 3 if size == 1 else 2
        place = 0
        while place + size * least <= len(kept):
            phrase = kept[place : place + size]
            times = 1
            while kept[place + times * size : place + (times + 1) * size] == phrase:
                times += 1
            if times >= least:
                del kept[place + size : place + times * size]
            place += 1
    return kept


_VALUES = {name: str(value) for value, name in enumerate(NUMBERS)} | {"a hundred": "100"}
_NUMBER = re.compile(rf"\b(?!one$)(?:{'|'.join(sorted(_VALUES, key=len, reverse=True))})\b")
"""But for a last "one", as in "the first one"."""
_QUESTIONS = frozenset({"is", "are", "did", "what", "what's", "which", "how"})


def written(text: str) -> str:
    """Plain words as one would write them: numbers as digits, a capital, a full stop.

    "dim the lamp to thirty percent" → "Dim the lamp to 30%."
    """
    digits = _NUMBER.sub(lambda found: _VALUES[found[0]], text)
    digits = re.sub(r"(\d) point (\d)", r"\1.\2", digits)
    digits = re.sub(r"(\d) percent\b", r"\1%", digits)
    asks = not _QUESTIONS.isdisjoint(text.split()[:1])
    return digits[:1].upper() + digits[1:] + ("?" if asks else ".")
