"""How clauses begin: orders and questions, and mere statements."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.nlu.beginnings import STRONG_START, is_question, is_verb, says_why, starts_clause

VOCABULARY = (
    "please can you turn on off the my lamp is dark it's I can't see want to sleep baby's asleep "
    "what play vacuum kitchen , ' ’ 😀 so well and another timer for"
)


@pytest.mark.parametrize(
    "text",
    [
        "lock it",
        "Turn on the lamp",
        "please could you dim the lamp",
        "okay, so just close the blinds",
        "bump up the heat",
        "vacuum the hall",
        "play jazz",
        "resume",
        "another one for 10 minutes",
        "is the tv on",
        "what's the time",
        "have we locked the door",
        "wait what's this track",
        "hold on, turn it off",
        "I need the lamp on",
    ],
)
def test_a_clause_starts_with_a_verb_or_a_question_word(text: str) -> None:
    assert starts_clause(text)


@pytest.mark.parametrize("text", ["wait what's this track", "so is it on", "tell me who is home"])
def test_a_question_is_one_after_a_word_that_stops_somebody(text: str) -> None:
    assert is_question(text)


@pytest.mark.parametrize(
    "text", ["the lamp", "", "please", "turntable", "light", "boot camp", "and"]
)
def test_what_only_looks_like_a_verb_starts_no_clause(text: str) -> None:
    assert not starts_clause(text)


@pytest.mark.parametrize(
    "text",
    [
        "I can't see a thing",
        "the baby's asleep",
        "it is dark",
        "so it’s too cold",
        "my wife is home",
        "there's someone at the door",
        "the living room is too cold",
        "the dog barks",
        "I'm going to bed",
        "we need to get going",
    ],
)
def test_a_fact_or_a_purpose_says_why(text: str) -> None:
    assert says_why(text)


@pytest.mark.parametrize(
    "text",
    [
        "Emma's light off",
        "Mom's light off",
        "mum’s lamp on",
        "my lamp off",
        "my garage door open",
        "the lamp is off",
        "the kitchen light on",
        "turn on the lamp",
        "is it dark",
        "I'd like the lamp on",
        "well, we would like some light",
        "I need the lamp on",
        "",
    ],
)
def test_an_order_or_a_state_says_no_reason(text: str) -> None:
    assert not says_why(text)


@pytest.mark.parametrize(
    ("word", "known"), [("turn", True), ("Vacuum", True), ("lamp", False), ("", False)]
)
def test_verbs_of_orders_are_known(word: str, known: bool) -> None:
    assert is_verb(word) is known


@given(st.text() | st.lists(st.sampled_from(VOCABULARY.split()), max_size=20).map(" ".join))
def test_any_text_begins_somehow(text: str) -> None:
    says_why(text)
    is_verb(text)
    if STRONG_START.match(text):
        assert starts_clause(text)
