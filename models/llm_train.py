"""Teaching the language model: `lares train llm`, in about half an hour on two cores.

The small model that any machine can have rambles: asked for a joke, it tells about jokes. A LoRA
adapter of a few megabytes teaches it to make small talk as Lares does, with lessons of our own
(`talk/lessons.txt`): what is said, and what may be answered. The GGUF file's weights are
dequantised, so that the adapter is fitted to just the model that it will be laid on.

With `--lessons needs` it learns to name the need that a sentence tells, as the network of
`models.needs_network` does, for comparison: it is worse at it (docs/decisions/0018).

A tenth of what is said is never trained on; how surprised the model is by the answers to it, before
and after, is what the card tells.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import Progress

from models.adapters import ADAPTER
from models.artifact import write_manifest
from models.lora_gguf import TENSORS, Thin, write_adapter
from models.talk_lessons import TALK, blocks

CARD = "card.md"
RANK, ALPHA = 8, 16
BATCH, RATE, EPOCHS = 32, 6e-4, 3
_WARM = 0.06
"""Of the steps: the rate rises."""
HELD_OUT = 10
"""One of so many is never trained on."""
ANSWERS = 2
"""So often a saying and an answer come."""
_IGNORED = -100
Pair = tuple[str, str]
"""What is said, and what is answered."""


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
    before: float
    """The mean surprise at a token of answers that were not trained on, in nats."""
    after: float


def talk(file: Path = TALK, seed: int = 7) -> list[Pair]:
    """What is said in small talk, each with some of the answers that fit: each saying and each
    answer comes about ANSWERS times."""
    chance = random.Random(seed)
    return [
        pair
        for block in blocks(file)
        for pair in _paired(block.sayings, list(block.answers), chance)
    ]


def _paired(said: Sequence[str], answers: list[str], chance: random.Random) -> Iterator[Pair]:
    each = max(ANSWERS, math.ceil(ANSWERS * len(answers) / len(said)))
    chance.shuffle(answers)
    turn = itertools.cycle(answers)
    for one in said:
        yield from dict.fromkeys((one, next(turn)) for _ in range(each))


def split(pairs: Sequence[Pair], seed: int = 7) -> tuple[list[Pair], list[Pair]]:
    """Pairs to train on, and the others: no saying is in both."""
    said = sorted({each for each, _ in pairs})
    order = np.random.default_rng(seed).permutation(len(said))
    held = {said[int(at)] for at in order[: len(said) // HELD_OUT]}
    return [p for p in pairs if p[0] not in held], [p for p in pairs if p[0] in held]


def lessons(
    pairs: Sequence[Pair],
    asked: Callable[[str], Sequence[int]],
    answer: Callable[[str], Sequence[int]],
) -> list[Lesson]:
    """The tokens of pairs."""
    return [Lesson(tuple(asked(said)), tuple(answer(right))) for said, right in pairs]


def teach(
    model: Path,
    lessons: Sequence[Lesson],
    held_out: Sequence[Lesson],
    *,
    seed: int = 7,
    epochs: int = EPOCHS,
) -> Taught:
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
    before = _surprise(torch, learner, held_out)
    steps = epochs * math.ceil(len(lessons) / BATCH)
    step = 0
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("teaching the language model", total=steps)
        for epoch in range(epochs):
            for batch in _batches(lessons, random.Random(seed + epoch)):
                for group in optimizer.param_groups:
                    group["lr"] = RATE * _share(step / steps)
                loss = _loss(torch, learner, batch)
                optimizer.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(learned, 1.0)
                optimizer.step()
                step += 1
                progress.update(task, completed=step)
    config = base.config
    heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}
    return Taught(_thin(learner), heads, before, _surprise(torch, learner, held_out))


def write(taught: Taught, folder: Path, *, base: str, pairs: int, of: str) -> Path:
    """Writes the artefact: the adapter, its card and manifest. base: the catalogue's name of the
    model that it is for; of: what the lessons are of."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / ADAPTER
    described = {"lares.base": base, "lares.lessons": of}
    write_adapter(path, taught.thin, name=of, alpha=ALPHA, heads=taught.heads, described=described)
    size = path.stat().st_size / 1e6
    (folder / CARD).write_text(
        f"""\
# The adapter "{of}"

A LoRA adapter (rank {RANK}, alpha {ALPHA}, all matrices of all layers; GGUF in float16,
{size:.1f} MB) for `{base}`. It was trained for {EPOCHS} epochs on {pairs:,} pairs of what is said
and what is answered, all our own (`models/{of}/`).

The model's mean surprise at a token of the answers to a tenth of what is said, which it never saw:
{taught.before:.2f} nats before, {taught.after:.2f} after.

## Make it again

    make setup-train llm
    lares train llm --lessons {of}

## Limits

- English only. The lessons were written by a language model; it was asked for jokes, riddles and
  stories of its own.
- It says what it learnt, and what sounds like it: a story may lose its thread. It knows nothing of
  the home and nothing of the world, and is asked about neither (`edge/nlu/talk.py`).
""",
        encoding="utf-8",
    )
    write_manifest(folder)
    return path


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


def _surprise(torch: Any, learner: Any, some: Sequence[Lesson]) -> float:
    """The mean cross entropy of answers, by token."""
    if not some:
        return math.nan
    learner.eval()
    with torch.inference_mode():
        batches = [some[at : at + BATCH] for at in range(0, len(some), BATCH)]
        losses = [float(_loss(torch, learner, batch)) for batch in batches]
    learner.train()
    tokens = [sum(len(each.answer) for each in batch) for batch in batches]
    return float(np.average(losses, weights=tokens))


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
