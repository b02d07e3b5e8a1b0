"""A speaker that writes what it plays into a WAV file, one sound behind the other.

The file is made with the first sound and has its rate; later sounds are resampled to it. It is
whole after every sound, so it can be listened to while Lares runs.
"""

from __future__ import annotations

import threading
from pathlib import Path

import soundfile

from edge.types import Samples
from hal.conversion import Resampler, from_int16
from hal.speaker import SpeakerError


class FileSpeaker:
    """Writes 16-bit mono WAV. A file that is there already is replaced by the first sound."""

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)
        self._rate: int | None = None
        self._playing = threading.Lock()

    def __repr__(self) -> str:
        return f"<FileSpeaker {self._path}>"

    @property
    def name(self) -> str:
        return str(self._path)

    def play(self, samples: Samples, rate: int) -> None:
        with self._playing:
            try:
                self._write(samples, rate)
            except (OSError, soundfile.SoundFileError) as error:
                raise SpeakerError(
                    f"Expected to write sound to {self._path}, but that failed: {error}. "
                    "Give a file in a folder that exists and may be written to."
                ) from error

    def stop(self) -> None:
        """A file is written at once; there is nothing to stop."""

    def _write(self, samples: Samples, rate: int) -> None:
        if self._rate is None:
            soundfile.write(self._path, samples, rate, subtype="PCM_16", format="WAV")
            self._rate = rate
            return
        resampler = Resampler(rate, self._rate)
        with soundfile.SoundFile(self._path, "r+") as file:
            file.seek(0, soundfile.SEEK_END)
            file.write(resampler.feed(from_int16(samples)))
            file.write(resampler.flush())
