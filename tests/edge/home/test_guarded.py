"""What a model may not act on is known by any of its names, however they are written."""

from __future__ import annotations

import pytest

from edge.home.graph import Entity, Home
from edge.home.guarded import is_guarded, is_way_in
from edge.llm.calls import Offers


@pytest.mark.parametrize(
    "name",
    [
        "Garage Door", "garage", "Front gate relay", "GarageDoor", "Gar\u200bage D\u200door",
        "Ｇａｒａｇｅ　Ｄｏｏｒ", "garage-door", "Open the house", "Main entrance",
    ],
)  # fmt: skip
def test_a_name_that_speaks_of_a_way_in_is_one(name: str) -> None:
    assert is_way_in(Entity("switch.relay", name))


@pytest.mark.parametrize("name", ["Unlock", "DISARM", "Alarm off", "Freezer", "Siren 2"])
def test_locks_alarms_and_what_keeps_cold_are_guarded(name: str) -> None:
    entity = Entity("switch.relay", name)
    assert is_guarded(entity)
    assert not is_way_in(entity)


@pytest.mark.parametrize("name", ["Garage Light", "Outdoor Plug", "Clock", "Kettle", "Door lamp"])
def test_lamps_and_words_that_only_hold_such_words_are_not(name: str) -> None:
    assert not is_guarded(Entity("switch.relay", name))


def test_an_alias_and_an_id_speak_too() -> None:
    assert is_way_in(Entity("switch.relay", "Relay", aliases=("garage door",)))
    assert is_way_in(Entity("switch.garage_door", "Relay"))
    assert is_guarded(Entity("switch.relay", "Relay lamp", aliases=("freezer",)))


def test_a_lamp_in_one_name_excuses_no_other_name() -> None:
    assert is_way_in(Entity("switch.relay", "Garage Lamp", aliases=("Garage Door",)))


@pytest.mark.parametrize("domain", ["switch", "input_boolean", "scene", "script"])
def test_what_is_guarded_is_not_offered(domain: str) -> None:
    entity = Entity(f"{domain}.x", "Unlock the front door")
    assert Offers.of(Home(), [entity]).entities == ()


def test_a_cover_called_a_way_in_is_shut_and_not_opened() -> None:
    ((_, _, intents),) = Offers.of(Home(), [Entity("cover.x", "Big Gate")]).entities
    assert intents == ("HassTurnOff",)


def test_lamps_are_offered_whatever_they_are_called() -> None:
    assert Offers.of(Home(), [Entity("light.x", "Garage Door")]).entities
