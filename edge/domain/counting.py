"""Counts which word follows which in what is said to homes, for `edge.domain.chain`.

    python -m edge.domain.counting

The sentences are those that the tagger is trained on, of our templates, Home Assistant's and people
(NLU-Evaluation-Data, see `models.corpus_open`), and the usual sentences of `home.yaml`. Names of
things and places, numbers and colours are counted as what they are.
"""

from __future__ import annotations

import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import home_assistant_intents

from edge.domain.automaton import Arc, Automaton
from edge.domain.chain import BEGIN, END, PAIRS
from edge.domain.home import automaton_of
from edge.types import OUT_OF_SCOPE, LaresError
from edge.voice.vocabulary import COLORS, NUMBERS, Vocabulary, spoken
from models.corpus_open import corpora_folder, nlu_home
from models.corpus_templates import home_assistant_templates, our_grammar, our_templates
from models.labels import Example

SEED = 3
LEAST_SAID = 4
"""Times that a word of people's or templates' is said at least, to be counted."""
LEAST_PAIR = 2
_USUAL, _RARER = 10_000, 40_000
"""Sentences of `home.yaml`: the usual ones, and those with the rarer ones among them."""
_STOPS = 0.5
"""How likely a sentence ends where it can."""
_EACH = {True: 18, False: 10}
"""Sentences of a template of ours, and of Home Assistant's."""
_CALLED = {"name": "<name>", "area": "<area>", "floor": "<floor>"}
_PLACES = {"zname": "<name>", "zarea": "<area>", "zfloor": "<floor>"}
_NUMBER, _COLOR = "<number>", "<color>"
_DIGITS = frozenset(word for number in NUMBERS for word in number.split())
_FREE = frozenset(
    {
        "HassBroadcast", "HassGetWeather", "HassListAddItem", "HassListCompleteItem",
        "HassListRemoveItem", "HassMediaSearchAndPlay", "HassRespond", "HassShoppingListAddItem",
        "HassShoppingListCompleteItem", OUT_OF_SCOPE,
    }
)  # fmt: skip
"""Intents whose sentences are about anything."""


def main() -> int:
    """Count, and write the pairs."""
    corpora = corpora_folder()
    if corpora is None:
        raise LaresError("Expected the corpus nlu-home: set LARES_CORPORA.")
    pairs = count(corpora)
    lines = (
        "\t".join((last, *(f"{word} {times}" for word, times in sorted(after.items()))))
        for last, after in sorted(pairs.items())
    )
    PAIRS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{sum(map(len, pairs.values()))} pairs of {len(pairs)} words in {PAIRS}")
    return 0


def count(corpora: Path) -> Mapping[str, Mapping[str, int]]:
    """Words, each with those that follow it and how often. `corpora` holds `nlu-home`."""
    told = [_parts(each) for each in _examples(corpora) if each.intent not in _FREE]
    often = Counter(part for parts in told for part in parts)
    usual = list(_usual())
    known = {part for part, times in often.items() if times >= LEAST_SAID}
    known.update(part for parts in usual for part in parts)
    return _counted([*(parts for parts in told if parts and known.issuperset(parts)), *usual])


def _examples(corpora: Path) -> Iterator[Example]:
    package = home_assistant_intents.get_intents("en") or {}
    for template in (*our_templates(), *home_assistant_templates(package, our_grammar())):
        rng = random.Random(f"{SEED}/{template.intent}/{template.source}")
        yield from (template.example(rng) for _ in range(_EACH[template.ours]))
    yield from nlu_home(corpora)


def _usual() -> Iterator[list[str]]:
    """Usual sentences, the home's names in them as what they are."""
    home = Vocabulary(names=("zname",), areas=("zarea",), floors=("zfloor",))
    for wider, count in ((False, _USUAL), (True, _RARER)):
        automaton, rng = automaton_of(home, wider=wider), random.Random(SEED)
        for _ in range(count):
            yield _as_such(_PLACES.get(word, word) for word in _walked(automaton, rng))


def _walked(automaton: Automaton, rng: random.Random) -> Iterator[str]:
    """The words of one sentence; each word is as likely as any other that can follow, and all
    numbers together."""
    state = 0
    while automaton.arcs[state] and not (state in automaton.finals and rng.random() < _STOPS):
        ways: defaultdict[str, list[Arc]] = defaultdict(list)
        for arc in automaton.arcs[state]:
            ways[_NUMBER if arc.word in _DIGITS else arc.word].append(arc)
        arc = rng.choice(ways[rng.choice(sorted(ways))])
        if arc.word:
            yield arc.word
        state = arc.to


def _parts(example: Example) -> list[str]:
    """The words of a sentence, its names and numbers as what they are."""
    parts: list[str] = []
    end = 0
    for span in sorted(example.spans, key=lambda span: span.start):
        if span.label in _CALLED:
            parts += (*spoken(example.text[end : span.start]).split(), _CALLED[span.label])
            end = span.end
    return _as_such((*parts, *spoken(example.text[end:]).split()))


def _as_such(words: Iterable[str]) -> list[str]:
    """Words, with each number and each colour as what it is."""
    parts: list[str] = []
    for word in words:
        if word in _DIGITS:
            if parts[-1:] != [_NUMBER]:
                parts.append(_NUMBER)
        elif word not in COLORS:
            parts.append(word)
        elif parts and f"{parts[-1]} {word}" in COLORS:
            parts[-1] = _COLOR
        else:
            parts.append(_COLOR)
    return parts


def _counted(told: Iterable[list[str]]) -> dict[str, dict[str, int]]:
    times = Counter(pair for parts in told for pair in pairwise((BEGIN, *parts, END)))
    pairs: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for (last, word), count in times.items():
        if count >= LEAST_PAIR:
            pairs[last][word] = count
    return pairs


if __name__ == "__main__":
    sys.exit(main())
