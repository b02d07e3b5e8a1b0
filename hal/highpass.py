"""Taking away the constant offset that cheap sound cards add to what they hear.

One pole at 10 Hz, below anything that a voice has: 80 Hz lose 0.07 dB. The running mean

    m[n] = a m[n-1] + (1 - a) x[n],    a = exp(-2π 10 Hz / rate)

is taken away from the sound, exactly and for a whole frame at once: m[n] / a^n is a cumulative sum.
"""

from __future__ import annotations

import numpy as np

from edge.types import FRAME_SAMPLES, SAMPLE_RATE, Samples

CUTOFF_HZ = 10.0
_A = np.exp(-2 * np.pi * CUTOFF_HZ / SAMPLE_RATE)
_DECAY = _A ** np.arange(1, FRAME_SAMPLES + 1)
_GROWTH = (1 - _A) / _DECAY


class HighPass:
    """Takes the offset away from one stream."""

    def __init__(self) -> None:
        self._mean: float | None = None

    def feed(self, samples: Samples) -> Samples:
        """The next sound, of any length; gives as much, none of it late.

        The mean of its first frame is taken for the offset of a stream, so that none begins with a
        thump. A frame of zeros (a mute, a plug that was pulled) stays one, and a stream begins
        behind it.
        """
        if len(samples) == FRAME_SAMPLES:
            return self._frame(samples)
        places = range(0, len(samples), FRAME_SAMPLES)
        frames = (self._frame(samples[place : place + FRAME_SAMPLES]) for place in places)
        return np.concatenate([samples[:0], *frames])

    def _frame(self, samples: Samples) -> Samples:
        if not samples.any():
            self._mean = None
            return samples
        begin = float(samples.mean()) if self._mean is None else self._mean
        mean = np.cumsum(samples * _GROWTH[: len(samples)])
        mean += begin
        mean *= _DECAY[: len(samples)]
        self._mean = float(mean[-1])
        clean = np.rint(samples - mean)
        np.maximum(clean, -32768, out=clean)
        np.minimum(clean, 32767, out=clean)
        rounded: Samples = clean.astype(np.int16)
        return rounded
