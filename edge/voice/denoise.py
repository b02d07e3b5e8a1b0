"""Taking steady noise out of sound before anyone listens to it. Off unless the owner asks for it.

A fan or a hood is heard in every pause and can be estimated there; what looks like it is then taken
away, and with it some of the speech. Engines that were trained on noisy sound, as ours were, often
lose more by the second than they gain by the first: `benchmarks/denoise.py` measures which it is,
and its answer is why "off" is the default.

`WebRtcDenoiser` is the suppressor of WebRTC, in webrtc-noise-gain; `Undisturbed` passes sound on as
it is.
"""

from __future__ import annotations

from typing import Any, Literal, Protocol

import numpy as np

from edge.types import FRAME_SAMPLES, LaresError, Samples
from edge.voice.packages import load

Wanted = Literal["off", "webrtc"]


class Denoiser(Protocol):
    """Makes one stream of sound less noisy."""

    @property
    def name(self) -> str:
        """What the settings call it."""

    def clean(self, samples: Samples) -> Samples:
        """The next frame, cleaned. Shape (160,), and so is what comes back, which may be up to
        10 ms late. Raises LaresError for any other number of samples."""

    def reset(self) -> None:
        """Forget the noise that was heard so far."""


class Undisturbed:
    """Cleans nothing, and costs nothing."""

    name = "off"

    def clean(self, samples: Samples) -> Samples:
        _check(samples)
        return samples

    def reset(self) -> None:
        """There is nothing to forget."""


class WebRtcDenoiser:
    """WebRTC's suppressor of noise, without its automatic gain.

    level: 1 (takes at most 6 dB away) to 4 (21 dB).

    Raises LaresError when the package is missing or the level is another.
    """

    name = "webrtc"

    def __init__(self, level: int = 1) -> None:
        if level not in range(1, 5):
            raise LaresError(f"Expected a level of noise suppression from 1 to 4, found {level}.")
        self._package: Any = load(
            "webrtc_noise_gain", purpose="Suppressing noise (audio.denoise)", extra="denoise"
        )
        self._level = level
        self.reset()

    def clean(self, samples: Samples) -> Samples:
        _check(samples)
        cleaned = self._processor.Process10ms(samples.tobytes())
        return np.frombuffer(cleaned.audio, np.int16)

    def reset(self) -> None:
        self._processor = self._package.AudioProcessor(0, self._level)


def denoiser(wanted: Wanted) -> Denoiser:
    """The one that the settings name. Raises LaresError when its package is missing."""
    return WebRtcDenoiser() if wanted == "webrtc" else Undisturbed()


def _check(samples: Samples) -> None:
    if samples.shape != (FRAME_SAMPLES,):
        raise LaresError(f"Expected a frame of {FRAME_SAMPLES} samples, found {samples.shape}.")
