"""What a language model needs, how fast it is, and how well it chooses.

    python -m benchmarks.llm [--model FILE.gguf …] [--cases N] [--json]

Each model is measured in a process of its own; without `--model`, each that is installed.

- *load*: from the file to a model that can be asked;
- *prompt*: tokens a second while reading 600 tokens; *out*: while writing 64;
- *cold*, *kept*: from a request to the first token of its answer, when the instructions are read
  for the first time, and when they are kept;
- *call*: a whole answer under the grammar of ten things of the demo's home, instructions kept;
- *memory*: how much the process grew;
- *acceptable*, *harmful*: of the indirect requests of `benchmarks/indirect/develop.yaml`, when the
  model alone is asked, without an example (zero-shot) and with five (few-shot).
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
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.indirect_requests import Case, Judged, cases, given, home_of, judge
from benchmarks.language_models import chat, installed
from edge.app import App, Household
from edge.config import Config
from edge.home.graph import Home
from edge.kernel.scheduler import Steps, completed
from edge.llm.calls import Offers
from edge.llm.llama import LlamaLanguageModel
from edge.llm.model import Piece, Prompt, Writing, Written
from edge.llm.prompting import Example, prompt, relevant
from edge.types import LaresError, Outcome, Transcript

EXAMPLES = (
    Example(
        ("Ceiling Light, light in the Study: off", "Blinds, cover in the Study: open"),
        "i can hardly read this (in the Study)",
        'HassTurnOn "Ceiling Light"',
    ),
    Example(
        ("Radiator, climate in the Nursery: heat, set to 18°", "Lamp, light in the Nursery: on"),
        "the baby's hands are cold (in the Nursery)",
        'HassClimateSetTemperature "Radiator" temperature 20',
    ),
    Example(
        ("Radio, media_player in the Attic: playing, volume 60%", "Fan, fan in the Attic: off"),
        "i have to make a phone call (in the Attic)",
        'HassMediaPause "Radio"',
    ),
    Example(
        ("Fan, fan in the Studio: off", "Shade, cover in the Studio: open, open 100%"),
        "the varnish smells terrible (in the Studio)",
        'HassTurnOn "Fan"',
    ),
    Example(
        ("Lamp, light in the Loft: on, brightness 80%", "TV, media_player in the Loft: off"),
        "my sister has bought a house (in the Loft)",
        'say "That is nice."',
    ),
)
"""Not of the cases, and of no home of theirs."""
_READ = 600
_WRITTEN = 64
_ASKED = ("it is dark in here", "i am cold", "the music is too loud", "open the blinds", "hello")


@dataclass(frozen=True, slots=True)
class Figures:
    """One model's. Times in milliseconds, memory in MB, shares from 0 to 1."""

    model: str
    load: float
    prompt_tokens_a_second: float
    out_tokens_a_second: float
    cold: float
    kept: float
    call: float
    memory: float
    zero_shot: float | None = None
    zero_shot_harmful: float | None = None
    few_shot: float | None = None
    few_shot_harmful: float | None = None


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print a table, or JSON. Exit code 2 where there is no model."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--model", type=Path, action="append", metavar="FILE")
    parser.add_argument("--cases", type=int, default=0, metavar="N", help="0: all")
    parser.add_argument("--speed", action="store_true", help="only how fast")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    if arguments.inside:
        figures = asyncio.run(_measure(arguments.model[0], arguments.cases, arguments.speed))
        print(json.dumps(asdict(figures)))
        return 0
    files = arguments.model or installed()
    if not files:
        print("llm: expected a language model: make llm", file=sys.stderr)
        return 2
    every = [_alone(file, arguments) for file in files]
    if arguments.json:
        print(json.dumps([asdict(each) for each in every], indent=2))
    else:
        _print(every)
    return 0


def _alone(file: Path, arguments: argparse.Namespace) -> Figures:
    command = [sys.executable, "-m", "benchmarks.llm", "--inside", "--model", str(file)]
    command += ["--cases", str(arguments.cases), *(["--speed"] if arguments.speed else [])]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise LaresError(f"{file}: could not be measured")
    return Figures(**json.loads(done.stdout.splitlines()[-1]))


async def _measure(file: Path, count: int, speed_only: bool) -> Figures:
    app = App(Config())
    home = app.home()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begin = time.perf_counter()
    model = LlamaLanguageModel(file)
    load = _ms(begin)
    long = Prompt((), (Piece("the lamp in the hall is on " * (_READ // 7)),))
    read, read_s = _done(model.write(long, Writing(1)))
    written, written_s = _done(model.write(chat("Tell me a story."), Writing(_WRITTEN)))
    async with app.virtual(home) as household:
        asked = [_request(text, home, household, "Kitchen", ()) for text in _ASKED]
    firsts = [_first_ms(model, each) for each, _ in asked]
    calls = [_done(model.write(p, Writing(80, o.grammar)))[1] * 1000 for p, o in asked]
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    figures = Figures(
        model=file.stem,
        load=load,
        prompt_tokens_a_second=read.prompt_tokens / read_s,
        out_tokens_a_second=written.tokens / written_s,
        cold=firsts[0],
        kept=statistics.median(firsts[1:]),
        call=statistics.median(calls),
        memory=memory,
    )
    if not speed_only:
        figures = await _with_choices(figures, app, model, count)
    model.close()
    return figures


async def _with_choices(
    figures: Figures, app: App, model: LlamaLanguageModel, count: int
) -> Figures:
    some = cases("develop")[: count or None]
    told = asdict(figures)
    for name, examples in (("zero_shot", ()), ("few_shot", EXAMPLES)):
        judged = [
            await _chosen(app, model, case, examples)
            for case in track(some, name, console=Console(stderr=True), transient=True)
        ]
        told[name] = statistics.mean(each.acceptable for each in judged)
        told[f"{name}_harmful"] = statistics.mean(bool(each.harmed) for each in judged)
    return Figures(**told)


async def _chosen(
    app: App, model: LlamaLanguageModel, case: Case, examples: Sequence[Example]
) -> Judged:
    """What becomes of a case when the model alone is asked."""
    home = home_of(app, case)
    async with app.virtual(home) as household:
        await household.set_up(given(case, household.states.snapshot()))
        before = household.states.snapshot()
        request, offers = _request(case.say, home, household, case.area, examples)
        written, _ = _done(model.write(request, Writing(80, offers.grammar)))
        reply = offers.read(written.text) if written.ending == "end" else None
        said = Transcript(case.say, "text")
        outcome = Outcome(said, speech=reply.speech if reply else "")
        if reply is not None and reply.intents:
            outcome = await household.assistant.carry_out(said, reply.intents)
        return judge(case, before, household.states.snapshot(), outcome)


def _request(
    text: str, home: Home, household: Household, area: str, examples: Sequence[Example]
) -> tuple[Prompt, Offers]:
    offers = Offers.of(home, relevant(text, home, area))
    made = prompt(text, offers, home, household.states, area=area, examples=examples)
    return made, offers


def _first_ms(model: LlamaLanguageModel, request: Prompt) -> float:
    begin = time.perf_counter()
    _done(model.write(request, Writing(1)))
    return _ms(begin)


def _done(steps: Steps[Written]) -> tuple[Written, float]:
    """What was written, and in how many seconds."""
    begin = time.perf_counter()
    written = completed(steps)
    return written, time.perf_counter() - begin


def _ms(begin: float) -> float:
    return (time.perf_counter() - begin) * 1000


def _print(every: Sequence[Figures]) -> None:
    table = Table(title="Language models")
    table.add_column("")
    for each in every:
        table.add_column(each.model, justify="right")
    for name, unit in (
        ("load", "ms"), ("prompt_tokens_a_second", ""), ("out_tokens_a_second", ""),
        ("cold", "ms"), ("kept", "ms"), ("call", "ms"), ("memory", "MB"),
    ):  # fmt: skip
        values = (f"{getattr(each, name):.0f} {unit}".strip() for each in every)
        table.add_row(name.replace("_", " "), *values)
    for name in ("zero_shot", "few_shot"):
        for end in ("", "_harmful"):
            shares = (getattr(each, name + end) for each in every)
            told = ("" if share is None else f"{share:.1%}" for share in shares)
            table.add_row((name + end).replace("_", " "), *told)
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
