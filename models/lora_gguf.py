"""A LoRA adapter as llama.cpp reads it: a GGUF file with two thin matrices for each one it changes.

A weight W of shape (out, in) is used as W + alpha / r · B · A (E. Hu et al., "LoRA", 2021), A of
shape (r, in), B of shape (out, r). llama.cpp wants them as `<tensor>.lora_a` and `.lora_b`, the
scale as `adapter.lora.alpha`, and tensors by its own names. It rotates neighbouring pairs of a
head's values where transformers rotates its two halves, so the rows of B for queries and keys are
put in llama.cpp's order (llama.cpp's `convert_lora_to_gguf.py` and `LlamaModel.permute`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

TENSORS = {
    "q_proj": "attn_q",
    "k_proj": "attn_k",
    "v_proj": "attn_v",
    "o_proj": "attn_output",
    "gate_proj": "ffn_gate",
    "up_proj": "ffn_up",
    "down_proj": "ffn_down",
}
"""transformers' names of a layer's matrices → llama.cpp's."""


@dataclass(frozen=True, slots=True, eq=False)
class Thin:
    """The two matrices for one of a layer's: A of shape (r, in), B of shape (out, r)."""

    layer: int
    matrix: str
    """As transformers calls it, a key of TENSORS."""
    a: NDArray[np.float32]
    b: NDArray[np.float32]


def write_adapter(
    path: Path,
    thin: list[Thin],
    *,
    name: str,
    alpha: float,
    heads: Mapping[str, int],
    described: Mapping[str, str],
) -> None:
    """Writes the adapter, in float16. heads: of `q_proj` and `k_proj`; described: further texts."""
    import gguf  # noqa: PLC0415 (only training has it)

    writer: Any = gguf.GGUFWriter(path, "llama")
    writer.add_string("general.type", "adapter")
    writer.add_string("general.name", name)
    for key, text in described.items():
        writer.add_string(key, text)
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", alpha)
    for each in thin:
        called = f"blk.{each.layer}.{TENSORS[each.matrix]}.weight"
        b = each.b if each.matrix not in heads else in_pairs(each.b, heads[each.matrix])
        writer.add_tensor(f"{called}.lora_a", each.a.astype(np.float16))
        writer.add_tensor(f"{called}.lora_b", b.astype(np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def in_pairs(rows: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """Rows in which each head's first half comes before its second, put so that each row of the
    first half is followed by its like of the second. Shape (heads · size, any)."""
    width = rows.shape[1]
    halves = rows.reshape(heads, 2, rows.shape[0] // heads // 2, width)
    return np.ascontiguousarray(halves.swapaxes(1, 2).reshape(rows.shape))
