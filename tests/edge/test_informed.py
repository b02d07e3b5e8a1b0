"""Hearing with the names that a home has by then: its usual sentences, and how they are weighed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

import numpy as np
import pytest

from edge.domain.usual import UsualSentences
from edge.ears import vocabulary_of
from edge.home.graph import Area, Entity, Home
from edge.home.virtual import VirtualHome
from edge.informed import HomeUsual, InformedSpeechToText
from edge.mqtt.broker_loopback import LoopbackBroker
from edge.mqtt.devices import MqttDevices
from edge.types import Hypothesis, Message, Samples, Transcript, Utterance
from edge.voice.stt import Session, SpeechToText
from edge.voice.vocabulary import Vocabulary

HOME = Home(
    areas=(Area("den", "Den"), Area("kitchen", "Kitchen")),
    entities=(
        Entity("light.den", "Den Lamp", "den"),
        Entity("light.kitchen", "Kitchen Light", "kitchen"),
    ),
)
QUOKKA = Message(
    "homeassistant/light/quokka/config",
    json.dumps(
        {
            "name": "Quokka Lamp",
            "schema": "json",
            "cmd_t": "q/set",
            "stat_t": "q/state",
            "uniq_id": "q1",
        }
    ),
    retain=True,
)
UTTERANCE = Utterance(np.zeros(160, np.int16), 0.0, 0.01, "silence")
MISHEARD = "turn on the den lamb"
MEANT = "turn on the den lamp"


class Judging:
    """Hears one text, and knows how probable some are; any other is not probable at all."""

    def __init__(self, name: str, text: str, likely: Mapping[str, float] | None = None) -> None:
        self.name = name
        self._text = text
        self._likely = likely or {}

    def set_vocabulary(self, vocabulary: Vocabulary) -> None:
        """It hears what it hears."""

    def session(self) -> Session:
        return self

    def feed(self, samples: Samples) -> None:
        """It hears what it hears."""

    def partial(self) -> str:
        return ""

    def finish(self, utterance: Utterance) -> Transcript:
        return Transcript(self._text, self.name, 0.8, (Hypothesis(self._text, -1.0),))

    def log_probabilities(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        return [(self._likely.get(text, -99.0),) for text in texts] if self._likely else ()


@pytest.fixture
async def broker() -> AsyncIterator[LoopbackBroker]:
    async with LoopbackBroker(VirtualHome(HOME)) as broker:
        yield broker


@pytest.fixture
async def devices(broker: LoopbackBroker) -> AsyncIterator[MqttDevices]:
    async with MqttDevices(broker, HOME) as devices:
        await devices.settle()
        yield devices


def usual_of_homes() -> Callable[[Home], UsualSentences]:
    """The usual sentences of each home, made once."""
    made: list[tuple[Home, UsualSentences]] = []

    def of(home: Home) -> UsualSentences:
        for known, usual in made:
            if known is home:
                return usual
        made.append((home, UsualSentences(vocabulary_of(home))))
        return made[-1][1]

    return of


def usual_in(devices: MqttDevices, is_understood: Callable[[str], bool] = bool) -> HomeUsual:
    return HomeUsual(devices, usual_of_homes(), is_understood)


def heard(devices: MqttDevices, first: SpeechToText, second: SpeechToText | None) -> str:
    """The text that comes of these engines."""
    other = None if second is None else (lambda _: second)
    ear = InformedSpeechToText(devices, lambda _: first, usual_in(devices), other)
    return ear.session().finish(UTTERANCE).text


async def test_the_names_of_a_device_that_appears_later_are_in_the_usual_sentences(
    broker: LoopbackBroker, devices: MqttDevices
) -> None:
    usual, text = usual_in(devices), "turn on the quokka lamp"
    before = usual.unusual(text)
    assert not usual.knows(text)
    assert text not in usual.like(["turn on the kwokka lamb"])
    await broker.publish(QUOKKA)
    await devices.settle()
    assert usual.unusual(text) < before
    assert usual.knows(text)
    assert next(iter(usual.like(["turn on the kwokka lamb"]))) == text


async def test_whether_a_text_is_understood_is_asked_of_those_who_know(
    devices: MqttDevices,
) -> None:
    usual = usual_in(devices, lambda text: text == MEANT)
    assert [usual.is_understood(text) for text in (MEANT, MISHEARD)] == [True, False]


@pytest.mark.parametrize("second", [None, Judging("second", ""), Judging("second", MEANT)])
async def test_a_strange_text_is_the_sentence_of_the_home_that_was_as_likely_said(
    devices: MqttDevices, second: Judging | None
) -> None:
    likely = {MISHEARD: -2.0, MEANT: -3.0, "turn off the den lamp": -20.0}
    assert heard(devices, Judging("first", MISHEARD, likely), second) == MEANT


@pytest.mark.parametrize("second", [None, Judging("second", MEANT)])
async def test_an_engine_that_can_tell_no_log_probabilities_is_taken_at_its_word(
    devices: MqttDevices, second: Judging | None
) -> None:
    assert heard(devices, Judging("first", MISHEARD), second) == MISHEARD


async def test_what_is_usual_is_worked_out_while_the_person_still_speaks(
    devices: MqttDevices,
) -> None:
    made: list[Home] = []
    sentences = UsualSentences(vocabulary_of(HOME))

    def of(home: Home) -> UsualSentences:
        made.append(home)
        return sentences

    ear = InformedSpeechToText(devices, lambda _: Judging("a", MEANT), HomeUsual(devices, of, bool))
    assert made == []
    ear.session()
    assert len(made) == 1
