"""A sound card, through PortAudio (the sounddevice package).

PortAudio calls us from a thread of its own with each block; the block goes into a bounded queue,
and whoever iterates takes it out. A block that finds the queue full is lost and counted as an
overrun, as is what PortAudio says it lost itself. A card that cannot do 16 kHz is opened at its own
rate and resampled. When no block comes for `SILENT_S` the card is taken for unplugged, and
iterating raises.
"""

from __future__ import annotations

import importlib
import queue
from collections.abc import Iterator
from types import ModuleType, TracebackType
from typing import Any, Self

import numpy as np

from edge.types import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame, Samples
from hal.microphone import FrameCounts, Framer, MicrophoneError

QUEUE_BLOCKS = 3000
"""Blocks of 10 ms that may wait: the longest that recognising may hold up hearing."""
SILENT_S = 2.0


class PortAudioMicrophone:
    """Captures from the device with this number or (part of a) name; None is the system's default.

    `sounddevice` is the module to use; tests pass one of their own.
    """

    def __init__(
        self, device: str | int | None = None, *, sounddevice: ModuleType | Any | None = None
    ) -> None:
        self._device = device
        self._sounddevice = sounddevice
        self._name = "default microphone" if device is None else str(device)
        self._framer = Framer()
        self._blocks: queue.Queue[Samples] = queue.Queue(QUEUE_BLOCKS)
        self._stream: Any = None
        self._resampler: Any = None
        self.muted = False

    @property
    def name(self) -> str:
        return self._name

    @property
    def counts(self) -> FrameCounts:
        return self._framer.counts

    def __enter__(self) -> Self:
        sounddevice = self._sounddevice or _load()
        found = self._find(sounddevice)
        self._name = found["name"]
        rate = self._rate(sounddevice, found)
        if rate != SAMPLE_RATE:
            import soxr  # noqa: PLC0415

            self._resampler = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="int16")
        try:
            self._stream = sounddevice.InputStream(
                samplerate=rate,
                blocksize=rate * FRAME_SAMPLES // SAMPLE_RATE,
                device=found["index"],
                channels=1,
                dtype="int16",
                callback=self._take,
            )
            self._stream.start()
        except sounddevice.PortAudioError as error:
            raise MicrophoneError(
                f"{self._name} cannot be opened ({error}); is another program using it?"
                f"{_listed(_inputs(sounddevice))}"
            ) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def __iter__(self) -> Iterator[AudioFrame]:
        while self._stream is not None:
            try:
                block = self._blocks.get(timeout=SILENT_S)
            except queue.Empty:
                if self._stream is None:
                    return
                raise MicrophoneError(
                    f"{self._name} gives no sound any more; was it unplugged?"
                ) from None
            if self._resampler is not None:
                block = self._resampler.resample_chunk(block)
            yield from self._framer.frames(block, muted=self.muted)

    def _take(self, block: Samples, frames: int, time: Any, status: Any) -> None:
        """Called by PortAudio in its own thread; `block` has shape (n, 1) and is reused by it."""
        if status.input_overflow:
            self._framer.overran()
        if status.input_underflow:
            self._framer.underran()
        mono = np.zeros(len(block), dtype=np.int16) if self.muted else block[:, 0].copy()
        try:
            self._blocks.put_nowait(mono)
        except queue.Full:
            self._framer.overran()

    def _find(self, sounddevice: ModuleType | Any) -> dict[str, Any]:
        inputs = _inputs(sounddevice)
        if not inputs:
            raise MicrophoneError(
                "no microphone was found; plug one in and look for it with `arecord -l`, "
                "or speak from a file with `lares hear FILE`"
            )
        if self._device is None:
            default = sounddevice.default.device[0]
            return next((d for d in inputs if d["index"] == default), inputs[0])
        for found in inputs:
            if self._device in (found["index"], found["name"]):
                return found
        wanted = str(self._device).casefold()
        matching = [d for d in inputs if wanted in d["name"].casefold()]
        if len(matching) == 1:
            return matching[0]
        problem = "there is no microphone" if not matching else "more than one microphone is called"
        raise MicrophoneError(f"{problem} {self._device!r}{_listed(inputs)}")

    def _rate(self, sounddevice: ModuleType | Any, found: dict[str, Any]) -> int:
        try:
            sounddevice.check_input_settings(
                device=found["index"], channels=1, dtype="int16", samplerate=SAMPLE_RATE
            )
        except sounddevice.PortAudioError:
            return int(found["default_samplerate"])
        return SAMPLE_RATE


def _load() -> ModuleType:
    try:
        return importlib.import_module("sounddevice")
    except ModuleNotFoundError as error:
        raise MicrophoneError(
            "a microphone needs the package sounddevice: pip install 'lares[voice]'"
        ) from error
    except OSError as error:
        raise MicrophoneError(
            "a microphone needs the PortAudio library: sudo apt install libportaudio2"
        ) from error


def _inputs(sounddevice: ModuleType | Any) -> list[dict[str, Any]]:
    return [dict(d) for d in sounddevice.query_devices() if d["max_input_channels"] > 0]


def _listed(inputs: list[dict[str, Any]]) -> str:
    names = ", ".join(f"{d['index']} {d['name']!r}" for d in inputs)
    return f"; found: {names}"
