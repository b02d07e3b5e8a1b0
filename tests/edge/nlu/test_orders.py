"""What looks like an order to do one thing now and is not."""

from __future__ import annotations

import pytest

from edge.nlu.resolver import Resolver
from edge.types import Understanding
from tests.edge.nlu.homes import HOME, states, tagging

RESOLVER = Resolver(HOME)
ON, OFF = "HassTurnOn", "HassTurnOff"


def meaning(marked: str, intent: str) -> Understanding:
    return RESOLVER.resolve(tagging(marked, intent), states(), None)


@pytest.mark.parametrize(
    ("marked", "answer"),
    [
        ("don't turn on the [desk lamp](name)", "leave it as it is"),
        ("please do not [lock](domain) the [front door](name)", "leave it as it is"),
        ("don’t ever open the [garage door](name)", "leave it as it is"),
        ("don't leave the [desk lamp](name) on", "leave it as it is"),
        ("turn off all [lights](domain) except the [desk lamp](name)", "leave anything out"),
        ("turn off all the [lights](domain) but the [kitchen](area)", "leave anything out"),
        ("turn off the [kitchen](area) [lights](domain) not the [hall](area)", "leave anything"),
        ("turn on every [light](domain) apart from the [floor lamp](name)", "leave anything out"),
        ("turn on the [desk lamp](name) if the [window](device_class) is open", "wait"),
        ("when the [garage door](name) opens turn on the [lights](domain)", "wait"),
        ("turn on the [desk lamp](name) and turn off the [floor lamp](name)", "One thing"),
        ("turn on the [desk lamp](name). turn off the [floor lamp](name).", "One thing"),
        ("close the [garage door](name) and turn on the [lights](domain)", "One thing"),
        ("[lock](domain) the [front door](name) then switch off the [lights](domain)", "One thing"),
    ],
)
@pytest.mark.parametrize("intent", [ON, OFF])
def test_what_shall_not_be_done_so_is_not_done(marked: str, answer: str, intent: str) -> None:
    found = meaning(marked, intent)
    assert found.question is not None
    assert answer in found.question
    assert found.intents == ()


@pytest.mark.parametrize(
    "marked",
    [
        "how do i turn on the [lights](domain)",
        "did you turn off the [lights](domain)",
        "have you [locked](domain) the [front door](name)",
        "i turned off the [desk lamp](name)",
        "we already closed the [desk lamp](name)",
        "already on the [desk lamp](name) open",
        "remind me to turn off the [lights](domain)",
        "don't forget to turn off the [lights](domain)",
        "what happens if i turn off the [lights](domain)",
        "the [desk lamp](name) is on",
    ],
)
def test_talk_about_a_deed_is_left_alone(marked: str) -> None:
    assert meaning(marked, ON) == meaning(marked, OFF) == Understanding()


@pytest.mark.parametrize(
    ("marked", "intent"),
    [
        ("i don't need the [kitchen](area) [lights](domain)", OFF),
        ("make sure the [desk lamp](name) is on", ON),
        ("i want the [desk lamp](name) on", ON),
        ("could you please turn on the [desk lamp](name)", ON),
        ("turn on the [desk lamp](name) and the [floor lamp](name)", ON),
        ("turn off the [kitchen](area) and [bedroom](area) [lights](domain)", OFF),
    ],
)
def test_an_order_is_an_order_however_it_is_put(marked: str, intent: str) -> None:
    found = meaning(marked, intent)
    assert found.question is None
    assert {one.name for one in found.intents} == {intent}


def test_two_values_for_two_places_are_two_things() -> None:
    said = (
        "set the [hall](area) to [20 degrees](temperature) "
        "and the [office](area) to [22](temperature)"
    )
    assert "One thing" in str(meaning(said, "HassClimateSetTemperature").question)


def test_a_song_may_be_called_anything() -> None:
    said = "play [don't stop me now](search_query) on the [tv](name)"
    assert meaning(said, "HassMediaSearchAndPlay").question is None
