"""MQTT humidifiers and dehumidifiers: on and off, target humidity in percent, modes.

Source: Home Assistant's documentation of "MQTT humidifier".
"""

from __future__ import annotations

from edge.home.components.wiring import (
    Config,
    Wiring,
    attribute,
    offered,
    plain,
    press,
    sets,
    state_of,
)

TOLD = ("min_humidity", "max_humidity")
"""Keys that are attributes under the same name."""


def humidifier(config: Config) -> Wiring:
    """The wiring of a humidifier."""
    on, off = config.text("payload_on", "ON"), config.text("payload_off", "OFF")
    send = config.sender("command_topic", "command_template")
    humidity = config.sender("target_humidity_command_topic", "target_humidity_command_template")
    mode = config.sender("mode_command_topic", "mode_command_template")
    modes = config.words("modes")
    told = {name: config.values[name] for name in TOLD if name in config.values}
    return Wiring(
        (
            *config.reader("state_topic", "state_value_template", state_of({on: "on", off: "off"})),
            *config.reader(
                "target_humidity_state_topic",
                "target_humidity_state_template",
                attribute("humidity", _percent),
            ),
            *config.reader(
                "current_humidity_topic",
                "current_humidity_template",
                attribute("current_humidity", _percent),
            ),
            *config.reader("mode_state_topic", "mode_state_template", attribute("mode", str)),
        ),
        offered(
            {
                "turn_on": press(send, on),
                "turn_off": press(send, off),
                "set_humidity": sets(humidity, "humidity"),
                "set_mode": sets(mode, "mode"),
            }
        ),
        {**told, **({"available_modes": list(modes)} if modes else {})},
    )


def _percent(text: str) -> int | float:
    return plain(float(text))
