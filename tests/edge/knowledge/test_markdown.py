"""Markdown becomes sections of plain blocks."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.knowledge.markdown import markdown_sections
from edge.knowledge.sections import Section


def test_sections_know_the_headings_above_them() -> None:
    text = "before\n\n# A\n\none\n\n## B ##\ntwo\n\n### C\nthree\n\n## D\nfour\n\nE\n=\nfive\n"
    assert [(s.heading, s.blocks) for s in markdown_sections(text)] == [
        ((), ("before",)),
        (("A",), ("one",)),
        (("A", "B"), ("two",)),
        (("A", "B", "C"), ("three",)),
        (("A", "D"), ("four",)),
        (("E",), ("five",)),
    ]


def test_lines_of_a_paragraph_are_one_block_and_items_are_their_own() -> None:
    text = "one\ntwo\n- three\n  four\n* five\n1. six\n> seven\n> eight\n\n- [x] nine"
    (section,) = markdown_sections(text)
    assert section.blocks == ("one two", "three four", "five", "six seven eight", "nine")


def test_a_table_is_read_row_by_row_without_the_names_of_its_columns() -> None:
    text = "| code | meaning | do |\n|---|:-:|---|\n| F22 | low | top up |\n| F28 || reset |"
    assert markdown_sections(text) == (Section(("F22: low, top up", "F28: reset")),)


def test_marks_go_and_words_stay() -> None:
    text = (
        '---\ntitle: x\n---\n**Hold** *the* `red` [button](http://a.b/c "t"), ~~now~~ ![it](i.png)'
        " <!-- secret -->now \\*literally\\* snake_case_name 2 * 3 * 4"
    )
    (section,) = markdown_sections(text)
    assert section.blocks == ("Hold the red button, it now *literally* snake_case_name 2 * 3 * 4",)


def test_what_looks_like_a_heading_in_code_is_none() -> None:
    text = "# A\n```sh\n# no heading\nls\n```\nafter"
    assert markdown_sections(text) == (Section(("# no heading ls", "after"), ("A",)),)


@given(st.text(alphabet="#-=*_`~|<>![]()\\ \n\tab1.", max_size=300))
def test_no_text_is_an_error_and_blocks_are_single_lines(text: str) -> None:
    for section in markdown_sections(text):
        assert section.blocks
        for block in (*section.blocks, *section.heading):
            assert block == " ".join(block.split()) != ""


@pytest.mark.parametrize(
    "piece", ["`", "*", "[", "<!--", "# ", "|", "> ", "- ", "_a", "](", "\\", "~~a", "a ", "``a"]
)
def test_hostile_text_takes_no_longer_than_its_length(piece: str) -> None:
    begin = time.process_time()
    markdown_sections("x" + piece * (400_000 // len(piece)))
    assert time.process_time() - begin < 5
