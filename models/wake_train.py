"""Trains a wake word of one's own from synthetic speech.

1. Texts are made of the phrase (`models.wake_phrases`), spoken by every synthesiser there is, in
   many rooms, and turned into openWakeWord's vectors (`models.wake_examples`).
2. A network of two hidden layers learns to tell the word from the rest: Adam (Kingma and Ba, 2015)
   on the cross-entropy, with dropout, in NumPy. After half of the time, what it is still wrong
   about counts more.
3. The threshold is the lowest at which no other speech that was kept aside wakes.
4. What is measured is said by speakers that it never heard: how many words it misses in quiet and
   with noise 10 dB softer, how many near misses wake it, and how often an hour other speech does.
"""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from models.wake_examples import STRETCH_S, Amounts, Example, Kind, Purpose, planned, spoken
from models.wake_phrases import phrases_of
from models.wake_speech import Synthesiser, Wave
from models.wake_word import INPUTS, WakeWordModel, Weights

Rows = NDArray[np.float32]
REFRACTORY = 12
"""Windows after a false accept that belong to it: a second."""
THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99)


@dataclass(frozen=True, slots=True)
class Settings:
    """How it learns."""

    seed: int = 7
    hidden: int = 32
    epochs: int = 30
    batch: int = 512
    learning_rate: float = 1e-3
    decay: float = 1e-4
    dropout: float = 0.3


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured with speakers that training never heard. Shares are of 1."""

    missed_clean: float
    missed_noisy: float
    """With noise whose loudest moment is 10 dB softer than the word's."""
    words: int
    """Times that the word was said in each of the two."""
    near_accepted: float
    near: int
    false_accepts_per_hour: float
    hours: float

    def told(self) -> str:
        """For a terminal."""
        return (
            f"missed in quiet {self.missed_clean:.1%}, with noise at 10 dB {self.missed_noisy:.1%} "
            f"(of {self.words} each); near misses that wake {self.near_accepted:.1%} "
            f"(of {self.near}); other speech wakes {self.false_accepts_per_hour:.1f} times an hour "
            f"(in {self.hours:.2f} h). All is synthetic speech of speakers that it had not heard."
        )


def train_word(
    phrase: str,
    voices: Synthesiser,
    console: Console,
    *,
    amounts: Amounts | None = None,
    settings: Settings | None = None,
    noise: Wave | None = None,
    corpora: Path | None = None,
    processes: int | None = None,
) -> tuple[WakeWordModel, Figures]:
    """The word and what was measured of it.

    noise: a recording of the place where it will listen, shape (n,), full scale 1. corpora: folder
    of the open corpora, whose sentences are spoken as other speech.
    Raises LaresError when the phrase will not do, or speech cannot be made.
    """
    settings = settings or Settings()
    amounts = amounts or Amounts()
    rng = random.Random(settings.seed)
    began = time.monotonic()
    phrases = phrases_of(phrase, rng, corpora=corpora)
    plans = planned(phrases, voices.voices, amounts, rng)
    examples = spoken(plans, voices, console, noise=noise, processes=processes)
    weights = learn(_only(examples, "train"), settings, console)
    threshold = _threshold(weights, _only(examples, "validate"))
    figures = measured(weights, threshold, examples)
    texts = "\n".join((phrases.wanted, *phrases.near, *phrases.other))
    told = {
        "figures": asdict(figures),
        "settings": asdict(settings),
        "amounts": asdict(amounts),
        "voices": _heard(plans, ("train", "validate")),
        "measured_voices": _heard(plans, ("clean", "noisy")),
        "data": {
            "texts sha256": hashlib.sha256(texts.encode()).hexdigest(),
            "noise sha256": None if noise is None else hashlib.sha256(noise.tobytes()).hexdigest(),
            "pyopen-wakeword": version("pyopen-wakeword"),
        },
        "seconds": round(time.monotonic() - began, 1),
    }
    return WakeWordModel(phrases.wanted, threshold, weights, told), figures


def learn(examples: Sequence[Example], settings: Settings, console: Console) -> Weights:
    """The network that tells the windows of the wanted word from all others."""
    rng = np.random.default_rng(settings.seed)
    rows = np.concatenate([e.rows for e in examples])
    kinds = np.concatenate([np.full(len(e.rows), e.plan.kind) for e in examples])
    labels = (kinds == "wanted").astype(np.float32)
    mean, scale = rows.mean(axis=0), 1 / (rows.std(axis=0) + 1e-3)
    rows = (rows - mean) * scale
    counts = _balance(kinds)
    network = _Network(settings, rng)
    loss = 0.0
    for epoch in track(range(settings.epochs), "learning", console=console):
        rate = settings.learning_rate * 0.5 * (1 + np.cos(np.pi * epoch / settings.epochs))
        if epoch == settings.epochs // 2:
            wrong = np.abs(network.probabilities(rows) - labels)
            counts = _balance(kinds) * (1 + 4 * wrong)
        order = rng.permutation(len(rows))
        loss = 0.0
        for begin in range(0, len(order), settings.batch):
            place = order[begin : begin + settings.batch]
            loss += network.step(rows[place], labels[place], counts[place], float(rate))
    console.print(f"learned: loss {loss / max(1, len(rows) // settings.batch):.4f}")
    return network.weights(mean, scale)


def measured(weights: Weights, threshold: float, examples: Sequence[Example]) -> Figures:
    """How well the word is told from other speech, in the examples that are for that."""

    def wakes(kind: Kind, *purposes: Purpose) -> list[int]:
        chosen = [e for e in examples if e.plan.kind == kind and e.plan.purpose in purposes]
        return [_wakes(weights, threshold, e.rows) for e in chosen]

    clean, noisy = wakes("wanted", "clean"), wakes("wanted", "noisy")
    near, other = wakes("near", "clean", "noisy"), wakes("other", "clean", "noisy")
    hours = len(other) * STRETCH_S / 3600
    return Figures(
        missed_clean=_share(clean, 0),
        missed_noisy=_share(noisy, 0),
        words=len(clean),
        near_accepted=1 - _share(near, 0),
        near=len(near),
        false_accepts_per_hour=sum(other) / hours if hours else 0.0,
        hours=hours,
    )


def _wakes(weights: Weights, threshold: float, rows: Rows) -> int:
    """How often an example wakes, a second apart at least."""
    count, quiet = 0, 0
    for place in np.flatnonzero(weights.probabilities(rows) >= threshold):
        if place >= quiet:
            count, quiet = count + 1, int(place) + REFRACTORY
    return count


def _threshold(weights: Weights, examples: Sequence[Example]) -> float:
    others = [e.rows for e in examples if e.plan.kind == "other"]
    loudest = max((float(weights.probabilities(rows).max(initial=0)) for rows in others), default=0)
    return next((t for t in THRESHOLDS if t > loudest), THRESHOLDS[-1])


def _only(examples: Sequence[Example], purpose: Purpose) -> list[Example]:
    return [e for e in examples if e.plan.purpose == purpose]


def _share(counts: Sequence[int], value: int) -> float:
    return sum(count == value for count in counts) / len(counts) if counts else 0.0


def _heard(plans: Sequence[Any], purposes: Sequence[Purpose]) -> Mapping[str, list[str]]:
    used = sorted({p.voice for p in plans if p.purpose in purposes}, key=str)
    return {s: [v.name for v in used if v.synthesiser == s] for s in {v.synthesiser for v in used}}


def _balance(kinds: NDArray[np.str_]) -> Rows:
    """A weight for each row: the word counts as much as all else, near misses half of that."""
    weights = np.zeros(len(kinds), dtype=np.float32)
    for kind, share in (("wanted", 0.4), ("near", 0.2), ("other", 0.4)):
        there = kinds == kind
        weights[there] = share * len(kinds) / max(1, int(there.sum()))
    return weights


class _Network:
    """The weights while they are learned."""

    def __init__(self, settings: Settings, rng: np.random.Generator) -> None:
        self._settings = settings
        self._rng = rng
        sizes = (INPUTS, settings.hidden, settings.hidden, 1)
        self._parameters: list[Rows] = []
        for ins, outs in pairwise(sizes):
            he = rng.normal(0, np.sqrt(2 / ins), (ins, outs)).astype(np.float32)
            self._parameters += [he, np.zeros(outs, dtype=np.float32)]
        self._first = [np.zeros_like(p) for p in self._parameters]
        self._second = [np.zeros_like(p) for p in self._parameters]
        self._steps = 0

    def probabilities(self, rows: Rows) -> Rows:
        zero, one = np.zeros(INPUTS, dtype=np.float32), np.ones(INPUTS, dtype=np.float32)
        return self.weights(zero, one).probabilities(rows)

    def weights(self, mean: Rows, scale: Rows) -> Weights:
        w1, b1, w2, b2, w3, b3 = (p.copy() for p in self._parameters)
        return Weights(mean, scale, w1, b1, w2, b2, w3, b3)

    def step(self, rows: Rows, labels: Rows, weights: Rows, rate: float) -> float:
        """Learn from one batch. Returns its loss."""
        w1, b1, w2, b2, w3, b3 = self._parameters
        keep = 1 - self._settings.dropout
        rows = rows * (self._rng.random(rows.shape, dtype=np.float32) < keep) / np.float32(keep)
        one = np.maximum(rows @ w1 + b1, 0)
        two = np.maximum(one @ w2 + b2, 0)
        logit = (two @ w3 + b3)[:, 0]
        found = 1 / (1 + np.exp(-np.clip(logit, -30, 30)))
        error = ((found - labels) * weights / len(rows))[:, np.newaxis].astype(np.float32)
        back2 = (error @ w3.T) * (two > 0)
        back1 = (back2 @ w2.T) * (one > 0)
        self._adam(
            (
                rows.T @ back1, back1.sum(axis=0),
                one.T @ back2, back2.sum(axis=0),
                two.T @ error, error.sum(axis=0),
            ),
            rate,
        )  # fmt: skip
        losses = np.logaddexp(0, np.where(labels > 0, -logit, logit))
        return float((losses * weights).mean())

    def _adam(self, gradients: Sequence[Rows], rate: float) -> None:
        self._steps += 1
        for place, gradient in enumerate(gradients):
            first = self._first[place] = 0.9 * self._first[place] + 0.1 * gradient
            second = self._second[place] = 0.999 * self._second[place] + 0.001 * gradient**2
            upward = first / (1 - 0.9**self._steps)
            downward = np.sqrt(second / (1 - 0.999**self._steps)) + 1e-8
            parameter = self._parameters[place]
            if parameter.ndim > 1:
                parameter = parameter * (1 - rate * self._settings.decay)
            self._parameters[place] = (parameter - rate * upward / downward).astype(np.float32)
