"""Trains the tagger: `lares train`.

1. Build the corpus of the seed (`models.corpus`), cut the encoder's vocabulary to it.
2. Run over the sentences a few times in batches of like length; learn intent and tags together.
3. After each time, measure on the held-out sentences; log to TensorBoard in the training's folder.
4. Find the temperature that makes the held-out confidences honest (Guo et al. 2017, "On Calibration
   of Modern Neural Networks"), and write a seqeval report.
5. Keep all that `models.export` needs in one folder: weights.safetensors, config.json,
   tokenizer.json, labels.json, and training.json, which says what the tagger was trained on.
"""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
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
from models.evaluate import calibration_error
from models.labels import OUTSIDE, Example, Labels, tags, words
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

    def told(self) -> str:
        """The main scores in a line."""
        return f"intent {self.intent:.1%}, exact {self.exact:.1%}, spans F1 {self.spans:.1%}"


@dataclass(frozen=True, slots=True)
class Trained:
    """A finished training."""

    folder: Path
    corpus: Corpus
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


@dataclass(frozen=True, slots=True)
class _Learner:
    """The network that learns, and what it takes to feed it."""

    net: Network
    labels: Labels
    tokenizer: Tokenizer
    settings: Settings


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

    `corpora` is the folder of open corpora (see `corpus_open.corpora_folder`); without one it warns
    and trains on the templates alone. `quick` takes a tenth of the sentences.
    """
    console = console or Console()
    place = corpus_open.corpora_folder(corpora)
    if place is None:
        console.print(
            "[yellow]No open corpora found: training on templates alone, which makes the tagger "
            "worse at what is out of scope. Set LARES_CORPORA to their folder.[/yellow]"
        )
    corpus = build(settings.seed, QUICK if quick else Amounts(), place)
    console.print(f"{len(corpus.train):,} sentences to train on, {len(corpus.held_out):,} held out")
    trained = train(corpus, settings, folder, minilm(), console)
    console.print(trained.report)
    console.print(
        f"held out: {trained.scores.told()}; {trained.seconds / 60:.1f} minutes; in {folder}"
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
    labels = Labels()
    encoder = pruned(encoder, (e.text for e in corpus.train), settings.vocabulary)
    learner = _Learner(
        network(encoder, labels),
        labels,
        Tokenizer.from_str(json.dumps(encoder.tokenizer)),
        settings,
    )
    folder.mkdir(parents=True, exist_ok=True)
    with SummaryWriter(str(folder / "tensorboard")) as log, _without_denormals():
        _learn(learner, corpus, log, console)
    judged = _judge(learner, corpus.held_out)
    labels = Labels(temperature=_temperature(judged.intents, corpus.held_out, labels))
    trained = Trained(
        folder,
        corpus,
        _score(judged, corpus.held_out, labels),
        str(
            classification_report(
                _true_tags(corpus.held_out), judged.tags, digits=3, zero_division=0
            )
        ),
        time.monotonic() - started,
    )
    _save(folder, learner.net, encoder, labels)
    _record(trained, settings, encoder)
    return trained


@contextmanager
def _without_denormals() -> Iterator[None]:
    """Numbers next to nothing count as 0, since they are slow; for the thread that asks for it."""
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


def _learn(learner: _Learner, corpus: Corpus, log: SummaryWriter, console: Console) -> None:
    """All epochs, with a bar for each, the loss logged, and scores after each."""
    settings = learner.settings
    rows = [_row(example, learner) for example in corpus.train]
    per_epoch = math.ceil(len(rows) / settings.batch)
    optimizer, schedule = _optimizer(learner, per_epoch * settings.epochs)
    rng = random.Random(settings.seed)
    done = 0
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[loss]}"),
        console=console,
    ) as progress:
        for epoch in range(1, settings.epochs + 1):
            bar = progress.add_task(f"epoch {epoch}/{settings.epochs}", total=per_epoch, loss="")
            learner.net.train()
            for batch in _batches(rows, settings.batch, rng):
                loss = _loss(learner, batch)
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(learner.net.parameters(), 1.0)
                optimizer.step()
                schedule.step()
                done += 1
                if done % 10 == 0:
                    log.add_scalar("loss", loss.item(), done)
                    log.add_scalar("learning_rate", schedule.get_last_lr()[0], done)
                    progress.update(bar, loss=f"loss {loss.item():.3f}")
                progress.advance(bar)
            scores = _score(_judge(learner, corpus.held_out), corpus.held_out, learner.labels)
            for name, value in asdict(scores).items():
                log.add_scalar(f"held_out/{name}", value, epoch)
            console.print(f"epoch {epoch}: held out {scores.told()}")


def _optimizer(learner: _Learner, steps: int) -> tuple[Any, Any]:
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


def _loss(learner: _Learner, batch: Sequence[_Row]) -> torch.Tensor:
    """Cross-entropy of the intents and of the words' tags, added."""
    ids, mask, intents, piece_tags = _tensors(batch)
    intent_logits, tag_logits = learner.net(ids, mask)
    of_intent = nn.functional.cross_entropy(
        intent_logits, intents, label_smoothing=learner.settings.smoothing
    )
    of_tags = nn.functional.cross_entropy(
        tag_logits.flatten(0, 1), piece_tags.flatten(), ignore_index=_NO_TAG
    )
    return of_intent + of_tags


def _rate(step: int, steps: int, warmup: float) -> float:
    """Share of the full learning rate: up from 0 in the warm-up, then down to 0."""
    rising = max(1, round(steps * warmup))
    return (step + 1) / rising if step < rising else (steps - step) / max(1, steps - rising)


def _row(example: Example, learner: _Learner) -> _Row:
    labels = learner.labels
    text_words = words(example.text)
    ids, beginnings = pieces_of(learner.tokenizer, [word.text for word in text_words])
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


def _judge(learner: _Learner, examples: Sequence[Example]) -> _Judged:
    learner.net.eval()
    judged = _Judged()
    with torch.inference_mode():
        for start in range(0, len(examples), 64):
            some = examples[start : start + 64]
            rows = [_row(example, learner) for example in some]
            ids, mask, _, _ = _tensors(rows)
            intents, piece_tags = learner.net(ids, mask)
            best = piece_tags.argmax(-1).tolist()
            for at, (example, row) in enumerate(zip(some, rows, strict=True)):
                places = [place for place, tag in enumerate(row.tags) if tag != _NO_TAG]
                found = [learner.labels.tags[best[at][place]] for place in places]
                unread = len(words(example.text)) - len(found)
                judged.intents.append(intents[at].numpy())
                judged.tags.append(found + [OUTSIDE] * unread)
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


def _record(trained: Trained, settings: Settings, encoder: Encoder) -> None:
    """Writes training.json and report.txt."""
    corpus = trained.corpus
    content: Mapping[str, Any] = {
        "encoder": encoder.name,
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
    (trained.folder / "training.json").write_text(told, encoding="utf-8")
    (trained.folder / "report.txt").write_text(trained.report + "\n", encoding="utf-8")
