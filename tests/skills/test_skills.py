"""What every skill must be, and what each makes of its intents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.home.graph import Home
from edge.types import Action, Answer, EntityState, Intent, SlotValue
from skills import ALL, skill_for
from skills.attributes import ATTRIBUTES
from skills.lights import brightness_of
from skills.skill import House
from skills.wording import the
from tests.edge.nlu.homes import HOME, entity, states
from tests.skills.asked import answer, house_of, house_with

ON, OFF = "HassTurnOn", "HassTurnOff"
EVERY_INTENT = [name for skill in ALL for name in skill.intents]


def test_no_two_skills_serve_the_same_intent() -> None:
    assert len(EVERY_INTENT) == len(set(EVERY_INTENT))
    assert skill_for("HassBroadcast") is None


@given(
    st.sampled_from(EVERY_INTENT),
    st.lists(st.sampled_from([e.id for e in HOME.entities] + ["light.gone"]), max_size=4),
    st.fixed_dictionaries(
        {},
        optional={
            "brightness": st.integers(0, 100),
            "position": st.integers(0, 100),
            "position_step": st.integers(-100, 100),
            "percentage": st.integers(0, 100),
            "percentage_step": st.integers(-100, 100),
            "volume_level": st.integers(0, 100),
            "volume_step": st.integers(-100, 100),
            "brightness_step": st.integers(-100, 100),
            "brightness_share": st.floats(0, 10),
            "temperature": st.floats(5, 40),
            "temperature_step": st.floats(-3, 3),
            "color": st.sampled_from(["red", "light blue", "octarine"]),
            "color_temp_kelvin": st.integers(1000, 10_000),
            "color_temp_step": st.integers(-10_000, 10_000),
            "fan_mode": st.sampled_from(["auto", "LOW", ""]),
            "item": st.text(max_size=4),
            "search_query": st.text(max_size=4),
            "state": st.sampled_from(["on", "open", "locked"]),
            "attribute": st.sampled_from(sorted(ATTRIBUTES)),
            "location": st.text(max_size=4),
            "date": st.text(max_size=4),
            "name": st.just("Desk Lamp"),
            "area": st.just("Kitchen"),
        },
    ),
)
def test_a_skill_calls_only_what_it_may_on_what_was_meant(
    name: str, targets: list[str], slots: dict[str, SlotValue]
) -> None:
    skill = skill_for(name)
    assert skill is not None
    given_answer = skill.handle(Intent(name, slots, tuple(targets)), House(HOME, states()))
    for action in given_answer.actions:
        assert action.service in skill.permissions
        assert action.entity_id in targets
        assert action.entity_id.split(".")[0] == action.service.split(".")[0]
    assert given_answer.speech or name == "HassNevermind"


@pytest.mark.parametrize(
    ("intent", "target", "service", "state", "speech"),
    [
        (ON, "light.desk_lamp", "light.turn_on", "on", "Turned on the desk lamp."),
        (OFF, "switch.coffee", "switch.turn_off", "off", "Turned off the coffee machine."),
        (ON, "cover.garage", "cover.open_cover", "open", "Opened the garage door."),
        (OFF, "cover.left", "cover.close_cover", "closed", "Closed the left curtain."),
        (ON, "lock.front", "lock.lock", "locked", "Locked the front door."),
        (OFF, "lock.front", "lock.unlock", "unlocked", "Unlocked the front door."),
        (ON, "vacuum.rover", "vacuum.start", "cleaning", "Started Rover."),
        (OFF, "vacuum.rover", "vacuum.return_to_base", "returning", "Sent Rover home."),
        (ON, "scene.party", "scene.turn_on", None, "Activated party mode."),
        (ON, "script.leave", "script.turn_on", None, "Started leaving home."),
        (OFF, "media_player.tv", "media_player.turn_off", "off", "Turned off the TV."),
        (ON, "climate.hall", "climate.turn_on", None, "Turned on the hall thermostat."),
    ],
)
def test_on_and_off_are_what_the_domain_makes_of_them(
    intent: str, target: str, service: str, state: str | None, speech: str
) -> None:
    expect = EntityState(state) if state else None
    assert answer(intent, [target]) == Answer((Action(service, target, expect=expect),), speech)


def test_several_are_counted_and_their_place_is_said() -> None:
    lights = ["light.kitchen_ceiling", "light.kitchen_counter"]
    assert answer(OFF, lights, domain="light", area="Kitchen").speech == (
        "Turned off 2 lights in the kitchen."
    )
    assert answer(OFF, lights, floor="Upstairs").speech == "Turned off 2 lights upstairs."
    curtains = answer(ON, ["cover.left", "cover.right"], area="Living Room")
    assert curtains.speech == "Opened 2 curtains in the living room."


def test_what_cannot_be_switched_is_said_and_not_tried() -> None:
    assert answer(OFF, ["scene.party"]) == Answer(speech="Party mode can't be turned off.")
    assert answer(ON, ["sensor.powerwall"]).actions == ()
    mixed = answer(OFF, ["light.desk_lamp", "sensor.powerwall"])
    assert [action.entity_id for action in mixed.actions] == ["light.desk_lamp"]


def test_a_toggle_turns_to_the_other_state_and_leaves_locks_alone() -> None:
    both = answer("HassToggle", ["light.desk_lamp", "light.floor_lamp"])
    assert [a.service for a in both.actions] == ["light.turn_on", "light.turn_off"]
    assert both.speech == "Switched 2 lights."
    assert answer("HassToggle", ["lock.front"]) == Answer(speech="The front door can't be toggled.")


def test_a_moving_cover_is_stopped() -> None:
    said = answer("HassStopMoving", ["cover.left"])
    assert said == Answer((Action("cover.stop_cover", "cover.left"),), "Stopped the left curtain.")


@pytest.mark.parametrize(
    ("entity_id", "state", "stop"),
    [
        (
            "valve.lawn",
            "open",
            Action("valve.close_valve", "valve.lawn", expect=EntityState("closed")),
        ),
        ("valve.lawn", "opening", Action("valve.stop_valve", "valve.lawn")),
        ("cover.awning", "open", Action("cover.stop_cover", "cover.awning")),
        ("cover.awning", "closing", Action("cover.stop_cover", "cover.awning")),
    ],
)
def test_a_valve_that_only_stands_open_is_stopped_by_closing_it(
    entity_id: str, state: str, stop: Action
) -> None:
    house = house_of(entity(entity_id, "Sprinkler", state=state))
    assert answer("HassStopMoving", [entity_id], house) == Answer((stop,), "Stopped the sprinkler.")


def test_nothing_meant_is_nothing_done() -> None:
    assert answer(ON, []) == Answer(speech="I don't know which device you mean.")
    assert answer(ON, ["light.gone"]).actions == ()


@pytest.mark.parametrize(("percent", "brightness"), [(0, 0), (1, 3), (50, 128), (100, 255)])
def test_brightness_is_rounded_as_home_assistant_rounds_it(percent: int, brightness: int) -> None:
    assert brightness_of(percent) == brightness


@pytest.mark.parametrize(
    ("slots", "data", "speech"),
    [
        ({"brightness": 50}, {"brightness": 128}, "Set the desk lamp to 50%."),
        ({"color": "light blue"}, {"rgb_color": [173, 216, 230]},
         "Set the desk lamp to light blue."),
        ({"color_temp_kelvin": 2700}, {"color_temp_kelvin": 2700},
         "Set the desk lamp to 2700 kelvin."),
        ({"brightness": 20, "color": "red"}, {"brightness": 51, "rgb_color": [255, 0, 0]},
         "Set the desk lamp to 20% and red."),
    ],
)  # fmt: skip
def test_a_light_is_set(
    slots: Mapping[str, SlotValue], data: Mapping[str, Any], speech: str
) -> None:
    said = answer("HassLightSet", ["light.desk_lamp"], **slots)
    expect = EntityState("on", dict(data))
    action = Action("light.turn_on", "light.desk_lamp", dict(data), expect)
    assert said == Answer((action,), speech)


def test_no_brightness_at_all_is_off() -> None:
    said = answer("HassLightSet", ["light.desk_lamp"], brightness=0)
    assert said.actions[0].service == "light.turn_off"
    assert said.speech == "Turned off the desk lamp."


def test_a_step_starts_from_the_brightness_now_and_never_ends_in_the_dark() -> None:
    house = house_with("light.desk_lamp", "on", brightness=128)
    up = answer("HassLightSet", ["light.desk_lamp"], house, brightness_step=20)
    assert up.actions[0].data == {"brightness": brightness_of(70)}
    down = answer("HassLightSet", ["light.desk_lamp"], house, brightness_step=-90)
    assert down.actions[0].data == {"brightness": brightness_of(1)}


def test_dimming_leaves_what_is_off_as_it_is() -> None:
    off = house_with("light.desk_lamp", "off", brightness=200)
    said = answer("HassLightSet", ["light.desk_lamp"], off, brightness_step=-20)
    assert said == Answer(speech="The desk lamp is off.")
    some = answer("HassLightSet", ["light.desk_lamp", "light.floor_lamp"], brightness_step=-20)
    assert [action.entity_id for action in some.actions] == ["light.floor_lamp"]


def test_an_open_contact_counts_as_open() -> None:
    home = Home(
        entities=(
            entity("cover.roof", "Skylight", device_class="window", state="closed"),
            entity("binary_sensor.w", "Kitchen Window", device_class="window", state="on"),
        )
    )
    question = Intent(
        "HassGetState",
        {"domain": "cover", "device_class": "window", "state": "open"},
        ("cover.roof", "binary_sensor.w"),
    )
    skill = skill_for("HassGetState")
    assert skill is not None
    told = skill.handle(question, House(home, states(home)))
    assert told.speech == "1 of 2 windows is open: the kitchen window."


def test_a_light_that_only_switches_is_not_dimmed() -> None:
    house = house_with("light.desk_lamp", "on", supported_color_modes=["onoff"])
    assert answer("HassLightSet", ["light.desk_lamp"], house, brightness=50) == Answer(
        speech="The desk lamp can't be dimmed."
    )
    house = house_with("light.desk_lamp", "on", supported_color_modes=["brightness"])
    assert answer("HassLightSet", ["light.desk_lamp"], house, brightness=50).actions
    assert not answer("HassLightSet", ["light.desk_lamp"], house, color="red").actions


def test_a_cover_moves_to_its_position() -> None:
    said = answer("HassSetPosition", ["cover.left"], position=30)
    assert said.actions == (
        Action(
            "cover.set_cover_position",
            "cover.left",
            {"position": 30},
            EntityState("open", {"current_position": 30}),
        ),
    )
    assert said.speech == "Set the left curtain to 30%."


def test_a_cover_without_positions_only_goes_to_its_ends() -> None:
    house = house_with("cover.left", "open", supported_features=["OPEN", "CLOSE"])
    assert not answer("HassSetPosition", ["cover.left"], house, position=30).actions
    shut = answer("HassSetPosition", ["cover.left"], house, position=0)
    assert shut.actions[0].service == "cover.close_cover"


def test_a_thermostat_is_set_within_its_range() -> None:
    said = answer("HassClimateSetTemperature", ["climate.hall"], temperature=21.5)
    expect = EntityState("", {"temperature": 21.5})
    assert said.actions == (
        Action("climate.set_temperature", "climate.hall", {"temperature": 21.5}, expect),
    )
    assert said.speech == "Set the hall thermostat to 21.5 degrees."
    house = house_with("climate.hall", "heat", min_temp=7, max_temp=30, temperature=20)
    hot = answer("HassClimateSetTemperature", ["climate.hall"], house, temperature=50)
    assert hot == Answer(speech="The hall thermostat only goes below 30 degrees.")
    warmer = answer("HassClimateSetTemperature", ["climate.hall"], house, temperature_step=1)
    assert warmer.actions[0].data == {"temperature": 21}


def test_the_temperature_is_told() -> None:
    get = "HassClimateGetTemperature"
    assert answer(get, ["climate.hall"], area="Hall").speech == "It is 20.5 degrees in the hall."
    assert answer(get, ["sensor.bed_temp"], name="Bedroom Temperature").speech == (
        "The bedroom temperature reads 19.5 degrees."
    )
    assert answer(get, ["climate.office"]).speech == (
        "The office thermostat doesn't tell a temperature."
    )


def test_media_players_obey() -> None:
    paused = answer("HassMediaPause", ["media_player.tv"])
    expect = EntityState("paused")
    action = Action("media_player.media_pause", "media_player.tv", expect=expect)
    assert paused == Answer((action,), "Paused the TV.")
    assert answer("HassMediaNext", ["media_player.tv"]).actions[0].expect is None
    mute = answer("HassMediaPlayerMute", ["media_player.tv"])
    assert mute.actions[0].data == {"is_volume_muted": True}


def test_volume_is_set_and_changed() -> None:
    said = answer("HassSetVolume", ["media_player.tv"], volume_level=20)
    assert said.actions[0].data == {"volume_level": 0.2}
    assert said.speech == "Set the volume of the TV to 20%."
    house = house_with("media_player.tv", "playing", volume_level=0.55)
    louder = answer("HassSetVolumeRelative", ["media_player.tv"], house, volume_step=10)
    assert louder.actions[0].data == {"volume_level": 0.65}
    unknown = answer("HassSetVolumeRelative", ["media_player.tv"], volume_step=10)
    assert unknown == Answer(speech="I don't know how loud the TV is.")


def test_a_vacuum_starts_and_goes_home_once() -> None:
    assert answer("HassVacuumStart", ["vacuum.rover"]).speech == "Started Rover."
    assert answer("HassVacuumReturnToBase", ["vacuum.rover"]) == Answer(
        speech="Rover is already docked."
    )
    cleaning = house_with("vacuum.rover", "cleaning")
    sent = answer("HassVacuumReturnToBase", ["vacuum.rover"], cleaning)
    assert sent.actions[0].expect == EntityState("returning")


def test_a_fan_gets_its_speed() -> None:
    said = answer("HassFanSetSpeed", ["fan.bedroom"], percentage=33)
    assert said.actions[0].expect == EntityState("on", {"percentage": 33})
    assert answer("HassFanSetSpeed", ["fan.bedroom"], percentage=0).actions[0].service == (
        "fan.turn_off"
    )
    simple = house_with("fan.bedroom", "on", supported_features=["TURN_ON"])
    assert answer("HassFanSetSpeed", ["fan.bedroom"], simple, percentage=33) == Answer(
        speech="The ceiling fan has only one speed."
    )


@pytest.mark.parametrize(
    ("targets", "slots", "speech"),
    [
        (["cover.garage"], {"name": "Garage Door", "state": "closed"},
         "Yes, the garage door is closed."),
        (["cover.garage"], {"name": "Garage Door", "state": "open"},
         "No, the garage door is closed."),
        (["binary_sensor.pipe"], {"name": "Water Pipe", "state": "on"},
         "Yes, the water pipe is cold."),
        (["sensor.powerwall"], {"name": "Powerwall Stored Energy"},
         "The powerwall stored energy is 6."),
        (["person.ada"], {"name": "Ada"}, "Ada is home."),
        (["person.ada"], {"domain": "person", "state": "home"}, "Ada is home."),
        (["person.ada"], {"domain": "person", "state": "not_home"}, "Nobody is away."),
        (["light.kitchen_ceiling", "light.kitchen_counter"],
         {"domain": "light", "area": "Kitchen", "state": "on"},
         "1 of 2 lights in the kitchen is on: the counter light."),
        (["cover.left", "cover.right"], {"domain": "cover", "state": "opening"},
         "No curtains are opening."),
        (["lock.front", "lock.back"], {"domain": "lock", "state": "locked"},
         "1 of 2 locks is locked: the front door."),
        (["light.desk_lamp", "light.garage"], {"domain": "light", "state": "off"},
         "Both lights are off."),
        ([], {"domain": "binary_sensor", "device_class": "smoke", "area": "Office"},
         "I know no smoke sensor in the office."),
    ],
)  # fmt: skip
def test_questions_about_states_are_answered(
    targets: list[str], slots: Mapping[str, SlotValue], speech: str
) -> None:
    assert answer("HassGetState", targets, **slots) == Answer(speech=speech)


def test_a_state_that_nobody_knows_is_not_invented() -> None:
    house = house_with("cover.garage", "unavailable")
    said = answer("HassGetState", ["cover.garage"], house, name="Garage Door", state="open")
    assert said.speech == "I don't know the state of the garage door."


def test_units_are_said() -> None:
    home = Home(entities=(entity("sensor.h", "Humidity", state="48.0", unit_of_measurement="%"),))
    house = House(home, states(home))
    assert answer("HassGetState", ["sensor.h"], house, name="Humidity").speech == (
        "The humidity is 48%."
    )


def test_the_clock_is_told() -> None:
    house = House(HOME, states(), clock=lambda: datetime(2026, 3, 1, 0, 5))
    assert answer("HassGetCurrentTime", [], house).speech == "It is 12:05 AM."
    assert answer("HassGetCurrentDate", [], house).speech == "It is Sunday, March 1st, 2026."
    assert answer("HassNevermind", [], house) == Answer()


@pytest.mark.parametrize(
    ("entity_id", "name", "said"),
    [
        ("vacuum.v", "Rosie", "Rosie"),
        ("vacuum.v", "Vacuum", "the vacuum"),
        ("media_player.m", "TV", "the TV"),
        ("light.l", "Desk Lamp", "the desk lamp"),
        ("scene.s", "Movie Night", "movie night"),
    ],
)
def test_things_are_spoken_of_as_people_do(entity_id: str, name: str, said: str) -> None:
    assert the(entity(entity_id, name)) == said
