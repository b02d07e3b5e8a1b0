"""What happens to sound before anyone listens to it.

    frame → offset taken away → noise suppressed, if wanted → frame

On its way it is looked at, and what its owner should know is an event, once:

- `sound_silent`: nothing but zeros for half a minute. A plug that was pulled and a mute on the
  microphone itself look like that; our own mute does not count. `sound_back` when it ends.
- `sound_clips`: it is so loud that it is cut off, again and again.
- `sound_quiet`: a command was so soft that it is hard to understand.
"""

from __future__ import annotations

import numpy as np

from edge.kernel.events import Events
from edge.types import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame, Samples, Utterance
from edge.voice.denoise import Denoiser, Undisturbed
from hal.conversion import from_int16
from hal.highpass import HighPass
from hal.levels import floor_and_speech

SILENT_S = 30.0
"""Zeros for so long are no pause: the quietest room moves the last bit."""
CLIPPED_FRAMES = 50
"""Half a second of clipping in all within `CLIPPED_WITHIN`: more than a door that is slammed."""
CLIPPED_WITHIN = 6_000
"""Frames: a minute."""
QUIET_DB = -50.0
"""A command whose loud moments are softer is told of."""
_FULL_SCALE = 32_766
_FRAMES_A_SECOND = SAMPLE_RATE // FRAME_SAMPLES


class Incoming:
    """One microphone's sound, from its opening to its end. One thread feeds it; any may judge.

    pauses: it is one that sends nothing at times, so that zeros are no fault.
    """

    def __init__(
        self,
        denoiser: Denoiser | None = None,
        events: Events | None = None,
        *,
        pauses: bool = False,
    ) -> None:
        self._denoiser = denoiser or Undisturbed()
        self._denoiser.reset()
        self._events = events or Events()
        self._highpass = HighPass()
        self._pauses = pauses
        self._zeros = 0
        self._frames = 0
        self._clipped = 0
        self._told: set[str] = set()

    def feed(self, frame: AudioFrame, *, muted: bool = False) -> AudioFrame:
        """The frame as it should be heard. muted: zeros come because we want them."""
        self._watch(frame.samples, muted)
        samples = self._denoiser.clean(self._highpass.feed(frame.samples))
        return AudioFrame(samples, frame.time)

    def heard(self, utterance: Utterance) -> None:
        """Judge a command that was spoken."""
        _, speech = floor_and_speech(from_int16(utterance.samples).astype(np.float64))
        if speech is not None and speech < QUIET_DB:
            self._tell_once(
                "sound_quiet",
                level_db=round(speech, 1),
                advice="Turn the microphone's volume up (alsamixer, F4), or put it nearer.",
            )

    def _watch(self, samples: Samples, muted: bool) -> None:
        if samples.any():
            if self._zeros >= SILENT_S * _FRAMES_A_SECOND:
                self._events.emit("sound_back", silent_s=round(self._zeros / _FRAMES_A_SECOND, 1))
            self._zeros = 0
            self._watch_clipping(samples)
        elif muted or self._pauses:
            self._zeros = 0
        else:
            self._zeros += 1
            if self._zeros == SILENT_S * _FRAMES_A_SECOND:
                self._events.emit(
                    "sound_silent",
                    "error",
                    for_s=SILENT_S,
                    advice="See whether the microphone is plugged in, whether it has a switch that "
                    "mutes it, and what hears it: lares doctor audio.",
                )

    def _watch_clipping(self, samples: Samples) -> None:
        self._frames += 1
        if self._frames == CLIPPED_WITHIN:
            self._frames = self._clipped = 0
        if samples.max() < _FULL_SCALE and samples.min() > -_FULL_SCALE:
            return
        self._clipped += 1
        if self._clipped == CLIPPED_FRAMES:
            self._tell_once(
                "sound_clips",
                advice="Turn the microphone's volume down (alsamixer, F4), or move it away from "
                "what is loud.",
            )

    def _tell_once(self, name: str, **fields: object) -> None:
        if name not in self._told:
            self._told.add(name)
            self._events.emit(name, "warning", **fields)
