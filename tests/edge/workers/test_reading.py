"""A turn is read by a worker, and by this machine where none answers."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest

from edge.home.graph import Entity, Home
from edge.nlu.context import Context, Spoken
from edge.nlu.interpreter import Reading
from edge.nlu.reader import Read, Turn
from edge.types import Intent, Tagging, Understanding
from edge.workers.messages import MOST_TEXT, Failed, Understood, digest_of, understand_of
from edge.workers.reading import WorkersReader
from edge.workers.work import Understanding as UnderstandingWork
from tests.edge.mqtt.conftest import Recorder
from tests.edge.workers.conftest import Group

HOME = Home(entities=(Entity("light.a", "A"),))
HERE = Read(Reading(Understanding(question="here?")))
THERE = Read(
    Reading(
        Understanding((Intent("HassTurnOn", {"name": "A"}, ("light.a",)),)),
        Context((Spoken(Tagging("a", "HassTurnOn", 0.9)),)),
        corrects=True,
    ),
    Tagging("a", "HassTurnOn", 0.9),
    {"tagger": 1.0, "resolver": 2.0},
)
TURN = Turn("and the bedroom", Context((Spoken(Tagging("b", "c", 0.5)),)), "kitchen")


class Reader:
    """Reads always the same."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self.turns: list[Turn] = []

    async def read(self, turn: Turn) -> Read:
        return self.read_now(turn)

    def read_now(self, turn: Turn) -> Read:
        self.turns.append(turn)
        return self._read


async def test_a_turn_goes_to_a_worker_with_all_it_depends_on(
    group: Group, recorder: Recorder
) -> None:
    async with group.client("w") as worker, group.hub() as hub:
        await worker.serves("understand")
        await recorder.wait_for("worker_joined")
        here = Reader(HERE)
        reader = WorkersReader(hub, here, lambda: HOME, 20, recorder.bus)
        reading = asyncio.create_task(reader.read(TURN))
        came = await worker.next()
        asked = understand_of(came.payload)
        assert (asked.turn.text, asked.turn.before, asked.turn.area) == (
            TURN.text, TURN.before, TURN.area,
        )  # fmt: skip
        assert asked.home == digest_of(HOME)
        assert asked.now is not None
        assert abs((datetime.now() - asked.now).total_seconds()) < 60
        await worker.replies(came, Understood("w", THERE))
        read = await reading
    assert (read.reading, read.tagging) == (THERE.reading, THERE.tagging)
    assert read.ms.keys() == {"tagger", "resolver", "workers"}
    assert here.turns == []


async def test_what_no_worker_answers_is_read_here_and_told(
    group: Group, recorder: Recorder
) -> None:
    async with group.client("w") as worker, group.hub() as hub:
        await worker.serves("understand")
        await recorder.wait_for("worker_joined")
        here = Reader(HERE)
        reader = WorkersReader(hub, here, lambda: HOME, 20, recorder.bus)
        reading = asyncio.create_task(reader.read(TURN))
        await worker.replies(await worker.next(), Failed("w", "no model"))
        assert await reading == HERE
    assert here.turns == [TURN]
    assert recorder.named("read_here")[0].fields["reason"] == "w: no model"


@pytest.mark.parametrize("text", ["lights on", "x" * (MOST_TEXT + 1)])
async def test_without_workers_and_for_endless_texts_it_is_read_here_and_nothing_is_told(
    group: Group, recorder: Recorder, text: str
) -> None:
    async with group.client("w") as worker, group.hub() as hub:
        if len(text) > MOST_TEXT:
            await worker.serves("understand")
            await recorder.wait_for("worker_joined")
        reader = WorkersReader(hub, Reader(HERE), lambda: HOME, 20, recorder.bus)
        assert await reader.read(Turn(text)) == HERE
    assert not recorder.named("read_here")


@pytest.mark.parametrize("same", [True, False])
async def test_a_worker_reads_only_for_those_who_know_the_same_home(
    group: Group, recorder: Recorder, same: bool
) -> None:
    theirs = HOME if same else Home(entities=(Entity("light.a", "Another"),))
    there, here = Reader(THERE), Reader(HERE)
    work = UnderstandingWork(there.read_now, lambda: theirs)
    async with group.worker("w", work), group.hub() as hub:
        await recorder.wait_for("worker_joined")
        reader = WorkersReader(hub, here, lambda: HOME, 20, recorder.bus)
        read = await reader.read(TURN)
    assert read.reading == (THERE if same else HERE).reading
    assert len(there.turns) == same
