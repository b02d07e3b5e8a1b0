"""Training what tells needs: `lares train needs`, in under an hour on two cores.

1. The sentences of `needs/*.txt`, a file for each voice that wrote them; talk of an open corpus
   (CLINC150's training sentences that no home answers), which is "nothing"; and orders that the
   tagger is trained with, which are the tagger's. These two judge nobody.
2. A first network never sees the voices of HELD_OUT. What the card says comes from that: people
   who were not asked speak differently from those who were, so a sentence of a known voice says
   little about how well strangers are understood.
3. The network that ships is trained on all voices, and exported as int8 ONNX.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from edge.types import LaresError
from models.artifact import MODEL, sha256, write_manifest
from models.labels import Example
from models.needs_joined import Joined, joined
from models.needs_model import BEGINS, LEAST, NEEDS, NOTHING, ORDER, SURE, NeedsModel, Read, plain

SENTENCES = Path(__file__).parent / "needs"
CARD = "card.md"
HELD_OUT = ("american", "students", "trades", "world")
"""Voices that the judged network never sees."""
MORE_TALK = 800
"""Sentences of the open corpus."""
ORDERS = 2500
"""Orders of the tagger's."""
BREATHS, JUDGED_BREATHS = 12_000, 2000
"""Clauses in one breath: that are trained on, and that judge."""
_NAMED = frozenset({"name", "domain"})
"""Labels of what an order is about."""
_LEASTS = (0.5, 0.7, SURE, 0.9, 0.95)


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence and what it tells the need of."""

    need: str
    text: str
    """Plain."""
    voice: str = ""
    """Who wrote it: the name of the file."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How good a network is on sentences of strangers, at one least probability. All are shares
    from 0 to 1."""

    least: float
    right: float
    """Of the sentences with a need: those whose need is found."""
    wrong: float
    """Of them: those taken for another need."""
    taken: float
    """Of talk: what is taken for a need."""


@dataclass(frozen=True, slots=True)
class Judged:
    """How the network did that never saw some voices."""

    voices: tuple[str, ...]
    sentences: int
    accuracy: float
    """Of all sentences, talk among them, whatever the probability."""
    figures: tuple[Figures, ...]
    taken_apart: float = 0.0
    """Of clauses in one breath: those that were taken apart just where they begin."""
    left_whole: float = 0.0
    """Of sentences: those in which no clause begins."""


class Trained(Protocol):
    """A trained network (`models.needs_network`)."""

    @property
    def needs(self) -> tuple[str, ...]: ...

    def read(self, text: str) -> Read:
        """What a text tells that is `plain`."""

    def export(self, folder: Path) -> None:
        """Writes model and tokenizer."""


Train = Callable[[Sequence[Said], Sequence[Joined]], Trained]


def sentences(folder: Path = SENTENCES) -> tuple[Said, ...]:
    """The sentences of a folder's files: "[need]" above those that tell it, "#" before a remark. A
    sentence that several voices say counts once, as the first one's.

    Raises LaresError, with the line, for a sentence above all needs, and where two voices mean
    different things by one.
    """
    found: dict[str, Said] = {}
    for file in sorted(folder.glob("*.txt")):
        need = ""
        for number, line in enumerate(map(str.strip, _lines(file)), start=1):
            if line.startswith("[") and line.endswith("]"):
                need = line[1:-1]
            elif line and not line.startswith("#"):
                said = Said(need, plain(line), file.stem)
                other = found.setdefault(said.text, said)
                if not need or other.need != need:
                    problem = f"one of [{other.need}] too" if need else "one above all needs"
                    raise LaresError(
                        f"{file}:{number}: expected a sentence, found {problem}: {line}"
                    )
    return tuple(found.values())


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()


def talk_of(corpus: Iterable[str], said: Sequence[Said], seed: int = 7) -> tuple[Said, ...]:
    """MORE_TALK sentences of a corpus of talk, none of them one of ours."""
    own = {each.text for each in said}
    texts = sorted({plain(text) for text in corpus} - own - {""})
    picked = np.random.default_rng(seed).permutation(len(texts))[:MORE_TALK]
    return tuple(Said(NOTHING, texts[at]) for at in picked)


def orders_of(examples: Iterable[Example], said: Sequence[Said], seed: int = 7) -> tuple[Said, ...]:
    """ORDERS of the tagger's sentences that name something and ask nothing."""
    own = {each.text for each in said}
    texts = {
        plain(example.text)
        for example in examples
        if "Get" not in example.intent and any(s.label in _NAMED for s in example.spans)
    }
    sorted_texts = sorted(texts - own - {""})
    picked = np.random.default_rng(seed).permutation(len(sorted_texts))[:ORDERS]
    return tuple(Said(ORDER, sorted_texts[at]) for at in picked)


def breaths_of(said: Sequence[Said], count: int = BREATHS, seed: int = 7) -> tuple[Joined, ...]:
    """Clauses in one breath, made of sentences."""
    by_need: dict[str, list[str]] = {}
    for each in said:
        by_need.setdefault(each.need, []).append(each.text)
    return joined(by_need, count, seed)


def judged(
    said: Sequence[Said], talk: Sequence[Said], train: Train, voices: Sequence[str] = HELD_OUT
) -> Judged:
    """How a network does on voices that it never saw. Raises LaresError where there are none."""
    known = [each for each in said if each.voice not in voices]
    strange = [each for each in said if each.voice in voices]
    if not known or not strange:
        raise LaresError(f"expected sentences of {' and '.join(voices)} and of others")
    network = train([*known, *talk], breaths_of([*known, *talk]))
    reads = [network.read(each.text) for each in strange]
    chances = np.array([read.chances for read in reads])
    orders = [each for each in talk if each.need == ORDER]
    breaths = breaths_of([*strange, *orders], JUDGED_BREATHS) if orders else ()
    apart = [_begins(network.read(each.text)) == each.begins for each in breaths]
    wanted = np.array([network.needs.index(each.need) for each in strange])
    nothing = network.needs.index(NOTHING)
    return Judged(
        tuple(voices),
        len(strange),
        float(np.mean(chances.argmax(1) == wanted)),
        tuple(figures(chances, wanted, nothing, least) for least in _LEASTS),
        float(np.mean(apart)) if apart else 0.0,
        float(np.mean([not _begins(read) for read in reads])),
    )


def _begins(read: Read) -> frozenset[int]:
    """The words at which clauses begin, without the first."""
    return frozenset(int(at) for at in np.flatnonzero(read.begins >= BEGINS) if at)


def figures(chances: NDArray[Any], wanted: NDArray[Any], nothing: int, least: float) -> Figures:
    """How good some probabilities are, shape (n, needs), of the wanted needs' places (n,)."""
    found = chances.argmax(1)
    taken = (found != nothing) & (chances.max(1) >= least)
    needed = wanted != nothing
    return Figures(
        least,
        right=float(np.mean((found == wanted)[needed] & taken[needed])),
        wrong=float(np.mean((found != wanted)[needed] & taken[needed])),
        taken=float(np.mean(taken[~needed])),
    )


def write(
    trained: Trained, folder: Path, told: Judged, said: Sequence[Said], more: Sequence[Said]
) -> NeedsModel:
    """Writes the artefact: model, tokenizer, needs, card and manifest; and loads it."""
    trained.export(folder)
    needs = json.dumps({"needs": list(trained.needs)}, indent=1)
    (folder / NEEDS).write_text(needs + "\n", encoding="utf-8")
    size = (folder / MODEL).stat().st_size
    (folder / CARD).write_text(_card(told, said, more, size), encoding="utf-8")
    write_manifest(folder)
    return NeedsModel.load(folder)


def told(judged: Judged, folder: Path) -> str:
    """How strangers are understood, in a line, and where the artefact is."""
    at = next(f for f in judged.figures if f.least == SURE)
    return (
        f"{judged.accuracy:.1%} of strangers' sentences right; from {at.least:.2f} on: needs "
        f"{at.right:.1%} right, {at.wrong:.1%} another, talk {at.taken:.1%} taken; "
        f"{judged.taken_apart:.1%} of breaths taken apart; {folder}"
    )


def _card(judged: Judged, said: Sequence[Said], more: Sequence[Said], size: int) -> str:
    others = Counter(each.need for each in more)
    rows = "\n".join(
        f"| {f.least:.2f} | {f.right:.1%} | {f.wrong:.1%} | {f.taken:.1%} |" for f in judged.figures
    )
    counts = Counter(each.need for each in said)
    needs = "\n".join(f"| {need} | {count} |" for need, count in sorted(counts.items()))
    voices = Counter(each.voice for each in said)
    hashes = "\n".join(
        f"| {voice} | {count} | `{sha256(SENTENCES / f'{voice}.txt')[:16]}…` |"
        for voice, count in sorted(voices.items())
    )
    return f"""\
# The needs

all-MiniLM-L6-v2 (Apache-2.0), trained further to tell what a speaker lacks who does not say what is
to be done; int8 ONNX, {size / 1e6:.1f} MB. It decides nothing: what is done for a need in a home is
`edge/nlu/wishes.py`'s part.

Trained on {len(said):,} sentences, all our own (`models/needs/`), on {others[NOTHING]:,} of
CLINC150 (CC BY 3.0, clinc/oos-eval; its training split) as talk, and on {others[ORDER]:,} orders of
the tagger's training data, which are left to the tagger; and on {BREATHS:,} times several clauses
in one breath, made of all these, for where a clause begins.

## On {judged.sentences:,} sentences of strangers

By a network that never saw the voices {" and ".join(judged.voices)}. The likeliest class is right
for {judged.accuracy:.1%}. Of clauses in one breath that were made of their sentences and of orders,
{judged.taken_apart:.1%} are taken apart just where they begin, and {judged.left_whole:.1%} of the
sentences are left whole. Lares asks about a need from probability {LEAST:.2f} on, and acts from
{SURE:.2f} on:

| least | right | another need | talk taken for a need |
|---|---|---|---|
{rows}

Talk here is full of near misses ("my car is freezing in the mornings").

## Sentences

| voice | sentences | sha256 |
|---|---|---|
{hashes}

| need | sentences |
|---|---|
{needs}

## Make it again

    make setup-train
    lares train needs

## Limits

- English only. The sentences were written by language models in the voices of people.
- The same words may be a wish or mere talk; the network hears no tone of voice.
"""
