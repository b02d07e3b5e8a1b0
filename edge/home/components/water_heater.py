"""MQTT water heaters: a target temperature and a mode of operation, which is the state.

Source: Home Assistant's documentation of "MQTT water heater".
"""

from __future__ import annotations

from edge.home.components.temperatures import Temperatures
from edge.home.components.wiring import Config, Wiring, offered, press, sets, state_of

DEFAULT_MODES = ("off", "eco", "electric", "gas", "heat_pump", "high_demand", "performance")


def water_heater(config: Config) -> Wiring:
    """The wiring of a water heater."""
    temperatures = Temperatures(config)
    modes = config.words("modes") or DEFAULT_MODES
    mode = config.sender("mode_command_topic", "mode_command_template")
    power = config.sender("power_command_topic", "power_command_template")
    set_mode = sets(mode, "operation_mode")
    return Wiring(
        (
            *config.reader(
                "mode_state_topic",
                "mode_state_template",
                state_of({name: name for name in modes}),
                otherwise="value_template",
            ),
            *temperatures.readers(),
        ),
        offered(
            {
                "set_temperature": temperatures.sets("operation_mode", set_mode),
                "set_operation_mode": set_mode,
                "turn_on": press(power, config.text("payload_on", "ON")),
                "turn_off": press(power, config.text("payload_off", "OFF")),
            }
        ),
        {"operation_list": list(modes), **temperatures.limits()},
    )
