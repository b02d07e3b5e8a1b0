"""The card: its figures are those of training, export and suites."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is not installed: it is of the extra train")
pytest.importorskip("optimum.onnxruntime", reason="optimum is not installed: extra train")

from models.card import CARD, write_card
from models.export import Agreement, Exported
from models.scores import SuiteResult

TRAINING = {
    "encoder": "all-MiniLM-L6-v2",
    "layers": {"kept": [0, 2, 4], "of": 6},
    "pieces": 10_000,
    "settings": {"epochs": 3, "seed": 7},
    "sentences": {"train": 37_519, "held_out": 2_495},
    "data": {"words.txt": "0" * 64},
    "seconds": 780,
    "torch": "2.13.0",
}


def card(folder: Path, kept: list[int], exact_int8: float) -> str:
    told = {**TRAINING, "layers": {"kept": kept, "of": 6}}
    (folder / "training.json").write_text(json.dumps(told))
    agreement = Agreement(2_495, 0.9922, 0.9956, 0.98, 0.9, exact_int8)
    suites = [SuiteResult("held-out", 2_495, {"exact_spans": exact_int8})]
    write_card(folder, folder, Exported(folder, agreement, 58_400_000, 15_000_000), suites)
    return " ".join((folder / CARD).read_text().split())


def test_the_card_tells_both_exact_scores_and_what_int8_costs(tmp_path: Path) -> None:
    text = card(tmp_path, [0, 2, 4], 0.897)
    assert "Exactly right are 90.00% in fp32 and 89.70% in int8: int8 costs 0.30 points." in text
    assert "| held-out | 2,495 | exact_spans 89.7% |" in text


@pytest.mark.parametrize(
    ("exact_int8", "said"), [(0.9, "costs nothing"), (0.901, "wins 0.10 points")]
)
def test_int8_may_cost_nothing_or_win(tmp_path: Path, exact_int8: float, said: str) -> None:
    assert f"int8 {said}." in card(tmp_path, [0, 2, 4], exact_int8)


@pytest.mark.parametrize(
    ("kept", "said", "options"),
    [
        ([0, 1, 2, 3, 4, 5], "all of its layers", ""),
        ([0, 2, 4], "layers 0, 2 and 4 (from 0) of its 6 layers", " --layers 3"),
        ([0, 3], "layers 0 and 3 (from 0) of its 6 layers", " --layers 2"),
        ([0], "only layer 0 (from 0) of its 6 layers", " --layers 1"),
    ],
)
def test_the_card_tells_the_layers_and_how_to_make_it_again(
    tmp_path: Path, kept: list[int], said: str, options: str
) -> None:
    text = card(tmp_path, kept, 0.9)
    assert f"(Apache-2.0), {said}, its vocabulary" in text
    assert f"lares train --seed 7 --epochs 3{options} The corpus" in text
