"""What is quoted, when nothing is, and how it is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.knowledge.answering import MOST_WORDS, Quotation, quotation, quoted, shares, spoken_name


def said(text: str, title: str = "Boiler manual") -> str:
    return Quotation(text, title, Path("/x"), (), None, 1.0).speech


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Boiler manual", "the boiler manual"),
        ("The Boiler Manual", "the boiler Manual"),
        ("Wi-Fi and guest rules", "the Wi-Fi and guest rules"),
        ("LG manual", "the LG manual"),
        ("our emergency sheet", "the emergency sheet"),
        ("Bins", "the document 'Bins'"),
        ("", "the document ''"),
    ],
)
def test_documents_are_called_as_people_call_them(title: str, name: str) -> None:
    assert spoken_name(title) == name


def test_the_source_is_named_behind_the_quotation() -> None:
    assert said("Keep it shut.") == "Keep it shut, says the boiler manual."
    assert said("Never touch it!") == "Never touch it! says the boiler manual."


def test_without_matches_there_is_no_answer() -> None:
    assert quotation([], None) is None


BLOCKS = (("Alpha is one.", "Beta is two.", "Gamma is three."), ("Delta is four.",))


def test_neighbours_in_the_same_block_are_quoted_with_the_best_sentence() -> None:
    assert quoted(BLOCKS, [0.1, 0.9, 0.2, 0.8]) == "Alpha is one. Beta is two. Gamma is three."
    assert quoted(BLOCKS, [0.1, 0.2, 0.3, 0.9]) == "Delta is four."


def test_a_quotation_stays_short_enough_to_be_heard() -> None:
    long = " ".join(["word"] * (MOST_WORDS - 2))
    assert quoted(((long, "Beta is two.", "Gamma."),), [0.3, 0.9, 0.1]) == "Beta is two. Gamma."
    assert quoted(((long + " " + long, "Beta."),), [0.9, 0.1]) == f"{long} {long}"


@given(st.lists(st.lists(st.text("ab ", min_size=1), min_size=1), min_size=1), st.data())
def test_a_quotation_is_a_piece_of_one_block(parts: list[list[str]], data: st.DataObject) -> None:
    count = sum(map(len, parts))
    likeness = data.draw(st.lists(st.floats(-1, 1), min_size=count, max_size=count))
    text = quoted(parts, likeness)
    assert any(text in " ".join(block) for block in parts)
    flat = [sentence for block in parts for sentence in block]
    assert flat[likeness.index(max(likeness))] in text


def test_words_count_by_their_beginning() -> None:
    assert shares(("The radiators are cold.", "Call us."), ("radiator", "cold")) == (1.0, 0.0)
    assert shares((), ("x",)) == ()
    assert shares(("x",), ()) == (0.0,)
