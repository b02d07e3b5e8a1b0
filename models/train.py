"""Trains the tagger: `lares train`.

1. Build the corpus of the seed (`models.corpus`). Of the encoder, keep the layers that are asked
   for, and the vocabulary that the corpus needs.
2. Run over the sentences a few times in batches of like length; learn intent and tags together.
3. After each time, measure on the held-out sentences; log to TensorBoard in the training's folder.
4. Find the temperature that makes the held-out confidences honest, and report (`models.report`).
5. Keep all that `models.export` needs in one folder: weights.safetensors, config.json,
   tokenizer.json, labels.json, and training.json, which says what the tagger was trained on.

`models.search` looks for better settings with the same `prepared` and `fit`.
"""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch import nn
from torch.utils.tensorboard import SummaryWriter

from edge.types import LaresError
from models import corpus_open, report
from models.corpus import QUICK, Amounts, Corpus, build
from models.labels import OUTSIDE, Example, Labels, said, words
from models.network import (
    NO_TAG,
    Encoder,
    Network,
    Row,
    kept_layers,
    layers_in,
    minilm,
    network,
    pruned,
    row_of,
    tensors,
    with_layers,
)
from models.report import Judged, Scores

RUNS = Path("runs")
TRAINING = "training.json"


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train."""

    seed: int = 7
    epochs: int = 3
    batch: int = 32
    learning_rate: float = 1.5e-4
    head_learning_rate: float = 1e-3
    warmup: float = 0.06
    """Share of all steps in which the learning rates rise from 0."""
    smoothing: float = 0.05
    """Label smoothing of the intent."""
    vocabulary: int = 10_000
    """Word pieces to keep."""
    layers: int | None = None
    """Layers of the encoder to keep, evenly spaced; None keeps all."""
    threads: int = 2


Measured = Callable[[int, Scores], None]
"""Gets the number of a measurement, from 1, and what came out. It may end a training by raising."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A finished training."""

    folder: Path
    corpus: Corpus
    scores: Scores
    """On the held-out sentences."""
    report: str
    """Of each intent and each span label: `models.report.in_words`."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Learner:
    """The network that learns, and what it takes to feed it."""

    net: Network
    labels: Labels
    tokenizer: Tokenizer
    settings: Settings


def main_train(
    settings: Settings = Settings(),
    *,
    folder: Path = RUNS / "tagger",
    corpora: Path | None = None,
    quick: bool = False,
    console: Console | None = None,
) -> Trained:
    """Trains on the whole corpus from MiniLM, and tells how it goes.

    `corpora` is the folder of open corpora (see `corpus_open.corpora_folder`); without one it warns
    and trains on the templates alone. `quick` trains on a tenth of the sentences.
    """
    console = console or Console()
    place = corpora_or_warning(corpora, console)
    corpus = a_tenth(settings.seed, place) if quick else build(settings.seed, Amounts(), place)
    console.print(f"{len(corpus.train):,} sentences to train on, {len(corpus.held_out):,} held out")
    trained = train(corpus, settings, folder, minilm(), console)
    console.print(trained.report)
    console.print(
        f"held out: {trained.scores.told()}; {trained.seconds / 60:.1f} minutes; in {folder}"
    )
    return trained


def corpora_or_warning(given: Path | None, console: Console) -> Path | None:
    """The folder of open corpora, or None and a warning."""
    place = corpus_open.corpora_folder(given)
    if place is None:
        console.print(
            "[yellow]No open corpora found: training on templates alone, which makes the tagger "
            "worse at what is out of scope. Set LARES_CORPORA to their folder.[/yellow]"
        )
    return place


def a_tenth(seed: int, corpora: Path | None) -> Corpus:
    """A tenth of the training sentences of a seed, and all that is held out of the whole.

    So what is learned from the tenth is measured as finely as what is learned from all.
    """
    some, whole = build(seed, QUICK, corpora), build(seed, Amounts(), corpora)
    # Another template may tell in the tenth what is held out of the whole, word for word.
    unseen = {said(example.text) for example in whole.held_out}
    kept = tuple(example for example in some.train if said(example.text) not in unseen)
    return Corpus(kept, whole.held_out, whole.hashes)


def train(
    corpus: Corpus, settings: Settings, folder: Path, encoder: Encoder, console: Console
) -> Trained:
    """Trains a network on a corpus and leaves it in the folder.

    Raises LaresError when the corpus has nothing to train on or nothing held out, and when the
    encoder lacks the layers that the settings ask for.
    """
    started = time.monotonic()
    prepared_encoder = prepared(encoder, corpus, settings)
    folder.mkdir(parents=True, exist_ok=True)
    with SummaryWriter(str(folder / "tensorboard")) as log:

        def measured(epoch: int, scores: Scores) -> None:
            for name, value in asdict(scores).items():
                log.add_scalar(f"held_out/{name}", value, epoch)
            console.print(f"epoch {epoch}: held out {scores.told()}")

        learner = fit(
            prepared_encoder,
            corpus,
            settings,
            console,
            measurements=settings.epochs,
            measured=measured,
            log=log,
        )
    judged = judge(learner, corpus.held_out)
    labels = Labels(temperature=report.temperature(judged, corpus.held_out, learner.labels))
    answers = report.answers(judged, corpus.held_out, labels)
    trained = Trained(
        folder,
        corpus,
        report.scores(answers),
        report.in_words(answers),
        time.monotonic() - started,
    )
    _save(folder, learner.net, prepared_encoder, labels)
    _record(trained, settings, prepared_encoder, layers_in(encoder))
    report.write(folder, answers)
    return trained


def prepared(encoder: Encoder, corpus: Corpus, settings: Settings) -> Encoder:
    """The encoder to start from: its layers and its vocabulary cut. Raises as `train` does."""
    if not (corpus.train and corpus.held_out):
        raise LaresError("Expected sentences to train on and to hold out, found none.")
    if settings.layers is not None:
        encoder = with_layers(encoder, settings.layers)
    return pruned(encoder, (example.text for example in corpus.train), settings.vocabulary)


def fit(
    encoder: Encoder,
    corpus: Corpus,
    settings: Settings,
    console: Console,
    *,
    measurements: int,
    measured: Measured,
    log: SummaryWriter | None = None,
    title: str = "",
) -> Learner:
    """Trains a network that starts from a prepared encoder, with a bar for each epoch.

    It is measured on the held-out sentences so many times, evenly, the last time at the end. With a
    title, which stands before each bar, the bars go when they are done.
    """
    torch.manual_seed(settings.seed)
    torch.set_num_threads(settings.threads)
    labels = Labels()
    tokenizer = Tokenizer.from_str(json.dumps(encoder.tokenizer))
    learner = Learner(network(encoder, labels), labels, tokenizer, settings)
    bars = Progress(
        TextColumn(title + "{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[loss]}"),
        console=console,
        transient=bool(title),
    )
    with _without_denormals(), bars:
        _learn(learner, corpus, bars, measurements=measurements, measured=measured, log=log)
    return learner


@contextmanager
def _without_denormals() -> Iterator[None]:
    """Numbers next to nothing count as 0, since they are slow; for the thread that asks for it."""
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


def _learn(
    learner: Learner,
    corpus: Corpus,
    bars: Progress,
    *,
    measurements: int,
    measured: Measured,
    log: SummaryWriter | None,
) -> None:
    """All epochs, with the loss logged."""
    settings = learner.settings
    rows = [row_of(example, learner.labels, learner.tokenizer) for example in corpus.train]
    per_epoch = math.ceil(len(rows) / settings.batch)
    steps = per_epoch * settings.epochs
    measured_at = {
        round(steps * number / measurements): number for number in range(1, measurements + 1)
    }
    optimizer, schedule = _optimizer(learner, steps)
    rng = random.Random(settings.seed)
    done = 0
    for epoch in range(1, settings.epochs + 1):
        bar = bars.add_task(f"epoch {epoch}/{settings.epochs}", total=per_epoch, loss="")
        for batch in _batches(rows, settings.batch, rng):
            learner.net.train()
            loss = _loss(learner, batch)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(learner.net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            done += 1
            if done % 10 == 0:
                bars.update(bar, loss=f"loss {loss.item():.3f}")
                if log is not None:
                    log.add_scalar("loss", loss.item(), done)
                    log.add_scalar("learning_rate", schedule.get_last_lr()[0], done)
            bars.advance(bar)
            if done in measured_at:
                measured(measured_at[done], _scores(learner, corpus.held_out))


def _optimizer(learner: Learner, steps: int) -> tuple[Any, Any]:
    """The optimizer, slower for the encoder than for its heads, and the schedule of its rates."""
    net, settings = learner.net, learner.settings
    heads = [*net.intent.parameters(), *net.tag.parameters()]
    optimizer = torch.optim.AdamW(
        [
            {"params": list(net.encoder.parameters()), "lr": settings.learning_rate},
            {"params": heads, "lr": settings.head_learning_rate},
        ],
        weight_decay=0.01,
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: _rate(step, steps, settings.warmup)
    )
    return optimizer, schedule


def _loss(learner: Learner, batch: Sequence[Row]) -> torch.Tensor:
    """Cross-entropy of the intents and of the words' tags, added."""
    ids, mask, intents, piece_tags = tensors(batch)
    intent_logits, tag_logits = learner.net(ids, mask)
    of_intent = nn.functional.cross_entropy(
        intent_logits, intents, label_smoothing=learner.settings.smoothing
    )
    of_tags = nn.functional.cross_entropy(
        tag_logits.flatten(0, 1), piece_tags.flatten(), ignore_index=NO_TAG
    )
    return of_intent + of_tags


def _rate(step: int, steps: int, warmup: float) -> float:
    """Share of the full learning rate: up from 0 in the warm-up, then down to 0."""
    rising = max(1, round(steps * warmup))
    return (step + 1) / rising if step < rising else (steps - step) / max(1, steps - rising)


def _batches(rows: Sequence[Row], size: int, rng: random.Random) -> Iterator[list[Row]]:
    """All rows once, in random batches of like length, so that little is padding."""
    order = list(rows)
    rng.shuffle(order)
    chunk = size * 50
    batches = []
    for start in range(0, len(order), chunk):
        near = sorted(order[start : start + chunk], key=lambda row: len(row.ids))
        batches += [near[at : at + size] for at in range(0, len(near), size)]
    rng.shuffle(batches)
    yield from batches


def judge(learner: Learner, examples: Sequence[Example]) -> Judged:
    """What the network says of the examples."""
    learner.net.eval()
    rows = [row_of(example, learner.labels, learner.tokenizer) for example in examples]
    logits = np.zeros((len(rows), len(learner.labels.intents)), dtype=np.float32)
    tags_of: list[list[str]] = [[] for _ in rows]
    by_length = sorted(range(len(rows)), key=lambda place: len(rows[place].ids))
    with torch.inference_mode():
        for start in range(0, len(rows), 64):
            some = by_length[start : start + 64]
            ids, mask, _, _ = tensors([rows[place] for place in some])
            intents, piece_tags = learner.net(ids, mask)
            logits[some] = intents.numpy()
            for place, choices in zip(some, piece_tags.argmax(-1).tolist(), strict=True):
                begins = [at for at, tag in enumerate(rows[place].tags) if tag != NO_TAG]
                found = [learner.labels.tags[choices[at]] for at in begins]
                unread = len(words(examples[place].text)) - len(found)
                tags_of[place] = found + [OUTSIDE] * unread
    return Judged(logits, tags_of)


def _scores(learner: Learner, examples: Sequence[Example]) -> Scores:
    return report.scores(report.answers(judge(learner, examples), examples, learner.labels))


def _save(folder: Path, net: Network, encoder: Encoder, labels: Labels) -> None:
    save_file(
        {name: weight.contiguous() for name, weight in net.state_dict().items()},
        folder / "weights.safetensors",
    )
    (folder / "config.json").write_text(json.dumps(dict(encoder.config), indent=1) + "\n")
    (folder / "tokenizer.json").write_text(
        json.dumps(encoder.tokenizer, ensure_ascii=False, separators=(",", ":")) + "\n",
        encoding="utf-8",
    )
    labels.save(folder / "labels.json")


def _record(trained: Trained, settings: Settings, encoder: Encoder, layers: int) -> None:
    """Writes training.json. `layers`: how many the encoder had before some were left out."""
    corpus = trained.corpus
    content: Mapping[str, Any] = {
        "encoder": encoder.name,
        "layers": {"kept": kept_layers(layers, layers_in(encoder)), "of": layers},
        "pieces": encoder.config["vocab_size"],
        "settings": asdict(settings),
        "sentences": {"train": len(corpus.train), "held_out": len(corpus.held_out)},
        "intents": corpus.counts(),
        "data": dict(corpus.hashes),
        "held_out": asdict(trained.scores),
        "seconds": round(trained.seconds),
        "torch": str(torch.__version__),
    }
    told = json.dumps(content, indent=1) + "\n"
    (trained.folder / TRAINING).write_text(told, encoding="utf-8")
