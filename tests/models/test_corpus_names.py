"""Invented names in examples: the spans stay right."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.types import Span
from models.corpus_names import invented, renamed
from models.labels import Example

OWN = "phrasing/lights.txt"


def example(source: str = OWN, *pieces: tuple[str, str]) -> Example:
    """An example of pieces, each with its label; no label for what is no span."""
    text, spans = "", []
    for said, label in pieces or (
        ("dim the ", ""), ("hall lamp", "name"), (" in the ", ""), ("attic", "area"),
        (" to ", ""), ("ten percent", "brightness"),
    ):  # fmt: skip
        if label:
            spans.append(Span(label, len(text), len(text) + len(said), said))
        text += said
    return Example(text, "HassLightSet", tuple(spans), source)


def test_a_seed_gives_the_same_word_again() -> None:
    assert invented(random.Random(5)) == invented(random.Random(5))


@given(st.integers())
def test_an_invented_word_is_one_word_in_lower_case(seed: int) -> None:
    word = invented(random.Random(seed))
    assert word.isalpha() and word == word.lower()


@given(st.integers())
def test_just_one_name_changes_and_all_spans_stay_right(seed: int) -> None:
    before = example()
    after = renamed(before, random.Random(seed), 1.0)
    assert all(after.text[s.start : s.end] == s.text for s in after.spans)
    assert [s.label for s in after.spans] == [s.label for s in before.spans]
    changed = [
        old.label
        for old, new in zip(before.spans, after.spans, strict=True)
        if old.text != new.text
    ]
    assert len(changed) == 1 and changed[0] in {"name", "area"}
    assert (after.intent, after.source) == (before.intent, before.source)


@given(
    st.lists(
        st.tuples(
            st.text(alphabet="abc é", min_size=1).filter(str.strip),
            st.sampled_from(["", "name", "area", "domain", "item"]),
        ),
        min_size=1,
        max_size=8,
    ),
    st.integers(),
)
def test_spans_of_any_example_stay_right(pieces: list[tuple[str, str]], seed: int) -> None:
    after = renamed(example(OWN, *pieces), random.Random(seed), 1.0)
    assert all(after.text[s.start : s.end] == s.text for s in after.spans)


def test_half_of_the_time_the_kind_of_thing_stays() -> None:
    lamp = example(OWN, ("dim the ", ""), ("hall lamp", "name"))
    texts = [renamed(lamp, random.Random(seed), 1.0).text for seed in range(400)]
    assert 150 < sum(text.endswith(" lamp") for text in texts) < 250


@pytest.mark.parametrize("source", ["people/said.csv", "", "phrasing/make {coffee}"])
def test_other_peoples_sentences_and_coffee_stay(source: str) -> None:
    assert renamed(example(source), random.Random(1), 1.0) == example(source)


def test_no_share_and_no_name_change_nothing() -> None:
    assert renamed(example(), random.Random(1), 0.0) == example()
    nameless = example(OWN, ("turn on the ", ""), ("lights", "domain"))
    assert renamed(nameless, random.Random(1), 1.0) == nameless
