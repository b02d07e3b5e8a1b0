"""MQTT climate devices: thermostats, heaters, air conditioners.

The state is the hvac mode ("off", "heat", "cool", "heat_cool", "auto", "dry", "fan_only").

Source: Home Assistant's documentation of "MQTT climate (HVAC)".
"""

from __future__ import annotations

from dataclasses import replace

from edge.home.components.temperatures import Temperatures
from edge.home.components.wiring import (
    UNKNOWN,
    Change,
    Config,
    Reader,
    Wiring,
    attribute,
    number_of,
    offered,
    press,
    sets,
    short,
)
from edge.types import EntityState

DEFAULT_MODES = ("auto", "off", "cool", "heat", "dry", "fan_only")
ALL_MODES = (*DEFAULT_MODES, "heat_cool")
MODES_OF_ON = ("heat_cool", "heat", "cool", "auto")
"""What "on" means, in this order, for a device without a power topic."""
NAMED_MODES = {
    "fan_mode": ("fan_modes", ("auto", "low", "medium", "high")),
    "preset_mode": ("preset_modes", ()),
    "swing_mode": ("swing_modes", ("on", "off")),
    "swing_horizontal_mode": ("swing_horizontal_modes", ("on", "off")),
}
"""Field → the key with its words, and the words that there are without the key."""


def climate(config: Config) -> Wiring:
    """The wiring of a climate device."""
    temperatures = Temperatures(config)
    modes = config.words("modes") or DEFAULT_MODES
    mode = config.sender("mode_command_topic", "mode_command_template")
    power = config.sender("power_command_topic", "power_command_template")
    humidity = config.sender("target_humidity_command_topic", "target_humidity_command_template")
    set_mode = sets(mode, "hvac_mode")
    named = {
        f"set_{name}": sets(
            config.sender(f"{name}_command_topic", f"{name}_command_template"), name
        )
        for name in NAMED_MODES
    }
    commands = offered(
        {
            "set_temperature": temperatures.sets("hvac_mode", set_mode),
            "set_hvac_mode": set_mode,
            "set_humidity": sets(humidity, "humidity"),
            "turn_on": press(power, config.text("payload_on", "ON"))
            or press(mode, next((on for on in MODES_OF_ON if on in modes), "auto")),
            "turn_off": press(power, config.text("payload_off", "OFF"))
            or press(mode if "off" in modes else None, "off"),
            **named,
        }
    )
    attributes = {
        "hvac_modes": list(modes),
        **temperatures.limits(),
        **_named_words(config),
        **(config.told("min_humidity", "max_humidity") if humidity else {}),
    }
    return Wiring((*_readers(config, modes), *temperatures.readers()), commands, attributes)


def _readers(config: Config, modes: tuple[str, ...]) -> tuple[Reader, ...]:
    told: dict[str, tuple[str, Change]] = {
        "mode_state": ("mode_state_template", _reads_mode(modes)),
        "action": ("action_template", attribute("hvac_action", short)),
        "current_humidity": ("current_humidity_template", attribute("current_humidity", number_of)),
        "target_humidity_state": (
            "target_humidity_state_template",
            attribute("humidity", number_of),
        ),
        **{
            f"{name}_state": (
                "preset_mode_value_template" if name == "preset_mode" else f"{name}_state_template",
                attribute(name, short),
            )
            for name in NAMED_MODES
        },
    }
    return tuple(
        reader
        for part, (template, change) in told.items()
        for reader in config.reader(f"{part}_topic", template, change, otherwise="value_template")
    )


def _named_words(config: Config) -> dict[str, list[str]]:
    """The words for fan, preset and swing that the device has."""
    found = {}
    for name, (key, default) in NAMED_MODES.items():
        has_topic = (
            f"{name}_command_topic" in config.values or f"{name}_state_topic" in config.values
        )
        words = config.words(key) or (default if has_topic else ())
        if words:
            found[key] = list(words)
    return found


def _reads_mode(modes: tuple[str, ...]) -> Change:
    known = {*modes, *ALL_MODES}

    def change(value: str, state: EntityState) -> EntityState:
        if value != "None" and value not in known:
            raise ValueError(f"expected one of {', '.join(modes)}")
        return replace(state, state=UNKNOWN if value == "None" else value)

    return change
