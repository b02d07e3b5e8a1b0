"""How fast a spoken command becomes an MQTT message, per engine, and what listening costs.

    python -m benchmarks.pipeline [--engine NAME …] [--json] [--out FILE] [--timeline FILE.svg]

Every engine runs in a process of its own, so that its memory is its own. There the recorded
commands of the demo are heard in real time, through the parts that a microphone feeds, on a virtual
home in process:

- *speech to published*: from the true end of speech, the last loud sample of the recording, to the
  command's MQTT message, on the clock;
- *after the endpoint*: of it the part that computing takes, without the silence that is waited for;
- *listening*: CPU time per second of sound in which nobody says the wake word, one core = 100 %;
- *memory*: the peak resident size of the process.

`--timeline` also draws how one command went by, with every engine that was measured.
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
from typing import Any

import numpy as np
import soundfile
from rich.console import Console
from rich.table import Table

from benchmarks.course import Course, Partial, Stage, draw
from edge.app import App, Household
from edge.config import Config
from edge.demo.recordings import Recording, recordings
from edge.kernel.events import Event
from edge.listening import Heard
from edge.types import FRAME_SAMPLES, SAMPLE_RATE, AudioFrame, LaresError, Outcome, Samples
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
    parser.add_argument("--timeline", type=Path, help="also draw one command here, as an SVG")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    if arguments.inside:
        measured, course = asyncio.run(_measure(arguments.engine[0]))
        print(json.dumps({"figures": asdict(measured), "course": asdict(course)}))
        return 0
    figures, courses, absent = [], [], {}
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
            inside = json.loads(done.stdout.splitlines()[-1])
            figures.append(EngineFigures(**inside["figures"]))
            courses.append(_course_of(inside["course"]))
    told = json.dumps({"engines": [asdict(f) for f in figures], "absent": absent}, indent=2)
    if arguments.out:
        arguments.out.write_text(told + "\n", encoding="utf-8")
    if arguments.timeline and courses:
        arguments.timeline.write_text(draw(courses), encoding="utf-8")
    if arguments.json:
        print(told)
    else:
        _print(figures, absent)
    return 0 if figures else 1


@dataclass(frozen=True, slots=True)
class _Run:
    """One recording, heard in real time. Times are seconds of the clock."""

    recording: Recording
    ended: float
    """The true end of speech."""
    partials: tuple[tuple[float, str], ...]
    heard: Heard
    handled: float
    """When the transcript came to be understood."""
    outcome: Outcome
    published: float

    @property
    def whole_ms(self) -> float:
        return (self.published - self.ended) * 1000


async def _measure(engine: str) -> tuple[EngineFigures, Course]:
    config = Config().with_value("stt.engine", engine, "--engine")
    app = App(config)
    begin = time.perf_counter()
    app.ears.stt(app.home())
    app.models.tagger.tag("warm up")
    load_s = time.perf_counter() - begin
    runs: list[_Run] = []
    async with app.virtual(app.home()) as household:
        for recording in recordings():
            run = await _hear(app, household, recording)
            runs += [] if run is None else [run]
    whole = [run.whole_ms for run in runs]
    computed = [run.whole_ms - _waited_ms(run) for run in runs]
    stages: defaultdict[str, list[float]] = defaultdict(list)
    for run in runs:
        for stage, spent in run.outcome.ms.items():
            stages[stage].append(spent)
    figures = EngineFigures(
        engine=engine,
        commands=len(recordings()),
        carried_out=sum(bool(r.outcome.intents) and not r.outcome.failed for r in runs),
        speech_to_published_p50=_quantile(whole, 0.5),
        speech_to_published_p95=_quantile(whole, 0.95),
        after_endpoint_p50=_quantile(computed, 0.5),
        after_endpoint_p95=_quantile(computed, 0.95),
        stages_p50={stage: round(statistics.median(t), 2) for stage, t in stages.items()},
        listening_percent=_listening_percent(app),
        load_s=round(load_s, 2),
        peak_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    )
    return figures, _course(engine, runs[0], config.endpoint.patient_s)


async def _hear(app: App, household: Household, recording: Recording) -> _Run | None:
    """What became of one recording; None where nothing was heard in it."""
    began: list[float] = []
    partials: list[tuple[float, str]] = []

    def clock() -> float:
        now = time.monotonic()
        began.append(now)
        return now

    def look_on(event: Event) -> None:
        if event.name == "partial":
            partials.append((event.time, event.fields["text"]))

    run: _Run | None = None
    unsubscribe = app.events.subscribe(look_on)
    microphone = FileMicrophone(recording.path, paced=True, clock=clock)
    async for heard in app.listening(microphone, household):
        handled = time.monotonic()
        outcome = await household.assistant.handle(
            heard.transcript, ms={"endpoint": heard.endpoint_ms, "stt": heard.stt_ms}, agreed=True
        )
        spent = sum(outcome.ms.get(stage, 0.0) for stage in _AFTER_TRANSCRIPT)
        ended = began[0] + _end_of_speech(_samples(recording)) / SAMPLE_RATE
        published = handled + spent / 1000
        run = run or _Run(recording, ended, tuple(partials), heard, handled, outcome, published)
    unsubscribe()
    return run


_AFTER_TRANSCRIPT = ("tagger", "resolver", "skill", "publish")


def _samples(recording: Recording) -> Samples:
    samples, _ = soundfile.read(recording.path, dtype="int16")
    return np.asarray(samples, dtype=np.int16)


def _end_of_speech(samples: Samples) -> int:
    """The sample after the last that is louder than a hundredth of full scale, where
    `benchmarks.synthesise` cuts."""
    return int(np.flatnonzero(np.abs(samples.astype(np.int32)) > 327)[-1]) + 1


def _waited_ms(run: _Run) -> float:
    """From the true end of speech to the end of the silence that was waited for."""
    return (run.handled - run.ended) * 1000 - run.heard.stt_ms


def _course(engine: str, run: _Run, patient_s: float) -> Course:
    """How a run went by, in milliseconds from the true end of speech."""
    samples = _samples(run.recording)
    end = _end_of_speech(samples)
    first = round(run.heard.utterance.start * SAMPLE_RATE)
    frames = samples[first : end + SAMPLE_RATE // 2]
    frames = frames[: len(frames) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    levels = np.abs(frames.astype(np.float64)).max(1)
    waited = _waited_ms(run)
    stages = [Stage("silence", 0.0, waited), Stage("stt", waited, waited + run.heard.stt_ms)]
    for name in _AFTER_TRANSCRIPT:
        begin = stages[-1].end_ms
        stages.append(Stage(name, begin, begin + run.outcome.ms.get(name, 0.0)))
    return Course(
        engine=engine,
        text=run.recording.text,
        levels=tuple(round(float(level), 3) for level in levels / levels.max()),
        levels_from_ms=(first - end) / SAMPLE_RATE * 1000,
        partials=tuple(Partial((at - run.ended) * 1000, text) for at, text in run.partials),
        stages=tuple(stages),
        patient_ms=(run.heard.speech_ended - run.ended + patient_s) * 1000,
    )


def _course_of(data: dict[str, Any]) -> Course:
    """A course from what `asdict` made of it."""
    return Course(
        **{
            **data,
            "levels": tuple(data["levels"]),
            "partials": tuple(Partial(**one) for one in data["partials"]),
            "stages": tuple(Stage(**one) for one in data["stages"]),
        }
    )


def _listening_percent(app: App) -> float:
    """CPU seconds per second of room noise without a wake word, in percent."""
    listener = app.ears.listener(wake=True)
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
