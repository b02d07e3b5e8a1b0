"""`lares train`, `lares eval` and `lares bench`: make the tagger, judge it, and measure the
whole."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType

from rich.console import Console

from edge.home.graph import Home
from edge.home.states import States
from edge.nlu.resolver import Resolver
from edge.nlu.tagger import Tagger
from edge.types import LaresError, Tagging, Understanding
from models.corpus_open import corpora_folder
from models.evaluate import SUITES, Resolve, as_json, run, table
from models.labels import Example

BENCHMARKS = ("pipeline", "tagger")
SEED = 7
_WITH_CORPUS = frozenset({"held-out", "ha-intents-en"})
"""Suites for which it must be known what the tagger was trained on."""


def train(arguments: Namespace) -> int:
    """Train on the whole corpus, export as int8, judge, and put the artefact in its place."""
    training, releasing = _needed("training", "models.train", "models.release")
    settings = replace(training.Settings(), seed=arguments.seed, epochs=arguments.epochs)
    trained = training.main_train(settings, folder=arguments.runs, quick=arguments.quick)
    released = releasing.release(
        trained, lambda folder: Tagger(folder).tag, resolver_of, folder=arguments.out
    )
    Console().print(table(released.results))
    return 0


def evaluate(arguments: Namespace) -> int:
    """Judge the shipped tagger on the suites."""
    place = corpora_folder(None)
    suites = arguments.suites or (SUITES if place else ("held-out",))
    held_out, trained_on = _corpus(place) if _WITH_CORPUS.intersection(suites) else ((), ())
    results = run(
        suites,
        Tagger().tag,
        resolver_of=resolver_of,
        held_out=held_out,
        trained_on=trained_on,
    )
    if arguments.json:
        print(as_json(results))
        return 0
    console = Console()
    console.print(table(results))
    if arguments.misses:
        for result in results:
            for miss in result.misses:
                console.print(f"{result.suite}: {miss.text!r}", style="bold")
                console.print(f"  expected {miss.expected}\n  found    {miss.found}", markup=False)
    return 0


def bench(arguments: Namespace) -> int:
    """Run one of the benchmarks, which are in the source checkout and not in the package."""
    if arguments.name not in BENCHMARKS:
        raise LaresError(
            f"there is no benchmark {arguments.name!r}; there are {', '.join(BENCHMARKS)}"
        )
    sys.path.insert(0, str(Path.cwd()))
    try:
        module = importlib.import_module(f"benchmarks.{arguments.name}")
    except ModuleNotFoundError as error:
        if error.name not in ("benchmarks", f"benchmarks.{arguments.name}"):
            raise
        raise LaresError(
            "the benchmarks are in the source checkout; run this in its folder"
        ) from error
    return int(module.main(arguments.rest))


def _corpus(place: Path | None) -> tuple[Sequence[Example], Sequence[Example]]:
    """What was held out and what was trained on, made anew."""
    (corpora,) = _needed("judging", "models.corpus")
    corpus = corpora.build(SEED, corpora=place)
    return corpus.held_out, corpus.train


def _needed(purpose: str, *modules: str) -> list[ModuleType]:
    """Modules whose packages are extras. Raises LaresError that says how to install them."""
    try:
        return [importlib.import_module(module) for module in modules]
    except ModuleNotFoundError as error:
        raise LaresError(
            f"{purpose} needs {error.name}, which is not installed: make setup-train"
        ) from error


def resolver_of(home_file: Path) -> Resolve:
    """A resolver for the home in a file, whose devices are in their first states."""
    home = Home.from_yaml(home_file)
    resolver, states = Resolver(home), States(home.initial_states())

    def resolve(tagging: Tagging, area: str | None) -> Understanding:
        return resolver.resolve(tagging, states, area)

    return resolve
