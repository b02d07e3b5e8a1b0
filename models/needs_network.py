"""The network that tells needs, while it is trained, and how it becomes the file that ships.

all-MiniLM-L6-v2 with one linear layer on the mean of its last states, all of it trained: cross
entropy, AdamW (I. Loshchilov and F. Hutter, 2019), a rate that rises and falls linearly. Its
vocabulary is cut to the pieces that the sentences use and the most frequent others.
"""

from __future__ import annotations

import json
import math
import random
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress
from tokenizers import Tokenizer
from torch import nn
from transformers import BertModel

from models.artifact import MODEL, TOKENIZER
from models.export import quantised
from models.linear import softmax
from models.needs_model import LONGEST, PROBABILITIES
from models.needs_train import Said
from models.network import Encoder, config_of, load_encoder, mean_of, minilm, pruned

PIECES = 16_000
EPOCHS, BATCH = 3, 32
RATE, HEAD_RATE = 1e-4, 3e-3
_WARM = 0.1
"""Of the steps."""


class NeedsNetwork(nn.Module):
    """input_ids of shape (n, pieces), attention_mask of the same or none → logits (n, needs)."""

    def __init__(self, encoder: Encoder, needs: int) -> None:
        super().__init__()
        self.encoder = BertModel(config_of(encoder.config), add_pooling_layer=False)
        load_encoder(self.encoder, encoder)
        self.dropout = nn.Dropout(0.1)
        self.head = nn.Linear(self.encoder.config.hidden_size, needs)

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor | None = None
    ) -> torch.Tensor:
        states = self.encoder(input_ids, attention_mask=attention_mask).last_hidden_state
        logits: torch.Tensor = self.head(self.dropout(mean_of(states, attention_mask)))
        return logits


class Trained:
    """A trained network, and what reads texts for it."""

    def __init__(self, network: NeedsNetwork, tokenizer: Tokenizer, needs: Sequence[str]) -> None:
        self.network = network.eval()
        self.tokenizer = tokenizer
        self.needs = tuple(needs)

    def chances(self, texts: Sequence[str]) -> NDArray[Any]:
        """The probability of each need, shape (texts, needs)."""
        found = []
        with torch.inference_mode():
            for text in texts:
                ids = torch.tensor([_ids(self.tokenizer, text)])
                found.append(softmax(self.network(ids)[0].numpy()))
        return np.array(found)

    def export(self, folder: Path) -> None:
        """Writes model and tokenizer as int8 ONNX."""
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as scratch:
            fp32 = Path(scratch) / "fp32.onnx"
            told = nn.Sequential(self.network, nn.Softmax(dim=-1))
            with torch.inference_mode():
                torch.onnx.export(
                    told,
                    (torch.tensor([_ids(self.tokenizer, "it is dark in here")]),),
                    str(fp32),
                    input_names=["input_ids"],
                    output_names=[PROBABILITIES],
                    dynamic_axes={"input_ids": {1: "pieces"}},
                    opset_version=17,
                    dynamo=False,
                )
            (folder / MODEL).write_bytes(quantised(fp32, Path(scratch)).read_bytes())
        self.tokenizer.save(str(folder / TOKENIZER))


def train(said: Sequence[Said], *, seed: int = 7, epochs: int = EPOCHS) -> Trained:
    """A network trained on sentences. The same sentences give the same one on the same machine.

    Raises LaresError when the package with the encoder is missing.
    """
    torch.manual_seed(seed)
    chance = random.Random(seed)
    encoder = pruned(minilm(), (each.text for each in said), PIECES)
    tokenizer = Tokenizer.from_str(json.dumps(encoder.tokenizer))
    needs = tuple(sorted({each.need for each in said}))
    network = NeedsNetwork(encoder, len(needs))
    optimizer = torch.optim.AdamW(
        [
            {"params": network.encoder.parameters(), "lr": RATE, "most": RATE},
            {"params": network.head.parameters(), "lr": HEAD_RATE, "most": HEAD_RATE},
        ],
        weight_decay=0.01,
    )
    lessons = [(_ids(tokenizer, each.text), needs.index(each.need)) for each in said]
    steps = epochs * math.ceil(len(lessons) / BATCH)
    step = 0
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("learning needs", total=steps)
        for _ in range(epochs):
            network.train()
            for batch in _batches(lessons, chance):
                for group in optimizer.param_groups:
                    group["lr"] = group["most"] * _share(step / steps)
                loss = nn.functional.cross_entropy(
                    network(*_padded([ids for ids, _ in batch])),
                    torch.tensor([need for _, need in batch]),
                )
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                step += 1
                progress.update(task, completed=step)
    return Trained(network, tokenizer, needs)


Lesson = tuple[list[int], int]


def _batches(lessons: Sequence[Lesson], chance: random.Random) -> Iterator[list[Lesson]]:
    """In random order, each of lessons of about the same length."""
    order = sorted(lessons, key=lambda lesson: len(lesson[0]) + 4 * chance.random())
    batches = [order[at : at + BATCH] for at in range(0, len(order), BATCH)]
    chance.shuffle(batches)
    yield from batches


def _padded(some: Sequence[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    longest = max(map(len, some))
    ids = torch.zeros((len(some), longest), dtype=torch.long)
    seen = torch.zeros_like(ids)
    for row, each in enumerate(some):
        ids[row, : len(each)] = torch.tensor(each)
        seen[row, : len(each)] = 1
    return ids, seen


def _share(done: float) -> float:
    return max(done, 1e-3) / _WARM if done < _WARM else (1 - done) / (1 - _WARM)


def _ids(tokenizer: Tokenizer, text: str) -> list[int]:
    return list(tokenizer.encode(text).ids[:LONGEST])
