"""Virtual devices: what they announce is discovered, what is commanded is obeyed and read back.

The reader of discovery and the maker of commands are the real ones, the devices parse on their
own; so each round trip tests both sides against each other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.home.discovery import read_discovery
from edge.home.graph import Area, Entity, Home
from edge.home.mqtt_entity import MqttEntity
from edge.home.virtual import VirtualDevice, VirtualHome
from edge.types import Action, EntityState, LaresError, Message

DEMO_HOME = Home.from_yaml(Path(__file__).parents[3] / "edge" / "demo" / "home.yaml")


class RoundTrip:
    """A virtual device, and what Lares makes of it."""

    def __init__(
        self, entity_id: str, state: str, attributes: Mapping[str, Any] | None = None
    ) -> None:
        entity = Entity(entity_id, "Thing", state=EntityState(state, attributes or {}))
        self.device = VirtualDevice(entity)
        announced = self.device.discovery()
        self.mqtt: MqttEntity
        (self.mqtt,) = read_discovery(announced.topic, announced.payload)
        self.state = self.mqtt.entity.state
        self.hear(self.device.state_messages())

    def hear(self, messages: tuple[Message, ...]) -> None:
        for message in messages:
            assert message.topic in self.mqtt.topics
            self.state = self.mqtt.read(message.topic, message.payload, self.state) or self.state

    def do(self, service: str, **data: Any) -> EntityState:
        """Call a service and return the state that is read back, as it is shown."""
        for command in self.mqtt.command(Action(service, self.mqtt.entity.id, data)):
            self.hear(self.device.handle(command))
        return self.mqtt.shown(self.state)


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


@pytest.mark.parametrize(
    ("entity_id", "state", "service", "data", "after"),
    [
        ("switch.a", "off", "switch.turn_on", {}, "on"),
        ("switch.a", "on", "switch.turn_off", {}, "off"),
        ("lock.a", "locked", "lock.unlock", {}, "unlocked"),
        ("lock.a", "unlocked", "lock.lock", {}, "locked"),
        ("vacuum.a", "docked", "vacuum.start", {}, "cleaning"),
        ("vacuum.a", "cleaning", "vacuum.return_to_base", {}, "returning"),
        ("vacuum.a", "cleaning", "vacuum.pause", {}, "paused"),
        ("vacuum.a", "docked", "vacuum.clean_area", {"cleaning_area_id": ["hall"]}, "cleaning"),
        ("media_player.a", "playing", "media_player.media_pause", {}, "paused"),
        ("media_player.a", "off", "media_player.play_media", {"media_content_id": "x"}, "playing"),
        ("media_player.a", "paused", "media_player.media_play", {}, "playing"),
        ("media_player.a", "playing", "media_player.media_play_pause", {}, "paused"),
        ("media_player.a", "playing", "media_player.turn_off", {}, "off"),
        ("climate.a", "off", "climate.turn_on", {}, "heat_cool"),
        ("climate.a", "heat", "climate.set_hvac_mode", {"hvac_mode": "cool"}, "cool"),
        ("climate.a", "heat", "climate.set_hvac_mode", {"hvac_mode": "sauna"}, "heat"),
        ("fan.a", "on", "fan.set_percentage", {"percentage": 0}, "off"),
        ("input_boolean.a", "off", "input_boolean.turn_on", {}, "on"),
        ("input_boolean.a", "on", "input_boolean.toggle", {}, "off"),
        ("timer.a", "idle", "timer.start", {}, "active"),
        ("input_number.a", "1", "input_number.set_value", {"value": 7}, "7"),
        ("input_select.a", "x", "input_select.select_option", {"option": "y"}, "y"),
        ("script.a", "off", "script.turn_on", {}, "off"),
        ("lawn_mower.a", "docked", "lawn_mower.start_mowing", {}, "mowing"),
        ("lawn_mower.a", "mowing", "lawn_mower.dock", {}, "docked"),
    ],
)
def test_a_command_changes_the_state(
    entity_id: str, state: str, service: str, data: dict[str, Any], after: str
) -> None:
    assert RoundTrip(entity_id, state).do(service, **data).state == after


def test_a_light_keeps_its_brightness_while_it_is_off() -> None:
    light = RoundTrip("light.a", "on", {"brightness": 100, "supported_color_modes": ["brightness"]})
    assert light.do("light.turn_off").attributes["brightness"] is None
    on = light.do("light.turn_on")
    assert (on.state, on.attributes["brightness"]) == ("on", 100)
    assert on.attributes["color_mode"] == "brightness"


def test_a_colour_changes_colour_and_mode_and_nothing_else() -> None:
    before = {
        "supported_color_modes": ["color_temp", "rgb"],
        "color_mode": "color_temp",
        "color_temp_kelvin": 2700,
        "brightness": 40,
        "effect_list": ["rain"],
    }
    light = RoundTrip("light.a", "on", before)
    after = light.do("light.turn_on", rgb_color=[255, 0, 0])
    assert after.attributes == {**before, "color_mode": "rgb", "rgb_color": [255, 0, 0]}
    warm = light.do("light.turn_on", color_temp_kelvin=3000)
    assert (warm.attributes["color_mode"], warm.attributes["color_temp_kelvin"]) == (
        "color_temp",
        3000,
    )


def test_setting_brightness_turns_a_light_on() -> None:
    light = RoundTrip("light.a", "off")
    after = light.do("light.turn_on", brightness=128)
    assert (after.state, after.attributes["brightness"]) == ("on", 128)


def test_a_light_ignores_what_it_cannot_do() -> None:
    plain = RoundTrip("light.a", "off", {"supported_color_modes": ["onoff"]})
    after = plain.do("light.turn_on", brightness=128, rgb_color=[1, 2, 3])
    assert after.state == "on"
    assert after.attributes == {"supported_color_modes": ["onoff"], "color_mode": "onoff"}


@given(st.integers(1, 255), st.lists(st.integers(0, 255), min_size=3, max_size=3))
def test_any_brightness_and_colour_come_back_exactly(brightness: int, rgb: list[int]) -> None:
    light = RoundTrip("light.a", "off")
    after = light.do("light.turn_on", brightness=brightness, rgb_color=rgb)
    assert after.attributes["brightness"] == brightness
    assert after.attributes["rgb_color"] == rgb


@given(st.sampled_from(["cover", "valve"]), st.integers(0, 100))
def test_any_position_comes_back_with_its_state(domain: str, position: int) -> None:
    after = RoundTrip(f"{domain}.a", "open").do(
        f"{domain}.set_{domain}_position", position=position
    )
    assert after.attributes["current_position"] == position
    assert after.state == ("closed" if position == 0 else "open")


@pytest.mark.parametrize("domain", ["cover", "valve"])
def test_opening_and_closing_go_all_the_way(domain: str) -> None:
    device = RoundTrip(f"{domain}.a", "closed", {"current_position": 0})
    opened = device.do(f"{domain}.open_{domain}")
    assert (opened.state, opened.attributes["current_position"]) == ("open", 100)
    closed = device.do(f"{domain}.close_{domain}")
    assert (closed.state, closed.attributes["current_position"]) == ("closed", 0)


@pytest.mark.parametrize("domain", ["cover", "valve"])
def test_one_that_lists_no_position_has_none(domain: str) -> None:
    enum = f"{domain}.{domain.title()}EntityFeature"
    features = {"supported_features": [f"{enum}.OPEN", f"{enum}.CLOSE"]}
    device = RoundTrip(f"{domain}.a", "closed", features)
    assert device.do(f"{domain}.open_{domain}") == EntityState("open", features)
    with pytest.raises(LaresError, match="no service"):
        device.do(f"{domain}.set_{domain}_position", position=50)


def test_a_fan_starts_at_full_speed_and_stops_at_none() -> None:
    fan = RoundTrip("fan.a", "off")
    on = fan.do("fan.turn_on")
    assert (on.state, on.attributes["percentage"]) == ("on", 100)
    assert fan.do("fan.set_percentage", percentage=40).attributes["percentage"] == 40
    off = fan.do("fan.turn_off")
    assert (off.state, off.attributes["percentage"]) == ("off", 0)


def test_a_fan_without_speeds_only_switches() -> None:
    features = {"supported_features": ["fan.FanEntityFeature.OSCILLATE"], "oscillating": False}
    fan = RoundTrip("fan.a", "off", features)
    assert fan.do("fan.turn_on") == EntityState("on", features)
    assert fan.do("fan.oscillate", oscillating=True).attributes["oscillating"] is True


def test_a_thermostat_keeps_within_its_limits() -> None:
    climate = RoundTrip("climate.a", "heat", {"temperature": 20, "min_temp": 7, "max_temp": 30})
    assert climate.do("climate.set_temperature", temperature=21.5).attributes["temperature"] == 21.5
    assert climate.do("climate.set_temperature", temperature=90).attributes["temperature"] == 21.5


def test_a_thermostat_keeps_to_its_fan_modes() -> None:
    modes = {"fan_mode": "auto", "fan_modes": ["auto", "low"]}
    climate = RoundTrip("climate.a", "cool", modes)
    assert climate.do("climate.set_fan_mode", fan_mode="low").attributes["fan_mode"] == "low"
    assert climate.do("climate.set_fan_mode", fan_mode="turbo").attributes["fan_mode"] == "low"
    assert climate.state.attributes["fan_modes"] == ["auto", "low"]


def test_a_vacuum_that_lists_no_clean_area_is_not_sent_to_rooms() -> None:
    features = {"supported_features": ["vacuum.VacuumEntityFeature.START"]}
    vacuum = RoundTrip("vacuum.a", "docked", features)
    assert vacuum.state == EntityState("docked", features)
    with pytest.raises(LaresError, match="no service"):
        vacuum.do("vacuum.clean_area", cleaning_area_id=["hall"])


def test_a_media_player_has_volume_mute_and_tracks() -> None:
    player = RoundTrip("media_player.a", "playing", {"media_track": 1, "volume_level": 0.9})
    assert (
        player.do("media_player.volume_set", volume_level=0.25).attributes["volume_level"] == 0.25
    )
    assert player.do("media_player.volume_mute", is_volume_muted=True).attributes["is_volume_muted"]
    assert player.do("media_player.media_next_track").attributes["media_track"] == 2
    assert player.do("media_player.media_previous_track").attributes["media_track"] == 1
    playing = player.do("media_player.play_media", media_content_id="Jazz")
    assert playing.attributes["media_title"] == "Jazz"


def test_a_todo_list_counts_what_is_open() -> None:
    todo = RoundTrip("todo.a", "0", {"todo_items": []})
    after = todo.do("todo.add_item", item="milk")
    assert after.state == "1"
    assert after.attributes["todo_items"] == [{"summary": "milk", "status": "needs_action"}]
    assert todo.do("todo.remove_item", item="Milk").state == "0"
    assert todo.do("todo.remove_item", item="eggs").state == "0"


def test_a_todo_list_without_a_number_counts_its_items() -> None:
    items = [{"summary": "salt", "status": "needs_action"}, "eggs", "eggs"]
    todo = RoundTrip("todo.a", "unknown", {"todo_items": items})
    assert todo.do("todo.add_item", item="milk").state == "4"
    done = todo.do("todo.update_item", item="eggs", status="completed")
    assert done.state == "3"
    assert "eggs" in done.attributes["todo_items"]
    assert todo.do("todo.update_item", item="salt", status="needs_action").state == "3"


@pytest.mark.parametrize("domain", ["weather", "person", "sensor", "binary_sensor"])
def test_what_only_tells_takes_no_command(domain: str) -> None:
    state = "on" if domain == "binary_sensor" else "rainy"
    device = RoundTrip(f"{domain}.a", state, {"temperature": 12})
    assert device.state == EntityState(state, {"temperature": 12})
    with pytest.raises(LaresError, match="only tells"):
        device.do(f"{domain}.turn_on")


@pytest.mark.parametrize("domain", ["scene", "button"])
def test_what_has_no_state_obeys_and_says_nothing(domain: str) -> None:
    device = RoundTrip(f"{domain}.a", "unknown")
    assert device.do("scene.turn_on" if domain == "scene" else "button.press").state == "unknown"


def test_a_state_set_by_hand_is_told() -> None:
    device = RoundTrip("light.a", "off")
    device.hear(device.device.set_state(EntityState("on", {"brightness": 3})))
    assert device.state.attributes["brightness"] == 3


def test_a_cover_with_travel_is_opening_until_it_is_open() -> None:
    now = 0.0
    entity = Entity("cover.a", "A", state=EntityState("closed", {"current_position": 0}))
    cover = VirtualDevice(entity, travel_s=10, clock=lambda: now)
    told = cover.handle(Message("virtual/cover/a/set", "OPEN"))
    assert [message.payload for message in told] == ["opening", "0"]
    assert cover.seconds_left() == 10
    now = 9.0
    assert cover.advance() == ()
    now = 10.0
    assert [message.payload for message in cover.advance()] == ["open", "100"]
    assert cover.seconds_left() is None


def test_a_moving_cover_stops_where_it_is() -> None:
    now = 0.0
    entity = Entity("cover.a", "A", state=EntityState("open", {"current_position": 100}))
    cover = VirtualDevice(entity, travel_s=10, clock=lambda: now)
    assert cover.handle(Message("virtual/cover/a/set", "CLOSE"))[0].payload == "closing"
    now = 4.0
    told = cover.handle(Message("virtual/cover/a/set", "STOP"))
    assert [message.payload for message in told] == ["open", "60"]
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
