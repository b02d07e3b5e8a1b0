"""Real spoken orders in real kitchen noise, judged as the public speech-to-intent benchmark does.

Each clip of `spoken-orders` is mixed with kitchen noise at 24 … 6 dB (`benchmarks.mixing`), heard
by an engine that knows the domain's grammar, and understood by the domain's interpreter. An order
is right when the intent and every labelled slot are equal to the label and no other slot is filled.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.mixing import mix, read
from edge.domain.interpreter import DomainInterpreter
from edge.types import SAMPLE_RATE, LaresError, Samples, Transcript, Utterance
from edge.voice.stt import SpeechToText
from models.corpus_open import corpora_folder

RATIOS: tuple[float | None, ...] = (24.0, 21.0, 18.0, 15.0, 12.0, 9.0, 6.0, None)
"""Signal-to-noise ratios in dB; None is without noise."""


@dataclass(frozen=True, slots=True)
class Order:
    """A recorded order and what it asks for."""

    name: str
    samples: Samples
    intent: str
    slots: dict[str, str]


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of one order."""

    name: str
    snr_db: float | None
    right: bool
    text: str
    understood: str
    """The intent's slots, as text; empty when nothing was understood."""
    seconds: float
    """What hearing and understanding took."""


def spoken_orders() -> Path:
    """The corpus. Raises LaresError when it is not here."""
    folder = corpora_folder()
    if folder is None or not (folder / "spoken-orders").is_dir():
        raise LaresError(
            "expected the corpus spoken-orders: LARES_CORPORA names its folder's place"
        )
    return folder / "spoken-orders"


def orders(folder: Path, every: int = 1) -> tuple[Order, ...]:
    """Every so many clips of a `spoken-orders` folder."""
    labels = [json.loads(line) for line in (folder / "labels.jsonl").read_text().splitlines()]
    return tuple(
        Order(
            name=label["file"],
            samples=read(folder / "clips" / label["file"]),
            intent=label["intent"],
            slots={slot: value.strip() for slot, value in label["slots"].items()},
        )
        for label in labels[::every]
    )


def hear(
    stt: SpeechToText,
    interpreter: DomainInterpreter,
    spoken: Sequence[Order],
    noise: Samples,
    *,
    ratios: Sequence[float | None] = RATIOS,
    seed: int = 5,
) -> Iterator[Heard]:
    """What becomes of each order at each ratio. `stt` knows the domain's grammar."""
    for snr_db in ratios:
        rng = np.random.default_rng(seed)
        for order in spoken:
            sound = mix(order.samples, noise, snr_db, rng)
            begin = time.perf_counter()
            transcript = transcribe(stt, sound)
            intent = interpreter.understand(transcript)
            seconds = time.perf_counter() - begin
            right = intent is not None and (intent.name, dict(intent.slots)) == (
                order.intent,
                order.slots,
            )
            understood = "" if intent is None else str(dict(intent.slots))
            yield Heard(order.name, snr_db, right, transcript.text, understood, seconds)


def transcribe(stt: SpeechToText, samples: Samples) -> Transcript:
    """The words of a whole recording, as of one utterance."""
    end = len(samples) / SAMPLE_RATE
    return stt.session().finish(Utterance(samples, 0.0, end, "source"))
