"""A module like `sounddevice` on a machine whose sound cards are ours to plug and unplug.

It knows as much of the real one as `hal.portaudio` and its users call: the list of devices, which
is only made anew by `_terminate` and `_initialize`, and raw streams. `hear` calls back as
PortAudio's thread would.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np


@dataclass
class Card:
    """A sound card. rates and channels: what it can be opened with."""

    name: str
    inputs: int = 1
    outputs: int = 0
    rate: int = 16_000
    rates: Sequence[int] = (16_000,)
    channels: Sequence[int] = (1,)
    busy: bool = False
    plugged: bool = True


class PortAudioError(Exception):
    """As sounddevice raises it."""


@dataclass
class Stream:
    """An open stream, with what was asked of it."""

    module: FakeSounddevice
    card: Card
    samplerate: int
    channels: int
    blocksize: int = 0
    callback: Callable[..., None] | None = None
    finished_callback: Callable[[], None] | None = None
    running: bool = False
    written: bytearray = field(default_factory=bytearray)
    on_write: Callable[[], None] = lambda: None
    ended: str = ""

    def start(self) -> None:
        self.running = True

    def write(self, data: bytes) -> None:
        if not self.card.plugged:
            raise PortAudioError("Unanticipated host error [PaErrorCode -9999]")
        self.written += data
        self.on_write()

    def stop(self) -> None:
        self.ended = "stopped"

    def abort(self) -> None:
        self.ended = "aborted"

    def close(self, ignore_errors: bool = True) -> None:
        if self.running and self.finished_callback:
            self.finished_callback()
        self.running = False
        self.module.open_streams.discard(id(self))


class FakeSounddevice:
    """The module."""

    PortAudioError = PortAudioError

    def __init__(self, *cards: Card) -> None:
        self.cards = list(cards)
        self.streams: list[Stream] = []
        self.open_streams: set[int] = set()
        self.default = SimpleNamespace(device=[-1, -1])
        self.on_write: Callable[[Stream], None] = lambda stream: None
        self._initialize()

    def _initialize(self) -> None:
        self._listed = [card for card in self.cards if card.plugged]

    def _terminate(self) -> None:
        assert not self.open_streams, "PortAudio was ended under an open stream"

    def query_devices(self) -> list[dict[str, Any]]:
        return [
            {
                "name": card.name,
                "max_input_channels": card.inputs,
                "max_output_channels": card.outputs,
                "default_samplerate": float(card.rate),
            }
            for card in self._listed
        ]

    def RawInputStream(self, **wanted: Any) -> Stream:
        return self._opened(**wanted)

    def RawOutputStream(self, **wanted: Any) -> Stream:
        stream = self._opened(**wanted)
        stream.on_write = lambda: self.on_write(stream)
        return stream

    def _opened(
        self, *, samplerate: int, device: int, channels: int, dtype: str, **more: Any
    ) -> Stream:
        assert dtype == "int16"
        card = self._listed[device]
        if card.busy or not card.plugged:
            raise PortAudioError("Device unavailable [PaErrorCode -9985]")
        if samplerate not in card.rates:
            raise PortAudioError("Invalid sample rate [PaErrorCode -9997]")
        if channels not in card.channels:
            raise PortAudioError("Invalid number of channels [PaErrorCode -9998]")
        stream = Stream(self, card, samplerate, channels, **more)
        self.streams.append(stream)
        self.open_streams.add(id(stream))
        return stream

    def hear(self, samples: np.ndarray, *, overflow: bool = False, underflow: bool = False) -> None:
        """Let the newest stream's card take in this sound, of shape (n,) or (n, channels)."""
        stream = self.streams[-1]
        assert stream.callback is not None
        status = SimpleNamespace(input_overflow=overflow, input_underflow=underflow)
        sound = np.ascontiguousarray(samples, np.int16).reshape(-1, stream.channels)
        for start in range(0, len(sound), stream.blocksize):
            block = bytearray(sound[start : start + stream.blocksize].tobytes())
            stream.callback(memoryview(block), len(block) // 2 // stream.channels, None, status)
            block[:] = bytes(len(block))
