"""The tagger's training data, made anew and the same from a seed.

1. Every template of ours and of Home Assistant's gives some sentences (`models.corpus_templates`).
2. The open corpora give people's own sentences and what is out of scope (`models.corpus_open`).
3. Some get names that no list has (`models.corpus_names`).
4. Some become noisy, as speech to text or a hasty typist would make them (`models.corpus_noise`).
5. Doubles go, and what contradicts an earlier sentence (the same words, another intent).
6. One template in fifteen, with all its sentences, and one in fifteen of the corpora's sentences
   are held out: the tagger's confidence is calibrated on wordings that it has not seen.

Evaluation data (`ha-intents-en`, `home-leaderboard`, SLURP) is never read here.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

import home_assistant_intents

from edge.types import LaresError
from models import corpus_open
from models.artifact import sha256
from models.corpus_names import renamed
from models.corpus_noise import noisy
from models.corpus_templates import (
    PHRASING,
    Template,
    home_assistant_templates,
    our_grammar,
    our_templates,
)
from models.labels import Example, said

HELD_OUT_SHARE = 15
"""One source in so many is held out."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """How many sentences each source gives, before doubles go."""

    ours: int = 18
    """Of each of our templates."""
    ours_at_least: int = 150
    """Of our templates of one intent together."""
    home_assistant: int = 10
    """Of each of Home Assistant's templates."""
    home_assistant_at_most: int = 800
    """Of Home Assistant's templates of one intent together."""
    corpus_intent: int = 200
    """Of each intent of NLU-Evaluation-Data that has a counterpart of ours."""
    out_of_scope_intent: int = 45
    """Of each out-of-scope intent of NLU-Evaluation-Data and of CLINC150."""
    invented: float = 0.12
    """Share of the sentences with a name or an area that get an invented one."""


QUICK = Amounts(2, 20, 1, 60, 15, 3)
"""About a tenth of the usual: to try the whole way in a minute or two."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Sentences to train on and to calibrate with, and where they come from."""

    train: tuple[Example, ...]
    held_out: tuple[Example, ...]
    hashes: Mapping[str, str] = field(default_factory=dict)
    """Each input by name: the sha256 of a file, the version of a package."""

    def counts(self) -> dict[str, int]:
        """Training sentences by intent, most first."""
        return dict(Counter(example.intent for example in self.train).most_common())


def build(seed: int, amounts: Amounts = Amounts(), corpora: Path | None = None) -> Corpus:
    """The corpus of this seed. `corpora`: a folder as of `corpus_open.corpora_folder`, or None.

    Raises LaresError when a template or a corpus file is not what it should be.
    """
    package = home_assistant_intents.get_intents("en")
    if package is None:
        raise LaresError("Expected English sentences in home-assistant-intents, found none.")
    ours = our_templates()
    theirs = home_assistant_templates(package, our_grammar())
    hashes = {f"models/phrasing/{p.name}": sha256(p) for p in _phrasing_files()}
    hashes["home-assistant-intents"] = metadata.version("home-assistant-intents")
    examples = [
        *_walked(ours, seed, amounts.ours, at_least=amounts.ours_at_least),
        *_walked(theirs, seed, amounts.home_assistant, at_most=amounts.home_assistant_at_most),
    ]
    if corpora is not None:
        names = (
            corpus_open.NLU_HOME,
            corpus_open.CLINC150,
            corpus_open.CLINC150_OUT_OF_SCOPE,
        )
        hashes |= {str(name): sha256(corpora / name) for name in names}
        open_sentences = [*corpus_open.nlu_home(corpora), *corpus_open.clinc150(corpora)]
        examples += _chosen(open_sentences, seed, amounts)
    naming = random.Random(f"{seed}/names")
    examples = [renamed(example, naming, amounts.invented) for example in examples]
    rng = random.Random(f"{seed}/noise")
    told = _without_doubles([noisy(example, rng) for example in examples])
    rng.shuffle(told)
    train = tuple(example for example in told if not _is_held_out(example))
    held_out = tuple(example for example in told if _is_held_out(example))
    return Corpus(train, held_out, hashes)


def _phrasing_files() -> list[Path]:
    return sorted(PHRASING.glob("*.txt"))


def _walked(
    templates: Sequence[Template], seed: int, each: int, *, at_least: int = 0, at_most: int = 10**9
) -> list[Example]:
    """Sentences of the templates, intent by intent; each template has its own randomness."""
    by_intent: dict[str, list[Template]] = defaultdict(list)
    for template in templates:
        by_intent[template.intent].append(template)
    result = []
    for intent, of_intent in by_intent.items():
        total = min(max(each * len(of_intent), at_least), at_most)
        for place, template in enumerate(of_intent):
            share = total // len(of_intent) + (place < total % len(of_intent))
            rng = random.Random(f"{seed}/{intent}/{template.source}")
            result += [template.example(rng) for _ in range(share)]
    return result


def _chosen(examples: Iterable[Example], seed: int, amounts: Amounts) -> list[Example]:
    """So many of each of a corpus's own intents."""
    by_source: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        by_source[example.source].append(example)
    result = []
    for source, of_source in by_source.items():
        in_scope = of_source[0].intent.startswith("Hass")
        limit = amounts.corpus_intent if in_scope else amounts.out_of_scope_intent
        rng = random.Random(f"{seed}/{source}")
        result += rng.sample(of_source, min(limit, len(of_source)))
    return result


def _without_doubles(examples: Iterable[Example]) -> list[Example]:
    """The first example of each sentence, as the tagger sees sentences."""
    first: dict[tuple[str, ...], Example] = {}
    for example in examples:
        seen = said(example.text)
        if seen:
            first.setdefault(seen, example)
    return list(first.values())


def _is_held_out(example: Example) -> bool:
    told_by = example.source
    if not told_by.startswith(("phrasing/", "home-assistant-intents/")):
        told_by += example.text
    digest = hashlib.sha256(told_by.encode()).digest()
    return int.from_bytes(digest[:4], "big") % HELD_OUT_SHARE == 0
