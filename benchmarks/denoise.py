"""Whether suppressing noise helps: what is understood and what wakes, with it and without.

    python -m benchmarks.denoise [--level N …] [--clips N] [--json]

People who order coffee, in a kitchen that is 6, 12 and 18 dB softer than they are and in none, are
written down by Whisper; what counts is the share of the words of an order's labelled slots that the
transcript holds. People who say "alexa" in a kitchen 10 dB softer either wake or do not; others,
who say something else, should not. Every clip is mixed once and heard by all, after two seconds of
the kitchen alone, in which a suppressor learns the noise.

A suppressor *helps* when it is nowhere worse, and somewhere better, by more than two standard
errors of the differences clip by clip. Only one that helps may be on.

The clips are corpora of LARES_CORPORA: `spoken-orders` and `wake-words`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.mixing import mix, read
from edge.types import FRAME_SAMPLES, SAMPLE_RATE, LaresError, Samples
from edge.voice.denoise import Denoiser, Undisturbed, WebRtcDenoiser
from edge.voice.stt_whisper import WhisperSpeechToText
from edge.voice.vocabulary import Vocabulary, spoken
from edge.voice.wake import MicroWakeDetector, find_wakes
from hal.microphone_simulated import SimulatedMicrophone
from models.catalog import Catalog
from models.corpus_open import corpora_folder, read_lines

SNRS: tuple[float | None, ...] = (None, 18.0, 12.0, 6.0)
WAKE_SNR = 10.0
LEAD_S = 2.0
SEED = 4


@dataclass(frozen=True, slots=True)
class Clip:
    """A recording with noise in it."""

    file: str
    condition: str
    """The noise: "clean", "12 dB"; "alexa" or "other words" behind it where the word counts."""
    samples: Samples
    """The first two seconds are noise alone."""
    words: tuple[str, ...] = ()
    """What the transcript should hold."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What came of one condition, in shares of 1."""

    condition: str
    clips: int
    without: float
    suppressed: float
    better: float
    """Mean gain a clip; for other words, fewer false wakes are the gain."""
    error: float
    """Standard error of `better`."""

    @property
    def verdict(self) -> str:
        if abs(self.better) <= 2 * self.error:
            return "no difference"
        return "better" if self.better > 0 else "worse"


def main(argv: Sequence[str] | None = None) -> int:
    """Print a table for each suppressor. Exit code 0, whatever it is worth."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--level", type=int, action="append", help="of WebRTC; default: 1 and 3")
    parser.add_argument("--clips", type=int, default=30, help="spoken orders to take; default: 30")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args(argv)
    suppressors = {f"webrtc, level {n}": WebRtcDenoiser(n) for n in arguments.level or (1, 3)}
    folder = _corpora()
    orders, wakes = list(spoken_orders(folder, arguments.clips)), list(wake_words(folder))
    understood = _understanding(folder, arguments.threads)
    hears: tuple[tuple[Sequence[Clip], Callable[[Clip], float]], ...] = (
        (orders, understood),
        (wakes, _woken),
    )
    console = Console(stderr=arguments.json)
    without = scores(Undisturbed(), hears, console)
    figures = {
        name: compare(without, scores(denoiser, hears, console))
        for name, denoiser in suppressors.items()
    }
    if arguments.json:
        told = {n: [{**asdict(f), "verdict": f.verdict} for f in fs] for n, fs in figures.items()}
        print(json.dumps(told, indent=2))
    for name, found in figures.items():
        _print(console, name, found)
    return 0


Score = tuple[str, float]
"""A condition, and what was reached on one clip of it: higher is better."""


def scores(
    denoiser: Denoiser,
    hears: Sequence[tuple[Sequence[Clip], Callable[[Clip], float]]],
    console: Console,
) -> list[Score]:
    """What is reached on each clip, in order, once the suppressor has cleaned it."""
    return [
        (clip.condition, hear(cleaned(clip, denoiser)))
        for clips, hear in hears
        for clip in track(clips, denoiser.name, console=console, transient=True)
    ]


def cleaned(clip: Clip, denoiser: Denoiser) -> Clip:
    """The clip as it comes out of the suppressor, which has heard nothing before."""
    denoiser.reset()
    padded = np.pad(clip.samples, (0, -len(clip.samples) % FRAME_SAMPLES))
    frames = [denoiser.clean(frame) for frame in padded.reshape(-1, FRAME_SAMPLES)]
    return Clip(clip.file, clip.condition, np.concatenate(frames), clip.words)


def compare(without: Sequence[Score], suppressed: Sequence[Score]) -> tuple[Figure, ...]:
    """The figures of each condition, in the order in which they came."""
    found = []
    for condition in dict.fromkeys(condition for condition, _ in without):
        before = np.array([score for named, score in without if named == condition])
        after = np.array([score for named, score in suppressed if named == condition])
        gain = after - before
        error = float(gain.std(ddof=1) / np.sqrt(len(gain))) if len(gain) > 1 else float("inf")
        means = float(before.mean()), float(after.mean()), float(gain.mean())
        found.append(Figure(condition, len(gain), *means, error))
    return tuple(found)


def helps(figures: Sequence[Figure]) -> bool:
    """Whether a suppressor may be on."""
    verdicts = {figure.verdict for figure in figures}
    return "better" in verdicts and "worse" not in verdicts


def spoken_orders(folder: Path, count: int) -> Iterator[Clip]:
    """`count` orders, evenly taken from all, under each condition."""
    root = folder / "spoken-orders"
    noise = read(root / "kitchen-noise.flac")
    rows = list(read_lines(root / "labels.jsonl"))
    taken = [rows[i] for i in np.linspace(0, len(rows) - 1, min(count, len(rows))).astype(int)]
    sounds = [read(root / "clips" / row["file"]) for row in taken]
    for snr in SNRS:
        chance = np.random.default_rng(SEED)
        for row, samples in zip(taken, sounds, strict=True):
            words = tuple(w for slot in row["slots"].values() for w in spoken(slot).split())
            mixed = mix(_led(samples), noise, snr, chance)
            condition = "orders, clean" if snr is None else f"orders, {snr:g} dB"
            yield Clip(row["file"], condition, mixed, words)


def wake_words(folder: Path) -> Iterator[Clip]:
    """All clips of the wake words, those that say it first."""
    noise = read(folder / "spoken-orders" / "kitchen-noise.flac")
    chance = np.random.default_rng(SEED)
    rows = list(read_lines(folder / "wake-words" / "labels.jsonl"))
    for row in sorted(rows, key=lambda row: bool(row["word"] != "alexa")):
        samples = read(folder / "wake-words" / "clips" / row["file"])
        said = "alexa" if row["word"] == "alexa" else "other words"
        mixed = mix(_led(samples), noise, WAKE_SNR, chance)
        yield Clip(row["file"], f"{said}, {WAKE_SNR:g} dB", mixed)


def words_found(words: Sequence[str], transcript: str) -> float:
    """The share of `words` that a transcript holds, each as often as it is wanted."""
    wanted, heard = Counter(words), Counter(spoken(transcript).split())
    return (wanted & heard).total() / max(1, wanted.total())


def _led(samples: Samples) -> Samples:
    return np.concatenate([np.zeros(round(LEAD_S * SAMPLE_RATE), np.int16), samples])


def _understanding(folder: Path, threads: int) -> Callable[[Clip], float]:
    model = Catalog.load().installed("whisper-base")
    if model is None:
        raise LaresError("Expected whisper-base, which is not here: lares models fetch it.")
    domain: Mapping[str, Any] = yaml.safe_load((folder / "spoken-orders/domain.yaml").read_text())
    values = (v for slot in domain["context"]["slots"].values() for v in slot)
    listed = dict.fromkeys(word for value in values for word in spoken(value).split())
    whisper = WhisperSpeechToText(model, threads=threads)
    whisper.set_vocabulary(Vocabulary(sentences=tuple(listed)))
    begin = round(LEAD_S * SAMPLE_RATE)
    return lambda clip: words_found(clip.words, whisper.transcribe(clip.samples[begin:]).text)


def _woken(clip: Clip) -> float:
    microphone = SimulatedMicrophone()
    microphone.speak(clip.samples)
    microphone.end()
    with microphone:
        woke = any(True for _ in find_wakes(microphone, MicroWakeDetector(("alexa",))))
    return float(woke == clip.condition.startswith("alexa"))


def _corpora() -> Path:
    folder = corpora_folder()
    if folder is None or not (folder / "spoken-orders").is_dir():
        raise LaresError("Expected the corpora spoken-orders and wake-words: set LARES_CORPORA.")
    return folder


def _print(console: Console, name: str, figures: Sequence[Figure]) -> None:
    table = Table("", "clips", "without", "with", "gain", "", title=name)
    for column in table.columns[1:5]:
        column.justify = "right"
    for one in figures:
        gain = f"{100 * one.better:+.1f} ± {100 * one.error:.1f}"
        shares = f"{100 * one.without:.1f} %", f"{100 * one.suppressed:.1f} %"
        table.add_row(one.condition, str(one.clips), *shares, gain, one.verdict)
    console.print(table)
    if helps(figures):
        console.print("It helps: it may be on.")
    else:
        console.print("It does not help: leave it off (audio.denoise = 'off').")


if __name__ == "__main__":
    sys.exit(main())
