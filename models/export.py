"""From a training folder to the artefact that ships: `lares train` ends here.

1. The network becomes ONNX (fp32), for one sentence of any length, and must agree with PyTorch.
2. Optimum quantises its matrix products and embeddings to int8, per channel, with ONNX Runtime.
   Weights are signed and use 7 of their 8 bits: x86 processors without VNNI add products of full
   8-bit pairs in 16 bits, which overflows. On arm64 nothing overflows, so one file serves both.
3. Both models tag the held-out sentences. When int8 says too rarely what fp32 says, or gets too
   many sentences wrong that fp32 gets right, there is no artefact.
4. The artefact gets its tokenizer, its labels, a card (`models.card`) and a manifest with the
   sha256 of each file, which the runtime verifies.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from onnxruntime.quantization import QuantFormat, QuantizationMode, QuantType
from optimum.onnxruntime import ORTQuantizer
from optimum.onnxruntime.configuration import QuantizationConfig
from safetensors.torch import load_file

from edge.types import LaresError
from models.artifact import ARTIFACT, HIDDEN, LABELS, MODEL, STATES, TOKENIZER
from models.labels import OUTSIDE, Example, Labels, spans, words
from models.network import Network, config_of, pieces_of, read_tokenizer

MIN_AGREEMENT = 0.9
"""Least share of sentences whose intent int8 and fp32 agree on."""
MAX_COST = 0.005
"""What int8 must not lose of the exact score on the held-out sentences."""
FP32_LAYERS: tuple[int, ...] = ()
"""Layers whose feed-forward output stays in fp32, at 1.8 MB each. int8 loses most in the lowest:
with (0, 1) it costs half as much (docs/decisions/0006)."""
LOGITS = ["intent", "tags"]
"""The outputs of the two heads."""
_TOLERANCE = 1e-3
"""The largest difference of a logit between PyTorch and ONNX Runtime in fp32."""
_FEED_FORWARD = "/encoder/encoder/layer.{}/output/dense/MatMul"
"""The name that torch gives a layer's second product of the feed-forward network."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often the int8 model says what the fp32 model says, and what is right; shares."""

    sentences: int
    intent: float
    tags: float
    """Of all words."""
    whole: float
    """Of sentences: intent and all tags."""
    exact_fp32: float
    """Sentences that fp32 gives the right intent and exactly the right spans."""
    exact_int8: float
    """The same of int8."""

    @property
    def cost(self) -> float:
        """What int8 loses of the exact score; below 0 where it wins."""
        return self.exact_fp32 - self.exact_int8


@dataclass(frozen=True, slots=True)
class _Question:
    """A sentence as a model gets it, and where its words begin."""

    example: Example
    ids: Any
    """Shape (1, pieces)."""
    begins: list[int]


@dataclass(frozen=True, slots=True, eq=False)
class _Reply:
    """What a model says of a sentence, as places among the labels."""

    intent: int
    tags: Any
    """Of each word that begins among the pieces, shape (words,)."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A finished export."""

    folder: Path
    agreement: Agreement
    fp32_bytes: int
    int8_bytes: int


def export(
    training: Path,
    held_out: Sequence[Example],
    folder: Path = ARTIFACT,
    *,
    keep_fp32: Path | None = None,
) -> Exported:
    """Makes the artefact in `folder` of what `models.train.train` left in `training`.

    On the held-out sentences int8 is compared to fp32. `keep_fp32` is where a copy of the fp32
    model goes, for benchmarks. Raises LaresError when a file is missing, when ONNX does not compute
    what PyTorch does, when int8 agrees on the intent of fewer than MIN_AGREEMENT, or when it costs
    MAX_COST of the exact score or more.
    """
    net = load_network(training)
    labels = Labels.load(training / LABELS)
    tokenizer = read_tokenizer(training / TOKENIZER)
    questions = [_question(e, tokenizer) for e in held_out if words(e.text)]
    if not questions:
        raise LaresError("Expected sentences to compare the exported models on, found none.")
    inputs = [question.ids for question in questions]
    with tempfile.TemporaryDirectory() as scratch:
        fp32 = Path(scratch) / "fp32.onnx"
        to_onnx(net, inputs[0], fp32)
        _check_against_torch(net, fp32, inputs[:50])
        int8 = quantised(fp32, Path(scratch))
        if keep_fp32 is not None:
            shutil.copyfile(fp32, keep_fp32)
        agreement = _agreement(
            _replies(fp32, questions), _replies(int8, questions), questions, labels
        )
        refuse_bad(agreement)
        tell_states(int8)
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(int8, folder / MODEL)
        sizes = fp32.stat().st_size, int8.stat().st_size
    for name in (TOKENIZER, LABELS):
        shutil.copyfile(training / name, folder / name)
    return Exported(folder, agreement, *sizes)


def tell_states(model: Path) -> None:
    """Makes a model tell its last hidden states too, as the output STATES, shape (1, pieces, 384).

    They are what the mean over the pieces is taken of. Heads of other domains are trained on them.
    """
    loaded = onnx.load(model)
    (mean,) = (node for node in loaded.graph.node if node.op_type == "ReduceMean")
    loaded.graph.node.append(onnx.helper.make_node("Identity", [mean.input[0]], [STATES]))
    loaded.graph.output.append(
        onnx.helper.make_tensor_value_info(STATES, onnx.TensorProto.FLOAT, [1, "pieces", HIDDEN])
    )
    onnx.save(loaded, model)


def refuse_bad(agreement: Agreement) -> None:
    """Raises LaresError where int8 strays too far from fp32, or costs too much."""
    if agreement.intent < MIN_AGREEMENT:
        raise LaresError(
            f"Expected int8 to agree with fp32 on {MIN_AGREEMENT:.0%} of intents, found "
            f"{agreement.intent:.1%}. Train longer, or quantise fewer operators."
        )
    if agreement.cost >= MAX_COST - 1e-9:  # shares of whole sentences are not exact in binary
        raise LaresError(
            f"Expected int8 to cost less than {MAX_COST * 100:.1f} points of exact held-out "
            f"sentences, found {agreement.exact_fp32:.2%} in fp32 and {agreement.exact_int8:.2%} "
            f"in int8, {agreement.cost * 100:.2f} points less, of {agreement.sentences:,}. Train "
            "longer, or leave layers in fp32 (FP32_LAYERS in models/export.py)."
        )


def load_network(training: Path) -> Network:
    """The trained network, ready to use. Raises LaresError for a missing or damaged file."""
    try:
        config = config_of(json.loads((training / "config.json").read_text(encoding="utf-8")))
        net = Network(config, Labels.load(training / LABELS))
        net.load_state_dict(load_file(training / "weights.safetensors"))
    except (OSError, ValueError, RuntimeError) as error:
        raise LaresError(
            f"Expected a finished training in {training}, found: {error}. Train with `lares train`."
        ) from error
    net.eval()
    return net


def to_onnx(net: Network, example: Any, path: Path) -> None:
    """Writes the network for one sentence of any length; the example has shape (1, pieces)."""
    with torch.inference_mode():
        torch.onnx.export(
            net,
            (torch.from_numpy(example),),
            str(path),
            input_names=["input_ids"],
            output_names=LOGITS,
            dynamic_axes={"input_ids": {1: "pieces"}, "tags": {1: "pieces"}},
            opset_version=17,
            dynamo=False,
        )


def _session(path: Path) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _check_against_torch(net: Network, fp32: Path, inputs: Sequence[Any]) -> None:
    session = _session(fp32)
    for ids in inputs:
        with torch.inference_mode():
            expected = [logits.numpy() for logits in net(torch.from_numpy(ids))]
        found = session.run(LOGITS, {"input_ids": ids})
        worst = max(float(np.abs(a - b).max()) for a, b in zip(expected, found, strict=True))
        if worst > _TOLERANCE:
            raise LaresError(
                f"Expected ONNX to compute PyTorch's logits within {_TOLERANCE}, found them "
                f"{worst:.4f} apart. Check the versions of torch and onnxruntime."
            )


def quantised(fp32: Path, scratch: Path) -> Path:
    """The int8 model of an fp32 one, in the folder `scratch`."""
    config = QuantizationConfig(
        is_static=False,
        format=QuantFormat.QOperator,
        mode=QuantizationMode.IntegerOps,
        activations_dtype=QuantType.QUInt8,
        weights_dtype=QuantType.QInt8,
        weights_symmetric=True,
        per_channel=True,
        reduce_range=True,
        operators_to_quantize=["MatMul", "Gemm", "Gather"],
        nodes_to_exclude=[_FEED_FORWARD.format(layer) for layer in FP32_LAYERS],
    )
    quantizer = ORTQuantizer(fp32)
    quantizer.quantize(config, save_dir=scratch / "int8", file_suffix="int8")
    return scratch / "int8" / f"{fp32.stem}_int8.onnx"


def _question(example: Example, tokenizer: Any) -> _Question:
    ids, begins = pieces_of(tokenizer, [word.text for word in words(example.text)])
    return _Question(example, np.array([ids], dtype=np.int64), begins)


def _replies(model: Path, questions: Sequence[_Question]) -> list[_Reply]:
    session = _session(model)
    replies = []
    for question in questions:
        intents, piece_tags = session.run(LOGITS, {"input_ids": question.ids})
        replies.append(_Reply(int(intents[0].argmax()), piece_tags[0].argmax(-1)[question.begins]))
    return replies


def _agreement(
    fp32: Sequence[_Reply], int8: Sequence[_Reply], questions: Sequence[_Question], labels: Labels
) -> Agreement:
    same_intent = [one.intent == other.intent for one, other in zip(fp32, int8, strict=True)]
    same_tags = [one.tags == other.tags for one, other in zip(fp32, int8, strict=True)]
    return Agreement(
        sentences=len(questions),
        intent=float(np.mean(same_intent)),
        tags=float(np.mean(np.concatenate(same_tags))),
        whole=float(np.mean([a and b.all() for a, b in zip(same_intent, same_tags, strict=True)])),
        exact_fp32=_exact(fp32, questions, labels),
        exact_int8=_exact(int8, questions, labels),
    )


def _exact(replies: Sequence[_Reply], questions: Sequence[_Question], labels: Labels) -> float:
    """The share of right intents with right spans, spans read off as the runtime does it."""
    right = 0
    for reply, question in zip(replies, questions, strict=True):
        example = question.example
        text_words = words(example.text)
        found = [labels.tags[tag] for tag in reply.tags]
        unread = [OUTSIDE] * (len(text_words) - len(found))
        right += labels.intents[reply.intent] == example.intent and (
            spans(example.text, text_words, found + unread) == example.spans
        )
    return right / len(questions)
