"""Training with the real tagger, on few sentences."""

from __future__ import annotations

import numpy as np
import pytest

from edge.domain.automaton import Automaton
from edge.domain.domain import Domain, slots_of
from edge.domain.head import DomainHead, HeadInterpreter
from edge.domain.training import Figures, train
from edge.nlu.tagger import Tagger
from tests.edge.domain.conftest import COUNT
from tests.edge.domain.house import HOUSE


@pytest.fixture(scope="session")
def understand(tagger: Tagger, head: DomainHead) -> HeadInterpreter:
    return HeadInterpreter(tagger, head, slots_of(Domain.parse(HOUSE)))


def test_a_head_knows_the_intents_and_slots_of_its_domain(head: DomainHead) -> None:
    assert set(head.intent.classes) <= {
        "", "switch", "dim", "paint", "heat", "cover", "lock", "help",
    }  # fmt: skip
    assert "" in head.intent.classes
    assert {"O", "B-room", "I-room", "B-color"} <= set(head.tag.classes)


def test_most_held_out_sentences_are_understood_and_little_talk_is_taken(figures: Figures) -> None:
    assert 0 < figures.sentences < COUNT
    assert 0 < figures.talk < COUNT
    assert figures.right > 0.5
    assert figures.taken < 0.2


@pytest.mark.parametrize(
    ("text", "intent", "slots"),
    [
        ("could you paint the office lamp red", "paint", {"room": "office", "color": "red"}),
        ("i'd like the bedroom at nineteen degrees", "heat", {"room": "bedroom", "degrees": "19"}),
        ("make it blue in the office", "paint", {"room": "office", "color": "blue"}),
    ],
)
def test_sentences_that_the_file_does_not_write_are_understood(
    understand: HeadInterpreter, text: str, intent: str, slots: dict[str, str]
) -> None:
    meant = understand(text)
    assert meant is not None
    assert (meant.name, meant.slots) == (intent, slots)


@pytest.mark.parametrize("text", ["tell me a joke", "i think it is going to rain", "灯", ""])
def test_talk_is_not_for_the_domain(understand: HeadInterpreter, text: str) -> None:
    assert understand(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "expressions: {hello: [hello]}",
        "expressions: {hello: ['(please) (now)']}",
        "expressions: {say: ['sag $it']}\nslots: {it: [灯, кухня, café, 20%, 7up]}",
        "expressions: {count: ['$pv.TwoDigitInteger:n']}",
        f"expressions: {{long: ['{'very ' * 200}long']}}",
    ],
    ids=["one-sentence", "only-optional-words", "signs-and-scripts", "a-slot-alone", "long"],
)
def test_a_domain_however_odd_is_trained(tagger: Tagger, text: str) -> None:
    domain = Domain.parse(text)
    told = []
    head, figures = train(
        domain, Automaton.of(domain), tagger, count=12, progress=lambda *done: told.append(done)
    )
    assert told[-1] == (len(told), len(told))
    assert all(np.isfinite(layer.weights).all() for layer in (head.intent, head.tag))
    assert 0 <= figures.right <= 1


def test_the_same_seed_makes_the_same_head(tagger: Tagger) -> None:
    domain = Domain.parse("expressions: {stop: ['stop (it)'], go: ['go (on, ahead)']}")
    heads = [train(domain, Automaton.of(domain), tagger, count=10)[0] for _ in range(2)]
    assert heads[0].to_bytes() == heads[1].to_bytes()
