"""JSON of devices: what is read, and what is refused before it can hurt."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.home.json_payload import DEEPEST, parsed

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)  # fmt: skip


@given(JSON)
def test_what_python_writes_is_read_as_it_was(content: Any) -> None:
    assert parsed(json.dumps(content)) == content


@pytest.mark.parametrize(
    "text",
    ["", "x", "{", "NaN", "[Infinity]", "-Infinity", "1e999", "[" * 100_000, "1" * 10_000,
     "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), '{"a":' * 200 + "1" + "}" * 200],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_what_is_no_json_or_too_deep_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        parsed(text)


def test_nesting_is_read_as_deep_as_it_may_be() -> None:
    content: Any = parsed("[" * DEEPEST + "]" * DEEPEST)
    depth = 0
    while content:
        content, depth = content[0], depth + 1
    assert depth == DEEPEST - 1
    assert len(parsed("[" + "{}," * 500 + "{}]")) == 501


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ('"\\ud83d\\ude00"', "😀"),
        ('"a\\ud83d"', "a?"),
        ('{"\\uDC00": ["\\ude00"]}', {"?": ["?"]}),
        ('"\\\\ud83d"', "\\ud83d"),
    ],
)
def test_halves_of_surrogates_become_question_marks(text: str, content: Any) -> None:
    assert parsed(text) == content
