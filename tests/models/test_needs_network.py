"""The network that tells needs: trained on a few sentences, exported, and read back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edge.types import LaresError
from models.artifact import MODEL
from models.needs_joined import Joined
from models.needs_model import BEGINS, NOTHING, NeedsModel, Read
from models.needs_train import Judged, Said, write

torch = pytest.importorskip("torch")
pytest.importorskip("all_minilm_l6_v2")

from models.needs_network import Trained, train  # noqa: E402 (needs torch)

TEXTS = {
    "more_light": ("it is dark", "so dark in here", "too dark to read", "the stairs are dark"),
    "warmer": ("it is cold", "so cold in here", "i am freezing", "the hall is cold"),
    NOTHING: ("hello there", "what a match", "nice to meet you", "see you on monday"),
}
SAID = tuple(Said(need, text, "test") for need, texts in TEXTS.items() for text in texts)
BREATHS = tuple(
    Joined((first, f"and {second}")) for first in TEXTS["more_light"] for second in TEXTS["warmer"]
)
JUDGED = Judged(("others",), 0, 0.0, ())


def begins(read: Read) -> list[int]:
    return [int(at) for at in np.flatnonzero(read.begins >= BEGINS)]


@pytest.fixture(scope="module")
def trained() -> Trained:
    return train(SAID * 4, BREATHS * 4, epochs=8)


def test_it_learns_what_it_is_told(trained: Trained) -> None:
    chances = np.array([trained.read(each.text).chances for each in SAID])
    assert np.allclose(chances.sum(1), 1, atol=1e-5)
    assert [trained.needs[at] for at in chances.argmax(1)] == [each.need for each in SAID]


def test_it_learns_where_clauses_begin(trained: Trained) -> None:
    assert [begins(trained.read(each.text)) for each in BREATHS] == [
        [*each.begins] for each in BREATHS
    ]
    assert [begins(trained.read(each.text)) for each in SAID] == [[]] * len(SAID)


def test_what_ships_tells_what_was_trained(
    trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "test.txt").write_text("[warmer]\nbrr\n")
    monkeypatch.setattr("models.needs_train.SENTENCES", tmp_path)
    model = write(trained, tmp_path / "needs", JUDGED, SAID, ())
    for each in SAID:
        chances = model.read(each.text).chances
        assert model.needs[int(chances.argmax())] == each.need
        assert chances.sum() == pytest.approx(1, abs=1e-3)
    assert [begins(model.read(each.text)) for each in BREATHS] == [
        begins(trained.read(each.text)) for each in BREATHS
    ]
    (tmp_path / "needs" / MODEL).write_bytes(b"other")
    with pytest.raises(LaresError, match=MODEL):
        NeedsModel.load(tmp_path / "needs")
