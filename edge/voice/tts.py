"""Saying things aloud.

`PiperProcess` speaks with a Piper voice. Piper is GPL-3 and optional, so it is never imported: its
program runs in a process of its own that loads the voice once and then makes one sound file a line
of text, in a directory in memory, from which the sound is read and at once deleted. A process that
dies or gives no sound is replaced, and the sentence tried once more. `Printed` makes no sound: what
is said is only shown.
"""

from __future__ import annotations

import atexit
import contextlib
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import wave
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from edge.types import LaresError, Samples

_MEMORY = Path("/dev/shm")
"""Where Linux keeps files in memory: no wear of an SD card, and nothing said stays on a disk."""


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """Mono 16-bit sound."""

    samples: Samples
    """Shape (n,)."""
    rate: int
    """Samples a second."""


class TextToSpeech(Protocol):
    """Makes speech of text."""

    def say(self, text: str) -> Sound | None:
        """The text spoken; None when there is nothing to hear.

        Raises LaresError when it should have spoken and could not.
        """

    def close(self) -> None:
        """Release what it holds. It can be asked to say something again all the same."""


class Printed:
    """No voice: whoever shows the text does all there is to do."""

    def say(self, text: str) -> Sound | None:
        return None

    def close(self) -> None:
        """It holds nothing."""


class PiperProcess:
    """Speaks with a Piper voice.

    voice: the voice's `.onnx` file, or a directory that holds one; its `.onnx.json` lies beside it.
    program: how to start Piper; found beside this Python or on PATH when not given.
    options: further arguments of the program, such as ("--length-scale", "1.1").
    timeout_s: longest wait for one text.

    Raises LaresError when the program or the voice is missing. The process starts with the first
    text.
    """

    def __init__(
        self,
        voice: Path,
        *,
        program: Sequence[str] | None = None,
        options: Sequence[str] = (),
        timeout_s: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        found = tuple(program) if program else _find_program()
        self._command = (*found, "--model", str(_find_voice(voice)), *options)
        self._timeout_s = timeout_s
        self._clock = clock
        self._running: _Running | None = None

    def say(self, text: str) -> Sound | None:
        line = " ".join(text.split())
        if not any(character.isalnum() for character in line):
            return None
        try:
            return self._try(line)
        except _FailedError:
            try:
                return self._try(line)
            except _FailedError as failed:
                raise LaresError(
                    f"Piper should have spoken {line!r} but failed twice, the second time saying: "
                    f"{failed}. Try the program by hand: {' '.join(self._command)}"
                ) from failed

    def close(self) -> None:
        if self._running is not None:
            self._running.stop()
            self._running = None

    def _try(self, line: str) -> Sound:
        if self._running is None:
            self._running = _Running(self._command)
        try:
            return self._running.say(line, until=self._clock() + self._timeout_s, clock=self._clock)
        except BaseException:
            self.close()
            raise


class _FailedError(Exception):
    """The process ended or gave no sound; the text is the last that it said."""


class _Running:
    """One run of the program: takes lines, gives sounds. It does not outlive this program."""

    def __init__(self, command: Sequence[str]) -> None:
        self._folder = tempfile.TemporaryDirectory(
            prefix="lares-piper-", dir=_MEMORY if _MEMORY.is_dir() else None
        )
        try:
            self._process = subprocess.Popen(
                (*command, "--output-dir", self._folder.name),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                errors="replace",
            )
        except OSError as error:
            self._folder.cleanup()
            raise LaresError(f"Piper cannot be started as {command[0]}: {error}.") from error
        self._said: queue.Queue[str | None] = queue.Queue()
        self._last: deque[str] = deque(maxlen=3)
        threading.Thread(target=self._listen, name="piper", daemon=True).start()
        atexit.register(self.stop)

    def say(self, line: str, *, until: float, clock: Callable[[], float]) -> Sound:
        """The sound of one line. Raises _FailedError, or LaresError when `until` has passed."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # it has ended, which its output tells below
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        while True:
            try:
                said = self._said.get(timeout=max(0.0, until - clock()))
            except queue.Empty:
                raise LaresError(
                    f"Piper did not finish speaking {line!r} in time: choose a smaller voice, "
                    "or no voice."
                ) from None
            if said is None:
                raise _FailedError(self._last_words())
            if "Wrote " in said:
                return self._take()

    def stop(self) -> None:
        atexit.unregister(self.stop)
        self._process.kill()
        self._process.wait()
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # what could not be written to it
            self._process.stdin.close()
        self._folder.cleanup()

    def _take(self) -> Sound:
        try:
            (path,) = Path(self._folder.name).glob("*.wav")
            with wave.open(str(path), "rb") as file:
                samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
                rate = file.getframerate()
        except (ValueError, EOFError, wave.Error) as error:
            raise _FailedError(self._last_words()) from error
        path.unlink()
        return Sound(samples.astype(np.int16), rate)

    def _listen(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as lines:
            for line in lines:
                self._last.append(line.strip())
                self._said.put(line)
        self._said.put(None)

    def _last_words(self) -> str:
        return " / ".join(self._last) or "nothing"


def _find_program() -> tuple[str]:
    beside = Path(sys.executable).with_name("piper")
    found = str(beside) if beside.is_file() else shutil.which("piper")
    if found is None:
        raise LaresError(
            "Speaking with Piper needs its program, which is neither beside this Python nor on "
            'PATH: install lares[speech], or set the voice to "printed".'
        )
    return (found,)


def _find_voice(voice: Path) -> Path:
    found = next(iter(sorted(voice.glob("*.onnx"))), voice) if voice.is_dir() else voice
    for path in (found, found.with_name(found.name + ".json")):
        if not path.is_file():
            raise LaresError(
                f"Expected the Piper voice file {path}, which is not there: fetch the voice "
                "(lares models fetch), or give the path of another voice's .onnx file."
            )
    return found
