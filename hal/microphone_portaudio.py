"""A microphone on a sound card, through PortAudio.

PortAudio's own thread calls back every 10 ms with a block, which is put into a bounded queue;
whoever iterates takes the blocks out, resampled to 16 kHz when the card cannot do that itself. A
full queue loses the new block, a card that stops calling has been unplugged; both are noticed,
neither hangs.
"""

from __future__ import annotations

import queue
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import numpy as np

from edge.types import SAMPLE_RATE, AudioFrame
from hal.conversion import Resampler, from_int16, mono
from hal.framing import Framer, Mute, Tally
from hal.microphone import FrameCounts, MicrophoneError, Tap
from hal.portaudio import Device, PortAudio, SoundCardError, portaudio

BLOCKS_A_SECOND = 100


@dataclass(frozen=True, slots=True)
class _Format:
    """How the card is read."""

    rate: int
    channels: int


@dataclass(frozen=True, slots=True)
class _Block:
    """What one call brought."""

    data: bytes
    lost_before: int
    """Samples, at the card's rate, that did not fit into the queue before it."""


class PortAudioMicrophone:
    """Hears a sound card.

    device: number or (part of the) name of an input device; None is the system's default.
    buffer_s: seconds of sound that may wait to be fetched before some is lost.
    silent_s: seconds without any block after which the card counts as unplugged.
    start_s: the same before the first block; Bluetooth takes its time.
    tap: is shown the card's own samples, of two channels where it has them.
    cards: the sound cards; None is this machine's.
    """

    def __init__(
        self,
        device: str | int | None = None,
        *,
        buffer_s: float = 10.0,
        silent_s: float = 1.0,
        start_s: float = 5.0,
        tap: Tap | None = None,
        cards: PortAudio | None = None,
    ) -> None:
        self._wanted = device
        self._buffer_blocks = max(1, round(buffer_s * BLOCKS_A_SECOND))
        self._silent_s = silent_s
        self._start_s = start_s
        self._tap = tap
        self._cards = cards
        self._device: Device | None = None
        self._mute = Mute()
        self._tally = Tally()
        self._resources = ExitStack()
        self._stream: _Stream | None = None

    def __repr__(self) -> str:
        state = "open" if self._stream else "closed"
        return f"<PortAudioMicrophone {self.name}, {state}>"

    @property
    def name(self) -> str:
        if self._device is not None:
            return self._device.name
        return "the default microphone" if self._wanted is None else str(self._wanted)

    @property
    def counts(self) -> FrameCounts:
        return self._tally.counts

    @property
    def muted(self) -> bool:
        return self._mute.on

    @muted.setter
    def muted(self, muted: bool) -> None:
        self._mute.on = muted

    def __enter__(self) -> Self:
        self._tally = Tally()
        try:
            cards = self._cards or portaudio()
            try:
                self._open(cards)
            except SoundCardError:
                cards.look_again()
                self._open(cards)
        except SoundCardError as error:
            raise MicrophoneError(str(error)) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stream = None
        self._resources.close()

    def __iter__(self) -> Iterator[AudioFrame]:
        stream = self._stream
        if stream is None:
            raise MicrophoneError(f"{self.name} is not open: use the microphone in a `with`.")
        framer = Framer(self._mute, self._tally)
        rate = stream.format.rate
        resampler = Resampler(rate, SAMPLE_RATE)
        patience = self._start_s
        while self._stream is stream:
            block = stream.fetch(patience)
            if block is None:
                raise MicrophoneError(self._unplugged(patience))
            patience = self._silent_s
            if block.lost_before:
                framer.skip(round(block.lost_before * SAMPLE_RATE / rate))
            samples = np.frombuffer(block.data, np.int16).reshape(-1, stream.format.channels)
            sound = from_int16(samples)
            if self._tap is not None:
                self._tap(sound)
            framer.add(resampler.feed(mono(sound)))
            while framer.ready:
                yield framer.take()

    def _open(self, cards: PortAudio) -> None:
        self._device = cards.find(self._wanted, "input")
        with ExitStack() as resources:
            resources.enter_context(cards.stream())
            formats = tuple(_formats(self._device))
            if self._tap is not None:
                formats = tuple(sorted(formats, key=lambda form: form.channels != 2))
            self._stream = _Stream(
                cards.module,
                self._device,
                formats,
                mute=self._mute,
                tally=self._tally,
                buffer_blocks=self._buffer_blocks,
            )
            resources.callback(self._stream.close)
            self._resources = resources.pop_all()

    def _unplugged(self, waited_s: float) -> str:
        return (
            f"{self.name} is unplugged: no sound came from it for {waited_s:g} s. Plug it in "
            "again, or see whether another program holds it (`fuser -v /dev/snd/*`)."
        )


class _Stream:
    """One open stream: PortAudio's thread puts blocks in, the reader takes them out."""

    def __init__(
        self,
        module: Any,
        device: Device,
        formats: Sequence[_Format],
        *,
        mute: Mute,
        tally: Tally,
        buffer_blocks: int,
    ) -> None:
        self._mute = mute
        self._tally = tally
        self._blocks: queue.SimpleQueue[_Block | None] = queue.SimpleQueue()
        self._buffer_blocks = buffer_blocks
        self._lost = 0
        self._mute.was_on()
        problems = []
        for form in formats:
            try:
                self._stream = self._started(module, device, form)
            except module.PortAudioError as error:
                problems.append(f"{form.rate} Hz × {form.channels}: {error}")
            else:
                self.format = form
                return
        raise SoundCardError(
            f"The microphone {device} cannot be opened ({'; '.join(problems)}). See whether "
            "another program holds it (`fuser -v /dev/snd/*`), or set audio.microphone to another."
        )

    def _started(self, module: Any, device: Device, form: _Format) -> Any:
        stream = module.RawInputStream(
            samplerate=form.rate,
            blocksize=form.rate // BLOCKS_A_SECOND,
            device=device.index,
            channels=form.channels,
            dtype="int16",
            callback=self._arrived,
            finished_callback=self._finished,
        )
        try:
            stream.start()
        except module.PortAudioError:
            stream.close(ignore_errors=True)
            raise
        return stream

    def fetch(self, patience_s: float) -> _Block | None:
        """The next block; None when the stream ended or none came in time."""
        try:
            return self._blocks.get(timeout=patience_s)
        except queue.Empty:
            return None

    def close(self) -> None:
        self._stream.close(ignore_errors=True)

    def _arrived(self, data: Any, frames: int, _time: object, status: Any) -> None:
        """Called by PortAudio's thread. data: a buffer that is only lent for this call."""
        self._tally.add(overruns=int(status.input_overflow), underruns=int(status.input_underflow))
        if self._blocks.qsize() >= self._buffer_blocks:
            self._lost += frames
            self._tally.add(overruns=1)
            return
        sound = bytes(len(data)) if self._mute.was_on() else bytes(data)
        self._blocks.put(_Block(sound, self._lost))
        self._lost = 0

    def _finished(self) -> None:
        """Called by PortAudio's thread when there will be no further block."""
        self._blocks.put(None)


def _formats(device: Device) -> Iterator[_Format]:
    """What to try, best first: ours, then what the card says of itself; some know only stereo, some
    only all of their channels."""
    channels = sorted({1, min(2, device.channels), device.channels})
    for count in channels:
        for rate in dict.fromkeys((SAMPLE_RATE, device.rate)):
            yield _Format(rate, count)
