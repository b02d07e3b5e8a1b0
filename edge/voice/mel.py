"""The log-mel spectrogram that Whisper hears.

Whisper was trained on this exact picture of sound: A. Radford and others, "Robust Speech
Recognition via Large-Scale Weak Supervision" (2022), section 2.2: 80 mel bands over windows of 25
ms every 10 ms. The constants are those of OpenAI's implementation (`whisper/audio.py`): a periodic
Hann window of 400 samples, sound mirrored at both ends, power spectrum, Slaney's mel scale with
bands of equal area, log10 floored at 1e-10 and at 8 below the loudest value, and at last (x + 4) /
4.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from edge.types import SAMPLE_RATE, Samples

BANDS = 80
WINDOW = 400
"""Samples of one window: 25 ms."""
HOP = 160
"""Samples from one window to the next: 10 ms. So a frame of features is 10 ms."""

Spectrogram = NDArray[np.float32]
"""Shape (80, frames)."""


def log_mel(samples: Samples, frames: int) -> Spectrogram:
    """The first `frames` frames of the sound, followed by silence when it is shorter.

    Takes samples at 16 kHz, shape (n,); gives float32 of shape (80, frames).
    """
    sound = np.zeros(frames * HOP, dtype=np.float32)
    used = samples[: len(sound)]
    sound[: len(used)] = used / np.float32(32768)
    mirrored = np.pad(sound, WINDOW // 2, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(mirrored, WINDOW)[::HOP][:frames]
    spectrum = np.fft.rfft(windows * _hann())
    power = np.square(np.abs(spectrum)).T
    logs = np.log10(np.maximum(_bank() @ power, 1e-10))
    picture: Spectrogram = ((np.maximum(logs, logs.max() - 8.0) + 4.0) / 4.0).astype(np.float32)
    return picture


@cache
def _hann() -> NDArray[np.float32]:
    window: NDArray[np.float32] = np.hanning(WINDOW + 1)[:-1].astype(np.float32)
    return window


@cache
def _bank() -> NDArray[np.float64]:
    """Triangles over the frequencies of the power spectrum, shape (80, 201), each of area 1."""
    frequencies = np.linspace(0, SAMPLE_RATE / 2, WINDOW // 2 + 1)
    edges = _hertz(np.linspace(0, _mel(SAMPLE_RATE / 2), BANDS + 2))
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising = (frequencies - low) / (middle - low)
    falling = (high - frequencies) / (high - middle)
    return np.maximum(0.0, np.minimum(rising, falling)) * 2.0 / (high - low)


# Slaney's mel scale (Auditory Toolbox, 1998): linear up to 1000 Hz, which is 15 mel, and
# logarithmic above, where 27 mel are a factor of 6.4.
_LINEAR_HZ = 200.0 / 3.0
_STEP = np.log(6.4) / 27.0


def _mel(hertz: float) -> float:
    return hertz / _LINEAR_HZ if hertz < 1000 else 15.0 + float(np.log(hertz / 1000.0)) / _STEP


def _hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    hertz: NDArray[np.float64] = np.where(
        mel < 15.0, mel * _LINEAR_HZ, 1000.0 * np.exp((mel - 15.0) * _STEP)
    )
    return hertz
