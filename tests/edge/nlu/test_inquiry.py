"""What a tagged question about states means."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from edge.home.graph import Area, Home
from edge.nlu.resolver import Resolver
from tests.edge.nlu.homes import HOME, entity, states, tagging

RESOLVER = Resolver(HOME)


@pytest.mark.parametrize(
    ("marked", "slots", "targets"),
    [
        (
            "are all [living room](area) [curtains](device_class) [open](state)",
            {"domain": "cover", "area": "Living Room", "device_class": "curtain",
             "state": "open"},
            ["cover.left", "cover.right"],
        ),
        (
            "which things are [cold](state)",
            {"domain": "binary_sensor", "device_class": "cold", "state": "on"},
            ["binary_sensor.pipe"],
        ),
        (
            "which things are [cold](device_class)",
            {"domain": "binary_sensor", "device_class": "cold", "state": "on"},
            ["binary_sensor.pipe"],
        ),
        (
            "is anything wet",
            {"domain": "binary_sensor", "device_class": "moisture", "state": "on"},
            ["binary_sensor.leak"],
        ),
        (
            "what is the amount of [energy](device_class) in [powerwall stored energy](name)",
            {"domain": "sensor", "device_class": "energy_storage",
             "name": "Powerwall Stored Energy"},
            ["sensor.powerwall"],
        ),
        (
            "is the [front door](name) [open](state)",
            {"domain": "binary_sensor", "device_class": "door", "name": "Front Door",
             "state": "on"},
            ["binary_sensor.front"],
        ),
        (
            "is the right [curtain](device_class) [closed](state)",
            {"domain": "cover", "name": "Right Curtain", "state": "closed"},
            ["cover.right"],
        ),
        (
            "is the [front door](name) [locked](state)",
            {"domain": "lock", "name": "Front Door", "state": "locked"},
            ["lock.front"],
        ),
        (
            "are all the [doors](domain) [locked](state)",
            {"domain": "lock", "state": "locked"},
            ["lock.front", "lock.back"],
        ),
        (
            "is the [garage door](name) [closed](state)",
            {"domain": "cover", "name": "Garage Door", "state": "closed"},
            ["cover.garage"],
        ),
        (
            "is the [floor lamp](name) [on](state)",
            {"name": "Floor Lamp", "state": "on"},
            ["light.floor_lamp"],
        ),
        (
            "how many [lights](domain) are [on](state) [upstairs](floor)",
            {"domain": "light", "floor": "Upstairs", "state": "on"},
            ["light.desk_lamp", "light.bedside_left", "light.bedside_right"],
        ),
        (
            "which [lights](domain) are on in the kitchen",
            {"domain": "light", "area": "Kitchen", "state": "on"},
            ["light.kitchen_ceiling", "light.kitchen_counter"],
        ),
        (
            "is the [phone](name) [charging](state)",
            {"domain": "binary_sensor", "device_class": "battery_charging", "name": "Phone",
             "state": "on"},
            ["binary_sensor.phone_charging"],
        ),
        (
            "is the [phone](name) [battery](device_class) [low](state)",
            {"domain": "binary_sensor", "device_class": "battery", "name": "Phone",
             "state": "on"},
            ["binary_sensor.phone"],
        ),
        (
            "is there [motion](device_class) in the [hall](area)",
            {"domain": "binary_sensor", "device_class": "motion", "area": "Hall",
             "state": "on"},
            ["binary_sensor.motion"],
        ),
        (
            "what is the [humidity](device_class) in the [office](area)",
            {"domain": "sensor", "device_class": "humidity", "area": "Office"},
            ["sensor.bath_humidity"],
        ),
        ("where is [ada](name)", {"domain": "person", "name": "Ada"}, ["person.ada"]),
        (
            "is [ada](name) at [home](state)",
            {"domain": "person", "name": "Ada", "state": "home"},
            ["person.ada"],
        ),
        ("is [anyone](domain) [home](state)", {"domain": "person", "state": "home"},
         ["person.ada"]),
        ("is the [phone](name) ok", {"name": "Phone", "domain": "binary_sensor",
         "device_class": "battery", "state": "off"}, ["binary_sensor.phone"]),
        ("check the [phone](name)", {"name": "Phone"},
         ["binary_sensor.phone", "binary_sensor.phone_charging"]),
        ("which [lamps](domain) are [switched on](state) in the [kitchen](area)",
         {"domain": "light", "area": "Kitchen", "state": "on"},
         ["light.kitchen_ceiling", "light.kitchen_counter"]),
        ("how humid is it in the [office](area)",
         {"domain": "sensor", "device_class": "humidity", "area": "Office"},
         ["sensor.bath_humidity"]),
        ("did we [lock](state) the [back door](name)",
         {"domain": "lock", "name": "Back Door", "state": "locked"}, ["lock.back"]),
        ("is the [garage](area) [light](domain) [on](state)",
         {"name": "Garage Light", "state": "on"}, ["light.garage"]),
        ("is the [left curtain](name) [wide](state) [open](state)",
         {"domain": "cover", "name": "Left Curtain", "state": "open"}, ["cover.left"]),
        ("is the desk lamp on", {"name": "Desk Lamp", "state": "on"}, ["light.desk_lamp"]),
    ],
)  # fmt: skip
def test_a_question_means(marked: str, slots: Mapping[str, object], targets: list[str]) -> None:
    found = RESOLVER.resolve(tagging(marked, "HassGetState"), states())
    assert found.question is None, found.question
    assert found.intents[0].slots == slots
    assert list(found.intents[0].targets) == targets


def test_open_windows_are_covers_where_there_are_such_and_contacts_otherwise() -> None:
    said = tagging("are any [windows](device_class) [open](state)", "HassGetState")
    contacts = Home(entities=(entity("binary_sensor.w", "Window", None, "window"),))
    covers = Home(entities=(*contacts.entities, entity("cover.w", "Skylight", None, "window")))
    asked = Resolver(contacts).resolve(said, states(contacts)).intents[0].slots
    assert asked == {"domain": "binary_sensor", "device_class": "window", "state": "on"}
    asked = Resolver(covers).resolve(said, states(covers)).intents[0].slots
    assert asked == {"domain": "cover", "device_class": "window", "state": "open"}


def test_anyone_in_a_room_is_asked_of_its_occupancy_sensor() -> None:
    home = Home(
        areas=(Area("den", "Den"),),
        entities=(entity("binary_sensor.den", "Den Occupancy", "den", "occupancy"),),
    )
    said = tagging("is [anyone](domain) in the [den](area)", "HassGetState")
    found = Resolver(home).resolve(said, states(home)).intents[0]
    assert found.slots == {
        "domain": "binary_sensor",
        "device_class": "occupancy",
        "area": "Den",
        "state": "on",
    }


def test_an_unknown_name_is_said() -> None:
    said = tagging("is the [flux capacitor](name) [on](state)", "HassGetState")
    found = RESOLVER.resolve(said, states())
    assert found.question == "I don't know anything called flux capacitor."
    assert not found.intents


def test_a_question_about_nothing_means_nothing() -> None:
    assert not RESOLVER.resolve(tagging("how is it going", "HassGetState"), states()).intents
