"""From a training folder to the artefact that ships: `lares train` ends here.

1. The network becomes ONNX (fp32), for one sentence of any length, and must agree with PyTorch.
2. Optimum quantises its matrix products and embeddings to int8, per channel, with ONNX Runtime.
   Weights are signed and use 7 of their 8 bits: x86 processors without VNNI add products of full
   8-bit pairs in 16 bits, which overflows. On arm64 nothing overflows, so one file serves both.
3. How often the int8 model says what the fp32 model says is measured, and refused when too rare.
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
import onnxruntime
import torch
from onnxruntime.quantization import QuantFormat, QuantizationMode, QuantType
from optimum.onnxruntime import ORTQuantizer
from optimum.onnxruntime.configuration import QuantizationConfig
from safetensors.torch import load_file

from edge.types import LaresError
from models.artifact import ARTIFACT, LABELS, MODEL, TOKENIZER
from models.labels import Labels, said
from models.network import Network, config_of, pieces_of, read_tokenizer

MIN_AGREEMENT = 0.9
"""Least share of sentences whose intent int8 and fp32 agree on."""
_TOLERANCE = 1e-3
"""The largest difference of a logit between PyTorch and ONNX Runtime in fp32."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often the int8 model says what the fp32 model says; shares from 0 to 1."""

    sentences: int
    intent: float
    tags: float
    """Of all words."""
    whole: float
    """Of sentences: intent and all tags."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A finished export."""

    folder: Path
    agreement: Agreement
    fp32_bytes: int
    int8_bytes: int


def export(
    training: Path,
    sentences: Sequence[str],
    folder: Path = ARTIFACT,
    *,
    keep_fp32: Path | None = None,
) -> Exported:
    """Makes the artefact in `folder` of what `models.train.train` left in `training`.

    `sentences` are those on which int8 must agree with fp32. `keep_fp32` is where a copy of the
    fp32 model goes, for benchmarks. Raises LaresError when a file is missing, when ONNX does not
    compute what PyTorch does, or when int8 agrees on the intent of fewer than MIN_AGREEMENT.
    """
    net = load_network(training)
    tokenizer = read_tokenizer(training / TOKENIZER)
    texts = [found for text in sentences if (found := said(text))]
    inputs = [np.array([pieces_of(tokenizer, found)[0]], dtype=np.int64) for found in texts]
    if not inputs:
        raise LaresError("Expected sentences to compare the exported models on, found none.")
    with tempfile.TemporaryDirectory() as scratch:
        fp32 = Path(scratch) / "fp32.onnx"
        _to_onnx(net, inputs[0], fp32)
        _check_against_torch(net, fp32, inputs[:50])
        int8 = _quantised(fp32, Path(scratch))
        agreement = _agreement(fp32, int8, inputs)
        if agreement.intent < MIN_AGREEMENT:
            raise LaresError(
                f"Expected int8 to agree with fp32 on {MIN_AGREEMENT:.0%} of intents, found "
                f"{agreement.intent:.1%}. Train longer, or quantise fewer operators."
            )
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(int8, folder / MODEL)
        if keep_fp32 is not None:
            shutil.copyfile(fp32, keep_fp32)
        sizes = fp32.stat().st_size, int8.stat().st_size
    for name in (TOKENIZER, LABELS):
        shutil.copyfile(training / name, folder / name)
    return Exported(folder, agreement, *sizes)


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


def _to_onnx(net: Network, example: Any, path: Path) -> None:
    with torch.inference_mode():
        torch.onnx.export(
            net,
            (torch.from_numpy(example),),
            str(path),
            input_names=["input_ids"],
            output_names=["intent", "tags"],
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
        found = session.run(None, {"input_ids": ids})
        worst = max(float(np.abs(a - b).max()) for a, b in zip(expected, found, strict=True))
        if worst > _TOLERANCE:
            raise LaresError(
                f"Expected ONNX to compute PyTorch's logits within {_TOLERANCE}, found them "
                f"{worst:.4f} apart. Check the versions of torch and onnxruntime."
            )


def _quantised(fp32: Path, scratch: Path) -> Path:
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
    )
    quantizer = ORTQuantizer(fp32)
    quantizer.quantize(config, save_dir=scratch / "int8", file_suffix="int8")
    return scratch / "int8" / f"{fp32.stem}_int8.onnx"


def _agreement(fp32: Path, int8: Path, inputs: Sequence[Any]) -> Agreement:
    one, other = _session(fp32), _session(int8)
    intents, tag_shares, whole = [], [], []
    for ids in inputs:
        expected = [logits.argmax(-1) for logits in one.run(None, {"input_ids": ids})]
        found = [logits.argmax(-1) for logits in other.run(None, {"input_ids": ids})]
        same_intent = bool((expected[0] == found[0]).all())
        same_tags = (expected[1] == found[1])[0, 1:-1]
        intents.append(same_intent)
        tag_shares.extend(same_tags.tolist())
        whole.append(same_intent and bool(same_tags.all()))
    means = [float(np.mean(values)) for values in (intents, tag_shares, whole)]
    return Agreement(len(inputs), *means)
