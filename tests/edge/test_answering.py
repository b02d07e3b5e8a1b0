"""Answers that are said while they are written, and what becomes of those that do not come."""

from __future__ import annotations

import asyncio
import itertools
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import pytest

from edge.answering import BUSY, FAILED, LATE, STOPPED, THINKING, Answered, Answering
from edge.kernel.scheduler import MOST_WAITING, Priority, Scheduler, Steps
from edge.llm.model import LanguageModel, Prompt, Told, Writing, Written
from edge.llm.simulated import SimulatedLanguageModel
from edge.types import LaresError

LONG_S = 60.0
"""Longer than any test takes."""


class Scripted:
    """A model that writes the pieces which a script gives, one a step."""

    name = "scripted"

    def __init__(self, script: Callable[[], Iterable[str]]) -> None:
        self._script = script
        self.ended = threading.Event()
        """What it held is released."""
        self.seeds: list[int] = []
        self.interrupted = threading.Event()

    def write(self, prompt: Prompt, writing: Writing, told: Told | None = None) -> Steps[Written]:
        self.seeds.append(writing.seed)
        text = ""
        try:
            for piece in self._script():
                text += piece
                if told is not None:
                    told(piece)
                yield
        finally:
            self.ended.set()
        return Written(text, 1, 1, 0, "end")

    def interrupt(self) -> None:
        self.interrupted.set()

    def close(self) -> None:
        """It holds nothing."""


class Ear:
    """Hears what is said, and does something then."""

    def __init__(self, then: Callable[[str], object] = str, *, listens: int = 1000) -> None:
        self.heard: list[str] = []
        self._then = then
        self._listens = listens

    async def __call__(self, sentence: str) -> bool:
        self.heard.append(sentence)
        self._then(sentence)
        return len(self.heard) < self._listens


class Clock:
    """Stands still until something takes time."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def slowly(self, pieces: Iterable[str]) -> Iterator[str]:
        """The pieces, each of which takes a second."""
        for piece in pieces:
            self.now += 1
            yield piece


@pytest.fixture
def scheduler() -> Iterator[Scheduler]:
    with Scheduler() as made:
        yield made


def answering(
    model: LanguageModel,
    scheduler: Scheduler,
    *,
    budget_s: float = LONG_S,
    thinking_s: float = LONG_S,
) -> Answering:
    @contextmanager
    def in_use() -> Iterator[LanguageModel]:
        yield model

    return Answering(in_use, scheduler, budget_s=budget_s, thinking_s=thinking_s)


def goes_on(scheduler: Scheduler) -> bool:
    """Whether it still takes steps."""
    return scheduler.submit(lambda: (yield from ()), Priority.BACKGROUND).result(5) is None


async def test_an_answer_is_said_sentence_by_sentence(scheduler: Scheduler) -> None:
    model = SimulatedLanguageModel(lambda _: "Why not? I know one.")
    ear = Ear()
    answered = await answering(model, scheduler).answer("tell me a joke", ear)
    assert ear.heard == ["Why not?", "I know one."]
    assert answered == Answered("Why not? I know one.", "whole")


async def test_a_sentence_is_said_while_the_next_one_is_written(scheduler: Scheduler) -> None:
    said = threading.Event()

    def script() -> Iterator[str]:
        yield "One. "
        yield "Two." if said.wait(5) else "nobody heard it"

    ear = Ear(lambda _: said.set())
    answered = await answering(Scripted(script), scheduler).answer("count", ear)
    assert ear.heard == ["One.", "Two."]
    assert answered.ending == "whole"


async def test_after_a_while_of_silence_it_is_said_that_one_is_thinking(
    scheduler: Scheduler,
) -> None:
    said = threading.Event()

    def script() -> Iterator[str]:
        said.wait(5)
        yield "Forty "
        yield "two."

    ear = Ear(lambda _: said.set())
    work = answering(Scripted(script), scheduler, thinking_s=0.01)
    answered = await work.answer("what is it all about", ear)
    assert ear.heard == [THINKING, "Forty two."]
    assert answered == Answered("Forty two.", "whole")


async def test_who_is_heard_while_lares_thinks_is_not_answered_any_more(
    scheduler: Scheduler,
) -> None:
    over = threading.Event()
    model = Scripted(lambda: (str(over.wait(5)) for _ in range(2)))
    ear = Ear(lambda _: over.set(), listens=1)
    work = answering(model, scheduler, thinking_s=0.01)
    assert await work.answer("well", ear) == Answered("", "interrupted")
    assert ear.heard == [THINKING]


async def test_an_answer_that_does_not_come_in_time_is_told() -> None:
    clock = Clock()
    model = Scripted(lambda: clock.slowly(itertools.repeat("")))
    ear = Ear()
    with Scheduler(clock=clock) as scheduler:
        answered = await answering(model, scheduler, budget_s=3.5).answer("well", ear)
        assert ear.heard == [LATE]
        assert (answered.speech, answered.ending) == (LATE, "late")
        assert "too long" in answered.error
        assert goes_on(scheduler)
    assert model.ended.is_set()


async def test_an_answer_that_takes_too_long_is_ended_with_a_word() -> None:
    clock = Clock()
    model = Scripted(lambda: clock.slowly(itertools.chain(["One. "], itertools.repeat("and "))))
    ear = Ear()
    with Scheduler(clock=clock) as scheduler:
        answered = await answering(model, scheduler, budget_s=5.5).answer("count", ear)
        assert goes_on(scheduler)
    assert ear.heard == ["One.", STOPPED]
    assert (answered.speech, answered.ending) == (f"One. {STOPPED}", "late")


@pytest.mark.parametrize("error", [LaresError("no room"), MemoryError(), OSError("gone")])
@pytest.mark.parametrize("words", [[], ["One. "]])
async def test_a_model_that_fails_is_told_and_others_go_on(
    error: Exception, words: list[str], scheduler: Scheduler
) -> None:
    def script() -> Iterator[str]:
        yield from words
        raise error

    ear = Ear()
    answered = await answering(Scripted(script), scheduler).answer("well", ear)
    said = [*(word.strip() for word in words), FAILED]
    assert ear.heard == said
    assert (answered.speech, answered.ending) == (" ".join(said), "failed")
    assert answered.error == (str(error) or "MemoryError()")
    assert goes_on(scheduler)


async def test_a_model_that_cannot_be_loaded_is_told(scheduler: Scheduler) -> None:
    @contextmanager
    def in_use() -> Iterator[LanguageModel]:
        raise LaresError("cut off")
        yield

    ear = Ear()
    work = Answering(in_use, scheduler, budget_s=LONG_S, thinking_s=LONG_S)
    assert (await work.answer("well", ear)).error == "cut off"
    assert ear.heard == [FAILED]


async def test_a_model_that_writes_nothing_is_told(scheduler: Scheduler) -> None:
    ear = Ear()
    answered = await answering(SimulatedLanguageModel(lambda _: ""), scheduler).answer("well", ear)
    assert ear.heard == [FAILED]
    assert answered.ending == "failed"


async def test_where_a_person_is_heard_the_answer_ends(scheduler: Scheduler) -> None:
    model = Scripted(lambda: (f"Sentence {number}. " for number in itertools.count()))
    ear = Ear(listens=2)
    answered = await answering(model, scheduler).answer("talk to me", ear)
    assert ear.heard == ["Sentence 0.", "Sentence 1."]
    assert answered == Answered("Sentence 0. Sentence 1.", "interrupted")
    assert model.ended.wait(5)
    assert goes_on(scheduler)


async def test_who_does_not_wait_for_the_answer_any_more_ends_it(scheduler: Scheduler) -> None:
    begun = asyncio.Event()
    model = Scripted(lambda: itertools.chain(["One. "], itertools.repeat("")))
    asked = asyncio.create_task(
        answering(model, scheduler).answer("talk to me", Ear(lambda _: begun.set()))
    )
    await begun.wait()
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert model.ended.wait(5)
    assert goes_on(scheduler)


async def test_an_answer_that_the_scheduler_gives_up_is_interrupted() -> None:
    begun, over = asyncio.Event(), threading.Event()

    def script() -> Iterator[str]:
        yield "One. "
        over.wait(5)
        yield "Two. "

    ear = Ear(lambda _: begun.set())
    with Scheduler() as scheduler:
        asked = asyncio.create_task(answering(Scripted(script), scheduler).answer("count", ear))
        await begun.wait()
        closing = threading.Thread(target=scheduler.__exit__, args=(None, None, None))
        closing.start()
        assert await asked == Answered("One.", "interrupted")
        over.set()
        closing.join(5)


async def test_the_step_being_taken_is_interrupted_by_what_is_urgent(scheduler: Scheduler) -> None:
    computes = threading.Event()

    def script() -> Iterator[str]:
        computes.set()
        yield "Yes." if model.interrupted.wait(5) else "nobody was in a hurry"

    model = Scripted(script)
    ear = Ear()
    asked = asyncio.create_task(answering(model, scheduler).answer("well", ear))
    assert await asyncio.to_thread(computes.wait, 5)
    with scheduler.urgent():
        assert model.interrupted.is_set()
    assert (await asked).speech == "Yes."


async def test_where_too_many_wait_that_is_said_at_once() -> None:
    begun, over = asyncio.Event(), threading.Event()

    def script() -> Iterator[str]:
        yield "One. "
        over.wait(5)
        yield "Two."

    with Scheduler(most_waiting=1) as scheduler:
        work = answering(Scripted(script), scheduler)
        first, second = Ear(lambda _: begun.set()), Ear()
        asked = asyncio.create_task(work.answer("count", first))
        await begun.wait()
        answered = await work.answer("count", second)
        assert second.heard == [BUSY]
        assert (answered.speech, answered.ending) == (BUSY, "busy")
        over.set()
        assert (await asked).speech == "One. Two."


async def test_a_model_that_goes_round_in_circles_is_ended(scheduler: Scheduler) -> None:
    model = Scripted(lambda: itertools.cycle(["Ha. ", "Ho. ", "Hi and "]))
    ear = Ear()
    answered = await answering(model, scheduler).answer("laugh", ear)
    assert ear.heard == ["Ha.", "Ho.", "Hi and Ha."]
    assert answered.ending == "whole"
    assert model.ended.is_set()


async def test_each_answer_is_another_one(scheduler: Scheduler) -> None:
    model = Scripted(lambda: ["Hello."])
    work = answering(model, scheduler)
    for _ in range(3):
        await work.answer("hello", Ear())
    assert len(set(model.seeds)) == 3


async def test_fifty_answers_at_once_are_each_said_once_or_refused(scheduler: Scheduler) -> None:
    def learnt(text: str) -> str:
        (number,) = re.findall(r"number (\d+)", text)
        return f"Here is {number}. That was {number}."

    refused = asyncio.Semaphore(0)

    def count(sentence: str) -> None:
        if sentence == BUSY:
            refused.release()

    work = answering(SimulatedLanguageModel(learnt), scheduler)
    ears = [Ear(count) for _ in range(50)]
    with scheduler.urgent():
        asked = [
            asyncio.create_task(work.answer(f"say number {number}", ear, owner=str(number % 5)))
            for number, ear in enumerate(ears)
        ]
        for _ in range(50 - MOST_WAITING):
            await refused.acquire()
    answers = await asyncio.gather(*asked)
    endings = [answered.ending for answered in answers]
    assert (endings.count("whole"), endings.count("busy")) == (MOST_WAITING, 50 - MOST_WAITING)
    for number, (ear, answered) in enumerate(zip(ears, answers, strict=True)):
        whole = [f"Here is {number}.", f"That was {number}."]
        assert ear.heard == (whole if answered.ending == "whole" else [BUSY])
