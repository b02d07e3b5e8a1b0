"""Sound of any kind made into ours: mono, int16, at another rate.

Works block by block, so that a long file or a live stream needs no more memory than one block.
Samples outside the range are clipped, and what is not a number becomes silence.
"""

from __future__ import annotations

import numpy as np
import soxr
from numpy.typing import NDArray

from edge.types import Samples

Floats = NDArray[np.float32]


def mono(block: Floats) -> Floats:
    """The mean of the channels. block: shape (n, channels); gives shape (n,)."""
    mean: Floats = block.mean(axis=1, dtype=np.float32)
    return mean


def from_int16(samples: Samples) -> Floats:
    """-32768 … 32767 as -1 … 1, in the same shape."""
    return samples.astype(np.float32) / np.float32(32768)


def to_int16(sound: Floats) -> Samples:
    """-1 … 1 as -32768 … 32767; exact for what `from_int16` made."""
    clipped = np.nan_to_num(np.clip(sound, -1, 1)) * np.float32(32768)
    samples: Samples = np.minimum(np.rint(clipped), 32767).astype(np.int16)
    return samples


class Resampler:
    """Changes the rate of one stream of mono sound with SoX's resampler (soxr, quality HQ).

    The sound comes out a little later than it goes in, none of it shifted; `flush()` gives the end.
    """

    def __init__(self, source_rate: int, rate: int) -> None:
        self._stream = None
        if source_rate != rate:
            self._stream = soxr.ResampleStream(source_rate, rate, 1, dtype="float32")

    def feed(self, sound: Floats) -> Samples:
        """The next sound. sound: shape (n,), -1 … 1; gives shape (m,)."""
        if self._stream is None:
            return to_int16(sound)
        return to_int16(self._stream.resample_chunk(np.ascontiguousarray(sound)))

    def flush(self) -> Samples:
        """What is still inside; nothing can be fed afterwards."""
        if self._stream is None:
            return np.empty(0, np.int16)
        return to_int16(self._stream.resample_chunk(np.empty(0, np.float32), last=True))
