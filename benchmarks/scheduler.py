"""How long a command waits while the language model writes a long answer.

    python -m benchmarks.scheduler [--commands N] [--tokens N] [--json]

Commands are understood (tagger and resolver) three times over, in one run:

- *idle*: nothing else runs;
- *scheduled*: an answer of some 300 tokens is written, which pauses while a command is understood
  (`edge.kernel.scheduler`);
- *in a row*: the same through a plain queue, in which who came first is served first. Each command
  comes while an answer is being written, as the ones before.

The answer must come out the same, however often it was interrupted.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from statistics import median, quantiles

from rich.console import Console
from rich.table import Table

from benchmarks.language_models import chat, installed
from edge.app import App
from edge.config import Config
from edge.kernel.scheduler import Job, Priority, Scheduler, completed
from edge.llm.llama import LlamaLanguageModel
from edge.llm.model import Writing, Written
from edge.types import LaresError, Transcript

COMMANDS = (
    "turn on the kitchen light",
    "dim the living room lights to thirty percent",
    "set the thermostat in the office to twenty one degrees",
    "close the bedroom blinds",
    "is the garage door open",
)
STORY = chat("Tell me a long story about a lighthouse.", "You tell stories.")
_IN_A_ROW = 5
"""Commands that wait for a whole answer; more would only take longer."""
_PAUSES = (0.01, 0.08)
"""Seconds between two commands, at random: they come at any point of a step."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Milliseconds from a command's coming to its being understood."""

    way: str
    commands: int
    p50: float
    p95: float
    most: float


@dataclass(frozen=True, slots=True)
class Figures:
    """All of one run."""

    waiting: tuple[Waiting, ...]
    tokens: int
    tokens_a_second_alone: float
    tokens_a_second_interrupted: float
    interruptions: int
    same: bool
    """Whether the interrupted answer is the undisturbed one."""


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print a table, or JSON. Exit code 2 where there is no language model."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--commands", type=int, default=100)
    parser.add_argument("--tokens", type=int, default=300)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args(argv)
    try:
        figures = asyncio.run(_measure(arguments.commands, arguments.tokens))
    except LaresError as error:
        print(f"scheduler: {error}", file=sys.stderr)
        return 2
    if arguments.json:
        print(json.dumps(asdict(figures), indent=2))
    else:
        _print(figures)
    return 0


async def _measure(commands: int, tokens: int) -> Figures:
    app = App(Config())
    files = installed()
    if not files:
        raise LaresError("expected a language model: make llm")
    model = LlamaLanguageModel(files[0])
    writing = Writing(most_tokens=tokens, temperature=0.8, seed=5)
    texts = itertools.cycle(COMMANDS)
    async with app.virtual(app.home()) as household:

        def understand() -> object:
            return household.assistant.parse(Transcript(next(texts), "text"))

        understand()
        begin = time.perf_counter()
        alone = completed(model.write(STORY, writing))
        alone_s = time.perf_counter() - begin
        idle = [_timed(understand) for _ in range(commands)]
        scheduled, answers = _scheduled(model, writing, understand, commands)
        in_a_row = _in_a_row(model, writing, understand)
    model.close()
    done = [job.result() for job in answers]
    return Figures(
        waiting=(
            _waiting("idle", idle),
            _waiting("scheduled", scheduled),
            _waiting("in a row", in_a_row),
        ),
        tokens=alone.tokens,
        tokens_a_second_alone=alone.tokens / alone_s,
        tokens_a_second_interrupted=sum(w.tokens for w in done) / sum(j.ran_s for j in answers),
        interruptions=sum(job.suspended for job in answers),
        same=all(each.text == alone.text for each in done),
    )


def _scheduled(
    model: LlamaLanguageModel, writing: Writing, understand: Callable[[], object], commands: int
) -> tuple[list[float], list[Job[Written]]]:
    """What commands waited while one answer after the other was written."""
    rng = random.Random(1)
    waited: list[float] = []
    answers: list[Job[Written]] = []
    with Scheduler() as scheduler:
        while len(waited) < commands:
            answer = scheduler.submit(
                lambda: model.write(STORY, writing), Priority.INTERACTIVE, interrupt=model.interrupt
            )
            answers.append(answer)
            while len(waited) < commands and not answer.future.done():
                time.sleep(rng.uniform(*_PAUSES))
                waited.append(_timed(lambda: _ahead(scheduler, understand)))
        answer.result()
    return waited, answers


def _ahead(scheduler: Scheduler, understand: Callable[[], object]) -> None:
    with scheduler.urgent():
        understand()


def _in_a_row(
    model: LlamaLanguageModel, writing: Writing, understand: Callable[[], object]
) -> list[float]:
    rng = random.Random(1)
    waited = []
    with ThreadPoolExecutor(max_workers=1) as row:
        for _ in range(_IN_A_ROW):
            answer = row.submit(lambda: completed(model.write(STORY, writing)))
            time.sleep(rng.uniform(*_PAUSES))
            waited.append(_timed(lambda: row.submit(understand).result()))
            answer.result()
    return waited


def _timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return (time.perf_counter() - begin) * 1000


def _waiting(way: str, waited: Sequence[float]) -> Waiting:
    twentieths = quantiles(waited, n=20, method="inclusive")
    return Waiting(way, len(waited), median(waited), twentieths[-1], max(waited))


def _print(figures: Figures) -> None:
    table = Table(title="From a command to its meaning, in ms")
    table.add_column("")
    for name in ("commands", "p50", "p95", "most", "p95 to idle"):
        table.add_column(name, justify="right")
    idle = figures.waiting[0].p95
    for each in figures.waiting:
        values = (f"{value:.1f}" for value in (each.p50, each.p95, each.most))
        table.add_row(each.way, str(each.commands), *values, f"{each.p95 / idle:.1f} ×")
    console = Console()
    console.print(table)
    console.print(
        f"The answer of {figures.tokens} tokens: {figures.tokens_a_second_alone:.0f} tokens a "
        f"second alone, {figures.tokens_a_second_interrupted:.0f} while it computed between "
        f"{figures.interruptions} interruptions, and "
        f"{'the same text' if figures.same else 'ANOTHER TEXT'}."
    )


if __name__ == "__main__":
    sys.exit(main())
