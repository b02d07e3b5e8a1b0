"""What a model is asked about that nothing understood, and what it may do then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest

from edge.answering import FAILED, Answering
from edge.home.graph import Area, Entity, Home
from edge.home.states import States
from edge.kernel.scheduler import Scheduler, Steps
from edge.llm.calls import Permitted
from edge.llm.model import LanguageModel, Prompt, Told, Writing, Written
from edge.llm.simulated import SimulatedLanguageModel
from edge.types import Intent, LaresError, Outcome, Transcript
from edge.unanswered import UNKNOWN, Occasion, Unanswered

HOME = Home(
    areas=(Area("den", "Den"),),
    entities=(
        Entity("light.den", "Lamp", "den"),
        Entity("lock.front", "Front Door"),
        Entity("siren.alarm", "Siren"),
    ),
)
DARK = "it could be a bit cosier for reading"
LAMP_ON = 'HassTurnOn "Lamp"'


class Asked:
    """A model that answers with one text, and remembers what it was asked."""

    name = "asked"

    def __init__(self, answer: str) -> None:
        self._model = SimulatedLanguageModel(lambda _: answer)
        self.prompts: list[str] = []
        self.grammars: list[str] = []

    def write(self, prompt: Prompt, writing: Writing, told: Told | None = None) -> Steps[Written]:
        self.prompts.append("".join(piece.text for piece in prompt.pieces))
        self.grammars.append(writing.grammar)
        return self._model.write(prompt, writing, told)

    def interrupt(self) -> None:
        self._model.interrupt()

    def close(self) -> None:
        self._model.close()


class Fails(Asked):
    """A model that always fails."""

    def write(self, prompt: Prompt, writing: Writing, told: Told | None = None) -> Steps[Written]:
        raise LaresError("no room")


class CutOff(Asked):
    """A model that would have written more."""

    def write(self, prompt: Prompt, writing: Writing, told: Told | None = None) -> Steps[Written]:
        written = yield from super().write(prompt, writing, told)
        return replace(written, ending="length")


@dataclass
class Somebody:
    """Says something in the home, hears what is answered, and sees what is done."""

    scheduler: Scheduler
    heard: list[str] = field(default_factory=list)
    done: list[Intent] = field(default_factory=list)
    listens: bool = True

    async def aloud(self, sentence: str) -> bool:
        self.heard.append(sentence)
        return self.listens

    async def carry_out(self, intents: Sequence[Intent]) -> Outcome:
        self.done += intents
        return Outcome(Transcript("", "text"), tuple(intents), speech="Done.")

    async def says(
        self,
        text: str,
        model: LanguageModel,
        *,
        permitted: Permitted = lambda _: True,
        talks: bool = True,
        facts: bool = False,
        acts: bool = False,
        may_ask: bool = True,
    ) -> Outcome:
        @contextmanager
        def in_use() -> Iterator[LanguageModel]:
            yield model

        answering = Answering(in_use, self.scheduler, budget_s=60, thinking_s=60)
        unanswered = Unanswered(
            in_use,
            self.scheduler,
            answering,
            talks=talks,
            facts=facts,
            acts=acts,
            budget_s=60,
            may_ask=lambda: may_ask,
        )
        occasion = Occasion(HOME, States(), self.carry_out, permitted, self.aloud, "den", "den")
        return await unanswered.answer(not_understood(text), occasion)


def not_understood(text: str) -> Outcome:
    return Outcome(Transcript(text, "text"), speech="What?", unanswered=True)


@pytest.fixture
def somebody() -> Iterator[Somebody]:
    with Scheduler() as scheduler:
        yield Somebody(scheduler)


async def test_small_talk_is_answered_and_told(somebody: Somebody) -> None:
    model = Asked("I know one. It is short.")
    outcome = await somebody.says("tell me a joke", model)
    assert somebody.heard == ["I know one.", "It is short."]
    assert (outcome.speech, outcome.told) == ("I know one. It is short.", True)
    assert not outcome.unanswered
    assert outcome.intents == (Intent("Talk", {"kind": "small_talk"}, source="llm"),)
    assert not somebody.done


async def test_of_the_home_no_answer_in_words_is_told(somebody: Somebody) -> None:
    model = Asked("Well.")
    await somebody.says("how are you", model)
    (asked,) = model.prompts
    assert not any(entity.name in asked for entity in HOME.entities)


async def test_small_talk_that_is_interrupted_was_answered(somebody: Somebody) -> None:
    somebody.listens = False
    outcome = await somebody.says("tell me a joke", Asked("I know one. It is short."))
    assert somebody.heard == ["I know one."]
    assert (outcome.speech, outcome.told, outcome.unanswered) == ("I know one.", True, False)


async def test_small_talk_that_the_model_fails_at_is_told_and_stays_unanswered(
    somebody: Somebody,
) -> None:
    outcome = await somebody.says("tell me a joke", Fails(""))
    assert somebody.heard == [FAILED]
    assert (outcome.told, outcome.unanswered, outcome.intents) == (True, True, ())


async def test_where_small_talk_is_not_wanted_nothing_is_asked(somebody: Somebody) -> None:
    model = Asked("I know one.")
    outcome = await somebody.says("tell me a joke", model, talks=False)
    assert outcome == not_understood("tell me a joke")
    assert not model.prompts


@pytest.mark.parametrize(
    "text", ["tell me a joke", "how high is the moon", "make it cosy in the den"]
)
async def test_a_model_that_is_switched_off_is_asked_nothing(text: str, somebody: Somebody) -> None:
    model = Asked("Well.")
    outcome = await somebody.says(text, model, facts=True, acts=True, may_ask=False)
    assert model.prompts == []
    assert outcome.unanswered
    assert not somebody.done


async def test_what_is_not_known_is_told(somebody: Somebody) -> None:
    model = Asked("Very high.")
    outcome = await somebody.says("how high is the moon", model)
    assert (outcome.speech, outcome.told, outcome.unanswered) == (UNKNOWN, False, True)
    assert not model.prompts


async def test_a_question_about_the_world_is_answered_where_that_is_allowed(
    somebody: Somebody,
) -> None:
    outcome = await somebody.says("how high is the moon", Asked("Very high."), facts=True)
    assert somebody.heard == ["Very high."]
    assert (outcome.speech, outcome.told) == ("Very high.", True)
    assert outcome.intents[0].slots == {"kind": "fact"}


async def test_an_order_is_not_understood_where_a_model_may_not_act(somebody: Somebody) -> None:
    model = Asked(LAMP_ON)
    assert await somebody.says(DARK, model) == not_understood(DARK)
    assert not model.prompts


async def test_a_model_chooses_what_is_done_where_it_may(somebody: Somebody) -> None:
    outcome = await somebody.says(DARK, Asked(LAMP_ON), acts=True)
    assert [(i.name, i.targets, i.source) for i in somebody.done] == [
        ("HassTurnOn", ("light.den",), "llm")
    ]
    assert outcome.speech == "Done.", "as by any other way"
    assert not somebody.heard


async def test_a_model_is_offered_what_is_there_and_none_of_its_business_is_not(
    somebody: Somebody,
) -> None:
    model = Asked(LAMP_ON)
    await somebody.says(DARK, model, acts=True)
    (asked,), (grammar,) = model.prompts, model.grammars
    assert DARK in asked
    assert "Lamp" in asked
    assert "Front Door" in asked
    assert "Siren" not in asked
    assert "HassTurnOn" in grammar
    assert "HassTurnOff" in grammar


@pytest.mark.parametrize(
    "text",
    [
        "is it cosy for reading",
        "why is the lamp on",
        "what does the lamp do",
        "Lares, is the lamp on",
        "isn't it dark in here",
        "do you think the lamp is on",
    ],
)
@pytest.mark.parametrize("facts", [False, True])
async def test_a_question_never_acts(text: str, facts: bool, somebody: Somebody) -> None:
    await somebody.says(text, Asked(LAMP_ON), acts=True, facts=facts)
    assert not somebody.done


async def test_small_talk_never_acts(somebody: Somebody) -> None:
    outcome = await somebody.says("tell me a joke", Asked(LAMP_ON), acts=True)
    assert not somebody.done
    assert outcome.speech == LAMP_ON


async def test_what_is_not_permitted_is_not_offered_and_not_done(somebody: Somebody) -> None:
    model = Asked(LAMP_ON)
    outcome = await somebody.says(
        DARK, model, acts=True, permitted=lambda intent: intent.targets != ("light.den",)
    )
    assert "Lamp" not in model.prompts[0]
    assert "Lamp" not in model.grammars[0]
    assert not somebody.done
    assert (outcome.speech, outcome.unanswered) == (FAILED, True)


@pytest.mark.parametrize(
    "nonsense",
    [
        "",
        "Sure, the lamp!",
        'HassTurnOn "Sofa"',
        'HassTurnOff "Front Door"',
        'HassTurnOn "Siren"',
        f"{LAMP_ON}; HassTurnOn",
        f'{LAMP_ON}; say "done"',
        "word " * 200,
    ],
)
async def test_a_model_that_writes_nonsense_does_nothing(nonsense: str, somebody: Somebody) -> None:
    outcome = await somebody.says(DARK, Asked(nonsense), acts=True)
    assert not somebody.done
    assert outcome.unanswered


async def test_what_is_cut_off_is_not_done(somebody: Somebody) -> None:
    outcome = await somebody.says(DARK, CutOff(LAMP_ON), acts=True)
    assert not somebody.done, "who knows what else it wanted"
    assert outcome == not_understood(DARK)


async def test_what_a_model_says_instead_of_acting_is_not_told(somebody: Somebody) -> None:
    outcome = await somebody.says(DARK, Asked('say "The lamp is on."'), acts=True)
    assert outcome == not_understood(DARK)
    assert not somebody.heard


async def test_a_model_that_fails_to_choose_is_told(somebody: Somebody) -> None:
    outcome = await somebody.says(DARK, Fails(""), acts=True)
    assert (outcome.speech, outcome.told, outcome.unanswered) == (FAILED, False, True)
    assert not somebody.done
