"""What things tell beside their state: brightness, colour, volume, position, speed, music."""

from __future__ import annotations

from typing import Any

import pytest

from edge.home.graph import Entity
from tests.edge.nlu.homes import entity
from tests.skills.asked import answer, house_of


def told(attribute: str, *entities: Entity, **slots: str) -> str:
    """What is said when an attribute of the first entities is asked for, sensors aside."""
    targets = [e.id for e in entities if "sensor" not in e.domain]
    house = house_of(*entities)
    return answer("HassGetState", targets, house, attribute=attribute, **slots).speech


def lamp(state: str = "on", name: str = "Floor Lamp", **attributes: Any) -> Entity:
    return entity(f"light.{name}", name, state=state, **attributes)


def player(state: str, name: str = "Kitchen Radio", **attributes: Any) -> Entity:
    return entity(f"media_player.{name}", name, state=state, **attributes)


def cover(state: str = "open", name: str = "Blind", **attributes: Any) -> Entity:
    return entity(f"cover.{name}", name, device_class="blind", state=state, **attributes)


def fan(state: str = "on", **attributes: Any) -> Entity:
    return entity("fan.f", "Fan", state=state, **attributes)


@pytest.mark.parametrize(
    ("attribute", "thing", "speech"),
    [
        ("brightness", lamp(brightness=128), "The floor lamp is at 50%."),
        ("brightness", lamp(brightness=1), "The floor lamp is at 1%."),
        ("brightness", lamp("off", brightness=128), "The floor lamp is off."),
        ("brightness", lamp(), "I don't know how bright the floor lamp is."),
        ("brightness", lamp("unavailable", brightness=128),
         "I don't know how bright the floor lamp is."),
        ("brightness", lamp(name="Path Lights", brightness=255), "The path lights are at 100%."),
        ("color", lamp(rgb_color=[0, 0, 255]), "The floor lamp is blue."),
        ("color", lamp(rgb_color=[173, 216, 230], color_mode="rgb", color_temp_kelvin=3000),
         "The floor lamp is light blue."),
        ("color", lamp(hs_color=[120, 100]), "The floor lamp is green."),
        ("color", lamp(xy_color=[0.7, 0.3]), "The floor lamp is red."),
        ("color", lamp(color_temp_kelvin=2700), "The floor lamp is warm white (2700 K)."),
        ("color", lamp(color_mode="color_temp", color_temp_kelvin=4000, rgb_color=[255, 206, 166]),
         "The floor lamp is cool white (4000 K)."),
        ("color", lamp(color_mode=["color_temp"], color_temp_kelvin=6500, rgb_color=[1, 2, 3]),
         "The floor lamp is daylight white (6500 K)."),
        ("color", lamp("off", rgb_color=[0, 0, 255]), "The floor lamp is off."),
        ("color", lamp(rgb_color="blue"), "I don't know what color the floor lamp is."),
        ("volume", player("playing", volume_level=0.3), "The kitchen radio is at 30%."),
        ("volume", player("playing", volume_level="50"), "The kitchen radio is at 50%."),
        ("volume", player("playing", volume_level=0, is_volume_muted=True),
         "The kitchen radio is muted."),
        ("volume", player("off"), "The kitchen radio is off."),
        ("volume", player("off", volume_level=0.4),
         "The kitchen radio is off, with its volume at 40%."),
        ("volume", player("idle"), "I don't know how loud the kitchen radio is."),
        ("position", cover(current_position=40), "The blind is 40% open."),
        ("position", cover("closed", current_position=0), "The blind is closed."),
        ("position", cover(current_position=100), "The blind is fully open."),
        ("position", cover("closed"), "The blind is closed."),
        ("position", cover("opening"), "I don't know how far open the blind is."),
        ("position", cover("closed", name="Curtains", current_position=0),
         "The curtains are closed."),
        ("speed", fan(percentage=60), "The fan is at 60%."),
        ("speed", fan(preset_mode="sleep"), "The fan is on sleep."),
        ("speed", fan("off", percentage=0), "The fan is off."),
        ("speed", fan(), "I don't know how fast the fan is."),
        ("media", player("playing", media_title="Hey Jude", media_artist="The Beatles"),
         "The kitchen radio is playing Hey Jude by The Beatles."),
        ("media", player("buffering", media_title="Hey Jude"),
         "The kitchen radio is playing Hey Jude."),
        ("media", player("playing", media_channel="BBC 6"), "The kitchen radio is playing BBC 6."),
        ("media", player("playing"), "I don't know what the kitchen radio is playing."),
        ("media", player("paused", media_title="Hey Jude"), "The kitchen radio is paused."),
        ("media", player("idle"), "The kitchen radio is not playing anything."),
        ("media", player("standby"), "The kitchen radio is off."),
        ("brightness", entity("switch.s", "Kettle", state="on"),
         "I don't know how bright the kettle is."),
    ],
)  # fmt: skip
def test_an_attribute_is_told(attribute: str, thing: Entity, speech: str) -> None:
    assert told(attribute, thing) == speech


ROSIE = entity("vacuum.rosie", "Rosie", state="docked")


def battery(name: str, state: str, domain: str = "sensor") -> Entity:
    return entity(f"{domain}.{name}", name, device_class="battery", state=state)


@pytest.mark.parametrize(
    ("things", "speech"),
    [
        ([entity("vacuum.v", "Rosie", battery_level=80), battery("Rosie Battery", "5")],
         "Rosie's battery is at 80%."),
        ([entity("vacuum.v", "Vacuum", battery_level=80)], "The vacuum's battery is at 80%."),
        ([ROSIE, battery("Rosie Battery Level", "55.0")], "Rosie's battery is at 55%."),
        ([ROSIE, battery("Rosie Low", "off", "binary_sensor")], "Rosie's battery is not low."),
        ([ROSIE, battery("Rosie Low", "on", "binary_sensor"), battery("Rosie", "12")],
         "Rosie's battery is at 12%."),
        ([ROSIE, battery("Rosie Battery", "unavailable")],
         "I don't know how full Rosie's battery is."),
        ([ROSIE, battery("Rosiest Battery", "70")], "I don't know how full Rosie's battery is."),
    ],
)  # fmt: skip
def test_a_battery_is_told_by_the_thing_or_by_its_sensor(things: list[Entity], speech: str) -> None:
    assert told("battery", *things) == speech


def test_of_several_things_those_at_work_are_told() -> None:
    off, on = lamp("off", "Desk Lamp"), lamp(brightness=51)
    assert told("brightness", off, on) == "The floor lamp is at 20%."
    assert told("brightness", off, on, lamp(name="Spot", brightness=255)) == (
        "The floor lamp is at 20% and the spot is at 100%."
    )
    assert told("brightness", off, lamp("off"), area="Kitchen") == (
        "Both lights in the kitchen are off."
    )
    assert told("brightness", lamp("unknown"), lamp(name="Spot")) == (
        "I don't know how bright the spot is."
    )


def test_what_is_alike_is_told_at_once() -> None:
    left, right = cover(name="Left", current_position=40), cover(name="Right", current_position=40)
    assert told("position", left, right) == "Both blinds are 40% open."
    shut = cover("closed", name="Right", current_position=0)
    assert told("position", left, shut) == "The left is 40% open and the right is closed."


def test_many_are_counted() -> None:
    lamps = [lamp(name=f"Lamp {n}", brightness=51 * n) for n in range(1, 6)]
    assert told("brightness", *lamps).endswith("the lamp 4 is at 80%. There is one more.")


def test_what_plays_is_told_and_what_is_paused_only_where_nothing_plays() -> None:
    plays = player("playing", "Den", media_title="Help")
    paused, idle, off = player("paused"), player("idle", "Hall"), player("off", "TV")
    assert told("media", off, paused, plays, idle) == "The den is playing Help."
    assert told("media", off, paused, idle) == "The kitchen radio is paused."
    assert told("media", off, idle) == "Nothing is playing."
    assert told("media", off, idle, area="Hall") == "Nothing is playing in the hall."
    assert told("media", off, player("playing")) == (
        "I don't know what the kitchen radio is playing."
    )


def test_the_volume_is_that_of_what_plays() -> None:
    plays = player("playing", "Den", volume_level=0.5)
    assert told("volume", player("paused", volume_level=0.1), plays) == "The den is at 50%."


def test_where_there_is_nothing_it_is_said() -> None:
    said = answer("HassGetState", [], attribute="volume", domain="media_player", area="Bath")
    assert said.speech == "I know no media player in the bath."
