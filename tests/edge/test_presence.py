"""Lares as a device on a real broker: announced, told, obeyed, and never shaken by what comes."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiomqtt
import pytest

from edge.controls import Controls, Settings
from edge.kernel.events import Events
from edge.mqtt.announcement import Machine, Topics, announcement
from edge.mqtt.broker_aiomqtt import AiomqttBroker
from edge.presence import (
    CHECKS_AFTER_S,
    MEASURE_S,
    MOST_COMPLAINTS,
    RESTARTS_AFTER_S,
    Measured,
    Presence,
)
from edge.types import EntityState, Intent, LaresError, Outcome, Transcript
from tests.edge.mqtt.conftest import (
    AS_US,
    WAIT_S,
    BrokerSwitch,
    MakeBroker,
    Recorder,
    make_broker,
    mosquitto,
    recorder,
    switch,
)
from tests.edge.mqtt.watching import Watcher, watching

__all__ = ["make_broker", "mosquitto", "recorder", "switch"]

TOPICS = Topics("pi", "homeassistant")
MACHINE = Machine("Board", "1.2.3", "Kitchen", language_model=True, temperature=True)
CHOICES = {"okay nabu": ("okay_nabu",), "hey jarvis": ("hey_jarvis",)}
MUTE, VOLUME, STATUS, BIRTH = (
    "lares/pi/mute",
    "lares/pi/volume",
    "lares/pi/status",
    "homeassistant/status",
)
MUTE_CONFIG = "homeassistant/switch/pi/mute/config"
LAST_TOLD = ("lares/pi/temperature", "lares/pi/language_model", "lares/pi/update")
WORDS = "put caviar on my list"


class Sleeps:
    """Sleeping that lasts until the test lets it end, for the long ones, and no time for others."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self.ends: defaultdict[float, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(0))
        self.passed: defaultdict[float, asyncio.Event] = defaultdict(asyncio.Event)

    async def ended(self, seconds: float) -> None:
        """Wait until a long sleep has ended and what follows it was done."""
        async with asyncio.timeout(WAIT_S):
            await self.passed[seconds].wait()

    async def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)
        if seconds in (MEASURE_S, CHECKS_AFTER_S):
            await self.ends[seconds].acquire()
            asyncio.get_running_loop().call_soon(self.passed[seconds].set)
        else:
            await asyncio.sleep(0)


class Lares:
    """A presence and all that a test does with it."""

    def __init__(self, broker: AiomqttBroker, events: Events, **options: object) -> None:
        self.controls = Controls(Settings(wake_words=("okay_nabu",)))
        self.events = events
        self.now = 0.0
        self.restarts = 0
        self.measured = Measured(100 * 2**20, 45.0)
        self.sleep = Sleeps()
        settings: dict[str, object] = {
            "measure": lambda: self.measured,
            "restart": self._restart,
            "choices": CHOICES,
            "clock": lambda: self.now,
            "random": lambda: 0.5,
            "sleep": self.sleep,
            **options,
        }
        machine = settings.pop("machine", MACHINE)
        self.presence = Presence(
            broker, TOPICS, machine, self.controls, events, **settings  # type: ignore[arg-type]
        )  # fmt: skip

    def _restart(self) -> None:
        self.restarts += 1


@asynccontextmanager
async def present(
    port: int, make: MakeBroker, events: Events, **options: object
) -> AsyncIterator[Lares]:
    async with make(port, status_topic=TOPICS.status, events=Events()) as broker:
        await broker.wait_connected(10)
        lares = Lares(broker, events, **options)
        async with lares.presence:
            yield lares


def outcome(**changes: object) -> Outcome:
    intent = Intent("HassListAddItem", {"item": "caviar", "name": "List"}, ("todo.list",))
    fields = {"intents": (intent,), "speech": "Added caviar.", "ms": {"stt": 40.4, "skill": 1.2}}
    return Outcome(Transcript(WORDS, "text"), **{**fields, **changes})  # type: ignore[arg-type]


async def test_all_is_announced_and_told_when_it_starts(
    mosquitto: BrokerSwitch, make_broker: MakeBroker, recorder: Recorder
) -> None:
    async with (
        watching(mosquitto.port) as watcher,
        present(mosquitto.port, make_broker, recorder.bus),
    ):
        await watcher.until_all(lambda latest: latest.keys() >= {"lares/pi/errors", *LAST_TOLD})
    latest = watcher.latest
    machine = Machine("Board", "1.2.3", "Kitchen", tuple(CHOICES), True, temperature=True)
    for message in announcement(TOPICS, machine):
        assert latest[message.topic] == message.payload
    told = {topic.removeprefix("lares/pi/"): payload for topic, payload in latest.items()}
    assert told["status"] == "online"
    assert told["pipeline"] == "idle"
    assert (told["mute"], told["volume"], told["language_model"]) == ("OFF", "100", "ON")
    assert told["wake_word"] == "okay nabu"
    assert (told["temperature"], told["memory"]) == ("45.0", "100")
    assert json.loads(told["update"])["installed_version"] == "1.2.3"
    assert json.loads(told["errors"]) == {"count": 0, "warnings": 0}


async def test_home_assistants_birth_brings_everything_again_after_a_random_delay(
    mosquitto: BrokerSwitch, make_broker: MakeBroker, recorder: Recorder
) -> None:
    async with (
        present(mosquitto.port, make_broker, recorder.bus) as lares,
        watching(mosquitto.port) as watcher,
    ):
        await watcher.until("lares/pi/errors")
        await watcher.say(MUTE_CONFIG, "", retain=True)
        await watcher.until(MUTE_CONFIG, "")
        lares.sleep.asked.clear()
        await watcher.say(BIRTH, "offline")
        await watcher.say(BIRTH, "online")
        assert await watcher.until(MUTE_CONFIG)
        await watcher.until(MUTE)
        assert lares.sleep.asked == [0.5]


async def test_many_births_at_once_are_one(
    mosquitto: BrokerSwitch, make_broker: MakeBroker, recorder: Recorder
) -> None:
    async with (
        present(mosquitto.port, make_broker, recorder.bus),
        watching(mosquitto.port, MUTE_CONFIG, MUTE) as watcher,
    ):
        await watcher.until(MUTE)
        watcher.seen.clear()
        async with aiomqtt.Client("127.0.0.1", mosquitto.port) as flood:
            await asyncio.gather(*(flood.publish(BIRTH, "online") for _ in range(2_000)))
        await watcher.say("lares/pi/mute/set", "ON")
        await watcher.until(MUTE, "ON")
        assert len(watcher.seen) < 100


async def test_a_new_connection_brings_everything_again(
    mosquitto: BrokerSwitch, make_broker: MakeBroker, recorder: Recorder
) -> None:
    async with present(mosquitto.port, make_broker, recorder.bus) as lares:
        async with watching(mosquitto.port) as watcher:
            await watcher.until("lares/pi/errors")
        await mosquitto.kill()
        lares.controls.change(muted=True)
        await mosquitto.start()
        async with watching(mosquitto.port) as watcher:
            await watcher.until_all(lambda latest: latest.get(MUTE) == "ON")
            await watcher.until_all(lambda latest: MUTE_CONFIG in latest)
            await watcher.until_all(lambda latest: latest.get(STATUS) == "online")


async def test_who_leaves_is_offline(
    mosquitto: BrokerSwitch, make_broker: MakeBroker, recorder: Recorder
) -> None:
    async with watching(mosquitto.port, STATUS) as watcher:
        async with present(mosquitto.port, make_broker, recorder.bus):
            await watcher.until(STATUS, "online")
        await watcher.until(STATUS, "offline")


async def test_whoever_says_offline_in_our_name_is_corrected(
    mosquitto: BrokerSwitch, make_broker: MakeBroker, recorder: Recorder
) -> None:
    async with (
        present(mosquitto.port, make_broker, recorder.bus),
        watching(mosquitto.port, STATUS) as watcher,
    ):
        await watcher.until(STATUS, "online")
        for wrong in ("offline", ""):
            await watcher.say(STATUS, wrong, retain=True)
            await watcher.until(STATUS, wrong)
            await watcher.until(STATUS, "online")


async def test_commands_are_obeyed_and_the_new_state_is_told(
    mosquitto: BrokerSwitch, make_broker: MakeBroker, recorder: Recorder
) -> None:
    async with (
        present(mosquitto.port, make_broker, recorder.bus) as lares,
        watching(mosquitto.port, "lares/pi/+") as watcher,
    ):
        await watcher.until(VOLUME, "100")
        for command, payload, told in (
            ("mute", "ON", "ON"),
            ("volume", "25", "25"),
            ("volume", "12.5", "12"),
            ("wake_word", "hey jarvis", "hey jarvis"),
            ("language_model", "OFF", "OFF"),
        ):
            await watcher.say(f"lares/pi/{command}/set", payload)
            await watcher.until(f"lares/pi/{command}", told)
        assert lares.controls.settings == Settings(True, 0.125, ("hey_jarvis",), False)
    assert recorder.named("command_ignored") == []


@pytest.mark.parametrize(
    ("command", "payload"),
    [
        ("mute", "on"),
        ("mute", ""),
        ("mute", "\x00" * 1_000_000),
        ("volume", "101"),
        ("volume", "-1"),
        ("volume", "nan"),
        ("volume", "loud"),
        ("wake_word", "okay_nabu"),
        ("language_model", "{}"),
        ("restart", "ON"),
        ("status", "offline"),
        ("self_destruct", "PRESS"),
    ],
)
async def test_garbage_is_told_once_and_changes_nothing(
    mosquitto: BrokerSwitch, make_broker: MakeBroker, recorder: Recorder, command: str, payload: str
) -> None:
    async with (
        present(mosquitto.port, make_broker, recorder.bus) as lares,
        watching(mosquitto.port, MUTE, STATUS) as watcher,
    ):
        lares.now = 1_000.0
        await watcher.until(MUTE)
        for _ in range(3):
            await watcher.say(f"lares/pi/{command}/set", payload)
            ignored = await recorder.wait_for("command_ignored")
        await watcher.say("lares/pi/volume/set", "50")
        await watcher.say("lares/pi/mute/set", "ON")
        await watcher.until(MUTE, "ON")
        assert lares.controls.settings.muted
        assert lares.controls.settings.language_model
        assert lares.restarts == 0
    assert len(recorder.named("command_ignored")) == 1
    assert ignored.fields["topic"] == f"lares/pi/{command}/set"
    assert len(ignored.fields["problem"]) < 200


async def test_a_retained_command_is_ignored_and_told_with_what_to_do(
    mosquitto: BrokerSwitch, make_broker: MakeBroker, recorder: Recorder
) -> None:
    async with watching(mosquitto.port, MUTE) as watcher:
        await watcher.say("lares/pi/restart/set", "PRESS", retain=True)
        await watcher.say("lares/pi/mute/set", "ON", retain=True)
        async with present(mosquitto.port, make_broker, recorder.bus) as lares:
            lares.now = 1_000.0
            await recorder.wait_for("command_ignored", 2)
            await watcher.until(MUTE, "OFF")
            assert lares.restarts == 0
            assert not lares.controls.settings.muted
    problems = {event.fields["topic"]: event.fields["problem"] for event in recorder.seen}
    assert "mosquitto_pub -r -n -t lares/pi/restart/set" in problems["lares/pi/restart/set"]


async def test_a_press_restarts_but_not_again_before_lares_has_run_for_a_while(
    mosquitto: BrokerSwitch, make_broker: MakeBroker, recorder: Recorder
) -> None:
    async with (
        present(mosquitto.port, make_broker, recorder.bus) as lares,
        watching(mosquitto.port, MUTE) as watcher,
    ):
        lares.now = RESTARTS_AFTER_S - 1
        await watcher.say("lares/pi/restart/set", "PRESS")
        await recorder.wait_for("command_ignored")
        assert lares.restarts == 0
        lares.now = RESTARTS_AFTER_S
        await watcher.say("lares/pi/restart/set", "PRESS")
        await recorder.wait_for("restarting")
        assert lares.restarts == 1


async def test_a_flood_of_commands_ends_with_the_last_of_them_and_is_no_flood_of_changes(
    mosquitto: BrokerSwitch, make_broker: MakeBroker, recorder: Recorder
) -> None:
    async with (
        present(mosquitto.port, make_broker, recorder.bus) as lares,
        watching(mosquitto.port, VOLUME) as watcher,
    ):
        await watcher.until(VOLUME)
        changes: list[float] = []
        lares.controls.subscribe(lambda settings: changes.append(settings.volume))
        topic = f"{VOLUME}/set"
        async with aiomqtt.Client("127.0.0.1", mosquitto.port) as flood:
            for number in range(5_000):
                await flood.publish(topic, str(number % 90 + 10), 0)
            await flood.publish(topic, "7", 1)
        await watcher.until(VOLUME, "7")
        assert lares.controls.settings.volume == 0.07
        assert len(changes) < 500
        assert len(watcher.seen) < 500


async def test_what_cannot_be_done_is_told_and_the_old_state_said_again(
    mosquitto: BrokerSwitch, make_broker: MakeBroker, recorder: Recorder
) -> None:
    async with (
        present(mosquitto.port, make_broker, recorder.bus) as lares,
        watching(mosquitto.port, "lares/pi/wake_word") as watcher,
    ):
        await watcher.until("lares/pi/wake_word", "okay nabu")

        def cannot(settings: Settings) -> None:
            if settings.wake_words == ("hey_jarvis",):
                raise LaresError("its file is damaged")

        lares.controls.subscribe(cannot)
        await watcher.say("lares/pi/wake_word/set", "hey jarvis")
        ignored = await recorder.wait_for("command_ignored")
        assert ignored.fields["problem"] == "its file is damaged"
        await watcher.until("lares/pi/wake_word", "okay nabu")


async def test_the_pipeline_is_followed_from_any_thread(
    mosquitto: BrokerSwitch, make_broker: MakeBroker, recorder: Recorder
) -> None:
    pipeline = "lares/pi/pipeline"
    async with (
        present(mosquitto.port, make_broker, recorder.bus),
        watching(mosquitto.port, pipeline) as watcher,
    ):
        await watcher.until(pipeline, "idle")
        for event, state in (
            ("wake", "listening"),
            ("heard", "processing"),
            ("speaking", "responding"),
            ("answered", "idle"),
        ):
            thread = threading.Thread(target=recorder.bus.emit, args=(event,))
            thread.start()
            await watcher.until(pipeline, state)
            thread.join()


async def test_the_last_command_is_an_event_without_a_word_of_it(
    mosquitto: BrokerSwitch, make_broker: MakeBroker, recorder: Recorder
) -> None:
    done = outcome(changes={"todo.list": EntityState("3", {"items": ["caviar"]})})
    async with (
        watching(mosquitto.port) as watcher,
        present(mosquitto.port, make_broker, recorder.bus),
    ):
        await watcher.until("lares/pi/errors")
        recorder.bus.emit("heard", heard=WORDS)
        recorder.bus.emit("handled", outcome=done, area="kitchen", satellite="den")
        recorder.bus.emit("not_said", "warning", text="Added caviar.", error="caviar")
        told = json.loads(await watcher.until("lares/pi/last_command"))
        await watcher.until_all(lambda latest: '"warnings": 1' in latest["lares/pi/errors"])
    assert told == {
        "event_type": "done",
        "intents": ["HassListAddItem"],
        "entities": ["todo.list"],
        "area": "kitchen",
        "satellite": "den",
        "milliseconds": 42,
    }
    assert not any("caviar" in payload.lower() for _, payload in watcher.seen)
    async with watching(mosquitto.port) as later:
        await later.until("lares/pi/errors")
        assert "lares/pi/last_command" not in later.latest, "an event is not retained"


async def test_words_and_slots_are_told_where_the_owner_keeps_them(
    mosquitto: BrokerSwitch, make_broker: MakeBroker, recorder: Recorder
) -> None:
    async with (
        watching(mosquitto.port, "lares/pi/last_command") as watcher,
        present(mosquitto.port, make_broker, recorder.bus, keep_words=True),
    ):
        recorder.bus.emit("handled", outcome=outcome(), area=None, satellite="")
        told = json.loads(await watcher.until("lares/pi/last_command"))
    assert told["text"] == WORDS
    assert told["slots"] == [{"item": "caviar", "name": "List"}]
    assert told["speech"] == "Added caviar."


async def test_what_the_machine_measures_is_told_when_it_changes(
    mosquitto: BrokerSwitch, make_broker: MakeBroker, recorder: Recorder
) -> None:
    async with (
        present(mosquitto.port, make_broker, recorder.bus) as lares,
        watching(mosquitto.port, "lares/pi/temperature") as watcher,
    ):
        await watcher.until("lares/pi/temperature", "45.0")
        lares.measured = Measured(100 * 2**20, 51.25)
        lares.sleep.ends[MEASURE_S].release()
        assert await watcher.until("lares/pi/temperature") == "51.2"


async def test_what_an_older_version_announced_is_taken_away_and_others_are_left(
    mosquitto: BrokerSwitch, make_broker: MakeBroker, recorder: Recorder
) -> None:
    origin = {"name": "Lares", "sw_version": "0.0.1"}
    ghost, other = "homeassistant/light/pi/glow/config", "homeassistant/light/pi/lamp/config"
    gone = "homeassistant/sensor/pi/temperature/config"
    async with watching(mosquitto.port, ghost, gone, other) as watcher:
        for topic, config in (
            (ghost, {"unique_id": "lares_pi_glow", "origin": origin}),
            (gone, {"unique_id": "lares_pi_temperature", "origin": origin}),
            (other, {"unique_id": "pi_lamp"}),
        ):
            await watcher.say(topic, json.dumps(config), retain=True)
        machine = Machine("Board", "1.2.3")
        async with present(mosquitto.port, make_broker, recorder.bus, machine=machine):
            await watcher.until_all(lambda latest: latest.get(ghost) == latest.get(gone) == "")
    assert watcher.latest[other]


async def test_who_does_not_announce_takes_the_announcement_away_and_still_obeys(
    mosquitto: BrokerSwitch, make_broker: MakeBroker, recorder: Recorder
) -> None:
    async with watching(mosquitto.port) as watcher:
        async with present(mosquitto.port, make_broker, recorder.bus):
            await watcher.until("lares/pi/errors")
        async with present(mosquitto.port, make_broker, recorder.bus, announce=False) as lares:
            configs = [topic for topic in watcher.latest if topic.endswith("/config")]
            await watcher.until_all(lambda latest: not any(latest[topic] for topic in configs))
            await watcher.say("lares/pi/mute/set", "ON")
            await watcher.until(MUTE, "ON")
            assert lares.controls.settings.muted
    assert len(configs) == 11


@asynccontextmanager
async def with_rights(path: Path, *rights: str) -> AsyncIterator[BrokerSwitch]:
    """A broker whose ACL gives just these rights to a client without a user, and all to others."""
    await asyncio.to_thread(
        path.write_text, "\n".join((*rights, "user anna", "topic readwrite #", ""))
    )
    switch = BrokerSwitch(["allow_anonymous true", f"acl_file {path}", AS_US])
    await switch.start()
    try:
        yield switch
    finally:
        await switch.stop()


LEAST = (
    "topic read homeassistant/#",
    "topic write homeassistant/+/pi/+/config",
    "topic readwrite lares/pi/#",
)


async def test_the_least_rights_are_enough(
    tmp_path: Path, make_broker: MakeBroker, recorder: Recorder
) -> None:
    async with (
        with_rights(tmp_path / "acl", *LEAST) as switch,
        present(switch.port, make_broker, recorder.bus) as lares,
        aiomqtt.Client("127.0.0.1", switch.port, username="anna") as client,
    ):
        await client.subscribe("#")
        watcher = Watcher(client)
        await watcher.until_all(lambda latest: {MUTE, MUTE_CONFIG, STATUS} <= latest.keys())
        await watcher.say("lares/pi/mute/set", "ON")
        await watcher.until(MUTE, "ON")
        lares.sleep.ends[CHECKS_AFTER_S].release()
        await lares.sleep.ended(CHECKS_AFTER_S)
    assert recorder.named("mqtt_denied") == []


@pytest.mark.parametrize(
    ("missing", "denied"),
    [
        (0, "homeassistant/#"),
        (2, "lares/pi/#"),
    ],
)
async def test_what_the_broker_keeps_from_us_is_said_with_the_line_that_is_missing(
    tmp_path: Path, make_broker: MakeBroker, recorder: Recorder, missing: int, denied: str
) -> None:
    rights = [right for number, right in enumerate(LEAST) if number != missing]
    rights += ["topic write lares/pi/#"]
    async with (
        with_rights(tmp_path / "acl", *rights) as switch,
        present(switch.port, make_broker, recorder.bus) as lares,
        aiomqtt.Client("127.0.0.1", switch.port, username="anna") as client,
    ):
        await client.subscribe("#")
        await Watcher(client).until_all(lambda latest: {MUTE, MUTE_CONFIG} <= latest.keys())
        lares.sleep.ends[CHECKS_AFTER_S].release()
        event = await recorder.wait_for("mqtt_denied")
        await lares.sleep.ended(CHECKS_AFTER_S)
    assert [event.fields["topic"] for event in recorder.named("mqtt_denied")] == [denied]
    assert event.level == "error"
    assert f"`topic read {denied}`" in event.fields["problem"]


async def test_what_fails_unexpectedly_is_told_and_begun_again(
    mosquitto: BrokerSwitch,
    make_broker: MakeBroker,
    recorder: Recorder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("edge.presence.AGAIN_AFTER_S", 0.0)
    async with (
        present(mosquitto.port, make_broker, recorder.bus) as lares,
        watching(mosquitto.port, VOLUME) as watcher,
    ):
        await watcher.until(VOLUME)
        lares.controls.subscribe(lambda settings: 1 // round(settings.volume))
        await watcher.say(f"{VOLUME}/set", "0")
        failed = await recorder.wait_for("presence_failed")
        assert "ZeroDivisionError" in failed.fields["error"]
        await watcher.say(f"{VOLUME}/set", "60")
        await watcher.until(VOLUME, "60")


async def test_a_flood_to_topics_that_nobody_knows_leaves_nothing_behind(
    mosquitto: BrokerSwitch, make_broker: MakeBroker, recorder: Recorder
) -> None:
    async with (
        present(mosquitto.port, make_broker, recorder.bus) as lares,
        watching(mosquitto.port, VOLUME) as watcher,
    ):
        await watcher.until(VOLUME)
        async with aiomqtt.Client("127.0.0.1", mosquitto.port) as flood:
            for number in range(3_000):
                await flood.publish(f"lares/pi/{number}/set", "x" * 1_000, 0)
                await flood.publish(f"homeassistant/light/pi/{number}/config", "x", 0)
        await watcher.say(f"{VOLUME}/set", "7")
        await watcher.until(VOLUME, "7")
        assert lares.controls.settings.volume == 0.07
    assert 0 < len(recorder.named("command_ignored")) <= MOST_COMPLAINTS
