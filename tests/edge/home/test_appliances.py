"""Each kind of virtual device: what is commanded is obeyed, told and read back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.types import EntityState, LaresError
from tests.edge.home.round_trip import RoundTrip


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
        ("humidifier.a", "off", "humidifier.turn_on", {}, "on"),
        ("humidifier.a", "on", "humidifier.turn_off", {}, "off"),
        ("humidifier.a", "off", "humidifier.set_humidity", {"humidity": 50}, "off"),
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
    told = {name: after.attributes[name] for name in before}
    red = {"color_mode": "rgb", "color_temp_kelvin": None}
    assert (told, after.attributes["rgb_color"]) == ({**before, **red}, [255, 0, 0])
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


def test_a_humidifier_keeps_within_its_limits() -> None:
    limits = {"humidity": 40, "min_humidity": 30, "max_humidity": 80}
    humidifier = RoundTrip("humidifier.a", "on", {**limits, "current_humidity": 35.5})
    assert humidifier.state == EntityState("on", {**limits, "current_humidity": 35.5})
    for humidity, after in ((30, 30), (80, 80), (81, 80), (29, 80), ("lots", 80)):
        state = humidifier.do("humidifier.set_humidity", humidity=humidity)
        assert state.attributes["humidity"] == after


@given(st.integers(0, 100))
def test_a_humidifier_without_limits_takes_any_percentage(humidity: int) -> None:
    after = RoundTrip("humidifier.a", "on").do("humidifier.set_humidity", humidity=humidity)
    assert after == EntityState("on", {"humidity": humidity})


def test_a_humidifier_keeps_to_its_modes() -> None:
    modes = {"mode": "auto", "available_modes": ["auto", "sleep"]}
    humidifier = RoundTrip("humidifier.a", "on", modes)
    assert humidifier.do("humidifier.set_mode", mode="sleep").attributes["mode"] == "sleep"
    assert humidifier.do("humidifier.set_mode", mode="turbo").attributes["mode"] == "sleep"
    assert humidifier.state.attributes["available_modes"] == ["auto", "sleep"]
    with pytest.raises(LaresError, match="no service"):
        RoundTrip("humidifier.a", "on").do("humidifier.set_mode", mode="auto")


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


def test_a_muted_media_player_tells_no_volume_and_finds_it_again() -> None:
    player = RoundTrip("media_player.a", "playing", {"volume_level": 0.4})
    muted = player.do("media_player.volume_mute", is_volume_muted=True).attributes
    assert (muted["volume_level"], muted["is_volume_muted"]) == (0, True)
    loud = player.do("media_player.volume_mute", is_volume_muted=False).attributes
    assert (loud["volume_level"], loud["is_volume_muted"]) == (0.4, False)


def test_muting_twice_or_unmuting_what_is_loud_changes_no_volume() -> None:
    player = RoundTrip("media_player.a", "playing", {"volume_level": 0.4})
    assert player.do("media_player.volume_mute", is_volume_muted=False).attributes == {
        "volume_level": 0.4,
        "is_volume_muted": False,
    }
    for _ in range(2):
        player.do("media_player.volume_mute", is_volume_muted=True)
    loud = player.do("media_player.volume_mute", is_volume_muted=False)
    assert loud.attributes["volume_level"] == 0.4


def test_what_a_muted_media_player_remembers_is_told_to_nobody() -> None:
    player = RoundTrip("media_player.a", "playing", {"volume_level": 0.4})
    muted = player.do("media_player.volume_mute", is_volume_muted=True)
    assert muted.attributes == {"volume_level": 0, "is_volume_muted": True}
    told = [message.topic for message in player.device.state_messages()]
    assert sorted(told) == [
        f"virtual/media_player/a/{part}" for part in ("mute", "state", "volume")
    ]


def test_a_media_player_without_a_volume_is_only_muted() -> None:
    player = RoundTrip("media_player.a", "playing")
    muted = player.do("media_player.volume_mute", is_volume_muted=True)
    assert muted.attributes == {"is_volume_muted": True}
    loud = player.do("media_player.volume_mute", is_volume_muted=False)
    assert loud.attributes == {"is_volume_muted": False}


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


def test_a_number_and_a_select_are_set_within_what_they_allow() -> None:
    number = RoundTrip("number.a", "12", {"min": 5, "max": 30, "unit_of_measurement": "s"})
    assert number.state == EntityState(
        "12", {"min": 5, "max": 30, "step": 1, "mode": "auto", "unit_of_measurement": "s"}
    )
    assert number.do("number.set_value", value=20).state == "20"
    assert number.device.state.state == "20"
    select = RoundTrip("select.a", "low", {"options": ["low", "high"]})
    assert select.do("select.select_option", option="high").state == "high"
    with pytest.raises(LaresError, match="Expected one of low, high"):
        select.do("select.select_option", option="max")


def test_a_number_that_tells_no_range_keeps_its_value() -> None:
    assert RoundTrip("number.a", "250", {}).state.state == "250"
    assert RoundTrip("number.a", "unknown", {}).state.state == "unknown"
    assert RoundTrip("select.a", "only", {}).state.state == "only"


def test_a_siren_sounds_in_a_tone_and_stops() -> None:
    siren = RoundTrip("siren.a", "off", {"available_tones": ["fire", "bell"]})
    after = siren.do("siren.turn_on", tone="bell", duration=5)
    assert after == EntityState(
        "on", {"available_tones": ["fire", "bell"], "tone": "bell", "duration": 5}
    )
    assert siren.do("siren.turn_off").state == "off"


def test_an_alarm_is_armed_and_disarmed() -> None:
    alarm = RoundTrip("alarm_control_panel.a", "disarmed", {})
    assert alarm.do("alarm_control_panel.alarm_arm_home").state == "armed_home"
    assert alarm.do("alarm_control_panel.alarm_trigger").state == "triggered"
    assert alarm.do("alarm_control_panel.alarm_disarm").state == "disarmed"
    assert RoundTrip("alarm_control_panel.a", "melted", {}).state.state == "unknown"


def test_a_light_has_the_effects_that_it_lists() -> None:
    light = RoundTrip("light.a", "on", {"effect_list": ["rain"], "brightness": 5})
    assert light.do("light.turn_on", effect="rain").attributes["effect"] == "rain"
    assert light.do("light.turn_on", effect="fire").attributes["effect"] == "rain"
