"""What a speaker is: something that plays sound, one after another, and can be told to stop.

The makers are beside this module: a sound card (`speaker_portaudio`), a WAV file (`speaker_file`),
a simulated one for tests (`speaker_simulated`), and here the one that makes no sound. They share
one conformance test.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from edge.types import LaresError, Samples


class SpeakerError(LaresError):
    """This speaker cannot make a sound, or no longer."""


@runtime_checkable
class Speaker(Protocol):
    """Plays mono 16-bit sound."""

    @property
    def name(self) -> str:
        """What a person calls it: the device, the file."""

    def play(self, samples: Samples, rate: int) -> None:
        """Play a sound; returns when it was played or stopped. Sounds wait for one another.

        samples: shape (n,). rate: samples a second. Raises SpeakerError when it cannot be played.
        """

    def stop(self) -> None:
        """End the sound that is being played, from any thread; nothing when there is none."""


class SilentSpeaker:
    """Plays nothing: for a satellite without a speaker."""

    @property
    def name(self) -> str:
        return "no speaker"

    def __repr__(self) -> str:
        return "<SilentSpeaker>"

    def play(self, samples: Samples, rate: int) -> None:
        """Done at once."""

    def stop(self) -> None:
        """There is nothing to stop."""
