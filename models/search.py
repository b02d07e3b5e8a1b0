"""Looks for better settings to train with: `lares train --search TRIALS`.

1. Every trial trains on the same tenth of the corpus and is judged on all held-out sentences, by
   the exact score.
2. The first trial has the settings as they are, so that what is found is better than something.
   The next ones are drawn at random, the later ones where good ones were (TPE, Bergstra et al.
   2011). All is seeded.
3. A training is measured at each third. One that is below the median of the earlier ones at the
   same third is given up, once four are finished. Thirds and not epochs are compared, since of two
   trainings after an epoch the one that ends sooner has a lower learning rate, and a better score.
4. After each trial search.json is written anew, so that a search can be stopped at any time.
5. The best settings are printed for a person to write down in `models.train.Settings`. They are not
   applied: a tenth of the corpus may like what the whole does not.

Optuna is imported where a search begins.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from edge.types import LaresError
from models.corpus import Corpus
from models.network import Encoder, minilm
from models.report import Scores
from models.train import RUNS, Settings, a_tenth, corpora_or_warning, fit, prepared

FOUND = "search.json"
BATCHES = (16, 32, 64)
_PARTS = 3
_SEARCHED = {
    "learning_rate": "rate",
    "head_learning_rate": "head rate",
    "batch": "batch",
    "smoothing": "smoothing",
    "warmup": "warm-up",
    "epochs": "epochs",
}
"""Fields of Settings, and what they are called in a table."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One trial."""

    number: int
    """From 1."""
    settings: Settings
    exact: tuple[float, ...]
    """Share of held-out sentences that were exactly right after each third, as far as it went."""
    seconds: float

    @property
    def finished(self) -> bool:
        """Whether it was trained to the end."""
        return len(self.exact) == _PARTS


@dataclass(frozen=True, slots=True)
class Search:
    """What was tried, in order."""

    tried: tuple[Tried, ...]
    judged_on: int
    """Sentences."""

    @property
    def best(self) -> Tried:
        """The finished trial with the best score; the first always finishes."""
        return max((one for one in self.tried if one.finished), key=lambda one: one.exact[-1])


def main_search(
    trials: int,
    settings: Settings,
    *,
    folder: Path = RUNS,
    corpora: Path | None = None,
    console: Console | None = None,
) -> Search:
    """Searches on a tenth of the corpus, and tells how it goes and what to write down.

    `settings` are the first trial; their epochs are the most that a trial may take, their seed is
    the corpus's, the trainings' and the search's. Leaves search.json in the folder. Raises
    LaresError for less than one trial.
    """
    console = console or Console()
    corpus = a_tenth(settings.seed, corpora_or_warning(corpora, console))
    console.print(
        f"{len(corpus.train):,} sentences to train on, judged on {len(corpus.held_out):,} held out"
    )
    found = search(trials, corpus, settings, folder=folder, encoder=minilm(), console=console)
    console.print(table(found))
    console.print(f"All of it is in {folder / FOUND}.")
    console.print(told(found), markup=False)
    return found


def search(
    trials: int,
    corpus: Corpus,
    settings: Settings,
    *,
    folder: Path,
    encoder: Encoder,
    console: Console,
) -> Search:
    """Tries settings on a corpus. Raises as `main_search` and `models.train.train` do."""
    import optuna  # noqa: PLC0415 (of the extra train, and only needed here)

    if trials < 1:
        raise LaresError(f"Expected one trial or more, found {trials}.")
    encoder = prepared(encoder, corpus, settings)
    folder.mkdir(parents=True, exist_ok=True)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        direction="maximize",
        sampler=optuna.samplers.TPESampler(seed=settings.seed),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=4),
    )
    study.enqueue_trial({name: getattr(settings, name) for name in _SEARCHED})
    tried: list[Tried] = []

    def objective(trial: Any) -> float:
        started = time.monotonic()
        drawn = _drawn(trial, settings)
        chosen = drawn if tried else settings  # drawn all the same: the sampler learns of it
        exact: list[float] = []

        def measured(third: int, scores: Scores) -> None:
            exact.append(scores.exact)
            trial.report(scores.exact, third)
            if third < _PARTS and trial.should_prune():
                raise optuna.TrialPruned

        try:
            title = f"trial {trial.number + 1}/{trials}, "
            fit(
                encoder, corpus, chosen, console,
                measurements=_PARTS, measured=measured, title=title,
            )  # fmt: skip
            return exact[-1]
        finally:
            if exact:
                seconds = time.monotonic() - started
                tried.append(Tried(trial.number + 1, chosen, tuple(exact), seconds))

    def tell(_study: Any, _trial: Any) -> None:
        found = Search(tuple(tried), len(corpus.held_out))
        last = found.tried[-1]
        outcome = "exact" if last.finished else f"given up after {len(last.exact)} thirds at"
        console.print(
            f"trial {last.number}/{trials}: {outcome} {last.exact[-1]:.1%} in {last.seconds:.0f} s;"
            f" best {found.best.exact[-1]:.1%} (trial {found.best.number})"
        )
        _save(folder / FOUND, found, corpus, optuna.__version__)

    study.optimize(objective, n_trials=trials, callbacks=[tell])
    return Search(tuple(tried), len(corpus.held_out))


def table(found: Search) -> Table:
    """The trials for a terminal, the best first, those that were given up last."""
    shown = Table("trial", "exact", *_SEARCHED.values(), "time")
    for one in sorted(found.tried, key=lambda one: (one.finished, one.exact[-1]), reverse=True):
        shown.add_row(
            str(one.number),
            f"{one.exact[-1]:.1%}" if one.finished else f"given up at {one.exact[-1]:.1%}",
            *(f"{getattr(one.settings, name):g}" for name in _SEARCHED),
            f"{one.seconds:.0f} s",
            style="bold" if one is found.best else "" if one.finished else "dim",
        )
    return shown


def told(found: Search) -> str:
    """What to write down in `models.train.Settings`, or that nothing is to be."""
    best, first = found.best, found.tried[0]
    if best is first:
        return "No trial did better than the settings as they are."
    share = best.exact[-1]
    chance = 196 * math.sqrt(share * (1 - share) / found.judged_on)
    fields = "\n".join(
        f"    {name}: {type(getattr(first.settings, name)).__name__} = "
        f"{getattr(best.settings, name)!r}"
        for name in _SEARCHED
    )
    return (
        f"Trial {best.number} did {(share - first.exact[-1]) * 100:.1f} points better than the "
        f"settings as they are; about {chance:.1f} points\nmay be chance. Nothing was changed. To "
        "train with what it had, write this down in Settings of\nmodels/train.py, and see what it "
        f"does on the whole corpus:\n\n{fields}\n"
    )


def _drawn(trial: Any, settings: Settings) -> Settings:
    """The settings of a trial. Rates have two digits, so what is printed is what was trained."""

    def rate(name: str) -> float:
        now = getattr(settings, name)
        return float(f"{trial.suggest_float(name, now / 5, now * 4, log=True):.1e}")

    return replace(
        settings,
        learning_rate=rate("learning_rate"),
        head_learning_rate=rate("head_learning_rate"),
        batch=trial.suggest_categorical("batch", sorted({*BATCHES, settings.batch})),
        smoothing=round(trial.suggest_float("smoothing", 0.0, 0.2, step=0.01), 2),
        warmup=round(trial.suggest_float("warmup", 0.0, 0.2, step=0.01), 2),
        epochs=trial.suggest_int("epochs", 1, settings.epochs),
    )


def _save(path: Path, found: Search, corpus: Corpus, version: str) -> None:
    def plain(one: Tried) -> Mapping[str, Any]:
        return {**asdict(one), "finished": one.finished}

    trials: Sequence[Mapping[str, Any]] = [plain(one) for one in found.tried]
    content = {
        "best": plain(found.best),
        "trials": trials,
        "sentences": {"train": len(corpus.train), "held_out": len(corpus.held_out)},
        "data": dict(corpus.hashes),
        "optuna": version,
    }
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
