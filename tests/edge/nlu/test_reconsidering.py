"""Intents that the home knows better than the tagger."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge.nlu.finding import Lexicon
from edge.nlu.reconsidering import reconsidered
from tests.edge.nlu.homes import HOME, entity, tagging

GARDEN = entity("sensor.garden", "Outdoor Temperature", None, "temperature", state="4")
LEXICON = Lexicon(replace(HOME, entities=(*HOME.entities, GARDEN)))


@pytest.mark.parametrize(
    ("marked", "intent", "known"),
    [
        ("turn on the [kitchen radio](search_query)", "HassMediaSearchAndPlay", "HassTurnOn"),
        ("put some [jazz](search_query) on", "HassMediaSearchAndPlay", "HassMediaSearchAndPlay"),
        ("play [kitchen radio](search_query)", "HassMediaSearchAndPlay", "HassMediaSearchAndPlay"),
        ("all [lights](domain) [off](state)", "HassGetState", "HassTurnOff"),
        ("[curtains](domain) [open](state) please", "HassGetState", "HassTurnOn"),
        ("are all [lights](domain) [off](state)", "HassGetState", "HassGetState"),
        ("[lights](domain) [off](state)?", "HassGetState", "HassGetState"),
        ("how cold is it outside", "HassGetWeather", "HassClimateGetTemperature"),
        ("will it rain outside", "HassGetWeather", "HassGetWeather"),
    ],
)
def test_the_home_tells_what_is_meant(marked: str, intent: str, known: str) -> None:
    assert reconsidered(tagging(marked, intent), LEXICON).intent == known


def test_without_a_thermometer_outside_the_weather_is_asked() -> None:
    cold = tagging("how cold is it outside", "HassGetWeather")
    assert reconsidered(cold, Lexicon(HOME)) == cold
