"""Announcements that are right but for a few fields, states of any type, services with any data:
nothing raises but the errors that are promised, no topic with a wildcard is published to, and only
`+` before a last level is listened to."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.home.abbreviations import KEYS
from edge.home.components import COMPONENTS
from edge.home.components.wiring import DiscoveryError
from edge.home.discovery import read_discovery
from edge.home.mqtt_entity import MqttEntity
from edge.types import Action, EntityState, LaresError, Message

LONG = sorted({*KEYS.values(), "name", "schema", "min", "max", "step", "mode", "modes", "code"})
TOPICS = {key: f"t/{key}" for key in LONG if key.endswith("_topic")}
WHOLE: dict[str, Any] = {
    **TOPICS,
    "name": "Thing",
    "unique_id": "u",
    "options": ["a", "b"],
    "event_types": ["a"],
    "command_on_template": "{{ value }}{{ brightness }}",
    "command_off_template": "off",
    "effect_list": ["a"],
    "device": {"identifiers": ["d"], "name": "Device"},
    "origin": {"name": "maker"},
    **{
        f"{name}_template": "{{ value_json.a }}" for name in ("state", "brightness", "red", "green")
    },
}
"""A configuration with every topic that any component knows."""
HOSTILE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(
        [
            "a/#", "+/b", "a/+/b", "a/+", "a+/b",
            "a\0", "$share/a/b", "x" * 70_000, "\ud800", "{{ 1 / 0 }}", "{{ value",
            "{{ value_json.a | float }}", "{% for a in range(10**9) %}{% endfor %}", "1e999", "-1",
            2**80, "nan", "diagnostic", "all", "any", "json", "template", "basic", "service", "F",
        ]
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=5,
)  # fmt: skip
PAYLOADS = st.one_of(
    st.sampled_from(
        [
            "", " ", "ON", "OFF", "None", "null", "0", "-1", "1e999", "nan", "255,0", "1,2,3,4,5,6",
            "[[[", '{"state": "ON"}', '{"state": [1]}', '{"state": {}, "brightness": [1]}',
            '{"state": "ON", "brightness": "x", "color": {"r": {}, "g": [], "b": null}}',
            '{"state": "ON", "color": {"x": 0, "y": 0}, "color_temp": 0}',
            '{"color": {"h": 1e9, "s": -5}}',
            '{"event_type": ["a"]}', '{"event_type": "a", "device_class": "door"}',
            '{"position": "x"}',
            '{"state": "opening", "position": 1e300}', '{"duration": "x"}',
            '{"update_percentage": []}',
        ]
    ),
    st.builds(json.dumps, HOSTILE),
    st.text(max_size=20),
)  # fmt: skip
DATA = st.dictionaries(
    st.sampled_from(
        [
            "brightness", "brightness_pct", "rgb_color", "color_name", "color_temp_kelvin",
            "effect", "flash", "transition", "white", "temperature", "target_temp_low",
            "hvac_mode", "value",
            "option", "code", "position", "tilt_position", "percentage", "preset_mode", "direction",
            "oscillating", "humidity", "mode", "fan_speed", "params", "command", "volume_level",
            "is_volume_muted", "cleaning_area_id", "segments", "operation_mode", "tone", "duration",
        ]
    ),
    HOSTILE,
    max_size=4,
)  # fmt: skip


def announced(component: str, config: dict[str, Any]) -> tuple[MqttEntity, ...]:
    topic = f"homeassistant/{component}/x/config"
    try:
        return read_discovery(topic, json.dumps(config), problem=lambda _: None)
    except DiscoveryError as error:
        assert topic in str(error)
        assert len(str(error)) < 1_000
        return ()


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_whole_configuration_is_read(component: str) -> None:
    (entity,) = announced(component, WHOLE)
    assert entity.entity.domain == component
    assert entity.topics or component in ("button", "scene")


@given(
    st.sampled_from(sorted(COMPONENTS)),
    st.dictionaries(st.sampled_from(LONG), HOSTILE, max_size=4),
    st.lists(PAYLOADS, max_size=3),
    DATA,
)
@settings(max_examples=500, deadline=None)
def test_nothing_raises_but_what_is_promised(
    component: str, changed: dict[str, Any], payloads: list[str], data: dict[str, Any]
) -> None:
    for entity in announced(component, {**WHOLE, **changed}):
        assert entity.entity.domain == component
        json.dumps(dict(entity.entity.state.attributes), allow_nan=False)
        heard: list[str] = []
        state = entity.entity.state
        for payload in payloads:
            for topic in entity.topics:
                *before, last = topic.split("/")
                plain = (last, *(level for level in before if level != "+"))
                assert not set("".join(plain)) & set("+#\0")
                state = entity.read(topic, payload, state, heard.append) or state
                entity.reads_availability(topic, payload, heard.append)
                assert isinstance(entity.shown(state), EntityState)
        assert all(len(problem) < 1_400 for problem in heard)
        for service in entity.wiring.commands:
            for message in obeyed(entity, service, data):
                assert not set(message.topic) & set("+#\0")
                assert isinstance(message.payload, str)


def obeyed(entity: MqttEntity, service: str, data: dict[str, Any]) -> tuple[Message, ...]:
    try:
        return entity.command(Action(f"{entity.entity.domain}.{service}", entity.entity.id, data))
    except LaresError as error:
        assert str(error)
        return ()
