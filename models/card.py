"""The model card of a trained tagger: what it was made of, how it scores, where it fails.

`write_card` fills `card.md` from the facts that training and export left; nothing in it is written
by hand but the words between the figures.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from models.export import FP32_LAYERS, Exported
from models.scores import SuiteResult

CARD = "card.md"

_TEXT = """\
# The tagger

One small network that reads a sentence and says the intent (by Home Assistant's names) and the
words that fill its slots. It runs on a CPU in a few milliseconds, and decides nothing: what the
words mean in a home is the resolver's part, what may be done is the policy's.

- Encoder: {encoder} (Apache-2.0), {layers}, its
  vocabulary cut to {pieces:,} word pieces; an intent head on the mean of its outputs, a BIO tag
  head on each.
- {int8:.1f} MB: int8 per channel with 7-bit weights{but}, for x86-64 and arm64 alike (fp32:
  {fp32:.1f} MB). Of the {compared:,} held-out sentences {same_intent:.2%} get the same intent as
  in fp32, of their words {same_tags:.2%} the same tag. Exactly right are {exact_fp32:.2%} in fp32
  and {exact_int8:.2%} in int8: {cost}.
- Trained on {train:,} sentences for {epochs} epochs with seed {seed}, in {minutes:.0f} minutes on
  a CPU, with torch {torch}.

## Scores

| suite | sentences | scores |
|---|---|---|
{suites}

"held-out" are sentences of templates that were kept out of training, and sentences of the open
corpora likewise. The temperature of the confidence is set on them, so their calibration error is a
little flattering. No other suite was trained on; but Home Assistant's tests are written for its
templates, which were, so that some sentences of "ha-intents-en" are met again word for word
("seen").

## Data

| input | sha256 or version |
|---|---|
{data}

`nlu-home` is NLU-Evaluation-Data (CC BY 4.0, xliuhw/NLU-Evaluation-Data), `clinc150` is CLINC150
(CC BY 3.0, clinc/oos-eval), `home-assistant-intents` are Home Assistant's sentence templates (CC BY
4.0, home-assistant/intents); `models/phrasing` is our own.

## Make it again

    LARES_CORPORA=... lares train --seed {seed} --epochs {epochs}{options}

The corpus comes out the same from its seed; the weights differ a little between machines.

## Limits

- English only. Names of things may be in any language, but unusual ones are found less surely.
- One intent a sentence: "turn on the light and play jazz" gets one of the two.
- Most of its sentences come from templates that one person wrote. A wording far from them may get a
  wrong intent with high confidence.
- It does not know the home: it can mark a name that does not exist there, which the resolver must
  notice.
- Sentences are read up to their 64th word.
"""


def write_card(
    folder: Path, training: Path, exported: Exported, suites: Sequence[SuiteResult]
) -> None:
    """Writes card.md into an artefact, from its training folder, its export and its scores."""
    told: dict[str, Any] = json.loads((training / "training.json").read_text(encoding="utf-8"))
    kept, layers = told["layers"]["kept"], told["layers"]["of"]
    text = _TEXT.format(
        encoder=told["encoder"],
        layers=_layers(kept, layers),
        but=_but([layer for layer in FP32_LAYERS if layer < len(kept)]),
        options="" if len(kept) == layers else f" --layers {len(kept)}",
        pieces=told["pieces"],
        int8=exported.int8_bytes / 1e6,
        fp32=exported.fp32_bytes / 1e6,
        compared=exported.agreement.sentences,
        same_intent=exported.agreement.intent,
        same_tags=exported.agreement.tags,
        exact_fp32=exported.agreement.exact_fp32,
        exact_int8=exported.agreement.exact_int8,
        cost=_cost(exported.agreement.cost),
        train=told["sentences"]["train"],
        epochs=told["settings"]["epochs"],
        seed=told["settings"]["seed"],
        minutes=told["seconds"] / 60,
        torch=told["torch"],
        suites="\n".join(f"| {r.suite} | {r.sentences:,} | {r.told()} |" for r in suites),
        data="\n".join(f"| {name} | `{value}` |" for name, value in told["data"].items()),
    )
    (folder / CARD).write_text(text, encoding="utf-8")


def _layers(kept: Sequence[int], of: int) -> str:
    if len(kept) == of:
        return "all of its layers" if of > 1 else "its only layer"
    *others, last = map(str, kept)
    if not others:
        return f"only layer {last} (from 0) of its {of} layers"
    return f"layers {', '.join(others)} and {last} (from 0) of its {of} layers"


def _but(in_fp32: Sequence[int]) -> str:
    if not in_fp32:
        return ""
    return f", but for the feed-forward outputs of its layers {', '.join(map(str, in_fp32))}"


def _cost(cost: float) -> str:
    points = round(cost * 100, 2)
    if points == 0:
        return "int8 costs nothing"
    return f"int8 {'costs' if points > 0 else 'wins'} {abs(points):.2f} points"
