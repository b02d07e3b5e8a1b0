"""The usual sentences to a home, as an automaton: what engines with a grammar can hear, and, with
more ways to put things, what anything else that was heard is compared with.

The sentences are in `home.yaml`; the names of the home stand wherever a thing can.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from edge.domain.automaton import Automaton
from edge.domain.domain import Domain
from edge.voice.vocabulary import COLORS, KINDS, NUMBERS, STATES, Vocabulary

_SENSED = frozenset({"leak", "motion", "temperature", "humidity", "battery", "sensor", "contact"})
"""What sensors' names end with."""
_SENTENCES = Path(__file__).parent / "home.yaml"


def automaton_of(vocabulary: Vocabulary, *, wider: bool = False) -> Automaton:
    """The sentences that name what the vocabulary names; `wider`: those that are rarer too."""
    context = _sentences()["context"]
    lists = {
        "name": vocabulary.spoken_names() or KINDS,
        "area": vocabulary.spoken_areas() or ("room",),
        "floor": vocabulary.spoken_floors() or ("upstairs", "downstairs"),
        "head": heads(vocabulary) or KINDS,
        "sentence": vocabulary.spoken_sentences(),
        "kind": KINDS,
        "color": COLORS,
        "state": STATES,
        "number": (*NUMBERS, "a hundred"),
        "count": NUMBERS,
    }
    expressions, macros = dict(context["expressions"]), dict(context["macros"])
    if wider:
        own = expressions["own"]
        expressions = {**_sentences()["wider"]["expressions"], "own": own}
        macros = _together(macros, _sentences()["wider"]["macros"])
    if not lists["sentence"]:
        del expressions["own"]
    macros |= {name: [_options(texts)] for name, texts in lists.items() if texts}
    return Automaton.of(Domain.of(expressions, macros, {}))


def with_grammar(vocabulary: Vocabulary) -> Vocabulary:
    """The vocabulary, with the grammar of its home's sentences."""
    return replace(vocabulary, grammar=automaton_of(vocabulary).grammar())


@cache
def _sentences() -> Any:
    return yaml.safe_load(_SENTENCES.read_text(encoding="utf-8"))


def _together(some: Mapping[str, list[str]], more: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {name: [*some.get(name, ()), *more.get(name, ())] for name in {**some, **more}}


def heads(vocabulary: Vocabulary) -> tuple[str, ...]:
    """What things are called for short: "skylight" for "office skylight", "washer" for "washer
    leak", since one asks for a leak at the washer."""
    parts = [name.rpartition(" ") for name in vocabulary.spoken_names() if " " in name]
    last = (word for _, _, word in parts if word not in KINDS)
    sensed = (before for before, _, word in parts if word in _SENSED)
    return tuple(dict.fromkeys((*last, *sensed)))


def _options(texts: Sequence[str]) -> str:
    return f"[{', '.join(texts)}]"
