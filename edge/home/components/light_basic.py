"""MQTT lights of the basic schema: a pair of topics for each property.

`on_command_type` says when "on" is sent besides: "first", "last", or not at all where "brightness"
does it. A light with colours and no topic for brightness gets its brightness as darker colours.

Source: Home Assistant's documentation of "MQTT light", default schema.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from edge.home.color_spaces import hs_to_rgb, rgb_to_hs, rgb_to_xy, swap_kelvin_and_mired, xy_to_rgb
from edge.home.components.light_values import (
    FULL,
    Rgb,
    asked_brightness,
    asked_kelvin,
    asked_rgb,
    common_attributes,
    from_scale,
    to_scale,
    with_white,
    within,
    without_white,
)
from edge.home.components.wiring import (
    Change,
    Command,
    Config,
    Data,
    DiscoveryError,
    Reader,
    Send,
    Wiring,
    attribute,
    finite,
    short,
    state_of,
    with_attributes,
)
from edge.types import EntityState, Message

COLORS = ("rgb", "rgbw", "rgbww", "hs", "xy")
ORDERS = ("first", "last", "brightness")
MIXED = ("rgb", "rgbw", "rgbww")
"""Forms that can be darker; the others are hues only."""
COMPONENTS = {
    "rgb": ("red", "green", "blue"),
    "rgbw": ("red", "green", "blue", "white"),
    "rgbww": ("red", "green", "blue", "cold_white", "warm_white"),
    "hs": ("hue", "sat"),
    "xy": ("x", "y"),
}
"""Form of a colour → the names of its numbers in a command's template."""


def basic_light(config: Config) -> Wiring:
    """The wiring of a light of the basic schema."""
    on, off = config.text("payload_on", "ON"), config.text("payload_off", "OFF")
    send = config.sender("command_topic")
    parts = _Parts(config)
    order = config.text("on_command_type", "last")
    if order not in ORDERS:
        raise DiscoveryError(
            f"{config.origin}: expected one of {', '.join(ORDERS)} for on_command_type, "
            f"found {order[:40]!r}."
        )
    return Wiring(
        (
            *config.reader(
                "state_topic",
                "state_value_template",
                state_of({on: "on", off: "off"}),
                otherwise="value_template",
            ),
            *parts.readers(),
        ),
        _commands(parts, send(on), send(off), order) if send else {},
        common_attributes(config, parts.modes()),
        completes=_completes(parts, order),
    )


def _completes(parts: _Parts, order: str) -> Callable[[str, Data, EntityState], Data]:
    """Says again the brightness that is sent instead of "on", and both brightness and colour where
    they are sent as one."""

    def complete(service: str, data: Data, state: EntityState) -> Data:
        if service != "turn_on":
            return data
        kept = set()
        dims, colors = asked_brightness(data) is not None, asked_rgb(data) is not None
        if not dims and (order == "brightness" or (parts.darkens and colors)):
            kept.add("brightness")
        if parts.darkens and dims and not colors and asked_kelvin(data) is None:
            kept.add("rgb_color")
        now = {name: state.attributes[name] for name in kept if state.attributes.get(name)}
        return {**data, **now}

    return complete


def _commands(parts: _Parts, on: Message, off: Message, order: str) -> dict[str, Command]:
    def turn_on(data: Data) -> tuple[Message, ...]:
        brightness = asked_brightness(data)
        if brightness == 0:
            return (off,)
        if order == "brightness" and brightness is None:
            data = {**data, "brightness": FULL}
        settings = parts.settings(data)
        if order == "brightness" and settings:
            return settings
        return (on, *settings) if order == "first" else (*settings, on)

    return {"turn_on": turn_on, "turn_off": lambda _: (off,)}


class _Parts:
    """The properties of a light, each with its own pair of topics."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._scale = config.number("brightness_scale", FULL)
        self._white_scale = config.number("white_scale", FULL)
        self._kelvin = config.flag("color_temp_kelvin")
        self._send: Mapping[str, Send | None] = {
            name: config.sender(f"{name}_command_topic", f"{name}_command_template")
            for name in ("brightness", *COLORS, "color_temp", "effect", "white")
        }

    def modes(self) -> tuple[str, ...]:
        """The colour modes that the topics amount to, in Home Assistant's words."""
        color = tuple(name for name in (*COLORS, "color_temp", "white") if self._send[name])
        return color or (("brightness",) if self._send["brightness"] else ("onoff",))

    @property
    def darkens(self) -> bool:
        """Whether brightness is told and sent as darker colours."""
        return not self._send["brightness"] and any(self._send[form] for form in MIXED)

    def settings(self, data: Data) -> tuple[Message, ...]:
        """The messages for everything that a turn_on sets besides being on."""
        messages = []
        brightness, rgb, kelvin = asked_brightness(data), asked_rgb(data), asked_kelvin(data)
        if brightness is not None and not self._send["brightness"] and kelvin is None:
            rgb = _darker(rgb or (FULL, FULL, FULL), brightness)
        if rgb is not None:
            messages += self._color(rgb)
        if brightness is not None and (send := self._send["brightness"]):
            messages.append(send(to_scale(brightness, self._scale)))
        if rgb is None and kelvin and (send := self._send["color_temp"]):
            messages.append(send(kelvin if self._kelvin else swap_kelvin_and_mired(kelvin)))
        elif data.get("white") is not None and (send := self._send["white"]):
            white_level = within(round(finite(data["white"])))
            messages.append(send(to_scale(white_level, self._white_scale)))
        if data.get("effect") is not None and (send := self._send["effect"]):
            messages.append(send(str(data["effect"])))
        return tuple(messages)

    def _color(self, rgb: Rgb) -> list[Message]:
        for form in COLORS:
            if send := self._send[form]:
                values = _in_form(form, rgb)
                named: dict[str, Any] = dict(zip(COMPONENTS[form], values, strict=True))
                return [send(",".join(map(str, values)), **named)]
        return []

    def readers(self) -> tuple[Reader, ...]:
        """Readers of each property's state topic. Of several colours in one message the last
        counts."""
        changes: Mapping[str, Change] = {
            "brightness": self._read_brightness,
            **{form: self._reads_color(form) for form in MIXED},
            "color_mode": attribute("color_mode", short),
            "color_temp": self._read_temperature,
            "effect": attribute("effect", short),
            **{form: self._reads_color(form) for form in ("hs", "xy")},
        }
        return tuple(
            reader
            for name, change in changes.items()
            for reader in self._config.reader(
                f"{name}_state_topic", f"{name}_value_template", change
            )
        )

    def _read_brightness(self, value: str, state: EntityState) -> EntityState | None:
        """Brightness; zero is passed over, since only a light that is off has none."""
        number = finite(value)
        told = {"brightness": from_scale(number, self._scale)}
        return with_attributes(state, told) if number else None

    def _read_temperature(self, value: str, state: EntityState) -> EntityState:
        number = finite(value)
        kelvin = round(number) if self._kelvin else swap_kelvin_and_mired(number)
        return with_attributes(state, {"color_temp_kelvin": kelvin, **self._mode("color_temp")})

    def _reads_color(self, form: str) -> Change:
        count, mode = len(COMPONENTS[form]), self._mode(form)

        def change(value: str, state: EntityState) -> EntityState:
            values = [finite(number) for number in value.split(",")]
            if len(values) != count:
                raise ValueError(f"expected {count} numbers with commas between them")
            told: dict[str, Any] = {"rgb_color": _to_rgb(form, values), **mode}
            if self.darkens and form in MIXED and (top := within(round(max(values)))):
                rgb = [within(round(part * FULL / top)) for part in told["rgb_color"]]
                told |= {"rgb_color": rgb, "brightness": top}
            return with_attributes(state, told)

        return change

    def _mode(self, name: str) -> dict[str, str]:
        """The colour mode that a colour stands for, where no topic tells the mode itself."""
        return {} if self._config.text("color_mode_state_topic") else {"color_mode": name}


def _darker(rgb: Rgb, brightness: int) -> Rgb:
    red, green, blue = (int(part * brightness / FULL) for part in rgb)
    return red, green, blue


def _in_form(form: str, rgb: Rgb) -> tuple[float, ...]:
    """A colour in the numbers of a form."""
    if form == "rgbw":
        return with_white(rgb)
    if form == "rgbww":
        *colors, white = with_white(rgb)
        return (*colors, white, white)
    if form == "hs":
        return rgb_to_hs(rgb)
    return rgb_to_xy(rgb) if form == "xy" else rgb


def _to_rgb(form: str, values: list[float]) -> list[int]:
    if form == "hs":
        return list(hs_to_rgb(*values))
    if form == "xy":
        return list(xy_to_rgb(*values))
    rgb = [within(round(value)) for value in values[:3]]
    white = max(values[3:], default=0)
    return without_white(rgb, white) if white else rgb
