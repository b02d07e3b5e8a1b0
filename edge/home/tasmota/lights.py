"""The lights of a Tasmota device: dimmed, white of any warmth, coloured.

`lt_st` says what the light has: 1 brightness, 2 and colour temperature, 3 and colour, 4 colour and
white, 5 colour and white of any warmth. Where `lk` is 0, colour and white are two lights, and where
SetOption68 is on, each channel is one. Brightness is 0–100, colour temperature in mireds, and a
light is switched by its relay's POWER.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from edge.home.tasmota.device import COMMAND, LIGHT, OFF, ON, RESULT, TELEMETRY, Device
from edge.home.tasmota.parts import Part, power

DIMMED, WARM, COLOR, COLOR_WHITE, COLOR_WARM = 1, 2, 3, 4, 5
EACH_CHANNEL = 68
"""The SetOption that makes a light of each channel."""
FEWER_MIREDS = 82
"""The SetOption that narrows the colour temperatures for other assistants."""
MIREDS, NARROW_MIREDS = (153, 500), (200, 380)
SCHEMES = {"Solid": 0, "Wake up": 1, "Cycle up": 2, "Cycle down": 3, "Random": 4}


def lights(device: Device) -> Iterator[Part]:
    """The lights."""
    kinds = device.numbers("rl")
    if device.flag("if"):
        return
    first = kinds.index(LIGHT) if LIGHT in kinds else 0
    for index, kind in enumerate(kinds):
        if kind == LIGHT:
            yield _light(device, index, index - first)


def _light(device: Device, index: int, place: int) -> Part:
    """One light; `place` counts the lights of the device."""
    has, dimmer, dimmer_told = _abilities(device, index, place)
    on, off = device.word(ON), device.word(OFF)
    switched = power(device, index, "state_value_template")
    told: list[dict[str, Any]] = [{"payload_on": on, "payload_off": off, **one} for one in switched]
    told += [
        _told(has, topic, dimmer_told)
        for topic in (device.topic(RESULT, "RESULT"), device.topic(TELEMETRY, "STATE"))
    ]
    config = {
        "name": device.own_name(index, f"light {index + 1}"),
        "command_topic": device.topic(COMMAND, f"POWER{index + 1}"),
        "on_command_type": "last",
        **_commands(device, has, dimmer),
        **told[0],
    }
    return Part("light", f"light_{index}", config, tuple(told[1:]))


def _abilities(device: Device, index: int, place: int) -> tuple[int, str, str]:
    """What a light has, and the names of its brightness in commands and in what is told."""
    has = device.number("lt_st")
    if device.option(EACH_CHANNEL):
        return DIMMED, f"Channel{index + 1}", f"Channel{index + 1}"
    if has >= COLOR_WHITE and not device.flag("lk"):
        dimmer = f"Dimmer{place + 1}"
        if place == 0:
            return COLOR, dimmer, dimmer
        return (DIMMED if has == COLOR_WHITE else WARM), dimmer, dimmer
    return has, "Dimmer3" if device.flag("ty") else "Dimmer", "Dimmer"


def _commands(device: Device, has: int, dimmer: str) -> dict[str, Any]:
    """The topics on which a light is told what it shall do, and what it can."""
    commands: dict[str, Any] = {}
    if has >= DIMMED:
        commands["brightness_command_topic"] = device.topic(COMMAND, dimmer)
        commands["brightness_scale"] = 100
    if has in (WARM, COLOR_WARM):
        least, most = NARROW_MIREDS if device.option(FEWER_MIREDS) else MIREDS
        commands["color_temp_command_topic"] = device.topic(COMMAND, "CT")
        commands |= {"min_mireds": least, "max_mireds": most}
    if has >= COLOR:
        commands["hs_command_topic"] = device.topic(COMMAND, "HSBColor")
        commands["hs_command_template"] = "{{ hue | round | int }},{{ sat | round | int }}"
        commands["effect_command_topic"] = device.topic(COMMAND, "Scheme")
        commands["effect_command_template"] = f"{{{{ {SCHEMES}[value] }}}}"
        commands["effect_list"] = list(SCHEMES)
    if has == COLOR_WHITE:
        commands["white_command_topic"] = device.topic(COMMAND, "White")
        commands["white_scale"] = 100
    return commands


def _told(has: int, topic: str, dimmer: str) -> dict[str, Any]:
    """What a light tells on a topic besides being on."""
    told: dict[str, Any] = {}
    if has >= DIMMED:
        told["brightness_state_topic"] = topic
        told["brightness_value_template"] = f"{{{{ value_json.{dimmer} }}}}"
        told["brightness_scale"] = 100
    if has in (WARM, COLOR_WARM):
        told["color_temp_state_topic"] = topic
        told["color_temp_value_template"] = "{{ value_json.CT }}"
    if has >= COLOR:
        names = {number: name for name, number in SCHEMES.items()}
        told["hs_state_topic"] = topic
        told["hs_value_template"] = "{{ value_json.HSBColor.split(',')[0:2] | join(',') }}"
        told["effect_state_topic"] = topic
        told["effect_value_template"] = f"{{{{ {names}[value_json.Scheme] }}}}"
    if has >= COLOR_WHITE:
        white = "white" if has == COLOR_WHITE else "color_temp"
        told["color_mode_state_topic"] = topic
        told["color_mode_value_template"] = (
            "{% if value_json.White is defined %}"
            f"{{{{ '{white}' if value_json.White else 'hs' }}}}{{% endif %}}"
        )
    return told
