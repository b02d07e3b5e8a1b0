"""MQTT lights in both schemas, by Home Assistant's documentation."""

from __future__ import annotations

import json
from typing import Any

import pytest

from edge.types import Action, EntityState, LaresError
from tests.edge.home.discovered import announce, read, sent

JSON_KEYS = {"schema": "json", "command_topic": "c", "state_topic": "s"}
PLAIN_KEYS = {"command_topic": "c", "state_topic": "s"}


def json_sent(entity: Any, service: str, **data: Any) -> dict[str, Any]:
    ((_, payload),) = sent(entity, service, **data)
    content: dict[str, Any] = json.loads(payload)
    return content


def test_a_json_light_sends_one_object() -> None:
    light = announce("light", **JSON_KEYS, supported_color_modes=["rgb", "color_temp"])
    assert json_sent(light, "turn_on") == {"state": "ON"}
    assert json_sent(light, "turn_on", brightness=128) == {"state": "ON", "brightness": 128}
    assert json_sent(light, "turn_on", rgb_color=[255, 0, 10]) == {
        "state": "ON",
        "color": {"r": 255, "g": 0, "b": 10},
    }
    assert json_sent(light, "turn_on", color_temp_kelvin=2703) == {"state": "ON", "color_temp": 370}
    assert json_sent(light, "turn_off", transition=2) == {"state": "OFF", "transition": 2}


@pytest.mark.parametrize(
    ("modes", "color"),
    [
        (["hs"], {"h": 0.0, "s": 100.0}),
        (["xy", "color_temp"], {"x": 0.6401, "y": 0.33}),
        (["rgbw"], {"r": 255, "g": 0, "b": 0}),
    ],
)
def test_a_json_light_gets_colours_in_its_own_form(
    modes: list[str], color: dict[str, float]
) -> None:
    light = announce("light", **JSON_KEYS, supported_color_modes=modes)
    assert json_sent(light, "turn_on", rgb_color=(255, 0, 0))["color"] == pytest.approx(
        color, abs=0.001
    )


def test_colour_names_are_understood_and_wrong_ones_refused() -> None:
    light = announce("light", **JSON_KEYS, supported_color_modes=["rgb"])
    assert json_sent(light, "turn_on", color_name="red")["color"] == {"r": 255, "g": 0, "b": 0}
    for data in ({"color_name": "quux"}, {"rgb_color": [1, 2]}, {"rgb_color": [1, 2, 300]}):
        with pytest.raises(LaresError, match="Expected"):
            light.command(Action("light.turn_on", "light.thing", data))


@pytest.mark.parametrize(
    ("payload", "state", "attributes"),
    [
        ({"state": "ON", "brightness": 254}, "on", {"brightness": 254}),
        (
            {"state": "ON", "color": {"r": 1, "g": 2, "b": 3}, "color_mode": "rgb"},
            "on",
            {"rgb_color": [1, 2, 3], "color_mode": "rgb"},
        ),
        ({"state": "ON", "color": {"h": 240, "s": 100}}, "on", {"rgb_color": [0, 0, 255]}),
        ({"state": "ON", "color": {"x": 0.15, "y": 0.06}}, "on", {"rgb_color": [0, 0, 255]}),
        ({"state": "ON", "color_temp": 370}, "on", {"color_temp_kelvin": 2703}),
        ({"state": None}, "unknown", {}),
        ({"brightness": 10}, "unknown", {"brightness": 10}),
    ],
)
def test_a_json_light_is_read(payload: Any, state: str, attributes: dict[str, Any]) -> None:
    light = announce("light", **JSON_KEYS, supported_color_modes=["rgb", "color_temp"])
    found = read(light, ("s", json.dumps(payload)))
    assert found.state == state
    assert {key: found.attributes[key] for key in attributes} == attributes


@pytest.mark.parametrize(
    "payload", ["ON", "[]", '{"state": "on"}', '{"color": {"q": 1}}', '{"brightness": "x"}']
)
def test_a_payload_that_is_no_light_leaves_the_state(payload: str) -> None:
    light = announce("light", **JSON_KEYS, brightness=True)
    assert light.read("s", payload, EntityState("on")) is None


def test_a_scale_of_its_own_is_converted_both_ways_and_low_light_is_not_dark() -> None:
    light = announce("light", **JSON_KEYS, brightness=True, brightness_scale=100)
    assert json_sent(light, "turn_on", brightness=128)["brightness"] == 50
    assert json_sent(light, "turn_on", brightness=1)["brightness"] == 1
    assert read(light, ("s", '{"state": "ON", "brightness": 100}')).attributes["brightness"] == 255


def test_percent_become_brightness_and_zero_is_off() -> None:
    light = announce("light", **JSON_KEYS, brightness=True)
    assert json_sent(light, "turn_on", brightness_pct=50)["brightness"] == 128
    assert json_sent(light, "turn_on", brightness=0) == {"state": "OFF"}


def test_a_light_that_is_off_shows_neither_brightness_nor_colour() -> None:
    light = announce("light", **JSON_KEYS, brightness=True)
    told = EntityState("off", {"brightness": 9, "color_mode": "rgb", "icon": "x"})
    assert light.shown(told).attributes == {"brightness": None, "color_mode": None, "icon": "x"}
    assert light.shown(EntityState("on", told.attributes)).attributes == told.attributes


def test_a_default_light_sends_its_settings_and_then_on() -> None:
    light = announce(
        "light",
        **PLAIN_KEYS,
        bri_cmd_t="bc",
        rgb_cmd_t="rc",
        clr_temp_cmd_t="tc",
        payload_on="yes",
        payload_off="no",
    )
    assert sent(light, "turn_on") == [("c", "yes")]
    assert sent(light, "turn_off") == [("c", "no")]
    assert sent(light, "turn_on", brightness=64, rgb_color=[1, 2, 3]) == [
        ("bc", "64"),
        ("rc", "1,2,3"),
        ("c", "yes"),
    ]
    assert sent(light, "turn_on", color_temp_kelvin=2703) == [("tc", "370"), ("c", "yes")]
    assert sent(light, "turn_on", brightness=0) == [("c", "no")]


@pytest.mark.parametrize(
    ("order", "topics"), [("last", ["b", "c"]), ("first", ["c", "b"]), ("brightness", ["b"])]
)
def test_the_device_says_in_which_order(order: str, topics: list[str]) -> None:
    light = announce("light", **PLAIN_KEYS, bri_cmd_t="b", on_cmd_type=order)
    assert [topic for topic, _ in sent(light, "turn_on", brightness=5)] == topics
    assert [topic for topic, _ in sent(light, "turn_on")] == ["c"]


def test_a_default_light_is_read_from_a_topic_for_each_property() -> None:
    light = announce(
        "light",
        **PLAIN_KEYS,
        stat_val_tpl="{{ value_json.on }}",
        bri_stat_t="b",
        bri_scl=100,
        hs_stat_t="h",
        clr_temp_stat_t="t",
        clr_temp_k=True,
    )
    found = read(light, ("s", '{"on": "ON"}'), ("b", "50"), ("h", "120,100"), ("t", "3000"))
    assert found.state == "on"
    assert found.attributes["brightness"] == 128
    assert found.attributes["rgb_color"] == [0, 255, 0]
    assert found.attributes["color_temp_kelvin"] == 3000


@pytest.mark.parametrize(
    ("key", "payload"),
    [("hs_cmd_t", "0.0,100.0"), ("xy_cmd_t", "0.6401,0.33"), ("rgb_cmd_t", "255,0,0")],
)
def test_a_default_light_gets_colours_in_its_own_form(key: str, payload: str) -> None:
    light = announce("light", **PLAIN_KEYS, **{key: "color"})
    assert dict(sent(light, "turn_on", rgb_color=[255, 0, 0]))["color"] == payload


def test_a_command_template_may_name_the_components() -> None:
    light = announce(
        "light", **PLAIN_KEYS, rgb_cmd_t="r", rgb_cmd_tpl="#{{ red }}.{{ green }}.{{ blue }}"
    )
    assert sent(light, "turn_on", rgb_color=[1, 2, 3])[0] == ("r", "#1.2.3")


def test_supported_colour_modes_are_an_attribute() -> None:
    modes = announce("light", **PLAIN_KEYS, bri_cmd_t="b").entity.state.attributes
    assert modes == {"supported_color_modes": ["brightness"]}
    assert announce("light", **JSON_KEYS).entity.state.attributes == {
        "supported_color_modes": ["onoff"]
    }
