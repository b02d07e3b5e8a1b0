"""What is turned on and off in one turn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.nlu.contradicting import uncontradicted
from edge.types import Intent, Understanding

LAMP, FAN = ("light.lamp",), ("fan.fan",)
ON, OFF = Intent("HassTurnOn", targets=LAMP), Intent("HassTurnOff", targets=LAMP)
INTENTS = st.lists(
    st.builds(
        Intent,
        st.sampled_from(["HassTurnOn", "HassTurnOff", "HassLightSet"]),
        targets=st.sampled_from([LAMP, FAN, ()]),
    ),
    max_size=5,
)


def names(meant: Understanding) -> list[str]:
    return [intent.name for intent in meant.intents]


def test_both_ordered_in_one_turn_are_not_understood() -> None:
    meant = uncontradicted("turn on the lamp and turn off the lamp", Understanding((ON, OFF)))
    assert not meant.intents
    assert meant.question is not None


@pytest.mark.parametrize(
    "text",
    ["the lamp has been left on, turn it off", "oh no, I left the lamp on. Turn it off!"],
)
def test_an_order_counts_and_not_the_statement_that_it_ends(text: str) -> None:
    assert names(uncontradicted(text, Understanding((ON, OFF)))) == ["HassTurnOff"]


def test_an_order_without_a_verb_is_no_statement() -> None:
    text = "lamp off i'm going down and let some air come"
    assert not uncontradicted(text, Understanding((OFF, ON))).intents


@pytest.mark.parametrize("text", ["turn the lamp off and on", "lamp off, and on again"])
def test_who_says_so_has_it_off_and_on(text: str) -> None:
    assert names(uncontradicted(text, Understanding((OFF, ON)))) == ["HassTurnOff", "HassTurnOn"]


@given(st.text(max_size=40), INTENTS)
def test_nothing_is_added_and_nothing_else_lost(text: str, intents: list[Intent]) -> None:
    meant = Understanding(tuple(intents))
    left = uncontradicted(text, meant)
    assert [*left.intents] == [each for each in intents if each in left.intents]
    ways = {(i.targets, i.name) for i in intents if i.name != "HassLightSet" and i.targets}
    if len({targets for targets, _ in ways}) == len(ways):
        assert left is meant
