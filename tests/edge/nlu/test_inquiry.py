"""What a tagged question about states means."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pytest

from edge.home.graph import Area, Home
from edge.home.states import States
from edge.nlu.finding import Lexicon
from edge.nlu.heard import Heard
from edge.nlu.inquiry import inquire
from edge.nlu.resolver import Resolver
from edge.nlu.slots import values_of
from edge.types import EntityState
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


MEDIA_PLAYERS = ["media_player.tv", "media_player.radio", "media_player.bedroom"]


@pytest.mark.parametrize(
    ("marked", "slots", "targets"),
    [
        ("how [bright](attribute) is the [floor lamp](name)",
         {"name": "Floor Lamp", "attribute": "brightness"}, ["light.floor_lamp"]),
        ("how [dim](attribute) are the [kitchen lights](name)",
         {"domain": "light", "area": "Kitchen", "attribute": "brightness"},
         ["light.kitchen_ceiling", "light.kitchen_counter"]),
        ("how [bright](attribute) is it in the [kitchen](area)",
         {"domain": "light", "area": "Kitchen", "attribute": "brightness"},
         ["light.kitchen_ceiling", "light.kitchen_counter"]),
        ("what [colour](attribute) is the [desk lamp](name)",
         {"name": "Desk Lamp", "attribute": "color"}, ["light.desk_lamp"]),
        ("what [color](attribute) temperature is the [desk lamp](name)",
         {"name": "Desk Lamp", "attribute": "color"}, ["light.desk_lamp"]),
        ("what's the [volume](attribute) of the [kitchen radio](name)",
         {"name": "Kitchen Radio", "attribute": "volume"}, ["media_player.radio"]),
        ("what's the [kitchen radio](name) [volume](device_class)",
         {"name": "Kitchen Radio", "attribute": "volume"}, ["media_player.radio"]),
        ("what's the [volume](attribute)",
         {"domain": "media_player", "attribute": "volume"}, ["media_player.tv"]),
        ("how [loud](attribute) is the [tv](name)",
         {"name": "TV", "attribute": "volume"}, ["media_player.tv"]),
        ("how [loud](attribute) is the [radio](name)",
         {"name": "Kitchen Radio", "attribute": "volume"}, ["media_player.radio"]),
        ("is the [kitchen radio](name) [muted](state)",
         {"name": "Kitchen Radio", "attribute": "volume"}, ["media_player.radio"]),
        ("how far [open](attribute) is the [left curtain](name)",
         {"domain": "cover", "name": "Left Curtain", "attribute": "position"}, ["cover.left"]),
        ("how far are the [curtains](device_class) [open](state)",
         {"domain": "cover", "device_class": "curtain", "attribute": "position"},
         ["cover.left", "cover.right"]),
        ("what's the [position](attribute) of the [garage door](name)",
         {"domain": "cover", "name": "Garage Door", "attribute": "position"}, ["cover.garage"]),
        ("what [speed](attribute) is the [ceiling fan](name) on",
         {"name": "Ceiling Fan", "attribute": "speed"}, ["fan.bedroom"]),
        ("what is the [fan](domain) [speed](attribute)",
         {"domain": "fan", "attribute": "speed"}, ["fan.bedroom"]),
        ("what's [playing](attribute)",
         {"domain": "media_player", "attribute": "media"}, ["media_player.tv"]),
        ("which [song](attribute) is playing in the [bedroom](area)",
         {"domain": "media_player", "area": "Bedroom", "attribute": "media"},
         ["media_player.bedroom"]),
        ("what's on the [radio](name)",
         {"name": "Kitchen Radio", "attribute": "media"}, ["media_player.radio"]),
        ("what's on the [bedroom speaker](name)",
         {"name": "Bedroom Speaker", "attribute": "media"}, ["media_player.bedroom"]),
        ("how much [battery](attribute) does [rover](name) have",
         {"name": "Rover", "attribute": "battery"}, ["vacuum.rover"]),
        ("what is [rover's](name) [battery](device_class) level",
         {"name": "Rover", "attribute": "battery"}, ["vacuum.rover"]),
        ("is [rover](name) [charged](state)",
         {"name": "Rover", "attribute": "battery"}, ["vacuum.rover"]),
        ("how much [battery](attribute) does the [vacuum](domain) have",
         {"domain": "vacuum", "attribute": "battery"}, ["vacuum.rover"]),
        ("what's the [phone](name) [battery](attribute)",
         {"domain": "binary_sensor", "device_class": "battery", "name": "Phone"},
         ["binary_sensor.phone"]),
        ("is the [floor lamp](name) [blue](state)",
         {"name": "Floor Lamp", "attribute": "color"}, ["light.floor_lamp"]),
        ("how far down is the [bedroom shade](name)",
         {"domain": "cover", "name": "Bedroom Shade", "attribute": "position"},
         ["cover.bedroom"]),
        ("what is the [kitchen radio](name) playing",
         {"name": "Kitchen Radio", "attribute": "media"}, ["media_player.radio"]),
        ("what music is playing in the [kitchen](area)",
         {"domain": "media_player", "area": "Kitchen", "attribute": "media"},
         ["media_player.radio"]),
        ("has [rover](name) [finished](state) [cleaning](state)",
         {"name": "Rover"}, ["vacuum.rover"]),
        ("what percent is the [floor lamp](name) at",
         {"name": "Floor Lamp", "attribute": "brightness"}, ["light.floor_lamp"]),
        ("how [bright](attribute) is the [coffee machine](name)",
         {"name": "Coffee Machine", "attribute": "brightness"}, ["switch.coffee"]),
        ("what's the [humidity](attribute) in the [office](area)",
         {"domain": "sensor", "device_class": "humidity", "area": "Office"},
         ["sensor.bath_humidity"]),
        ("is the [tv](name) [on](state)", {"name": "TV", "state": "on"}, ["media_player.tv"]),
        ("are any tvs [on](state)", {"name": "TV", "state": "on"}, ["media_player.tv"]),
        ("is anything [playing](state)",
         {"domain": "media_player", "state": "playing"}, MEDIA_PLAYERS),
        ("is [rover](name) [running](state)",
         {"name": "Rover", "state": "cleaning"}, ["vacuum.rover"]),
        ("is the [vacuum](name) [vacuuming](state)",
         {"domain": "vacuum", "state": "cleaning"}, ["vacuum.rover"]),
        ("is the [ceiling fan](name) [spinning](state)",
         {"name": "Ceiling Fan", "state": "on"}, ["fan.bedroom"]),
        ("is the [heating](name) [on](state)",
         {"domain": "climate", "state": "on"}, ["climate.hall", "climate.office"]),
    ],
)  # fmt: skip
def test_a_question_about_an_attribute_means(
    marked: str, slots: Mapping[str, object], targets: list[str]
) -> None:
    test_a_question_means(marked, slots, targets)


@pytest.mark.parametrize(
    ("marked", "area", "targets", "told"),
    [
        ("what's the [volume](attribute)", "Kitchen", ["media_player.tv"], None),
        ("how [bright](attribute) are the [lights](domain)", "Office", ["light.desk_lamp"],
         "Office"),
        ("what [color](attribute) is the [light](domain)", "Office", ["light.desk_lamp"],
         "Office"),
        ("how far [open](attribute) are the [blinds](device_class)", "Bedroom", ["cover.bedroom"],
         "Bedroom"),
        ("how [fast](attribute) is the [fan](domain)", "Office", ["fan.bedroom"], None),
    ],
)  # fmt: skip
def test_what_is_near_the_speaker_is_meant_first(
    marked: str, area: str, targets: list[str], told: str | None
) -> None:
    found = RESOLVER.resolve(tagging(marked, "HassGetState"), states(), area).intents[0]
    assert list(found.targets) == targets
    assert found.slots.get("area") == told


@pytest.mark.parametrize(
    ("playing", "area", "targets"),
    [
        ("media_player.tv", "kitchen", ["media_player.tv"]),
        ("media_player.radio", "kitchen", ["media_player.radio"]),
        ("media_player.radio", None, ["media_player.radio"]),
        (None, "kitchen", ["media_player.radio"]),
        (None, None, MEDIA_PLAYERS),
    ],
)
def test_what_plays_is_meant_before_what_is_near(
    playing: str | None, area: str | None, targets: list[str]
) -> None:
    now = States({player: EntityState("off") for player in MEDIA_PLAYERS})
    if playing is not None:
        now.set(playing, EntityState("playing"))
    heard = Heard.of(tagging("what's the [volume](attribute)", "HassGetState"))
    speaker = HOME.area(area) if area is not None else None
    asked = inquire(Lexicon(HOME), heard, 0.9, speaker, now).intents[0]
    assert list(asked.targets) == targets


def test_a_light_level_is_asked_of_the_sensor_in_the_room() -> None:
    home = Home(
        areas=(Area("den", "Den"), Area("bath", "Bath")),
        entities=(
            entity("light.den", "Lamp", "den"),
            entity("light.bath", "Mirror Light", "bath"),
            entity("sensor.den", "Den Illuminance", "den", "illuminance"),
            entity("sensor.tank", "Tank Volume", "bath", "volume"),
        ),
    )

    def meant(marked: str, area: str | None = None) -> list[str]:
        found = Resolver(home).resolve(tagging(marked, "HassGetState"), states(home), area)
        return [target for intent in found.intents for target in intent.targets]

    how_bright = "how [bright](attribute) is it in the [{}](area)"
    assert meant(how_bright.format("den")) == ["sensor.den"]
    assert meant(how_bright.format("bath")) == ["light.bath"]
    assert meant("how [bright](attribute) is it", "den") == ["sensor.den"]
    assert meant("how [bright](attribute) is it", "bath") == ["light.bath"]
    assert meant("how [bright](attribute) are the [lights](domain)", "den") == ["light.den"]
    assert meant("what's the [volume](attribute)") == []
    assert meant("what is the [tank](name) [volume](attribute)") == ["sensor.tank"]


LISTS = Home(
    entities=(
        entity("todo.shopping", "Shopping List", state="0"),
        entity("todo.chores", "Chores", state="0"),
        entity("light.l", "Lamp"),
    )
)


@pytest.mark.parametrize(
    ("marked", "slots"),
    [
        ("what's on the [shopping](name) [list](domain)", {"name": "Shopping List"}),
        ("what's on the [grocery](name) [list](domain)", {"name": "Shopping List"}),
        ("what's on the [chores](name)", {"name": "Chores"}),
        ("read me the [chores](name) [list](domain)", {"name": "Chores"}),
        ("what do i need to buy", {"name": "Shopping List"}),
        ("what do i have to do today", {"name": "Chores"}),
        ("what [lists](domain) do i have", {"domain": "todo"}),
        ("is milk on the [shopping](name) [list](domain)",
         {"name": "Shopping List", "item": "milk"}),
        ("are there any brown eggs on my [shopping](name) [list](domain)",
         {"name": "Shopping List", "item": "brown eggs"}),
        ("is [oat milk](item) already on the [shopping](name) [list](domain)",
         {"name": "Shopping List", "item": "oat milk"}),
        ("do i still have the ironing on my [chores](name) [list](domain)",
         {"name": "Chores", "item": "ironing"}),
        ("does the [shopping](name) [list](domain) have milk on it?",
         {"name": "Shopping List", "item": "milk"}),
        ("is there anything on my [chores](name) [list](domain)", {"name": "Chores"}),
        ("how many things are on the [shopping](name) [list](domain)", {"name": "Shopping List"}),
        ("is the [shopping](name) [list](domain) [empty](state)", {"name": "Shopping List"}),
    ],
)  # fmt: skip
def test_a_question_about_lists_means(marked: str, slots: Mapping[str, object]) -> None:
    found = Resolver(LISTS).resolve(tagging(marked, "HassGetState"), states(LISTS))
    assert found.question is None, found.question
    assert found.intents[0].slots == slots


def test_a_list_that_is_not_there_or_not_told_is_asked_about() -> None:
    def question(marked: str, home: Home = LISTS) -> str | None:
        return Resolver(home).resolve(tagging(marked, "HassGetState"), states(home)).question

    assert question("what's on my [list](domain)") == (
        "Which list do you mean, Shopping List or Chores?"
    )
    assert question("what's on the [birthday](name) [list](domain)") == (
        "I don't know any birthday lists in this home."
    )
    one = Home(entities=LISTS.entities[:1])
    assert question("what's on my [list](domain)", one) is None


@pytest.mark.parametrize(
    ("said", "date"),
    [
        ("june twenty seventh", "2026-06-27"),
        ("tomorrow", "2026-06-21"),
        ("the first of may", "2027-05-01"),
        ("memorial day", "memorial day"),
    ],
)
def test_a_date_is_one_of_the_calendar_where_it_can_be_read(said: str, date: str) -> None:
    heard = Heard.of(tagging(f"what day is [{said}](date)", "HassGetCurrentDate"))
    assert values_of("HassGetCurrentDate", heard, dt.date(2026, 6, 20)) == {"date": date}


def test_a_place_cut_in_two_is_one() -> None:
    heard = Heard.of(tagging("what time is it in [the](location) [uk](location)", "X"))
    assert values_of("HassGetCurrentTime", heard) == {"location": "the uk"}
