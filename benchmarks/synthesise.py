"""Makes the demo's recordings from edge/demo/recordings.toml with a Piper voice.

    python -m benchmarks.synthesise VOICE.onnx [FOLDER]

Each recording is half a second of quiet, the wake word, a pause, the command and a second and a
half of quiet, as 16 kHz mono 16-bit FLAC. Piper's own randomness is switched off and the quiet is
seeded noise as soft as that of a good microphone, so the same list and voice give the same samples.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from edge.types import SAMPLE_RATE, Samples
from edge.voice.tts import PiperProcess

DEMO = Path(__file__).parent.parent / "edge" / "demo"
LEAD_S = 0.5
TAIL_S = 1.5
PEAK = 0.5
"""Loudest sample of a recording; full scale is 1."""
NOISE = 0.0003
"""Root mean square of the quiet, -70 dB of full scale."""


def main(arguments: list[str]) -> None:
    """Make every recording of the list in the demo's folder, or in the one given."""
    voice, folder = Path(arguments[0]), Path(arguments[1]) if arguments[1:] else DEMO
    listed = tomllib.loads((DEMO / "recordings.toml").read_text("utf-8"))
    wake_word = str(listed["wake_word"]).replace("_", " ")
    for number, recording in enumerate(listed["recording"]):
        samples = record(voice, wake_word, recording, np.random.default_rng(number))
        path = folder / recording["file"]
        soundfile.write(path, samples, SAMPLE_RATE, subtype="PCM_16")
        print(f"{path}  {len(samples) / SAMPLE_RATE:.1f} s  {recording['text']}")


def record(
    voice: Path, wake_word: str, recording: Mapping[str, Any], rng: np.random.Generator
) -> Samples:
    """One recording as the list describes it."""
    options = ("--noise-scale", "0", "--noise-w-scale", "0")
    piper = PiperProcess(voice, options=(*options, "--length-scale", str(recording["speed"])))
    text, pause_s = recording["text"], recording["pause_s"]
    try:
        if pause_s:
            parts = [say(piper, f"{wake_word}."), silence(pause_s), say(piper, f"{text}.")]
        else:
            parts = [say(piper, f"{wake_word} {text}.")]
    finally:
        piper.close()
    sound = np.concatenate([silence(LEAD_S), *parts, silence(TAIL_S)])
    sound *= PEAK / np.abs(sound).max()
    sound += rng.normal(0.0, NOISE, len(sound))
    return np.round(sound * 32767).astype(np.int16)


def say(piper: PiperProcess, text: str) -> NDArray[np.float64]:
    """The text spoken, at SAMPLE_RATE, without the silence around it; full scale is 1."""
    sound = piper.say(text)
    assert sound is not None
    samples = soxr.resample(sound.samples / 32768, sound.rate, SAMPLE_RATE)
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    return np.asarray(samples[loud[0] : loud[-1] + 1], dtype=np.float64)


def silence(seconds: float) -> NDArray[np.float64]:
    """Nothing, for so long."""
    return np.zeros(round(seconds * SAMPLE_RATE))


if __name__ == "__main__":
    main(sys.argv[1:])
