"""What is changed from what it is now: positions, speeds, brightness, colour temperature."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.home.states import States
from edge.types import Action, Answer, EntityState
from skills.lights import brightness_of
from skills.skill import House
from tests.edge.home.discovered import announce, sent
from tests.edge.nlu.homes import HOME
from tests.skills.asked import answer, house_with

POSITION, SPEED, LIGHT = "HassSetPosition", "HassFanSetSpeed", "HassLightSet"
COVER, FAN, LAMP = "cover.left", "fan.bedroom", "light.desk_lamp"


@pytest.mark.parametrize(
    ("now", "step", "position"), [(50, 20, 70), (50, -20, 30), (90, 30, 100), (10, -30, 0)]
)
def test_a_cover_moves_from_where_it_is(now: int, step: int, position: int) -> None:
    house = house_with(COVER, "open", current_position=now)
    said = answer(POSITION, [COVER], house, position_step=step)
    state = EntityState("open" if position else "closed", {"current_position": position})
    data = {"position": position}
    assert said == Answer(
        (Action("cover.set_cover_position", COVER, data, state),),
        f"Set the left curtain to {position}%.",
    )


def test_several_covers_move_each_from_where_it_is() -> None:
    left = EntityState("open", {"current_position": 50})
    right = EntityState("open", {"current_position": 80})
    house = House(HOME, States({COVER: left, "cover.right": right}))
    said = answer(POSITION, [COVER, "cover.right"], house, position_step=-20, area="Living Room")
    assert [action.data["position"] for action in said.actions] == [30, 60]
    assert said.speech == "Closed 2 curtains in the living room by 20%."


def test_a_cover_that_cannot_move_by_a_step_says_why() -> None:
    unknown = house_with(COVER, "open")
    assert answer(POSITION, [COVER], unknown, position_step=20) == Answer(
        speech="I don't know how far the left curtain is open."
    )
    simple = house_with(COVER, "open", supported_features=["OPEN"], current_position=100)
    assert answer(POSITION, [COVER], simple, position_step=-20) == Answer(
        speech="The left curtain can't be set to a position."
    )


def test_a_position_said_counts_before_a_step() -> None:
    house = house_with(COVER, "open", current_position=50)
    said = answer(POSITION, [COVER], house, position=10, position_step=20)
    assert said.actions[0].data == {"position": 10}


def test_a_fan_turns_faster_and_slower() -> None:
    house = house_with(FAN, "on", percentage=40)
    assert answer(SPEED, [FAN], house, percentage_step=25) == Answer(
        (Action("fan.set_percentage", FAN, {"percentage": 65},
                EntityState("on", {"percentage": 65})),),
        "Set the ceiling fan to 65%.",
    )  # fmt: skip
    slow = answer(SPEED, [FAN], house, percentage_step=-60)
    assert slow == Answer(
        (Action("fan.turn_off", FAN, expect=EntityState("off")),), "Turned off the ceiling fan."
    )


def test_a_fan_that_is_off_starts_and_is_not_slowed_down() -> None:
    off = house_with(FAN, "off", percentage=60)
    assert answer(SPEED, [FAN], off, percentage_step=20).actions[0].data == {"percentage": 20}
    assert answer(SPEED, [FAN], off, percentage_step=-20) == Answer(
        speech="The ceiling fan is off."
    )
    unknown = answer(SPEED, [FAN], house_with(FAN, "on"), percentage_step=20)
    assert unknown == Answer(speech="I don't know how fast the ceiling fan turns.")


@given(st.integers(1, 8), st.integers(1, 8), st.sampled_from([-1, 1]))
def test_a_small_step_still_reaches_the_next_speed(speeds: int, at: int, way: int) -> None:
    at = min(at, speeds)
    apart = 100 / speeds
    now = int(at * 100 // speeds)
    house = house_with(FAN, "on", percentage=now, percentage_step=apart)
    (action,) = answer(SPEED, [FAN], house, percentage_step=way).actions
    if action.service == "fan.turn_off":
        assert at + way == 0
        return
    fan = announce("fan", cmd_t="c", pct_cmd_t="p", spd_rng_max=speeds)
    (told,) = sent(fan, "set_percentage", **action.data)
    assert told == ("p", str(min(at + way, speeds)))


@pytest.mark.parametrize(
    ("brightness", "share", "percent"), [(128, 0.5, 25), (128, 1.5, 75), (200, 2, 100), (3, 0, 1)]
)
def test_a_light_is_made_a_share_as_bright(brightness: int, share: float, percent: int) -> None:
    house = house_with(LAMP, "on", brightness=brightness)
    said = answer(LIGHT, [LAMP], house, brightness_share=share)
    assert said.actions[0].data == {"brightness": brightness_of(percent)}
    assert said.speech == f"Set the desk lamp to {percent}%."


def test_a_share_leaves_what_is_off_as_it_is() -> None:
    assert answer(LIGHT, [LAMP], brightness_share=2) == Answer(speech="The desk lamp is off.")
    both = answer(LIGHT, [LAMP, "light.floor_lamp"], brightness_share=0.5)
    assert [action.entity_id for action in both.actions] == ["light.floor_lamp"]


@pytest.mark.parametrize(
    ("now", "step", "kelvin"),
    [(3000, -500, 2500), (3000, 500, 3500), (2300, -500, 2200), (6300, 900, 6500),
     (None, -500, 3000)],
)  # fmt: skip
def test_a_light_is_made_warmer_and_cooler(now: int | None, step: int, kelvin: int) -> None:
    house = house_with(
        LAMP, "on", color_temp_kelvin=now, min_color_temp_kelvin=2200, max_color_temp_kelvin=6500
    )
    said = answer(LIGHT, [LAMP], house, color_temp_step=step)
    data = {"color_temp_kelvin": kelvin}
    assert said == Answer(
        (Action("light.turn_on", LAMP, data, EntityState("on", data)),),
        f"Set the desk lamp to {kelvin} kelvin.",
    )


def test_only_lights_that_shine_are_made_warmer() -> None:
    both = answer(LIGHT, [LAMP, "light.floor_lamp"], color_temp_step=-500)
    assert [action.entity_id for action in both.actions] == ["light.floor_lamp"]
    off = answer(LIGHT, [LAMP], color_temp_step=-500)
    assert off.actions[0].data == {"color_temp_kelvin": 3000}
    white = house_with(LAMP, "on", supported_color_modes=["brightness"])
    assert answer(LIGHT, [LAMP], white, color_temp_step=-500) == Answer(
        speech="The desk lamp can't change its colour temperature."
    )


def test_several_lights_are_said_to_be_warmer() -> None:
    shining = {LAMP: EntityState("on"), "light.floor_lamp": EntityState("on")}
    house = House(HOME, States(shining))
    lights = list(shining)
    assert answer(LIGHT, lights, house, color_temp_step=-500).speech == "Made 2 lights warmer."
    assert answer(LIGHT, lights, house, color_temp_step=500).speech == "Made 2 lights cooler."
    assert answer(LIGHT, lights, house, brightness_share=0.5).speech == "Dimmed 2 lights."
    assert answer(LIGHT, lights, house, brightness_step=20).speech == "Brightened 2 lights."
