"""The weather is told, and the lawn is mowed."""

from __future__ import annotations

from typing import Any

import pytest

from edge.types import Action, Answer, EntityState
from skills.skill import House
from tests.edge.nlu.homes import entity
from tests.skills.asked import answer, house_of

WEATHER, START, DOCK = "HassGetWeather", "HassLawnMowerStartMowing", "HassLawnMowerDock"


def weather(state: str, **attributes: Any) -> House:
    return house_of(entity("weather.home", "Home", state=state, **attributes))


def mower(state: str) -> House:
    return house_of(entity("lawn_mower.shaun", "Shaun", state=state))


@pytest.mark.parametrize(
    ("state", "attributes", "speech"),
    [
        ("cloudy", {"temperature": 11, "temperature_unit": "°C"}, "It is 11°C and cloudy."),
        ("partlycloudy", {"temperature": 61.5, "temperature_unit": "°F"},
         "It is 61.5°F and partly cloudy."),
        ("rainy", {"temperature": -1}, "It is -1 degrees and raining."),
        ("sunny", {}, "It is sunny."),
        ("unknown", {"temperature": 11, "temperature_unit": "°C"}, "It is 11°C."),
        ("unavailable", {}, "I don't know the weather here."),
    ],
)  # fmt: skip
def test_the_weather_is_told(state: str, attributes: dict[str, Any], speech: str) -> None:
    assert answer(WEATHER, ["weather.home"], weather(state, **attributes)) == Answer(speech=speech)


def test_without_a_weather_service_there_is_no_weather() -> None:
    assert answer(WEATHER, []) == Answer(speech="I don't know the weather here.")


def test_the_weather_of_several_places_is_told_with_their_names() -> None:
    house = house_of(
        entity("weather.a", "Amsterdam", state="fog"), entity("weather.b", "Bern", state="sunny")
    )
    assert answer(WEATHER, ["weather.a", "weather.b"], house).speech == (
        "Amsterdam: foggy; Bern: sunny."
    )


def test_a_mower_starts() -> None:
    action = Action("lawn_mower.start_mowing", "lawn_mower.shaun", expect=EntityState("mowing"))
    assert answer(START, ["lawn_mower.shaun"], mower("docked")) == Answer(
        (action,), "Started Shaun."
    )
    assert answer(START, []) == Answer(speech="I don't know which device you mean.")


def test_a_mower_goes_home_once() -> None:
    assert answer(DOCK, ["lawn_mower.shaun"], mower("mowing")) == Answer(
        (Action("lawn_mower.dock", "lawn_mower.shaun"),), "Sent Shaun home."
    )
    assert answer(DOCK, ["lawn_mower.shaun"], mower("docked")) == Answer(
        speech="Shaun is already docked."
    )
    assert answer(DOCK, ["lawn_mower.shaun"], mower("returning")).actions == ()
