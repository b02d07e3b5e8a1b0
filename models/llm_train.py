"""Teaching the language model to tell needs: `lares train llm`, in about an hour on two cores.

The small model answers with words of its own and seldom with the right ones. A LoRA adapter teaches
it one thing: to answer what somebody said with the name of what they need, a word of
`needs/sentences.txt`, or "nothing". The GGUF file's weights are dequantised, so that the adapter is
fitted to just the model that it will be laid on.

A tenth of the sentences is never trained on; the card's figures are of them.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import Progress

from models.lora_gguf import TENSORS, Thin, write_adapter
from models.needs_train import Said

ADAPTER = "adapter.gguf"
RANK, ALPHA = 8, 16
BATCH, RATE, EPOCHS = 32, 6e-4, 3
_WARM = 0.06
"""Of the steps: the rate rises."""
HELD_OUT = 10
"""One of so many sentences is never trained on."""
_IGNORED = -100


@dataclass(frozen=True, slots=True)
class Lesson:
    """Tokens of what is said, and of the answer that is right."""

    asked: tuple[int, ...]
    answer: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Taught:
    """What was learnt."""

    thin: list[Thin]
    heads: dict[str, int]
    losses: tuple[float, ...]
    """Of each epoch, a mean."""


def split(said: Sequence[Said], seed: int = 7) -> tuple[list[Said], list[Said]]:
    """Sentences to train on, and the others."""
    order = np.random.default_rng(seed).permutation(len(said))
    held = {int(at) for at in order[: len(said) // HELD_OUT]}
    return (
        [each for at, each in enumerate(said) if at not in held],
        [each for at, each in enumerate(said) if at in held],
    )


def lessons(
    said: Sequence[Said],
    asked: Callable[[str], Sequence[int]],
    answer: Callable[[str], Sequence[int]],
) -> list[Lesson]:
    """What is taught of sentences."""
    return [Lesson(tuple(asked(each.text)), tuple(answer(each.need))) for each in said]


def teach(model: Path, lessons: Sequence[Lesson], *, seed: int = 7, epochs: int = EPOCHS) -> Taught:
    """An adapter for the GGUF file. The same lessons give the same one on the same machine."""
    import torch  # noqa: PLC0415 (only training has them)
    from peft import LoraConfig, get_peft_model  # noqa: PLC0415
    from transformers import AutoModelForCausalLM  # noqa: PLC0415

    torch.manual_seed(seed)
    base = AutoModelForCausalLM.from_pretrained(
        str(model.parent), gguf_file=model.name, dtype=torch.float32
    )
    settings = LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules=[*TENSORS])
    learner = get_peft_model(base.to(torch.bfloat16), settings)
    learned = [weights for weights in learner.parameters() if weights.requires_grad]
    optimizer = torch.optim.AdamW(learned, lr=RATE, weight_decay=0.0)
    steps = epochs * math.ceil(len(lessons) / BATCH)
    losses = []
    step = 0
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("teaching the language model", total=steps)
        for epoch in range(epochs):
            total, count = 0.0, 0
            for batch in _batches(lessons, random.Random(seed + epoch)):
                for group in optimizer.param_groups:
                    group["lr"] = RATE * _share(step / steps)
                loss = _loss(torch, learner, batch)
                optimizer.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(learned, 1.0)
                optimizer.step()
                total += float(loss.detach()) * len(batch)
                count += len(batch)
                step += 1
                progress.update(task, completed=step, description=f"error {total / count:.3f}")
            losses.append(total / count)
    config = base.config
    heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}
    return Taught(_thin(learner), heads, tuple(losses))


def write(taught: Taught, path: Path, *, name: str, described: dict[str, str]) -> None:
    """Writes the adapter as a GGUF file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_adapter(
        path, taught.thin, name=name, alpha=ALPHA, heads=taught.heads, described=described
    )


def _batches(lessons: Sequence[Lesson], chance: random.Random) -> Iterator[list[Lesson]]:
    """In random order, each of lessons of about the same length."""
    order = list(lessons)
    chance.shuffle(order)
    order.sort(key=lambda lesson: len(lesson.asked) + len(lesson.answer) + chance.random() * 4)
    batches = [order[at : at + BATCH] for at in range(0, len(order), BATCH)]
    chance.shuffle(batches)
    yield from batches


def _loss(torch: Any, learner: Any, batch: Sequence[Lesson]) -> Any:
    """The mean cross entropy of the answers' tokens. Only where there is one to be told, the
    model's opinion of all its words is computed."""
    longest = max(len(each.asked) + len(each.answer) for each in batch) - 1
    tokens = torch.zeros((len(batch), longest), dtype=torch.long)
    wanted = torch.full((len(batch), longest), _IGNORED)
    seen = torch.zeros((len(batch), longest), dtype=torch.long)
    for row, each in enumerate(batch):
        whole = [*each.asked, *each.answer]
        tokens[row, : len(whole) - 1] = torch.tensor(whole[:-1])
        seen[row, : len(whole) - 1] = 1
        wanted[row, len(each.asked) - 1 : len(whole) - 1] = torch.tensor(each.answer)
    model = learner.get_base_model()
    hidden = model.model(input_ids=tokens, attention_mask=seen).last_hidden_state
    told = wanted != _IGNORED
    logits = model.lm_head(hidden[told]).float()
    return torch.nn.functional.cross_entropy(logits, wanted[told])


def _share(done: float) -> float:
    """Of the rate: it rises, and then falls to nothing as a cosine."""
    if done < _WARM:
        return max(done, 1e-3) / _WARM
    return 0.5 * (1 + math.cos(math.pi * (done - _WARM) / (1 - _WARM)))


def _thin(learner: Any) -> list[Thin]:
    found = []
    for at, layer in enumerate(learner.get_base_model().model.layers):
        for name in TENSORS:
            part = layer.mlp if hasattr(layer.mlp, name) else layer.self_attn
            matrix = getattr(part, name)
            a = matrix.lora_A["default"].weight.detach().float().numpy()
            b = matrix.lora_B["default"].weight.detach().float().numpy()
            found.append(Thin(at, name, a, b))
    return found
