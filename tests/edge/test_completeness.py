"""Whether what was said can be all: judged by what it means in the demo's home."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from edge.completeness import HomeCompleteness
from edge.demo.devices import HOME_FILE
from edge.home.graph import Home
from edge.home.virtual import VirtualHome
from edge.mqtt.broker_loopback import LoopbackBroker
from edge.mqtt.devices import MqttDevices
from edge.voice.completeness import Ending
from tests.edge.talking import tagger

HOME = Home.from_yaml(HOME_FILE)


@pytest.fixture
async def completeness() -> AsyncIterator[HomeCompleteness]:
    broker = LoopbackBroker(VirtualHome(HOME))
    async with broker, MqttDevices(broker, HOME) as devices:
        await devices.settle()
        yield HomeCompleteness(tagger(), devices, 0.5)


WHOLE = (
    "turn on the kitchen light",
    "dim the living room lights to thirty percent",
    "dim the living room lights to 30 percent",
    "make the bedroom lamp blue",
    "set the thermostat in the office to twenty one degrees",
    "open the blinds in the bedroom",
    "lock the front door",
    "is the garage door open",
    "start the vacuum",
    "what time is it",
    "turn on the kitchen light and the bedroom lamp",
    "please turn the kitchen light off",
    # asked about before it is done
    "unlock the front door",
    "open the garage door",
)
MAYBE = (
    "set the thermostat in the office to twenty",
    "dim the living room lights to 30",
    "turn on the kitchen",  # … light
    "turn on the bedroom lamp and the kitchen",
    "turn on the light",  # … in the kitchen
    "turn on the lamp",
    "open the blinds",  # in two rooms
    "turn off all the lights",
    "turn off everything",
    "turn off the lights upstairs",
    "it is dark in here",
    "set a timer for five minutes",  # … and ten seconds
    "add milk to the shopping list",
    "turn on the kitchen light in ten minutes",
    "pause",
    "yes",
    "no",
    "the floor lamp",  # which answers "which lamp?"
)
OPEN = (
    "",
    "turn",
    "turn on",
    "turn on the",
    "turn on the kitchen light and",
    "turn on the kitchen light and the",
    "turn the kitchen light",  # … on, or off
    "set the bedroom lamp",
    "set the bedroom lamp to",
    "set the thermostat in the office",
    "make the bedroom lamp blue of",
    "is the garage door",
    "dinner is ready",
    "i think we should eat",
)


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        *((text, "whole") for text in WHOLE),
        *((text, "maybe") for text in MAYBE),
        *((text, "open") for text in OPEN),
    ],
)
async def test_how_a_text_ends(text: str, ending: Ending, completeness: HomeCompleteness) -> None:
    assert completeness.ending(text) == ending


@pytest.mark.parametrize("text", WHOLE)
async def test_a_whole_command_without_its_last_word_is_hardly_ever_whole(
    text: str, completeness: HomeCompleteness
) -> None:
    """Only where the rest is a command of its own."""
    words = text.split()
    whole = [" ".join(words[:n]) for n in range(1, len(words))]
    whole = [part for part in whole if completeness.ending(part) == "whole"]
    assert set(whole) <= {"turn on the kitchen light", "dim the living room lights"}


@pytest.mark.parametrize(
    ("said", "more", "goes_on"),
    [
        ("turn on the kitchen light", "and the bedroom lamp", True),
        ("turn on the kitchen light", "start the vacuum", True),
        ("dim the living room lights", "to thirty percent", True),
        ("open the blinds in the bedroom", "halfway", True),
        ("turn on the kitchen light", "please", False),
        ("turn on the kitchen light", "thank you", False),
        ("turn on the kitchen light", "dinner is ready", False),
        ("turn on the kitchen light", "", False),
        ("set the brightness to twenty", "five", False),
    ],
)
async def test_what_comes_after_a_command_counts_where_it_means_something_after_it(
    said: str, more: str, goes_on: bool, completeness: HomeCompleteness
) -> None:
    assert completeness.goes_on(said, more) == goes_on


@pytest.mark.parametrize(
    "text",
    [
        *WHOLE,
        "dim the living room lights to 30",
        "turn off all the lights",
        "turn off the lights upstairs",
        "set a timer for five minutes",
        "open the blinds in the bedroom",
    ],
)
async def test_what_can_be_done_or_answered_is_understood(
    text: str, completeness: HomeCompleteness
) -> None:
    assert completeness.is_understood(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "turn",
        "turn the kitchen light",  # … on, or off
        "set the bedroom lamp to",
        "set the thermostat in the office",
        "dinner is ready",
        "i think we should eat",
        "turn on the lamp",  # which one?
        "turn on the chandelier",
        "make the bedroom lamp turtle",  # no colour
        "turn on again",  # what?
        "the quick brown fox",
        "灯",
    ],
)
async def test_what_means_nothing_lacks_something_or_leaves_a_choice_is_not_understood(
    text: str, completeness: HomeCompleteness
) -> None:
    assert not completeness.is_understood(text)


async def test_a_text_is_understood_all_the_same_whatever_was_asked_before(
    completeness: HomeCompleteness,
) -> None:
    texts = ("turn on the kitchen light", "dinner is ready", "turn on the lamp")
    first = [completeness.is_understood(text) for text in texts]
    assert first == [completeness.is_understood(text) for text in texts] == [True, False, False]


async def test_the_light_here_is_judged_in_the_speakers_room() -> None:
    broker = LoopbackBroker(VirtualHome(HOME))
    async with broker, MqttDevices(broker, HOME) as devices:
        await devices.settle()
        here = HomeCompleteness(tagger(), devices, 0.5, "Kitchen")
        assert here.ending("turn on the light here") == "whole"
        assert here.ending("turn on the light") == "maybe", "… in the bedroom"
