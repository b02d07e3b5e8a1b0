"""Virtual devices: what they announce is discovered, and how they begin, move and begin anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.home.discovery import read_discovery
from edge.home.graph import Area, Entity, Home
from edge.home.virtual import VirtualDevice, VirtualHome
from edge.types import EntityState, LaresError, Message
from tests.edge.home.round_trip import RoundTrip

DEMO_HOME = Home.from_yaml(Path(__file__).parents[3] / "edge" / "demo" / "home.yaml")


@pytest.mark.parametrize("entity", DEMO_HOME.entities, ids=lambda entity: entity.id)
def test_every_entity_of_the_demo_is_discovered_as_it_is(entity: Entity) -> None:
    device = VirtualDevice(entity, area="Somewhere")
    message = device.discovery()
    assert message.retain
    (found,) = read_discovery(message.topic, message.payload)
    assert (found.entity.id, found.entity.name) == (entity.id, entity.name)
    assert found.entity.device_class == entity.device_class
    assert found.suggested_area == "Somewhere"
    state = found.entity.state
    for told in device.state_messages():
        state = found.read(told.topic, told.payload, state) or state
    assert state.state == entity.state.state
    assert {
        key: state.attributes[key] for key in entity.state.attributes
    } == entity.state.attributes


@pytest.mark.parametrize("entity", DEMO_HOME.entities, ids=lambda entity: entity.id)
def test_the_state_itself_is_told_last_so_that_it_confirms_the_rest(entity: Entity) -> None:
    parts = [told.topic.rpartition("/")[2] for told in VirtualDevice(entity).state_messages()]
    assert "state" not in parts[:-1]


def test_what_is_set_by_hand_is_told_and_comes_on_top_of_what_it_has() -> None:
    light = RoundTrip("light.a", "off", {"brightness": 90, "rgb_color": [1, 2, 3]})
    light.hear(light.device.set_up(EntityState("on", {"brightness": 3})))
    assert light.state.state == "on"
    assert light.state.attributes["brightness"] == 3
    assert light.state.attributes["rgb_color"] == [1, 2, 3]


def test_an_empty_state_stays_as_it_is() -> None:
    climate = RoundTrip("climate.a", "heat", {"temperature": 20})
    climate.hear(climate.device.set_up(EntityState("", {"temperature": 21})))
    assert (climate.state.state, climate.state.attributes["temperature"]) == ("heat", 21)


@pytest.mark.parametrize(
    ("entity_id", "before", "ability"),
    [
        ("light.a", {"supported_color_modes": ["onoff"]}, {"supported_color_modes": ["rgb"]}),
        ("climate.a", {"min_temp": 7, "max_temp": 30}, {"max_temp": 25}),
        ("climate.a", {"hvac_modes": ["off", "heat"]}, {"hvac_modes": ["off", "cool"]}),
        ("climate.a", {}, {"fan_mode": "low"}),
        ("fan.a", {"supported_features": []}, {"supported_features": ["SET_SPEED"]}),
        ("cover.a", {"supported_features": ["OPEN"]}, {"supported_features": ["SET_POSITION"]}),
        ("vacuum.a", {"supported_features": ["START"]}, {"supported_features": ["CLEAN_AREA"]}),
    ],
)
def test_a_device_that_can_do_other_things_announces_itself_again_before_its_states(
    entity_id: str, before: dict[str, Any], ability: dict[str, Any]
) -> None:
    device = VirtualDevice(Entity(entity_id, "Thing", state=EntityState("off", before)))
    old = device.discovery()
    announced, *states = device.set_up(EntityState("off", ability))
    assert announced == device.discovery() != old
    assert announced.topic == old.topic
    assert tuple(states) == device.state_messages()


@pytest.mark.parametrize(
    ("entity_id", "state", "attributes"),
    [
        ("light.a", "on", {"brightness": 5, "rgb_color": [1, 2, 3]}),
        ("climate.a", "cool", {"temperature": 25, "current_temperature": 20}),
        ("fan.a", "on", {"percentage": 50}),
        ("cover.a", "open", {"current_position": 50}),
        ("media_player.a", "playing", {"volume_level": 0.3, "media_title": "x"}),
        ("todo.a", "1", {"todo_items": ["milk"]}),
    ],
)
def test_a_device_that_can_do_what_it_could_only_tells_its_states(
    entity_id: str, state: str, attributes: dict[str, Any]
) -> None:
    device = VirtualDevice(Entity(entity_id, "Thing", state=EntityState("off")))
    told = device.set_up(EntityState(state, attributes))
    assert told == device.state_messages()
    assert device.state == EntityState(state, attributes)


def test_an_ability_that_was_given_by_hand_is_used() -> None:
    light = VirtualDevice(
        Entity("light.a", "A", state=EntityState("off", {"supported_color_modes": ["onoff"]}))
    )
    light.set_up(EntityState("off", {"supported_color_modes": ["rgb"]}))
    told = light.handle(
        Message("virtual/light/a/set", '{"state": "ON", "color": {"r": 1, "g": 2, "b": 3}}')
    )
    assert json.loads(told[0].payload)["color"] == {"r": 1, "g": 2, "b": 3}


def test_setting_a_moving_cover_up_ends_its_journey() -> None:
    entity = Entity("cover.a", "A", state=EntityState("closed", {"current_position": 0}))
    cover = VirtualDevice(entity, travel_s=10, clock=lambda: 0.0)
    cover.handle(Message("virtual/cover/a/set", "OPEN"))
    told = cover.set_up(EntityState("open", {"current_position": 40}))
    assert [message.payload for message in told] == ["40", "open"]
    assert cover.seconds_left() is None


def test_a_cover_with_travel_is_opening_until_it_is_open() -> None:
    now = 0.0
    entity = Entity("cover.a", "A", state=EntityState("closed", {"current_position": 0}))
    cover = VirtualDevice(entity, travel_s=10, clock=lambda: now)
    told = cover.handle(Message("virtual/cover/a/set", "OPEN"))
    assert [message.payload for message in told] == ["0", "opening"]
    assert cover.seconds_left() == 10
    now = 9.0
    assert cover.advance() == ()
    now = 10.0
    assert [message.payload for message in cover.advance()] == ["100", "open"]
    assert cover.seconds_left() is None


def test_a_moving_cover_stops_where_it_is() -> None:
    now = 0.0
    entity = Entity("cover.a", "A", state=EntityState("open", {"current_position": 100}))
    cover = VirtualDevice(entity, travel_s=10, clock=lambda: now)
    assert cover.handle(Message("virtual/cover/a/set", "CLOSE"))[-1].payload == "closing"
    now = 4.0
    told = cover.handle(Message("virtual/cover/a/set", "STOP"))
    assert [message.payload for message in told] == ["60", "open"]
    now = 60.0
    assert cover.advance() == ()


HOME = Home(
    (),
    (Area("k", "Kitchen"),),
    (
        Entity("light.a", "A", "k", state=EntityState("off")),
        Entity("light.b", "B", state=EntityState("on")),
    ),
)


def test_a_virtual_home_gives_each_command_to_the_one_it_is_for() -> None:
    home = VirtualHome(HOME)
    assert len(home.discovery()) == 2
    (told,) = home.handle(Message("virtual/light/a/set", '{"state": "ON"}'))
    assert told == Message("virtual/light/a/state", '{"state": "ON"}', retain=True)
    assert home.states()["light.a"].state == "on"
    for topic in ("virtual/light/c/set", "virtual/light/a/state", "virtual/light/a/settle", "x"):
        assert home.handle(Message(topic, '{"state": "OFF"}')) == ()
    with pytest.raises(LaresError, match=r'no entity "light\.z"'):
        home.set_state("light.z", EntityState("on"))


def test_areas_and_availability_are_announced() -> None:
    config = json.loads(VirtualHome(HOME).discovery()[0].payload)
    assert config["dev"]["sa"] == "Kitchen"
    assert "avty_t" not in config
    device = VirtualDevice(HOME.entities[0], availability_topic="virtual/k/availability")
    assert json.loads(device.discovery().payload)["avty_t"] == "virtual/k/availability"


@given(
    st.sampled_from([entity.id for entity in DEMO_HOME.entities]),
    st.sampled_from(
        ["", "/position", "/mode", "/temperature", "/volume", "/percentage", "/playmedia"]
    ),
    st.text(max_size=12)
    | st.sampled_from(['{"state": "ON", "brightness": "x"}', "[]", "nan", "1e999"]),
)
def test_no_command_whatever_breaks_a_device(entity_id: str, part: str, payload: str) -> None:
    home = VirtualHome(DEMO_HOME)
    base = "virtual/" + entity_id.replace(".", "/")
    for told in home.handle(Message(f"{base}/set{part}", payload)):
        assert told.topic.startswith(base)
