"""A speaker on a sound card, through PortAudio.

Each sound opens the card, is written to it in pieces of 20 ms, and gives the card back, so that
other programs can use it meanwhile. A card that cannot play the sound's rate gets it resampled.
`stop()` takes effect after the piece at hand.
"""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from edge.types import Samples
from hal.conversion import Resampler, from_int16
from hal.portaudio import Device, PortAudio, SoundCardError, portaudio
from hal.speaker import SpeakerError

PIECES_A_SECOND = 50


class PortAudioSpeaker:
    """Plays on a sound card.

    device: number or (part of the) name of an output device; None is the system's default.
    cards: the sound cards; None is this machine's.
    """

    def __init__(self, device: str | int | None = None, *, cards: PortAudio | None = None) -> None:
        self._wanted = device
        self._cards = cards
        self._turn = threading.Lock()
        self._stopping = threading.Event()

    def __repr__(self) -> str:
        return f"<PortAudioSpeaker {self.name}>"

    @property
    def name(self) -> str:
        return "the default speaker" if self._wanted is None else str(self._wanted)

    def play(self, samples: Samples, rate: int) -> None:
        with self._turn:
            self._stopping.clear()
            try:
                cards = self._cards or portaudio()
                try:
                    self._play(cards, samples, rate)
                except SoundCardError:
                    cards.look_again()
                    self._play(cards, samples, rate)
            except SoundCardError as error:
                raise SpeakerError(str(error)) from error

    def stop(self) -> None:
        self._stopping.set()

    def _play(self, cards: PortAudio, samples: Samples, rate: int) -> None:
        device = cards.find(self._wanted, "output")
        with cards.stream():
            stream, rate_played, channels = _open(cards.module, device, rate)
            try:
                sound = _resampled(samples, rate, rate_played)
                piece = max(1, rate_played // PIECES_A_SECOND)
                for start in range(0, len(sound), piece):
                    if self._stopping.is_set():
                        stream.abort()
                        return
                    part = sound[start : start + piece]
                    stream.write(np.repeat(part[:, None], channels, axis=1).tobytes())
                stream.stop()
            except cards.module.PortAudioError as error:
                raise SpeakerError(
                    f"The speaker {device} stopped playing: {error}. See whether it is plugged in."
                ) from error
            finally:
                stream.close(ignore_errors=True)


def _open(module: Any, device: Device, rate: int) -> tuple[Any, int, int]:
    """A started stream with its rate and channels: the sound's own, or what the card has."""
    problems = []
    for channels in sorted({1, min(2, device.channels)}):
        for candidate in dict.fromkeys((rate, device.rate)):
            try:
                return _started(module, device, candidate, channels), candidate, channels
            except module.PortAudioError as error:
                problems.append(f"{candidate} Hz × {channels}: {error}")
    raise SoundCardError(
        f"The speaker {device} cannot be opened ({'; '.join(problems)}). See whether another "
        "program holds it (`fuser -v /dev/snd/*`), or set audio.speaker to another."
    )


def _started(module: Any, device: Device, rate: int, channels: int) -> Any:
    stream = module.RawOutputStream(
        samplerate=rate, device=device.index, channels=channels, dtype="int16"
    )
    try:
        stream.start()
    except module.PortAudioError:
        stream.close(ignore_errors=True)
        raise
    return stream


def _resampled(samples: Samples, rate: int, wanted: int) -> Samples:
    resampler = Resampler(rate, wanted)
    return np.concatenate((resampler.feed(from_int16(samples)), resampler.flush()))
