"""Training a domain's head, in a minute or two on a small board.

1. Sentences are sampled from the domain and said otherwise (`sampling`); as many again are talk
   that is not for it. One in five of each is held out.
2. The tagger's encoder turns each into hidden states. It is not changed, so this is most of the
   work: some milliseconds a sentence.
3. Two linear layers are trained on them by Adam (D. Kingma and J. Ba, 2015), in NumPy.
4. The held-out sentences say how good the result is.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from edge.domain.automaton import Automaton
from edge.domain.domain import Domain, slots_of
from edge.domain.head import DomainHead, HeadInterpreter, Linear
from edge.domain.sampling import Sample, sentences, talk, varied
from edge.nlu.tagger import States, Tagger
from models.labels import OUTSIDE
from models.labels import words as cut_into_words
from models.linear import Adam, Matrix, slope_of_error

SENTENCES = 1500
"""Of the domain; as many are talk."""
_HELD_OUT = 5
_EPOCHS, _BATCH, _RATE, _DECAY = 30, 256, 0.01, 1e-4

Progress = Callable[[int, int], None]
"""Told how many sentences of how many are read."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How good a head is, on sentences that it was not trained on."""

    sentences: int
    """Held out, of the domain."""
    right: float
    """Share of them whose intent and slots all come out right."""
    talk: int
    """Held out, not of the domain."""
    taken: float
    """Share of that which is taken for something of the domain."""


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """A sample and what the encoder makes of it."""

    sample: Sample
    states: States
    tags: tuple[str, ...]


def train(
    domain: Domain,
    automaton: Automaton,
    tagger: Tagger,
    *,
    count: int = SENTENCES,
    seed: int = 7,
    progress: Progress = lambda done, of: None,
) -> tuple[DomainHead, Figures]:
    """A head for the domain, and how good it is. The same for the same seed."""
    rng = random.Random(seed)
    said = _different(
        (varied(s, rng) if rng.random() < 0.7 else s for s in sentences(automaton, rng)), count
    )
    other = _different(talk(automaton, rng), count)
    own = {sample.text for sample in said}
    samples = [*said, *(sample for sample in other if sample.text not in own)]
    read = []
    for place, sample in enumerate(samples, start=1):
        states = tagger.states(sample.text)
        if states is not None:
            read.append(_Read(sample, states, _tags(sample, len(states.words))))
        progress(place, len(samples))
    rng.shuffle(read)
    held_out, kept = read[: len(read) // _HELD_OUT], read[len(read) // _HELD_OUT :]
    head = _head(kept, np.random.default_rng(seed))
    return head, _figures(HeadInterpreter(tagger, head, slots_of(domain)), held_out)


def _different(samples: Iterator[Sample], count: int) -> list[Sample]:
    """So many samples, none twice as far as there are so many."""
    found: dict[str, Sample] = {}
    for sample in itertools.islice(samples, 4 * count):
        found.setdefault(sample.text, sample)
        if len(found) == count:
            break
    return [*found.values()]


def _tags(sample: Sample, count: int) -> tuple[str, ...]:
    """One tag for each word that the tagger sees."""
    tags: list[str] = []
    for piece in sample.pieces:
        words = _seen(piece.words)
        if piece.value is None:
            tags += [OUTSIDE] * words
        elif words:
            tags += [f"B-{piece.value.slot}", *[f"I-{piece.value.slot}"] * (words - 1)]
    return tuple(tags[:count])


def _seen(words: Sequence[str]) -> int:
    """As how many words the tagger sees these: "i'd" is two."""
    return len(cut_into_words(" ".join(words)))


def _head(read: Sequence[_Read], rng: np.random.Generator) -> DomainHead:
    means = np.stack([each.states.mean for each in read])
    intents = [each.sample.intent for each in read]
    of_words = np.concatenate([each.states.of_words for each in read])
    tags = [tag for each in read for tag in each.tags]
    return DomainHead(_fitted(means, intents, rng), _fitted(of_words, tags, rng))


def _fitted(features: Matrix, labels: Sequence[str], rng: np.random.Generator) -> Linear:
    """A linear layer that tells the labels from the features, trained by Adam."""
    classes = tuple(sorted(set(labels)))
    places = {name: place for place, name in enumerate(classes)}
    wanted = np.array([places[label] for label in labels])
    inputs = np.hstack([features, np.ones((len(features), 1), np.float32)])
    weights = np.zeros((inputs.shape[1], len(classes)), np.float32)
    adam = Adam.like(weights)
    for _ in range(_EPOCHS):
        for batch in np.array_split(rng.permutation(len(inputs)), max(1, len(inputs) // _BATCH)):
            slope = slope_of_error(inputs[batch], wanted[batch], weights)
            slope += np.float32(_DECAY) * weights
            weights = weights - np.float32(_RATE) * adam.moved(slope)
    return Linear(classes, weights.astype(np.float32))


def _figures(understand: HeadInterpreter, held_out: Sequence[_Read]) -> Figures:
    own = [each.sample for each in held_out if each.sample.intent]
    other = [each.sample for each in held_out if not each.sample.intent]
    right = 0
    for sample in own:
        meant = understand(sample.text)
        right += meant is not None and (meant.name, meant.slots) == (sample.intent, sample.slots)
    taken = sum(understand(sample.text) is not None for sample in other)
    return Figures(len(own), right / max(1, len(own)), len(other), taken / max(1, len(other)))
