"""What Lares announces: one message an entity, as Home Assistant's documentation wants them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.mqtt.announcement import (
    PIPELINE,
    RESULTS,
    Machine,
    Topics,
    announcement,
    is_lares,
    is_ours,
)
from edge.types import LaresError

TOPICS = Topics("pi", "homeassistant")
FULL = Machine(
    "Raspberry Pi 4", "1.2.3", "Kitchen", ("okay nabu", "hey jarvis"), True, temperature=True
)
BARE = Machine("Board", "1.2.3")


def configs(machine: Machine, topics: Topics = TOPICS) -> dict[str, dict[str, Any]]:
    """The announced configurations by "component/object"."""
    found = {}
    for message in announcement(topics, machine):
        prefix, component, node, item, end = message.topic.split("/")
        assert (prefix, node, end) == (topics.prefix, topics.node, "config")
        assert message.retain
        found[f"{component}/{item}"] = json.loads(message.payload)
    return found


def test_everything_that_is_fitted_is_announced_once() -> None:
    assert sorted(configs(FULL)) == [
        "button/restart",
        "event/last_command",
        "number/volume",
        "select/wake_word",
        "sensor/errors",
        "sensor/memory",
        "sensor/pipeline",
        "sensor/temperature",
        "switch/language_model",
        "switch/mute",
        "update/update",
    ]


def test_what_is_not_fitted_is_not_announced() -> None:
    missing = {"select/wake_word", "switch/language_model", "sensor/temperature"}
    assert configs(FULL).keys() - configs(BARE).keys() == missing


def test_all_belong_to_one_device_with_an_origin_and_our_status_as_availability() -> None:
    for config in configs(FULL).values():
        assert config["device"] == {
            "identifiers": ["lares_pi"],
            "name": "Lares pi",
            "manufacturer": "Lares",
            "model": "Raspberry Pi 4",
            "sw_version": "1.2.3",
            "suggested_area": "Kitchen",
        }
        assert config["origin"] == {"name": "Lares", "sw_version": "1.2.3"}
        assert config["availability_topic"] == "lares/pi/status"
    assert "suggested_area" not in configs(BARE)["switch/mute"]["device"]
    usual = configs(BARE, Topics("lares", "homeassistant"))
    assert usual["switch/mute"]["device"]["name"] == "Lares"


def test_unique_ids_differ_and_depend_on_nothing_but_the_node() -> None:
    ids = {name: config["unique_id"] for name, config in configs(FULL).items()}
    assert ids["switch/mute"] == "lares_pi_mute"
    assert len(set(ids.values())) == len(ids)
    assert configs(BARE)["switch/mute"]["unique_id"] == "lares_pi_mute"


def test_topics_are_ours_and_only_what_can_be_set_has_a_command_topic() -> None:
    settable = {"mute", "volume", "wake_word", "language_model", "restart"}
    for name, config in configs(FULL).items():
        item = name.split("/")[1]
        assert config.get("state_topic", f"lares/pi/{item}") == f"lares/pi/{item}"
        assert ("command_topic" in config) == (item in settable)
        if item in settable:
            assert config["command_topic"] == f"lares/pi/{item}/set"
            assert TOPICS.commanded(config["command_topic"]) == item


def test_what_is_set_is_no_entity_that_home_assistant_switches_with_its_area() -> None:
    for name, config in configs(FULL).items():
        if "command_topic" in config:
            assert config["entity_category"] == "config", name


def test_enumerations_are_whole() -> None:
    found = configs(FULL)
    assert found["sensor/pipeline"]["options"] == list(PIPELINE)
    assert found["event/last_command"]["event_types"] == list(RESULTS)
    assert found["select/wake_word"]["options"] == ["okay nabu", "hey jarvis"]


@pytest.mark.parametrize("node", ["", "a/b", "+", "#", "küche", "a b"])
def test_a_name_that_topics_cannot_hold_is_refused(node: str) -> None:
    with pytest.raises(LaresError, match=r"mqtt\.node"):
        Topics(node, "homeassistant")


def test_our_announcement_is_known_again_and_others_are_not() -> None:
    for message in announcement(TOPICS, FULL):
        assert is_ours(TOPICS, message.payload)
        assert not is_ours(Topics("attic", "homeassistant"), message.payload)
        assert is_lares(message.payload)
    for foreign in (
        {"unique_id": "lares_pi_mute"},
        {"unique_id": "lares_pi_mute", "origin": {"name": "Zigbee2MQTT"}},
        {"unique_id": 5, "origin": {"name": "Lares"}},
        {"unique_id": "lares_pi_mute", "origin": ["Lares"]},
    ):
        assert not is_ours(TOPICS, json.dumps(foreign))


@given(st.one_of(st.text(), st.just("[" * 100_000), st.just('{"Lares": ' * 9_000)))
def test_whatever_is_no_announcement_is_not_ours(payload: str) -> None:
    assert not is_ours(TOPICS, payload)
    assert not is_lares(payload)


def test_only_our_command_topics_are_commands() -> None:
    assert TOPICS.commanded("lares/pi/mute/set") == "mute"
    for topic in ("lares/pi/mute", "lares/attic/mute/set", "lares/pi/a/b/set", "lares/pi//set"):
        assert TOPICS.commanded(topic) is None
