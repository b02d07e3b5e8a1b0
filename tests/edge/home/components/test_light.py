"""MQTT lights in their three schemas, by Home Assistant's documentation."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.home.components.light_values import with_white, without_white
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
    assert json_sent(light, "turn_on", color_temp_kelvin=2702) == {"state": "ON", "color_temp": 370}
    assert json_sent(light, "turn_off", transition=2) == {"state": "OFF", "transition": 2}


@pytest.mark.parametrize(
    ("modes", "color"),
    [
        (["hs"], {"h": 0.0, "s": 100.0}),
        (["xy", "color_temp"], {"x": 0.7006, "y": 0.2993}),
        (["rgbw"], {"r": 255, "g": 0, "b": 0, "w": 0}),
        (["rgbww"], {"r": 255, "g": 0, "b": 0, "c": 0, "w": 0}),
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
        ({"state": "ON", "color": {"x": 0.1355, "y": 0.0399}}, "on", {"rgb_color": [0, 0, 255]}),
        ({"state": "ON", "color_temp": 370}, "on", {"color_temp_kelvin": 2702}),
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
        ("rc", "1,2,3"),
        ("bc", "64"),
        ("c", "yes"),
    ]
    assert sent(light, "turn_on", color_temp_kelvin=2702) == [("tc", "370"), ("c", "yes")]
    assert sent(light, "turn_on", brightness=0) == [("c", "no")]


@pytest.mark.parametrize(
    ("order", "dimmed", "plain"),
    [
        ("last", ["b", "c"], [("c", "ON")]),
        ("first", ["c", "b"], [("c", "ON")]),
        ("brightness", ["b"], [("b", "255")]),
    ],
)
def test_the_device_says_in_which_order(
    order: str, dimmed: list[str], plain: list[tuple[str, str]]
) -> None:
    light = announce("light", **PLAIN_KEYS, bri_cmd_t="b", on_cmd_type=order)
    assert [topic for topic, _ in sent(light, "turn_on", brightness=5)] == dimmed
    assert sent(light, "turn_on") == plain


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
    [("hs_cmd_t", "0.0,100.0"), ("xy_cmd_t", "0.7006,0.2993"), ("rgb_cmd_t", "255,0,0")],
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
    assert modes == {"supported_color_modes": ["brightness"], "color_mode": "brightness"}
    assert announce("light", **JSON_KEYS).entity.state.attributes == {
        "supported_color_modes": ["onoff"], "color_mode": "onoff",
    }  # fmt: skip


def test_effects_flashes_and_white_are_sent_where_the_light_has_them() -> None:
    light = announce("light", **JSON_KEYS, sup_clrm=["white", "rgb"], fx_list=["rain", "fire"])
    assert json_sent(light, "turn_on", effect="rain")["effect"] == "rain"
    assert json_sent(light, "turn_on", white=100)["white"] == 100
    assert json_sent(light, "turn_on", flash="short")["flash"] == 2
    assert json_sent(light, "turn_off", flash="long")["flash"] == 10
    assert light.entity.state.attributes["effect_list"] == ["rain", "fire"]
    assert read(light, ("s", '{"state": "ON", "effect": "fire"}')).attributes["effect"] == "fire"


def test_zero_brightness_is_no_brightness() -> None:
    light = announce("light", **JSON_KEYS, brightness=True)
    on, off = '{"state": "ON", "brightness": 90}', '{"state": "OFF", "brightness": 0}'
    assert read(light, ("s", on), ("s", off)).attributes["brightness"] == 90
    plain = announce("light", **PLAIN_KEYS, bri_cmd_t="bc", bri_stat_t="b")
    assert read(plain, ("b", "90"), ("b", "0")).attributes["brightness"] == 90


@pytest.mark.parametrize(
    ("color", "rgb"),
    [
        ({"r": 10, "g": 0, "b": 0, "w": 0}, [10, 0, 0]),
        ({"r": 255, "g": 0, "b": 0, "w": 255}, [255, 128, 128]),
        ({"r": 0, "g": 0, "b": 0, "c": 0, "w": 80}, [80, 80, 80]),
    ],
)
def test_white_lamps_are_part_of_the_colour(color: dict[str, int], rgb: list[int]) -> None:
    light = announce("light", **JSON_KEYS, sup_clrm=["rgbww"])
    payload = json.dumps({"state": "ON", "color": color, "color_mode": "rgbww"})
    assert read(light, ("s", payload)).attributes["rgb_color"] == rgb


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_a_colour_with_its_white_apart_is_the_same_colour(rgb: tuple[int, int, int]) -> None:
    red, green, blue, white = with_white(rgb)
    assert without_white((red, green, blue), white) == list(rgb)


def test_a_default_light_with_white_lamps_sends_and_tells_four_or_five_numbers() -> None:
    light = announce("light", **PLAIN_KEYS, rgbw_cmd_t="w", rgbw_stat_t="ws")
    assert sent(light, "turn_on", rgb_color=[255, 128, 128])[0] == ("w", "255,128,128,0")
    assert sent(light, "turn_on", color_name="white")[0] == ("w", "0,0,0,255")
    assert read(light, ("ws", "255,0,0,0")).attributes["rgb_color"] == [255, 0, 0]
    assert light.read("ws", "255,0,0", EntityState("on")) is None
    five = announce("light", **PLAIN_KEYS, rgbww_cmd_t="w", rgbww_stat_t="ws")
    assert sent(five, "turn_on", rgb_color=[0, 0, 255])[0] == ("w", "0,0,255,0,0")
    assert five.entity.state.attributes["supported_color_modes"] == ["rgbww"]


def test_a_light_with_colours_only_is_dimmed_by_darker_colours() -> None:
    light = announce("light", **PLAIN_KEYS, rgb_cmd_t="r")
    assert sent(light, "turn_on", brightness=128)[0] == ("r", "128,128,128")
    assert sent(light, "turn_on", brightness=128, rgb_color=[255, 0, 0])[0] == ("r", "128,0,0")


def test_effects_have_their_own_topics_in_the_default_schema() -> None:
    light = announce("light", **PLAIN_KEYS, fx_cmd_t="e", fx_stat_t="es", fx_list=["rain"])
    assert sent(light, "turn_on", effect="rain") == [("e", "rain"), ("c", "ON")]
    assert read(light, ("es", "rain")).attributes["effect"] == "rain"


def test_the_range_of_colour_temperatures_is_in_kelvin() -> None:
    light = announce("light", **JSON_KEYS, min_mirs=153, max_mirs=500)
    attributes = light.entity.state.attributes
    assert attributes["min_color_temp_kelvin"] == 2000
    assert attributes["max_color_temp_kelvin"] == 6535


TEMPLATE_KEYS = {
    "schema": "template",
    "command_topic": "c",
    "state_topic": "s",
    "command_on_template": "on{% if brightness is defined %},b{{ brightness }}{% endif %}"
    "{% if red is defined %},{{ red }}-{{ green }}-{{ blue }}{% endif %}"
    "{% if color_temp is defined %},t{{ color_temp }}{% endif %}"
    "{% if transition is defined %},~{{ transition }}{% endif %}",
    "command_off_template": "off",
    "state_template": "{{ value.split(',')[0] }}",
    "brightness_template": "{{ value.split(',')[1] }}",
    "color_temp_template": "{{ value.split(',')[2] }}",
    "red_template": "{{ value.split(',')[3].split('-')[0] }}",
    "green_template": "{{ value.split(',')[3].split('-')[1] }}",
    "blue_template": "{{ value.split(',')[3].split('-')[2] }}",
}


def test_a_template_light_sends_what_its_templates_make() -> None:
    light = announce("light", **TEMPLATE_KEYS)
    assert sent(light, "turn_on") == [("c", "on")]
    assert sent(light, "turn_on", brightness=9, rgb_color=[1, 2, 3], transition=4) == [
        ("c", "on,b9,1-2-3,~4")
    ]
    assert sent(light, "turn_on", color_temp_kelvin=2000) == [("c", "on,t500")]
    assert sent(light, "turn_off") == sent(light, "turn_on", brightness=0) == [("c", "off")]


def test_a_template_light_is_read_by_its_templates() -> None:
    light = announce("light", **TEMPLATE_KEYS)
    state = read(light, ("s", "on,128,500,1-2-3"))
    assert state.state == "on"
    assert state.attributes["brightness"] == 128
    assert state.attributes["color_temp_kelvin"] == 2000
    assert state.attributes["rgb_color"] == [1, 2, 3]
    assert state.attributes["supported_color_modes"] == ["hs", "color_temp"]
    assert light.topics == ("s",)
    assert not light.assumed
    assert announce("light", **{**TEMPLATE_KEYS, "state_template": None}).assumed


@pytest.mark.parametrize("payload", ["off", "off,,,"])
def test_a_template_light_that_tells_less_is_read_as_far_as_it_goes(payload: str) -> None:
    light = announce("light", **TEMPLATE_KEYS)
    before = EntityState("on", {"brightness": 9})
    after = light.read("s", payload, before)
    assert after == EntityState("off", {"brightness": 9})


def test_a_light_that_is_switched_on_by_brightness_gets_the_last_one_again() -> None:
    light = announce(
        "light", **PLAIN_KEYS, bri_cmd_t="bc", bri_stat_t="b", on_cmd_type="brightness"
    )
    turn_on = Action("light.turn_on", light.entity.id)
    (first,) = light.command(turn_on, light.entity.state)
    (again,) = light.command(turn_on, read(light, ("b", "40")))
    assert (first.payload, again.payload) == ("255", "40")


def test_a_light_whose_brightness_is_in_its_colour_keeps_each_when_the_other_is_set() -> None:
    light = announce("light", **PLAIN_KEYS, rgb_cmd_t="rc", rgb_stat_t="r")
    state = read(light, ("r", "10,20,30"))
    assert (state.attributes["rgb_color"], state.attributes["brightness"]) == ([85, 170, 255], 30)

    def colour(**data: Any) -> str:
        return light.command(Action("light.turn_on", light.entity.id, data), state)[0].payload

    assert colour(brightness=128) == "42,85,128"
    assert colour(rgb_color=[200, 100, 0]) == "23,11,0"
    assert colour(rgb_color=[200, 100, 0], brightness=255) == "200,100,0"


def test_a_light_tells_only_what_its_colour_mode_is_about() -> None:
    light = announce("light", **JSON_KEYS, sup_clrm=["xy", "color_temp"])
    told = {"state": "ON", "color": {"x": 0.7006, "y": 0.2993}, "color_temp": 370}
    shown = {
        mode: light.shown(read(light, ("s", json.dumps({**told, "color_mode": mode})))).attributes
        for mode in ("xy", "color_temp")
    }
    assert shown["xy"]["color_temp_kelvin"] is None
    assert shown["xy"]["rgb_color"] == [255, 0, 0]
    assert shown["color_temp"]["color_temp_kelvin"] == 2702
    assert shown["color_temp"].get("rgb_color") is None


def test_what_is_wrong_in_a_json_lights_message_leaves_the_rest() -> None:
    light = announce("light", **JSON_KEYS, brightness=True)
    before = EntityState("off", {"brightness": 7})
    found = light.read("s", '{"state": "ON", "brightness": "bright"}', before)
    assert found == EntityState("on", {"brightness": 7})
    assert light.read("s", '{"state": "maybe"}', before) is None
