"""Intents that the home knows better than the tagger."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.nlu.finding import Lexicon
from edge.nlu.reconsidering import reconsidered
from edge.types import OUT_OF_SCOPE, Tagging
from tests.edge.nlu.homes import HOME, entity, tagging

GARDEN = entity("sensor.garden", "Outdoor Temperature", None, "temperature", state="4")
LEXICON = Lexicon(
    replace(
        HOME,
        entities=(
            *HOME.entities,
            GARDEN,
            entity("humidifier.levoit", "Levoit", "bedroom"),
            entity("cover.markilux", "Markilux", "garage", "awning"),
            entity("lawn_mower.husky", "Husky"),
            entity("climate.hive", "Hive"),
            entity("switch.everhot", "Everhot Cooker", "kitchen"),
            entity("climate.bedroom", "Bedroom Thermostat", "bedroom"),
        ),
    )
)


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
        ("turn the radio on", "HassMediaSearchAndPlay", "HassTurnOn"),
        ("[TV](name), play", "HassMediaSearchAndPlay", "HassMediaUnpause"),
        ("play", "HassMediaSearchAndPlay", "HassMediaSearchAndPlay"),
        ("play the [kitchen radio](name)", "HassMediaSearchAndPlay", "HassMediaUnpause"),
        ("play [jazz](search_query) on the [kitchen radio](name)", "HassMediaSearchAndPlay",
         "HassMediaSearchAndPlay"),
        ("[jazz](search_query) should be softer", "HassMediaSearchAndPlay",
         "HassSetVolumeRelative"),
        ("play softer [jazz](search_query)", "HassMediaSearchAndPlay", "HassMediaSearchAndPlay"),
        ("send the [hoover](name) out", "HassVacuumReturnToBase", "HassVacuumStart"),
        ("send the [hoover](name) back out of here", "HassVacuumReturnToBase",
         "HassVacuumReturnToBase"),
        ("i need some [light](domain) out in the [bedroom](area)", "HassTurnOff", "HassTurnOn"),
        ("i need the [light](domain) out", "HassTurnOff", "HassTurnOff"),
        ("i'd like some [lights](domain) off", "HassTurnOff", "HassTurnOff"),
        ("turn on the [Levoit](name)", "HassTurnOn", "HassTurnOn"),
        ("what is the humidity, 50 percent", "HassGetState", "HassGetState"),
        ("start a humidifier timer for 10 minutes", "HassStartTimer", "HassStartTimer"),
        ("set the [hall thermostat](name) to heat 21", "HassClimateSetTemperature",
         "HassClimateSetTemperature"),
        ("set the [office thermostat](name) fan to auto", "HassClimateSetFanMode",
         "HassClimateSetFanMode"),
        ("set the [desk lamp](name) to auto", "HassTurnOn", "HassTurnOn"),
        ("pause [Rover](name)", "HassMediaPause", "VacuumPause"),
        ("please halt the [mower](domain)", "HassTurnOff", "VacuumPause"),
        ("pause [Husky](name)", "HassMediaPause", "VacuumPause"),
        ("pause the [tv](name)", "HassMediaPause", "HassMediaPause"),
        ("pause the [vacuum](name) timer", "HassPauseTimer", "HassPauseTimer"),
        ("send [Rover](name) out to clean", "HassVacuumCleanArea", "HassVacuumStart"),
        ("send [Rover](name) to the [kitchen](area)", "HassVacuumCleanArea", "HassVacuumCleanArea"),
        ("send [Rover](name) to the kitchen", "HassVacuumCleanArea", "HassVacuumCleanArea"),
        ("it's [pitch black](color) in the [bedroom](area)", "HassLightSet", "HassTurnOn"),
        ("make the [lamp](domain) [black](color)", "HassLightSet", "HassLightSet"),
        ("it's [red](color) in the [bedroom](area)", "HassLightSet", "HassLightSet"),
        ("halve the brightness of the [desk lamp](name)", "HassSetVolume", "HassLightSet"),
        ("double the light in the [kitchen](area)", "HassTurnOn", "HassLightSet"),
        ("halve the volume of the [tv](name)", "HassSetVolume", "HassSetVolume"),
        ("extend the [awning](device_class)", "HassSetPosition", "HassTurnOn"),
        ("retract the [Markilux](name)", "HassSetPosition", "HassTurnOff"),
        ("retract the [Markilux](name) to 40 percent", "HassSetPosition", "HassSetPosition"),
        ("extend the timer", "HassIncreaseTimer", "HassIncreaseTimer"),
    ],
)  # fmt: skip
def test_the_home_tells_what_is_meant(marked: str, intent: str, known: str) -> None:
    assert reconsidered(tagging(marked, intent), LEXICON).intent == known


def test_without_a_thermometer_outside_the_weather_is_asked() -> None:
    cold = tagging("how cold is it outside", "HassGetWeather")
    assert reconsidered(cold, Lexicon(HOME)) == cold


@pytest.mark.parametrize(
    ("marked", "intent", "known", "spans"),
    [
        ("set the [Levoit](name) to fifty five", "HassSetPosition",
         "HassHumidifierSetpoint", [("name", "Levoit"), ("humidity", "fifty five")]),
        ("set the [humidifier](name) to 50 percent", "HassLightSet",
         "HassHumidifierSetpoint", [("humidity", "50")]),
        ("set the humidity in the [bedroom](area) to 45%", "HassClimateSetTemperature",
         "HassHumidifierSetpoint", [("area", "bedroom"), ("humidity", "45")]),
        ("set the [Levoit](name) 10 percent higher", "HassLightSet",
         "HassHumidifierSetpoint", [("name", "Levoit"), ("humidity_step", "10")]),
        ("put the [Levoit](name) in sleep mode", "HassLightSet",
         "HassHumidifierMode", [("name", "Levoit"), ("mode", "sleep")]),
        ("set the [Levoit](name) to [auto](state)", "HassFanSetSpeed",
         "HassHumidifierMode", [("name", "Levoit"), ("mode", "auto")]),
        ("turn on the [kitchen radio](search_query)", "HassMediaSearchAndPlay",
         "HassTurnOn", [("name", "kitchen radio")]),
        ("shut the [blinds](device_class), i've got to sleep till four", "HassSetPosition",
         "HassTurnOff", [("device_class", "blinds")]),
        ("is it warm [outside](area)", "HassGetWeather",
         "HassClimateGetTemperature", [("name", "outside")]),
        ("it's [dark](color) in the [bedroom](area)", "HassLightSet",
         "HassTurnOn", [("area", "bedroom")]),
    ],
)  # fmt: skip
def test_what_is_known_better_is_marked(
    marked: str, intent: str, known: str, spans: list[tuple[str, str]]
) -> None:
    better = reconsidered(tagging(marked, intent), LEXICON)
    assert better.intent == known
    assert [(span.label, span.text) for span in better.spans] == spans


@pytest.mark.parametrize(
    ("marked", "intent", "confidence", "known"),
    [
        ("turn on the [desk lamp](name)", "HassLightSet", 0.5, "HassTurnOn"),
        ("switch the [desk lamp](name) off", "HassMediaPause", 0.5, "HassTurnOff"),
        ("turn on the [desk lamp](name)", "HassLightSet", 0.9, "HassLightSet"),
        ("turn on [jazz](search_query)", "HassMediaPause", 0.5, "HassMediaPause"),
        ("did you turn the [desk lamp](name) off", "HassGetState", 0.5, "HassGetState"),
    ],
)
def test_a_verb_is_believed_before_a_tagger_in_doubt(
    marked: str, intent: str, confidence: float, known: str
) -> None:
    assert reconsidered(tagging(marked, intent, confidence), LEXICON).intent == known


@pytest.mark.parametrize(
    ("marked", "intent"),
    [
        ("add [humidifier filters](item) to the [groceries](name)", "HassListAddItem"),
        ("add 2 [humidifier filters](item) to the list", "HassListAddItem"),
        ("add [pause Rover](item) to the list", "HassListAddItem"),
        ("announce that the humidifier is at 50 percent", "HassBroadcast"),
        ("broadcast all [lights](domain) [off](state)", "HassBroadcast"),
        ("set a humidifier timer for 10 minutes", "HassStartTimer"),
        ("halt the [Rover](name) timer", "HassCancelTimer"),
        ("turn on humidifier 2", "HassTurnOn"),
        ("turn on [humidifier 2](name)", "HassTurnOn"),
        ("turn off the [humidifier](domain) in 10 minutes", "HassTurnOff"),
        ("İ set the [Levoit](name) to 50 percent", "HassLightSet"),
        ("pause [Rover](name) İ", "HassMediaPause"),
        ("İ all [lights](domain) [off](state)", "HassGetState"),
    ],
)
def test_what_the_home_knows_no_better_stays(marked: str, intent: str) -> None:
    marks = tagging(marked, intent)
    assert reconsidered(marks, LEXICON) == marks


@pytest.mark.parametrize(
    ("text", "intent", "spans"),
    [
        ("Everhot Cooker on", "HassTurnOn", [("name", "Everhot Cooker")]),
        ("Hive down to 16", "HassClimateSetTemperature",
         [("name", "Hive"), ("temperature", "16")]),
        ("set the hive to 21 degrees", "HassClimateSetTemperature",
         [("name", "hive"), ("temperature", "21 degrees")]),
        ("desk lamp to fifty percent", "HassLightSet",
         [("name", "desk lamp"), ("brightness", "fifty percent")]),
        ("TV volume to 30", "HassSetVolume", [("name", "TV"), ("volume_level", "30")]),
        ("ceiling fan to 60%", "HassFanSetSpeed", [("name", "ceiling fan"), ("percentage", "60%")]),
        ("left curtain to 40", "HassSetPosition", [("name", "left curtain"), ("position", "40")]),
        ("desk lamp on please", "HassTurnOn", [("name", "desk lamp")]),
        ("Rover off", "HassTurnOff", [("name", "Rover")]),
        ("kill the desk lamp", "HassTurnOff", [("name", "desk lamp")]),
        ("cut the TV off", "HassTurnOff", [("name", "TV")]),
        ("kill the mood", None, []),
        ("desk lamp to blue", None, []),
        ("coffee machine to 30", None, []),
        ("light off", None, []),
        ("bedside lamp on", None, []),
        ("moon lamp on", None, []),
        ("everhot on", None, []),
        ("set the bedroom thermostat", "HassClimateSetTemperature",
         [("name", "bedroom thermostat")]),
        ("please adjust the TV.", "HassSetVolume", [("name", "TV")]),
        ("set the brightness of the desk lamp", "HassLightSet", [("name", "desk lamp")]),
        ("set the coffee machine", None, []),
        ("set the thermostat", None, []),
        ("set the moon", None, []),
    ],
)  # fmt: skip
def test_a_name_alone_tells_what_is_done_to_it(
    text: str, intent: str | None, spans: list[tuple[str, str]]
) -> None:
    known = reconsidered(tagging(text, OUT_OF_SCOPE), LEXICON)
    assert known.intent == (intent or OUT_OF_SCOPE)
    told = [(span.label, text[span.start : span.end]) for span in known.spans]
    assert told == spans


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Hive down to 16", "HassClimateSetTemperature"),
        ("set the bedroom thermostat", "HassClimateSetTemperature"),
        ("Everhot on please", "HassTurnOn"),
    ],
)
def test_a_name_alone_or_a_part_of_it_is_believed_before_a_tagger_in_doubt(
    text: str, intent: str
) -> None:
    sure = tagging(text, "HassListCompleteItem", 0.9)
    assert reconsidered(sure, LEXICON) == sure
    doubtful = tagging(text, "HassListCompleteItem", 0.5)
    assert reconsidered(doubtful, LEXICON).intent == intent


WORDS = (
    "turn on off set the to in 50 percent sleep mode Levoit humidifier thermostat cooling pause "
    "Rover extend awning halve brightness outside warm all lights please higher fan only Hive down "
    "adjust desk lamp İ"
)
INTENTS = (
    "HassTurnOn", "HassLightSet", "HassGetState", "HassGetWeather", "HassMediaSearchAndPlay",
    OUT_OF_SCOPE,
)  # fmt: skip


@given(
    st.text(max_size=40) | st.lists(st.sampled_from(WORDS.split()), max_size=12).map(" ".join),
    st.sampled_from(INTENTS),
    st.floats(0, 1),
)
def test_whatever_is_known_better_its_spans_are_of_the_text(
    text: str, intent: str, confidence: float
) -> None:
    known = reconsidered(Tagging(text, intent, confidence, ()), LEXICON)
    assert known.text == text
    for span in known.spans:
        assert span.text == text[span.start : span.end].lower()
