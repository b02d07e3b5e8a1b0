"""MQTT climate devices: thermostats, heaters, air conditioners.

The state is the hvac mode ("off", "heat", "cool", "heat_cool", "auto", "dry", "fan_only").
Temperatures are °C on our side; a device that says `temperature_unit: F` is converted both ways.

Source: Home Assistant's documentation of "MQTT climate (HVAC)".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from edge.home.components.wiring import (
    UNKNOWN,
    Command,
    Config,
    Data,
    Send,
    Wiring,
    attribute,
    need,
    offered,
    plain,
    press,
    sets,
)
from edge.types import EntityState, Message

DEFAULT_MODES = ("auto", "off", "cool", "heat", "dry", "fan_only")
MODES_OF_ON = ("heat_cool", "heat", "cool", "auto")
"""What "on" means, in this order, for a device without a power topic."""
TOLD = ("min_temp", "max_temp", "fan_modes")
"""Keys that are attributes under the same name."""
NAMED_MODES = ("fan_mode", "preset_mode", "swing_mode")


def climate(config: Config) -> Wiring:
    """The wiring of a climate device."""
    modes = config.words("modes") or DEFAULT_MODES
    fahrenheit = config.text("temperature_unit", "C").upper() == "F"
    temperature = config.sender("temperature_command_topic", "temperature_command_template")
    mode = config.sender("mode_command_topic", "mode_command_template")
    power = config.sender("power_command_topic", "power_command_template")
    set_mode = sets(mode, "hvac_mode")
    readers = (
        *config.reader("mode_state_topic", "mode_state_template", _read_mode),
        *config.reader("action_topic", "action_template", attribute("hvac_action", str)),
        *(
            reader
            for name, topic in (
                ("temperature", "temperature_state"),
                ("current_temperature", "current_temperature"),
            )
            for reader in config.reader(
                f"{topic}_topic", f"{topic}_template", attribute(name, _celsius(fahrenheit))
            )
        ),
        *(
            reader
            for name in NAMED_MODES
            for reader in config.reader(
                f"{name}_state_topic",
                "preset_mode_value_template" if name == "preset_mode" else f"{name}_state_template",
                attribute(name, str),
            )
        ),
    )
    commands = offered(
        {
            "set_temperature": _sets_temperature(temperature, set_mode, fahrenheit),
            "set_hvac_mode": set_mode,
            "turn_on": press(power, config.text("payload_on", "ON"))
            or press(mode, next((on for on in MODES_OF_ON if on in modes), "auto")),
            "turn_off": press(power, config.text("payload_off", "OFF"))
            or press(mode if "off" in modes else None, "off"),
            **{
                f"set_{name}": sets(
                    config.sender(f"{name}_command_topic", f"{name}_command_template"), name
                )
                for name in NAMED_MODES
            },
        }
    )
    told = {name: config.values[name] for name in TOLD if name in config.values}
    return Wiring(readers, commands, {"hvac_modes": list(modes), **told})


def _read_mode(value: str, state: EntityState) -> EntityState:
    return replace(state, state=UNKNOWN if value == "None" else value)


def _celsius(fahrenheit: bool) -> Callable[[str], float]:
    def convert(text: str) -> float:
        value = float(text)
        return plain(round((value - 32) / 1.8, 1) if fahrenheit else value)

    return convert


def _sets_temperature(
    send: Send | None, set_mode: Command | None, fahrenheit: bool
) -> Command | None:
    if send is None:
        return None

    def command(data: Data) -> tuple[Message, ...]:
        celsius = float(need(data, "temperature"))
        value = plain(round(celsius * 1.8 + 32, 1) if fahrenheit else celsius)
        first = set_mode(data) if set_mode and data.get("hvac_mode") else ()
        return (*first, send(value))

    return command
