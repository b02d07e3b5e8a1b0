"""One trained domain for all tests of this room."""

from __future__ import annotations

import pytest

from edge.domain.automaton import Automaton
from edge.domain.domain import Domain
from edge.domain.head import DomainHead
from edge.domain.training import Figures, train
from edge.nlu.tagger import Tagger
from tests.edge.domain.house import HOUSE

COUNT = 200
"""Sentences to train on; in earnest it is 1500."""


@pytest.fixture(scope="session")
def tagger() -> Tagger:
    return Tagger()


@pytest.fixture(scope="session")
def trained(tagger: Tagger) -> tuple[DomainHead, Figures]:
    domain = Domain.parse(HOUSE)
    return train(domain, Automaton.of(domain), tagger, count=COUNT)


@pytest.fixture(scope="session")
def head(trained: tuple[DomainHead, Figures]) -> DomainHead:
    return trained[0]


@pytest.fixture(scope="session")
def figures(trained: tuple[DomainHead, Figures]) -> Figures:
    return trained[1]
