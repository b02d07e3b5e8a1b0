"""An utterance is heard by a worker, and by the engine of this machine where none answers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np

from edge.types import SAMPLE_RATE, Samples, Transcript, Utterance
from edge.voice.vocabulary import Vocabulary
from edge.workers.asking import Asking
from edge.workers.hearing import WorkersSpeechToText
from edge.workers.messages import FLAC, MOST_SOUND_S, Failed, Status, samples_of
from tests.edge.mqtt.conftest import Recorder
from tests.edge.workers.conftest import Group


class Here:
    """An engine that hears its own name."""

    name = "here"

    def __init__(self) -> None:
        self.heard: list[int] = []
        self.vocabulary: Vocabulary | None = None

    def set_vocabulary(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def session(self) -> Here:
        return self

    def feed(self, samples: Samples) -> None: ...

    def partial(self) -> str:
        return "so far"

    def finish(self, utterance: Utterance) -> Transcript:
        self.heard.append(len(utterance.samples))
        return Transcript("here", self.name)

    def log_probabilities(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        return [[-1.0] for _ in texts]


def utterance(seconds: float = 0.5) -> Utterance:
    samples = np.arange(int(seconds * SAMPLE_RATE)).astype(np.int16)
    return Utterance(samples, 3.0, 3.0 + seconds, "silence")


def engine(
    hub: Asking, here: Here, recorder: Recorder, within_s: float = 20
) -> WorkersSpeechToText:
    return WorkersSpeechToText(hub, here, within_s, recorder.bus)


async def test_the_sound_goes_to_a_worker_as_it_is(group: Group, recorder: Recorder) -> None:
    async with group.client("w") as worker, group.hub() as hub:
        await worker.serves()
        await recorder.wait_for("worker_joined")
        here, said = Here(), utterance()
        session = engine(hub, here, recorder).session()
        session.feed(said.samples[:100])
        assert session.partial() == ""
        hearing = asyncio.create_task(asyncio.to_thread(session.finish, said))
        came = await worker.next()
        assert came.content_type == FLAC
        assert np.array_equal(samples_of(came.payload, came.content_type), said.samples)
        await worker.hears(came, "lights on")
        assert await hearing == Transcript("lights on", "w")
        assert session.log_probabilities(["lights on"]) == ()
    assert here.heard == []


async def test_without_workers_the_engine_here_hears_while_one_speaks(
    group: Group, recorder: Recorder
) -> None:
    async with group.hub() as hub:
        here = Here()
        stt = engine(hub, here, recorder)
        assert stt.session() is here
        stt.set_vocabulary(Vocabulary(names=("Lamp",)))
        assert here.vocabulary == Vocabulary(names=("Lamp",))
    assert not recorder.named("heard_here")


async def test_what_no_worker_answers_is_heard_here_and_told(
    group: Group, recorder: Recorder
) -> None:
    async with group.client("w") as worker, group.hub() as hub:
        await worker.serves()
        await recorder.wait_for("worker_joined")
        here = Here()
        session = engine(hub, here, recorder).session()
        hearing = asyncio.create_task(asyncio.to_thread(session.finish, utterance()))
        await worker.replies(await worker.next(), Failed("w", "no engine"))
        assert (await hearing).text == "here"
        assert session.log_probabilities(["a"]) == [[-1.0]]
    assert recorder.named("heard_here")[0].fields["reason"] == "w: no engine"


async def test_what_is_not_answered_in_time_is_heard_here(group: Group, recorder: Recorder) -> None:
    async with group.client("w") as worker, group.hub() as hub:
        await worker.tells(Status(("hear",)))
        await recorder.wait_for("worker_joined")
        session = engine(hub, Here(), recorder, within_s=0.2).session()
        assert (await asyncio.to_thread(session.finish, utterance())).text == "here"


async def test_what_is_longer_than_workers_hear_is_heard_here(
    group: Group, recorder: Recorder
) -> None:
    async with group.client("w") as worker, group.hub() as hub:
        await worker.serves()
        await recorder.wait_for("worker_joined")
        session = engine(hub, Here(), recorder).session()
        said = utterance(MOST_SOUND_S + 1)
        assert (await asyncio.to_thread(session.finish, said)).text == "here"


async def test_when_lares_ends_nobody_waits_for_a_worker(group: Group, recorder: Recorder) -> None:
    async with group.client("w") as worker:
        async with group.hub() as hub:
            await worker.serves()
            await recorder.wait_for("worker_joined")
            session = engine(hub, Here(), recorder).session()
            hearing = asyncio.create_task(asyncio.to_thread(session.finish, utterance()))
            await worker.next()
        assert (await hearing).text == "here"
