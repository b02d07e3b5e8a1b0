"""Adapters as llama.cpp reads them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.gguf import Gguf
from models.lora_gguf import TENSORS, Thin, in_pairs, write_adapter

gguf = pytest.importorskip("gguf")

SIZES = st.tuples(st.integers(1, 5), st.integers(1, 8), st.integers(1, 4))
"""Heads, half of a head's rows, and the rows' width."""
RANK, WIDTH = 2, 8


def numbered(heads: int, half: int, width: int) -> np.ndarray:
    """Rows of which each has values of its own."""
    return np.arange(heads * 2 * half * width, dtype=np.float32).reshape(-1, width)


def thin(matrix: str, layer: int = 0) -> Thin:
    a = np.full((RANK, WIDTH), layer + 0.5, np.float32)
    return Thin(layer, matrix, a, numbered(2, WIDTH // 4, RANK))


def written(path: Path, *some: Thin) -> Path:
    write_adapter(
        path,
        [*some],
        name="needs",
        alpha=16.0,
        heads={"q_proj": 2, "k_proj": 1},
        described={"general.license": "Apache-2.0"},
    )
    return path


@given(SIZES)
def test_the_halves_of_each_head_become_neighbours(size: tuple[int, int, int]) -> None:
    heads, half, width = size
    rows = numbered(heads, half, width)
    paired = in_pairs(rows, heads)
    for head in range(heads):
        begin = head * 2 * half
        for row in range(half):
            first, second = paired[begin + 2 * row], paired[begin + 2 * row + 1]
            assert np.array_equal(first, rows[begin + row])
            assert np.array_equal(second, rows[begin + half + row])


@given(SIZES)
def test_each_head_keeps_its_rows(size: tuple[int, int, int]) -> None:
    heads, half, width = size
    rows = numbered(heads, half, width)
    paired = in_pairs(rows, heads)
    assert paired.shape == rows.shape
    for before, after in zip(np.split(rows, heads), np.split(paired, heads), strict=True):
        assert sorted(map(tuple, before.tolist())) == sorted(map(tuple, after.tolist()))


def test_a_written_adapter_tells_what_it_is(tmp_path: Path) -> None:
    found = Gguf.read(written(tmp_path / "adapter.gguf", thin("q_proj"), thin("up_proj", 1)))
    assert found.architecture == "llama"
    assert found.values["general.type"] == "adapter"
    assert found.values["general.name"] == "needs"
    assert found.values["general.license"] == "Apache-2.0"
    assert found.values["adapter.type"] == "lora"
    assert found.values["adapter.lora.alpha"] == 16.0
    assert found.tensors == 4
    assert found.weights == 2 * (RANK * WIDTH + WIDTH * RANK)


def test_its_tensors_have_llama_cpps_names_and_the_values_that_were_learnt(tmp_path: Path) -> None:
    some = [thin(matrix, layer) for layer in range(2) for matrix in TENSORS]
    reader = gguf.GGUFReader(written(tmp_path / "adapter.gguf", *some))
    tensors = {tensor.name: tensor.data for tensor in reader.tensors}
    assert len(tensors) == 2 * len(some)
    for each in some:
        name = f"blk.{each.layer}.{TENSORS[each.matrix]}.weight"
        assert np.array_equal(tensors[f"{name}.lora_a"], each.a)
        heads = {"q_proj": 2, "k_proj": 1}.get(each.matrix)
        b = each.b if heads is None else in_pairs(each.b, heads)
        assert np.array_equal(tensors[f"{name}.lora_b"], b)
        assert tensors[f"{name}.lora_b"].dtype == np.float16
