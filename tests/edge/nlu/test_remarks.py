"""What is said about the dialogue itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.nlu.remarks import remark_of

VOCABULARY = (
    "undo that please oops the last thing put it back how was go what did you do have just done "
    "changed happened which lights turn on off never mind restore everything again before , ?"
)


@pytest.mark.parametrize(
    "text",
    [
        "undo",
        "Undo that, please!",
        "take that back",
        "oops, undo the last thing",
        "put it back how it was",
        "put everything back the way it was",
        "go back",
        "revert it",
    ],
)
def test_it_is_said_to_take_it_back(text: str) -> None:
    assert remark_of(text) == "undo"


@pytest.mark.parametrize(
    "text",
    [
        "what did you do",
        "What have you just done?",
        "what happened",
        "what was that",
        "which lights did you turn off",
    ],
)
def test_it_is_asked_what_was_done(text: str) -> None:
    assert remark_of(text) == "what"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "undo the bed",
        "turn it back on",
        "go back to the song before",
        "what's the time",
        "what did you do with the cellar lights",
    ],
)
def test_what_is_about_the_home_is_no_remark(text: str) -> None:
    assert remark_of(text) is None


@given(st.text() | st.lists(st.sampled_from(VOCABULARY.split()), max_size=20).map(" ".join))
def test_no_text_raises(text: str) -> None:
    assert remark_of(text) in {None, "undo", "what"}
