"""The usual sentences to a home, as an automaton: what engines with a grammar can hear, and what
anything else that was heard is compared with.

The sentences are in `home.yaml`; the names of the home stand wherever a thing can.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from edge.domain.automaton import Automaton
from edge.domain.domain import Domain
from edge.voice.vocabulary import COLORS, KINDS, NUMBERS, STATES, Vocabulary

_SENTENCES = Path(__file__).parent / "home.yaml"


def automaton_of(vocabulary: Vocabulary) -> Automaton:
    """The sentences that name what the vocabulary names."""
    context = _context()
    lists = {
        "name": vocabulary.spoken_names() or KINDS,
        "area": vocabulary.spoken_areas() or ("room",),
        "floor": vocabulary.spoken_floors() or ("upstairs", "downstairs"),
        "sentence": vocabulary.spoken_sentences(),
        "kind": KINDS,
        "color": COLORS,
        "state": STATES,
        "number": (*NUMBERS, "a hundred"),
    }
    expressions = dict(context["expressions"])
    if not lists["sentence"]:
        del expressions["own"]
    macros = {name: [_options(texts)] for name, texts in lists.items() if texts}
    return Automaton.of(Domain.of(expressions, {**context["macros"], **macros}, {}))


def with_grammar(vocabulary: Vocabulary) -> Vocabulary:
    """The vocabulary, with the grammar of its home's sentences."""
    return replace(vocabulary, grammar=automaton_of(vocabulary).grammar())


@cache
def _context() -> Any:
    return yaml.safe_load(_SENTENCES.read_text(encoding="utf-8"))["context"]


def _options(texts: Sequence[str]) -> str:
    return f"[{', '.join(texts)}]"
