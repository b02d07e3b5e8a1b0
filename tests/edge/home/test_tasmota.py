"""Tasmota's discovery messages read. What real ones make of a home is in `test_real_devices`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.home.components.wiring import DiscoveryError
from edge.home.mqtt_entity import MqttEntity
from edge.home.tasmota import LARGEST, device_of, is_tasmota, questions, read_tasmota
from edge.types import Action, Message
from tests.edge.home.discovered import read, sent

TOPIC = "tasmota/discovery/AABBCCDDEEFF/config"
RELAY = {
    "dn": "Kitchen", "fn": ["Kitchen", None], "hn": "kitchen-0815", "mac": "AABBCCDDEEFF",
    "md": "Sonoff", "ofln": "Offline", "onln": "Online", "state": ["OFF", "ON", "TOGGLE", "HOLD"],
    "sw": "14.3.0", "t": "kitchen", "ft": "%prefix%/%topic%/", "tp": ["cmnd", "stat", "tele"],
    "rl": [1, 0], "so": {}, "ver": 1,
}  # fmt: skip
"""What a device with one relay says of itself, and no more than is needed."""


def entities(sensors: Any = None, **config: Any) -> dict[str, MqttEntity]:
    told = "" if sensors is None else json.dumps({"sn": sensors, "ver": 1})
    found = read_tasmota(TOPIC, json.dumps(RELAY | config), told)
    return {entity.entity.id: entity for entity in found}


@pytest.mark.parametrize(
    ("topic", "is_one"),
    [
        (TOPIC, True),
        ("tasmota/discovery/AABBCCDDEEFF/sensors", True),
        ("tasmota/discovery/AABBCCDDEEFF/else", False),
        ("tasmota/discovery/A/B/config", False),
        ("homeassistant/switch/AABBCC_RL_1/config", False),
    ],
)
def test_its_two_topics_are_recognised(topic: str, is_one: bool) -> None:
    assert is_tasmota(topic) == is_one


def test_both_topics_of_a_device_have_its_mac_in_common() -> None:
    assert device_of(TOPIC) == device_of(TOPIC.replace("config", "sensors"))
    with pytest.raises(DiscoveryError, match="expected tasmota/discovery"):
        device_of("tasmota/discovery/x")


@pytest.mark.parametrize(
    ("full_topic", "command"),
    [
        ("%prefix%/%topic%/", "cmnd/kitchen/POWER1"),
        ("%topic%/%prefix%/", "kitchen/cmnd/POWER1"),
        ("home/%hostname%/%prefix%/", "home/kitchen-0815/cmnd/POWER1"),
        ("%prefix%/tasmota_%id%/", "cmnd/tasmota_DDEEFF/POWER1"),
    ],
)
def test_topics_are_made_of_the_full_topic(full_topic: str, command: str) -> None:
    assert sent(entities(ft=full_topic)["switch.kitchen"], "turn_on") == [(command, "ON")]


@pytest.mark.parametrize("topic", ["tele/kitchen/STATE", "stat/kitchen/RESULT"])
@pytest.mark.parametrize("key", ["POWER", "POWER1"])
def test_the_first_relay_may_be_told_of_without_its_number(topic: str, key: str) -> None:
    switch = entities()["switch.kitchen"]
    assert read(switch, (topic, json.dumps({key: "ON"}))).state == "on"


def test_the_second_relay_may_not() -> None:
    switch = entities(rl=[1, 1])["switch.kitchen_switch_2"]
    assert read(switch, ("stat/kitchen/RESULT", '{"POWER": "ON"}')).state == "unknown"
    assert read(switch, ("stat/kitchen/RESULT", '{"POWER2": "ON"}')).state == "on"


def test_relays_are_lights_where_the_owner_says_so() -> None:
    assert list(entities(so={"30": 1})) == ["light.kitchen"]


def test_a_device_without_a_name_is_called_as_its_first_part() -> None:
    (switch,) = entities(dn="Tasmota", fn=["Desk lamp"]).values()
    assert switch.entity.name == "Desk lamp"
    (unnamed,) = entities(dn="Tasmota", fn=["Tasmota"]).values()
    assert unnamed.entity.name == "Tasmota"


def test_half_a_shutter_is_none() -> None:
    assert entities(rl=[3, 1, 3, 0]).keys() == {"switch.kitchen_switch_2"}


@pytest.mark.parametrize(("mode", "is_sensor"), [(-1, False), (0, False), (1, True), (7, False)])
def test_a_switch_that_tells_its_position_is_a_binary_sensor(mode: int, is_sensor: bool) -> None:
    found = entities(rl=[], swc=[mode], swn=["Door"])
    assert ("binary_sensor.kitchen_door" in found) == is_sensor


def test_a_motion_sensor_that_only_tells_on_goes_off_by_itself() -> None:
    motion = entities(rl=[], swc=[13], swn=["Motion"])["binary_sensor.kitchen_motion"]
    assert motion.off_delay_s == 1
    assert motion.state_topic == "stat/kitchen/RESULT"


@pytest.mark.parametrize(("options", "least", "most"), [({}, 2000, 6535), ({"82": 1}, 2631, 5000)])
def test_colour_temperatures_are_those_of_the_light(
    options: dict[str, int], least: int, most: int
) -> None:
    light = entities(rl=[2], lt_st=2, lk=1, so=options)["light.kitchen"]
    attributes = light.entity.state.attributes
    assert attributes["min_color_temp_kelvin"] == least
    assert attributes["max_color_temp_kelvin"] == most


def test_where_each_channel_is_a_light_it_is_told_so() -> None:
    found = entities(rl=[2, 2], lt_st=2, lk=1, so={"68": 1}, fn=["Left", "Right"])
    assert sent(found["light.kitchen_right"], "turn_on", brightness=255) == [
        ("cmnd/kitchen/Channel2", "100"),
        ("cmnd/kitchen/POWER2", "ON"),
    ]


def test_a_value_is_called_by_its_sensor_only_where_another_measures_the_same() -> None:
    found = entities({"A": {"Temperature": 1, "Humidity": 2}, "B": {"Temperature": 3}}, rl=[])
    assert {entity.entity.name for entity in found.values()} == {
        "Kitchen A Temperature", "Kitchen Humidity", "Kitchen B Temperature"
    }  # fmt: skip


def test_values_within_values_are_found() -> None:
    wind = {"TX23": {"Speed": {"Act": 14.8, "Avg": 8.5}}, "SpeedUnit": "km/h"}
    found = entities(wind, rl=[])
    assert found.keys() == {"sensor.kitchen_tx23_speed_act", "sensor.kitchen_tx23_speed_avg"}
    act = found["sensor.kitchen_tx23_speed_act"]
    assert act.entity.state.attributes["unit_of_measurement"] == "km/h"
    assert read(act, ("tele/kitchen/SENSOR", json.dumps(wind))).state == "14.8"


def test_temperatures_are_in_the_unit_that_the_owner_chose() -> None:
    (thermometer,) = entities({"A": {"Temperature": 70}, "TempUnit": "F"}, rl=[]).values()
    assert thermometer.entity.state.attributes["unit_of_measurement"] == "°F"


def test_a_message_without_the_value_leaves_it_as_it_was() -> None:
    (thermometer,) = entities({"A": {"Temperature": 70}}, rl=[]).values()
    told = read(
        thermometer,
        ("tele/kitchen/SENSOR", '{"A": {"Temperature": 20.5}}'),
        ("tele/kitchen/SENSOR", '{"B": {"Humidity": 40}}'),
    )
    assert told.state == "20.5"


def test_sensors_whose_names_could_be_taken_for_a_template_are_left_out() -> None:
    hostile = {"A'] }}{{ 9 ** 9": {"Temperature": 1}, "B": {"{% for %}": 1, "Humidity": 3}}
    assert entities(hostile, rl=[]).keys() == {"sensor.kitchen_b_humidity"}


def test_more_values_than_any_device_has_are_left_out_and_told() -> None:
    problems: list[str] = []
    many = json.dumps({"sn": {"A": {f"Value{number}": 1 for number in range(500)}}, "ver": 1})
    found = read_tasmota(TOPIC, json.dumps(RELAY | {"rl": []}), many, problem=problems.append)
    assert len(found) == 200
    assert problems == [f"{TOPIC}: of 500 values only 200 are used"]


def test_sensors_that_cannot_be_read_leave_the_device_as_it_is() -> None:
    problems: list[str] = []
    found = read_tasmota(TOPIC, json.dumps(RELAY), "{", problem=problems.append)
    assert [entity.entity.id for entity in found] == ["switch.kitchen"]
    assert len(problems) == 1
    assert "expected JSON" in problems[0]


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        ("{", "expected JSON"),
        ("[1]", "expected a JSON object"),
        (" " + "x" * LARGEST, "at most 65,536 characters"),
        ('{"ver": 2}', "expected version 1"),
        (json.dumps(RELAY | {"mac": "001122334455"}), "expected this device's MAC"),
        (json.dumps(RELAY | {"mac": 7}), "expected text for mac"),
        (json.dumps(RELAY | {"tp": []}), "expected three prefixes"),
        (json.dumps(RELAY | {"rl": [1] * 65}), "expected a list of at most 64"),
        (json.dumps(RELAY | {"ft": "%prefix%/+/"}), "expected one plain topic"),
    ],
)
def test_a_config_that_cannot_be_used_says_what_is_wrong(payload: str, complaint: str) -> None:
    problems: list[str] = []
    try:
        found = read_tasmota(TOPIC, payload, problem=problems.append)
    except DiscoveryError as error:
        problems.append(str(error))
    else:
        assert found == ()
    assert complaint in problems[0]
    assert problems[0].startswith(TOPIC)


def test_an_empty_config_is_a_device_that_is_gone() -> None:
    assert read_tasmota(TOPIC, "", '{"sn": {"A": {"Temperature": 1}}, "ver": 1}') == ()
    assert questions(TOPIC, "") == ()


def test_it_is_asked_for_all_it_knows() -> None:
    assert questions(TOPIC, json.dumps(RELAY)) == (
        Message("cmnd/kitchen/STATE", ""),
        Message("cmnd/kitchen/STATUS", "10"),
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 500) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=12,
)
KEYS = st.sampled_from(
    [*RELAY, "lt_st", "lk", "ty", "if", "swc", "swn", "sho", "sht", "bat", "dslp"]
)


@given(changed=st.dictionaries(KEYS, JSON, max_size=6), sensors=JSON)
def test_whatever_a_device_says_is_read_or_complained_of(
    changed: dict[str, Any], sensors: Any
) -> None:
    config = json.dumps(RELAY | {"mac": "AABBCCDDEEFF"} | changed)
    try:
        found = read_tasmota(TOPIC, config, json.dumps({"sn": sensors}), problem=lambda _: None)
    except DiscoveryError:
        return
    for entity in found:
        for topic in entity.topics:
            entity.read(topic, config, entity.entity.state)
        for service in entity.wiring.commands:
            if service in ("turn_on", "turn_off", "open_cover"):
                entity.command(Action(f"{entity.entity.domain}.{service}", entity.entity.id))
