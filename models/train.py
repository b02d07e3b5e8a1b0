"""Trains the tagger: `lares train`.

1. Build the corpus of the seed, cut the encoder's vocabulary to it (`models.corpus`, `models.network`).
2. Run over the sentences a few times in batches of like length; learn intent and tags together.
3. After each time, measure on the held-out sentences; log to TensorBoard (`tensorboard --logdir runs`).
4. Find the temperature that makes the held-out confidences honest (Guo et al. 2017, "On Calibration of
   Modern Neural Networks"), and write a seqeval report.
5. Keep all that `models.export` needs in one folder: weights.safetensors, config.json, tokenizer.json,
   labels.json, and training.json, which says what the tagger was trained on.
"""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from safetensors.torch import save_file
from seqeval.metrics import classification_report, f1_score
from tokenizers import Tokenizer
from torch import nn
from torch.utils.tensorboard import SummaryWriter

from edge.types import LaresError
from models import corpus_open
from models.corpus import QUICK, Amounts, Corpus, build
from models.labels import Example, Labels, tags, words
from models.network import Encoder, Network, minilm, network, pieces_of, pruned

RUNS = Path("runs")
_NO_TAG = -100
"""Marks pieces whose tag does not count; torch's own sign for it."""


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
    threads: int = 2


@dataclass(frozen=True, slots=True)
class Scores:
    """How well the tagger does on examples with known answers; shares from 0 to 1."""

    intent: float
    """Sentences with the right intent."""
    exact: float
    """Sentences with the right intent and exactly the right spans."""
    spans: float
    """seqeval's micro F1 over spans."""
    calibration: float
    """Expected calibration error of the intent's confidence, over ten bins."""
    count: int


@dataclass(frozen=True, slots=True)
class Trained:
    """A finished training."""

    folder: Path
    scores: Scores
    """On the held-out sentences."""
    report: str
    """seqeval's report by span label."""
    seconds: float


@dataclass(frozen=True, slots=True)
class _Row:
    """One example as numbers."""

    ids: list[int]
    intent: int
    tags: list[int]
    """One for each piece: the word's tag at its first piece, _NO_TAG elsewhere."""


@dataclass(slots=True)
class _Judged:
    """What the network said about examples, in their order."""

    intents: list[NDArray[np.float32]] = field(default_factory=list)
    """Logits, shape (intents,) each."""
    tags: list[list[str]] = field(default_factory=list)
    """Word by word."""


def main_train(
    settings: Settings = Settings(),
    *,
    folder: Path = RUNS / "tagger",
    corpora: Path | None = None,
    quick: bool = False,
    console: Console | None = None,
) -> Trained:
    """Trains on the whole corpus from MiniLM, and tells how it goes.

    `corpora` is the folder of open corpora (see `corpus_open.corpora_folder`); without one it warns and
    trains on the templates alone. `quick` takes a tenth of the sentences.
    """
    console = console or Console()
    place = corpus_open.corpora_folder(corpora)
    if place is None:
        console.print(
            "[yellow]No open corpora found: training on templates alone, which makes the tagger worse "
            "at what is out of scope. Set LARES_CORPORA to their folder.[/yellow]"
        )
    corpus = build(settings.seed, QUICK if quick else Amounts(), place)
    console.print(f"{len(corpus.train):,} sentences to train on, {len(corpus.held_out):,} held out")
    trained = train(corpus, settings, folder, minilm(), console)
    console.print(trained.report)
    console.print(
        f"held out: intent {trained.scores.intent:.1%}, exact {trained.scores.exact:.1%}, "
        f"spans F1 {trained.scores.spans:.1%}; {trained.seconds / 60:.1f} minutes; in {folder}"
    )
    return trained


def train(
    corpus: Corpus, settings: Settings, folder: Path, encoder: Encoder, console: Console
) -> Trained:
    """Trains a network on a corpus and leaves it in the folder.

    Raises LaresError when the corpus has nothing to train on or nothing held out.
    """
    if not (corpus.train and corpus.held_out):
        raise LaresError("Expected sentences to train on and to hold out, found none.")
    started = time.monotonic()
    torch.manual_seed(settings.seed)
    torch.set_num_threads(settings.threads)
    torch.set_flush_denormal(True)
    labels = Labels()
    encoder = pruned(encoder, (e.text for e in corpus.train), settings.vocabulary)
    tokenizer = Tokenizer.from_str(json.dumps(encoder.tokenizer))
    net = network(encoder, labels)
    folder.mkdir(parents=True, exist_ok=True)
    rows = [_row(example, labels, tokenizer) for example in corpus.train]
    with SummaryWriter(str(folder / "tensorboard")) as log:
        _learn(net, rows, corpus.held_out, settings, labels, tokenizer, log, console)
    judged = _judge(net, corpus.held_out, labels, tokenizer)
    labels = Labels(temperature=_temperature(judged.intents, corpus.held_out, labels))
    scores = _score(judged, corpus.held_out, labels)
    report = classification_report(
        _true_tags(corpus.held_out), judged.tags, digits=3, zero_division=0
    )
    seconds = time.monotonic() - started
    _save(folder, net, encoder, labels)
    _tell(folder, corpus, settings, encoder, scores, report, seconds)
    return Trained(folder, scores, str(report), seconds)


def _learn(
    net: Network,
    rows: Sequence[_Row],
    held_out: Sequence[Example],
    settings: Settings,
    labels: Labels,
    tokenizer: Tokenizer,
    log: SummaryWriter,
    console: Console,
) -> None:
    rng = random.Random(settings.seed)
    steps = settings.epochs * math.ceil(len(rows) / settings.batch)
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
    intent_loss = nn.CrossEntropyLoss(label_smoothing=settings.smoothing)
    tag_loss = nn.CrossEntropyLoss(ignore_index=_NO_TAG)
    columns = ("[progress.description]{task.description}", "{task.fields[loss]}")
    with Progress(
        TextColumn(columns[0]),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn(columns[1]),
        console=console,
    ) as progress:
        done = 0
        for epoch in range(settings.epochs):
            task = progress.add_task(
                f"epoch {epoch + 1}/{settings.epochs}", total=steps // settings.epochs, loss=""
            )
            net.train()
            for batch in _batches(rows, settings.batch, rng):
                ids, mask, intents, piece_tags = _tensors(batch)
                intent_logits, tag_logits = net(ids, mask)
                loss = intent_loss(intent_logits, intents)
                loss = loss + tag_loss(tag_logits.flatten(0, 1), piece_tags.flatten())
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(net.parameters(), 1.0)
                optimizer.step()
                schedule.step()
                done += 1
                if done % 10 == 0:
                    log.add_scalar("loss", loss.item(), done)
                    log.add_scalar("learning_rate", schedule.get_last_lr()[0], done)
                    progress.update(task, loss=f"loss {loss.item():.3f}")
                progress.advance(task)
            scores = _score(_judge(net, held_out, labels, tokenizer), held_out, labels)
            for name, value in asdict(scores).items():
                log.add_scalar(f"held_out/{name}", value, epoch + 1)
            console.print(
                f"epoch {epoch + 1}: held out intent {scores.intent:.1%}, exact {scores.exact:.1%}, "
                f"spans F1 {scores.spans:.1%}"
            )


def _rate(step: int, steps: int, warmup: float) -> float:
    """Share of the full learning rate: up from 0 in the warm-up, then down to 0."""
    rising = max(1, round(steps * warmup))
    return (step + 1) / rising if step < rising else (steps - step) / max(1, steps - rising)


def _row(example: Example, labels: Labels, tokenizer: Tokenizer) -> _Row:
    text_words = words(example.text)
    ids, beginnings = pieces_of(tokenizer, [word.text for word in text_words])
    piece_tags = [_NO_TAG] * len(ids)
    word_tags = tags(text_words, example.spans)
    for place, tag in zip(beginnings, word_tags, strict=False):
        piece_tags[place] = labels.tags.index(tag)
    return _Row(ids, labels.intents.index(example.intent), piece_tags)


def _batches(rows: Sequence[_Row], size: int, rng: random.Random) -> Iterator[list[_Row]]:
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


def _tensors(batch: Sequence[_Row]) -> tuple[torch.Tensor, ...]:
    """ids, mask, intents and tags of a batch, padded to its longest sentence."""
    longest = max(len(row.ids) for row in batch)

    def filled(lists: Sequence[list[int]], filler: int) -> torch.Tensor:
        return torch.tensor([each + [filler] * (longest - len(each)) for each in lists])

    ids = filled([row.ids for row in batch], 0)
    mask = filled([[1] * len(row.ids) for row in batch], 0)
    intents = torch.tensor([row.intent for row in batch])
    return ids, mask, intents, filled([row.tags for row in batch], _NO_TAG)


def _judge(
    net: Network, examples: Sequence[Example], labels: Labels, tokenizer: Tokenizer
) -> _Judged:
    net.eval()
    judged = _Judged()
    with torch.inference_mode():
        for start in range(0, len(examples), 64):
            some = examples[start : start + 64]
            rows = [_row(example, labels, tokenizer) for example in some]
            ids, mask, _, _ = _tensors(rows)
            intents, piece_tags = net(ids, mask)
            best = piece_tags.argmax(-1).tolist()
            for at, (example, row) in enumerate(zip(some, rows, strict=True)):
                judged.intents.append(intents[at].numpy())
                found = [labels.tags[best[at][p]] for p, t in enumerate(row.tags) if t != _NO_TAG]
                missing = len(words(example.text)) - len(found)
                judged.tags.append(found + ["O"] * missing)
    return judged


def _true_tags(examples: Sequence[Example]) -> list[list[str]]:
    return [list(tags(words(example.text), example.spans)) for example in examples]


def _score(judged: _Judged, examples: Sequence[Example], labels: Labels) -> Scores:
    truth = _true_tags(examples)
    wanted = np.array([labels.intents.index(example.intent) for example in examples])
    chances = _softmax(np.stack(judged.intents) / labels.temperature)
    right = chances.argmax(-1) == wanted
    exact = [ok and a == b for ok, a, b in zip(right, judged.tags, truth, strict=True)]
    return Scores(
        float(right.mean()),
        float(np.mean(exact)),
        float(f1_score(truth, judged.tags, zero_division=0)),
        calibration_error(chances.max(-1), right),
        len(examples),
    )


def calibration_error(confidence: NDArray[Any], right: NDArray[np.bool_]) -> float:
    """Expected calibration error: |confidence - share of right ones|, averaged over ten bins.

    Shapes (n,) each. Guo et al. 2017, equation 3.
    """
    bins = np.minimum((confidence * 10).astype(int), 9)
    return float(
        sum(
            abs(confidence[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean()
            for b in np.unique(bins)
        )
    )


def _temperature(
    logits: Sequence[NDArray[np.float32]], examples: Sequence[Example], labels: Labels
) -> float:
    """The temperature with the least negative log-likelihood of the right intents."""
    wanted = np.array([labels.intents.index(example.intent) for example in examples])
    stacked = np.stack(logits).astype(np.float64)
    candidates = np.geomspace(0.2, 5.0, 200)
    losses = [
        -np.log(_softmax(stacked / t)[np.arange(len(wanted)), wanted] + 1e-12).mean()
        for t in candidates
    ]
    return float(candidates[int(np.argmin(losses))])


def _softmax(logits: NDArray[Any]) -> NDArray[Any]:
    raised = np.exp(logits - logits.max(-1, keepdims=True))
    return np.asarray(raised / raised.sum(-1, keepdims=True))


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


def _tell(
    folder: Path,
    corpus: Corpus,
    settings: Settings,
    encoder: Encoder,
    scores: Scores,
    report: str,
    seconds: float,
) -> None:
    content: Mapping[str, Any] = {
        "encoder": encoder.name,
        "pieces": encoder.config["vocab_size"],
        "settings": asdict(settings),
        "sentences": {"train": len(corpus.train), "held_out": len(corpus.held_out)},
        "intents": corpus.counts(),
        "data": dict(corpus.hashes),
        "held_out": asdict(scores),
        "seconds": round(seconds),
        "torch": str(torch.__version__),
    }
    (folder / "training.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    (folder / "report.txt").write_text(report + "\n", encoding="utf-8")
