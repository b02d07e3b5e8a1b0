"""The pairs of words that are shipped are those that were counted."""

from __future__ import annotations

import pytest

from edge.domain.chain import _counted
from edge.domain.counting import LEAST_PAIR, count
from models.corpus_open import corpora_folder


@pytest.mark.skipif(corpora_folder() is None, reason="no open corpora: LARES_CORPORA is not set")
def test_the_shipped_pairs_are_what_is_counted_again() -> None:
    corpora = corpora_folder()
    assert corpora is not None
    pairs = count(corpora)
    assert pairs == _counted().after
    assert min(times for after in pairs.values() for times in after.values()) == LEAST_PAIR
