"""How usual a sentence is in a home, as a chain of words: each is likely or not after the last one.

The pairs of words were counted in sentences that are said to any home (`edge.domain.counting`),
where `<name>`, `<area>`, `<floor>`, `<number>` and `<color>` stand for whatever is called so. In
one home its own names stand there. So a sentence that nobody has written down is likely when its
parts are.

The probabilities are Kneser and Ney's, with absolute discounting, in the form that falls back from
a pair that was never seen to the word alone (S. F. Chen and J. Goodman, "An Empirical Study of
Smoothing Techniques for Language Modeling", 1998, section 2.7).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from edge.domain.automaton import Arc, Automaton
from edge.domain.home import heads
from edge.voice.vocabulary import COLORS, NUMBERS, Vocabulary, spoken

PAIRS = Path(__file__).with_name("pairs.tsv")
BEGIN, END = "<s>", "</s>"
UNHEARD_OF = 25.0
"""How unusual a word is that is never said to a home."""
_OWN = 4.0
"""How unusual a sentence is that the owner wrote down."""
_DISCOUNT = 0.6
_START, _ANY, _END = 0, 1, 2
"""States: at the beginning, after a word whose next one was never seen, and at the end."""


class Chain:
    """The sentences that can be said to one home."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._counted = _counted()
        self._called: Mapping[str, Sequence[str]] = {
            "<name>": (*vocabulary.spoken_names(), *heads(vocabulary)),
            "<area>": vocabulary.spoken_areas(),
            "<floor>": vocabulary.spoken_floors(),
            "<number>": NUMBERS,
            "<color>": COLORS,
        }
        kinds: defaultdict[str, list[str]] = defaultdict(list)
        for kind, ways in self._called.items():
            for way in ways:
                kinds[way].append(kind)
        self._kinds = kinds
        self._own = vocabulary.spoken_sentences()
        self._longest = max(len(way.split()) for way in kinds)

    def unusual(self, text: str) -> float:
        """How unusual a text is: the negative logarithm of its probability."""
        words = spoken(text).split()
        if " ".join(words) in self._own:
            return _OWN
        costs: list[dict[str, float]] = [{} for _ in range(len(words) + 1)]
        costs[0][BEGIN] = 0.0
        for place in range(len(words)):
            for last, cost in costs[place].items():
                for part, end in self._parts(words, place):
                    whole = cost + self._price(last, part)
                    costs[end][part] = min(whole, costs[end].get(part, math.inf))
                if words[place] not in self._counted.alone:
                    whole = cost + UNHEARD_OF
                    costs[place + 1][last] = min(whole, costs[place + 1].get(last, math.inf))
        return min(cost + self._price(last, END) for last, cost in costs[-1].items())

    def _parts(self, words: Sequence[str], place: int) -> Iterator[tuple[str, int]]:
        """What may stand at a place, and where it ends: the word, or what is called so."""
        if words[place] in self._counted.alone:
            yield words[place], place + 1
        for end in range(place + 1, min(place + self._longest, len(words)) + 1):
            for kind in self._kinds.get(" ".join(words[place:end]), ()):
                yield kind, end

    def _price(self, last: str, part: str) -> float:
        return self._choice(part) - math.log(self._counted.chance(last, part))

    def _choice(self, part: str) -> float:
        """What it costs to choose one of those that are called so: half of what it would if all
        were equally likely, since some are said far more often."""
        return math.log(max(1, len(self._called.get(part, ())))) / 2

    def automaton(self, share: float) -> Automaton:
        """All sentences; `share` is what a natural logarithm of probability costs."""
        arcs: list[list[Arc]] = [[], [], []]
        before: dict[str, int] = {END: _END}
        after: dict[str, int] = {BEGIN: _START}

        def state() -> int:
            arcs.append([])
            return len(arcs) - 1

        def say(way: str, start: int, end: int, price: float) -> None:
            *first, last = way.split()
            for each in first:
                arcs[start].append(Arc(each, to := state(), price=price))
                start, price = to, 0.0
            arcs[start].append(Arc(last, end, price=price))

        for own in self._own:
            say(own, _START, _END, share * _OWN)
        for word in self._counted.alone:
            if word != END:
                before[word], after[word] = state(), state()
                for way in self._called.get(word, (word,)):
                    say(way, before[word], after[word], share * self._choice(word))
        for word, start in before.items():
            arcs[_ANY].append(Arc("", start, price=-share * math.log(self._counted.often(word))))
        for last, end in after.items():
            for word in self._counted.after.get(last, ()):
                price = -share * math.log(self._counted.chance(last, word))
                arcs[end].append(Arc("", before[word], price=price))
            left = -share * math.log(self._counted.left(last))
            arcs[end].append(Arc("", _ANY, price=left))
        return Automaton(tuple(map(tuple, arcs)), {_END: ""}, ())


@dataclass(frozen=True, slots=True)
class _Counted:
    """How often words, or what stands for them, follow one another."""

    after: Mapping[str, Mapping[str, int]]
    """Of each, those that follow it."""
    seen: Mapping[str, int]
    """How often each was followed by any."""
    alone: Mapping[str, int]
    """How many different ones each follows."""
    pairs: int

    def chance(self, last: str, word: str) -> float:
        """The probability that a word follows the last one."""
        times = self.after.get(last, {}).get(word, 0)
        behind = self.left(last) * self.often(word)
        return behind + ((times - _DISCOUNT) / self.seen[last] if times else 0.0)

    def left(self, last: str) -> float:
        """The probability that what follows was never seen there."""
        return _DISCOUNT * len(self.after[last]) / self.seen[last] if last in self.after else 1.0

    def often(self, word: str) -> float:
        """The probability of a word after one that it was never seen to follow."""
        return self.alone[word] / self.pairs


@cache
def _counted() -> _Counted:
    after: dict[str, dict[str, int]] = {}
    for line in PAIRS.read_text(encoding="utf-8").splitlines():
        last, *following = line.split("\t")
        told = (each.rpartition(" ") for each in following)
        after[last] = {word: int(times) for word, _, times in told}
    alone = Counter(word for words in after.values() for word in words)
    seen = {last: sum(words.values()) for last, words in after.items()}
    return _Counted(after, seen, alone, alone.total())
