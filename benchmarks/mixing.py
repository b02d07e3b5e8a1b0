"""Speech in noise, mixed as the public speech-to-intent benchmark mixes it.

A stretch of the noise as long as the speech is scaled until the loudest frame of 2048 samples of
the speech holds `snr_db` more energy than the loudest one of the noise; the sum is then normalised
to half of full scale. Of a short order in a long kitchen that asks less than a ratio of means
would, and it does not depend on the pauses around the words.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edge.types import LaresError, Samples
from hal.conversion import from_int16
from hal.microphone_file import FileMicrophone

FRAME = 2048
"""Samples over which energy is summed."""
PEAK = 0.5
"""The loudest sample of a mixture; full scale is 1."""
Offset = int | np.random.Generator
"""Where in the noise to begin: a sample (taken modulo its length), or chance."""


def mix(speech: Samples, noise: Samples, snr_db: float | None, offset: Offset = 0) -> Samples:
    """Speech with noise behind it. All of shape (n,) at 16 kHz; as long as `speech`.

    snr_db: how much louder the speech is at its loudest, in dB; None mixes no noise, and normalises
    alike.
    offset: where in the noise to begin; noise that ends too early begins again.

    Raises LaresError when one of the two is empty or silent.
    """
    said = from_int16(speech).astype(np.float64)
    if snr_db is None:
        return _normalised(said)
    begin = offset if isinstance(offset, int) else int(offset.integers(max(1, len(noise))))
    behind = stretch(from_int16(noise).astype(np.float64), begin, len(said))
    wanted = loudest_energy(said) / 10 ** (snr_db / 10)
    there = loudest_energy(behind)
    if not there:
        raise LaresError("Expected noise to mix with, found silence: choose other noise.")
    return _normalised(said + behind * np.sqrt(wanted / there))


def stretch(noise: NDArray[np.float64], begin: int, length: int) -> NDArray[np.float64]:
    """`length` samples from `begin` on, from its start again where it ends. Raises LaresError when
    there is none."""
    if not len(noise):
        raise LaresError("Expected noise to mix with, found none: choose other noise.")
    return noise[(begin + np.arange(length)) % len(noise)]


def loudest_energy(sound: NDArray[np.float64]) -> float:
    """The greatest sum of squares in a frame of 2048 samples, or in all of shorter sound."""
    whole = len(sound) // FRAME
    frames = sound[: whole * FRAME].reshape(whole, FRAME) if whole else sound[np.newaxis]
    return float(np.square(frames).sum(axis=1).max())


def read(path: Path) -> Samples:
    """All of a sound file at 16 kHz. Raises MicrophoneError when it cannot be heard."""
    with FileMicrophone(path) as microphone:
        return np.concatenate([frame.samples for frame in microphone])


def _normalised(sound: NDArray[np.float64]) -> Samples:
    loudest = np.abs(sound).max(initial=0.0)
    if not loudest:
        raise LaresError("Expected speech to mix, found silence: choose another clip.")
    samples: Samples = np.rint(sound * (PEAK / loudest) * 32767).astype(np.int16)
    return samples
