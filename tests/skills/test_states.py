"""Questions about states where a domain has more of them than on and off."""

from __future__ import annotations

import pytest

from edge.home.graph import Entity
from tests.edge.nlu.homes import entity
from tests.skills.asked import answer, house_of

TV, HEATING, ROSIE = "media_player.tv", "climate.heating", "vacuum.rosie"


def asked(wanted: str, *entities: Entity, **slots: str) -> str:
    """The answer to whether entities are in a state."""
    targets = [entity.id for entity in entities]
    return answer("HassGetState", targets, house_of(*entities), state=wanted, **slots).speech


@pytest.mark.parametrize("state", ["playing", "paused", "idle", "on", "buffering"])
def test_a_player_is_on_whatever_it_does(state: str) -> None:
    tv = entity(TV, "TV", state=state)
    assert asked("on", tv, name="TV") == f"Yes, the TV is {state}."
    assert asked("off", tv, name="TV") == f"No, the TV is {state}."


@pytest.mark.parametrize("state", ["off", "standby"])
def test_a_player_in_standby_is_off(state: str) -> None:
    tv = entity(TV, "TV", state=state)
    assert asked("on", tv, name="TV") == f"No, the TV is {state}."
    assert asked("off", tv, name="TV") == f"Yes, the TV is {state}."


def test_a_player_that_is_away_is_neither_on_nor_off() -> None:
    tv, radio = entity(TV, "TV", state="unavailable"), entity("media_player.r", "Radio", state="on")
    assert asked("on", tv, name="TV") == "I don't know the state of the TV."
    assert asked("on", tv, radio) == "1 of 2 media players is on: the radio."
    assert asked("off", tv, radio) == "No media players are off."


def test_a_player_that_buffers_plays() -> None:
    assert asked("playing", entity(TV, "TV", state="buffering")).startswith("Yes")


@pytest.mark.parametrize(
    ("state", "attributes", "wanted", "speech"),
    [
        ("heat", {"temperature": 20}, "on", "Yes, the heating is set to 20 degrees."),
        ("auto", {}, "on", "Yes, the heating is set to auto."),
        ("off", {"temperature": 20}, "on", "No, the heating is off."),
        ("off", {}, "off", "Yes, the heating is off."),
        ("cool", {}, "off", "No, the heating is set to cool."),
    ],
)
def test_heating_is_on_unless_it_is_off(
    state: str, attributes: dict[str, object], wanted: str, speech: str
) -> None:
    heating = entity(HEATING, "Heating", state=state, **attributes)
    assert asked(wanted, heating, domain="climate") == speech


def test_a_vacuum_cleans_or_not() -> None:
    cleaning, docked = (entity(ROSIE, "Rosie", state=state) for state in ("cleaning", "docked"))
    assert asked("cleaning", cleaning, domain="vacuum") == "Yes, Rosie is cleaning."
    assert asked("cleaning", docked, domain="vacuum") == "No, Rosie is docked."
    assert asked("on", cleaning, name="Rosie") == "Yes, Rosie is cleaning."
    assert asked("off", docked, name="Rosie") == "Yes, Rosie is docked."


def test_what_is_named_in_the_plural_is_spoken_of_so() -> None:
    lights = entity("light.path", "Path Lights", state="off")
    assert asked("on", lights, name="Path Lights") == "No, the path lights are off."
