"""What the weather is like: HassGetWeather, from the state and temperature of a weather service."""

from __future__ import annotations

from edge.home.graph import Entity
from edge.types import Answer, Intent
from skills.skill import House, Skill
from skills.wording import number, sentence

NO_WEATHER = Answer(speech="I don't know the weather here.")
"""What is said where no weather service tells anything."""
CONDITIONS = {
    "clear": "clear",
    "clear-night": "clear",
    "cloudy": "cloudy",
    "exceptional": "exceptional",
    "fog": "foggy",
    "hail": "hailing",
    "lightning": "thundery",
    "lightning-rainy": "thundery and raining",
    "partlycloudy": "partly cloudy",
    "pouring": "pouring with rain",
    "rainy": "raining",
    "snowy": "snowing",
    "snowy-rainy": "snowing and raining",
    "sunny": "sunny",
    "windy": "windy",
    "windy-variant": "windy and cloudy",
}
"""Home Assistant's weather conditions, as they follow "it is"."""


def handle(intent: Intent, house: House) -> Answer:
    """Tell condition and temperature; of several services each by its name."""
    told = [(entity, _told(entity, house)) for entity in house.targets(intent, "weather")]
    known = [(entity, weather) for entity, weather in told if weather]
    if not known:
        return NO_WEATHER
    if len(known) == 1:
        return Answer(speech=sentence(f"it is {known[0][1]}"))
    return Answer(speech=sentence("; ".join(f"{e.name}: {weather}" for e, weather in known)))


def _told(entity: Entity, house: House) -> str:
    """ "11°C and cloudy", or as much of it as is known."""
    state = house.state(entity)
    temperature = state.attributes.get("temperature")
    condition = CONDITIONS.get(state.state.lower(), "")
    if not isinstance(temperature, int | float):
        return condition
    degrees = f"{number(temperature)}{state.attributes.get('temperature_unit') or ' degrees'}"
    return f"{degrees} and {condition}" if condition else degrees


WEATHER = Skill(name="weather", intents=("HassGetWeather",), permissions=frozenset(), handle=handle)
