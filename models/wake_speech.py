"""Speech for training and measuring wake words, by whatever synthesisers are installed.

A `Synthesiser` has voices, and says a text with one of them. `Espeak` makes many voices of few:
every accent of English with every variant. `Flite` has four recorded speakers. `SimulatedVoices`
are tones, for tests. What comes out is cut to the speech, so that its end is the word's end.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from edge.types import SAMPLE_RATE, LaresError

Wave = NDArray[np.float32]
"""Mono sound, shape (n,), at SAMPLE_RATE; full scale is 1."""


@dataclass(frozen=True, slots=True)
class Voice:
    """One speaker of one synthesiser."""

    synthesiser: str
    name: str
    speaker: str
    """Voices of one synthesiser and speaker are one person: the same throat, another accent."""

    def __str__(self) -> str:
        return f"{self.synthesiser} {self.name}"


class Synthesiser(Protocol):
    """Makes speech of text."""

    @property
    def voices(self) -> tuple[Voice, ...]:
        """Its speakers; none when it is not installed."""

    def say(self, text: str, voice: Voice, *, speed: float = 1.0, pitch: float = 1.0) -> Wave:
        """The text spoken. speed, pitch: 1 is usual, 1.2 a fifth faster or higher.

        Raises LaresError when it fails.
        """


_ACCENTS = ("en-us", "en-gb", "en-gb-scotland", "en-gb-x-rp", "en-029", "en-us-nyc")
_VARIANTS = (
    "", "f1", "f2", "f3", "f4", "f5", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "Alicia", "Andrea",
    "Annie", "Gene", "Henrique", "Michael", "belinda", "edward", "klatt2", "klatt4", "linda",
    "shelby", "steph",
)  # fmt: skip


class Espeak:
    """eSpeak NG: formant synthesis, 156 voices."""

    def __init__(self, program: str = "espeak-ng") -> None:
        self._program = shutil.which(program)

    @property
    def voices(self) -> tuple[Voice, ...]:
        if self._program is None:
            return ()
        names = ((f"{a}+{v}".rstrip("+"), v) for v in _VARIANTS for a in _ACCENTS)
        return tuple(Voice("espeak-ng", name, speaker) for name, speaker in names)

    def say(self, text: str, voice: Voice, *, speed: float = 1.0, pitch: float = 1.0) -> Wave:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "said.wav"
            _run(
                str(self._program), "-v", voice.name, "-s", str(round(165 * speed)),
                "-p", str(min(99, max(0, round(50 * pitch)))), "-w", str(path), "--", text,
            )  # fmt: skip
            return _heard(path)


class Flite:
    """CMU Flite: its four recorded speakers."""

    def __init__(self, program: str = "flite") -> None:
        self._program = shutil.which(program)

    @property
    def voices(self) -> tuple[Voice, ...]:
        names = () if self._program is None else ("awb", "kal16", "rms", "slt")
        return tuple(Voice("flite", name, name) for name in names)

    def say(self, text: str, voice: Voice, *, speed: float = 1.0, pitch: float = 1.0) -> Wave:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "said.wav"
            usual = _FLITE_HERTZ[voice.name]
            _run(
                str(self._program), "-voice", voice.name,
                "--setf", f"duration_stretch={1 / speed:.3f}",
                "--setf", f"int_f0_target_mean={usual * pitch:.0f}",
                "-t", text, "-o", str(path),
            )  # fmt: skip
            return _heard(path)


_FLITE_HERTZ: Mapping[str, float] = {"awb": 135.0, "kal16": 100.0, "rms": 100.0, "slt": 172.0}
"""Mean pitch of each speaker."""


class SimulatedVoices:
    """Voices that whistle: every letter is a tone of 60 ms, higher for each next voice."""

    def __init__(self, count: int = 6) -> None:
        self.voices = tuple(Voice("whistle", str(n), str(n)) for n in range(count))

    def say(self, text: str, voice: Voice, *, speed: float = 1.0, pitch: float = 1.0) -> Wave:
        time = np.arange(round(0.06 * SAMPLE_RATE / speed)) / SAMPLE_RATE
        high = (1 + int(voice.name) / 20) * pitch
        tones = [
            np.sin(2 * np.pi * high * (200 + 100 * (ord(letter) - ord("a"))) * time)
            if letter.isalpha()
            else np.zeros(len(time))
            for letter in text.lower()
        ]
        return np.asarray(np.concatenate(tones) * 0.5, dtype=np.float32)


def installed() -> tuple[Synthesiser, ...]:
    """The synthesisers that are installed here.

    Raises LaresError, saying what to install, when there is none.
    """
    there = tuple(one for one in (Espeak(), Flite()) if one.voices)
    if not there:
        raise LaresError(
            "Expected a speech synthesiser to make examples of the wake word with, found neither "
            "espeak-ng nor flite: apt install espeak-ng flite."
        )
    return there


class Choir:
    """All voices of several synthesisers as one."""

    def __init__(self, synthesisers: Sequence[Synthesiser]) -> None:
        self._of = {voice: one for one in synthesisers for voice in one.voices}

    @property
    def voices(self) -> tuple[Voice, ...]:
        return tuple(self._of)

    def say(self, text: str, voice: Voice, *, speed: float = 1.0, pitch: float = 1.0) -> Wave:
        return self._of[voice].say(text, voice, speed=speed, pitch=pitch)


def _run(*command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LaresError(f"{command[0]} should have spoken, but failed: {error}.") from error
    if done.returncode:
        told = done.stderr.strip() or f"exit code {done.returncode}"
        raise LaresError(f"{command[0]} should have spoken, but failed: {told}.")


def _heard(path: Path) -> Wave:
    """The sound of a file at SAMPLE_RATE, without the quiet around it."""
    try:
        samples, rate = soundfile.read(path, dtype="float32")
    except (OSError, soundfile.LibsndfileError) as error:
        raise LaresError(f"Expected speech, found no sound in {path.name}: {error}.") from error
    return trimmed(np.asarray(soxr.resample(samples, rate, SAMPLE_RATE), dtype=np.float32))


def trimmed(wave: Wave) -> Wave:
    """The sound from the first to the last sample within 34 dB of the loudest; empty for none."""
    loud = np.flatnonzero(np.abs(wave) > 0.02 * np.abs(wave).max(initial=1e-9))
    return wave[loud[0] : loud[-1] + 1] if len(loud) else wave[:0]
