"""How well a microphone hears: the level of speech over the noise of its room.

A comparison of levels alone would prefer the microphone with the highest gain. The noise of the
room goes through the same gain, so that the difference of both tells where the speaker stands.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from edge.types import FRAME_SAMPLES, SAMPLE_RATE, Samples

WORD_S = 0.8
"""About as long as a wake word is, with the time until it is noticed."""
_FRAMES_A_SECOND = SAMPLE_RATE // FRAME_SAMPLES
_LEAST_RMS = 3.0
"""No room is more quiet: full scale is 32767, so this is -81 dBFS."""


class SpeechToNoise:
    """Listens along, and tells the ratio when asked. floor_s: how far back noise is looked for."""

    def __init__(self, *, floor_s: float = 8.0) -> None:
        self._levels: deque[float] = deque(maxlen=round((floor_s + WORD_S) * _FRAMES_A_SECOND))

    def feed(self, samples: Samples) -> None:
        """Hear one frame. Zeros are no room's noise: they stand where there was no sound."""
        if not samples.any():
            return
        sound = samples.astype(np.float32)
        rms = float(np.sqrt(np.mean(np.square(sound - sound.mean()))))
        self._levels.append(20 * float(np.log10(max(rms, _LEAST_RMS))))

    @property
    def db(self) -> float:
        """The loud moments of the last `WORD_S` over the quiet ones of all that is remembered, in
        dB; 0 before anything was heard."""
        if not self._levels:
            return 0.0
        levels = np.array(self._levels)
        word = levels[-round(WORD_S * _FRAMES_A_SECOND) :]
        return float(np.percentile(word, 90) - np.percentile(levels, 10))
