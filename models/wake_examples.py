"""Examples of a wake word and of other speech, as openWakeWord's vectors.

1. The speakers are divided: what is measured is said by speakers that training never hears.
2. A `Plan` says what is spoken by whom and what for; all plans are made before anything is spoken,
   so that the same seed makes the same examples.
3. Each plan is spoken, put between other speech or silence so that the word ends 0.02 to 0.34 s
   before the four windows that are taken, and heard in a room of its own
   (`models.wake_rooms`). Other speech is a stretch of half a minute, and all its windows are taken.

It is spoken and turned into vectors by as many processes as there are cores.
"""

from __future__ import annotations

import os
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from edge.types import SAMPLE_RATE, LaresError
from models.wake_features import NEEDED_SAMPLES, STEP_SAMPLES, WakeFeatures, windows
from models.wake_phrases import Phrases
from models.wake_rooms import as_samples, babble, behind, coloured, echoed, stretched, tilted
from models.wake_speech import Synthesiser, Voice, Wave

Kind = Literal["wanted", "near", "other"]
Purpose = Literal["train", "clean", "noisy"]
"""What an example is for; "clean" and "noisy" are measured."""

EXTRA_WINDOWS = 3
STRETCH_S = 30.0
"""Other speech in one example."""
NOISY_DB = 10.0
"""Signal to noise when measuring: Picovoice's benchmark takes the same."""
_PLANS_A_JOB = 16
_AT_LEAST_SPEAKERS = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """One example: what, by whom, what for, and the chance of its room."""

    kind: Kind
    purpose: Purpose
    texts: tuple[str, ...]
    voice: Voice
    command: str
    """What may be said after it in the same breath."""
    seed: int


@dataclass(frozen=True, slots=True)
class Amounts:
    """How much is spoken. Everything measured comes twice, clean and noisy, but the hours."""

    wanted: int = 1200
    near: int = 600
    hours: float = 1.5
    """Other speech to train on."""
    measured: int = 150
    measured_hours: float = 0.5

    @classmethod
    def quick(cls) -> Amounts:
        """Enough to see that it works."""
        return cls(wanted=60, near=60, hours=0.03, measured=20, measured_hours=0.02)


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """What became of a plan."""

    plan: Plan
    rows: NDArray[np.float32]
    """Shape (n, 1536): its windows in order."""


def divided(
    voices: Sequence[Voice], rng: random.Random
) -> tuple[tuple[Voice, ...], tuple[Voice, ...]]:
    """The voices to train with and those to measure with: of each synthesiser a quarter of the
    speakers, at least one where it has two.

    Raises LaresError when there are too few speakers for both.
    """
    speakers: defaultdict[str, list[str]] = defaultdict(list)
    for voice in voices:
        if voice.speaker not in speakers[voice.synthesiser]:
            speakers[voice.synthesiser].append(voice.speaker)
    if sum(map(len, speakers.values())) < _AT_LEAST_SPEAKERS:
        raise LaresError(
            f"Expected voices of at least {_AT_LEAST_SPEAKERS} speakers, found "
            f"{sum(map(len, speakers.values()))}: install another synthesiser (espeak-ng, flite)."
        )
    kept: set[tuple[str, str]] = set()
    for synthesiser, names in speakers.items():
        count = max(1, len(names) // 4) if len(names) > 1 else 0
        kept |= {(synthesiser, name) for name in rng.sample(names, count)}
    held_out = [(voice.synthesiser, voice.speaker) in kept for voice in voices]
    pairs = list(zip(voices, held_out, strict=True))
    return tuple(v for v, held in pairs if not held), tuple(v for v, held in pairs if held)


def planned(
    phrases: Phrases, voices: Sequence[Voice], amounts: Amounts, rng: random.Random
) -> list[Plan]:
    """All examples, in an order that changes with the seed alone."""
    training, measuring = divided(voices, rng)
    half = len(phrases.other) // 2
    said, heard_later = phrases.other[:half], phrases.other[half:]

    def plans(
        kind: Kind, purpose: Purpose, count: int, among: Sequence[Voice], texts: Sequence[str]
    ) -> Iterator[Plan]:
        by_synthesiser = defaultdict(list)
        for voice in among:
            by_synthesiser[voice.synthesiser].append(voice)
        each = list(by_synthesiser.values())
        for number in range(count):
            # Few recorded speakers are worth as many examples as many synthetic ones.
            voice = rng.choice(each[number % len(each)])
            chosen = rng.choices(texts, k=16) if kind == "other" else [rng.choice(texts)]
            command, seed = rng.choice(phrases.commands), rng.getrandbits(32)
            yield Plan(kind, purpose, tuple(chosen), voice, command, seed)

    found: list[Plan] = []
    taught: tuple[tuple[Kind, int, Sequence[str]], ...] = (
        ("wanted", amounts.wanted, phrases.said_as),
        ("near", amounts.near, phrases.near),
        ("other", _stretches(amounts.hours), said),
    )
    for kind, count, texts in taught:
        found += plans(kind, "train", count, training, texts)
    measures: tuple[Purpose, ...] = ("clean", "noisy")
    for purpose in measures:
        found += plans("wanted", purpose, amounts.measured, measuring, phrases.said_as)
        found += plans("near", purpose, amounts.measured // 2, measuring, phrases.near)
        count = _stretches(amounts.measured_hours / 2)
        found += plans("other", purpose, count, measuring, heard_later)
    return found


def spoken(
    plans: Sequence[Plan],
    voices: Synthesiser,
    console: Console,
    *,
    noise: Wave | None = None,
    processes: int | None = None,
) -> list[Example]:
    """Every plan as an example, in order. noise: a recording of the user's own to use among
    others."""
    jobs = [plans[n : n + _PLANS_A_JOB] for n in range(0, len(plans), _PLANS_A_JOB)]
    count = processes or os.cpu_count() or 1
    with ProcessPoolExecutor(count) as pool:
        made = pool.map(_examples, jobs, [voices] * len(jobs), [noise] * len(jobs))
        shown = track(made, "speaking", total=len(jobs), console=console)
        return [example for job in shown for example in job]


def _stretches(hours: float) -> int:
    return max(2, round(hours * 3600 / STRETCH_S))


def _examples(plans: Sequence[Plan], voices: Synthesiser, noise: Wave | None) -> list[Example]:
    features = WakeFeatures()
    found = []
    for plan in plans:
        rng = np.random.default_rng(plan.seed)
        wave = _stretch(plan, voices, rng) if plan.kind == "other" else _placed(plan, voices, rng)
        sound = in_a_room(wave, plan.purpose, rng, noise)
        features.reset()
        found.append(Example(plan, windows(features.feed(sound))))
    return found


def _said(text: str, plan: Plan, voices: Synthesiser, rng: np.random.Generator) -> Wave:
    speed, pitch = float(rng.uniform(0.8, 1.3)), float(rng.uniform(0.8, 1.25))
    wave = voices.say(text, plan.voice, speed=speed, pitch=pitch)
    if plan.purpose == "train":
        wave = stretched(wave, float(rng.uniform(0.82, 1.22)))
    return wave


def _placed(plan: Plan, voices: Synthesiser, rng: np.random.Generator) -> Wave:
    """The word where the windows will be, perhaps with speech before it and after it."""
    length = NEEDED_SAMPLES + EXTRA_WINDOWS * STEP_SAMPLES
    end = length - round(rng.uniform(0.31, 0.39) * SAMPLE_RATE)
    word = _said(plan.texts[0], plan, voices, rng)[-end:]
    result = np.zeros(length, dtype=np.float32)
    result[end - len(word) : end] = word
    if rng.random() < 0.4:
        after = _said(plan.command, plan, voices, rng)
        begin = end + round(rng.uniform(0.0, 0.15) * SAMPLE_RATE)
        after = after[: length - begin]
        result[begin : begin + len(after)] = after
    room = end - len(word) - round(rng.uniform(0.1, 0.5) * SAMPLE_RATE)
    if room > 0 and rng.random() < 0.3:
        before = _said(plan.command, plan, voices, rng)[-room:]
        result[room - len(before) : room] = before
    return result


def _stretch(plan: Plan, voices: Synthesiser, rng: np.random.Generator) -> Wave:
    """Sentence after sentence."""
    pieces, length = [], 0
    wanted = round(STRETCH_S * SAMPLE_RATE)
    for text in plan.texts:
        pause = np.zeros(round(rng.uniform(0.1, 0.8) * SAMPLE_RATE), dtype=np.float32)
        pieces += [pause, _said(text, plan, voices, rng)]
        length += len(pieces[-1]) + len(pause)
        if length >= wanted:
            break
    return np.concatenate(pieces)[:wanted]


def in_a_room(
    wave: Wave, purpose: Purpose, rng: np.random.Generator, noise: Wave | None = None
) -> NDArray[np.int16]:
    """The sound as a microphone hears it: in training anyhow, when measuring just so."""
    peak = 10 ** (float(rng.uniform(-26, -2)) / 20)
    if purpose == "clean":
        return as_samples(wave + coloured(len(wave), 1.0, rng) * 1e-3, peak)
    if purpose == "noisy":
        return as_samples(behind(wave, _noise(wave, rng, noise), NOISY_DB), peak)
    if rng.random() < 0.6:
        decay_s, share = float(rng.uniform(0.1, 0.8)), float(rng.uniform(0.05, 1.0))
        wave = echoed(wave, decay_s, share, rng)
    wave = tilted(wave, float(rng.uniform(-12, 12)))
    if rng.random() < 0.75:
        wave = behind(wave, _noise(wave, rng, noise), float(rng.uniform(3, 30)))
    return as_samples(wave + coloured(len(wave), 1.0, rng) * 1e-3, peak)


def _noise(wave: Wave, rng: np.random.Generator, own: Wave | None) -> Wave:
    """Noise as long as `wave`: of some colour, of voices (its own, jumbled), or the user's."""
    which = rng.random()
    if own is not None and which < 0.4:
        return own[(int(rng.integers(len(own))) + np.arange(len(wave))) % len(own)]
    if which < 0.6:
        return babble(len(wave), (wave[::-1], np.roll(wave[::-1], len(wave) // 3)), rng)
    return coloured(len(wave), float(rng.uniform(0.0, 2.0)), rng)
