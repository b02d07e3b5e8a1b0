"""Sections become passages, and these sentences."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from edge.knowledge.passages import LONGEST, OVERLAP, blocks, packed, sentences
from edge.knowledge.sections import Section

_WORD = st.text(alphabet="abcXY12é.!?", min_size=1, max_size=6)
_BLOCK = st.lists(_WORD, min_size=1, max_size=400).map(" ".join)


def test_a_short_section_is_one_passage_with_a_line_for_each_block() -> None:
    section = Section(("Turn it off. Wait.", "Then call us."))
    assert [*packed(section)] == ["Turn it off. Wait.\nThen call us."]


def test_a_long_section_becomes_passages_of_about_the_same_length_that_overlap() -> None:
    said = [f"Sentence {n} has ten words, which is long enough here." for n in range(50)]
    cut = [*packed(Section((" ".join(said),)))]
    lengths = [len(text.split()) for text in cut]
    assert all(80 <= length <= LONGEST for length in lengths)
    assert max(lengths) - min(lengths) <= 30
    for one, other in pairwise(cut):
        shared = [s for s in sentences(one) if s in sentences(other)]
        assert shared
        assert sum(len(s.split()) for s in shared) <= OVERLAP


def test_a_sentence_without_end_is_cut() -> None:
    words = [f"w{n}" for n in range(1000)]
    cut = [*packed(Section((" ".join(words),)))]
    assert all(len(text.split()) <= LONGEST for text in cut)
    assert " ".join(cut).split() == words


@given(st.lists(_BLOCK, min_size=1, max_size=6))
def test_each_word_is_in_a_passage_in_its_order_and_none_is_too_long(text: list[str]) -> None:
    cut = [*packed(Section(tuple(text)))]
    words = " ".join(text).split()
    reached = 0
    for passage in cut:
        own = passage.split()
        assert 0 < len(own) <= LONGEST
        places = range(max(0, reached - OVERLAP), reached + 1)
        ends = [at + len(own) for at in places if words[at : at + len(own)] == own]
        assert ends, "a passage is a run of words that begins where the last ended, or before"
        assert max(ends) > reached or words[: len(own)] == own
        reached = max(ends)
    assert reached == len(words)


@given(st.text(max_size=400))
def test_sentences_lose_no_word(text: str) -> None:
    assert " ".join(sentences(text)).split() == text.split()


def test_sentences_end_where_they_end() -> None:
    text = 'Call Mrs. Okafor at 8 a.m. sharp. "Now!" Is it 1.5 bar? Yes, e.g. Today. See No. 4.'
    assert sentences(text) == (
        "Call Mrs. Okafor at 8 a.m. sharp.",
        '"Now!" Is it 1.5 bar?',
        "Yes, e.g. Today. See No. 4.",
    )


def test_a_very_short_sentence_belongs_to_the_next_of_its_block() -> None:
    assert blocks("Gas. If you smell gas, go outside.\nFire.\nDo not use water.") == (
        ("Gas. If you smell gas, go outside.",),
        ("Fire.",),
        ("Do not use water.",),
    )
