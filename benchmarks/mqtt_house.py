"""A house of simple devices on a real broker, for measuring: as zigbee2mqtt would announce it.

`announcements` are retained discovery messages of so many entities, several of a device, with the
keys, templates and availability lists that zigbee2mqtt writes; `told` what the devices say first.
As a program this is the lamps themselves: it obeys each command by telling the new state at once.

    python -m benchmarks.mqtt_house PORT LAMPS
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from itertools import count, cycle, islice
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from edge.demo.mosquitto import HOST
from edge.types import Message

BASE = "zigbee2mqtt"
ROOMS = ("Kitchen", "Hall", "Living Room", "Bedroom", "Office", "Bathroom", "Cellar", "Attic")
SYSTEM_MODES = "{% set values = {None: None, 'off':'off','heat':'heat','auto':'auto'} %}"
_Entity = tuple[str, str, Mapping[str, Any]]
"""Component, object, and its own keys."""


def lamp_name(number: int) -> str:
    """What the device of this number is called."""
    return f"{ROOMS[number % len(ROOMS)]} Lamp {number}"


def announcements(entities: int) -> Iterator[Message]:
    """Retained discovery messages of so many entities of all kinds."""
    return islice(_all_kinds(), entities)


def lamps(number: int) -> Iterator[Message]:
    """Retained discovery messages of so many lamps."""
    for place in range(number):
        yield from _announced(place, lamp_name(place), (_LAMP,))


def told(entities: int) -> Iterator[Message]:
    """What the devices behind `announcements` tell first, and that they can be reached."""
    yield Message(f"{BASE}/bridge/state", '{"state":"online"}', retain=True)
    seen = set()
    for message in announcements(entities):
        name = str(json.loads(message.payload)["device"]["name"])
        if name not in seen:
            seen.add(name)
            yield Message(f"{BASE}/{name}/availability", '{"state":"online"}', retain=True)
            yield Message(f"{BASE}/{name}", json.dumps(_STATE), retain=True)


def _all_kinds() -> Iterator[Message]:
    for number, (kind, entities) in zip(count(), cycle(_KINDS.items())):
        room = ROOMS[number % len(ROOMS)]
        yield from _announced(number, f"{room} {kind} {number}", entities)


def _announced(number: int, name: str, entities: tuple[_Entity, ...]) -> Iterator[Message]:
    identifier = f"0x{number:016x}"
    shared = {
        "availability": [
            {"topic": f"{BASE}/bridge/state", "value_template": "{{ value_json.state }}"},
            {"topic": f"{BASE}/{name}/availability", "value_template": "{{ value_json.state }}"},
        ],
        "availability_mode": "all",
        "device": {
            "identifiers": [f"zigbee2mqtt_{identifier}"],
            "manufacturer": "Maker",
            "model": "Model of the maker (M-1)",
            "name": name,
            "suggested_area": ROOMS[number % len(ROOMS)],
            "via_device": "zigbee2mqtt_bridge_0x00",
        },
        "origin": {"name": "Zigbee2MQTT", "sw": "2.1.0"},
    }
    for component, part, own in entities:
        config = {
            "state_topic": f"{BASE}/{name}",
            **({"command_topic": f"{BASE}/{name}/set"} if component in _COMMANDED else {}),
            **{key: _filled(value, name) for key, value in own.items()},
            "unique_id": f"{identifier}_{part}_zigbee2mqtt",
            **shared,
        }
        if component == "climate":
            del config["state_topic"], config["command_topic"]
        topic = f"homeassistant/{component}/{identifier}/{part}/config"
        yield Message(topic, json.dumps(config), retain=True)


def _filled(value: Any, name: str) -> Any:
    return value.replace("@", f"{BASE}/{name}") if isinstance(value, str) else value


_COMMANDED = ("light", "switch", "cover", "climate")
_LAMP: _Entity = (
    "light",
    "light",
    {
        "name": None,
        "schema": "json",
        "brightness": True,
        "brightness_scale": 254,
        "supported_color_modes": ["xy", "color_temp"],
        "min_mireds": 250,
        "max_mireds": 454,
        "effect": True,
        "effect_list": ["blink", "breathe", "okay"],
    },
)


def _sensor(device_class: str, unit: str, name: str | None = None) -> _Entity:
    own = {
        "device_class": device_class,
        "unit_of_measurement": unit,
        "state_class": "measurement",
        "value_template": f"{{{{ value_json.{device_class} }}}}",
    }
    return ("sensor", device_class, {**own, **({"name": name} if name else {})})


_KINDS: Mapping[str, tuple[_Entity, ...]] = {
    "Bulb": (_LAMP,),
    "Plug": (
        (
            "switch",
            "switch",
            {
                "name": None,
                "payload_on": "ON",
                "payload_off": "OFF",
                "value_template": "{{ value_json.state }}",
            },
        ),
        _sensor("power", "W"),
        _sensor("energy", "kWh"),
        _sensor("voltage", "V"),
    ),
    "Climate Sensor": (
        _sensor("temperature", "°C"),
        _sensor("humidity", "%"),
        _sensor("pressure", "hPa"),
    ),
    "Motion": (
        (
            "binary_sensor",
            "occupancy",
            {
                "device_class": "motion",
                "payload_on": True,
                "payload_off": False,
                "value_template": "{{ value_json.occupancy }}",
            },
        ),
        _sensor("illuminance", "lx"),
    ),
    "Radiator": (
        (
            "climate",
            "climate",
            {
                "name": None,
                "action_template": "{% set values = {None:None,'idle':'idle','heat':'heating'} %}"
                "{{ values[value_json.running_state] }}",
                "action_topic": "@",
                "current_temperature_template": "{{ value_json.temperature }}",
                "current_temperature_topic": "@",
                "mode_command_topic": "@/set/system_mode",
                "mode_state_template": f"{SYSTEM_MODES}{{{{ values[value_json.system_mode] }}}}",
                "mode_state_topic": "@",
                "modes": ["off", "heat", "auto"],
                "temperature_command_topic": "@/set/occupied_heating_setpoint",
                "temperature_state_template": "{{ value_json.occupied_heating_setpoint }}",
                "temperature_state_topic": "@",
                "min_temp": "5",
                "max_temp": "30",
                "temp_step": 0.5,
                "temperature_unit": "C",
            },
        ),
    ),
    "Blind": (
        (
            "cover",
            "cover",
            {
                "name": None,
                "position_template": "{{ value_json.position }}",
                "position_topic": "@",
                "set_position_template": '{ "position": {{ position }} }',
                "set_position_topic": "@/set",
                "state_closed": "CLOSE",
                "state_open": "OPEN",
                "value_template": "{{ value_json.cover_state }}",
            },
        ),
    ),
}
_STATE = {
    "state": "ON",
    "brightness": 127,
    "color_mode": "color_temp",
    "color_temp": 370,
    "power": 12.5,
    "energy": 4.2,
    "voltage": 231,
    "temperature": 21.5,
    "humidity": 44,
    "pressure": 1003,
    "occupancy": False,
    "illuminance": 120,
    "running_state": "idle",
    "system_mode": "heat",
    "occupied_heating_setpoint": 20.5,
    "position": 60,
    "cover_state": "OPEN",
    "linkquality": 120,
}


def main() -> int:
    """Be the lamps, until the program is ended."""
    port, number = int(sys.argv[1]), int(sys.argv[2])
    client = paho.Client(CallbackAPIVersion.VERSION2)
    topics = {f"{BASE}/{lamp_name(place)}/set": place for place in range(number)}
    states: list[dict[str, Any]] = [{"state": "OFF", "brightness": 127} for _ in range(number)]

    def tell(place: int) -> None:
        client.publish(f"{BASE}/{lamp_name(place)}", json.dumps(states[place]), 1, retain=True)

    def obey(_: paho.Client, __: object, message: paho.MQTTMessage) -> None:
        place = topics[message.topic]
        states[place] |= json.loads(message.payload)
        tell(place)

    def announce(*_: object) -> None:
        client.subscribe(f"{BASE}/+/set", 1)
        for message in lamps(number):
            client.publish(message.topic, message.payload, 1, retain=True)
        online = '{"state":"online"}'
        client.publish(f"{BASE}/bridge/state", online, 1, retain=True)
        for place in range(number):
            client.publish(f"{BASE}/{lamp_name(place)}/availability", online, 1, retain=True)
            tell(place)
        client.publish(f"{BASE}/announced", "yes", 1, retain=True)

    client.max_inflight_messages_set(0)
    client.on_message = obey
    client.on_connect = announce
    client.connect(HOST, port)
    client.loop_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
