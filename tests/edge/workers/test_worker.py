"""A real worker, asked by a client of the test on a real Mosquitto."""

from __future__ import annotations

import asyncio

import pytest

from edge.mqtt.parcel import Parcel
from edge.types import LaresError
from edge.workers import lane
from edge.workers.messages import Busy, Failed, Heard, Reply, Taken, reply_of, status_of
from tests.edge.mqtt.conftest import BrokerSwitch, Recorder
from tests.edge.workers.conftest import TOPICS, Client, Gated, Group


def text_of(reply: Reply) -> str:
    assert isinstance(reply, Heard)
    return reply.transcript.text


async def next_reply(client: Client) -> tuple[bytes | None, Reply]:
    """The next reply, a sign of life too."""
    parcel = await client.next()
    return parcel.correlation, reply_of(parcel.payload)


async def test_any_client_may_ask_and_is_told_who_took_it_and_then_the_answer(
    group: Group,
) -> None:
    async with group.worker("w", Gated(is_open=True)), group.client("me") as client:
        await client.listens()
        await client.asks("hello", b"\0\xff")
        assert await next_reply(client) == (b"\0\xff", Taken("w"))
        id, reply = await client.answer()
        assert (id, text_of(reply)) == (b"\0\xff", "hello")


async def test_while_it_works_it_says_so(group: Group) -> None:
    work = Gated()
    async with group.worker("w", work), group.client("me") as client:
        await client.listens()
        await client.asks("hello")
        for _ in range(3):
            assert await next_reply(client) == (b"1", Taken("w"))
        work.let_go()
        assert text_of((await client.answer())[1]) == "hello"


async def test_the_same_question_is_worked_on_once_however_often_it_comes(group: Group) -> None:
    work = Gated()
    async with group.worker("w", work), group.client("me") as client:
        await client.listens()
        await client.asks("hello")
        assert await next_reply(client) == (b"1", Taken("w"))
        work.let_go()
        assert text_of((await client.answer())[1]) == "hello"
        for _ in range(3):
            await client.asks("hello")
            assert text_of((await client.answer())[1]) == "hello"
        assert work.asked == [b"hello"]


async def test_a_question_that_comes_again_while_it_is_in_hand_is_only_said_to_be(
    group: Group,
) -> None:
    work = Gated(most=2)
    async with group.worker("w", work), group.client("me") as client:
        await client.listens()
        await client.asks("hello")
        await client.asks("hello")
        for _ in range(2):
            assert await next_reply(client) == (b"1", Taken("w"))
        await client.asks("other", b"2")
        work.let_go()
        answers = {id: text_of(reply) for id, reply in [await client.answer() for _ in range(2)]}
        assert answers == {b"1": "hello", b"2": "other"}
        assert work.asked == [b"hello", b"other"]


async def test_it_remembers_only_so_many_answers(
    group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane, "REMEMBERED", 2)
    work = Gated(is_open=True)
    async with group.worker("w", work), group.client("me") as client:
        await client.listens()
        for id in (b"1", b"2", b"3", b"3", b"1"):
            await client.asks("hello", id)
            assert (await client.answer())[0] == id
        assert len(work.asked) == 4


async def test_what_has_expired_in_its_hands_is_not_worked_on(
    group: Group, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Gated(most=2)
    async with group.worker("w", work), group.client("me") as client:
        await client.listens()
        await client.asks("first", b"1")
        assert await next_reply(client) == (b"1", Taken("w"))
        monkeypatch.setattr(lane, "MOST_EXPIRY_S", 0)
        await client.asks("second", b"2", expiry_s=1)
        while (await next_reply(client))[0] != b"2":
            pass
        work.let_go()
        assert (await client.answer())[0] == b"1"
        await recorder.wait_for("question_expired")
        assert work.asked == [b"first"]


async def test_whoever_has_its_hands_full_is_handed_nothing_while_another_is_free(
    group: Group,
) -> None:
    busy, free = Gated(), Gated(is_open=True)
    async with (
        group.worker("a", busy), group.client("me") as client,
    ):  # fmt: skip
        await client.listens()
        await client.asks("long", b"long")
        assert await next_reply(client) == (b"long", Taken("a"))
        async with group.worker("b", free):
            for number in range(10):
                id = str(number).encode()
                await client.asks("short", id)
                reply: Reply = Busy("")
                while isinstance(reply, Busy):
                    answered, reply = await client.answer()
                assert (answered, reply) == (id, Heard("b", reply.transcript, 1.0))  # type: ignore[union-attr]
            assert len(free.asked) == 10
            busy.let_go()
            assert (await client.answer())[0] == b"long"


async def test_what_is_no_question_is_told_once_and_does_no_harm(
    group: Group, recorder: Recorder
) -> None:
    work = Gated(is_open=True)
    topic, mine = TOPICS.work("hear"), TOPICS.answers_to("me")
    async with group.worker("w", work), group.client("me") as client:
        await client.listens()
        for garbage in (
            Parcel(topic),
            Parcel(topic, b"x", response_topic=mine),
            Parcel(topic, b"x", response_topic=mine, correlation=b""),
            Parcel(topic, b"x", response_topic=mine, correlation=b"1" * 65),
            Parcel(topic, b"x", response_topic="homeassistant/light/x/config", correlation=b"1"),
            Parcel(topic, bytes(2_000_000), response_topic=mine, correlation=b"1"),
        ):
            await client.publish(garbage)
        await client.asks("hello")
        assert text_of((await client.answer())[1]) == "hello"
        assert work.asked == [b"hello"]
    assert len(recorder.named("question_refused")) == 1


async def test_a_question_that_was_kept_by_the_broker_is_none(group: Group) -> None:
    work = Gated(is_open=True)
    async with group.client("me") as client:
        await client.listens()
        topic = TOPICS.work("hear")
        await client.publish(Parcel(topic, b"old", True, TOPICS.answers_to("me"), b"1", 20))
        async with group.worker("w", work):
            await client.asks("new", b"2")
            assert (await client.answer())[0] == b"2"
            assert work.asked == [b"new"]


@pytest.mark.parametrize("error", [LaresError("no such engine"), ZeroDivisionError("a defect")])
async def test_what_it_cannot_answer_it_says_and_goes_on(group: Group, error: Exception) -> None:
    work = Gated(is_open=True)
    work.fails = error
    async with group.worker("w", work), group.client("me") as client:
        await client.listens()
        await client.asks("hello", b"1")
        _, reply = await client.answer()
        assert isinstance(reply, Failed)
        assert str(error) in reply.reason
        work.fails = None
        await client.asks("hello", b"2")
        assert text_of((await client.answer())[1]) == "hello"


async def test_it_tells_what_it_does_and_leaves_nothing_behind(group: Group) -> None:
    works = (Gated("hear", is_open=True), Gated("understand", is_open=True))
    async with group.client("me") as client:
        await client.client.subscribe(TOPICS.status("w"), 1)
        async with group.worker("w", *works):
            while not (told := await client.next()).payload:
                pass
            assert set(status_of(told.payload).does) == {"hear", "understand"}
            assert told.expiry_s is not None
        assert (await client.next()).payload == b""
        async with group.client("late") as late:
            await late.client.subscribe(TOPICS.status("w"), 1)
            await late.client.publish(TOPICS.status("w"), b"marks the end", 1)
            assert (await late.next()).payload == b"marks the end"


async def test_after_the_broker_comes_back_it_works_again(
    group: Group, mosquitto: BrokerSwitch, recorder: Recorder
) -> None:
    async with group.worker("w", Gated(is_open=True)):
        await mosquitto.kill()
        await mosquitto.start()
        async with group.client("me") as client:
            await client.client.subscribe(TOPICS.status("w"), 1)
            while not (await client.next()).payload:
                pass
            await client.listens()
            await client.asks("hello")
            assert text_of((await client.answer())[1]) == "hello"


async def test_hub_and_workers_share_the_work_evenly(group: Group, recorder: Recorder) -> None:
    first, second = Gated("hear", is_open=True), Gated("hear", is_open=True)
    async with group.worker("a", first), group.worker("b", second), group.hub() as hub:
        await recorder.wait_for("worker_joined", 2)
        await asyncio.gather(*(hub.ask("hear", b"%d" % n, 20, "audio/pcm") for n in range(40)))
    assert sorted(first.asked + second.asked) == sorted(b"%d" % n for n in range(40))
    assert min(len(first.asked), len(second.asked)) >= 10
