"""A sound file as a microphone.

WAV, FLAC or OGG of any rate, bit depth and number of channels is read block by block, mixed to mono
and resampled to 16 kHz as it is read, so that an hour of sound needs no more memory than a second.
A file that ends before its header says so gives what there is, and counts one underrun. `paced`
gives the frames in real time, as a microphone would.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from edge.types import SAMPLE_RATE, AudioFrame, Samples
from hal.microphone import FrameCounts, Framer, MicrophoneError

BLOCK_S = 0.5
FORMATS = "WAV, FLAC or OGG"


class FileMicrophone:
    """Gives the sound of a file once. `clock` and `sleep` are only used when `paced`."""

    def __init__(
        self,
        path: Path,
        *,
        paced: bool = False,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._path = path
        self._paced = paced
        self._clock = clock
        self._sleep = sleep
        self._framer = Framer()
        self._file: Any = None
        self.muted = False

    @property
    def name(self) -> str:
        return str(self._path)

    @property
    def counts(self) -> FrameCounts:
        return self._framer.counts

    def __enter__(self) -> Self:
        import soundfile  # noqa: PLC0415 (loads libsndfile)

        if not self._path.is_file():
            raise MicrophoneError(f"{self._path}: there is no such file; expected {FORMATS}")
        if self._path.stat().st_size == 0:
            raise MicrophoneError(f"{self._path} is empty; expected sound as {FORMATS}")
        try:
            self._file = soundfile.SoundFile(self._path)
        except (soundfile.LibsndfileError, TypeError, OSError) as error:
            raise MicrophoneError(
                f"{self._path} is no sound file that can be read; expected {FORMATS} ({error})"
            ) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def __iter__(self) -> Iterator[AudioFrame]:
        begin = self._clock()
        for frame in self._frames():
            if self._paced and (ahead := begin + frame.time - self._clock()) > 0:
                self._sleep(ahead)
            yield frame

    def _frames(self) -> Iterator[AudioFrame]:
        for samples in self._resampled():
            yield from self._framer.frames(samples, muted=self.muted)
        yield from self._framer.last_frame(muted=self.muted)

    def _resampled(self) -> Iterator[Samples]:
        import soxr  # noqa: PLC0415

        rate = self._file.samplerate
        resampler = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32")
        for block in self._blocks(round(rate * BLOCK_S)):
            yield _as_int16(resampler.resample_chunk(block) if rate != SAMPLE_RATE else block)
        if rate != SAMPLE_RATE:
            yield _as_int16(resampler.resample_chunk(np.zeros(0, np.float32), last=True))

    def _blocks(self, size: int) -> Iterator[NDArray[np.float32]]:
        """Mono blocks, shape (n,), −1 to 1."""
        import soundfile  # noqa: PLC0415

        read = 0
        while True:
            try:
                block = self._file.read(size, dtype="float32", always_2d=True)
            except soundfile.LibsndfileError:
                break
            if not len(block):
                break
            read += len(block)
            yield block.mean(axis=1)
        if read == 0:
            raise MicrophoneError(f"{self._path} holds no sound; expected {FORMATS} with sound")
        if read < self._file.frames or self._promised_more():
            self._framer.underran()

    def _promised_more(self) -> bool:
        """A RIFF header gives the size of what follows it; a program that writes to a pipe cannot
        know it and writes 0 or the largest number."""
        with self._path.open("rb") as file:
            head = file.read(8)
        if head[:4] != b"RIFF":
            return False
        size = int.from_bytes(head[4:8], "little")
        return size not in (0, 0xFFFFFFFF) and size + 8 > self._path.stat().st_size


def _as_int16(samples: NDArray[np.float32]) -> Samples:
    return np.clip(np.rint(samples * 32768), -32768, 32767).astype(np.int16)
