"""MQTT components that are switched or pressed: switch, lock, button, scene.

Source: Home Assistant's documentation of "MQTT switch", "MQTT lock", "MQTT button" and "MQTT
scene".
"""

from __future__ import annotations

from edge.home.components.wiring import Config, Wiring, offered, press, state_of


def switch(config: Config) -> Wiring:
    """On and off."""
    on, off = config.text("payload_on", "ON"), config.text("payload_off", "OFF")
    states = {config.text("state_on", on): "on", config.text("state_off", off): "off"}
    send = config.sender("command_topic", "command_template")
    return Wiring(
        config.reader("state_topic", "value_template", state_of(states)),
        offered({"turn_on": press(send, on), "turn_off": press(send, off)}),
    )


def lock(config: Config) -> Wiring:
    """Locked and unlocked, the ways between, and jammed. Opening the latch where the lock can."""
    states = {
        config.text(f"state_{state}", state.upper()): state
        for state in ("locked", "unlocked", "locking", "unlocking", "jammed")
    }
    send = config.sender("command_topic", "command_template")
    opens = send if config.text("payload_open") else None
    return Wiring(
        config.reader("state_topic", "value_template", state_of(states)),
        offered(
            {
                "lock": press(send, config.text("payload_lock", "LOCK")),
                "unlock": press(send, config.text("payload_unlock", "UNLOCK")),
                "open": press(opens, config.text("payload_open")),
            }
        ),
    )


def button(config: Config) -> Wiring:
    """Something to press; it has no state."""
    send = config.sender("command_topic", "command_template")
    return Wiring(commands=offered({"press": press(send, config.text("payload_press", "PRESS"))}))


def scene(config: Config) -> Wiring:
    """Something to activate; it has no state."""
    send = config.sender("command_topic")
    return Wiring(commands=offered({"turn_on": press(send, config.text("payload_on", "ON"))}))
