"""The hub's side, with workers that the test plays by hand on a real Mosquitto."""

from __future__ import annotations

import asyncio
import time

import pytest

from edge.nlu.interpreter import Reading
from edge.nlu.reader import Read
from edge.types import Understanding
from edge.workers import asking as module
from edge.workers.asking import Asking, NotAnsweredError
from edge.workers.messages import Answer, Busy, Failed, Heard, Status, Taken, Understood
from tests.edge.mqtt.conftest import WAIT_S, BrokerSwitch, Recorder
from tests.edge.workers.conftest import TOPICS, Group


async def known(hub: Asking, recorder: Recorder, count: int = 1) -> None:
    await recorder.wait_for("worker_joined", count)


def asked(hub: Asking, text: str = "sound", within_s: float = 20) -> asyncio.Task[Answer]:
    return asyncio.create_task(hub.ask("hear", text.encode(), within_s, "audio/pcm"))


async def text_of(question: asyncio.Task[Answer]) -> str:
    async with asyncio.timeout(WAIT_S):
        answer = await question
    assert isinstance(answer, Heard)
    return answer.transcript.text


async def test_a_question_tells_where_its_answer_goes_and_how_long_anybody_wants_it(
    group: Group, recorder: Recorder
) -> None:
    async with group.client("w") as worker, group.hub() as hub:
        await worker.serves()
        await known(hub, recorder)
        question = asked(hub, within_s=7.5)
        came = await worker.next()
        assert (came.topic, came.payload) == (TOPICS.work("hear"), b"sound")
        assert came.response_topic == TOPICS.answers_to("hub")
        assert came.correlation is not None and len(came.correlation) == 16
        assert came.expiry_s == 8
        assert came.content_type == "audio/pcm"
        assert not came.retain
        await worker.hears(came, "lights on")
        assert await text_of(question) == "lights on"


async def test_without_a_worker_for_it_nothing_is_asked(group: Group, recorder: Recorder) -> None:
    async with group.client("w") as worker, group.hub() as hub:
        await worker.serves("understand")
        await known(hub, recorder)
        with pytest.raises(NotAnsweredError, match="no worker is there"):
            await hub.ask("hear", b"", 20)


async def test_without_a_broker_nothing_is_asked(group: Group, mosquitto: BrokerSwitch) -> None:
    await mosquitto.stop()
    async with group.hub() as hub:
        with pytest.raises(NotAnsweredError, match="no connection"):
            await hub.ask("hear", b"", 20)


async def test_when_the_taker_dies_the_same_question_is_asked_again_at_once(
    group: Group, recorder: Recorder
) -> None:
    async with group.client("w") as first, group.client("v") as second, group.hub() as hub:
        await first.serves()
        await known(hub, recorder)
        question = asked(hub)
        came = await first.next()
        await first.replies(came, Taken("w"))
        await first.leaves_the_subscription()
        await second.serves()
        await known(hub, recorder, 2)
        begin = time.monotonic()
        await first.tells(None)  # as the broker does for one that died
        again = await second.next()
        assert time.monotonic() - begin < module.TAKEN_S
        assert (again.correlation, again.payload) == (came.correlation, came.payload)
        await second.hears(again, "lights on")
        assert await text_of(question) == "lights on"


async def test_when_a_worker_dies_what_nobody_has_taken_is_asked_again_at_once(
    group: Group, recorder: Recorder
) -> None:
    async with group.client("w") as first, group.client("v") as second, group.hub() as hub:
        await first.serves()
        await second.tells(Status(("hear",)))
        await known(hub, recorder, 2)
        question = asked(hub)
        await first.next()
        await first.leaves_the_subscription()
        await second.serves()
        begin = time.monotonic()
        await first.tells(None)
        await second.hears(await second.next())
        assert time.monotonic() - begin < module.TAKEN_S
        assert await text_of(question) == "lights on"


async def test_a_taker_that_falls_silent_is_asked_no_longer_alone(
    group: Group, recorder: Recorder
) -> None:
    async with group.client("w") as worker, group.hub() as hub:
        await worker.serves()
        await known(hub, recorder)
        question = asked(hub)
        came = await worker.next()
        begin = time.monotonic()
        await worker.replies(came, Taken("w"))
        again = await worker.next()
        assert time.monotonic() - begin >= module.SILENCE_S * 0.9
        assert again.correlation == came.correlation
        await worker.hears(again)
        assert await text_of(question) == "lights on"
    assert recorder.named("asked_again")[0].fields["reason"] == "silence"


async def test_a_taker_that_goes_on_saying_so_is_left_in_peace(
    group: Group, recorder: Recorder
) -> None:
    async with group.client("w") as worker, group.hub() as hub:
        await worker.serves()
        await known(hub, recorder)
        question = asked(hub)
        came = await worker.next()
        until = time.monotonic() + 2 * module.SILENCE_S
        while time.monotonic() < until:
            await worker.replies(came, Taken("w"))
            await asyncio.sleep(module.SILENCE_S / 3)  # its work
        await worker.hears(came)
        assert await text_of(question) == "lights on"
    assert not recorder.named("asked_again")


async def test_what_nobody_takes_is_asked_again_after_a_growing_while(
    group: Group, recorder: Recorder
) -> None:
    async with group.client("w") as worker, group.hub() as hub:
        await worker.serves()
        await known(hub, recorder)
        question = asked(hub)
        begin = time.monotonic()
        for _ in range(3):
            came = await worker.next()
        assert 3 * module.TAKEN_S * 0.9 <= time.monotonic() - begin < 5 * module.TAKEN_S
        await worker.hears(came)
        await text_of(question)


async def test_of_two_answers_the_first_counts(group: Group, recorder: Recorder) -> None:
    async with group.client("w") as worker, group.hub() as hub:
        await worker.serves()
        await known(hub, recorder)
        first = asked(hub)
        came = await worker.next()
        await worker.hears(came, "one")
        await worker.hears(came, "two")
        assert await text_of(first) == "one"
        second = asked(hub)
        await worker.hears(await worker.next(), "three")
        assert await text_of(second) == "three"


async def test_an_answer_to_another_kind_of_question_is_none(
    group: Group, recorder: Recorder
) -> None:
    async with group.client("w") as worker, group.hub() as hub:
        await worker.serves()
        await known(hub, recorder)
        question = asked(hub)
        came = await worker.next()
        await worker.replies(came, Understood("w", Read(Reading(Understanding()))))
        await worker.hears(came)
        assert await text_of(question) == "lights on"


async def test_who_is_busy_after_all_is_not_waited_for(group: Group, recorder: Recorder) -> None:
    async with group.client("w") as worker, group.hub() as hub:
        await worker.serves()
        await known(hub, recorder)
        question = asked(hub)
        begin = time.monotonic()
        await worker.replies(await worker.next(), Busy("w"))
        await worker.hears(await worker.next())
        assert await text_of(question) == "lights on"
        assert time.monotonic() - begin < module.TAKEN_S


async def test_what_a_worker_cannot_answer_is_told_with_its_reason(
    group: Group, recorder: Recorder
) -> None:
    async with group.client("w") as worker, group.hub() as hub:
        await worker.serves()
        await known(hub, recorder)
        question = asked(hub)
        await worker.replies(await worker.next(), Failed("w", "another home"))
        with pytest.raises(NotAnsweredError, match="w: another home"):
            await question


async def test_what_is_not_answered_in_time_is_given_back(group: Group, recorder: Recorder) -> None:
    async with group.client("w") as worker, group.hub() as hub:
        await worker.serves()
        await known(hub, recorder)
        begin = time.monotonic()
        with pytest.raises(NotAnsweredError, match=r"within 0\.3 s"):
            await hub.ask("hear", b"", 0.3)
        assert time.monotonic() - begin < 1


async def test_while_all_are_busy_questions_wait_and_the_oldest_goes_first(
    group: Group, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_S", WAIT_S)
    async with group.client("w") as worker, group.hub() as hub:
        await worker.serves()
        await known(hub, recorder)
        first = asked(hub, "first")
        came = await worker.next()
        await worker.leaves_the_subscription()
        second = asked(hub, "second")
        await recorder.wait_for("all_workers_busy")
        third = asked(hub, "third")
        for text in ("second", "third"):
            await worker.client.subscribe(TOPICS.shared("hear"), 1)
            await worker.hears(came, "done")
            came = await worker.next()
            assert came.payload == text.encode()
            await worker.leaves_the_subscription()
        await worker.hears(came, "done")
        assert [await text_of(each) for each in (first, second, third)] == ["done"] * 3


async def test_while_all_are_busy_a_question_looks_by_itself_from_time_to_time(
    group: Group, recorder: Recorder
) -> None:
    """So another hub's answer, of which this one hears nothing, makes no question wait for ever."""
    async with group.client("w") as worker, group.hub() as hub:
        await worker.tells(Status(("hear",)))
        await known(hub, recorder)
        question = asked(hub)
        await recorder.wait_for("all_workers_busy")
        await worker.serves()
        await worker.hears(await worker.next())
        assert await text_of(question) == "lights on"


async def test_a_monitor_that_listens_to_everything_makes_nothing_get_lost(
    group: Group, recorder: Recorder
) -> None:
    async with (
        group.client("m") as monitor, group.client("w") as worker, group.hub() as hub,
    ):  # fmt: skip
        await monitor.client.subscribe("#", 1)
        await worker.tells(Status(("hear",)))
        await known(hub, recorder)
        question = asked(hub)
        while (await monitor.next()).topic != TOPICS.work("hear"):
            pass
        await worker.serves()
        await worker.hears(await worker.next())
        assert await text_of(question) == "lights on"


async def test_garbage_is_told_once_and_does_nothing(group: Group, recorder: Recorder) -> None:
    async with group.client("w") as worker, group.hub() as hub:
        await worker.serves()
        await known(hub, recorder)
        question = asked(hub)
        came = await worker.next()
        for garbage in (b"", b"\xff", b"[" * 100_000, b"{}", b'{"state": "heard"}', b"\0" * 10**6):
            await worker.replies(came, garbage)
        await worker.client.publish(TOPICS.status("x"), b"nonsense", 1)
        await worker.client.publish(TOPICS.status("y"), b'{"does": ["dance"]}', 1)
        await worker.hears(came)
        assert await text_of(question) == "lights on"
        assert hub.workers("hear") == ("w",)
    assert len(recorder.named("worker_problem")) == 1


async def test_when_the_broker_goes_open_questions_are_given_back_and_its_return_heals(
    group: Group, recorder: Recorder, mosquitto: BrokerSwitch
) -> None:
    async with group.hub() as hub:
        async with group.client("w") as worker:
            await worker.serves()
            await known(hub, recorder)
            question = asked(hub)
            await worker.next()
            await mosquitto.kill()
            with pytest.raises(NotAnsweredError, match="connection"):
                await question
            assert hub.workers("hear") == ()
        await mosquitto.start()
        async with group.client("w") as worker:
            await worker.serves()
            await known(hub, recorder, 2)
            question = asked(hub)
            await worker.hears(await worker.next())
            assert await text_of(question) == "lights on"


async def test_no_more_questions_are_open_than_agreed(
    group: Group, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_QUESTIONS", 1)
    async with group.client("w") as worker, group.hub() as hub:
        await worker.serves()
        await known(hub, recorder)
        question = asked(hub)
        await worker.next()
        with pytest.raises(NotAnsweredError, match="open already"):
            await hub.ask("hear", b"", 20)
        question.cancel()


async def test_a_thread_may_ask_and_ends_when_lares_does(group: Group, recorder: Recorder) -> None:
    async with group.client("w") as worker:
        async with group.hub() as hub:
            await worker.serves()
            await known(hub, recorder)
            asking = asyncio.create_task(
                asyncio.to_thread(hub.ask_in_thread, "hear", b"sound", 20, "audio/pcm")
            )
            await worker.next()
        with pytest.raises(NotAnsweredError, match="Lares ends"):
            await asking
