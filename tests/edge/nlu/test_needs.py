"""Needs told from texts: by chances that are made up here, by the network that ships, by none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.nlu.needs import Need, SaidNeeds, TrainedNeeds
from edge.nlu.wishes import WISHES
from models.needs_model import NOTHING, ORDER, NeedsModel, Read, plain


@dataclass(frozen=True)
class Made:
    """Gives each text the same chances, and has a clause begin at certain words."""

    given: tuple[float, ...]
    needs: tuple[str, ...] = ("more_light", NOTHING, "warmer")
    at: tuple[str, ...] = ()

    def read(self, text: str) -> Read:
        assert text == plain(text)
        begins = [float(word in self.at) for word in text.split()]
        return Read(np.array(self.given, np.float32), np.array(begins, np.float32))


def test_the_likeliest_need_is_told_with_its_probability() -> None:
    found = TrainedNeeds(lambda: Made((0.75, 0.2, 0.05))).of("It's so DARK in here!")
    assert found == Need("more_light", 0.75)
    assert not found.is_sure


@pytest.mark.parametrize(("chances", "talk"), [((0.5, 0.4, 0.1), False), ((0.1, 0.8, 0.1), True)])
def test_what_is_talk_or_not_sure_enough_is_no_need(chances: tuple[float, ...], talk: bool) -> None:
    needs = TrainedNeeds(lambda: Made(chances))
    assert needs.of("it is dark") is None
    assert needs.is_talk("it is dark") is talk


def test_a_text_is_taken_apart_where_clauses_begin_without_what_joins_them() -> None:
    needs = TrainedNeeds(lambda: Made((1.0, 0.0, 0.0), at=("and", "because", "i'm")))
    told = needs.clauses("Telly off, please, and it’s perishing. Because I’m cold")
    assert told == ("Telly off, please", "it’s perishing", "I’m cold")
    assert needs.clauses("telly off") == ("telly off",)
    assert needs.clauses("and and") == ("and and",)


def test_an_order_is_told_from_a_need() -> None:
    def needs(*chances: float) -> TrainedNeeds:
        return TrainedNeeds(lambda: Made(chances, needs=("warmer", ORDER)))

    assert needs(0.2, 0.8).is_order("telly off")
    assert not needs(0.8, 0.2).is_order("telly off")
    assert needs(0.2, 0.8).of("telly off") is None


@given(text=st.text(max_size=60), at=st.lists(st.text(max_size=3), max_size=3))
def test_no_word_is_lost_or_made_when_a_text_is_taken_apart(text: str, at: list[str]) -> None:
    parts = TrainedNeeds(lambda: Made((1.0, 0.0, 0.0), at=tuple(at))).clauses(text)
    assert parts
    words = plain(text).split()
    rest = iter(words)
    assert all(word in rest for part in parts for word in plain(part).split())


def test_nothing_is_loaded_for_what_nobody_says() -> None:
    needs = TrainedNeeds(lambda: pytest.fail("loaded"))
    for text in ("", "word " * 100, "light.kitchen = {on}"):
        assert needs.of(text) is None
        assert needs.is_talk(text)


def test_said_needs_know_what_they_are_told() -> None:
    needs = SaidNeeds({"it's dark": "more_light"})
    assert needs.of("It's dark.") == Need("more_light", 1.0)
    assert needs.is_talk("it's light")


@pytest.fixture(scope="module")
def shipped() -> TrainedNeeds:
    model = NeedsModel.load()
    return TrainedNeeds(lambda: model)


def test_what_ships_knows_just_the_wishes() -> None:
    assert set(NeedsModel.load().needs) - {NOTHING, ORDER} == set(WISHES)


@given(text=st.text(max_size=80))
def test_any_text_has_a_need_or_none(shipped: TrainedNeeds, text: str) -> None:
    found = shipped.of(text)
    assert found is None or 0 < found.probability <= 1
    assert found is None or not shipped.is_talk(text)


@pytest.mark.parametrize(
    ("text", "need"),
    [
        ("it's awfully stuffy in this room", "fresh_air"),
        ("i'm freezing cold", "warmer"),
        ("the sun is blinding me", "glare"),
        ("i'm going to bed now", "sleep"),
        ("there are crumbs all over the floor", "clean_floor"),
        ("we're going on holiday for two weeks", "leave_long"),
    ],
)
def test_what_ships_tells_plain_needs(shipped: TrainedNeeds, text: str, need: str) -> None:
    found = shipped.of(text)
    assert found is not None
    assert found.name == need


def test_everyday_talk_needs_nothing(shipped: TrainedNeeds) -> None:
    talk = [
        "that was a lovely dinner",
        "what did you do at school today",
        "he said he would come on friday",
        "we should paint this wall green",
        "my grandmother knitted this scarf",
        "can you pass me the salt",
    ]
    assert [shipped.of(text) for text in talk] == [None] * len(talk)
