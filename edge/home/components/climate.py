"""MQTT climate devices: thermostats, heaters, air conditioners.

The state is the hvac mode ("off", "heat", "cool", "heat_cool", "auto", "dry", "fan_only"). A device
with presets is in the preset "none" until it says otherwise. Words that were not announced are
passed over.

Source: Home Assistant's documentation of "MQTT climate (HVAC)".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    one_of,
    press,
    sets,
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
ACTIONS = ("cooling", "defrosting", "drying", "fan", "heating", "idle", "off", "preheating")
NO_PRESET = "none"


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
    words = _named_words(config)
    attributes = {
        "hvac_modes": list(modes),
        **temperatures.limits(),
        **{NAMED_MODES[name][0]: list(known) for name, known in words.items()},
        **({"preset_mode": NO_PRESET} if "preset_mode" in words else {}),
        **(config.told("min_humidity", "max_humidity") if humidity else {}),
    }
    return Wiring((*_readers(config, modes, words), *temperatures.readers()), commands, attributes)


def _readers(
    config: Config, modes: tuple[str, ...], words: Mapping[str, Sequence[str]]
) -> tuple[Reader, ...]:
    told: dict[str, tuple[str, Change]] = {
        "mode_state": ("mode_state_template", _reads_mode(modes)),
        "action": ("action_template", attribute("hvac_action", one_of(ACTIONS))),
        "current_humidity": ("current_humidity_template", attribute("current_humidity", number_of)),
        "target_humidity_state": (
            "target_humidity_state_template",
            attribute("humidity", number_of),
        ),
        **{
            f"{name}_state": (
                "preset_mode_value_template" if name == "preset_mode" else f"{name}_state_template",
                _reads_word(name, words.get(name, ())),
            )
            for name in NAMED_MODES
        },
    }
    return tuple(
        reader
        for part, (template, change) in told.items()
        for reader in config.reader(f"{part}_topic", template, change, otherwise="value_template")
    )


def _reads_word(name: str, words: Sequence[str]) -> Change:
    reads = attribute(name, one_of(words))
    if name != "preset_mode":
        return reads
    return lambda value, state: reads(NO_PRESET if value == "None" else value, state)


def _named_words(config: Config) -> dict[str, tuple[str, ...]]:
    """The words for fan, preset and swing that the device has, by field."""
    found = {}
    for name, (key, default) in NAMED_MODES.items():
        has_topic = (
            f"{name}_command_topic" in config.values or f"{name}_state_topic" in config.values
        )
        words = config.words(key) or (default if has_topic else ())
        if words and name == "preset_mode":
            words = (NO_PRESET, *(word for word in words if word != NO_PRESET))
        if words:
            found[name] = tuple(words)
    return found


def _reads_mode(modes: tuple[str, ...]) -> Change:
    known = {*modes, *ALL_MODES}

    def change(value: str, state: EntityState) -> EntityState:
        if value != "None" and value not in known:
            raise ValueError(f"expected one of {', '.join(modes)}")
        return replace(state, state=UNKNOWN if value == "None" else value)

    return change
