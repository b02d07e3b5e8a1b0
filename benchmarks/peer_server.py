"""The peer of `benchmarks.peer`: `wyoming-faster-whisper`, installed and run as its makers say, but
for its model, which is the directory that it is given. It is told to stay offline, and asked over
the Wyoming protocol.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wyoming.asr import Transcribe, Transcript
from wyoming.event import read_event, write_event

from edge.demo.mosquitto import free_port
from edge.types import SAMPLE_RATE, LaresError, Samples
from hal.wyoming_sound import sound_events

HOST = "127.0.0.1"
PACKAGE = "wyoming-faster-whisper"
MODULE = "wyoming_faster_whisper"
START_S = 120.0
"""How long a server may take to load its model."""
ANSWER_S = 120.0
"""How long a transcript may take."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server wrote down."""

    text: str
    seconds: float
    """From the moment when the last chunk was sent."""


def installed(venv: Path) -> Path:
    """The interpreter of a virtual environment that has the peer; both are made when they lack.

    Raises LaresError when that is not possible.
    """
    python = venv / "bin" / "python"
    steps: list[list[str | Path]] = []
    if not python.exists():
        steps.append([sys.executable, "-m", "venv", venv])
    steps.append([python, "-m", "pip", "install", "--quiet", PACKAGE])
    if python.exists() and _runs(python, "-c", f"import {MODULE}"):
        return python
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, check=False)
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["for no reason that it told"])[-1]
            raise LaresError(f"{PACKAGE} could not be installed: {reason}")
    return python


@contextlib.contextmanager
def server(
    python: Path, model: Path, scratch: Path, *, threads: int, beam: int = 0, prompt: str = ""
) -> Iterator[int]:
    """The peer, running until the block ends; gives its port.

    model: the directory of a Whisper model for CTranslate2. prompt: words that it is told came
    before. Raises LaresError when it does not start.
    """
    port = free_port()
    options: dict[str, str | int | Path] = {
        "--uri": f"tcp://{HOST}:{port}",
        "--model": model,
        "--data-dir": scratch,
        "--stt-library": "faster-whisper",
        "--language": "en",
        "--compute-type": "int8",
        "--cpu-threads": threads,
        "--beam-size": beam,
        **({"--initial-prompt": prompt} if prompt else {}),
    }
    told = [str(part) for option in options.items() for part in option]
    log = scratch / f"{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [python, "-m", MODULE, *told, "--local-files-only"],
            stdout=output,
            stderr=output,
            env={**os.environ, "HF_HUB_OFFLINE": "1"},
        )
        try:
            _wait(process, port, log)
            yield port
        finally:
            process.terminate()
            process.wait()


def transcribe(port: int, samples: Samples, *, language: str = "en") -> Answer:
    """What the server on this port of this machine hears in one utterance.

    Raises LaresError when it does not answer.
    """
    try:
        with (
            socket.create_connection((HOST, port), timeout=ANSWER_S) as connection,
            connection.makefile("wb") as told,
            connection.makefile("rb") as answers,
        ):
            write_event(Transcribe(language=language).event(), told)
            *sound, (stop, _) = sound_events(samples, SAMPLE_RATE)
            for event, _ in sound:
                write_event(event, told)
            begin = time.perf_counter()
            write_event(stop, told)
            while (answer := read_event(answers)) is not None:
                if Transcript.is_type(answer.type):
                    seconds = time.perf_counter() - begin
                    return Answer(Transcript.from_event(answer).text, seconds)
    except OSError as error:
        raise LaresError(f"The server on port {port} did not answer: {error}.") from error
    raise LaresError(f"The server on port {port} hung up without a transcript.")


def version(python: Path) -> str:
    """Name and version of the peer that an interpreter runs."""
    command: list[str | Path] = [python, "-m", MODULE, "--version"]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return f"{PACKAGE} {told}".strip()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Until the server answers on its port."""
    deadline = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1.0):
            return
        time.sleep(0.1)
    reason = (log.read_text("utf-8", "replace").strip().splitlines() or ["it does not answer"])[-1]
    raise LaresError(f"{PACKAGE} does not start: {reason}")


def _runs(*command: str | Path) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
