from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.types import LaresError
from models.wake_word import INPUTS, JUDGED, WakeWordModel, trained_words, wake_dir, word_of
from tests.models.wake_words import a_word


def test_what_was_saved_is_loaded_and_judges_alike(tmp_path: Path) -> None:
    word = a_word()
    path = word.save(tmp_path / "new")
    assert path == tmp_path / "new" / "hey_lares.npz"
    loaded = WakeWordModel.load(path)
    assert (loaded.phrase, loaded.threshold, loaded.told) == ("hey lares", 0.9, word.told)
    rows = np.random.default_rng(0).normal(0, 1, (7, INPUTS)).astype(np.float32)
    np.testing.assert_array_equal(
        loaded.weights.probabilities(rows), word.weights.probabilities(rows)
    )


def test_judgements_are_made_of_several_rows_in_a_row() -> None:
    rows = np.random.default_rng(0).normal(0, 1, (7, INPUTS)).astype(np.float32)
    weights = a_word().weights
    assert weights.probabilities(rows).shape == (7 - JUDGED + 1,)
    assert weights.probabilities(rows[: JUDGED - 1]).shape == (0,)
    last = weights.logits(rows)[-JUDGED:].mean()
    assert weights.probabilities(rows)[-1] == pytest.approx(1 / (1 + np.exp(-last)), abs=1e-6)


def test_a_missing_word_is_told_with_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(LaresError, match='found none: make it with `lares wake train "hey lares"`'):
        WakeWordModel.load(tmp_path / "hey_lares.npz")


@given(st.data())
def test_a_damaged_file_is_an_error_that_names_it_and_never_anything_else(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = a_word().save(tmp_path_factory.mktemp("wake"))
    content = bytearray(path.read_bytes())
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    for _ in range(data.draw(st.integers(1, 4))):
        if content:
            place = data.draw(st.integers(0, len(content) - 1))
            content[place] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    try:
        WakeWordModel.load(path)
    except LaresError as error:
        assert str(path) in str(error)


@given(st.binary(max_size=300))
def test_any_other_file_is_an_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("wake") / "x.npz"
    path.write_bytes(content)
    with pytest.raises(LaresError, match="something else or a damaged file"):
        WakeWordModel.load(path)


def test_an_arrays_of_the_wrong_shape_are_an_error(tmp_path: Path) -> None:
    path = a_word().save(tmp_path)
    with np.load(path) as stored:
        arrays = dict(stored)
    np.savez(path, allow_pickle=False, **{**arrays, "w2": arrays["w2"][:, :-1]})
    with pytest.raises(LaresError, match="weights of shape"):
        WakeWordModel.load(path)


def test_where_nothing_can_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LaresError, match="choose another folder with --out"):
        a_word().save(tmp_path / "file")


@pytest.mark.parametrize(
    ("phrase", "word"), [("Hey, Lares!", "hey_lares"), ("computer", "computer"), ("", "")]
)
def test_the_id_of_a_phrase_is_its_words(phrase: str, word: str) -> None:
    assert word_of(phrase) == word


def test_trained_words_lie_in_the_users_data_directory(tmp_path: Path) -> None:
    home = Path("/home/ann")
    assert wake_dir({}, home) == home / ".local/share/lares/wake"
    assert wake_dir({"XDG_DATA_HOME": "/data"}, home) == Path("/data/lares/wake")
    assert wake_dir({"XDG_DATA_HOME": "data"}, home) == home / ".local/share/lares/wake"
    assert trained_words(tmp_path / "none") == {}
    path = a_word().save(tmp_path)
    assert trained_words(tmp_path) == {"hey_lares": path}


def test_an_array_whose_description_breaks_off_is_an_error_that_names_the_file(
    tmp_path: Path,
) -> None:
    """NumPy's reader of old descriptions tells of it as Python's tokenizer does."""
    path = tmp_path / "hey.npz"
    header = b"\x93NUMPY\x01\x00" + (80).to_bytes(2, "little") + b"{'descr': (".ljust(79) + b"\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.npy", header)
    with pytest.raises(LaresError, match="hey"):
        WakeWordModel.load(path)
