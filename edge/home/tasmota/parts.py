"""The parts of a Tasmota device as Home Assistant's discovery would announce them.

A part is what becomes one entity. Tasmota tells the same thing on several topics and in several
forms, so that a part has several configurations: the first is whole, and of each further one only
what it reads counts.

    stat/…/RESULT                  when it changes, or when asked     {"Switch1": {"Action": "ON"}}
    tele/…/STATE, tele/…/SENSOR    every few minutes, or when asked   {"Switch1": "ON"}
    stat/…/STATUS10                when asked: what SENSOR says, in "StatusSNS"
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from edge.home.tasmota.device import (
    COMMAND,
    LIGHT,
    OFF,
    ON,
    RELAY,
    RESULT,
    SHUTTER,
    TELEMETRY,
    Device,
)

FORCED_LIGHT = 30
"""The SetOption that makes lights of all relays."""
SWITCH_MODES = {1, 2, 3, 4, 5, 6, 9, 10, 13, 14, 15, 16}
"""Modes of a switch in which it tells a position and not only that it was pressed."""
MOTION_MODES = {13, 14}
"""Those in which it only tells "on"."""
INVERTED = 1
"""In `sho`: the shutter's 0 is open."""
SPEEDS = {"low": 1, "high": 3, "usual": 2}


@dataclass(frozen=True, slots=True)
class Part:
    """What becomes one entity."""

    kind: str
    """The component: "switch"."""
    key: str
    """What tells it from the other parts of the device, as Home Assistant numbers them."""
    config: Mapping[str, Any]
    further: tuple[Mapping[str, Any], ...] = ()
    """What else it reads."""


def power(device: Device, index: int, key: str = "value_template") -> list[dict[str, Any]]:
    """Where and in what form a relay's state is told. The only relay may be without a number."""
    names = ("POWER1", "POWER") if index == 0 else (f"POWER{index + 1}",)
    topics = (device.topic(RESULT, "RESULT"), device.topic(TELEMETRY, "STATE"))
    return [
        {"state_topic": topic, key: f"{{{{ value_json.{name} }}}}"}
        for topic in topics
        for name in names
    ]


def relays(device: Device) -> Iterator[Part]:
    """The relays that are switches, or lights that are only switched."""
    for index, kind in enumerate(device.numbers("rl")):
        is_fans_light = device.flag("if") and index == 0 and kind in (RELAY, LIGHT)
        if kind != RELAY and not is_fans_light:
            continue
        is_light = is_fans_light or device.option(FORCED_LIGHT)
        told = power(device, index, "state_value_template" if is_light else "value_template")
        kind_of_part = "light" if is_light else "switch"
        on, off = device.word(ON), device.word(OFF)
        config = {
            "name": device.own_name(index, f"{kind_of_part} {index + 1}"),
            "command_topic": device.topic(COMMAND, f"POWER{index + 1}"),
            "payload_on": on,
            "payload_off": off,
        }
        words = {"payload_on": on, "payload_off": off}
        further = tuple({**words, **one} for one in told[1:])
        yield Part(kind_of_part, f"relay_{index}", {**config, **told[0]}, further)


def fan(device: Device) -> Iterator[Part]:
    """The fan of a Sonoff iFan: off, and three speeds. Home Assistant turns it on at the second."""
    if not device.flag("if"):
        return
    switched = (
        "{% if value_json.FanSpeed is defined %}"
        f"{{{{ '{SPEEDS['usual']}' if value_json.FanSpeed else '0' }}}}{{% endif %}}"
    )
    told = [
        {
            "state_topic": topic,
            "state_value_template": switched,
            "percentage_state_topic": topic,
            "percentage_value_template": "{{ value_json.FanSpeed }}",
            "speed_range_min": SPEEDS["low"],
            "speed_range_max": SPEEDS["high"],
            "payload_on": str(SPEEDS["usual"]),
            "payload_off": "0",
        }
        for topic in (device.topic(RESULT, "RESULT"), device.topic(TELEMETRY, "STATE"))
    ]
    speed = device.topic(COMMAND, "FanSpeed")
    config = {"name": None, "command_topic": speed, "percentage_command_topic": speed}
    yield Part("fan", "fan_ifan", {**config, **told[0]}, tuple(told[1:]))


def switches(device: Device) -> Iterator[Part]:
    """Switches that tell their position, as contacts and motion sensors do."""
    names = device.names("swn")
    for index, mode in enumerate(device.numbers("swc")):
        if mode not in SWITCH_MODES:
            continue
        own = names[index] if index < len(names) else None
        key = own or f"Switch{index + 1}"
        if not is_plain(key):
            continue
        words = {"payload_on": device.word(ON), "payload_off": device.word(OFF)}
        path = f"value_json['{key}']"
        asked = f"value_json['StatusSNS']['{key}']"
        told = [
            {"state_topic": device.topic(place, ending), "value_template": f"{{{{ {value} }}}}"}
            for place, ending, value in (
                (RESULT, "RESULT", f"{path}['Action']"),
                (TELEMETRY, "SENSOR", path),
                (RESULT, "STATUS10", asked),
            )
        ]
        if mode in MOTION_MODES:
            told = told[:1]
        name = own or f"Switch {index + 1}"
        config: dict[str, Any] = {"name": name, **words, **told[0]}
        if mode in MOTION_MODES:
            config |= {"off_delay": 1, "device_class": "motion"}
        further = tuple({**words, **one} for one in told[1:])
        yield Part("binary_sensor", f"switch_{index}", config, further)


def shutters(device: Device) -> Iterator[Part]:
    """Shutters, each on two relays that follow each other."""
    kinds = device.numbers("rl")
    firsts: list[int] = []
    for index, kind in enumerate(kinds):
        if kind == SHUTTER and index - 1 not in firsts and kinds[index + 1 : index + 2] == (kind,):
            firsts.append(index)
    options, tilts = device.numbers("sho"), device.lists("sht")
    for number, _ in enumerate(firsts):
        inverted = bool(options[number] & INVERTED) if number < len(options) else False
        tilt = tilts[number] if number < len(tilts) else ()
        ends: dict[str, Any] = {"position_open": 0, "position_closed": 100} if inverted else {}
        told = [
            _shutter_told(topic, path, inverted, tilt) | ends
            for topic, path in (
                (device.topic(RESULT, "RESULT"), f"value_json.Shutter{number + 1}"),
                (device.topic(TELEMETRY, "SENSOR"), f"value_json.Shutter{number + 1}"),
                (device.topic(RESULT, "STATUS10"), f"value_json.StatusSNS.Shutter{number + 1}"),
            )
        ]
        config = {
            "name": None if len(firsts) == 1 else f"cover {number + 1}",
            "object_id": f"{device.name} cover {number + 1}",
            "command_topic": device.topic(COMMAND, "Backlog"),
            **{f"payload_{verb.lower()}": f"Shutter{verb}{number + 1}" for verb in VERBS},
            "set_position_topic": device.topic(COMMAND, f"ShutterPosition{number + 1}"),
            **told[0],
        }
        if _tilts(tilt):
            config["tilt_command_topic"] = device.topic(COMMAND, f"ShutterTilt{number + 1}")
        yield Part("cover", f"shutter_{number}", config, tuple(told[1:]))


VERBS = ("Open", "Close", "Stop")


def _tilts(tilt: tuple[int, ...]) -> bool:
    """Whether a tilt (least, most, duration) is one."""
    return len(tilt) == 3 and tilt[0] < tilt[1] and tilt[2] > 0


def _shutter_told(topic: str, path: str, inverted: bool, tilt: tuple[int, ...]) -> dict[str, Any]:
    """Position, direction (1 opens, -1 closes, 0 rests) and tilt of a shutter."""
    opens, closes, shut = (-1, 1, 100) if inverted else (1, -1, 0)
    state = (
        f"{{% set s = {path} %}}{{% if s.Position is defined %}}"
        f"{{{{ 'opening' if s.Direction == {opens} else 'closing' if s.Direction == {closes} "
        f"else 'closed' if s.Position == {shut} else 'open' }}}}{{% endif %}}"
    )
    told: dict[str, Any] = {
        "state_topic": topic,
        "value_template": state,
        "position_topic": topic,
        "position_template": f"{{{{ {path}.Position }}}}",
    }
    if _tilts(tilt):
        told |= {
            "tilt_status_topic": topic,
            "tilt_status_template": f"{{{{ {path}.Tilt }}}}",
            "tilt_min": tilt[0],
            "tilt_max": tilt[1],
        }
    return told


def is_plain(key: str) -> bool:
    """Whether a name can stand in a template."""
    return 0 < len(key) <= 60 and not set("'\"\\{}%\n") & set(key)
