"""A microphone that hears a sound file.

WAV, FLAC, OGG, AIFF and their like, of any rate, depth and number of channels, are read block by
block, mixed to one channel and resampled to 16 kHz. `paced` gives each frame when a real microphone
would have it. A file that ends before its header says gives what there is, and `truncated` tells it
afterwards.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import soundfile

from edge.types import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame, Samples
from hal.conversion import Floats, Resampler, mono
from hal.framing import Framer, Mute, Tally
from hal.microphone import FrameCounts, MicrophoneError, Tap

FRAME_S = FRAME_SAMPLES / SAMPLE_RATE
FORMATS = "WAV, FLAC, OGG or AIFF"
_UNKNOWN_BYTES = 0x7FFF0000
"""Programs that write to a pipe put this or more as the length of the sound into the header."""
_DATA_BYTES = re.compile(r"^\s*(?:data|SSND|Data Size)\s*: (\d+) \(should be (\d+)\)", re.M)
"""How libsndfile logs a header that promises another length than the file has."""


class FileMicrophone:
    """Hears a sound file once for each time it is opened.

    path: the file.
    paced: give frames in real time instead of as fast as they are wanted.
    tail_s: seconds of silence after the file, so that an endpoint can follow its last word.
    tap: is shown the file's own samples.
    """

    def __init__(
        self,
        path: Path | str,
        paced: bool = False,
        tail_s: float = 0.0,
        *,
        tap: Tap | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._path = Path(path)
        self._paced = paced
        self._tail_samples = round(tail_s * SAMPLE_RATE)
        self._tap = tap
        self._clock = clock
        self._sleep = sleep
        self._mute = Mute()
        self._tally = Tally()
        self._file: Any = None
        self.truncated = False
        """Whether the file was found to end too early, in what was heard of it so far."""

    def __repr__(self) -> str:
        return f"<FileMicrophone {self._path}>"

    @property
    def name(self) -> str:
        return str(self._path)

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
        try:
            with self._path.open("rb") as file:
                if not file.read(1):
                    raise MicrophoneError(
                        f"{self._path} is empty: expected a sound file ({FORMATS})."
                    )
            self._file = _opened(self._path)
        except OSError as error:
            raise MicrophoneError(
                f"The sound file {self._path} cannot be opened: {error.strerror}."
            ) from error
        except soundfile.SoundFileError as error:
            raise MicrophoneError(
                f"{self._path} is not a sound file that can be read: expected {FORMATS} "
                f"({_reason(error)})."
            ) from error
        self._tally = Tally()
        self.truncated = False
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def __iter__(self) -> Iterator[AudioFrame]:
        if self._file is None:
            raise MicrophoneError(f"{self._path} is not open: use the microphone in a `with`.")
        framer = Framer(self._mute, self._tally)
        start = self._clock()
        for samples in self._sound():
            framer.add(samples)
            while framer.ready:
                if self._paced:
                    self._sleep(max(0.0, start + framer.time + FRAME_S - self._clock()))
                yield framer.take()

    def _sound(self) -> Iterator[Samples]:
        """All sound of the file at 16 kHz, the tail, and zeros up to a whole frame."""
        rate = self._file.samplerate
        resampler = Resampler(rate, SAMPLE_RATE)
        samples = 0
        for block in self._blocks(max(1, rate // 10)):
            converted = resampler.feed(mono(block))
            samples += len(converted)
            yield converted
        rest = resampler.flush()
        samples += len(rest)
        if not samples:
            raise MicrophoneError(
                f"{self._path} holds no sound that can be read: it has a header and nothing "
                "behind it. Record it again."
            )
        padding = -(samples + self._tail_samples) % FRAME_SAMPLES
        yield rest
        yield np.zeros(self._tail_samples + padding, np.int16)

    def _blocks(self, frames: int) -> Iterator[Floats]:
        """The file's own samples in blocks of shape (≤ frames, channels)."""
        self._file.seek(0)
        heard = 0
        broken = False
        while not broken:
            try:
                block: Floats = self._file.read(frames, dtype="float32", always_2d=True)
            except soundfile.SoundFileError:
                broken = True
            else:
                if not len(block):
                    break
                heard += len(block)
                if self._tap is not None:
                    self._tap(block)
                yield block
        if broken or heard < self._file.frames or _promised_more(self._file.extra_info):
            self.truncated = True
            self._tally.add(underruns=1)


def _opened(path: Path) -> Any:
    """The file, opened by libsndfile. Read in blocks, an MP3 comes out wrong (soundfile seeks after
    each block, and libsndfile 1.2 loses the decoder's state by that), so it is refused."""
    file = soundfile.SoundFile(path)
    if file.format == "MP3":
        file.close()
        raise MicrophoneError(
            f"{path} is an MP3 file: expected {FORMATS}. Convert it: ffmpeg -i {path} sound.flac"
        )
    return file


def _promised_more(log: str) -> bool:
    return any(
        int(found) < int(promised) < _UNKNOWN_BYTES for promised, found in _DATA_BYTES.findall(log)
    )


def _reason(error: Exception) -> str:
    return str(error).rpartition(": ")[2].rstrip(".").lower()
