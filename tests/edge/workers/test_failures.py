"""Hub and real workers on a real Mosquitto: links that are cut, and the least rights."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from edge.workers.asking import NotAnsweredError
from edge.workers.messages import Heard
from tests.edge.mqtt.conftest import AS_US, BrokerSwitch, Recorder
from tests.edge.mqtt.test_broker_aiomqtt import Wire
from tests.edge.workers.conftest import Gated, Group

HUB_MAY = ("write lares/home/questions/+", "read lares/home/answers/+", "read lares/home/workers/+")
WORKER_MAY = (
    "read lares/home/questions/+",
    "write lares/home/answers/+",
    "write lares/home/workers/+",
)


async def test_when_the_link_of_a_worker_is_cut_in_mid_work_another_one_answers(
    group: Group, recorder: Recorder
) -> None:
    wire = Wire(group.port)
    server = await asyncio.start_server(wire.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    far, near = Gated(), Gated(is_open=True)
    async with group.hub() as hub, group.worker("far", far, port=port):
        await recorder.wait_for("worker_joined")
        question = asyncio.create_task(hub.ask("hear", b"sound", 20))
        await recorder.wait_for("worker_took")
        async with group.worker("near", near):
            await recorder.wait_for("worker_joined", 2)
            wire.cut()
            assert (await question).worker == "near"
            for _ in range(10):
                assert (await hub.ask("hear", b"more", 20)).worker == "near"
            await recorder.wait_for("worker_left")
            assert hub.workers("hear") == ("near",)
            far.let_go()
            await recorder.wait_for("worker_joined", 3)
            answers = [await hub.ask("hear", b"again", 20) for _ in range(10)]
            assert {answer.worker for answer in answers} == {"near", "far"}
    server.close()


async def test_a_question_that_two_workers_answer_has_one_answer(
    group: Group, recorder: Recorder
) -> None:
    """The first was taken for dead, and was not."""
    slow, quick = Gated(), Gated(is_open=True)
    async with group.hub() as hub, group.worker("slow", slow):
        await recorder.wait_for("worker_joined")
        question = asyncio.create_task(hub.ask("hear", b"sound", 20))
        await recorder.wait_for("worker_took")
        async with group.worker("quick", quick), group.client("slow") as liar:
            await recorder.wait_for("worker_joined", 2)
            await liar.tells(None)
            answer = await question
            slow.let_go()
            await recorder.wait_for("worker_answered", 2)
            assert answer.worker == "quick"
            later = await hub.ask("hear", b"other", 20)
    assert isinstance(later, Heard)
    assert later.transcript.text == "other"
    assert (slow.asked[0], quick.asked[0]) == (b"sound", b"sound")


@pytest.fixture
async def strict(tmp_path: Path) -> AsyncIterator[BrokerSwitch]:
    """A Mosquitto that gives hub and worker the rights that they need, and a guest none."""
    rights = {"hub": HUB_MAY, "worker": (*WORKER_MAY, "read lares/home/workers/+"), "guest": ()}
    lines = [
        line
        for user, allowed in rights.items()
        for line in (f"user {user}", *(f"topic {topic}" for topic in allowed))
    ]
    acl = tmp_path / "acl"
    acl.write_text("\n".join(lines) + "\n")
    acl.chmod(0o600)
    switch = BrokerSwitch(["allow_anonymous true", f"acl_file {acl}", AS_US])
    await switch.start()
    yield switch
    await switch.stop()


async def test_hub_and_workers_need_no_more_rights_than_these(
    strict: BrokerSwitch, recorder: Recorder
) -> None:
    group = Group(strict.port, recorder.bus)
    async with group.hub(username="hub") as hub:
        async with group.worker("w", Gated(is_open=True), username="worker"):
            await recorder.wait_for("worker_joined")
            answer = await hub.ask("hear", b"sound", 20)
            assert isinstance(answer, Heard)
            assert answer.transcript.text == "sound"
        await recorder.wait_for("worker_left")
    assert not recorder.named("mqtt_denied")


async def test_what_the_broker_denies_is_told(strict: BrokerSwitch, recorder: Recorder) -> None:
    group = Group(strict.port, recorder.bus)
    async with (
        group.worker("w", Gated(is_open=True), username="worker"),
        group.hub(username="worker") as hub,
    ):
        await recorder.wait_for("worker_joined")
        with pytest.raises(NotAnsweredError, match="lares/home/questions/hear"):
            await hub.ask("hear", b"sound", 20)
    assert recorder.named("mqtt_denied")[0].fields["topic"] == "lares/home/questions/hear"
