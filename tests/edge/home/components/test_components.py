"""All MQTT components but lights, by Home Assistant's documentation: what is sent, what is read."""

from __future__ import annotations

from typing import Any

import pytest

from edge.types import Action, EntityState, LaresError
from tests.edge.home.discovered import announce, read, sent

COVER = {"command_topic": "c", "state_topic": "s"}


def test_a_switch_has_payloads_and_states_of_its_own() -> None:
    switch = announce(
        "switch", cmd_t="c", stat_t="s", pl_on="1", pl_off="0", stat_on="yes", stat_off="no"
    )
    assert sent(switch, "turn_on") == [("c", "1")]
    assert sent(switch, "turn_off") == [("c", "0")]
    assert read(switch, ("s", "yes")).state == "on"
    assert read(switch, ("s", "no")).state == "off"
    assert read(switch, ("s", "yes"), ("s", "None")).state == "unknown"
    assert switch.read("s", "1", EntityState("off")) is None


def test_a_switch_that_tells_nothing_is_assumed() -> None:
    assert announce("switch", cmd_t="c").assumed
    assert not announce("switch", cmd_t="c", stat_t="s").assumed


@pytest.mark.parametrize("state", ["locked", "unlocked", "locking", "unlocking", "jammed"])
def test_a_lock_tells_in_capitals(state: str) -> None:
    assert read(announce("lock", stat_t="s"), ("s", state.upper())).state == state


def test_a_lock_locks_unlocks_and_opens_only_where_it_can() -> None:
    lock = announce("lock", cmd_t="c", pl_lock="1", cmd_tpl='{"do": "{{ value }}"}')
    assert sent(lock, "lock") == [("c", '{"do": "1"}')]
    assert sent(lock, "unlock") == [("c", '{"do": "UNLOCK"}')]
    with pytest.raises(LaresError, match=r"no service lock\.open"):
        lock.command(Action("lock.open", "lock.thing"))
    assert sent(announce("lock", cmd_t="c", pl_open="OPEN"), "open") == [("c", "OPEN")]


def test_buttons_are_pressed_and_scenes_turned_on() -> None:
    assert sent(announce("button", cmd_t="c"), "press") == [("c", "PRESS")]
    assert sent(announce("scene", cmd_t="c", pl_on="go"), "turn_on") == [("c", "go")]


def test_a_cover_opens_closes_stops_and_moves() -> None:
    cover = announce("cover", **COVER, set_position_topic="p")
    assert sent(cover, "open_cover") == [("c", "OPEN")]
    assert sent(cover, "close_cover") == [("c", "CLOSE")]
    assert sent(cover, "stop_cover") == [("c", "STOP")]
    assert sent(cover, "set_cover_position", position=30) == [("p", "30")]
    with pytest.raises(LaresError, match='"position"'):
        cover.command(Action("cover.set_cover_position", "cover.thing"))


def test_a_cover_with_only_a_position_is_closed_at_its_closed_end() -> None:
    cover = announce("cover", set_pos_t="p", pos_t="s", position_open=0, position_closed=200)
    assert sent(cover, "open_cover") == [("p", "0")]
    assert sent(cover, "set_cover_position", position=25) == [("p", "150")]
    assert read(cover, ("s", "200")) == EntityState("closed", {"current_position": 0})
    assert read(cover, ("s", "150")) == EntityState("open", {"current_position": 25})
    assert read(cover, ("s", "-9")).attributes == {"current_position": 100}


def test_a_stopped_cover_is_open_unless_it_is_at_the_bottom() -> None:
    cover = announce("cover", **COVER, position_topic="p")
    assert read(cover, ("p", "40"), ("s", "opening")).state == "opening"
    assert read(cover, ("p", "40"), ("s", "stopped")).state == "open"
    assert read(cover, ("p", "0"), ("s", "stopped")).state == "closed"
    assert cover.read("s", "flying", EntityState("open")) is None


def test_a_valve_without_positions_opens_and_closes_by_words() -> None:
    valve = announce("valve", cmd_t="c", stat_t="s", pl_stop="STOP")
    assert sent(valve, "open_valve") == [("c", "OPEN")]
    assert sent(valve, "stop_valve") == [("c", "STOP")]
    assert read(valve, ("s", "closing")).state == "closing"


@pytest.mark.parametrize(
    ("payload", "state", "position"),
    [
        ("0", "closed", 0),
        ("30", "open", 30),
        ('{"state": "opening", "position": 10}', "opening", 10),
        ('{"state": "open", "position": 0}', "closed", 0),
    ],
)
def test_a_valve_with_positions_tells_a_number_or_an_object(
    payload: str, state: str, position: int
) -> None:
    valve = announce("valve", cmd_t="c", stat_t="s", reports_position=True)
    assert read(valve, ("s", payload)) == EntityState(state, {"current_position": position})
    assert sent(valve, "open_valve") == [("c", "100")]
    assert sent(valve, "set_valve_position", position=30) == [("c", "30")]


CLIMATE: dict[str, Any] = {
    "modes": ["off", "heat"],
    "mode_command_topic": "mc",
    "mode_state_topic": "m",
    "temperature_command_topic": "tc",
    "temperature_state_topic": "t",
    "current_temperature_topic": "ct",
    "action_topic": "a",
    "preset_mode_command_topic": "pc",
    "preset_mode_state_topic": "p",
}


def test_a_thermostat_is_read() -> None:
    state = read(
        announce("climate", **CLIMATE, min_temp=5),
        ("m", "heat"), ("t", "21.5"), ("ct", "20"), ("a", "heating"), ("p", "eco"),
    )  # fmt: skip
    assert state == EntityState(
        "heat",
        {
            "hvac_modes": ["off", "heat"],
            "min_temp": 5,
            "temperature": 21.5,
            "current_temperature": 20,
            "hvac_action": "heating",
            "preset_mode": "eco",
        },
    )


def test_a_thermostat_is_set() -> None:
    climate = announce("climate", **CLIMATE)
    assert sent(climate, "set_temperature", temperature=21) == [("tc", "21")]
    assert sent(climate, "set_temperature", temperature=19.5, hvac_mode="heat") == [
        ("mc", "heat"),
        ("tc", "19.5"),
    ]
    assert sent(climate, "set_hvac_mode", hvac_mode="off") == [("mc", "off")]
    assert sent(climate, "turn_on") == [("mc", "heat")]
    assert sent(climate, "turn_off") == [("mc", "off")]
    assert sent(climate, "set_preset_mode", preset_mode="eco") == [("pc", "eco")]


def test_a_power_topic_is_used_where_there_is_one() -> None:
    climate = announce("climate", **CLIMATE, power_command_topic="pw", payload_off="0")
    assert sent(climate, "turn_off") == [("pw", "0")]


def test_fahrenheit_becomes_celsius_and_back() -> None:
    climate = announce("climate", **CLIMATE, temp_unit="F")
    assert read(climate, ("t", "68")).attributes["temperature"] == 20
    assert sent(climate, "set_temperature", temperature=20) == [("tc", "68")]


FAN = {"command_topic": "c", "state_topic": "s", "pct_cmd_t": "pc", "pct_stat_t": "p"}


def test_a_fan_switches_turns_and_swings() -> None:
    fan = announce("fan", **FAN, osc_cmd_t="oc", osc_stat_t="o", pr_mode_cmd_t="mc")
    assert sent(fan, "turn_on") == [("c", "ON")]
    assert sent(fan, "turn_on", percentage=40) == [("c", "ON"), ("pc", "40")]
    assert sent(fan, "set_percentage", percentage=0) == [("pc", "0")]
    assert sent(fan, "oscillate", oscillating=False) == [("oc", "oscillate_off")]
    assert sent(fan, "set_preset_mode", preset_mode="sleep") == [("mc", "sleep")]
    state = read(fan, ("s", "ON"), ("p", "40"), ("o", "oscillate_on"))
    assert state.state == "on"
    assert (state.attributes["percentage"], state.attributes["oscillating"]) == (40, True)


@pytest.mark.parametrize(
    ("percentage", "step"), [(0, "0"), (33, "1"), (34, "2"), (66, "2"), (100, "3")]
)
def test_a_fan_with_three_speeds_gets_a_step_that_reaches_the_percentage(
    percentage: int, step: str
) -> None:
    fan = announce("fan", **FAN, spd_rng_min=1, spd_rng_max=3)
    assert sent(fan, "set_percentage", percentage=percentage) == [("pc", step)]
    assert read(fan, ("p", "2")).attributes["percentage"] == 66
    assert fan.entity.state.attributes["percentage_step"] == pytest.approx(33.3, abs=0.1)


HUMIDIFIER: dict[str, Any] = {
    "command_topic": "c",
    "state_topic": "s",
    "target_humidity_command_topic": "hc",
    "target_humidity_state_topic": "h",
    "current_humidity_topic": "ch",
    "modes": ["auto", "sleep"],
    "mode_command_topic": "mc",
    "mode_state_topic": "m",
}


def test_a_humidifier_switches_and_takes_humidity_and_mode() -> None:
    humidifier = announce("humidifier", **HUMIDIFIER, pl_on="1")
    assert sent(humidifier, "turn_on") == [("c", "1")]
    assert sent(humidifier, "turn_off") == [("c", "OFF")]
    assert sent(humidifier, "set_humidity", humidity=45) == [("hc", "45")]
    assert sent(humidifier, "set_mode", mode="sleep") == [("mc", "sleep")]
    for service, field in (("set_humidity", "humidity"), ("set_mode", "mode")):
        with pytest.raises(LaresError, match=f'"{field}"'):
            humidifier.command(Action(f"humidifier.{service}", "humidifier.thing"))


def test_a_humidifier_is_read() -> None:
    humidifier = announce("humidifier", **HUMIDIFIER, min_hum=30, max_hum=80)
    state = read(humidifier, ("s", "ON"), ("h", "45"), ("ch", "38.5"), ("m", "sleep"))
    assert state == EntityState(
        "on",
        {
            "min_humidity": 30,
            "max_humidity": 80,
            "available_modes": ["auto", "sleep"],
            "humidity": 45,
            "current_humidity": 38.5,
            "mode": "sleep",
        },
    )
    assert humidifier.read("h", "damp", state) is None


def test_a_humidifier_without_modes_only_switches_and_takes_a_humidity() -> None:
    dehumidifier = announce("humidifier", cmd_t="c", hum_cmd_t="hc", dev_cla="dehumidifier")
    assert dehumidifier.entity.device_class == "dehumidifier"
    assert sent(dehumidifier, "set_humidity", humidity=50) == [("hc", "50")]
    with pytest.raises(LaresError, match=r"no service humidifier\.set_mode"):
        dehumidifier.command(Action("humidifier.set_mode", "humidifier.thing", {"mode": "auto"}))


def test_a_vacuum_offers_what_its_features_say() -> None:
    vacuum = announce("vacuum", cmd_t="c", stat_t="s", sup_feat=["start", "return_home"])
    assert sent(vacuum, "start") == [("c", "start")]
    assert sent(vacuum, "return_to_base") == [("c", "return_to_base")]
    with pytest.raises(LaresError, match=r"no service vacuum\.pause"):
        vacuum.command(Action("vacuum.pause", "vacuum.thing"))
    state = read(vacuum, ("s", '{"state": "docked", "battery_level": 61, "x": 1}'))
    features = {"supported_features": ["START", "RETURN_HOME"]}
    assert state == EntityState("docked", {"battery_level": 61, **features})
    assert vacuum.read("s", "docked", state) is None


def test_a_vacuum_cleans_the_rooms_it_knows_or_those_it_is_told() -> None:
    vacuum = announce("vacuum", cmd_t="c", stat_t="s", clean_segments_command_topic="r")
    assert sent(vacuum, "clean_area", cleaning_area_id=["kitchen"]) == [("r", '["kitchen"]')]
    assert sent(vacuum, "clean_area", cleaning_area_id=["kitchen"], segments=["3"]) == [
        ("r", '["3"]')
    ]
    rooms = {"segments": {"3": "Kitchen"}}
    assert read(vacuum, ("s", '{"state": "docked", "segments": {"3": "Kitchen"}}')) == (
        EntityState("docked", rooms)
    )
    for data in ({}, {"cleaning_area_id": "kitchen"}):
        with pytest.raises(LaresError, match="The service needs"):
            vacuum.command(Action("vacuum.clean_area", "vacuum.thing", data))


def test_sensors_tell_with_their_units() -> None:
    sensor = announce("sensor", stat_t="s", unit_of_meas="°C", val_tpl="{{ value_json.t }}")
    assert read(sensor, ("s", '{"t": 21.5}')) == EntityState("21.5", {"unit_of_measurement": "°C"})
    assert sensor.read("s", '{"h": 1}', EntityState("1")) is None
    assert sensor.read("s", '{"t": ""}', EntityState("1")) is None
    binary = announce("binary_sensor", stat_t="s", pl_on="1", pl_off="0", dev_cla="door")
    assert read(binary, ("s", "1")) == EntityState("on", {"device_class": "door"})


PLAYER = {
    "state_state_topic": "s",
    "state_volume_topic": "v",
    "state_mute_topic": "m",
    "state_title_topic": "t",
    "command_play_topic": "c",
    "command_play_payload": "Play",
    "command_next_topic": "c",
    "command_volume_topic": "vc",
    "command_mute_topic": "mc",
    "command_playmedia_topic": "pm",
}


def test_a_media_player_follows_the_community_convention() -> None:
    player = announce("media_player", **PLAYER)
    assert sent(player, "media_play") == [("c", "Play")]
    assert sent(player, "media_next_track") == [("c", "next")]
    assert sent(player, "volume_set", volume_level=0.35) == [("vc", "0.35")]
    assert sent(player, "volume_set", volume_level=7) == [("vc", "1")]
    assert sent(player, "volume_mute", is_volume_muted=True) == [("mc", "mute")]
    assert sent(player, "play_media", media_content_id="song") == [
        ("pm", '{"media_type": "music", "media_id": "song"}')
    ]
    state = read(player, ("s", "playing"), ("v", "0.5"), ("m", "unmute"), ("t", "News"))
    assert state == EntityState(
        "playing", {"volume_level": 0.5, "is_volume_muted": False, "media_title": "News"}
    )
    assert read(player, ("s", "stopped")).state == "idle"
    with pytest.raises(LaresError, match=r"no service media_player\.media_pause"):
        player.command(Action("media_player.media_pause", "media_player.thing"))


def test_what_has_no_convention_takes_service_calls_as_they_are() -> None:
    todo = announce("todo", schema="service", cmd_t="c", stat_t="s")
    assert sent(todo, "add_item", item="milk") == [
        ("c", '{"service": "add_item", "data": {"item": "milk"}}')
    ]
    assert read(todo, ("s", '{"state": "2", "attributes": {"a": 1}}')) == EntityState("2", {"a": 1})
    for payload in ("2", '{"state": 2}', '{"state": "2", "attributes": [1]}'):
        assert todo.read("s", payload, EntityState("1")) is None
    weather = announce("weather", schema="service", stat_t="s")
    with pytest.raises(LaresError, match="only tells"):
        weather.command(Action("weather.turn_on", "weather.thing"))


def test_a_cover_that_tells_all_on_one_topic_rests_where_its_position_says() -> None:
    keys = {"stat_t": "s", "pos_t": "s", "set_pos_t": "p", "stat_stopped": "STOP"}
    cover = announce(
        "cover", **keys, val_tpl="{{ value_json.moving }}", pos_tpl="{{ value_json.position }}"
    )
    half = read(cover, ("s", '{"position": 40, "moving": "STOP"}'))
    shut = cover.read("s", '{"position": 0, "moving": "STOP"}', half)
    assert shut is not None
    assert (half.state, shut.state, shut.attributes["current_position"]) == ("open", "closed", 0)


@pytest.mark.parametrize(
    ("component", "config", "payload"),
    [
        ("fan", {"cmd_t": "c", "pct_cmd_t": "p", "pct_stat_t": "s", "spd_rng_max": 10}, "11"),
        ("fan", {"cmd_t": "c", "pct_cmd_t": "p", "pct_stat_t": "s", "spd_rng_min": 4}, "2"),
        ("cover", {"tilt_cmd_t": "c", "tilt_status_t": "s", "tilt_max": 90}, "100"),
        ("climate", {"act_t": "s"}, "dancing"),
        ("climate", {"fan_mode_stat_t": "s", "fan_modes": ["low", "high"]}, "medium"),
        ("climate", {"pr_mode_cmd_t": "c", "pr_mode_stat_t": "s", "pr_modes": ["eco"]}, "warp"),
        ("humidifier", {"cmd_t": "c", "hum_stat_t": "s", "min_hum": 30, "max_hum": 80}, "10"),
        ("humidifier", {"cmd_t": "c", "mode_stat_t": "s", "modes": ["eco"]}, "warp"),
        ("sensor", {"stat_t": "s", "dev_cla": "voltage"}, "high"),
        ("sensor", {"stat_t": "s", "unit_of_meas": "V"}, ""),
    ],
)
def test_what_a_device_cannot_mean_is_passed_over(
    component: str, config: dict[str, Any], payload: str
) -> None:
    entity = announce(component, **config)
    assert entity.read("s", payload, entity.entity.state) is None


def test_a_thermostat_with_presets_is_in_none_until_it_says_so() -> None:
    thermostat = announce("climate", pr_mode_cmd_t="c", pr_mode_stat_t="s", pr_modes=["eco"])
    assert thermostat.entity.state.attributes["preset_mode"] == "none"
    eco = read(thermostat, ("s", "eco"))
    assert eco.attributes["preset_mode"] == "eco"
    assert read(thermostat, ("s", "eco"), ("s", "None")).attributes["preset_mode"] == "none"


def test_a_sensor_of_words_may_tell_nothing_and_one_of_times_tells_utc() -> None:
    action = announce("sensor", stat_t="s", val_tpl="{{ value_json.action }}")
    assert read(action, ("s", '{"action": "single"}'), ("s", '{"action": ""}')).state == ""
    since = announce("sensor", stat_t="s", dev_cla="timestamp")
    assert read(since, ("s", "2024-03-01T13:30:00+01:00")).state == "2024-03-01T12:30:00+00:00"
    assert read(since, ("s", "yesterday")).state == "unknown"


def test_attributes_of_a_topic_are_those_of_its_last_message() -> None:
    sensor = announce("sensor", stat_t="s", json_attr_t="a", unit_of_meas="V")
    found = read(sensor, ("s", "1"), ("a", '{"colour": "blue", "level": 3}'), ("a", '{"level": 4}'))
    assert found == EntityState("1", {"unit_of_measurement": "V", "level": 4})
