"""Synthetic voices, made by programs that are not part of Lares.

flite and espeak-ng are Debian packages; Piper and its voice come with `make speech`. A voice that
is not there is left out.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import soxr

from benchmarks.mixing import read
from edge.types import SAMPLE_RATE, Samples
from edge.voice.packages import is_installed
from edge.voice.tts import PiperProcess
from models.catalog import Catalog

Say = Callable[[str], Samples]
"""Says a text at 16 kHz, with a little silence around it."""

_FLITE = ("slt", "rms", "awb", "kal16")
_ESPEAK = {"en-us": "en-us", "en-gb": "en-gb", "en-gb-scotland": "en-gb-scotland", "f2": "en-us+f2"}
_LEAD_S, _TAIL_S = 0.3, 0.6
_PEAK = 0.5


def voices() -> Mapping[str, Say]:
    """The voices of this machine, by name."""
    found: dict[str, Say] = {}
    if shutil.which("flite"):
        found |= {f"flite {name}": _program("flite", "-voice", name, "-o") for name in _FLITE}
    if shutil.which("espeak-ng"):
        found |= {
            f"espeak-ng {name}": _program("espeak-ng", "-v", voice, "-s", "150", "-w")
            for name, voice in _ESPEAK.items()
        }
    piper = Catalog.load().installed("piper-joe")
    if piper is not None and is_installed("piper"):
        found["piper joe"] = _piper(piper)
    return found


def _program(*command: str) -> Say:
    def say(text: str) -> Samples:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "said.wav"
            options = ["-t", text] if command[0] == "flite" else [text]
            subprocess.run([*command, file, *options], check=True, capture_output=True)
            return _framed(read(file).astype(np.float64))

    return say


def _piper(model: Path) -> Say:
    def say(text: str) -> Samples:
        piper = PiperProcess(model)
        try:
            sound = piper.say(text)
        finally:
            piper.close()
        assert sound is not None
        return _framed(soxr.resample(sound.samples.astype(np.float64), sound.rate, SAMPLE_RATE))

    return say


def _framed(sound: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Samples:
    """As loud as the other voices, with silence before and after."""
    loud = sound * (_PEAK * 32767 / max(1.0, float(np.abs(sound).max(initial=0.0))))
    lead, tail = (np.zeros(round(seconds * SAMPLE_RATE)) for seconds in (_LEAD_S, _TAIL_S))
    samples: Samples = np.rint(np.concatenate([lead, loud, tail])).astype(np.int16)
    return samples
