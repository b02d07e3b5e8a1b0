from __future__ import annotations

import io
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain.head import DomainHead, HeadInterpreter, Linear, nearest
from edge.nlu.tagger import Tagger
from edge.types import LaresError
from models.artifact import HIDDEN

CITIES: Mapping[str, tuple[str, ...]] = {
    "NY": ("new york", "the big apple"), "LA": ("los angeles",), "20%": ("twenty percent",),
}  # fmt: skip


def layer(*classes: str, rows: int = HIDDEN + 1) -> Linear:
    weights = np.random.default_rng(1).normal(size=(rows, len(classes))).astype(np.float32)
    return Linear(classes, weights)


def sure_of(best: str, *classes: str) -> Linear:
    """A layer that always gives one class."""
    weights = np.zeros((HIDDEN + 1, len(classes)), np.float32)
    weights[-1, classes.index(best)] = 20
    return Linear(classes, weights)


def archive(**arrays: object) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def test_a_head_is_the_same_after_it_was_a_file() -> None:
    head = DomainHead(layer("", "order", "café"), layer("O", "B-size", "I-size"))
    again = DomainHead.from_bytes(head.to_bytes())
    for before, after in ((head.intent, again.intent), (head.tag, again.tag)):
        assert before.classes == after.classes
        assert np.array_equal(before.weights, after.weights)


def test_probabilities_add_up_to_one_however_large_the_features() -> None:
    features = np.array([[0.0] * HIDDEN, [1e4] * HIDDEN], np.float32)
    chances = layer("a", "b", "c").probabilities(features)
    assert chances.shape == (2, 3)
    assert chances.sum(-1) == pytest.approx(1)


GOOD = layer("a").weights


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 no archive",
        DomainHead(layer("a"), layer("O")).to_bytes()[:-200],
        archive(intents=np.array(["a"])),
        archive(intents=np.array(["a"]), intent_weights=GOOD, tags=np.array(["O"])),
        *(
            archive(intents=intents, intent_weights=weights, tags=np.array(["O"]), tag_weights=GOOD)
            for intents, weights in (
                (np.array(["a", "b"]), GOOD),
                (np.array(["a"]), GOOD[:-1]),
                (np.array(["a"]), GOOD[:, 0]),
                (np.array(["a"]), GOOD.astype(np.float64)),
                (np.array([], str), np.zeros((HIDDEN + 1, 0), np.float32)),
                (np.array([print], object), GOOD),
                (np.array("a"), GOOD),
            )
        ),
    ],
)
def test_what_is_no_head_is_told(content: bytes) -> None:
    with pytest.raises(LaresError, match=r"Expected the head of a domain, .*: train .* again"):
        DomainHead.from_bytes(content)


@given(st.integers(0, 3_000), st.integers(0, 255))
def test_a_head_with_a_wrong_byte_is_a_head_or_told(place: int, byte: int) -> None:
    content = bytearray(DomainHead(layer("a", "b"), layer("O", "B-x")).to_bytes())
    content[place % len(content)] = byte
    try:
        assert DomainHead.from_bytes(bytes(content)).intent.weights.shape == (HIDDEN + 1, 2)
    except LaresError as error:
        assert "train the domain again" in str(error)


@pytest.mark.parametrize(
    ("heard", "value"),
    [
        ("new york", "NY"), ("The Big Apple!", "NY"), ("las angeles", "LA"), ("20%", "20%"),
        ("paris", None), ("new", None), ("", None), ("灯", None),
    ],
)  # fmt: skip
def test_the_value_is_the_one_that_is_said_most_like_it_or_none(
    heard: str, value: str | None
) -> None:
    assert nearest(heard, CITIES) == value


def test_of_no_values_none_is_near() -> None:
    assert nearest("new york", {}) is None


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger()


def test_the_words_that_are_marked_become_the_slots_value(tagger: Tagger) -> None:
    head = DomainHead(sure_of("fly", "", "fly"), sure_of("I-to", "O", "B-to", "I-to"))
    meant = HeadInterpreter(tagger, head, {"to": CITIES})("new york")
    assert meant is not None
    assert (meant.name, meant.slots, meant.source) == ("fly", {"to": "NY"}, "domain")
    assert meant.confidence > 0.99


@pytest.mark.parametrize(
    ("intent", "tag", "text"),
    [
        ("", "O", "new york"),
        ("fly", "I-to", "paris"),
        ("fly", "I-from", "new york"),
        ("fly", "B-to", "new york"),
        ("fly", "O", "?!"),
        ("fly", "O", ""),
    ],
    ids=["not-for-us", "no-such-value", "no-such-slot", "a-slot-twice", "signs", "nothing"],
)
def test_what_is_not_certain_is_not_understood(
    tagger: Tagger, intent: str, tag: str, text: str
) -> None:
    tags = ("O", "B-to", "I-to", "I-from")
    head = DomainHead(sure_of(intent, "", "fly"), sure_of(tag, *tags))
    assert HeadInterpreter(tagger, head, {"to": CITIES})(text) is None


def test_an_intent_that_is_as_likely_as_another_is_not_understood(tagger: Tagger) -> None:
    even = Linear(("", "fly"), np.zeros((HIDDEN + 1, 2), np.float32))
    assert HeadInterpreter(tagger, DomainHead(even, sure_of("O", "O")), {})("new york") is None
