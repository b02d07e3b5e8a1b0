"""Training the layer that tells needs, in about a minute: `lares train needs`.

1. The sentences of `needs/sentences.txt` become features (`needs_layer`), by an embedder that is
   passed in. So does talk of an open corpus (CLINC150's training sentences that no home answers),
   which is trained on as "nothing" and judges nobody.
2. Five layers, each trained on four fifths of the sentences, judge the fifth that they have not
   seen: what the card says comes from that, and so does the least probability at which a need is
   acted on.
3. The layer that ships is trained on all of them.

The layers are trained by Adam (D. Kingma and J. Ba, 2015) on the mean cross entropy, in NumPy, each
from zero and on all sentences at once, so that the same sentences give the same weights.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.types import LaresError
from models.artifact import sha256, write_manifest
from models.linear import Adam, Matrix, slope_of_error
from models.needs_layer import (
    NOTHING,
    WEIGHTS,
    Embed,
    Layer,
    features_of,
    grams_of,
    plain,
)

SENTENCES = Path(__file__).parent / "needs" / "sentences.txt"
CARD = "card.md"
FOLDS = 5
MORE_TALK = 800
"""Sentences of the open corpus."""
_STEPS, _RATE, _DECAY = 200, 0.05, 2e-4
LEAST = 0.7
"""Probability from which a need is acted on: what is not sure is asked about or left alone."""
_SEEN_TWICE = 2
"""A word or pair counts when so many sentences have it."""
_LEASTS = (0.3, 0.4, 0.5, 0.6, 0.7)


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence and what it tells the need of."""

    need: str
    text: str
    """Plain."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How good layers are on sentences that they were not trained on, at one least probability.
    All are shares from 0 to 1."""

    least: float
    right: float
    """Of the sentences with a need: those whose need is found."""
    wrong: float
    """Of them: those taken for another need."""
    taken: float
    """Of talk: what is taken for a need."""


@dataclass(frozen=True, slots=True)
class Trained:
    """The layer that ships, and how its like did."""

    layer: Layer
    accuracy: float
    """Of all sentences, talk among them, whatever the probability."""
    figures: tuple[Figures, ...]
    counts: dict[str, int]
    more_talk: int
    """Sentences of the open corpus among those trained on."""


def sentences(file: Path = SENTENCES) -> tuple[Said, ...]:
    """The sentences of a file: "[need]" above those that tell it, "#" before a remark.

    Raises LaresError, with the line, for a sentence that has no need or stands there twice.
    """
    need = ""
    found: dict[str, Said] = {}
    lines = map(str.strip, file.read_text(encoding="utf-8").splitlines())
    for number, line in enumerate(lines, start=1):
        if line.startswith("[") and line.endswith("]"):
            need = line[1:-1]
        elif line and not line.startswith("#"):
            text = plain(line)
            if not need or text in found:
                problem = "one said before" if need else "one above all needs"
                raise LaresError(f"{file}:{number}: expected a sentence, found {problem}: {line}")
            found[text] = Said(need, text)
    return tuple(found.values())


def talk_of(corpus: Iterable[str], said: Sequence[Said], seed: int = 7) -> tuple[Said, ...]:
    """MORE_TALK sentences of a corpus of talk, none of them one of ours."""
    own = {each.text for each in said}
    texts = sorted({plain(text) for text in corpus} - own - {""})
    picked = np.random.default_rng(seed).permutation(len(texts))[:MORE_TALK]
    return tuple(Said(NOTHING, texts[at]) for at in picked)


def train(
    said: Sequence[Said],
    embed: Embed,
    *,
    least: float = LEAST,
    talk: Sequence[Said] = (),
    seed: int = 7,
) -> Trained:
    """A layer trained on all sentences and on more talk, and how five of its like did on the
    sentences that they had not seen."""
    needs = tuple(sorted({each.need for each in said}))
    wanted = np.array([needs.index(each.need) for each in said])
    texts = [each.text for each in said]
    vectors = _Once(embed, [*texts, *(each.text for each in talk)])
    folds = np.random.default_rng(seed).permutation(len(said)) % FOLDS
    chances = np.zeros((len(said), len(needs)), np.float32)
    for fold in range(FOLDS):
        kept, held_out = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        layer = _layer([*(said[int(at)] for at in kept), *talk], needs, vectors, least)
        features = features_of([texts[at] for at in held_out], vectors, layer.grams)
        chances[held_out] = layer.probabilities(features)
    return Trained(
        _layer([*said, *talk], needs, vectors, least),
        float(np.mean(chances.argmax(1) == wanted)),
        tuple(_figures(chances, wanted, needs.index(NOTHING), each) for each in _LEASTS),
        dict(Counter(each.need for each in said)),
        len(talk),
    )


def write(trained: Trained, folder: Path, embedder: str) -> None:
    """Writes the artefact: weights, card and manifest. `embedder` is the name of whose vectors
    it needs."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / WEIGHTS).write_bytes(trained.layer.to_bytes())
    (folder / CARD).write_text(_card(trained, embedder), encoding="utf-8")
    write_manifest(folder)


def told(trained: Trained, folder: Path) -> str:
    """How the layer did, in a line, and where it is."""
    at = next((f for f in trained.figures if f.least == trained.layer.least), None)
    shares = (
        f"; from {at.least:.1f} on: needs {at.right:.1%} right, {at.wrong:.1%} another, "
        f"talk {at.taken:.1%} taken"
        if at is not None
        else ""
    )
    return f"{trained.accuracy:.1%} right on sentences not trained on{shares}; {folder}"


class _Once:
    """An embedder that embeds each of some texts once."""

    def __init__(self, embed: Embed, texts: Sequence[str]) -> None:
        self._vectors = embed(texts)
        self._rows = {text: row for row, text in enumerate(texts)}

    def __call__(self, texts: Sequence[str]) -> Matrix:
        rows: Matrix = self._vectors[[self._rows[text] for text in texts]]
        return rows


def _layer(said: Sequence[Said], needs: tuple[str, ...], embed: Embed, least: float) -> Layer:
    texts = [each.text for each in said]
    counts = Counter(gram for text in texts for gram in set(grams_of(text)))
    known = sorted(gram for gram, count in counts.items() if count >= _SEEN_TWICE)
    grams = {gram: place for place, gram in enumerate(known)}
    wanted = np.array([needs.index(each.need) for each in said])
    weights = _fitted(features_of(texts, embed, grams), wanted, len(needs))
    layer = Layer(needs, grams, weights, least)
    # as it will be loaded
    return replace(layer, weights=weights.astype(np.float16).astype(np.float32))


def _fitted(features: Matrix, wanted: NDArray[Any], classes: int) -> Matrix:
    inputs = np.hstack([features, np.ones((len(features), 1), np.float32)])
    weights = np.zeros((inputs.shape[1], classes), np.float32)
    adam = Adam.like(weights)
    for step in range(_STEPS):
        slope = slope_of_error(inputs, wanted, weights)
        slope[:-1] += np.float32(_DECAY) * weights[:-1]  # but the bias may be large
        weights -= np.float32(_RATE * (1 - step / _STEPS)) * adam.moved(slope)
    return weights.astype(np.float32)


def _figures(chances: Matrix, wanted: NDArray[Any], nothing: int, least: float) -> Figures:
    found = chances.argmax(1)
    taken = (found != nothing) & (chances.max(1) >= least)
    needed = wanted != nothing
    return Figures(
        least,
        right=float(np.mean((found == wanted)[needed] & taken[needed])),
        wrong=float(np.mean((found != wanted)[needed] & taken[needed])),
        taken=float(np.mean(taken[~needed])),
    )


def _card(trained: Trained, embedder: str) -> str:
    layer = trained.layer
    rows = "\n".join(
        f"| {f.least:.1f} | {f.right:.1%} | {f.wrong:.1%} | {f.taken:.1%} |"
        for f in trained.figures
    )
    counts = "\n".join(f"| {need} | {count} |" for need, count in sorted(trained.counts.items()))
    return f"""\
# The needs

One linear layer that tells what a speaker lacks who does not say what is to be done. It sees a
sentence's embedding ({embedder}) and its words and pairs of words ({len(layer.grams):,} known
ones). It decides nothing: what is done for a need in a home is `edge/nlu/wishes.py`'s part.

Trained on {sum(trained.counts.values()):,} sentences, all our own (`models/needs/sentences.txt`,
sha256 `{sha256(SENTENCES)}`), and on {trained.more_talk:,} sentences of CLINC150 (CC BY 3.0,
clinc/oos-eval; its training split) as talk; {layer.weights.nbytes // 2 / 1e3:.0f} kB as float16.

## On sentences not trained on (five folds)

The likeliest class is right for {trained.accuracy:.1%} of all sentences. Lares acts on a need from
probability {layer.least:.1f} on:

| least | right | another need | talk taken for a need |
|---|---|---|---|
{rows}

Talk here is full of near misses ("my car is freezing in the mornings"), and these figures are the
layer's alone: what tells of other times and people is sorted out before it (`edge/nlu/needs.py`).

## Sentences

| need | sentences |
|---|---|
{counts}

## Make it again

    lares models fetch {embedder}
    lares train needs

## Limits

- English only, and one person wrote the sentences.
- The same words may be a wish or mere talk; the layer hears no tone of voice.
"""
