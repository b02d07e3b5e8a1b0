"""Answers in words, from a language model, said sentence by sentence while they are written.

    text → scheduler → model → sentences → aloud, each as soon as it is whole

Nothing waits for it: the model computes when nothing more urgent does, and stops at any word where
a person is heard instead. It has its time. When nothing was to be said for a while, that is said;
when its time is over, too: an answer that does not come is told, and never left out in silence.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal

from edge.kernel.scheduler import Job, OutOfTimeError, Priority, Scheduler, Steps, TooMuchWorkError
from edge.llm.model import LanguageModel, Written
from edge.llm.talking import Sentences, prompt, writing
from edge.types import LaresError

THINKING = "I'm still thinking."
LATE = "Sorry, that takes me too long."
STOPPED = "I have to stop there."
BUSY = "Too many are asking me at once. Ask me again in a moment."
FAILED = "Sorry, I can't answer that now."

Ending = Literal["whole", "interrupted", "late", "busy", "failed"]
Aloud = Callable[[str], Awaitable[bool]]
"""Says a sentence, and tells whether it was said to its end: a person may be heard instead."""
InUse = Callable[[], AbstractContextManager[LanguageModel]]
"""The model, which is loaded if need be and stays while it is in use."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What was said, and how it ended."""

    speech: str
    ending: Ending
    error: str = ""
    """What failed."""


class Answering:
    """Has a model answer.

    budget_s: how long an answer may take, waiting included. thinking_s: after so long without a
    word it is said that one is thinking. adapter: what the model was taught for it.
    """

    def __init__(
        self,
        model: InUse,
        scheduler: Scheduler,
        *,
        budget_s: float,
        thinking_s: float,
        adapter: str = "",
    ) -> None:
        self._model = model
        self._scheduler = scheduler
        self._budget_s = budget_s
        self._thinking_s = thinking_s
        self._adapter = adapter
        self._seeds = itertools.count(1)

    async def answer(self, text: str, aloud: Aloud, *, owner: str = "") -> Answered:
        """Answer a text. owner: the satellite whose turn it takes."""
        loop = asyncio.get_running_loop()
        news: asyncio.Queue[str | None] = asyncio.Queue()

        def tell(sentence: str | None) -> None:
            loop.call_soon_threadsafe(news.put_nowait, sentence)

        interrupt = Interrupt()
        try:
            job = self._scheduler.submit(
                lambda: self._written(text, interrupt, tell),
                Priority.INTERACTIVE,
                owner=owner,
                budget_s=self._budget_s,
                interrupt=interrupt,
            )
        except TooMuchWorkError as error:
            await aloud(BUSY)
            return Answered(BUSY, "busy", str(error))
        job.future.add_done_callback(lambda _: tell(None))
        try:
            return await self._said(job, news, aloud)
        finally:
            job.cancel()

    def _written(self, text: str, interrupt: Interrupt, tell: Callable[[str], None]) -> Steps[bool]:
        """Whether the answer came to its own end."""
        yield
        with self._model() as model:
            interrupt.model = model
            sentences = Sentences(tell)
            asked = prompt(text, taught=bool(self._adapter))
            how = writing(next(self._seeds), self._adapter)
            work = model.write(asked, how, sentences.write)
            written = yield from _until_it_goes_round(work, sentences)
            whole = written is not None and written.ending == "end"
            sentences.end(whole=whole)
            return whole

    async def _said(
        self, job: Job[bool], news: asyncio.Queue[str | None], aloud: Aloud
    ) -> Answered:
        said: list[str] = []
        waits: float | None = self._thinking_s
        while True:
            try:
                sentence = await asyncio.wait_for(news.get(), waits)
            except TimeoutError:
                waits = None
                if not await aloud(THINKING):
                    return Answered("", "interrupted")
                continue
            waits = None
            if sentence is None:
                return await self._ended(job, said, aloud)
            said.append(sentence)
            if not await aloud(sentence):
                return Answered(" ".join(said), "interrupted")

    async def _ended(self, job: Job[bool], said: list[str], aloud: Aloud) -> Answered:
        try:
            job.result(0)
        except CancelledError:
            return Answered(" ".join(said), "interrupted")
        except OutOfTimeError as error:
            last = STOPPED if said else LATE
            await aloud(last)
            return Answered(" ".join([*said, last]), "late", str(error))
        except (LaresError, OSError, MemoryError) as error:
            await aloud(FAILED)
            return Answered(" ".join([*said, FAILED]), "failed", str(error) or repr(error))
        if not said:
            await aloud(FAILED)
            return Answered(FAILED, "failed", "the model wrote nothing")
        return Answered(" ".join(said), "whole")


class Interrupt:
    """Interrupts the model, once there is one."""

    model: LanguageModel | None = None

    def __call__(self) -> None:
        if self.model is not None:
            self.model.interrupt()


def _until_it_goes_round(work: Steps[Written], sentences: Sentences) -> Steps[Written | None]:
    """The work, until a sentence is written again; None then."""
    try:
        while not sentences.goes_round:
            try:
                next(work)
            except StopIteration as end:
                written: Written = end.value
                return written
            yield
        return None
    finally:
        work.close()
