"""What becomes of a text that nothing understood: a language model may answer it, or choose a deed.

    small talk ─ is answered, where it can be without a model ("tell me a joke")
    about the world ─ where that is allowed  "how high is the moon"
    an order ─ where that is allowed: calls of what is there and permitted, which the policy is
               asked about and the states confirm like any other
    all else ─ was not understood, and that is said

A question never acts, and of the home a model tells nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from edge.answering import FAILED, Aloud, Answering, Interrupt, InUse
from edge.home.graph import Home
from edge.home.states import States
from edge.kernel.scheduler import Job, Priority, Scheduler, Steps
from edge.llm.calls import Offers, Permitted, Reply
from edge.llm.model import Writing
from edge.llm.prompting import prompt, relevant
from edge.nlu.talk import asks, talk_of
from edge.types import Intent, LaresError, Outcome

UNKNOWN = "I don't know that."
_MOST_CALL_TOKENS = 80


@dataclass(frozen=True, slots=True)
class Occasion:
    """Where and how something was said."""

    home: Home
    states: States
    carry_out: Callable[[Sequence[Intent]], Awaitable[Outcome]]
    permitted: Permitted
    aloud: Aloud
    area: str | None = None
    """Id or name of the speaker's area."""
    owner: str = ""
    """The satellite."""


class Unanswered:
    """Asks a model.

    model, answering: None where none is installed. written: what was written beforehand to answer a
    text. talks: whether small talk is made; facts: whether it may answer questions about the world;
    acts: whether it may choose what to do, within `budget_s`. may_ask: whether the model may be
    asked now.
    """

    def __init__(
        self,
        model: InUse | None,
        scheduler: Scheduler,
        answering: Answering | None,
        *,
        written: Callable[[str], str | None] = lambda _: None,
        talks: bool,
        facts: bool,
        acts: bool,
        budget_s: float,
        may_ask: Callable[[], bool] = lambda: True,
    ) -> None:
        self._may_ask = may_ask
        self._model = model
        self._scheduler = scheduler
        self._answering = answering
        self._written = written
        self._answers = {"small_talk": talks, "fact": facts, None: False}
        self._acts = acts
        self._budget_s = budget_s

    async def answer(self, outcome: Outcome, occasion: Occasion) -> Outcome:
        """What a model makes of an outcome that is `unanswered`; that outcome where it is not
        asked. What was said already is `told`."""
        text = outcome.transcript.text
        kind = talk_of(text, occasion.home)
        if self._answers["small_talk"] and kind != "fact" and (said := self._written(text)):
            talk = Intent("Talk", {"kind": "small_talk"}, source="dialogue")
            return replace(outcome, intents=(talk,), speech=said, unanswered=False)
        may_ask = self._may_ask()
        if self._answers[kind] and self._answering is not None and may_ask:
            return await self._talked(outcome, occasion, self._answering, kind or "")
        if kind == "fact":
            return replace(outcome, speech=UNKNOWN)
        if self._model is not None and may_ask and self._acts and not asks(text):
            return await self._acted(outcome, occasion, self._model)
        return outcome

    async def _talked(
        self, outcome: Outcome, occasion: Occasion, answering: Answering, kind: str
    ) -> Outcome:
        text = outcome.transcript.text
        answered = await answering.answer(text, occasion.aloud, owner=occasion.owner)
        answers = answered.ending in ("whole", "interrupted")
        talk = Intent("Talk", {"kind": kind}, source="llm")
        return replace(
            outcome,
            intents=(talk,) if answers else (),
            speech=answered.speech,
            told=True,
            unanswered=not answers,
        )

    async def _acted(self, outcome: Outcome, occasion: Occasion, model: InUse) -> Outcome:
        try:
            job = self._choosing(outcome.transcript.text, occasion, model)
            reply = await asyncio.wrap_future(job.future)
        except (LaresError, OSError, MemoryError):
            return replace(outcome, speech=FAILED)
        return await occasion.carry_out(reply.intents) if reply.intents else outcome

    def _choosing(self, text: str, occasion: Occasion, in_use: InUse) -> Job[Reply]:
        home, area = occasion.home, occasion.area
        offers = Offers.of(home, relevant(text, home, area), occasion.permitted)
        asked = prompt(text, offers, home, occasion.states, area=area)

        interrupt = Interrupt()

        def work() -> Steps[Reply]:
            with in_use() as model:
                interrupt.model = model
                writing = Writing(_MOST_CALL_TOKENS, offers.grammar)
                written = yield from model.write(asked, writing)
            return offers.read(written.text) if written.ending == "end" else Reply()

        return self._scheduler.submit(
            work,
            Priority.INTERACTIVE,
            owner=occasion.owner,
            budget_s=self._budget_s,
            interrupt=interrupt,
        )
