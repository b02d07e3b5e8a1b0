"""Finding a spoken name among names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.nlu.matching import (
    ENOUGH,
    EXACT,
    Index,
    normalised,
    singular,
    sound_of,
    word_likeness,
)

INDEX = Index(
    (name, (name,))
    for name in (
        "Den Lamp", "Desk Lamp", "Left Curtain", "Right Curtain", "Living Room", "Lamp 1",
        "Lamp 2", "Trader Joe's", "Café",
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("heard", "name"),
    [
        ("the den lamp", "Den Lamp"),
        ("desk lamps", "Desk Lamp"),
        ("lamp desk", "Desk Lamp"),
        ("livingroom", "Living Room"),
        ("livin groom", "Living Room"),
        ("lamp two", "Lamp 2"),
        ("trader joes", "Trader Joe's"),
        ("cafe", "Café"),
    ],
)
def test_the_same_name_in_other_clothes_is_exact(heard: str, name: str) -> None:
    best = INDEX.find(heard)[0]
    assert best.id == name
    assert best.score >= EXACT


@pytest.mark.parametrize(
    ("heard", "name"), [("then lamp", "Den Lamp"), ("dusk lamp", "Desk Lamp"),
                        ("rite curtain", "Right Curtain"), ("livink room", "Living Room")]
)  # fmt: skip
def test_what_sounds_alike_is_found_but_not_exact(heard: str, name: str) -> None:
    best = INDEX.find(heard)[0]
    assert best.id == name
    assert best.score < EXACT


@pytest.mark.parametrize("heard", ["bed lamp", "flux capacitor", "front curtain", "lamp three", ""])
def test_what_is_like_no_name_is_not_found(heard: str) -> None:
    assert INDEX.find(heard) == ()


def test_part_of_several_names_finds_them_all() -> None:
    assert {match.id for match in INDEX.find("curtain")} == {"Left Curtain", "Right Curtain"}


def test_a_ranking_keeps_what_is_too_unlike_to_be_found() -> None:
    found = {match.id for match in INDEX.find("old brass den lamp standing")}
    ranked = {match.id: match.score for match in INDEX.ranked("old brass den lamp standing")}
    assert found == set() < ranked.keys()
    assert all(0 < score < ENOUGH for score in ranked.values())


@pytest.mark.parametrize("heard", ["den lamp", "dusk lamp", "curtain", "left curtains"])
def test_a_ranking_begins_with_what_is_found(heard: str) -> None:
    found = INDEX.find(heard)
    assert INDEX.ranked(heard)[: len(found)] == found


def test_words_that_sound_alike_share_a_key() -> None:
    assert sound_of("den") == sound_of("then")
    assert sound_of("write") == sound_of("right")
    assert sound_of("left") != sound_of("right")


@given(st.text(max_size=12), st.text(max_size=12))
def test_words_are_alike_between_not_at_all_and_wholly(one: str, other: str) -> None:
    assert 0 <= word_likeness(one, other) <= 1
    assert word_likeness(one, other) == pytest.approx(word_likeness(other, one))
    assert word_likeness(one, one) == 1


def test_words_that_sound_alike_are_more_alike_than_others() -> None:
    assert word_likeness("write", "right") > word_likeness("write", "left")
    assert word_likeness("blends", "blinds") > 0.7
    assert word_likeness("20", "21") == 0


def test_plurals_lose_their_ending_and_other_words_do_not() -> None:
    words = ["lights", "switches", "batteries", "glass", "bus", "gas"]
    assert [singular(word) for word in words] == [
        "light", "switch", "battery", "glass", "bus", "gas",
    ]  # fmt: skip


@given(st.text(max_size=40))
def test_any_text_is_searched_without_an_error_and_finds_itself(text: str) -> None:
    assert all(0 < match.score <= 1 for match in INDEX.find(text))
    if normalised(text):
        assert Index([("it", (text,))]).find(text)[0].score == 1.0
