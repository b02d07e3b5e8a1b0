"""The network: which layers of an encoder are kept, and that they are the same as before."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="torch is not installed: it is of the extra train")
pytest.importorskip("transformers", reason="transformers is not installed: extra train")

import torch
from hypothesis import given
from hypothesis import strategies as st

from edge.types import LaresError
from models.labels import Labels
from models.network import Encoder, kept_layers, layers_in, network, with_layers
from tests.models import tiny_tagger


@pytest.fixture(scope="module")
def six_layers() -> Encoder:
    config = {**tiny_tagger.encoder_config(), "num_hidden_layers": 6}
    start = Encoder(config, tiny_tagger.tokenizer())
    weights = network(start, Labels()).encoder.state_dict()
    return Encoder(config, start.tokenizer, weights, "six")


def test_of_six_layers_three_are_every_other_one_from_the_first() -> None:
    assert kept_layers(6, 3) == (0, 2, 4)
    assert kept_layers(6, 6) == (0, 1, 2, 3, 4, 5)
    assert kept_layers(6, 1) == (0,)


@given(st.integers(1, 24), st.data())
def test_kept_layers_are_evenly_spaced_from_the_first(there: int, data: st.DataObject) -> None:
    wanted = data.draw(st.integers(1, there))
    kept = kept_layers(there, wanted)
    assert len(kept) == wanted and kept[0] == 0 and kept[-1] < there
    steps = {after - before for before, after in zip(kept, (*kept[1:], there), strict=True)}
    assert max(steps) - min(steps) <= 1


def test_a_smaller_encoder_computes_what_its_layers_computed(six_layers: Encoder) -> None:
    ids = torch.tensor([[2, 40, 41, 42, 3]])
    whole = network(six_layers, Labels()).eval()
    half = network(with_layers(six_layers, 3), Labels()).eval()
    with torch.inference_mode():
        whole.encoder.encoder.layer = torch.nn.ModuleList(
            whole.encoder.encoder.layer[place] for place in (0, 2, 4)
        )
        expected = whole.encoder(input_ids=ids).last_hidden_state
        found = half.encoder(input_ids=ids).last_hidden_state
    assert len(half.encoder.encoder.layer) == 3
    assert torch.equal(expected, found)


def test_all_layers_leave_an_encoder_as_it_is(six_layers: Encoder) -> None:
    same = with_layers(six_layers, 6)
    assert same.config == six_layers.config
    assert same.weights is not None and six_layers.weights is not None
    assert same.weights.keys() == six_layers.weights.keys()


def test_an_encoder_without_weights_only_changes_its_configuration() -> None:
    config = {**tiny_tagger.encoder_config(), "num_hidden_layers": 6}
    smaller = with_layers(Encoder(config, tiny_tagger.tokenizer()), 2)
    assert layers_in(smaller) == 2 and smaller.weights is None


@pytest.mark.parametrize("count", [0, -1, 7])
def test_layers_that_are_not_there_are_a_clear_error(six_layers: Encoder, count: int) -> None:
    with pytest.raises(LaresError, match=f"Expected 1 to 6 layers of six, found {count}"):
        with_layers(six_layers, count)
