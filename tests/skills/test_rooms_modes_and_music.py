"""Rooms that a vacuum cleans, and its pauses; modes of thermostats; music that is asked for."""

from __future__ import annotations

from typing import Any

import pytest

from edge.types import Action, Answer, EntityState, SlotValue
from tests.edge.nlu.homes import entity
from tests.skills.asked import answer, house_of, house_with

CLEAN, FAN_MODE, PLAY = "HassVacuumCleanArea", "HassClimateSetFanMode", "HassMediaSearchAndPlay"
HVAC_MODE, PAUSE = "ClimateSetHvacMode", "VacuumPause"
ROVER, HALL, TV = "vacuum.rover", "climate.hall", "media_player.tv"


def test_a_vacuum_cleans_one_room() -> None:
    data = {"cleaning_area_id": ["living_room"]}
    action = Action("vacuum.clean_area", ROVER, data, EntityState("cleaning"))
    assert answer(CLEAN, [ROVER], area="Living Room") == Answer(
        (action,), "Started Rover in the living room."
    )


@pytest.mark.parametrize("listed", ["CLEAN_AREA", "vacuum.VacuumEntityFeature.CLEAN_AREA"])
def test_a_vacuum_must_be_able_to_clean_rooms(listed: str) -> None:
    able = house_with(ROVER, "docked", supported_features=["START", listed])
    assert answer(CLEAN, [ROVER], able, area="Kitchen").actions
    simple = house_with(ROVER, "docked", supported_features=["START", "CLEAN_SPOT"])
    assert answer(CLEAN, [ROVER], simple, area="Kitchen") == Answer(
        speech="Rover can't clean single rooms."
    )


def test_a_vacuum_with_a_map_cleans_what_is_on_it() -> None:
    house = house_with(ROVER, "docked", segments={"1": "Kitchen", "2": "lounge", "3": "Closet"})
    said = answer(CLEAN, [ROVER], house, area="Living Room")
    assert said.actions[0].data == {"cleaning_area_id": ["living_room"], "segments": ["2"]}
    assert answer(CLEAN, [ROVER], house, area="Bedroom") == Answer(
        speech="Rover doesn't know its way in the bedroom."
    )


def test_a_room_to_clean_must_be_known() -> None:
    assert answer(CLEAN, [ROVER]) == Answer(speech="I don't know which room to clean.")
    assert answer(CLEAN, [ROVER], area="Dungeon") == Answer(speech="I know no room called Dungeon.")


def test_vacuums_and_lawn_mowers_pause() -> None:
    paused = EntityState("paused")
    action = Action("vacuum.pause", ROVER, expect=paused)
    assert answer(PAUSE, [ROVER]) == Answer((action,), "Paused Rover.")
    mower = entity("lawn_mower.husky", "Husky", state="mowing")
    action = Action("lawn_mower.pause", mower.id, expect=paused)
    assert answer(PAUSE, [mower.id], house_of(mower)) == Answer((action,), "Paused Husky.")


def test_only_what_cleans_or_mows_is_paused_by_a_vacuum_s_pause() -> None:
    assert [action.entity_id for action in answer(PAUSE, [TV, ROVER]).actions] == [ROVER]
    assert answer(PAUSE, [TV]) == Answer(speech="I don't know which device you mean.")


@pytest.mark.parametrize(("mode", "said"), [("cool", "cool"), ("fan_only", "fan only")])
def test_a_thermostat_is_set_to_one_of_its_modes(mode: str, said: str) -> None:
    house = house_with(HALL, "heat", hvac_modes=["off", "heat", "cool", "fan_only"])
    action = Action("climate.set_hvac_mode", HALL, {"hvac_mode": mode}, EntityState(mode))
    assert answer(HVAC_MODE, [HALL], house, hvac_mode=mode) == Answer(
        (action,), f"Set the hall thermostat to {said}."
    )


@pytest.mark.parametrize(
    ("attributes", "slots", "speech"),
    [
        ({"hvac_modes": ["off", "heat"]}, {"hvac_mode": "fan_only"},
         "The hall thermostat has no fan only mode, only off and heat."),
        ({"hvac_modes": ["off", "heat"]}, {},
         "The hall thermostat has no such mode, only off and heat."),
        ({"hvac_modes": ["heat_cool", "fan_only"]}, {"hvac_mode": "cool"},
         "The hall thermostat has no cool mode, only heat cool and fan only."),
        ({"hvac_modes": []}, {"hvac_mode": "cool"}, "The hall thermostat has no cool mode."),
        ({}, {"hvac_mode": "cool"}, "The hall thermostat has no cool mode."),
        ({}, {"hvac_mode": "fan_only"}, "The hall thermostat has no fan only mode."),
        ({}, {}, "The hall thermostat has no such mode."),
    ],
)  # fmt: skip
def test_a_mode_that_a_thermostat_lacks_is_said_with_those_it_has(
    attributes: dict[str, Any], slots: dict[str, SlotValue], speech: str
) -> None:
    house = house_with(HALL, "heat", **attributes)
    assert answer(HVAC_MODE, [HALL], house, **slots) == Answer(speech=speech)


def test_of_several_thermostats_those_that_have_the_mode_are_set() -> None:
    house = house_with(HALL, "heat", hvac_modes=["heat", "cool"])
    said = answer(HVAC_MODE, ["climate.office", HALL], house, hvac_mode="cool")
    assert [action.entity_id for action in said.actions] == [HALL]
    assert said.speech == "Set the hall thermostat to cool."


@pytest.mark.parametrize("said", ["low", "LOW", "Low"])
def test_a_fan_mode_is_set_as_the_thermostat_writes_it(said: str) -> None:
    house = house_with(HALL, "cool", fan_modes=["Auto", "Low"])
    data = {"fan_mode": "Low"}
    action = Action("climate.set_fan_mode", HALL, data, EntityState("", data))
    assert answer(FAN_MODE, [HALL], house, fan_mode=said) == Answer(
        (action,), "Set the fan mode of the hall thermostat to Low."
    )


def test_a_fan_mode_that_is_not_there_is_said_with_those_that_are() -> None:
    house = house_with(HALL, "cool", fan_modes=["auto", "low", "high"])
    assert answer(FAN_MODE, [HALL], house, fan_mode="turbo") == Answer(
        speech="The hall thermostat has no fan mode turbo, only auto, low and high."
    )
    assert answer(FAN_MODE, [HALL], fan_mode="low") == Answer(
        speech="The hall thermostat has no fan modes."
    )
    assert answer(FAN_MODE, [HALL], house) == Answer(
        speech="I don't know which fan mode the hall thermostat shall have."
    )


def test_a_thermostat_that_lists_no_fan_modes_gets_what_was_said() -> None:
    telling = house_with(HALL, "cool", fan_mode="auto")
    assert answer(FAN_MODE, [HALL], telling, fan_mode="Low").actions[0].data == {"fan_mode": "low"}
    able = house_with(HALL, "cool", supported_features=["FAN_MODE"])
    assert answer(FAN_MODE, [HALL], able, fan_mode="low").actions
    unable = house_with(HALL, "cool", supported_features=["TARGET_TEMPERATURE"])
    assert not answer(FAN_MODE, [HALL], unable, fan_mode="low").actions


def test_music_is_played_by_its_name() -> None:
    data = {"media_content_id": "Miles Davis", "media_content_type": "music"}
    action = Action("media_player.play_media", TV, data, EntityState("playing"))
    assert answer(PLAY, [TV], search_query="Miles Davis") == Answer(
        (action,), "Playing Miles Davis on the TV."
    )
    album = answer(PLAY, [TV], search_query="Kind of Blue", media_class="album")
    assert album.actions[0].data["media_content_type"] == "album"


def test_what_cannot_be_played_is_said() -> None:
    simple = house_with(TV, "on", supported_features=["PAUSE"])
    assert answer(PLAY, [TV], simple, search_query="jazz") == Answer(
        speech="The TV can't play what it is told."
    )
    screen = entity("media_player.screen", "Screen", device_class="tv")
    assert answer(PLAY, ["media_player.screen"], house_of(screen)) == Answer(
        speech="I don't know what to play."
    )


def test_music_that_is_not_named_is_what_the_player_has() -> None:
    speaker = entity("media_player.speaker", "Speaker", device_class="speaker")
    action = Action("media_player.media_play", speaker.id, expect=EntityState("playing"))
    assert answer(PLAY, [speaker.id], house_of(speaker)) == Answer(
        (action,), "Playing music on the speaker."
    )
