"""Sounds for the tests of hearing: the demo's recordings, noise, and frames of both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from edge.demo.recordings import recordings
from edge.types import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame, Samples, Utterance

WAKE_END_S = 1.31
"""In every recording the wake word has been noticed by then."""


def recording(name: str) -> Samples:
    """The recording whose file name contains `name`."""
    (path,) = (r.path for r in recordings() if name in r.path.name)
    return read(path)


def read(path: Path) -> Samples:
    """A file of 16 kHz mono."""
    samples, rate = soundfile.read(path, dtype="int16")
    assert rate == SAMPLE_RATE
    return np.asarray(samples, dtype=np.int16)


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * SAMPLE_RATE), dtype=np.int16)


def loud(seconds: float) -> Samples:
    """What `LoudnessVad` takes for speech."""
    return np.full(round(seconds * SAMPLE_RATE), 8_000, dtype=np.int16)


def white_noise(seconds: float, loudness: float, seed: int = 1) -> Samples:
    """A hiss. loudness: its root mean square, full scale is 32767."""
    noise = np.random.default_rng(seed).normal(0, loudness, round(seconds * SAMPLE_RATE))
    return noise.clip(-32768, 32767).astype(np.int16)


def rumble(seconds: float, loudness: float, seed: int = 1) -> Samples:
    """Noise of low frequencies, as of wind or a road."""
    steps = np.random.default_rng(seed).normal(0, 1, round(seconds * SAMPLE_RATE))
    spectrum = np.fft.rfft(steps)
    hertz = np.fft.rfftfreq(len(steps), 1 / SAMPLE_RATE)
    noise = np.fft.irfft(np.where(hertz > 20, spectrum / np.maximum(hertz, 20), 0), len(steps))
    return (noise * (loudness / noise.std())).clip(-32768, 32767).astype(np.int16)


def hum(seconds: float, loudness: float) -> Samples:
    """A mains hum with its harmonics."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    wave = sum(np.sin(2 * np.pi * 50 * n * time) / n for n in range(1, 12))
    return np.asarray(wave * (loudness / np.std(wave)), dtype=np.int16)


def frames(samples: Samples, start: float = 0.0) -> Iterator[AudioFrame]:
    """The sound as a microphone gives it; what does not fill a frame is left out."""
    for place in range(0, len(samples) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        yield AudioFrame(samples[place : place + FRAME_SAMPLES], start + place / SAMPLE_RATE)


def utterance(samples: Samples) -> Utterance:
    """The sound as if an endpointer had cut it."""
    return Utterance(samples, 0.0, len(samples) / SAMPLE_RATE, "silence")
