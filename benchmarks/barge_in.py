"""How often the wake word is heard while Lares itself speaks.

    python -m benchmarks.barge_in [--clips N] [--json] [--out FILE]

A microphone is mixed of three sounds: Lares' own voice through the echo path of a room (a direct
sound and a decaying tail, reverberation time 0.2 to 0.5 s, arriving 50 to 350 ms after it was
played), a person who says the wake word 0, 6 and 12 dB more softly than that, and a little noise.
The loudness of each is that of its loud moments. The person is a recording of a real voice saying
"alexa" (corpus `wake-words`); Lares' voice is played by real voices saying other things (corpus
`spoken-orders`), without pauses. Told are:

- *heard*: wakes with the voice cancelled, as Lares hears; *heard without*: from the same sound as
  it is; *heard in silence*: the same words without Lares speaking;
- *woke itself*: wakes while Lares speaks and nobody else does, also when it says the wake word, by
  the recorded commands of the demo ("okay nabu …"), each again behind the first;
- *cost*: CPU time for a second of sound, in percent of one core.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from edge.app import App
from edge.config import Config
from edge.demo.recordings import recordings
from edge.types import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame, LaresError, Samples
from edge.voice.own_voice import OwnVoice
from edge.voice.wake import WakeDetector, find_wakes
from models.corpus_open import corpora_folder, read_lines

Floats = NDArray[np.float64]

RATIOS_DB = (0, -6, -12)
LOUD = 1_200.0
"""Root mean square of the echo's loud moments; full scale is 32767."""
NOISE = 10.0
SPEAKS_S = 4.5
DEFAULT_CLIPS = 77


@dataclass(frozen=True, slots=True)
class Ratio:
    """One loudness of the person against the echo."""

    word_db: int
    clips: int
    heard: int
    heard_without: int
    heard_in_silence: int


@dataclass(frozen=True, slots=True)
class BargeIn:
    """All figures."""

    ratios: tuple[Ratio, ...]
    own_words: int
    """How often Lares said the wake word."""
    woke_itself: int
    woke_itself_without: int
    """The same from the sound as it is."""
    cost_percent: float


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--clips", type=int, default=DEFAULT_CLIPS)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--out", type=Path, help="also write the JSON here")
    arguments = parser.parse_args(argv)
    folder = corpora_folder()
    if folder is None or not (folder / "wake-words").is_dir():
        print("The corpora are not here: LARES_CORPORA names their folder.", file=sys.stderr)
        return 1
    figures = measure(folder, arguments.clips)
    told = json.dumps(asdict(figures), indent=2)
    if arguments.out:
        arguments.out.write_text(told + "\n", encoding="utf-8")
    if arguments.json:
        print(told)
    else:
        _print(figures)
    return 0


def measure(folder: Path, clips: int) -> BargeIn:
    """All figures, from the corpora in `folder` and so many clips of the wake word."""
    labels = list(read_lines(folder / "wake-words" / "labels.jsonl"))
    words = [folder / "wake-words" / "clips" / r["file"] for r in labels if r["word"] == "alexa"]
    voices = sorted((folder / "spoken-orders" / "clips").glob("*.flac"))
    if not words or not voices:
        raise LaresError(f"Expected recordings of wake words and orders in {folder}, found none.")
    app = App(Config())
    alexa = partial(app.ears.wake_detector, ("alexa",))
    ratios, seconds, spent = [], 0.0, 0.0
    for ratio in RATIOS_DB:
        heard, without, in_silence = 0, 0, 0
        for number, path in enumerate(words[:clips]):
            chance = np.random.default_rng(number)
            said = own_speech(voices, number)
            scene = in_room(said, echo_path(chance), chance, trimmed(_read(path)), ratio)
            begin = time.process_time()
            heard += hears(scene.heard, said, alexa)
            spent += time.process_time() - begin
            seconds += len(scene.heard) / SAMPLE_RATE
            without += hears(scene.heard, None, alexa)
            in_silence += hears(scene.without_echo, None, alexa)
        ratios.append(Ratio(ratio, len(words[:clips]), heard, without, in_silence))
    itself, itself_without, own_words = _own_words(app.ears.wake_detector)
    return BargeIn(
        tuple(ratios), own_words, itself, itself_without, round(100 * spent / seconds, 1)
    )


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What a microphone hears."""

    heard: Samples
    without_echo: Samples
    """The same, had Lares not spoken."""


def echo_path(chance: np.random.Generator) -> Floats:
    """An echo path from a speaker to a microphone beside it: the direct sound, then a tail that
    decays 60 dB in 0.2 to 0.5 s and holds as much power as the direct sound or down to a quarter
    of it."""
    reverberation_s, direct_db = chance.uniform(0.2, 0.5), chance.uniform(0, 6)
    times = np.arange(4_000) / SAMPLE_RATE
    tail = chance.standard_normal(4_000) * 10 ** (-3 * times / reverberation_s)
    tail[:32] = 0
    tail *= np.sqrt(10 ** (-direct_db / 10) / np.sum(tail**2))
    delay = round(chance.uniform(0.05, 0.35) * SAMPLE_RATE)
    path = np.concatenate((np.zeros(delay), [1.0], tail))
    return np.asarray(path / np.sqrt(np.sum(path**2)))


def in_room(
    said: Samples,
    path: Floats,
    chance: np.random.Generator,
    word: Samples | None = None,
    word_db: float = 0.0,
) -> Scene:
    """A microphone that hears what Lares says, and perhaps a word that much louder than it."""
    length = len(said) + SAMPLE_RATE
    echo = np.convolve(said.astype(np.float64), path)[:length]
    echo = np.concatenate((echo, np.zeros(length - len(echo)))) * (LOUD / level(echo))
    rest = chance.normal(0, NOISE, length)
    if word is not None:
        place = round(chance.uniform(1.3, 2.8) * SAMPLE_RATE)
        word = word[: length - place]
        rest[place : place + len(word)] += word * (LOUD * 10 ** (word_db / 20) / level(word))
    return Scene(_int16(echo + rest), _int16(rest))


def own_speech(voices: Sequence[Path], number: int) -> Samples:
    """So many seconds of real voices, as Lares might speak."""
    three = [_read(voices[(3 * number + place) % len(voices)]) for place in range(3)]
    return np.concatenate([trimmed(one) for one in three])[: round(SPEAKS_S * SAMPLE_RATE)]


def hears(sound: Samples, said: Samples | None, detector: Callable[[], WakeDetector]) -> bool:
    """Whether the wake word is heard in `sound` while Lares says `said`; None: it says nothing."""
    own = OwnVoice(detector)
    if said is not None:
        own.begin(said)
    frames = (clean for frame in _frames(sound) for clean in own.hear(frame))
    return next(find_wakes(frames, own.not_own(detector())), None) is not None


def level(sound: NDArray[np.floating] | Samples) -> float:
    """Root mean square of the loud moments: frames within 20 dB of the loudest."""
    whole = np.asarray(sound[: len(sound) // FRAME_SAMPLES * FRAME_SAMPLES], np.float64)
    power = np.mean(np.square(whole.reshape(-1, FRAME_SAMPLES)), axis=1)
    return float(np.sqrt(np.mean(power[power > power.max() / 100])))


def trimmed(samples: Samples) -> Samples:
    """A recording without the quiet before and after what is said."""
    whole = samples[: len(samples) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    peaks = np.abs(whole.astype(np.int32)).max(axis=1)
    loud = np.flatnonzero(peaks > peaks.max() / 20)
    return samples[loud[0] * FRAME_SAMPLES : (loud[-1] + 1) * FRAME_SAMPLES]


def _own_words(detector: Callable[[], WakeDetector]) -> tuple[int, int, int]:
    """Wakes and wakes without cancelling while Lares says "okay nabu", and how often it says it."""
    itself = without = spoken = 0
    texts = recordings()
    for number, one in enumerate(texts):
        other = texts[(number + 1) % len(texts)]
        said = np.concatenate([trimmed(_read(r.path)) for r in (one, other)])
        spoken += 2
        chance = np.random.default_rng(number)
        heard = in_room(said, echo_path(chance), chance).heard
        itself += hears(heard, said, detector)
        without += hears(heard, None, detector)
    return itself, without, spoken


def _read(path: Path) -> Samples:
    samples, rate = soundfile.read(path, dtype="int16")
    if rate != SAMPLE_RATE:
        raise LaresError(f"Expected {path} at {SAMPLE_RATE} Hz, found {rate} Hz.")
    return np.asarray(samples, np.int16)


def _frames(samples: Samples) -> Iterator[AudioFrame]:
    for place in range(0, len(samples) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        yield AudioFrame(samples[place : place + FRAME_SAMPLES], place / SAMPLE_RATE)


def _int16(sound: Floats) -> Samples:
    return np.clip(np.rint(sound), -32768, 32767).astype(np.int16)


def _print(figures: BargeIn) -> None:
    table = Table(title="Wake words heard while Lares speaks", title_justify="left")
    for column in ("word against echo", "cancelled", "as it is", "Lares silent"):
        table.add_column(column, justify="right")
    for one in figures.ratios:
        counts = (one.heard, one.heard_without, one.heard_in_silence)
        table.add_row(f"{one.word_db} dB", *(f"{count} of {one.clips}" for count in counts))
    console = Console()
    console.print(table)
    console.print(
        f"Lares said its own wake word {figures.own_words} times and woke itself "
        f"{figures.woke_itself} times; without cancelling, in {figures.woke_itself_without} of "
        f"{figures.own_words // 2} answers. While it speaks, hearing costs "
        f"{figures.cost_percent} % of a core."
    )


if __name__ == "__main__":
    sys.exit(main())
