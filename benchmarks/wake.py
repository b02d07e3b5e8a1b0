"""How well wake words are heard, how often other speech wakes, and what listening costs.

    python -m benchmarks.wake [--hours H] [--draws N] [--json] [--out FILE]

The detectors listen for "alexa" and "okay nabu" at once, as one stage (microWakeWord alone) and as
two (openWakeWord confirms).

- *missed*: real people who say "alexa", and synthetic voices that say "okay nabu", in quiet and in
  a kitchen whose loudest frame is 10 dB softer than the word's (`benchmarks.mixing`), `--draws`
  times with other stretches of the kitchen;
- *false accepts*: real people who say other words or order coffee, in quiet and in the kitchen, the
  kitchen alone, and `--hours` of sentences for a home assistant, spoken by synthetic voices. A real
  voice that says one wake word and wakes the other counts too;
- *delay*: from the end of the word (its last 10 ms within 25 dB of the loudest) to the detection;
- *listening*: CPU time per second of sound, one core = 100 %, in a quiet room and while people
  speak without a break.

The clips are corpora of LARES_CORPORA: `wake-words`, `spoken-orders` and `nlu-home`. The synthetic
voices are those of espeak-ng and flite, where they are installed.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.mixing import mix, read
from edge.demo.recordings import recordings
from edge.types import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame, LaresError, Samples
from edge.voice.wake import FRAME_SECONDS, MicroWakeDetector, WakeDetector
from edge.voice.wake_choice import choose
from models.corpus_open import corpora_folder, read_lines
from models.wake_rooms import as_samples
from models.wake_speech import Choir, Espeak, Flite, Voice

WORDS = ("alexa", "okay_nabu")
SNR_DB = 10.0
LEAD_S, TAIL_S = 2.0, 1.0
"""Around every clip: what a detector that hears all day has heard before, and what comes after."""
SEED = 11
SPEAKING_S = 120.0
"""Sound over which listening is measured."""
NOWHERE = Path("no-trained-words")
DETECTORS: dict[str, Callable[[], WakeDetector]] = {
    "one stage": lambda: MicroWakeDetector(WORDS),
    "two stages": lambda: choose(WORDS, folder=NOWHERE),
}


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A sound with a wake word in it, or with none."""

    group: str
    word: str | None
    samples: Samples
    ends: float | None = None
    """Seconds at which the word ends, where that is known."""


@dataclass(slots=True)
class Group:
    """What happened in the clips of one kind."""

    clips: int = 0
    words: int = 0
    missed: int = 0
    false_accepts: int = 0
    seconds: float = 0.0
    delays: list[float] = field(default_factory=list)

    def hear(self, clip: Clip, woken: Sequence[tuple[str, float]]) -> None:
        """Count one clip. woken: words with the second of the clip at which they woke."""
        right = [at for word, at in woken if word == clip.word]
        self.clips += 1
        self.seconds += len(clip.samples) / SAMPLE_RATE
        self.false_accepts += len(woken) - len(right[:1])
        if clip.word is not None:
            self.words += 1
            self.missed += not right
            if right and clip.ends is not None:
                self.delays.append(right[0] - clip.ends)


@dataclass(frozen=True, slots=True)
class Figures:
    """What one detector reached."""

    detector: str
    groups: dict[str, Group]
    quiet_percent: float
    speaking_percent: float

    def summed(self, *beginnings: str) -> Group:
        """The groups whose names begin so, as one."""
        total = Group()
        for name, group in self.groups.items():
            if name.startswith(beginnings):
                total.clips += group.clips
                total.words += group.words
                total.missed += group.missed
                total.false_accepts += group.false_accepts
                total.seconds += group.seconds
                total.delays += group.delays
        return total


def main(argv: Sequence[str] | None = None) -> int:
    """Measure both detectors and print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--hours", type=float, default=1.0, help="of synthetic other speech")
    parser.add_argument("--draws", type=int, default=2, help="stretches of the kitchen for a clip")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--out", type=Path, help="also write the JSON here")
    arguments = parser.parse_args(argv)
    console = Console(stderr=arguments.json)
    folder = _corpora()
    choir = Choir((Espeak(), Flite()))
    if not choir.voices:
        console.print("Neither espeak-ng nor flite is installed: no synthetic voices.", style="dim")
    detectors = {name: make() for name, make in DETECTORS.items()}
    heard = hear(detectors, clips(folder, choir, arguments.hours, arguments.draws, console))
    figures = [
        Figures(name, heard[name], *_listening(make, folder)) for name, make in DETECTORS.items()
    ]
    told = json.dumps([_plain(one) for one in figures], indent=2)
    if arguments.out:
        arguments.out.write_text(told + "\n", encoding="utf-8")
    if arguments.json:
        print(told)
    else:
        _print(console, figures)
    return 0


def hear(detectors: dict[str, WakeDetector], sounds: Iterable[Clip]) -> dict[str, dict[str, Group]]:
    """What each detector makes of the clips, which it hears one after the other without a pause."""
    found: dict[str, dict[str, Group]] = {name: {} for name in detectors}
    now = 0.0
    for clip in sounds:
        whole = clip.samples[: len(clip.samples) // FRAME_SAMPLES * FRAME_SAMPLES]
        frames = [
            AudioFrame(samples, now + number * FRAME_SECONDS)
            for number, samples in enumerate(whole.reshape(-1, FRAME_SAMPLES))
        ]
        for name, detector in detectors.items():
            wakes = [wake for frame in frames if (wake := detector.feed(frame)) is not None]
            group = found[name].setdefault(clip.group, Group())
            group.hear(clip, [(wake.word, wake.time - now) for wake in wakes])
        now += len(frames) * FRAME_SECONDS
    return found


def clips(folder: Path, choir: Choir, hours: float, draws: int, console: Console) -> Iterator[Clip]:
    """Everything that is heard, group by group."""
    rng = np.random.default_rng(SEED)
    kitchen = read(folder / "spoken-orders" / "kitchen-noise.flac")
    spoken = [
        *((clip, draws) for clip in _real(folder)),
        *((clip, 1) for clip in _nabu(choir)),
    ]
    for clip, times in spoken:
        yield _mixed(clip, "quiet", kitchen, None, rng)
        for _ in range(times):
            yield _mixed(clip, "kitchen", kitchen, SNR_DB, rng)
    yield Clip("other: kitchen alone", None, kitchen)
    yield from _sentences(folder, choir, hours, console)


def _real(folder: Path) -> Iterator[Clip]:
    for row in read_lines(folder / "wake-words" / "labels.jsonl"):
        samples = read(folder / "wake-words" / "clips" / row["file"])
        said = row["word"] == "alexa"
        group = "alexa, real" if said else "other: real words"
        yield Clip(group, "alexa" if said else None, samples, _end(samples) if said else None)
    for row in read_lines(folder / "spoken-orders" / "labels.jsonl"):
        samples = read(folder / "spoken-orders" / "clips" / row["file"])
        yield Clip("other: real orders", None, samples)


def _nabu(choir: Choir) -> Iterator[Clip]:
    for recording in recordings():
        samples = read(recording.path)
        yield Clip("okay nabu, Piper", "okay_nabu", samples)
    speakers: dict[tuple[str, str], Voice] = {}
    for voice in choir.voices:
        speakers.setdefault((voice.synthesiser, voice.speaker), voice)
    for voice in speakers.values():
        for speed, pitch in ((0.9, 1.0), (1.0, 0.9), (1.1, 1.1)):
            wave = choir.say("okay nabu", voice, speed=speed, pitch=pitch)
            group = f"okay nabu, {voice.synthesiser}"
            yield Clip(group, "okay_nabu", as_samples(wave, 0.3), len(wave) / SAMPLE_RATE)


def _sentences(folder: Path, choir: Choir, hours: float, console: Console) -> Iterator[Clip]:
    texts = [str(row["text"]) for row in read_lines(folder / "nlu-home" / "sentences.jsonl")]
    texts = [text for text in texts if not any(word[-4:] in text.lower() for word in WORDS)]
    rng, spent = random.Random(SEED), 0.0
    voices = choir.voices if hours > 0 else ()
    by_synthesiser = [
        [voice for voice in voices if voice.synthesiser == name]
        for name in sorted({voice.synthesiser for voice in voices})
    ]
    with console.status("speaking sentences"):
        while by_synthesiser and spent < hours * 3600:
            voice = rng.choice(rng.choice(by_synthesiser))
            wave = choir.say(rng.choice(texts), voice, speed=rng.uniform(0.8, 1.3))
            samples = np.pad(as_samples(wave, rng.uniform(0.05, 0.5)), (0, SAMPLE_RATE // 3))
            spent += len(samples) / SAMPLE_RATE
            yield Clip("other: synthetic sentences", None, samples)


def _mixed(
    clip: Clip, where: str, kitchen: Samples, snr_db: float | None, rng: np.random.Generator
) -> Clip:
    lead, tail = (np.zeros(round(s * SAMPLE_RATE), np.int16) for s in (LEAD_S, TAIL_S))
    samples = mix(np.concatenate([lead, clip.samples, tail]), kitchen, snr_db, rng)
    ends = None if clip.ends is None else LEAD_S + clip.ends
    return Clip(f"{clip.group}, {where}", clip.word, samples, ends)


def _end(samples: Samples) -> float:
    """Seconds to the end of the last frame within 25 dB of the loudest."""
    whole = samples[: len(samples) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    power = np.square(whole, dtype=np.float64).sum(axis=1)
    return float(np.flatnonzero(power > power.max() / 10**2.5)[-1] + 1) * FRAME_SECONDS


def _listening(make: Callable[[], WakeDetector], folder: Path) -> tuple[float, float]:
    """CPU percent of a core in a quiet room, and among people who speak."""
    rng = np.random.default_rng(SEED)
    quiet = rng.normal(0, 30, round(SPEAKING_S * SAMPLE_RATE)).astype(np.int16)
    rows = list(read_lines(folder / "spoken-orders" / "labels.jsonl"))[:20]
    orders = [read(folder / "spoken-orders" / "clips" / row["file"]) for row in rows]
    speech = np.resize(np.concatenate(orders), round(SPEAKING_S * SAMPLE_RATE))
    return _percent(make(), quiet), _percent(make(), speech)


def _percent(detector: WakeDetector, samples: Samples) -> float:
    frames = [
        AudioFrame(piece, number * FRAME_SECONDS)
        for number, piece in enumerate(samples.reshape(-1, FRAME_SAMPLES))
    ]
    begin = time.process_time()
    for frame in frames:
        detector.feed(frame)
    return round(100 * (time.process_time() - begin) / (len(frames) * FRAME_SECONDS), 2)


def _corpora() -> Path:
    folder = corpora_folder()
    if folder is None or not all((folder / n).is_dir() for n in ("wake-words", "spoken-orders")):
        raise LaresError("Expected the corpora wake-words and spoken-orders: set LARES_CORPORA.")
    return folder


def _plain(figures: Figures) -> dict[str, object]:
    groups = {
        name: {**asdict(group), "delays": [round(d, 3) for d in group.delays]}
        for name, group in figures.groups.items()
    }
    return {**asdict(figures), "groups": groups}


def _print(console: Console, figures: Sequence[Figures]) -> None:
    table = Table("", *(one.detector for one in figures), title="Wake words: alexa, okay nabu")
    for column in table.columns[1:]:
        column.justify = "right"
    for name in figures[0].groups:
        cells = [_told(one.groups[name], others=name.startswith("other")) for one in figures]
        table.add_row(name, *cells)
    total = [one.summed("") for one in figures]
    spoken = [one.summed("other: real") for one in figures]
    table.add_row("all false accepts", *(_told(group, others=True) for group in total))
    table.add_row("… in real speech without a wake word", *(_told(g, others=True) for g in spoken))
    for name, share in (("median", 0.5), ("95th percentile", 0.95)):
        cells = [f"{np.quantile(one.summed('alexa').delays, share):.2f} s" for one in figures]
        table.add_row(f"delay of alexa, {name}", *cells)
    table.add_row("listening, quiet room", *(f"{one.quiet_percent:.2f} %" for one in figures))
    table.add_row("listening, people speak", *(f"{one.speaking_percent:.2f} %" for one in figures))
    console.print(table)


def _told(group: Group, *, others: bool) -> str:
    if not others:
        share = group.missed / group.words
        return f"{group.missed} of {group.words} missed ({share:.1%})"
    hours = group.seconds / 3600
    return f"{group.false_accepts} in {hours:.2f} h"


if __name__ == "__main__":
    sys.exit(main())
