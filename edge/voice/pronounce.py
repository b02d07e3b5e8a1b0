"""How words that no dictionary has are pronounced.

Homes are full of made-up names ("Zigbee", "Roomba", "Hallway2"), and an engine with a grammar can
hear only words whose sounds it knows. `pronounce` gives sounds in the 39 phones of the CMU
dictionary, by the first of:

1. the dictionary itself;
2. two dictionary words written as one: "bedlamp" is "bed" and "lamp";
3. the names of the letters, for a word without a vowel: "dvd";
4. rules of English spelling, the longest spelling first: "ph" is F, "ee" is IY. They know nothing
   of stress or of exceptions, but an engine that must choose between the names of one home needs no
   more.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

Lookup = Callable[[str], str | None]
"""A dictionary: the phones of a word with spaces between them, or None when it lacks the word."""

_LETTERS = {
    "a": "EY", "b": "B IY", "c": "S IY", "d": "D IY", "e": "IY", "f": "EH F", "g": "JH IY",
    "h": "EY CH", "i": "AY", "j": "JH EY", "k": "K EY", "l": "EH L", "m": "EH M", "n": "EH N",
    "o": "OW", "p": "P IY", "q": "K Y UW", "r": "AA R", "s": "EH S", "t": "T IY", "u": "Y UW",
    "v": "V IY", "w": "D AH B AH L Y UW", "x": "EH K S", "y": "W AY", "z": "Z IY",
}  # fmt: skip

_SPELLINGS = {
    "tion": "SH AH N", "sion": "ZH AH N", "ough": "AO", "augh": "AO", "eigh": "EY", "igh": "AY",
    "tch": "CH", "dge": "JH", "sch": "SH", "ing": "IH NG", "air": "EH R", 
    "ear": "IH R", "eer": "IH R", "our": "AW R",
    "all": "AO L", "ch": "CH", "sh": "SH", "th": "TH", "ph": "F", "wh": "W", "ck": "K", "qu": "K W",
    "ng": "NG", "gh": "G", "kn": "N", "wr": "R",
    "ar": "AA R", "er": "ER", "ir": "ER", "or": "AO R", "ur": "ER", "ai": "EY", "ay": "EY",
    "au": "AO", "aw": "AO", "ea": "IY", "ee": "IY", "ei": "IY", "ey": "IY", "eu": "Y UW",
    "ew": "Y UW", "ia": "IY AH", "ie": "IY", "io": "IY OW", "oa": "OW", "oe": "OW", "oi": "OY",
    "oo": "UW", "ou": "AW", "ow": "OW", "oy": "OY", "ue": "UW", "ui": "UW IY", "uy": "AY",
    "a": "AE", "b": "B", "c": "K", "d": "D", "e": "EH", "f": "F", "g": "G", "h": "HH", "i": "IH",
    "j": "JH", "k": "K", "l": "L", "m": "M", "n": "N", "o": "AA", "p": "P", "q": "K", "r": "R",
    "s": "S", "t": "T", "u": "AH", "v": "V", "w": "W", "x": "K S", "y": "Y", "z": "Z",
}  # fmt: skip
_LONG = {"a": "EY", "i": "AY", "o": "OW", "u": "UW"}
"""Vowels before a consonant and a last, silent e: "lane", "line", "cone"."""
_LAST = {
    "a": "AH", "e": "IY", "i": "IY", "o": "OW", "u": "UW", "y": "IY", "le": "AH L", "ce": "S",
    "ge": "JH", "are": "EH R", "ire": "AY R", "ore": "AO R", "ure": "Y UH R",
}  # fmt: skip
"""Spellings that end a word: "roomba", "wifi", "candle", "square"."""
_VOWELS = frozenset("aeiouy")


def pronounce(word: str, lookup: Lookup) -> str | None:
    """The phones of a lower-case word, such as "Z IH G B IY"; None when it has no Latin letter."""
    known = lookup(word)
    if known is not None:
        return known
    plain = _latin(word)
    if not plain:
        return None
    if plain != word and (known := lookup(plain)) is not None:
        return known
    return _compound(plain, lookup) or _by_letters(plain) or _by_spelling(plain)


def _compound(word: str, lookup: Lookup) -> str | None:
    """The two dictionary words of which it is made, the halves as equal as can be."""
    places = sorted(range(2, len(word) - 2), key=lambda place: abs(2 * place - len(word)))
    for place in places:
        first, second = lookup(word[:place]), lookup(word[place:])
        if first is not None and second is not None:
            return f"{first} {second}"
    return None


def _by_letters(word: str) -> str | None:
    if any(letter in _VOWELS for letter in word):
        return None
    return " ".join(_LETTERS[letter] for letter in word)


def _by_spelling(word: str) -> str:
    phones: list[str] = []
    place = 0
    while place < len(word):
        spelling, sound = _next(word, place)
        if not phones or phones[-1] != sound or len(spelling) > 1:
            phones.append(sound)
        place += len(spelling)
    return " ".join(phones)


def _next(word: str, place: int) -> tuple[str, str]:
    """The spelling at a place, and its sound."""
    rest = word[place:]
    if rest in _LAST and place:
        return rest, _LAST[rest]
    if len(rest) == 3 and rest[0] in _LONG and rest[2] == "e" and rest[1] not in _VOWELS:
        consonant = {"c": "S", "g": "JH"}.get(rest[1], _SPELLINGS[rest[1]])
        return rest, f"{_LONG[rest[0]]} {consonant}"
    for size in (4, 3, 2):
        if rest[:size] in _SPELLINGS and len(rest) >= size:
            return rest[:size], _SPELLINGS[rest[:size]]
    return rest[0], _SPELLINGS[rest[0]]


def _latin(word: str) -> str:
    """The word in the letters a to z, accents removed."""
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in decomposed if "a" <= letter <= "z")
