"""How the parts are wired: what a home's names reach, and that they do so without a restart."""

from __future__ import annotations

import json

import pytest

import edge.app
from edge.app import App, vocabulary_of
from edge.config import Config
from edge.demo.devices import HOME_FILE
from edge.domain.home import automaton_of
from edge.home.graph import Area, Entity, Floor, Home
from edge.types import Hypothesis, Message, Transcript
from edge.voice.vocabulary import Vocabulary
from tests.edge.voice.scripted import ScriptedStt

HOME = Home(
    floors=(Floor("up", "Upstairs", ("first floor",)),),
    areas=(Area("den", "Den", "up", ("snug",)),),
    entities=(
        Entity("light.den", "Den Lamp", "den", ("reading lamp",)),
        Entity("fan.den", "Ceiling Fan", "den"),
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


def heard(*texts: str) -> Transcript:
    hypotheses = tuple(Hypothesis(text, -1.0 - place) for place, text in enumerate(texts))
    return Transcript(texts[0], "whisper", 0.9, hypotheses)


def test_a_homes_vocabulary_has_all_its_names_and_the_usual_sentences_with_them() -> None:
    vocabulary = vocabulary_of(HOME)
    assert vocabulary.names == ("Den Lamp", "reading lamp", "Ceiling Fan")
    assert vocabulary.areas == ("Den", "snug")
    assert vocabulary.floors == ("Upstairs", "first floor")
    assert vocabulary.grammar == automaton_of(vocabulary).grammar()
    assert {"reading", "snug", "first", "fan"} <= set(vocabulary.grammar.words)
    assert not vocabulary.closed


@pytest.mark.parametrize(
    ("misheard", "meant", "changes"),
    [
        ("turn on the kitchen lied", "turn on the kitchen light", "light.kitchen_light"),
        (
            "set the floor lamb to 40 percent",
            "set the floor lamp to forty percent",
            "light.floor_lamp",
        ),
    ],
)
async def test_what_was_misheard_is_carried_out_as_it_was_meant(
    misheard: str, meant: str, changes: str
) -> None:
    app = App(Config())
    async with app.virtual(Home.from_yaml(HOME_FILE)) as household:
        outcome = await household.assistant.handle(heard(misheard))
    assert outcome.transcript.text == meant
    assert outcome.changes.keys() == {changes}


async def test_what_was_typed_is_never_mended() -> None:
    app = App(Config())
    async with app.virtual(Home.from_yaml(HOME_FILE)) as household:
        typed = Transcript("turn on the kitchen lied", "text")
        outcome = await household.assistant.handle(typed)
    assert outcome.transcript == typed


async def test_a_device_that_appears_later_is_known_to_the_repair() -> None:
    async with App(Config()).virtual(HOME) as household:
        before = await household.assistant.handle(heard("turn on the kwokka lamp"))
        assert before.transcript.text != "turn on the quokka lamp"
        assert household.virtual is not None
        await household.virtual.publish(QUOKKA)
        await household.devices.settle()
        after = await household.assistant.handle(heard("turn on the kwokka lamp"))
        assert after.transcript.text == "turn on the quokka lamp"


async def test_a_device_that_appears_later_is_known_to_the_ear(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    learnt: list[Vocabulary] = []

    class Learning(ScriptedStt):
        def set_vocabulary(self, vocabulary: Vocabulary) -> None:
            learnt.append(vocabulary)

    monkeypatch.setattr(edge.app, "choose", lambda *_, **__: Learning(()))
    app = App(Config())
    async with app.virtual(HOME) as household:
        stt = app.hearing(household.devices)
        assert "Quokka Lamp" not in learnt[-1].names
        assert household.virtual is not None
        await household.virtual.publish(QUOKKA)
        await household.devices.settle()
        stt.session()
        assert "Quokka Lamp" in learnt[-1].names
        assert learnt[-1].grammar is not None
        assert "quokka" in learnt[-1].grammar.words
        known = len(learnt)
        stt.session()
        assert len(learnt) == known, "nothing is learnt anew where nothing is new"
