"""What Lares keeps on the broker is taken away, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edge.mqtt.announcement import Machine, Topics, announcement
from edge.mqtt.broker import BrokerError
from edge.mqtt.forgetting import forget
from tests.edge.mqtt.conftest import AS_US, BrokerSwitch, MakeBroker
from tests.edge.mqtt.watching import kept, watching

TOPICS = Topics("pi", "homeassistant")
FOREIGN = {
    "homeassistant/light/pi/lamp/config": '{"unique_id": "pi_lamp"}',
    "homeassistant/switch/attic/mute/config": '{"unique_id": "lares_attic_mute", '
    '"origin": {"name": "Lares"}}',
    "lares/attic/status": "online",
    "lares/pi2/mute": "ON",
}


async def test_announcements_of_all_versions_and_states_go_and_what_is_not_ours_stays(
    mosquitto: BrokerSwitch, make_broker: MakeBroker
) -> None:
    old = "homeassistant/light/pi/glow/config"
    ours = [message.topic for message in announcement(TOPICS, Machine("Board", "2"))]
    async with watching(mosquitto.port) as client:
        for topic in (*ours, old):
            config = {"unique_id": "lares_pi_x", "origin": {"name": "Lares", "sw_version": "1"}}
            await client.say(topic, json.dumps(config), retain=True)
        for topic in ("lares/pi/mute", "lares/pi/status", "lares/pi/mute/set", "lares/pi/a/b/c"):
            await client.say(topic, "x", retain=True)
        for topic, payload in FOREIGN.items():
            await client.say(topic, payload, retain=True)
    async with make_broker(mosquitto.port) as broker:
        await broker.wait_connected(10)
        forgotten = await forget(broker, TOPICS)
    assert set(forgotten.announcements) == {*ours, old}
    assert len(forgotten.states) == 4
    assert not forgotten.still_there
    assert await kept(mosquitto.port) == FOREIGN


async def test_where_nothing_is_kept_nothing_is_done(
    mosquitto: BrokerSwitch, make_broker: MakeBroker
) -> None:
    async with make_broker(mosquitto.port) as broker:
        await broker.wait_connected(10)
        forgotten = await forget(broker, TOPICS)
    assert (forgotten.announcements, forgotten.states, forgotten.still_there) == ((), (), False)


async def test_a_broker_that_keeps_our_topics_from_us_is_said(
    tmp_path: Path, make_broker: MakeBroker
) -> None:
    rights = tmp_path / "acl"
    rights.write_text("topic write lares/pi/#\n")
    switch = BrokerSwitch(["allow_anonymous true", f"acl_file {rights}", AS_US])
    await switch.start()
    try:
        async with make_broker(switch.port) as broker:
            await broker.wait_connected(10)
            with pytest.raises(BrokerError, match=r"publish and subscribe to lares/pi/#"):
                await forget(broker, TOPICS, timeout_s=0.3)
    finally:
        await switch.stop()
