"""`lares train` and `lares bench`: make the tagger, and measure the whole."""

from __future__ import annotations

import importlib
import sys
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from edge.commands.evaluate import resolver_of
from edge.commands.needed import needed
from edge.nlu.tagger import Tagger
from edge.types import LaresError
from models.evaluate import table

BENCHMARKS = ("pipeline", "tagger", "understanding")


def train(arguments: Namespace) -> int:
    """Train on the whole corpus, export as int8, judge, and put the artefact in its place."""
    training, releasing = needed("training", "models.train", "models.release")
    settings = replace(training.Settings(), seed=arguments.seed, epochs=arguments.epochs)
    trained = training.main_train(settings, folder=arguments.runs, quick=arguments.quick)
    released = releasing.release(
        trained, lambda folder: Tagger(folder).tag, resolver_of, folder=arguments.out
    )
    Console().print(table(released.results))
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
