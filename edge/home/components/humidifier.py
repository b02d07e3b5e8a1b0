"""MQTT humidifiers and dehumidifiers: on and off, target humidity in percent, modes.

A mode that was not announced and a target outside the range are passed over.

Source: Home Assistant's documentation of "MQTT humidifier".
"""

from __future__ import annotations

from edge.home.components.wiring import (
    Config,
    Wiring,
    attribute,
    number_of,
    offered,
    one_of,
    press,
    sets,
    short,
    state_of,
)


def humidifier(config: Config) -> Wiring:
    """The wiring of a humidifier."""
    on, off = config.text("payload_on", "ON"), config.text("payload_off", "OFF")
    send = config.sender("command_topic", "command_template")
    humidity = config.sender("target_humidity_command_topic", "target_humidity_command_template")
    mode = config.sender("mode_command_topic", "mode_command_template")
    modes = config.words("modes")
    low, high = config.span("min_humidity", "max_humidity", (0, 100))

    def target(value: str) -> int | float:
        number = number_of(value)
        if not low <= number <= high:
            raise ValueError(f"expected a humidity from {low:g} to {high:g}")
        return number

    told = config.told("min_humidity", "max_humidity")
    return Wiring(
        (
            *config.reader("state_topic", "state_value_template", state_of({on: "on", off: "off"})),
            *config.reader(
                "target_humidity_state_topic",
                "target_humidity_state_template",
                attribute("humidity", target, config.text("payload_reset_humidity", "None")),
            ),
            *config.reader(
                "current_humidity_topic",
                "current_humidity_template",
                attribute("current_humidity", number_of),
            ),
            *config.reader(
                "mode_state_topic",
                "mode_state_template",
                attribute("mode", one_of(modes), config.text("payload_reset_mode", "None")),
            ),
            *config.reader("action_topic", "action_template", attribute("action", short)),
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
