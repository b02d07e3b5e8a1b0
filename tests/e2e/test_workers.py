"""`lares worker`: real processes that hear and understand for a hub, and what becomes of commands
when one of them is killed, asked twice, or not there."""

from __future__ import annotations

import asyncio
import json
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from edge.app import App, Household
from edge.config import Config
from edge.demo.devices import run_devices
from edge.home.graph import Area, Entity, Home
from edge.mqtt.parcel import Parcel
from edge.types import EntityState, Outcome, Transcript, Utterance
from tests.e2e.conftest import configured
from tests.e2e.program import WAIT_S, Running, lares, running
from tests.e2e.sounds import KITCHEN_LIGHT, raw, samples_of, without_wake_word
from tests.edge.mqtt.conftest import BrokerSwitch, Recorder, recorder

__all__ = ["recorder"]

HOME = Home(
    areas=(Area("kitchen", "Kitchen"), Area("bedroom", "Bedroom")),
    entities=(
        Entity("light.kitchen_light", "Kitchen Light", "kitchen", state=EntityState("off")),
        Entity("light.bedroom_lamp", "Bedroom Lamp", "bedroom", state=EntityState("off")),
        Entity("light.desk_lamp", "Desk Lamp", "bedroom", state=EntityState("off")),
        Entity("switch.coffee", "Coffee Maker", "kitchen", state=EntityState("off")),
    ),
)
WORK = "lares/home/questions"


@asynccontextmanager
async def worker(folder: Path, *more: str) -> AsyncIterator[Running]:
    """A worker process that is ready."""
    options = ("worker", "--log", "--engine", "pocketsphinx", *more)
    async with running(*options, folder=folder) as program:
        await program.event("worker_ready")
        yield program


@asynccontextmanager
async def hub(
    folder: Path, recorder: Recorder, workers: int
) -> AsyncIterator[tuple[App, Household]]:
    """A hub in this process that knows so many workers."""
    config = Config.load(folder / "lares.toml").with_value("workers.use", True, "test")
    app = App(config.with_value("stt.engine", "pocketsphinx", "test"), recorder.bus)
    async with app.live() as household:
        if workers:
            await recorder.wait_for("worker_joined", workers)
        yield app, household


class Commands:
    """Counts what devices were told."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self.told: Counter[str] = Counter()
        self._client = client

    async def count(self) -> None:
        """All that was published until now."""
        await self._client.publish("virtual/end/end/set", "", 1)
        async with asyncio.timeout(WAIT_S):
            async for message in self._client.messages:
                _, kind, name, _ = message.topic.value.split("/")
                if kind == "end":
                    return
                self.told[name] += 1


@asynccontextmanager
async def counted(port: int) -> AsyncIterator[Commands]:
    """The devices of the home, and what they are told in all."""
    async with aiomqtt.Client("127.0.0.1", port) as client:
        await client.subscribe("virtual/+/+/set", 1)
        commands = Commands(client)
        async with run_devices(HOME, "127.0.0.1", port):
            yield commands
            await commands.count()


def hear(app: App, household: Household) -> Transcript:
    """What an utterance is heard as, in a thread as always."""
    samples = without_wake_word(KITCHEN_LIGHT)
    stt = app.hearing(household.devices)
    return stt.session().finish(Utterance(samples, 0.0, len(samples) / 16_000, "source"))


async def say(app: App, household: Household, *texts: str, **how: Any) -> list[Outcome]:
    return [await app.handle(household, Transcript(text, "text"), **how) for text in texts]


async def test_one_of_two_workers_is_killed_in_mid_work_and_nothing_is_lost_or_done_twice(
    mosquitto: BrokerSwitch, live: Path, recorder: Recorder
) -> None:
    async with (
        counted(mosquitto.port) as commands,
        worker(live) as first,
        worker(live) as second,
        hub(live, recorder, 2) as (app, household),
    ):
        names = iter(("Kitchen Light", "Bedroom Lamp", "Desk Lamp", "Coffee Maker"))

        async def command(name: str) -> Outcome:
            heard = await asyncio.to_thread(hear, app, household)
            assert heard.text == "turn on the kitchen light"
            (outcome,) = await say(app, household, f"turn on the {name}")
            return outcome

        commanding = [asyncio.create_task(command(name)) for name in names]
        await first.event("worker_took")
        await first.ends(signal.SIGKILL)
        async with asyncio.timeout(WAIT_S):
            outcomes = await asyncio.gather(*commanding)
        assert not any(outcome.failed or outcome.asked for outcome in outcomes)
        assert len(recorder.named("worker_left")) == 1
        assert recorder.named("asked_again")
        assert not recorder.named("heard_here")
        assert not recorder.named("read_here")
        heard_by = {event.fields["worker"] for event in recorder.named("workers_heard")}
        assert len(heard_by) <= 2
        assert second.process.returncode is None
    assert commands.told == {
        "kitchen_light": 1, "bedroom_lamp": 1, "desk_lamp": 1, "coffee": 1,
    }  # fmt: skip


DIALOGUE = (
    "turn on the kitchen light",
    "and the coffee maker too",
    "turn on the lamp in the bedroom",
    "the desk lamp",
    "no, the other one",
    "undo that",
)


async def test_a_dialogue_over_workers_goes_as_it_does_without(
    mosquitto: BrokerSwitch, live: Path, recorder: Recorder
) -> None:
    alone = App(Config.load(live / "lares.toml"))
    async with counted(mosquitto.port), alone.live() as household:
        without = await say(alone, household, *DIALOGUE, area="kitchen")
    async with (
        counted(mosquitto.port),
        worker(live, "--for", "understand"),
        hub(live, recorder, 1) as (app, household),
    ):
        over_workers = await say(app, household, *DIALOGUE, area="kitchen")
        other = await say(app, household, "and the bedroom too", conversation="another room")
    assert [(o.speech, o.intents, o.asked, dict(o.changes)) for o in over_workers] == [
        (o.speech, o.intents, o.asked, dict(o.changes)) for o in without
    ]
    assert len(recorder.named("workers_read")) >= len(DIALOGUE) - 2
    assert not recorder.named("read_here")
    assert other[0].changes == {}


async def test_a_question_that_is_asked_twice_is_acted_on_once(
    mosquitto: BrokerSwitch, live: Path, recorder: Recorder
) -> None:
    async def echo(port: int, ready: asyncio.Event) -> None:
        """Put each question once more."""
        v5 = aiomqtt.ProtocolVersion.V5
        seen: set[bytes | None] = set()
        async with aiomqtt.Client("127.0.0.1", port, protocol=v5) as client:
            await client.subscribe(f"{WORK}/#", 1)
            ready.set()
            async for message in client.messages:
                question = Parcel.of(message)
                if question.correlation not in seen:
                    seen.add(question.correlation)
                    await client.publish(
                        question.topic, question.payload, 1, properties=question.properties
                    )

    ready = asyncio.Event()
    echoing = asyncio.create_task(echo(mosquitto.port, ready))
    async with (
        counted(mosquitto.port) as commands,
        worker(live) as first,
        worker(live) as second,
        hub(live, recorder, 2) as (app, household),
    ):
        await ready.wait()
        heard = await asyncio.to_thread(hear, app, household)
        (outcome,) = await say(app, household, heard.text)
        assert outcome.changes["light.kitchen_light"].state == "on"
        for one in (first, second):
            await one.event("worker_answered")
        assert not echoing.done()
    echoing.cancel()
    assert commands.told == {"kitchen_light": 1}


async def test_without_workers_the_hub_does_it_all_and_one_that_joins_is_asked(
    mosquitto: BrokerSwitch, tmp_path: Path
) -> None:
    folder = configured(tmp_path, mosquitto)
    with (folder / "lares.toml").open("a") as file:
        file.write("[workers]\nuse = true\n")
    listens = ("run", "--log", "--microphone", "-", "--engine", "pocketsphinx")
    command = raw(samples_of(KITCHEN_LIGHT))
    async with (
        counted(mosquitto.port) as commands,
        running(*listens, folder=folder) as program,
    ):
        await program.event("listening")
        first = await program.hears(command)
        assert first["speech"] == "Turned on the kitchen light."
        assert "workers" not in first["ms"]
        async with worker(folder):
            await program.event("worker_joined")
            second = await program.hears(command)
            assert any('"event": "workers_heard"' in line for line in program.said)
            assert second["ms"]["workers"] > 0
            assert second["intents"] == first["intents"]
        await program.event("worker_left")
        third = await program.hears(command)
        assert "workers" not in third["ms"]
    assert commands.told == {"kitchen_light": 3}


async def test_a_restart_of_the_broker_heals(
    mosquitto: BrokerSwitch, live: Path, recorder: Recorder
) -> None:
    async with worker(live, "--for", "understand"), hub(live, recorder, 1) as (app, household):
        await mosquitto.kill()
        await mosquitto.start()
        await recorder.wait_for("worker_joined", 2)
        async with counted(mosquitto.port) as commands:
            await recorder.wait_for("broker_connected", 2)
            await household.devices.settle()
            while household.states.get("light.kitchen_light") is None:
                await household.devices.settle()
            (outcome,) = await say(app, household, "turn on the kitchen light")
    assert outcome.changes["light.kitchen_light"].state == "on"
    assert commands.told == {"kitchen_light": 1}


async def test_any_client_of_mqtt_5_may_ask_what_a_text_means(
    mosquitto: BrokerSwitch, live: Path
) -> None:
    async with (
        counted(mosquitto.port) as commands,
        worker(live, "--for", "understand"),
        aiomqtt.Client("127.0.0.1", mosquitto.port, protocol=aiomqtt.ProtocolVersion.V5) as client,
    ):
        mine = "lares/home/answers/panel-in-the-hall"
        await client.subscribe(mine, 1)
        told: dict[str, Any] = {}
        before: dict[str, Any] = {}
        for text in ("turn on the kitchen light", "and the coffee maker"):
            question = Parcel(
                f"{WORK}/understand", json.dumps({"text": text, **before}).encode(),
                response_topic=mine, correlation=text.encode(), expiry_s=5,
            )  # fmt: skip
            await client.publish(
                question.topic, question.payload, 1, properties=question.properties
            )
            while told.get("state") != "understood":
                async with asyncio.timeout(WAIT_S):
                    message = await anext(aiter(client.messages))
                assert Parcel.of(message).correlation == text.encode()
                assert isinstance(message.payload, bytes)
                told = json.loads(message.payload)
            reading = told.pop("read")["reading"]
            before = {"before": reading["context"]}
            told = {}
    (intent,) = reading["understanding"]["intents"]
    assert (intent["name"], intent["targets"]) == ("HassTurnOn", ["switch.coffee"])
    assert not commands.told


async def test_a_worker_that_knows_another_home_is_not_believed(
    mosquitto: BrokerSwitch, live: Path, tmp_path: Path, recorder: Recorder
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    configured(elsewhere, mosquitto)
    (elsewhere / "home.yaml").write_text(
        "areas: [{id: attic, name: Attic}]\n"
        "entities: [{id: light.kitchen_light, name: Attic Light, area: attic}]\n"
    )
    with (elsewhere / "lares.toml").open("a") as file:
        file.write('[home]\nfile = "home.yaml"\n')
    async with (
        counted(mosquitto.port) as commands,
        worker(elsewhere, "--for", "understand"),
        hub(live, recorder, 1) as (app, household),
    ):
        (outcome,) = await say(app, household, "turn on the kitchen light")
    assert outcome.changes["light.kitchen_light"].state == "on"
    assert "another home" in recorder.named("read_here")[0].fields["reason"]
    assert commands.told == {"kitchen_light": 1}


@pytest.mark.parametrize("kinds", ["dance", "", "hear,dance"])
def test_work_that_there_is_not_is_refused(kinds: str, tmp_path: Path) -> None:
    done = lares("worker", "--for", kinds, folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("lares: Expected --for to name some of hear, understand")


async def test_a_worker_ends_when_it_is_told_to_and_leaves_nothing_on_the_broker(
    mosquitto: BrokerSwitch, live: Path
) -> None:
    async with AsyncExitStack() as stack:
        program = await stack.enter_async_context(worker(live, "--for", "understand"))
        client = await stack.enter_async_context(aiomqtt.Client("127.0.0.1", mosquitto.port))
        await client.subscribe("lares/home/workers/+", 1)
        assert (await anext(aiter(client.messages))).payload
        assert await program.ends(signal.SIGTERM) == -signal.SIGTERM
        async with asyncio.timeout(WAIT_S):
            assert not (await anext(aiter(client.messages))).payload
    assert not any("Traceback" in line for line in program.said)
