"""A home and marked texts for the tests of understanding."""

from __future__ import annotations

import re

from edge.home.graph import Area, Entity, Floor, Home
from edge.home.states import States
from edge.types import EntityState, Span, Tagging

_MARK = re.compile(r"\[([^\]]+)\]\((\w+)\)")


def tagging(marked: str, intent: str, confidence: float = 0.99) -> Tagging:
    """A tagging written as text: "turn off the [kitchen](area) [lights](domain)"."""
    spans = []
    text = ""
    at = 0
    for match in _MARK.finditer(marked):
        text += marked[at : match.start()]
        spans.append(Span(match[2], len(text), len(text) + len(match[1]), match[1]))
        text += match[1]
        at = match.end()
    return Tagging(text + marked[at:], intent, confidence, tuple(spans))


def entity(
    entity_id: str,
    name: str,
    area: str | None = None,
    device_class: str | None = None,
    *,
    state: str = "off",
    aliases: tuple[str, ...] = (),
    **attributes: object,
) -> Entity:
    """An entity, short to write."""
    return Entity(entity_id, name, area, aliases, device_class, EntityState(state, attributes))


HOME = Home(
    floors=(Floor("up", "Upstairs", ("first floor",)), Floor("down", "Ground Floor")),
    areas=(
        Area("kitchen", "Kitchen", "down"),
        Area("living_room", "Living Room", "down", ("lounge",)),
        Area("bedroom", "Bedroom", "up"),
        Area("office", "Office", "up"),
        Area("garage", "Garage", "down"),
        Area("hall", "Hall", "down"),
    ),
    entities=(
        entity("light.kitchen_ceiling", "Kitchen Ceiling", "kitchen"),
        entity("light.kitchen_counter", "Counter Light", "kitchen", state="on"),
        entity("light.desk_lamp", "Desk Lamp", "office"),
        entity("light.floor_lamp", "Floor Lamp", "living_room", state="on"),
        entity("light.den_lamp", "Den Lamp", "living_room"),
        entity("light.bedside_left", "Bedside Lamp Left", "bedroom"),
        entity("light.bedside_right", "Bedside Lamp Right", "bedroom"),
        entity("light.garage", "Garage Light", "garage"),
        entity("switch.coffee", "Coffee Machine", "kitchen", aliases=("espresso machine",)),
        entity("fan.bedroom", "Ceiling Fan", "bedroom"),
        entity("cover.left", "Left Curtain", "living_room", "curtain", state="open"),
        entity("cover.right", "Right Curtain", "living_room", "curtain", state="closed"),
        entity("cover.bedroom", "Bedroom Shade", "bedroom", "shade", state="open"),
        entity("cover.garage", "Garage Door", "garage", "garage", state="closed"),
        entity("lock.front", "Front Door", "hall", state="locked"),
        entity("lock.back", "Back Door", "kitchen", state="unlocked"),
        entity("binary_sensor.front", "Front Door", "hall", "door"),
        entity("climate.hall", "Hall Thermostat", "hall", state="heat", current_temperature=20.5),
        entity("climate.office", "Office Thermostat", "office", state="heat"),
        entity("media_player.tv", "TV", "living_room", state="playing"),
        entity("media_player.radio", "Kitchen Radio", "kitchen", state="paused"),
        entity("media_player.bedroom", "Bedroom Speaker", "bedroom", state="idle"),
        entity("vacuum.rover", "Rover", "hall", state="docked"),
        entity("scene.party", "Party Mode"),
        entity("script.leave", "Leaving Home"),
        entity("sensor.bath_humidity", "Office Humidity", "office", "humidity", state="48"),
        entity("sensor.bed_temp", "Bedroom Temperature", "bedroom", "temperature", state="19.5"),
        entity("sensor.powerwall", "Powerwall Stored Energy", None, "energy_storage", state="6"),
        entity("binary_sensor.pipe", "Water Pipe", "garage", "cold", state="on"),
        entity("binary_sensor.leak", "Leak Sensor", "kitchen", "moisture", state="off"),
        entity("binary_sensor.motion", "Hall Motion", "hall", "motion", state="on"),
        entity("binary_sensor.phone", "Phone", None, "battery", state="on"),
        entity("binary_sensor.phone_charging", "Phone", None, "battery_charging", state="off"),
        entity("person.ada", "Ada", state="home"),
        entity("todo.groceries", "Groceries", state="0"),
    ),
)


def states(home: Home = HOME) -> States:
    """The states a home starts with."""
    return States(home.initial_states())
