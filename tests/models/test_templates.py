"""Templates: their walks, their files, and the labels of their words."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

pytest.importorskip("hassil", reason="hassil is of the extras dev and train")

from edge.types import LaresError, Span
from models.templates import Grammar, Piece, parse, read_sections, sentence

GRAMMAR = Grammar(
    lists={"area": [parse("kitchen"), parse("{owner:-}'s room")], "owner": [parse("anna")]},
    numbers={"tens": lambda rng: str(rng.choice((10, 20)))},
    rules={"here": parse("(here|in this room)"), "the": parse("(the|my)")},
)


def walks(template: str, count: int = 60) -> set[tuple[str, tuple[tuple[str, str], ...]]]:
    rng = random.Random(1)
    found = set()
    for _ in range(count):
        text, spans = sentence(GRAMMAR.walk(parse(template), rng))
        found.add((text, tuple((span.label, span.text) for span in spans)))
    return found


def test_a_list_is_replaced_by_its_values_and_labels_them() -> None:
    assert walks("light up [<the>] {area}") == {
        (f"light up {article}{area}", (("area", area),))
        for article in ("", "the ", "my ")
        for area in ("kitchen", "anna's room")
    }


def test_a_list_that_does_not_exist_stands_for_its_own_words() -> None:
    assert walks("is it {very_cold:state}") == {("is it very cold", (("state", "very cold"),))}


def test_a_dash_is_no_label() -> None:
    assert walks("{owner:-} sings") == {("anna sings", ())}


def test_the_rule_here_is_an_area() -> None:
    assert ("lights on here", (("area", "here"),)) in walks("lights on <here>")


def test_a_permutation_gives_both_orders() -> None:
    assert walks("(dim it;{area})") >= {
        ("dim it kitchen", (("area", "kitchen"),)),
        ("kitchen dim it", (("area", "kitchen"),)),
    }


def test_white_space_is_tidied_and_spans_stay_right() -> None:
    text, spans = sentence(
        [Piece("  set "), Piece(" the lamp ", "name"), Piece(" "), Piece("to  "), Piece("5", "x")]
    )
    assert text == "set the lamp to 5"
    assert spans == (Span("name", 4, 12, "the lamp"), Span("x", 16, 17, "5"))


def test_an_unknown_rule_is_a_clear_error() -> None:
    with pytest.raises(LaresError, match="<nowhere>"):
        GRAMMAR.walk(parse("go <nowhere>"), random.Random(1))


def test_an_unbalanced_template_is_a_clear_error() -> None:
    with pytest.raises(LaresError, match="turn on"):
        parse("turn on (the {area}")


def test_a_file_of_sections_is_read_without_its_comments(tmp_path: Path) -> None:
    path = tmp_path / "lights.txt"
    path.write_text("# first\n[HassTurnOn]\nlights on # now\n\n[HassTurnOff]\nlights off\n")
    assert read_sections(path) == {"HassTurnOn": ["lights on"], "HassTurnOff": ["lights off"]}


def test_a_line_before_any_section_names_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "lights.txt"
    path.write_text("\nlights on\n")
    with pytest.raises(LaresError, match=r"lights\.txt:2"):
        read_sections(path)
