"""What a room does to speech, for training wake words.

Every example is said in another room: at another level, with another echo, another microphone and
other noise. Echoes are made of exponentially decaying noise (the simplest model of a room's impulse
response); noises are white, pink, brown, a hum, and babble of other speech, or a stretch of a
recording of the user's own.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import soxr
from numpy.typing import NDArray

from edge.types import SAMPLE_RATE, Samples
from models.wake_speech import Wave

FRAME = 2048
"""Samples of a frame, over which loudness is measured as in Picovoice's wake-word benchmark."""


def stretched(wave: Wave, factor: float) -> Wave:
    """`factor` times as long, and as much lower."""
    return np.asarray(soxr.resample(wave, SAMPLE_RATE, SAMPLE_RATE * factor), dtype=np.float32)


def echoed(wave: Wave, decay_s: float, share: float, rng: np.random.Generator) -> Wave:
    """In a room that takes `decay_s` to become 60 dB softer; share: of echo to direct sound, by
    energy. As long as before: what rings on after the end is cut off."""
    time = np.arange(round(decay_s * SAMPLE_RATE)) / SAMPLE_RATE
    ring = rng.normal(0, 1, len(time)) * 10 ** (-3 * time / decay_s)
    ring[: round(0.002 * SAMPLE_RATE)] = 0
    ring *= np.sqrt(share / max(float(ring @ ring), 1e-9))
    ring[0] = 1.0
    size = 1 << (len(wave) + len(ring) - 1).bit_length()
    spectrum = np.fft.rfft(wave, size) * np.fft.rfft(ring, size)
    return np.asarray(np.fft.irfft(spectrum, size)[: len(wave)], dtype=np.float32)


def tilted(wave: Wave, db: float) -> Wave:
    """As by a microphone whose response rises by `db` from 250 Hz to 4 kHz, evenly by octaves."""
    spectrum = np.fft.rfft(wave)
    hertz = np.maximum(np.fft.rfftfreq(len(wave), 1 / SAMPLE_RATE), 50.0)
    gain = 10 ** (db / 20 * np.clip(np.log2(hertz / 1000) / 4, -0.75, 0.75))
    return np.asarray(np.fft.irfft(spectrum * gain, len(wave)), dtype=np.float32)


def coloured(length: int, exponent: float, rng: np.random.Generator) -> Wave:
    """Noise whose power falls with frequency to the power of `exponent`: 0 white, 1 pink, 2
    brown."""
    spectrum = np.fft.rfft(rng.normal(0, 1, length))
    hertz = np.maximum(np.fft.rfftfreq(length, 1 / SAMPLE_RATE), 30.0)
    noise = np.fft.irfft(spectrum / hertz ** (exponent / 2), length)
    return np.asarray(noise / max(float(np.abs(noise).max()), 1e-9), dtype=np.float32)


def babble(length: int, speech: Sequence[Wave], rng: np.random.Generator) -> Wave:
    """Several people speaking at once."""
    total: NDArray[np.float32] = np.zeros(length, dtype=np.float32)
    for _ in range(int(rng.integers(3, 7))):
        one = speech[int(rng.integers(len(speech)))]
        start = int(rng.integers(len(one)))
        total += one[(start + np.arange(length)) % len(one)]
    return total


def loudest(wave: Wave) -> float:
    """The root mean square of the loudest frame of 2048 samples, or of all in shorter sound."""
    whole = len(wave) // FRAME
    frames = wave[: whole * FRAME].reshape(whole, FRAME) if whole else wave[np.newaxis]
    return float(np.sqrt(np.square(frames, dtype=np.float64).mean(axis=1).max(initial=0.0)))


def behind(wave: Wave, noise: Wave, snr_db: float) -> Wave:
    """With noise whose loudest frame is `snr_db` softer than the speech's; both of one length."""
    level = loudest(noise)
    gain = loudest(wave) / 10 ** (snr_db / 20) / level if level else 0.0
    return np.asarray(wave + noise * gain, dtype=np.float32)


def as_samples(wave: Wave, peak: float) -> Samples:
    """16-bit sound whose loudest sample is `peak` (full scale is 1)."""
    loud = max(float(np.abs(wave).max(initial=0.0)), 1e-9)
    return np.round(wave * (peak / loud * 32767)).astype(np.int16)
