"""How the parts are wired: what a home's names reach, and that they do so without a restart."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import edge.ears
from edge.app import App
from edge.config import Config
from edge.demo.devices import HOME_FILE
from edge.domain.home import automaton_of
from edge.ears import vocabulary_of
from edge.home.graph import Area, Entity, Floor, Home
from edge.kernel.events import Events
from edge.types import Hypothesis, LaresError, Message, Transcript, Utterance
from edge.voice.vocabulary import Vocabulary, spoken
from tests.edge.voice.scripted import ScriptedSession, ScriptedStt

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
UTTERANCE = Utterance(np.zeros(160, np.int16), 0.0, 0.01, "silence")


class Mishears(ScriptedStt):
    """An engine that hears the same whatever is said, and finds what was meant as likely."""

    def __init__(self, misheard: str, meant: str) -> None:
        super().__init__(())
        self._misheard = misheard
        self._meant = meant

    def session(self) -> MishearsSession:
        return MishearsSession(self, self._misheard, self._meant)


class MishearsSession(ScriptedSession):
    def __init__(self, stt: Mishears, misheard: str, meant: str) -> None:
        super().__init__(stt)
        self._likely = {misheard: -2.0, meant: -2.0}
        self._heard = misheard

    def finish(self, utterance: Utterance) -> Transcript:
        return Transcript(self._heard, "whisper", 0.9, (Hypothesis(self._heard, -1.0),))

    def log_probabilities(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        return [(self._likely.get(text, -99.0),) for text in texts]


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
    misheard: str, meant: str, changes: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edge.ears, "choose", lambda *_, **__: Mishears(spoken(misheard), meant))
    app = App(Config())
    async with app.virtual(Home.from_yaml(HOME_FILE)) as household:
        transcript = app.hearing(household.devices).session().finish(UTTERANCE)
        outcome = await household.assistant.handle(transcript)
    assert outcome.transcript.text == meant
    assert outcome.changes.keys() == {changes}


async def test_what_was_typed_is_never_mended() -> None:
    app = App(Config())
    async with app.virtual(Home.from_yaml(HOME_FILE)) as household:
        typed = Transcript("turn on the kitchen lied", "text")
        outcome = await household.assistant.handle(typed)
    assert outcome.transcript == typed


async def test_a_device_that_appears_later_is_known_by_its_sound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    misheard, meant = "turn on the kwokka lamp", "turn on the quokka lamp"
    monkeypatch.setattr(edge.ears, "choose", lambda *_, **__: Mishears(misheard, meant))
    app = App(Config())
    async with app.virtual(HOME) as household:
        ear = app.hearing(household.devices)
        assert ear.session().finish(UTTERANCE).text == misheard
        assert household.virtual is not None
        await household.virtual.publish(QUOKKA)
        await household.devices.settle()
        assert ear.session().finish(UTTERANCE).text == meant


async def test_a_device_that_appears_later_is_known_to_the_ear(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    learnt: list[Vocabulary] = []

    class Learning(ScriptedStt):
        def set_vocabulary(self, vocabulary: Vocabulary) -> None:
            learnt.append(vocabulary)

    monkeypatch.setattr(edge.ears, "choose", lambda *_, **__: Learning(()))
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


def test_a_wake_word_that_the_owner_chose_is_heard_everywhere_at_once() -> None:
    pytest.importorskip("pymicro_wakeword")
    app = App(Config())
    detectors = [app.ears.wake_detector(), app.ears.wake_detector()]
    app.controls.change(wake_words=("hey_jarvis",), volume=0.5)
    assert [detector.words for detector in detectors] == [("hey_jarvis",)] * 2
    assert app.ears.wake_detector().words == ("hey_jarvis",)
    assert app.ears.wake_detector(("alexa",)).words == ("alexa",)
    assert app.speaking.volume == 0.5


def test_a_wake_word_that_cannot_be_heard_is_not_taken_and_all_else_stays() -> None:
    pytest.importorskip("pymicro_wakeword")
    app = App(Config())
    detector = app.ears.wake_detector()
    with pytest.raises(LaresError, match="no_such_word"):
        app.controls.change(wake_words=("no_such_word",), volume=0.5)
    assert detector.words == ("okay_nabu",)
    assert (app.speaking.volume, app.controls.settings.wake_words) == (1.0, ("okay_nabu",))


def test_a_chosen_wake_word_that_is_gone_gives_way_to_the_configured_one(tmp_path: Path) -> None:
    pytest.importorskip("pymicro_wakeword")
    kept = {"wake_words": {"chosen": ["hey_lares"], "instead_of": ["okay_nabu"]}}
    (tmp_path / "controls.json").write_text(json.dumps(kept))
    events, seen = Events(), list[str]()
    events.subscribe(lambda event: seen.append(event.name))
    app = App(Config(), events, controls_file=tmp_path / "controls.json")
    assert app.ears.wake_detector().words == ("okay_nabu",)
    assert seen == ["wake_word_not_used"]
