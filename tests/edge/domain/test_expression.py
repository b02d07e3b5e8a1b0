from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain.expression import Options, Slot, Word, parse
from edge.types import LaresError


def test_words_stand_for_themselves_in_lower_case() -> None:
    assert parse("Turn ON  the\tlights") == (
        Word("turn"), Word("on"), Word("the"), Word("lights"),
    )  # fmt: skip


def test_brackets_hold_options_and_parentheses_also_nothing() -> None:
    a, b = (Word("a"),), (Word("b"),)
    assert parse("[a, b]") == (Options((a, b)),)
    assert parse("(a, b)") == (Options((a, b, ())),)
    assert parse("(a)") == (Options((a, ())),)


def test_options_hold_whole_expressions() -> None:
    inner = Options(((Word("c"),), ()))
    assert parse("[a b, $s:n (c)]") == (
        Options(((Word("a"), Word("b")), (Slot("s", "n"), inner))),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("$color:back", Slot("color", "back")),
        ("$color", Slot("color", "color")),
        ("$pv.TwoDigitInteger:n", Slot("pv.TwoDigitInteger", "n")),
    ],
)
def test_a_slot_has_a_type_and_a_name(text: str, slot: Slot) -> None:
    assert parse(text) == (slot,)


def test_a_macro_is_one_of_its_expressions_and_may_hold_others() -> None:
    macros = {"take": ["get", "@want a"], "want": ["want", "need"]}
    want = Options(((Word("want"),), (Word("need"),)))
    assert parse("@take", macros) == (Options(((Word("get"),), (want, Word("a")))),)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[a, b", r"expected '\]' for '\[', found the end"),
        ("(a", r"expected '\)' for '\(', found the end"),
        ("[a)", r"expected '\]' for '\[', found '\)'"),
        ("a]", r"found '\]' that belongs to nothing"),
        ("a, b", r"found ',' that belongs to nothing"),
        ("[a, ]", "an option .* is empty"),
        ("()", "an option .* is empty"),
        ("a $", r"expected the type of a slot behind '\$'"),
        ("a @", "there is no macro ''; known: one, two"),
        ("a @three", "there is no macro 'three'; known: one, two"),
        ("@one", "the macro 'one' holds itself"),
        ("", "has no word"),
        (" \n", "has no word"),
    ],
)
def test_what_cannot_be_read_is_told_with_the_expression(text: str, told: str) -> None:
    macros = {"one": ["@two"], "two": ["(please) @one"]}
    with pytest.raises(LaresError, match=f"^the expression '.*: {told}"):
        parse(text, macros)


def test_an_empty_expression_of_a_macro_is_no_way_to_leave_it_out() -> None:
    with pytest.raises(LaresError, match="the expression '': has no word"):
        parse("a @b", {"b": ["c", ""]})


@pytest.mark.parametrize("opening", ["[", "("])
@pytest.mark.parametrize("closed", [True, False])
def test_a_thousand_brackets_are_an_error_and_the_error_is_short(
    opening: str, closed: bool
) -> None:
    text = opening * 1_000 + "a" + {"[": "]", "(": ")"}[opening] * 1_000 * closed
    with pytest.raises(LaresError, match="options in options") as raised:
        parse(text)
    assert len(str(raised.value)) < 400


def test_thirty_groups_in_each_other_are_read() -> None:
    expression = parse("(a " * 30 + ")" * 30)
    for _ in range(30):
        assert isinstance(expression[0], Options)
        word, *expression = expression[0].options[0]
        assert word == Word("a")
        expression = tuple(expression)
    assert expression == ()


def test_macros_in_macros_are_as_deep_as_brackets() -> None:
    macros = {f"m{n}": [f"@m{n + 1}"] for n in range(1_000)}
    with pytest.raises(LaresError, match="options in options"):
        parse("@m0", macros)


def test_macros_that_double_each_other_end_before_the_memory_does() -> None:
    macros = {f"m{n}": [f"@m{n + 1} @m{n + 1}"] for n in range(30)} | {"m30": ["a"]}
    with pytest.raises(LaresError, match="more than 100000 words"):
        parse("@m0", macros)


def test_an_expression_that_nobody_could_say_is_told() -> None:
    assert len(parse("very " * 1_000)) == 1_000
    with pytest.raises(LaresError, match="more than 1000 words and options in a row"):
        parse("very " * 1_001)


def test_a_macro_may_hold_the_names_of_a_large_home_and_be_named_several_times() -> None:
    names = ", ".join(f"ceiling light number {n}" for n in range(2_000))
    one, _, other = parse("@name and @name", {"name": [f"[{names}]"]})
    assert one == other
    assert isinstance(one, Options)


SIGNS = st.sampled_from([*"[](),$@:. ", "a", "b ", "$s:n", "@m", "$pv.Percent:p"])


@given(st.lists(SIGNS, max_size=40).map("".join) | st.text(max_size=80))
def test_any_text_is_an_expression_or_an_error_for_the_user(text: str) -> None:
    try:
        expression = parse(text, {"m": ["a", "(b) $s:n"]})
    except LaresError as error:
        assert str(error).startswith("the expression ")
    else:
        assert expression
