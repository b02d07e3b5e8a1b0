"""Number words and values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.nlu.numbers import LARGEST, find_number, parse_number, spell_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("zero", 0),
        ("seven", 7),
        ("twenty-one", 21),
        ("Twenty One", 21),
        ("a hundred", 100),
        ("one hundred and five", 105),
        ("three hundred twelve", 312),
        ("twenty seven hundred", 2700),
        ("two thousand seven hundred", 2700),
        ("six thousand five hundred", 6500),
        ("two million three thousand and five", 2_003_005),
        ("5 thousand", 5000),
        ("1,500", 1500),
        ("42", 42),
        ("21.5", 21.5),
        ("twenty one point five", 21.5),
        ("twenty point oh five", 20.05),
        ("three point one four", 3.14),
        ("minus three", -3),
        ("-3", -3),
        ("negative two point five", -2.5),
        ("half", 0.5),
        ("a half", 0.5),
        ("one half", 0.5),
        ("a quarter", 0.25),
        ("three quarters", 0.75),
        ("a third", 1 / 3),
        ("two and a half", 2.5),
        ("twenty and three quarters", 20.75),
        ("a hundred and a half", 100.5),
        ("1 1/2", 1.5),
        ("2½", 2.5),
    ],
)
def test_a_number_in_words_or_digits_is_read(text: str, value: float) -> None:
    assert parse_number(text) == pytest.approx(value)


@pytest.mark.parametrize(
    "text",
    ["", "a", "and", "twenty thirty", "twenty zero", "one two", "five lights", "point five five x",
     "hundred million billion", "second", "1/0", "-", "9999999999", "a thousand thousand"],
)  # fmt: skip
def test_what_is_not_one_number_is_not_read(text: str) -> None:
    assert parse_number(text) is None


def test_a_whole_value_is_an_int() -> None:
    assert isinstance(parse_number("twenty"), int)
    assert isinstance(parse_number("20.0"), int)
    assert isinstance(parse_number("20.5"), float)


@pytest.mark.parametrize(
    ("text", "value", "is_fraction"),
    [
        ("to fifty percent please", 50, False),
        ("about half of it", 0.5, True),
        ("an hour and twenty minutes", 20, False),
        ("by two and a half degrees", 2.5, False),
    ],
)
def test_the_first_number_inside_a_text_is_found(
    text: str, value: float, is_fraction: bool
) -> None:
    found = find_number(text)
    assert found is not None
    assert (found.value, found.is_fraction) == (value, is_fraction)


def test_an_article_is_not_a_number() -> None:
    assert find_number("turn on a lamp in the second bedroom") is None


@given(st.integers(-LARGEST, LARGEST))
def test_every_whole_number_spelled_reads_back(value: int) -> None:
    assert parse_number(spell_number(value)) == value


@given(st.decimals(-10_000_000, 10_000_000, places=4))
def test_every_decimal_spelled_reads_back(value: object) -> None:
    number = float(str(value))
    assert parse_number(spell_number(number)) == pytest.approx(number, abs=1e-9)


@given(st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    parse_number(text)
    find_number(text)


def test_a_number_too_large_to_spell_says_so() -> None:
    with pytest.raises(ValueError, match="expected a number up to"):
        spell_number(LARGEST + 1)
