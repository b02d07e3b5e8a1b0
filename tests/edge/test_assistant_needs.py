"""What is done for needs that are told, and what is asked about them."""

from __future__ import annotations

from edge.assistant import Assistant
from edge.kernel.events import Events
from edge.nlu.needs import SaidNeeds
from edge.privacy.audit import Audit
from edge.privacy.policy import Policy
from edge.types import Outcome, Transcript
from skills import ALL
from tests.edge.talking import Talk, tagger, talking

DARK = "i can't see what i'm peeling"


async def answers(talk: Talk, probability: float, *texts: str) -> list[Outcome]:
    assistant = Assistant(
        tagger=tagger(),
        devices=talk.devices,
        skills=ALL,
        policy=Policy(),
        audit=Audit(None),
        events=Events(),
        confidence=0.5,
        confirm_s=1.0,
        needs=SaidNeeds({DARK: "more_light"}, probability),
    )
    return [await assistant.handle(Transcript(text, "text"), area="Bedroom") for text in texts]


async def test_a_need_that_is_sure_is_met_at_once() -> None:
    async with talking() as talk:
        (outcome,) = await answers(talk, 0.95, DARK)
        assert outcome.changes
        assert not outcome.asked


async def test_a_need_that_is_only_likely_is_met_when_the_offer_is_taken() -> None:
    async with talking() as talk:
        offered, done = await answers(talk, 0.7, DARK, "yes please")
        assert (offered.speech, offered.asked) == ("Shall I make it brighter?", True)
        assert not offered.changes
        assert done.changes


async def test_an_offer_that_is_declined_changes_nothing() -> None:
    async with talking() as talk:
        offered, declined = await answers(talk, 0.7, DARK, "no")
        assert offered.asked
        assert not declined.changes


async def test_an_order_is_done_and_what_may_be_lacked_besides_is_offered() -> None:
    async with talking() as talk:
        both, yes = await answers(talk, 0.7, f"close the kitchen blind. {DARK}", "yes please")
        assert both.changes
        assert both.asked
        assert both.speech.endswith("Shall I make it brighter?")
        assert yes.changes
