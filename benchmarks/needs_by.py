"""Other ways to tell needs than the network that ships, to be compared with it.

- *none*: no need is ever told; the tagger alone;
- *nearest*: the need of the most similar of our sentences, by MiniLM's embedding as it is;
- *zero-shot*, *few-shot*: the installed language model names one of the needs, told what they mean,
  without examples and with one for each of a dozen;
- a GGUF file: an adapter that taught the model to name them (`lares train llm --lessons needs`).

Each may be as sure as its figures allow: a likelihood from 0 to 1, of which those from
`models.needs_model.SURE` on are acted on.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.language_models import installed
from edge.app import App
from edge.kernel.scheduler import completed
from edge.llm.llama import LlamaLanguageModel
from edge.llm.model import Piece, Prompt, Writing
from edge.llm.taught import ADAPTER, TaughtNeeds
from edge.nlu.needs import Need, Needs, SaidNeeds
from edge.nlu.wishes import OFFERS
from edge.types import LaresError
from models.needs_model import LEAST, NOTHING, ORDER
from models.needs_train import sentences

WAYS = ("network", "none", "nearest", "zero-shot", "few-shot")
_EXAMPLES = (
    ("i can hardly read this", "more_light"),
    ("my hands are like ice", "warmer"),
    ("i'm melting", "cooler"),
    ("what a stench", "fresh_air"),
    ("my mother is on the phone", "quieter"),
    ("i can't make out what he says", "louder"),
    ("i'm off to work", "leave"),
    ("time for bed", "sleep"),
    ("crumbs everywhere", "clean_floor"),
    ("the sun is in my eyes", "glare"),
    ("my sister bought a house", NOTHING),
    ("it was dark when we came back", NOTHING),
)


@dataclass(frozen=True, slots=True)
class _Told:
    """Needs by a function from a text to a need and how likely it is."""

    tell: Callable[[str], tuple[str, float]]

    def of(self, text: str) -> Need | None:
        name, probability = self.tell(text)
        none = name in (NOTHING, ORDER) or probability < LEAST
        return None if none else Need(name, probability)

    def is_talk(self, text: str, least: float = 0.0) -> bool:
        name, probability = self.tell(text)
        return name == NOTHING and probability >= least

    def is_order(self, text: str) -> bool:
        return self.tell(text)[0] == ORDER

    def clauses(self, text: str) -> tuple[str, ...]:
        return (text,)


def needs_by(way: str, app: App) -> Needs:
    """What tells needs in one of WAYS, or by the adapter of a file.

    Raises LaresError where the models for it are not installed.
    """
    if way == "network":
        return app.models.needs
    if way == "none":
        return SaidNeeds({})
    if way == "nearest":
        return _Told(_nearest(app))
    files = installed()
    if not files:
        raise LaresError("expected a language model: make llm")
    names = [*OFFERS, NOTHING]
    if way in ("zero-shot", "few-shot"):
        model = LlamaLanguageModel(files[0])
        return _Told(_asked(model, names, _EXAMPLES if way == "few-shot" else ()))
    taught = LlamaLanguageModel(files[0], adapters={ADAPTER: Path(way)})
    return _Told(TaughtNeeds(taught, sorted({each.need for each in sentences()}), completed))


def _nearest(app: App) -> Callable[[str], tuple[str, float]]:
    said = sentences()
    vectors = app.models.embedder.embed([each.text for each in said])

    def tell(text: str) -> tuple[str, float]:
        similar = vectors @ app.models.embedder.embed([text])[0]
        best = int(np.argmax(similar))
        return said[best].need, float(similar[best])

    return tell


def _asked(
    model: LlamaLanguageModel, names: list[str], examples: tuple[tuple[str, str], ...]
) -> Callable[[str], tuple[str, float]]:
    told = "; ".join(f"{name}: {deed}" for name, deed in OFFERS.items())
    system = (
        "Somebody speaks at home. Say what they need, with one of these words: "
        f"{told}; {NOTHING}: they only talk."
    )
    prefix = [Piece(f"<|im_start|>system\n{system}<|im_end|>\n", True)]
    for said, need in examples:
        prefix += (
            Piece("<|im_start|>user\n", True), Piece(said),
            Piece("<|im_end|>\n<|im_start|>assistant\n", True), Piece(need),
            Piece("<|im_end|>\n", True),
        )  # fmt: skip
    grammar = "root ::= " + " | ".join(f'"{name}"' for name in names)

    def tell(text: str) -> tuple[str, float]:
        request = (
            Piece("<|im_start|>user\n", True), Piece(text),
            Piece("<|im_end|>\n<|im_start|>assistant\n", True),
        )  # fmt: skip
        written = completed(model.write(Prompt(tuple(prefix), request), Writing(12, grammar)))
        return written.text, math.exp(written.chances / max(1, written.tokens))

    return tell
