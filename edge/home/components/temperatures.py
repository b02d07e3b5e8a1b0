"""What thermostats and water heaters share: target temperatures in °C on our side.

A device that says `temperature_unit: F` is converted both ways. Source: Home Assistant's
documentation of "MQTT climate (HVAC)" and "MQTT water heater".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from edge.home.components.wiring import (
    Command,
    Config,
    Data,
    Reader,
    Send,
    attribute,
    finite,
    need_number,
    plain,
)
from edge.types import LaresError, Message

TARGETS: Mapping[str, str] = {
    "temperature": "temperature",
    "target_temp_low": "temperature_low",
    "target_temp_high": "temperature_high",
}
"""Field of `set_temperature` → the part of the keys of its topics."""


@dataclass(frozen=True)
class Temperatures:
    """The temperatures of a device, in its unit on its side."""

    config: Config

    @cached_property
    def fahrenheit(self) -> bool:
        """Whether the device speaks Fahrenheit."""
        return self.config.text("temperature_unit", "C").strip().upper() in ("F", "°F")

    def celsius(self, value: float | str) -> float:
        """A temperature of the device in °C. Raises ValueError."""
        number = finite(value)
        return plain(round((number - 32) / 1.8, 1) if self.fahrenheit else number)

    def readers(self) -> tuple[Reader, ...]:
        """What the device tells: what it shall reach and what it measures."""
        told = {
            **{field: f"{part}_state" for field, part in TARGETS.items()},
            "current_temperature": "current_temperature",
        }
        return tuple(
            reader
            for field, part in told.items()
            for reader in self.config.reader(
                f"{part}_topic",
                f"{part}_template",
                attribute(field, self.celsius),
                otherwise="value_template",
            )
        )

    def limits(self) -> dict[str, float]:
        """The smallest and largest temperature to set, and the step between."""
        self.config.span("min_temp", "max_temp", (-1e6, 1e6))
        found: dict[str, float] = {}
        for key in ("min_temp", "max_temp"):
            if self.config.values.get(key) is not None:
                found[key] = self.celsius(self.config.number(key, 0))
        if self.config.values.get("temp_step") is not None and not self.fahrenheit:
            found["target_temp_step"] = plain(self.config.number("temp_step", 1))
        return found

    def sets(self, mode_field: str, set_mode: Command | None) -> Command | None:
        """The command that sets the targets given, after the mode where one is given."""
        sends: dict[str, Send] = {}
        for field, part in TARGETS.items():
            if send := self.config.sender(f"{part}_command_topic", f"{part}_command_template"):
                sends[field] = send
        if not sends:
            return None

        def command(data: Data) -> tuple[Message, ...]:
            given = [field for field in sends if data.get(field) is not None]
            if not given:
                raise LaresError(f"The service needs one of the fields {', '.join(sends)}.")
            first = set_mode(data) if set_mode and data.get(mode_field) else ()
            messages = (sends[field](self._of_device(need_number(data, field))) for field in given)
            return (*first, *messages)

        return command

    def _of_device(self, celsius: float) -> float:
        return plain(round(celsius * 1.8 + 32, 1) if self.fahrenheit else celsius)
