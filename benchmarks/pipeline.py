"""How fast a spoken command becomes an MQTT message, per engine, and what listening costs.

    python -m benchmarks.pipeline [--engine NAME …] [--json] [--out FILE]

Every engine runs in a process of its own, so that its memory is its own. There the recorded
commands of the demo are heard in real time, through the parts that a microphone feeds, on a virtual
home in process:

- *speech to published*: from the end of speech to the command's MQTT message, with the silence that
  the endpoint waits for;
- *after the endpoint*: the same without the silence: the part that computing takes;
- *listening*: CPU time per second of sound in which nobody says the wake word, one core = 100 %;
- *memory*: the peak resident size of the process.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from edge.app import App
from edge.config import Config
from edge.demo.recordings import recordings
from edge.types import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame, LaresError
from hal.microphone_file import FileMicrophone

ENGINES = ("vosk", "whisper", "pocketsphinx")
LISTENING_S = 60.0
_ERROR = f"{LaresError.__module__}.{LaresError.__qualname__}: "


@dataclass(frozen=True, slots=True)
class EngineFigures:
    """What one engine needs for the demo's commands. Times in milliseconds."""

    engine: str
    commands: int
    carried_out: int
    """Commands whose device confirmed them, or whose question was answered."""
    speech_to_published_p50: float
    speech_to_published_p95: float
    after_endpoint_p50: float
    after_endpoint_p95: float
    stages_p50: dict[str, float]
    listening_percent: float
    load_s: float
    peak_mb: float


def main(argv: Sequence[str] | None = None) -> int:
    """Measure each installed engine and print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--engine", action="append", choices=ENGINES)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--out", type=Path, help="also write the JSON here")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    if arguments.inside:
        print(json.dumps(asdict(asyncio.run(_measure(arguments.engine[0])))))
        return 0
    figures, absent = [], {}
    for engine in arguments.engine or ENGINES:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.pipeline", "--inside", "--engine", engine],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            absent[engine] = done.stderr.strip().splitlines()[-1].removeprefix(_ERROR)
        else:
            figures.append(EngineFigures(**json.loads(done.stdout.splitlines()[-1])))
    told = json.dumps({"engines": [asdict(f) for f in figures], "absent": absent}, indent=2)
    if arguments.out:
        arguments.out.write_text(told + "\n", encoding="utf-8")
    if arguments.json:
        print(told)
    else:
        _print(figures, absent)
    return 0 if figures else 1


async def _measure(engine: str) -> EngineFigures:
    config = Config().with_value("stt.engine", engine, "--engine")
    app = App(config)
    begin = time.perf_counter()
    app.stt(app.home())
    app.tagger.tag("warm up")
    load_s = time.perf_counter() - begin
    whole: list[float] = []
    after: list[float] = []
    stages: defaultdict[str, list[float]] = defaultdict(list)
    carried_out = 0
    async with app.virtual(app.home()) as household:
        for recording in recordings():
            microphone = FileMicrophone(recording.path, paced=True)
            async for heard in app.listening(microphone, household):
                outcome = await household.assistant.handle(
                    heard.transcript, ms={"stt": heard.stt_ms}, agreed=True
                )
                carried_out += bool(outcome.intents) and not outcome.failed
                computed = sum(outcome.ms.get(s, 0.0) for s in _UP_TO_PUBLISHED)
                after.append(computed)
                whole.append(heard.endpoint_ms + computed)
                for stage, spent in outcome.ms.items():
                    stages[stage].append(spent)
    return EngineFigures(
        engine=engine,
        commands=len(recordings()),
        carried_out=carried_out,
        speech_to_published_p50=_quantile(whole, 0.5),
        speech_to_published_p95=_quantile(whole, 0.95),
        after_endpoint_p50=_quantile(after, 0.5),
        after_endpoint_p95=_quantile(after, 0.95),
        stages_p50={stage: round(statistics.median(t), 2) for stage, t in stages.items()},
        listening_percent=_listening_percent(app),
        load_s=round(load_s, 2),
        peak_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    )


_UP_TO_PUBLISHED = ("stt", "tagger", "resolver", "skill", "publish")


def _listening_percent(app: App) -> float:
    """CPU seconds per second of room noise without a wake word, in percent."""
    listener = app.listener(wake=True)
    noise = np.random.default_rng(0)
    spent = 0.0
    for number in range(round(LISTENING_S * SAMPLE_RATE / FRAME_SAMPLES)):
        samples = noise.normal(0, 300, FRAME_SAMPLES).astype(np.int16)
        frame = AudioFrame(samples, number * FRAME_SAMPLES / SAMPLE_RATE)
        begin = time.process_time()
        listener.feed(frame)
        spent += time.process_time() - begin
    return round(100 * spent / LISTENING_S, 2)


def _quantile(times: Sequence[float], share: float) -> float:
    if not times:
        raise LaresError("nothing was heard, so there is nothing to measure")
    return round(float(np.quantile(times, share)), 1)


def _print(figures: Sequence[EngineFigures], absent: dict[str, str]) -> None:
    table = Table("", *(one.engine for one in figures), title="Eight spoken commands")
    for column in table.columns[1:]:
        column.justify = "right"
    rows: tuple[tuple[str, Callable[[EngineFigures], str]], ...] = (
        ("carried out", lambda one: f"{one.carried_out} of {one.commands}"),
        ("end of speech → published, median", lambda one: f"{one.speech_to_published_p50:.0f} ms"),
        ("… 95th percentile", lambda one: f"{one.speech_to_published_p95:.0f} ms"),
        ("of it computing, median", lambda one: f"{one.after_endpoint_p50:.0f} ms"),
        ("… 95th percentile", lambda one: f"{one.after_endpoint_p95:.0f} ms"),
        ("listening only, share of a core", lambda one: f"{one.listening_percent:.1f} %"),
        ("loading", lambda one: f"{one.load_s:.1f} s"),
        ("peak memory", lambda one: f"{one.peak_mb:.0f} MB"),
    )
    for name, told in rows:
        table.add_row(name, *map(told, figures))
    console = Console()
    console.print(table)
    for engine, reason in absent.items():
        console.print(f"{engine}: not measured. {reason}", style="dim")


if __name__ == "__main__":
    sys.exit(main())
