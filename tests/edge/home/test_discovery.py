"""Discovery messages: their forms, short keys, names, ids, areas, availability, and bad ones."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.home.components.wiring import DiscoveryError
from edge.home.discovery import is_discovery, read_discovery, slug
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
        ("homeassistant/light/x/config", '{"schema": "template"}', 'expected the schema "json"'),
        ("homeassistant/cover/x/config", '{"position_open": "up"}', "expected a number"),
        (
            "homeassistant/switch/x/config",
            '{"state_topic": ["a"]}',
            "expected text for state_topic",
        ),
        ("homeassistant/device/x/config", "{}", "expected components"),
        ("homeassistant/light/x/config", "[" * 100_000, "expected JSON"),
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
            curr_temp_tpl="{{ value_json.t | round }}",
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


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = st.sampled_from(
    [
        "~",
        "name",
        "stat_t",
        "cmd_t",
        "dev",
        "cmps",
        "avty",
        "schema",
        "modes",
        "p",
        "sup_clrm",
        "val_tpl",
        "pos_open",
        "def_ent_id",
        "json_attr_t",
        "spd_rng_max",
        "brightness_scale",
    ]
)


@pytest.mark.parametrize("availability", ["online", True, 3])
def test_an_availability_that_is_no_list_is_refused(availability: object) -> None:
    config = {"name": "Lamp", "command_topic": "lamp/set", "availability": availability}
    with pytest.raises(DiscoveryError, match="expected a list for availability"):
        read_discovery("homeassistant/light/x/config", json.dumps(config))


@given(
    st.sampled_from(["light", "cover", "climate", "fan", "device", "sensor", "vacuum", "valve"]),
    st.dictionaries(KEYS, JSON, max_size=6),
    st.text(max_size=10),
)
def test_whatever_is_announced_it_is_read_or_refused(
    component: str, config: dict[str, Any], payload: str
) -> None:
    topic = f"homeassistant/{component}/x/config"
    try:
        found = read_discovery(topic, json.dumps(config))
    except DiscoveryError as error:
        assert topic in str(error)
        return
    for entity in found:
        for topic in entity.topics:
            state = entity.read(topic, payload, entity.entity.state)
            assert state is None or isinstance(state, EntityState)
