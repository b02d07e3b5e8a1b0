"""Sounds for the tests: the demo's recordings, and what can be wrong with a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
import soxr

from edge.demo.recordings import recordings
from edge.types import SAMPLE_RATE, Samples

KITCHEN_LIGHT = recordings()[0].path
"""“Okay nabu, turn on the kitchen light.”"""
VACUUM = recordings()[7].path
"""“Okay nabu, start the vacuum.”"""


def samples_of(path: Path) -> Samples:
    samples, rate = soundfile.read(path, dtype="int16")
    assert rate == SAMPLE_RATE
    return samples


def without_wake_word(recording: Path) -> Samples:
    """What is said after “okay nabu”."""
    return samples_of(recording)[round(1.4 * SAMPLE_RATE) :]


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * SAMPLE_RATE), np.int16)


def noise(seconds: float) -> Samples:
    """White noise, about as loud as speech."""
    loud = np.random.default_rng(1).standard_normal(round(seconds * SAMPLE_RATE)) * 1500
    return loud.astype(np.int16)


def raw(*parts: Samples) -> bytes:
    """As it comes from `arecord -t raw -f S16_LE -r 16000 -c 1`."""
    return np.concatenate(parts).astype("<i2").tobytes()


def write(path: Path, *parts: Samples) -> Path:
    soundfile.write(path, np.concatenate(parts), SAMPLE_RATE)
    return path


def write_stereo(path: Path, samples: Samples, rate: int) -> Path:
    """At another rate, with one channel half as loud as the other."""
    one = soxr.resample(samples.astype(np.float32) / 32768, SAMPLE_RATE, rate)
    soundfile.write(path, np.stack([one, one / 2], axis=1), rate, subtype="PCM_16")
    return path


def write_cut_off(path: Path, samples: Samples, lost_s: float) -> Path:
    """A WAV file whose last seconds are missing, though its header promises them."""
    write(path, samples)
    whole = path.read_bytes()
    path.write_bytes(whole[: -2 * round(lost_s * SAMPLE_RATE)])
    return path
