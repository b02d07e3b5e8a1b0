"""The network that tells needs, while it is trained, and how it becomes the file that ships.

all-MiniLM-L6-v2 with two linear layers, all of it trained: one on the mean of its last states, for
the need, one on the state of each word's first piece, for whether a clause begins there. Cross
entropy, AdamW (I. Loshchilov and F. Hutter, 2019), a rate that rises and falls linearly. Its
vocabulary is cut to the pieces that the sentences use and the most frequent others.
"""

from __future__ import annotations

import json
import math
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import Progress
from tokenizers import Tokenizer
from torch import nn
from transformers import BertModel

from models.artifact import MODEL, TOKENIZER
from models.export import quantised
from models.needs_joined import Joined
from models.needs_model import BEGINNINGS, LONGEST, PROBABILITIES, Read, first_pieces
from models.needs_train import Said
from models.network import Encoder, config_of, load_encoder, mean_of, minilm, pruned

PIECES = 16_000
EPOCHS, BATCH = 3, 32
RATE, HEAD_RATE = 1e-4, 3e-3
_WARM = 0.1
"""Of the steps."""
_NONE = -100
"""Marks what is not learnt: the need of clauses in one breath, and what is not a word's first
piece."""


class NeedsNetwork(nn.Module):
    """input_ids of shape (n, pieces), attention_mask of the same or none → logits of needs, shape
    (n, needs), and of beginnings, (n, pieces)."""

    def __init__(self, encoder: Encoder, needs: int) -> None:
        super().__init__()
        self.encoder = BertModel(config_of(encoder.config), add_pooling_layer=False)
        load_encoder(self.encoder, encoder)
        self.dropout = nn.Dropout(0.1)
        self.head = nn.Linear(self.encoder.config.hidden_size, needs)
        self.begins = nn.Linear(self.encoder.config.hidden_size, 1)

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        states = self.encoder(input_ids, attention_mask=attention_mask).last_hidden_state
        needs: torch.Tensor = self.head(self.dropout(mean_of(states, attention_mask)))
        begins: torch.Tensor = self.begins(self.dropout(states)).squeeze(-1)
        return needs, begins


class _Probabilities(nn.Module):
    """What ships: probabilities in place of logits."""

    def __init__(self, network: NeedsNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        needs, begins = self.network(input_ids)
        return torch.softmax(needs, -1), torch.sigmoid(begins)


class Trained:
    """A trained network, and what reads texts for it."""

    def __init__(self, network: NeedsNetwork, tokenizer: Tokenizer, needs: Sequence[str]) -> None:
        self.network = network.eval()
        self.tokenizer = tokenizer
        self.needs = tuple(needs)

    def read(self, text: str) -> Read:
        """What a text tells that is `plain`."""
        encoded = self.tokenizer.encode(text)
        with torch.inference_mode():
            needs, begins = _Probabilities(self.network)(torch.tensor([encoded.ids[:LONGEST]]))
        return Read.of(text, encoded, needs[0].numpy(), begins[0].numpy())

    def export(self, folder: Path) -> None:
        """Writes model and tokenizer as int8 ONNX."""
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as scratch:
            fp32 = Path(scratch) / "fp32.onnx"
            with torch.inference_mode():
                torch.onnx.export(
                    _Probabilities(self.network).eval(),
                    (torch.tensor([_lesson(self.tokenizer, "it is dark in here").ids]),),
                    str(fp32),
                    input_names=["input_ids"],
                    output_names=[PROBABILITIES, BEGINNINGS],
                    dynamic_axes={"input_ids": {1: "pieces"}, BEGINNINGS: {1: "pieces"}},
                    opset_version=17,
                    dynamo=False,
                )
            (folder / MODEL).write_bytes(quantised(fp32, Path(scratch)).read_bytes())
        self.tokenizer.save(str(folder / TOKENIZER))


@dataclass(frozen=True, slots=True)
class _Lesson:
    """A text as numbers."""

    ids: list[int]
    begins: list[float]
    """For each piece 1 where a clause begins, 0 at another word's first piece, _NONE elsewhere."""
    need: int = _NONE


def train(
    said: Sequence[Said], breaths: Sequence[Joined], *, seed: int = 7, epochs: int = EPOCHS
) -> Trained:
    """A network trained on sentences that stand alone, and on clauses in one breath. The same ones
    give the same network on the same machine.

    Raises LaresError when the package with the encoder is missing.
    """
    torch.manual_seed(seed)
    chance = random.Random(seed)
    encoder = pruned(minilm(), [*(s.text for s in said), *(b.text for b in breaths)], PIECES)
    tokenizer = Tokenizer.from_str(json.dumps(encoder.tokenizer))
    needs = tuple(sorted({each.need for each in said}))
    network = NeedsNetwork(encoder, len(needs))
    optimizer = torch.optim.AdamW(
        [
            {"params": network.encoder.parameters(), "lr": RATE, "most": RATE},
            {
                "params": [*network.head.parameters(), *network.begins.parameters()],
                "lr": HEAD_RATE,
                "most": HEAD_RATE,
            },
        ],
        weight_decay=0.01,
    )
    lessons = [_lesson(tokenizer, each.text, need=needs.index(each.need)) for each in said]
    lessons += [_lesson(tokenizer, each.text, each.begins) for each in breaths]
    steps = epochs * math.ceil(len(lessons) / BATCH)
    step = 0
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("learning needs", total=steps)
        for _ in range(epochs):
            network.train()
            for batch in _batches(lessons, chance):
                for group in optimizer.param_groups:
                    group["lr"] = group["most"] * _share(step / steps)
                loss = _loss(network, batch)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                step += 1
                progress.update(task, completed=step)
    return Trained(network, tokenizer, needs)


def _loss(network: NeedsNetwork, batch: Sequence[_Lesson]) -> torch.Tensor:
    ids = _padded([each.ids for each in batch], 0)
    told_needs, told_begins = network(ids, (ids != 0).long())
    needs = torch.tensor([each.need for each in batch])
    begins = _padded([each.begins for each in batch], float(_NONE))
    of_words = begins != _NONE
    loss = nn.functional.binary_cross_entropy_with_logits(told_begins[of_words], begins[of_words])
    if (needs != _NONE).any():
        loss = loss + nn.functional.cross_entropy(told_needs, needs, ignore_index=_NONE)
    return loss


def _batches(lessons: Sequence[_Lesson], chance: random.Random) -> Iterator[list[_Lesson]]:
    """In random order, each of lessons of about the same length."""
    order = sorted(lessons, key=lambda lesson: len(lesson.ids) + 4 * chance.random())
    batches = [order[at : at + BATCH] for at in range(0, len(order), BATCH)]
    chance.shuffle(batches)
    yield from batches


def _padded(some: Sequence[Sequence[float]], with_: float) -> torch.Tensor:
    longest = max(map(len, some))
    return torch.tensor([[*each, *[with_] * (longest - len(each))] for each in some])


def _share(done: float) -> float:
    return max(done, 1e-3) / _WARM if done < _WARM else (1 - done) / (1 - _WARM)


def _lesson(
    tokenizer: Tokenizer, text: str, begins: frozenset[int] = frozenset(), need: int = _NONE
) -> _Lesson:
    encoded = tokenizer.encode(text)
    ids = list(encoded.ids[:LONGEST])
    told = [float(_NONE)] * len(ids)
    for word, at in enumerate(first_pieces(text, encoded.offsets[:LONGEST])):
        if at is not None:
            told[at] = float(word in begins)
    return _Lesson(ids, told, need)
