"""The assistant with a language model: it answers what nothing understands, and nobody waits."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from edge.answering import Answering
from edge.app import App, Household
from edge.config import Config, Llm
from edge.demo.devices import HOME_FILE
from edge.home.graph import Home
from edge.kernel.events import Events
from edge.kernel.scheduler import Steps
from edge.listening import Heard
from edge.llm.model import LanguageModel, Prompt, Told, Writing, Written
from edge.llm.simulated import SimulatedLanguageModel
from edge.types import Outcome, Samples, Transcript, Utterance
from edge.unanswered import UNKNOWN, Unanswered
from edge.voice.tts import Sound
from models.talk_lessons import blocks

JOKE = "tell me a joke"
LIGHT = "turn on the kitchen light"
LETTER = "the goldfish wrote a letter"
HOME = Home.from_yaml(HOME_FILE)


class Slow:
    """A model that writes one sentence, and its next when it may go on."""

    name = "slow"

    def __init__(self) -> None:
        self.may_go_on = threading.Event()

    def write(self, prompt: Prompt, writing: Writing, told: Told | None = None) -> Steps[Written]:
        yield
        for sentence in ("Why not? ", "Because."):
            if told is not None:
                told(sentence)
            yield
            self.may_go_on.wait(30)
        return Written("Why not? Because.", 4, 8, 0, "end")

    def interrupt(self) -> None:
        """It waits for the test alone."""

    def close(self) -> None:
        """It holds nothing."""


class Ear:
    """What is said aloud."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.hears = asyncio.Event()

    async def __call__(self, sentence: str) -> bool:
        self.heard.append(sentence)
        self.hears.set()
        return True


def app_with(model: LanguageModel | None, *, acts: bool = False) -> App:
    """The wiring, with this language model or none."""
    app = App(Config(llm=Llm(model="none")))
    if model is not None:

        @contextmanager
        def in_use() -> Iterator[LanguageModel]:
            yield model

        app.unanswered = Unanswered(
            in_use,
            app.models.scheduler,
            Answering(in_use, app.models.scheduler, budget_s=60, thinking_s=60),
            talks=True,
            facts=False,
            acts=acts,
            budget_s=60,
        )
    return app


def says(
    app: App, household: Household, text: str, ear: Ear | None = None
) -> asyncio.Task[Outcome]:
    """Somebody says something; others may speak before it is answered."""
    return asyncio.create_task(app.handle(household, Transcript(text, "text"), aloud=ear))


def learnt(answer: str) -> SimulatedLanguageModel:
    return SimulatedLanguageModel(lambda _: answer)


async def test_small_talk_is_answered_aloud_and_told() -> None:
    app, ear = app_with(learnt("I know one. It is short.")), Ear()
    with app.models.scheduler:
        async with app.virtual(HOME) as household:
            outcome = await says(app, household, JOKE, ear)
    assert ear.heard == ["I know one.", "It is short."]
    assert (outcome.speech, outcome.told) == ("I know one. It is short.", True)
    assert not outcome.unanswered
    assert not outcome.changes


async def test_where_nobody_listens_small_talk_is_answered_all_the_same() -> None:
    app = app_with(learnt("I know one."))
    with app.models.scheduler:
        async with app.virtual(HOME) as household:
            assert (await says(app, household, JOKE)).speech == "I know one."


async def test_a_command_is_carried_out_while_an_answer_is_written() -> None:
    model, ear = Slow(), Ear()
    app = app_with(model)
    with app.models.scheduler:
        async with app.virtual(HOME) as household:
            joke = says(app, household, JOKE, ear)
            await ear.hears.wait()
            command = await says(app, household, LIGHT)
            assert command.changes["light.kitchen_light"].state == "on"
            assert not joke.done()
            model.may_go_on.set()
            answered = await joke
    assert ear.heard == ["Why not?", "Because."]
    assert answered.speech == "Why not? Because."


async def test_what_is_understood_is_no_business_of_the_models() -> None:
    asked: list[str] = []

    def answer(text: str) -> str:
        asked.append(text)
        return "Hello."

    app, ear = app_with(SimulatedLanguageModel(answer), acts=True), Ear()
    with app.models.scheduler:
        async with app.virtual(HOME) as household:
            outcome = await says(app, household, LIGHT, ear)
    assert outcome.changes.keys() == {"light.kitchen_light"}
    assert not outcome.told
    assert not asked
    assert not ear.heard


async def test_what_the_model_chooses_is_done_and_confirmed_like_any_other() -> None:
    app = app_with(learnt('HassTurnOn "Kitchen Light"'), acts=True)
    with app.models.scheduler:
        async with app.virtual(HOME) as household:
            outcome = await says(app, household, LETTER)
            state = household.states.get("light.kitchen_light")
    assert outcome.changes.keys() == {"light.kitchen_light"}
    assert outcome.transcript.text == LETTER
    assert [intent.source for intent in outcome.intents] == ["llm"]
    assert state is not None
    assert state.state == "on"


async def test_a_question_about_the_home_does_nothing() -> None:
    app = app_with(learnt('HassTurnOn "Kitchen Light"'), acts=True)
    with app.models.scheduler:
        async with app.virtual(HOME) as household:
            outcome = await says(app, household, "why is the kitchen light off")
    assert outcome.unanswered
    assert not outcome.changes
    assert not outcome.published


async def test_a_question_about_the_world_is_not_made_up() -> None:
    app, ear = app_with(learnt("Very high.")), Ear()
    with app.models.scheduler:
        async with app.virtual(HOME) as household:
            outcome = await says(app, household, "how high is the moon", ear)
    assert outcome.speech == UNKNOWN
    assert not ear.heard


async def test_without_a_model_what_nothing_understands_stays_so() -> None:
    app, ear = app_with(None), Ear()
    async with app.virtual(HOME) as household:
        outcome = await says(app, household, LETTER, ear)
        alone = await household.assistant.handle(Transcript(LETTER, "text"))
    assert outcome.unanswered
    assert not outcome.told
    assert (outcome.speech, outcome.intents) == (alone.speech, alone.intents)
    assert not ear.heard


async def test_without_a_model_small_talk_is_as_it_was_written_down() -> None:
    app = app_with(None)
    jokes = {a for block in blocks() if JOKE in block.sayings for a in block.answers}
    async with app.virtual(HOME) as household:
        outcome = await says(app, household, JOKE)
    assert outcome.speech in jokes
    assert [intent.name for intent in outcome.intents] == ["Talk"]
    assert not outcome.unanswered


async def test_where_talk_is_not_wanted_there_is_none() -> None:
    app = App(Config(llm=Llm(model="none", talk=False)))
    async with app.virtual(HOME) as household:
        outcome = await says(app, household, JOKE)
    assert outcome.unanswered


async def test_a_model_that_cannot_be_used_is_told_to_the_log_and_lares_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LARES_MODELS", str(tmp_path))
    events = Events()
    told: list[str] = []
    events.subscribe(lambda event: told.append(event.name))
    app = App(Config(llm=Llm(model="smollm2-135m")), events)
    async with app.virtual(HOME) as household:
        outcome = await says(app, household, LETTER)
    assert outcome.unanswered
    assert "no_language_model" in told


class Voice:
    """A voice without sound, and what it said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, text: str) -> Sound:
        self.said.append(text)
        return Sound(np.zeros(1600, np.int16), 16_000)


class Loudspeaker:
    """Plays nothing, and tells that it does."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.plays = asyncio.Event()

    def play(self, samples: Samples, rate: int) -> None:
        self._loop.call_soon_threadsafe(self.plays.set)

    def stop(self) -> None:
        """There is no sound to stop."""


async def answering(
    app: App, household: Household, text: str
) -> tuple[asyncio.Task[Outcome], Voice, Loudspeaker]:
    voice, speaker = Voice(), Loudspeaker(asyncio.get_running_loop())
    app.__dict__.update(voice=voice, speaker=lambda _=None: speaker)
    utterance = Utterance(np.zeros(1600, np.int16), 0.0, 0.1, "silence")
    heard = Heard(Transcript(text, "text"), utterance, 0.0, 0.0, 0.0)
    return asyncio.create_task(app.answer(household, heard)), voice, speaker


async def test_a_sentence_is_spoken_while_the_next_one_is_written() -> None:
    model = Slow()
    app = app_with(model)
    with app.models.scheduler:
        async with app.virtual(HOME) as household:
            answer, voice, speaker = await answering(app, household, JOKE)
            await speaker.plays.wait()
            assert voice.said == ["Why not?"]
            assert not answer.done()
            model.may_go_on.set()
            await answer
    assert voice.said == ["Why not?", "Because."], "and nothing is said twice"


async def test_a_person_who_speaks_ends_the_answer() -> None:
    model = Slow()
    app = app_with(model)
    app.speaking.attend("kitchen")
    with app.models.scheduler:
        async with app.virtual(HOME) as household:
            answer, voice, _ = await answering(app, household, JOKE)
            outcome = await answer
            model.may_go_on.set()
    assert voice.said == ["Why not?"]
    assert outcome.told
