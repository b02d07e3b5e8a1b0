"""Finding what a spoken name means among the names that a home has.

Names and what was heard are made alike first: case, accents, articles, plurals. A name then gets a
score from 0 to 1 for a text:

    1.00 the same · 0.98 but for plural · 0.96 but for spaces · 0.94 but for word order
    0.72–0.90 all heard words are in the name · below that, words that are spelled or sound alike

Speech to text writes "then lamp" for "den lamp", so likeness is half spelling, half a phonetic key.
Each heard word must be like some word of the name: "left curtain" is never "right curtain".
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import Indel

EXACT = 0.94
"""From this score on, a text is the name and not merely like it."""
ENOUGH = 0.70
"""Below this score a name is not meant."""
MARGIN = 0.05
"""Names whose scores differ by less are equally likely."""

_SAME, _PLURAL, _SPACES, _ORDER = 1.0, 0.98, 0.96, EXACT
_LIKE = 0.92
"""What a perfect likeness of all words would score."""
_WORD_LIKE = 0.62
"""Words less alike than this are different words."""
_SHORTLIST = 16
_ALIKE = 50
"""Names less alike as a whole (in percent) are not on the shortlist."""
_REMEMBERED = 16
"""Texts whose scores are kept: those of a turn, in which the same words are sought again."""

_ARTICLES = frozenset({"the", "my", "our", "a", "an", "all", "every", "of", "both", "any", "some"})
_DIGITS = {
    word: str(value)
    for value, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), start=1
    )
}
_SOUNDS = (
    (re.compile(r"^(?:kn|gn|pn)"), "n"),
    (re.compile(r"^wr"), "r"),
    (re.compile(r"^who"), "ho"),
    (re.compile(r"^wh"), "w"),
    (re.compile(r"t?ch|sh|j|dge"), "x"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"gh"), ""),
    (re.compile(r"th|d"), "t"),
    (re.compile(r"c(?=[eiy])|z"), "s"),
    (re.compile(r"ck|qu?|c|g"), "k"),
    (re.compile(r"v"), "f"),
    (re.compile(r"b"), "p"),
    (re.compile(r"^[aeiouy]"), "a"),
    (re.compile(r"(?<=.)[aeiouywh]"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
)


@dataclass(frozen=True, slots=True)
class Match:
    """Something whose name a text may be, and how likely (0 to 1)."""

    id: str
    score: float


def normalised(text: str) -> str:
    """A name as it is compared: "The Kitchen-Light №2" → "kitchen light no2"."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = re.sub(r"['’]s\b|['’\[\]()]", "", plain).replace("&", " and ")
    tokens = re.findall(r"[^\W_]+", plain)
    kept = 0
    while kept < len(tokens) - 1 and tokens[kept] in _ARTICLES:
        kept += 1
    return " ".join(_DIGITS.get(token, token) for token in tokens[kept:])


@lru_cache(maxsize=4096)
def singular(word: str) -> str:
    """A word without its plural ending: "switches" → "switch"."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def singular_text(text: str) -> str:
    """Each word of a normalised text without its plural ending."""
    return " ".join(singular(word) for word in text.split())


def is_plural(text: str) -> bool:
    """Whether the last word of a text has a plural ending."""
    last = normalised(text).rpartition(" ")[2]
    return singular(last) != last


@lru_cache(maxsize=4096)
def sound_of(word: str) -> str:
    """A key that words which sound alike share: "den" and "then" are both "tn"."""
    for pattern, sound in _SOUNDS:
        word = pattern.sub(sound, word)
    return word


@dataclass(frozen=True, slots=True)
class _Name:
    """One spoken name of something, in all the forms in which it is compared."""

    id: str
    text: str
    words: tuple[str, ...]
    bag: frozenset[str]
    """The words without their order."""
    squeezed: str
    sound: str

    @classmethod
    def of(cls, identifier: str, text: str) -> _Name:
        plain = normalised(text)
        tokens = tuple(singular(word) for word in plain.split())
        return cls(
            identifier, plain, tokens, frozenset(tokens), "".join(tokens), _sound_of_all(tokens)
        )


class Index:
    """Searchable names of one kind of thing; each thing has an id and one or more spoken names."""

    def __init__(self, named: Iterable[tuple[str, Iterable[str]]]) -> None:
        self._names = tuple(
            name
            for identifier, texts in named
            for text in dict.fromkeys(texts)
            if (name := _Name.of(identifier, text)).words
        )
        self._by_squeezed: dict[str, list[_Name]] = defaultdict(list)
        self._by_word: dict[str, list[int]] = defaultdict(list)
        for place, name in enumerate(self._names):
            self._by_squeezed[name.squeezed].append(name)
            for word in name.bag:
                self._by_word[word].append(place)
        self._by_rarest: dict[str, list[int]] = defaultdict(list)
        """Each name under that of its words which the fewest names have."""
        for place, name in enumerate(self._names):
            rarest = min(name.bag, key=lambda word: len(self._by_word[word]))
            self._by_rarest[rarest].append(place)
        texts = {" ".join(name.words): name.sound for name in self._names}
        rows = {text: row for row, text in enumerate(texts)}
        self._texts, self._sounds = [*texts], [*texts.values()]
        """The different names, and how they sound."""
        self._rows = np.array([rows[" ".join(name.words)] for name in self._names], np.intp)
        """Which of the different names each is."""
        self._remembered: dict[str, tuple[tuple[str, float], ...]] = {}
        self.longest = max((len(name.words) for name in self._names), default=0)
        """Words in the longest name."""

    def exactly(self, text: str) -> tuple[Match, ...]:
        """What has this very name, but for plural and spaces; the best first."""
        return _best(self._same(_Name.of("", text)))

    def spot(self, words: tuple[str, ...], at: int) -> tuple[int, tuple[Match, ...]] | None:
        """The longest name that starts at a word of a text: the place after it, and whose it is.

        `words` are normalised and singular.
        """
        for after in range(min(len(words), at + self.longest), at, -1):
            named = self._by_squeezed.get("".join(words[at:after]))
            if named:
                return after, _best((name.id, _SAME) for name in named)
        return None

    def having(self, word: str) -> tuple[str, ...]:
        """What has a name in which a word is; the word is normalised and singular."""
        return tuple(dict.fromkeys(self._names[place].id for place in self._by_word.get(word, ())))

    def find(self, text: str) -> tuple[Match, ...]:
        """What may be meant by a text, each once with its best score (from ENOUGH), best first."""
        same = self._same(_Name.of("", text))
        return _best(same or self._alike(text))

    def ranked(self, text: str) -> tuple[Match, ...]:
        """All that a text is at all like, each once with its best score, also below ENOUGH."""
        scores = (*self._same(_Name.of("", text)), *self._alike(text))
        return _best(((i, score) for i, score in scores if score > 0), least=0.0)

    def _same(self, heard: _Name) -> list[tuple[str, float]]:
        """What has this very name, but for plural and spaces, with the score of each name."""
        named = self._by_squeezed.get(heard.squeezed, ()) if heard.squeezed else ()
        return [(name.id, _sameness(heard, name)) for name in named]

    def _alike(self, text: str) -> tuple[tuple[str, float], ...]:
        """What has a name that is like a text but not the same, with the score of each name."""
        scores = self._remembered.get(text)
        if scores is None:
            scores = self._scores(text)
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            self._remembered[text] = scores
        return scores

    def _scores(self, text: str) -> tuple[tuple[str, float], ...]:
        heard = _Name.of("", text)
        if not heard.words or not self._names:
            return ()
        places = sorted({*self._sharing(heard), *self._shortlist(heard)})
        names = (self._names[place] for place in places)
        return tuple((n.id, _likeness(heard, n)) for n in names if n.squeezed != heard.squeezed)

    def _sharing(self, heard: _Name) -> Iterator[int]:
        """The names that have all words of a text, or of which the text has all words."""
        having_one = min((self._by_word.get(word, ()) for word in heard.bag), key=len)
        yield from (at for at in having_one if heard.bag <= self._names[at].bag)
        for word in heard.bag:
            held = self._by_rarest.get(word, ())
            yield from (at for at in held if self._names[at].bag <= heard.bag)

    def _shortlist(self, heard: _Name) -> Iterator[int]:
        """The names most alike in spelling or sound, found by one pass in C."""
        spelling = process.cdist([" ".join(heard.words)], self._texts, scorer=fuzz.ratio)[0]
        sound = process.cdist([heard.sound], self._sounds, scorer=fuzz.ratio)[0]
        both = np.maximum(spelling, sound)[self._rows]
        alike = np.flatnonzero(both >= _ALIKE)
        yield from alike[np.argsort(-both[alike], kind="stable")[:_SHORTLIST]].tolist()


def _best(scores: Iterable[tuple[str, float]], least: float = ENOUGH) -> tuple[Match, ...]:
    best: dict[str, float] = {}
    for identifier, score in scores:
        if score >= least:
            best[identifier] = max(score, best.get(identifier, 0.0))
    return tuple(
        Match(identifier, score)
        for identifier, score in sorted(best.items(), key=lambda item: -item[1])
    )


def _sameness(heard: _Name, name: _Name) -> float:
    if heard.text == name.text:
        return _SAME
    return _PLURAL if heard.words == name.words else _SPACES


def _likeness(heard: _Name, name: _Name) -> float:
    """How much a text that is not the name is like it."""
    mine, theirs = heard.bag, name.bag
    if mine == theirs:
        return _ORDER
    if mine < theirs:
        return 0.70 + 0.2 * len(mine) / len(theirs)
    if mine > theirs:
        return 0.50 + 0.4 * len(theirs) / len(mine)
    return max(_words_alike(heard, name), _whole_alike(heard, name))


def _words_alike(heard: _Name, name: _Name) -> float:
    """Likeness word by word; 0 when one of the heard words is like none of the name's."""
    left = list(name.words)
    total = 0.0
    for word in heard.words:
        best = max(((word_likeness(word, other), other) for other in left), default=(0.0, ""))
        if best[0] < _WORD_LIKE:
            return 0.0
        total += best[0]
        left.remove(best[1])
    return _LIKE * total / max(len(heard.words), len(name.words))


def word_likeness(one: str, other: str) -> float:
    """How alike two lower-case words are in spelling and sound, 0 to 1."""
    if one == other:
        return 1.0
    if one.isdigit() or other.isdigit():
        return 0.0
    spelling = Indel.normalized_similarity(one, other)
    sound = Indel.normalized_similarity(sound_of(one), sound_of(other))
    return (spelling + sound) / 2


def _whole_alike(heard: _Name, name: _Name) -> float:
    """Likeness without regard to where words begin: "livin groom" for "living room"."""
    if len(heard.words) == len(name.words) or _numbers(heard) != _numbers(name):
        return 0.0
    spelling = Indel.normalized_similarity(heard.squeezed, name.squeezed)
    sound = Indel.normalized_similarity(heard.sound, name.sound)
    alike = (spelling + sound) / 2
    return _LIKE * alike if alike >= 0.85 else 0.0


def _numbers(name: _Name) -> list[str]:
    return [word for word in name.words if word.isdigit()]


def _sound_of_all(tokens: Iterable[str]) -> str:
    return "".join(sound_of(token) for token in tokens)
