"""Discovery messages: their forms, short keys, names, ids, areas, availability, and bad ones."""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.home import abbreviations
from edge.home.announced import slug
from edge.home.components import COMPONENTS
from edge.home.components.wiring import DiscoveryError
from edge.home.discovery import is_discovery, read_discovery
from edge.types import Action, EntityState, LaresError
from tests.edge.home.discovered import announce, read, sent

DEVICE = {"identifiers": ["d1"], "name": "Boiler Room", "suggested_area": "Cellar"}


@pytest.mark.parametrize(
    ("topic", "is_one"),
    [
        ("homeassistant/light/x/config", True),
        ("homeassistant/light/node/x/config", True),
        ("homeassistant/light/config", False),
        ("homeassistant/light/a/b/c/config", False),
        ("homeassistant/light/x/state", False),
        ("homeassistant/status", False),
        ("other/light/x/config", False),
    ],
)
def test_discovery_topics_are_known_from_others(topic: str, is_one: bool) -> None:
    assert is_discovery(topic) is is_one


def test_short_keys_and_the_base_topic_mean_the_same_as_long_ones() -> None:
    short = announce(
        "switch",
        **{"~": "hall/plug", "stat_t": "~/state", "cmd_t": "~/set", "pl_on": "1", "pl_off": "0"},
        avty=[{"t": "~/online"}],
        dev={"ids": ["d1"], "name": "Plug", "sa": "Hall"},
    )
    assert short.topics == ("hall/plug/state", "hall/plug/online")
    assert sent(short, "turn_on") == [("hall/plug/set", "1")]
    assert (short.suggested_area, short.entity.area) == ("Hall", "hall")


def test_the_base_topic_may_stand_at_the_end() -> None:
    entity = announce("sensor", **{"~": "meter", "stat_t": "tele/~"})
    assert entity.topics == ("tele/meter",)


@pytest.mark.parametrize(
    ("component", "config", "name", "entity_id"),
    [
        ("light", {"name": None, "device": DEVICE}, "Boiler Room", "light.boiler_room"),
        (
            "sensor",
            {"name": "Heat", "device": DEVICE},
            "Boiler Room Heat",
            "sensor.boiler_room_heat",
        ),
        (
            "sensor",
            {"name": "Boiler room heat", "device": DEVICE},
            "Boiler room heat",
            "sensor.boiler_room_heat",
        ),
        ("light", {"name": "Küche 2"}, "Küche 2", "light.kuche_2"),
        ("light", {"name": "A", "object_id": "b c"}, "A", "light.b_c"),
        ("light", {"name": "A", "default_entity_id": "light.own"}, "A", "light.own"),
        ("valve", {"name": None}, "MQTT valve", "valve.mqtt_valve"),
    ],
)
def test_names_and_ids_follow_home_assistants_rules(
    component: str, config: dict[str, Any], name: str, entity_id: str
) -> None:
    config = {"state_topic": "s", "command_topic": "c", **config}
    entity = announce(component, **config).entity
    assert (entity.name, entity.id) == (name, entity_id)


def test_a_sensor_without_a_name_is_called_by_its_class() -> None:
    config = {"stat_t": "s", "dev_cla": "carbon_monoxide", "dev": {"name": "Alarm"}}
    (found,) = read_discovery("homeassistant/sensor/x/config", json.dumps(config))
    assert found.entity.name == "Alarm Carbon monoxide"
    assert found.entity.device_class == "carbon_monoxide"
    assert found.entity.state.attributes["device_class"] == "carbon_monoxide"


def test_an_empty_payload_takes_the_device_away() -> None:
    assert read_discovery("homeassistant/light/x/config", "") == ()


def test_a_devices_message_has_several_components_with_shared_keys() -> None:
    payload = {
        "dev": {"ids": "b1", "name": "Bridge", "sa": "Attic"},
        "o": {"name": "maker"},
        "~": "bridge",
        "avty_t": "~/lwt",
        "cmps": {
            "plug": {"p": "switch", "name": None, "cmd_t": "~/set", "stat_t": "~/state"},
            "power": {"p": "sensor", "name": "Power", "stat_t": "~/w", "unit_of_meas": "W"},
            "gone": {"p": "sensor"},
        },
    }
    plug, power = read_discovery("homeassistant/device/b1/config", json.dumps(payload))
    assert (plug.entity.id, plug.entity.name) == ("switch.bridge", "Bridge")
    assert (power.entity.id, power.entity.name) == ("sensor.bridge_power", "Bridge Power")
    assert power.topics == ("bridge/w", "bridge/lwt")
    assert plug.suggested_area == power.suggested_area == "Attic"
    assert plug.unique_id != power.unique_id


def test_a_bad_component_of_a_device_leaves_the_others(caplog: pytest.LogCaptureFixture) -> None:
    payload = {
        "dev": {"ids": "b1", "name": "Bridge"},
        "cmps": {
            "a": {"p": "teleporter", "stat_t": "s"},
            "b": "x",
            "c": {"p": "sensor", "stat_t": "s"},
        },
    }
    with caplog.at_level(logging.WARNING):
        found = read_discovery("homeassistant/device/b1/config", json.dumps(payload))
    assert [entity.entity.domain for entity in found] == ["sensor"]
    assert "teleporter" in caplog.text


@pytest.mark.parametrize(
    ("topic", "payload", "said"),
    [
        ("homeassistant/light/x/config", "{", "expected JSON"),
        ("homeassistant/light/x/config", "[]", "expected a JSON object"),
        ("homeassistant/teleporter/x/config", "{}", '"teleporter" is not supported'),
        ("homeassistant/light/x/config", '{"schema": "x"}', "expected one of basic"),
        ("homeassistant/cover/x/config", '{"position_open": "up"}', "expected a number"),
        (
            "homeassistant/switch/x/config",
            '{"state_topic": ["a"]}',
            "expected text for state_topic",
        ),
        ("homeassistant/device/x/config", "{}", "expected components"),
        ("homeassistant/light/x/config", "[" * 60_000, "expected JSON"),
        ("homeassistant/light/x/config", '{"a": ' + "[" * 70 + "]" * 70 + "}", "nested too deeply"),
        ("homeassistant/light/x/config", " " * 70_000 + "{}", "at most 65,536 characters"),
        ("homeassistant/device/x/config", '"' + "x" * 2_000_000 + '"', "at most 1,048,576"),
        ("homeassistant/sensor/x/config", '{"stat_t": "a/#"}', "for state_topic, found 'a/#'"),
        ("homeassistant/sensor/x/config", '{"stat_t": "a/+"}', "one plain topic"),
        ("homeassistant/sensor/x/config", '{"stat_t": "+/a/b+/c"}', "one plain topic"),
        ("homeassistant/sensor/x/config", '{"stat_t": "+/$share/a/b"}', "one plain topic"),
        (
            "homeassistant/switch/x/config",
            '{"cmd_t": "a/+/b"}',
            "one plain topic for command_topic",
        ),
        ("homeassistant/switch/x/config", '{"cmd_t": "#"}', "one plain topic for command_topic"),
        ("homeassistant/sensor/x/config", '{"stat_t": "a\\u0000"}', "one plain topic"),
        ("homeassistant/sensor/x/config", '{"~": "a/#", "stat_t": "~/b"}', "one plain topic"),
        ("homeassistant/sensor/x/config", '{"stat_t": "$share/g/a"}', "one plain topic"),
        ("homeassistant/sensor/x/config", '{"stat_t": "' + "a" * 2_000 + '"}', "one plain topic"),
        ("homeassistant/sensor/x/config", '{"avty": [{"t": "a/#"}]}', "for topic, found 'a/#'"),
        ("homeassistant/sensor/x/config", '{"json_attr_t": "+"}', "one plain topic"),
        ("homeassistant/number/x/config", '{"min": 5, "max": 1}', "a max of at least 5"),
        ("homeassistant/number/x/config", '{"min": NaN}', "NaN is no JSON"),
        ("homeassistant/number/x/config", '{"min": "inf"}', "a number for min"),
        ("homeassistant/number/x/config", '{"step": 0}', "a step above 0"),
        ("homeassistant/number/x/config", '{"max": true}', "a number for max"),
        ("homeassistant/select/x/config", "{}", "expected options"),
        ("homeassistant/event/x/config", "{}", "expected event_types"),
        ("homeassistant/climate/x/config", '{"min_temp": 9, "max_temp": 1}', "max_temp"),
        ("homeassistant/switch/x/config", '{"avty_mode": "some"}', "availability_mode"),
        ("homeassistant/switch/x/config", '{"name": ["a"]}', "expected text for name"),
        ("homeassistant/switch/x/config", '{"opt": [1]}', "true or false for optimistic"),
        ("homeassistant/light/x/config", '{"on_cmd_type": "x"}', "on_command_type"),
        ("homeassistant/light/x/config", '{"fx_list": [[1]]}', "words for effect_list"),
        ("homeassistant/../x/config", '{"schema": "service"}', "is not supported"),
        ("homeassistant/fan/x/config", '{"speed_range_max": 0}', "speed_range_max"),
    ],
)
def test_a_bad_announcement_is_an_error_that_names_its_topic(
    topic: str, payload: str, said: str
) -> None:
    with pytest.raises(DiscoveryError) as caught:
        read_discovery(topic, payload)
    assert topic in str(caught.value)
    assert said in str(caught.value)


def test_an_unsupported_template_costs_one_property_and_is_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        entity = announce(
            "climate",
            mode_stat_t="mode",
            curr_temp_t="temp",
            curr_temp_tpl="{{ states('sensor.t') }}",
        )
    assert entity.topics == ("mode",)
    assert "current_temperature_template" in caplog.text


def test_attributes_come_from_their_own_topic() -> None:
    entity = announce("switch", stat_t="s", json_attr_t="attrs")
    state = read(entity, ("s", "ON"), ("attrs", '{"power": 5}'), ("attrs", "[1]"))
    assert state == EntityState("on", {"power": 5})


@pytest.mark.parametrize(
    ("mode", "heard", "reachable"),
    [
        ("latest", {}, False),
        ("latest", {"a": False, "b": True}, True),
        ("latest", {"b": True, "a": False}, False),
        ("all", {"a": True}, False),
        ("all", {"a": True, "b": True}, True),
        ("any", {"a": True, "b": False}, True),
        ("any", {}, False),
    ],
)
def test_availability_topics_count_by_their_mode(
    mode: str, heard: dict[str, bool], reachable: bool
) -> None:
    entity = announce("switch", stat_t="s", avty=[{"t": "a"}, {"t": "b"}], avty_mode=mode)
    assert entity.availability.reachable(heard) is reachable


def test_availability_has_its_own_payloads_and_template() -> None:
    entity = announce(
        "switch",
        availability={
            "topic": "a",
            "payload_available": "up",
            "payload_not_available": "down",
            "value_template": "{{ value_json.s }}",
        },
    )
    assert entity.reads_availability("a", '{"s": "up"}') is True
    assert entity.reads_availability("a", '{"s": "down"}') is False
    assert entity.reads_availability("a", "?") is None
    assert entity.reads_availability("b", '{"s": "up"}') is None
    assert announce("switch", stat_t="s").availability.reachable({})


def test_a_service_that_the_device_lacks_is_refused_with_those_it_has() -> None:
    entity = announce("switch", cmd_t="c")
    with pytest.raises(LaresError, match=r"no service switch\.press.*switch\.turn_on"):
        entity.command(Action("switch.press", "switch.thing"))
    with pytest.raises(LaresError, match="no service light"):
        entity.command(Action("light.turn_on", "switch.thing"))
    (message,) = entity.command(Action("homeassistant.turn_on", "switch.thing"))
    assert message.payload == "ON"


def test_commands_are_retained_where_the_device_wants_that() -> None:
    (message,) = announce("switch", cmd_t="c", ret=True).command(Action("switch.turn_on", "x"))
    assert message.retain


@pytest.mark.parametrize(
    ("name", "made"), [("Küche", "kuche"), ("A  b-C", "a_b_c"), ("你好", "unnamed")]
)
def test_a_slug_is_plain_ascii(name: str, made: str) -> None:
    assert slug(name) == made


KEYS = st.sampled_from(
    sorted(
        {
            *abbreviations.KEYS, *abbreviations.KEYS.values(), *abbreviations.DEVICE_KEYS, "~",
            "name", "schema", "modes", "min", "max", "step", "platform", "brightness", "code",
            "supported_features", "effect", "mode",
        }
    )
)  # fmt: skip
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(
        [
            "a/b", "a/#", "+", "~/x", "\ud800", "json", "template", "service", "{{ value_json.a }}",
            "{{ value | float }}", "{% for a in value_json %}{{ a }}{% endfor %}", "{{", "switch",
            "sensor", "1e999", "-5", "diagnostic", "any", "None", "lock.a", 2**70, "REMOTE_CODE",
        ]
    )
)  # fmt: skip
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("availability", ["online", True, 3])
def test_an_availability_that_is_no_list_is_refused(availability: object) -> None:
    config = {"name": "Lamp", "command_topic": "lamp/set", "availability": availability}
    with pytest.raises(DiscoveryError, match="expected a list for availability"):
        read_discovery("homeassistant/light/x/config", json.dumps(config))


@given(
    st.sampled_from([*COMPONENTS, "device", "device_automation", "todo", "?"]),
    st.dictionaries(KEYS, JSON, max_size=12),
    JSON | st.text(max_size=10),
    st.sampled_from(
        ["turn_on", "set_value", "set_temperature", "select_option", "lock", "install"]
    ),
    st.dictionaries(
        st.sampled_from(["value", "brightness", "rgb_color", "temperature", "option", "code"]), JSON
    ),
)
@settings(max_examples=600, deadline=None)
def test_whatever_is_announced_it_is_read_or_refused(
    component: str, config: dict[str, Any], payload: Any, service: str, data: dict[str, Any]
) -> None:
    topic = f"homeassistant/{component}/x/config"
    heard: list[str] = []
    try:
        found = read_discovery(topic, json.dumps(config), problem=heard.append)
    except DiscoveryError as error:
        assert topic in str(error)
        return
    text = payload if isinstance(payload, str) else json.dumps(payload)
    for entity in found:
        assert entity.entity.name.strip()
        assert entity.entity.domain in COMPONENTS or config.get("schema") == "service"
        for topic in entity.topics:
            assert topic.encode()
            assert not set(topic) & set("+#\0")
            state = entity.read(topic, text, entity.entity.state, heard.append)
            assert state is None or isinstance(state.state, str)
            assert entity.reads_availability(topic, text, heard.append) in (None, True, False)
            entity.shown(state or entity.entity.state)
        with suppress(LaresError):
            action = Action(f"{entity.entity.domain}.{service}", entity.entity.id, data)
            for message in entity.command(action):
                assert not set(message.topic) & set("+#\0")


def test_what_no_assistant_speaks_of_is_passed_over_in_silence(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for kind in ("device_automation", "tag", "camera", "image", "notify"):
        assert read_discovery(f"homeassistant/{kind}/x/config", '{"topic": "a"}') == ()
    payload = {"cmps": {"a": {"p": "device_automation", "t": "x"}, "b": {"p": "tag", "t": "x"}}}
    assert read_discovery("homeassistant/device/x/config", json.dumps(payload)) == ()
    assert read_discovery("homeassistant/switch/x/config", '{"migrate_discovery": true}') == ()
    assert not caplog.records


@pytest.mark.parametrize(
    ("component", "config", "exposed"),
    [
        ("switch", {}, True),
        ("switch", {"ent_cat": "config"}, False),
        ("sensor", {"entity_category": "diagnostic"}, False),
        ("sensor", {"ent_cat": "diagnostic", "dev_cla": "battery"}, True),
        ("binary_sensor", {"ent_cat": "diagnostic", "dev_cla": "battery"}, True),
        ("switch", {"ent_cat": "config", "dev_cla": "battery"}, False),
        ("sensor", {"en": False}, False),
        ("sensor", {"en": "false"}, False),
        ("sensor", {"ent_cat": None}, True),
    ],
)
def test_settings_and_diagnoses_are_not_spoken_to(
    component: str, config: dict[str, Any], exposed: bool
) -> None:
    assert announce(component, state_topic="s", command_topic="c", **config).exposed is exposed


def test_no_component_can_pass_for_another() -> None:
    for wanted in ("lock.front", "switch.front", "front"):
        assert announce("switch", cmd_t="c", def_ent_id=wanted).entity.id == "switch.front"
    assert announce("switch", cmd_t="c", def_ent_id="a.b.c").entity.id == "switch.c"
    assert announce("switch", cmd_t="c", def_ent_id="lock.#").entity.id == "switch.thing"


def test_names_are_made_to_be_spoken() -> None:
    name = "A\u0000\u200b\n  lamp\u202e" + "x" * 10_000_00
    entity = announce("switch", cmd_t="c", name=name[:40_000]).entity
    assert entity.name.startswith("A lamp")
    assert len(entity.name) == 120
    assert len(entity.id) < 120
    halves = read_discovery("homeassistant/switch/x/config", '{"name": "a\\ud800", "cmd_t": "c"}')
    assert halves[0].entity.name.encode()
    area = announce("switch", cmd_t="c", dev={"name": 5, "sa": " Living\u200b room\n"})
    assert (area.suggested_area, area.entity.area) == ("Living room", "living_room")
    assert area.entity.name == "5 Thing"


def test_what_announced_it_is_known() -> None:
    told = announce(
        "switch", cmd_t="c", o={"name": "Zigbee2MQTT", "sw": "2.1.0", "url": "http://x"}
    )
    assert told.origin == "Zigbee2MQTT 2.1.0"
    for odd in (None, [], "x", {"name": 5}):
        assert announce("switch", cmd_t="c", o=odd).origin == ""


def test_a_component_has_its_own_base_or_the_devices() -> None:
    payload = {
        "~": "dev",
        "dev": {"ids": "d", "name": "D"},
        "avty": [{"t": "~/online"}],
        "qos": 1,
        "name": "not shared",
        "cmps": {
            "a": {"p": "sensor", "name": "A", "stat_t": "~/a"},
            "b": {"p": "sensor", "name": "B", "~": "own", "stat_t": "x/~", "avty_t": "~/here"},
        },
    }
    a, b = read_discovery("homeassistant/device/d/config", json.dumps(payload))
    assert a.topics == ("dev/a", "dev/online")
    assert b.topics == ("x/own", "dev/online")
    assert (a.entity.name, b.entity.name) == ("D A", "D B")


def test_of_thousands_of_components_the_first_are_used_and_the_rest_told_once() -> None:
    heard: list[str] = []
    components = {f"c{i}": {"p": "sensor", "stat_t": f"s/{i}"} for i in range(1_500)}
    topic = "homeassistant/device/d/config"
    found = read_discovery(topic, json.dumps({"cmps": components}), problem=heard.append)
    assert len(found) == 1_000
    assert len(heard) == 1
    assert "1500" in heard[0]


def test_a_problem_with_a_state_is_told_to_who_asks_and_changes_nothing() -> None:
    heard: list[str] = []
    entity = announce("switch", stat_t="s", avty_t="a")
    state = EntityState("on")
    assert entity.read("s", "melted", state, heard.append) is None
    assert entity.reads_availability("a", "perhaps", heard.append) is None
    assert entity.read("s", "", state, heard.append) is None
    assert len(heard) == 2
    assert "s: payload 'melted' not understood: expected one of ON, OFF" in heard[0]
    assert entity.read("s", "melted", state) is None


def test_times_after_which_a_state_ends_are_told() -> None:
    sensor = announce("sensor", stat_t="s", exp_aft=90)
    assert (sensor.expires_after_s, sensor.state_topic) == (90, "s")
    motion = announce("binary_sensor", stat_t="s", off_dly=5, exp_aft=0)
    assert (motion.off_delay_s, motion.expires_after_s) == (5, None)
    assert announce("switch", stat_t="s", exp_aft=90).expires_after_s is None


@pytest.mark.parametrize(
    ("component", "config", "assumed"),
    [
        ("switch", {}, True),
        ("switch", {"stat_t": "s"}, False),
        ("switch", {"stat_t": "s", "opt": True}, True),
        ("switch", {"json_attr_t": "a"}, True),
        ("light", {"bri_stat_t": "b", "bri_cmd_t": "bc"}, True),
        ("climate", {"temp_stat_t": "t", "temp_cmd_t": "tc"}, False),
    ],
)
def test_what_tells_nothing_back_is_assumed(
    component: str, config: dict[str, Any], assumed: bool
) -> None:
    assert announce(component, command_topic="c", **config).assumed is assumed


def test_attributes_do_not_change_what_the_component_tells_itself() -> None:
    keys = {"schema": "json", "cmd_t": "c", "stat_t": "s", "brightness": True, "bri_scl": 100}
    light = announce("light", **keys, json_attr_t="s", dev_cla="x")
    payload = '{"state": "ON", "brightness": 100, "device_class": "door", "linkquality": 7}'
    state = read(light, ("s", payload))
    assert state.attributes["brightness"] == 255
    assert state.attributes["device_class"] == "x"
    assert state.attributes["linkquality"] == 7
