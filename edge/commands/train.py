"""`lares train` and `lares bench`: make what is trained, and measure the whole."""

from __future__ import annotations

import importlib
import sys
from argparse import Namespace
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from rich.console import Console

from edge.commands.evaluate import resolver_of
from edge.commands.needed import needed
from edge.llm import talking, taught
from edge.llm.llama import LlamaLanguageModel
from edge.nlu.tagger import Tagger
from edge.types import LaresError
from models.catalog import Catalog
from models.corpus_open import clinc150, corpora_folder
from models.evaluate import table

BENCHMARKS = (
    "pipeline", "tagger", "understanding", "hearing", "wake", "barge_in", "denoise", "peer",
    "knowledge", "indirect_requests", "injection", "llm", "scheduler", "mqtt", "workers",
)  # fmt: skip
ALL_LAYERS = 6
"""Of MiniLM-L6; a tagger of fewer has a folder of its own."""
OUT = Path("models/artifacts")


def train(arguments: Namespace) -> int:
    """Train on the whole corpus, export as int8, judge, and put the artefact in its place.

    With `--search` only look for settings.
    """
    if arguments.what == "needs":
        return _needs(arguments)
    if arguments.what == "llm":
        return _llm(arguments)
    if arguments.search is not None:
        return _search(arguments)
    # matplotlib is drawn with at the very end: that it is missing should be known before.
    training, releasing, _ = needed(
        "training", "models.train", "models.release", "matplotlib.figure"
    )
    name = "tagger" if arguments.layers == ALL_LAYERS else "tagger-small"
    trained = training.main_train(
        _settings(training, arguments),
        folder=arguments.runs or training.RUNS / name,
        quick=arguments.quick,
    )
    released = releasing.release(
        trained, lambda folder: Tagger(folder).tag, resolver_of, folder=arguments.out or OUT / name
    )
    console = Console()
    console.print(table(released.results))
    console.print(released.told(), highlight=False)
    return 0


def _needs(arguments: Namespace) -> int:
    """Train what tells needs, and put it in its place. Its talk is that of the open corpora."""
    training, networks, corpus = needed(
        "training", "models.needs_train", "models.needs_network", "models.corpus"
    )
    corpora = corpora_folder(None)
    if corpora is None:
        raise LaresError("expected the corpora to train on, found none: set LARES_CORPORA")
    said = training.sentences()
    talk = training.talk_of((example.text for example in clinc150(corpora)), said, arguments.seed)
    train_on = partial(networks.train, seed=arguments.seed)
    examples = corpus.build(arguments.seed, corpora=corpora).train
    more = (*talk, *training.orders_of(examples, said, arguments.seed))
    judged = training.judged(said, more, train_on)
    folder = arguments.out or OUT / "needs"
    breaths = training.breaths_of([*said, *more])
    training.write(train_on([*said, *more], breaths), folder, judged, said, more)
    print(training.told(judged, folder))
    return 0


def _llm(arguments: Namespace) -> int:
    """Teach the language model, and put the adapter in its place."""
    training, _, needs = needed("training", "models.llm_train", "peft", "models.needs_train")
    base = "smollm2-135m"
    found = Catalog.load().language_model(base)
    assert found is not None
    file = found[1]
    reader = LlamaLanguageModel(file)
    of = arguments.lessons
    if of == "needs":
        pairs = [(each.text, each.need) for each in needs.sentences()]
        asked, right = taught.request, taught.answer
    else:
        pairs = training.talk(seed=arguments.seed)
        asked, right = partial(talking.prompt, taught=True), talking.answer
    lessons = [
        training.lessons(
            some, lambda text: reader.tokens(asked(text)), lambda text: reader.tokens(right(text))
        )
        for some in training.split(pairs, arguments.seed)
    ]
    reader.close()
    learnt = training.teach(file, *lessons, seed=arguments.seed)
    folder = arguments.out or OUT / of
    path = training.write(learnt, folder, base=base, pairs=len(lessons[0]), of=of)
    print(f"surprise at unseen answers {learnt.before:.2f} → {learnt.after:.2f} nats; {path}")
    return 0


def _search(arguments: Namespace) -> int:
    training, searching, _ = needed("the search", "models.train", "models.search", "optuna")
    settings = _settings(training, arguments)
    searching.main_search(arguments.search, settings, folder=arguments.runs or training.RUNS)
    return 0


def _settings(training: ModuleType, arguments: Namespace) -> Any:
    """The settings of models.train for what the command line says."""
    return replace(
        training.Settings(),
        seed=arguments.seed,
        epochs=arguments.epochs,
        layers=arguments.layers,
    )


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
