"""MQTT numbers, selects, texts, sirens, alarm panels, events, mowers, water heaters, trackers and
updates, by Home Assistant's documentation."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from edge.home.discovery import read_discovery
from edge.home.mqtt_entity import MqttEntity
from edge.types import Action, EntityState, LaresError
from tests.edge.home.discovered import announce, read, sent

PAIR: dict[str, Any] = {"command_topic": "c", "state_topic": "s"}


def refuses(entity: MqttEntity, service: str, data: dict[str, Any], said: str) -> None:
    with pytest.raises(LaresError, match=said):
        entity.command(Action(f"{entity.entity.domain}.{service}", entity.entity.id, data))


def test_a_number_is_set_within_its_range() -> None:
    number = announce("number", **PAIR, min=5, max=30, step=0.5, unit_of_meas="s")
    assert sent(number, "set_value", value=20) == [("c", "20")]
    assert sent(number, "set_value", value="7.5") == [("c", "7.5")]
    assert read(number, ("s", "12.0")) == EntityState(
        "12", {"min": 5, "max": 30, "step": 0.5, "mode": "auto", "unit_of_measurement": "s"}
    )
    refuses(number, "set_value", {"value": 31}, "from 5 to 30, found 31")
    refuses(number, "set_value", {"value": "many"}, "Expected a number as value")
    refuses(number, "set_value", {}, 'needs the field "value"')
    for payload in ("31", "nan", "high"):
        assert number.read("s", payload, EntityState("7")) is None
    assert read(number, ("s", "7"), ("s", "None")).state == "unknown"


def test_a_number_may_be_wrapped_and_reset_in_a_word_of_its_own() -> None:
    number = announce("number", **PAIR, cmd_tpl='{"t": {{ value }}}', pl_rst="none")
    assert sent(number, "set_value", value=3) == [("c", '{"t": 3}')]
    assert read(number, ("s", "3"), ("s", "none")).state == "unknown"


def test_a_select_takes_its_options_only() -> None:
    select = announce("select", **PAIR, ops=["low", "high"], val_tpl="{{ value_json.mode }}")
    assert sent(select, "select_option", option="high") == [("c", "high")]
    refuses(select, "select_option", {"option": "max"}, "Expected one of low, high")
    assert read(select, ("s", '{"mode": "low"}')) == EntityState(
        "low", {"options": ["low", "high"]}
    )
    assert select.read("s", '{"mode": "max"}', EntityState("low")) is None
    assert select.read("s", '{"other": 1}', EntityState("low")) is None


def test_a_text_is_set_and_a_password_is_not_read() -> None:
    text = announce("text", **PAIR, min=2, max=5)
    assert sent(text, "set_value", value="abc") == [("c", "abc")]
    refuses(text, "set_value", {"value": "abcdef"}, "2 to 5 characters")
    assert read(text, ("s", "hello")).state == "hello"
    assert read(announce("text", **PAIR), ("s", "")).state == ""
    assert announce("text", **PAIR, mode="password").topics == ()


def test_a_siren_sounds_with_what_it_can() -> None:
    siren = announce("siren", **PAIR, av_tones=["fire"], sup_vol=False)
    ((topic, payload),) = sent(siren, "turn_on", tone="fire", duration=5, volume_level=1)
    assert (topic, json.loads(payload)) == ("c", {"state": "ON", "tone": "fire", "duration": 5})
    assert sent(siren, "turn_off") == [("c", '{"state": "OFF"}')]
    assert read(siren, ("s", "ON")).state == "on"
    state = read(siren, ("s", '{"state": "OFF", "tone": "fire", "duration": 5}'))
    assert state == EntityState("off", {"available_tones": ["fire"], "tone": "fire", "duration": 5})
    assert siren.read("s", "loud", state) is None


def test_a_siren_with_templates_gets_them_filled() -> None:
    siren = announce(
        "siren", **PAIR, cmd_tpl="{{ value }}:{{ duration | default(0) }}", cmd_off_tpl="stop"
    )
    assert sent(siren, "turn_on", duration=9) == [("c", "ON:9")]
    assert sent(siren, "turn_on") == [("c", "ON:0")]
    assert sent(siren, "turn_off") == [("c", "stop")]


def test_an_alarm_is_armed_and_disarmed() -> None:
    alarm = announce("alarm_control_panel", **PAIR, sup_feat=["arm_home", "arm_away"])
    assert sent(alarm, "alarm_arm_home") == [("c", "ARM_HOME")]
    assert sent(alarm, "alarm_disarm") == [("c", "DISARM")]
    refuses(alarm, "alarm_arm_night", {}, "has no service")
    refuses(alarm, "alarm_trigger", {}, "has no service")
    assert read(alarm, ("s", "armed_away")).state == "armed_away"
    assert alarm.read("s", "open", EntityState("disarmed")) is None


def test_an_alarm_with_a_code_wants_it() -> None:
    keys = {"code": "1234", "cod_arm_req": False, "cmd_tpl": "{{ action }}/{{ code }}"}
    alarm = announce("alarm_control_panel", **PAIR, **keys)
    assert alarm.entity.state.attributes["code_format"] == "number"
    assert "1234" not in str(alarm.entity)
    assert sent(alarm, "alarm_disarm", code="1234") == [("c", "DISARM/1234")]
    assert sent(alarm, "alarm_arm_away") == [("c", "ARM_AWAY/None")]
    for data in ({}, {"code": "1111"}):
        refuses(alarm, "alarm_disarm", data, "needs its code")
    remote = announce("alarm_control_panel", **PAIR, code="REMOTE_CODE", cmd_tpl="{{ code }}")
    assert sent(remote, "alarm_disarm", code="77") == [("c", "77")]
    refuses(remote, "alarm_disarm", {}, "needs its code")


def test_an_event_is_the_time_at_which_it_happened_last() -> None:
    config = {"name": "Bell", "stat_t": "s", "evt_typ": ["press", "hold"], "dev_cla": "doorbell"}
    noon = datetime(2026, 3, 1, 12, 0, tzinfo=timezone(timedelta(hours=1)))
    topic = "homeassistant/event/bell/config"
    (bell,) = read_discovery(topic, json.dumps(config), now=lambda: noon)
    state = read(bell, ("s", '{"event_type": "press", "button": 1}'))
    assert state.state == noon.astimezone(UTC).isoformat(timespec="milliseconds")
    assert state.attributes == {
        "device_class": "doorbell", "event_types": ["press", "hold"], "event_type": "press",
        "button": 1,
    }  # fmt: skip
    again = read(
        bell, ("s", '{"event_type": "press", "button": 1}'), ("s", '{"event_type": "hold"}')
    )
    assert "button" not in again.attributes
    for payload in ('{"event_type": "kick"}', "press", "{}", "[]"):
        assert bell.read("s", payload, state) is None
    held = '{"event_type": "hold"}'
    assert bell.read("s", held, state, retained=True) is None
    assert bell.read("s", held, state) is not None


def test_a_mower_mows_pauses_and_docks() -> None:
    mower = announce(
        "lawn_mower",
        strt_mw_cmd_t="m", strt_mw_cmd_tpl="go", dock_cmd_t="d", act_stat_t="a",
        act_val_tpl="{{ value_json.doing }}",
    )  # fmt: skip
    assert sent(mower, "start_mowing") == [("m", "go")]
    assert sent(mower, "dock") == [("d", "dock")]
    refuses(mower, "pause", {}, "has no service")
    assert read(mower, ("a", '{"doing": "mowing"}')).state == "mowing"
    assert read(mower, ("a", '{"doing": "none"}')).state == "unknown"
    assert not mower.assumed


def test_a_water_heater_is_set_in_its_unit() -> None:
    heater = announce(
        "water_heater",
        temp_cmd_t="tc", temp_stat_t="t", curr_temp_t="ct", mode_cmd_t="mc", mode_stat_t="m",
        pow_cmd_t="p", modes=["off", "eco"], temp_unit="F", min_temp=104, max_temp=140,
    )  # fmt: skip
    assert sent(heater, "set_temperature", temperature=50) == [("tc", "122")]
    assert sent(heater, "set_temperature", temperature=50, operation_mode="eco") == [
        ("mc", "eco"), ("tc", "122"),
    ]  # fmt: skip
    assert sent(heater, "set_operation_mode", operation_mode="off") == [("mc", "off")]
    assert sent(heater, "turn_off") == [("p", "OFF")]
    state = read(heater, ("m", "eco"), ("t", "122"), ("ct", "113"))
    assert state == EntityState(
        "eco",
        {"operation_list": ["off", "eco"], "min_temp": 40, "max_temp": 60, "temperature": 50,
         "current_temperature": 45},
    )  # fmt: skip


def test_somebody_is_home_away_or_in_a_zone() -> None:
    tracker = announce("device_tracker", stat_t="s", pl_home="in", pl_not_home="out")
    assert read(tracker, ("s", "in")).state == "home"
    assert read(tracker, ("s", "out")).state == "not_home"
    assert read(tracker, ("s", "Work")).state == "Work"
    assert read(tracker, ("s", "in"), ("s", "None")).state == "unknown"


def test_an_update_compares_versions() -> None:
    update = announce("update", stat_t="s", l_ver_t="l", cmd_t="c", pl_inst="go", tit="Firmware")
    assert read(update, ("s", "1.0")).state == "unknown"
    assert read(update, ("s", "1.0"), ("l", "1.1")).state == "on"
    told = {"installed_version": "1.1", "latest_version": "1.1", "update_percentage": 40}
    state = read(update, ("s", json.dumps(told)))
    assert state == EntityState("off", {"title": "Firmware", **told, "in_progress": True})
    assert sent(update, "install") == [("c", "go")]


def test_a_sensor_of_words_takes_only_those() -> None:
    sensor = announce("sensor", stat_t="s", ops=["idle", "busy"], dev_cla="enum")
    assert read(sensor, ("s", "busy")).state == "busy"
    assert sensor.read("s", "melted", EntityState("busy")) is None
    assert announce("sensor", stat_t="s").read("s", "x" * 300, EntityState("1")) is None


def test_a_lock_takes_a_code_and_may_stand_open() -> None:
    lock = announce("lock", **PAIR, cmd_tpl="{{ value }}{{ code or '' }}", pl_open="OPEN")
    assert sent(lock, "unlock", code="12") == [("c", "UNLOCK12")]
    assert sent(lock, "lock") == [("c", "LOCK")]
    assert sent(lock, "open") == [("c", "OPEN")]
    assert read(lock, ("s", "OPENING")).state == "opening"
    reset = announce("lock", **PAIR, pl_rst="?")
    assert read(reset, ("s", "LOCKED"), ("s", "?")).state == "unknown"


def test_a_cover_tilts_and_lacks_what_is_null() -> None:
    cover = announce(
        "cover", **PAIR, tilt_cmd_t="tc", tilt_status_t="t", tilt_min=0, tilt_max=180,
        tilt_opnd_val=90, pl_stop=None,
    )  # fmt: skip
    assert sent(cover, "open_cover_tilt") == [("tc", "90")]
    assert sent(cover, "close_cover_tilt") == [("tc", "0")]
    assert sent(cover, "set_cover_tilt_position", tilt_position=50) == [("tc", "90")]
    assert sent(cover, "stop_cover_tilt") == [("c", "STOP")]
    assert read(cover, ("t", "180")).attributes["current_tilt_position"] == 100
    refuses(cover, "stop_cover", {}, "has no service")
    json_cover = announce("cover", pos_t="p")
    assert read(json_cover, ("p", '{"position": 30}')).attributes["current_position"] == 30


def test_a_fan_turns_either_way() -> None:
    fan = announce(
        "fan", **PAIR, dir_cmd_t="dc", dir_stat_t="d", pr_modes=["eco"], pr_mode_cmd_t="p"
    )
    assert sent(fan, "set_direction", direction="reverse") == [("dc", "reverse")]
    refuses(fan, "set_direction", {"direction": "up"}, "forward, reverse")
    assert read(fan, ("d", "forward")).attributes["direction"] == "forward"
    assert sent(fan, "turn_on", preset_mode="eco") == [("c", "ON"), ("p", "eco")]
    assert fan.entity.state.attributes["preset_modes"] == ["eco"]


def test_a_thermostat_has_two_targets_humidity_and_named_modes() -> None:
    climate = announce(
        "climate",
        temp_hi_cmd_t="hc", temp_hi_stat_t="h", temp_lo_cmd_t="lc", temp_lo_stat_t="l",
        hum_cmd_t="uc", hum_stat_t="u", curr_hum_t="cu", swing_mode_cmd_t="sc",
        swing_mode_stat_t="sw", pr_mode_cmd_t="pc", pr_modes=["eco", "away"], temp_step=0.5,
        fan_mode_cmd_t="f",
    )  # fmt: skip
    assert sent(climate, "set_temperature", target_temp_low=19, target_temp_high=24.5) == [
        ("lc", "19"), ("hc", "24.5"),
    ]  # fmt: skip
    refuses(climate, "set_temperature", {"temperature": 20}, "needs one of the fields")
    assert sent(climate, "set_humidity", humidity=40) == [("uc", "40")]
    assert sent(climate, "set_swing_mode", swing_mode="on") == [("sc", "on")]
    state = read(climate, ("h", "24"), ("l", "19"), ("u", "45"), ("cu", "50.5"), ("sw", "off"))
    for name, value in {
        "target_temp_high": 24, "target_temp_low": 19, "humidity": 45, "current_humidity": 50.5,
        "swing_mode": "off", "swing_modes": ["on", "off"], "preset_modes": ["none", "eco", "away"],
        "target_temp_step": 0.5, "fan_modes": ["auto", "low", "medium", "high"],
    }.items():  # fmt: skip
        assert state.attributes[name] == value
    assert climate.read("h", "NaN", state) is None


def test_a_thermostat_with_one_template_for_all_and_a_mode_of_its_own() -> None:
    climate = announce("climate", mode_stat_t="m", temp_stat_t="t", val_tpl="{{ value_json.v }}")
    assert read(climate, ("m", '{"v": "heat"}'), ("t", '{"v": 21}')).attributes["temperature"] == 21
    assert climate.read("m", '{"v": "melt"}', EntityState("heat")) is None
    fahrenheit = announce("climate", temp_stat_t="t", temp_unit="F", min_temp=50, max_temp=86)
    assert fahrenheit.entity.state.attributes["min_temp"] == 10
    assert fahrenheit.entity.state.attributes["max_temp"] == 30


def test_booleans_in_a_configuration_are_what_templates_make_of_them() -> None:
    """zigbee2mqtt announces `payload_on: true` and tells `{"occupancy": true}`."""
    motion = announce(
        "binary_sensor", stat_t="s", pl_on=True, pl_off=False, val_tpl="{{ value_json.occupancy }}"
    )
    assert read(motion, ("s", '{"occupancy": true}')).state == "on"
    assert read(motion, ("s", '{"occupancy": false}')).state == "off"
    assert motion.read("s", '{"battery": 100}', EntityState("on")) is None


def test_an_empty_payload_is_a_state_only_where_the_device_says_so() -> None:
    assert read(announce("switch", **PAIR, stat_off=""), ("s", "ON"), ("s", "")).state == "off"
    assert read(announce("switch", **PAIR), ("s", "ON"), ("s", "")).state == "on"


def test_a_vacuum_has_speeds_and_commands_of_its_maker() -> None:
    vacuum = announce(
        "vacuum", **PAIR, set_fan_spd_t="f", fanspd_lst=["low", "max"], send_cmd_t="x",
    )  # fmt: skip
    assert sent(vacuum, "set_fan_speed", fan_speed="max") == [("f", "max")]
    refuses(vacuum, "set_fan_speed", {"fan_speed": "mad"}, "Expected one of low, max")
    assert sent(vacuum, "send_command", command="song") == [("x", "song")]
    assert sent(vacuum, "send_command", command="go", params={"x": 1}) == [
        ("x", '{"command": "go", "x": 1}')
    ]
    assert vacuum.read("s", '{"state": "flying"}', EntityState("docked")) is None
    assert read(vacuum, ("s", '{"state": null}')).state == "unknown"


def test_a_command_that_cannot_be_made_says_so() -> None:
    number = announce("number", **PAIR, cmd_tpl="{{ 1 / (value - 5) }}")
    refuses(number, "set_value", {"value": 5}, "could not be made of '5': .*division by zero")


@pytest.mark.parametrize(
    "data", [{"rgb_color": "abc"}, {"white": "x"}, {"brightness": []}, {"rgb_color": 5}]
)
def test_data_of_the_wrong_type_is_refused_in_words(data: dict[str, Any]) -> None:
    light = announce("light", **PAIR, schema="json", sup_clrm=["white", "rgb"])
    refuses(light, "turn_on", data, "Expected|cannot do light.turn_on")
