"""Trains a wake word of one's own from synthetic speech.

1. Texts are made of the phrase (`models.wake_phrases`), spoken by every synthesiser there is, in
   many rooms, and turned into openWakeWord's vectors (`models.wake_examples`).
2. Three networks of two hidden layers learn to tell the word from the rest: Adam (Kingma and Ba,
   2015) on the cross-entropy, with dropout, in NumPy. Each leaves out a third of the speakers.
3. Each network judges those speakers, as it will have to judge people. The threshold is the lowest
   at which other speech wakes seldom enough there.
4. What is measured is said by speakers that it never heard: how many words it misses in quiet and
   with noise 10 dB softer, how many near misses wake it, and how often an hour other speech does.
"""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
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
THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995)
ALLOWED_PER_HOUR = 6.0
"""For one network and speakers that it has not heard, half of the time in much noise. The three
together, which have heard more, do several times better."""
FOLDS = 3


@dataclass(frozen=True, slots=True)
class Settings:
    """How it learns."""

    seed: int = 7
    hidden: int = 32
    epochs: int = 12
    batch: int = 512
    learning_rate: float = 1e-3
    decay: float = 1e-2
    dropout: float = 0.4


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What a network thinks of an example that it was not taught."""

    kind: Kind
    probabilities: Rows


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
    missed_by: Mapping[str, float] = field(default_factory=dict)
    """Share missed in quiet, by synthesiser: one that says the word otherwise stands out."""

    def told(self) -> str:
        """For a terminal."""
        each = ", ".join(f"{name} {share:.1%}" for name, share in self.missed_by.items())
        return (
            f"missed in quiet {self.missed_clean:.1%}, with noise at 10 dB {self.missed_noisy:.1%} "
            f"(of {self.words} each; in quiet by synthesiser: {each}); near misses that wake "
            f"{self.near_accepted:.1%} (of {self.near}); other speech wakes "
            f"{self.false_accepts_per_hour:.1f} times an hour (in {self.hours:.2f} h). All is "
            "synthetic speech of speakers that it had not heard."
        )


def train_word(
    phrase: str,
    voices: Synthesiser,
    console: Console,
    *,
    amounts: Amounts | None = None,
    settings: Settings | None = None,
    said_as: Sequence[str] = (),
    noise: Wave | None = None,
    corpora: Path | None = None,
    processes: int | None = None,
) -> tuple[WakeWordModel, Figures]:
    """The word and what was measured of it.

    said_as: how to write the phrase so that synthesisers say it right. noise: a recording of the
    place where it will listen, shape (n,), full scale 1. corpora: folder of the open corpora, whose
    sentences are spoken as other speech.
    Raises LaresError when the phrase will not do, or speech cannot be made.
    """
    settings = settings or Settings()
    amounts = amounts or Amounts()
    rng = random.Random(settings.seed)
    began = time.monotonic()
    phrases = phrases_of(phrase, rng, said_as=said_as, corpora=corpora)
    plans = planned(phrases, voices.voices, amounts, rng)
    examples = spoken(plans, voices, console, noise=noise, processes=processes)
    weights, judged = learn([e for e in examples if e.plan.purpose == "train"], settings, console)
    threshold = threshold_of(judged)
    figures = measured(weights, threshold, examples)
    texts = "\n".join((*phrases.said_as, *phrases.near, *phrases.other))
    told = {
        "said as": phrases.said_as,
        "figures": asdict(figures),
        "settings": asdict(settings),
        "amounts": asdict(amounts),
        "voices": _heard(plans, ("train",)),
        "measured_voices": _heard(plans, ("clean", "noisy")),
        "data": {
            "texts sha256": hashlib.sha256(texts.encode()).hexdigest(),
            "noise sha256": None if noise is None else hashlib.sha256(noise.tobytes()).hexdigest(),
            "pyopen-wakeword": version("pyopen-wakeword"),
        },
        "seconds": round(time.monotonic() - began, 1),
    }
    return WakeWordModel(phrases.wanted, threshold, weights, told), figures


def learn(
    examples: Sequence[Example], settings: Settings, console: Console
) -> tuple[Weights, list[Judged]]:
    """Networks that tell the wanted word's windows from all others, and what each of them thinks of
    the examples of the speakers that it was not taught by."""
    folds = _folds(examples)
    rows = np.concatenate([e.rows for e in examples])
    mean, scale = rows.mean(axis=0), 1 / (rows.std(axis=0) + np.float32(1e-3))
    members, judged = [], []
    for number in track(range(FOLDS), "learning", console=console):
        taught = [e for e, fold in zip(examples, folds, strict=True) if fold != number]
        asked = [e for e, fold in zip(examples, folds, strict=True) if fold == number]
        network = _Network(settings, np.random.default_rng(settings.seed + number))
        network.learn(
            (np.concatenate([e.rows for e in taught]) - mean) * scale,
            np.concatenate([np.full(len(e.rows), e.plan.kind) for e in taught]),
        )
        members.append(network.parameters)
        alone = Weights(mean, scale, *(p[np.newaxis] for p in network.parameters))
        judged += [Judged(e.plan.kind, alone.probabilities(e.rows)) for e in asked]
    together = (np.stack(layer) for layer in zip(*members, strict=True))
    return Weights(mean, scale, *together), judged


def _folds(examples: Sequence[Example]) -> list[int]:
    """Which network does not hear an example: each leaves out a third of every synthesiser's
    speakers."""
    speakers: dict[str, list[str]] = {}
    for example in examples:
        known = speakers.setdefault(example.plan.voice.synthesiser, [])
        if example.plan.voice.speaker not in known:
            known.append(example.plan.voice.speaker)
    return [
        speakers[e.plan.voice.synthesiser].index(e.plan.voice.speaker) % FOLDS for e in examples
    ]


def measured(weights: Weights, threshold: float, examples: Sequence[Example]) -> Figures:
    """How well the word is told from other speech, in the examples that are for that."""

    def wakes(kind: Kind, *purposes: Purpose, synthesiser: str | None = None) -> list[int]:
        chosen = [
            e
            for e in examples
            if e.plan.kind == kind
            and e.plan.purpose in purposes
            and synthesiser in (None, e.plan.voice.synthesiser)
        ]
        return [_wakes(threshold, weights.probabilities(e.rows)) for e in chosen]

    clean, noisy = wakes("wanted", "clean"), wakes("wanted", "noisy")
    near, other = wakes("near", "clean", "noisy"), wakes("other", "clean", "noisy")
    hours = len(other) * STRETCH_S / 3600
    names = dict.fromkeys(e.plan.voice.synthesiser for e in examples if e.plan.purpose == "clean")
    return Figures(
        missed_clean=_share(clean, 0),
        missed_noisy=_share(noisy, 0),
        words=len(clean),
        near_accepted=1 - _share(near, 0),
        near=len(near),
        false_accepts_per_hour=sum(other) / hours if hours else 0.0,
        hours=hours,
        missed_by={n: _share(wakes("wanted", "clean", synthesiser=n), 0) for n in names},
    )


def _wakes(threshold: float, probabilities: Rows) -> int:
    """How often an example wakes, a second apart at least."""
    count, quiet = 0, 0
    for place in np.flatnonzero(probabilities >= threshold):
        if place >= quiet:
            count, quiet = count + 1, int(place) + REFRACTORY
    return count


def threshold_of(judged: Sequence[Judged]) -> float:
    """The lowest of THRESHOLDS at which other speech wakes at most `ALLOWED_PER_HOUR`, or the
    highest."""
    others = [one.probabilities for one in judged if one.kind == "other"]
    allowed = ALLOWED_PER_HOUR * len(others) * STRETCH_S / 3600
    return next(
        (t for t in THRESHOLDS if sum(_wakes(t, p) for p in others) <= allowed), THRESHOLDS[-1]
    )


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

    @property
    def parameters(self) -> tuple[Rows, ...]:
        """w1, b1, w2, b2, w3, b3."""
        return tuple(self._parameters)

    def learn(self, rows: Rows, kinds: NDArray[np.str_]) -> None:
        """rows: shape (n, 1536), scaled; kinds: what each is, shape (n,)."""
        labels = (kinds == "wanted").astype(np.float32)
        counts = _balance(kinds)
        for epoch in range(self._settings.epochs):
            turn = np.pi * epoch / self._settings.epochs
            rate = float(self._settings.learning_rate * 0.5 * (1 + np.cos(turn)))
            order = self._rng.permutation(len(rows))
            for begin in range(0, len(order), self._settings.batch):
                place = order[begin : begin + self._settings.batch]
                self._step(rows[place], labels[place], counts[place], rate)

    def _step(self, rows: Rows, labels: Rows, weights: Rows, rate: float) -> None:
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
