"""What the assistant does about texts that were misheard: they are mended before they are
understood, and of several that may have been said the one is taken that means something.

The tagger is the one that ships, the home that of the exams.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from edge.assistant import NOT_UNDERSTOOD, Assistant
from edge.home.virtual import VirtualHome
from edge.kernel.events import Events
from edge.mqtt.broker_loopback import LoopbackBroker
from edge.mqtt.devices import Devices
from edge.privacy.audit import Audit
from edge.privacy.policy import Policy
from edge.types import Hypothesis, Outcome, Transcript
from skills import ALL
from tests.edge.talking import HOME, became, tagger

Repair = Callable[[Transcript], Transcript]


def heard(*texts: str) -> Transcript:
    hypotheses = tuple(Hypothesis(text, -1.0 - place) for place, text in enumerate(texts))
    return Transcript(texts[0], "whisper", 0.9, hypotheses)


async def answered(*said: Transcript, repair: Repair | None = None) -> list[Outcome]:
    """What comes of saying one thing after the other to a home of its own."""
    broker = LoopbackBroker(VirtualHome(HOME))
    async with broker, Devices(broker, HOME) as devices:
        await devices.settle()
        assistant = Assistant(
            tagger=tagger(),
            devices=devices,
            skills=ALL,
            policy=Policy.from_data(None),
            audit=Audit(None),
            events=Events(),
            confidence=0.5,
            confirm_s=1.0,
            **({} if repair is None else {"repair": repair}),
        )
        return [await assistant.handle(transcript) for transcript in said]


class Mending:
    """Puts one text in the place of another, and remembers what it was shown."""

    def __init__(self, misheard: str, meant: str) -> None:
        self.misheard, self.meant = misheard, meant
        self.shown: list[Transcript] = []

    def __call__(self, transcript: Transcript) -> Transcript:
        self.shown.append(transcript)
        if transcript.text != self.misheard:
            return transcript
        mended = Hypothesis(self.meant, -2.0)
        hypotheses = (mended, *transcript.hypotheses)
        return replace(transcript, text=self.meant, hypotheses=hypotheses)


async def test_what_was_misheard_is_carried_out_and_told_as_it_was_mended() -> None:
    mending = Mending("turn on the haul lied", "turn on the hall light")
    (outcome,) = await answered(heard("turn on the haul lied"), repair=mending)
    assert became(outcome) == {"light.hall": "on"}
    assert outcome.transcript.text == "turn on the hall light"
    assert outcome.transcript.engine == "whisper"
    assert mending.shown == [heard("turn on the haul lied")]
    assert outcome.ms["repair"] >= 0


async def test_without_repair_a_text_is_taken_as_it_was_heard() -> None:
    (outcome,) = await answered(heard("who wrote hamlet"))
    assert (outcome.speech, outcome.transcript.text) == (NOT_UNDERSTOOD, "who wrote hamlet")


async def test_of_several_texts_the_one_is_carried_out_that_means_something() -> None:
    (outcome,) = await answered(heard("who wrote hamlet", "turn on the hall light"))
    assert became(outcome) == {"light.hall": "on"}
    assert outcome.transcript.text == "turn on the hall light"
    assert outcome.transcript.hypotheses[0].text == "who wrote hamlet"


async def test_what_means_something_is_carried_out_whatever_else_it_may_have_been() -> None:
    texts = ("turn on the hall light", "lock the front door")
    (outcome,) = await answered(heard(*texts))
    assert became(outcome) == {"light.hall": "on"}


@pytest.mark.parametrize("text", ["", "  "])
async def test_silence_is_not_mended(text: str) -> None:
    mending = Mending(text, "turn on the hall light")
    (outcome,) = await answered(Transcript(text, "whisper"), repair=mending)
    assert (outcome.speech, mending.shown) == ("", [])


async def test_an_answer_to_a_question_is_no_command_to_mend() -> None:
    mending = Mending("yes", "turn on the hall light")
    asked, done = await answered(heard("open the garage door"), heard("yes"), repair=mending)
    assert asked.asked
    assert became(done) == {"cover.garage_door": "open"}
    assert [transcript.text for transcript in mending.shown] == ["open the garage door"]
