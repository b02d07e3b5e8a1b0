"""MQTT lights, in the default schema (a topic for each property) and the JSON schema (one object).

Brightness is 0–255 on our side whatever the device's scale; colours are RGB whatever the device
takes; colour temperatures are kelvin. While a light is off its brightness and colour stay as they
were: whoever shows the state hides them, as Home Assistant does.

Source: Home Assistant's documentation of "MQTT light".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from edge.home.color_spaces import hs_to_rgb, rgb_to_hs, rgb_to_xy, swap_kelvin_and_mired, xy_to_rgb
from edge.home.colors import color_rgb
from edge.home.components.wiring import (
    UNKNOWN,
    Change,
    Command,
    Config,
    Data,
    DiscoveryError,
    Reader,
    Send,
    Wiring,
    state_of,
    with_attributes,
)
from edge.types import EntityState, LaresError, Message

FULL = 255


def light(config: Config) -> Wiring:
    """The wiring of a light. Raises `DiscoveryError` for the template schema."""
    schema = config.text("schema", "basic").lower()
    if schema == "json":
        return _json_light(config)
    if schema in ("basic", "default"):
        return _default_light(config)
    raise DiscoveryError(
        f'{config.origin}: expected the schema "json" or "basic" for a light, found "{schema}".'
    )


def _brightness(data: Data) -> int | None:
    """The brightness that a service call asks for, 0–255."""
    if data.get("brightness") is not None:
        return _within(round(float(data["brightness"])))
    if data.get("brightness_pct") is not None:
        return _within(round(float(data["brightness_pct"]) * FULL / 100))
    return None


def _within(brightness: int) -> int:
    return min(max(brightness, 0), FULL)


def _rgb(data: Data) -> tuple[int, int, int] | None:
    value = data.get("rgb_color")
    if value is None and (name := data.get("color_name")) is not None:
        value = color_rgb(str(name))
        if value is None:
            raise LaresError(f"Expected the name of a colour such as red, found {name!r}.")
    if value is None:
        return None
    if len(value) != 3 or not all(0 <= component <= FULL for component in value):
        raise LaresError(f"Expected rgb_color as three numbers from 0 to 255, found {value!r}.")
    red, green, blue = (round(component) for component in value)
    return red, green, blue


def _to_scale(brightness: int, scale: float) -> int:
    """A brightness on the device's scale; never 0 for a light that shall shine."""
    return max(1, round(brightness * scale / FULL)) if brightness else 0


def _from_scale(value: float, scale: float) -> int:
    return _within(round(value * FULL / scale)) if scale > 0 else 0


def _json_light(config: Config) -> Wiring:
    send = config.sender("command_topic")
    modes = _declared_modes(config)
    scale = config.number("brightness_scale", FULL)
    kelvin = config.flag("color_temp_kelvin")

    def read(value: str, state: EntityState) -> EntityState:
        payload = json.loads(value)
        if not isinstance(payload, Mapping):
            raise ValueError("expected a JSON object")
        return _after_json(payload, state, scale, kelvin, modes)

    return Wiring(
        config.reader("state_topic", "", read),
        _json_commands(send, scale, kelvin, modes) if send else {},
        {"supported_color_modes": list(modes)},
    )


def _json_commands(
    send: Send, scale: float, kelvin: bool, modes: tuple[str, ...]
) -> dict[str, Command]:
    def turn_on(data: Data) -> tuple[Message, ...]:
        brightness = _brightness(data)
        if brightness == 0:
            return turn_off(data)
        payload: dict[str, Any] = {"state": "ON"}
        if brightness is not None:
            payload["brightness"] = _to_scale(brightness, scale)
        if (rgb := _rgb(data)) is not None:
            payload["color"] = _color_object(rgb, modes)
        elif (temperature := data.get("color_temp_kelvin")) is not None:
            payload["color_temp"] = (
                round(temperature) if kelvin else swap_kelvin_and_mired(temperature)
            )
        payload |= {key: data[key] for key in ("effect", "transition") if key in data}
        return (send(json.dumps(payload)),)

    def turn_off(data: Data) -> tuple[Message, ...]:
        fade = {"transition": data["transition"]} if "transition" in data else {}
        return (send(json.dumps({"state": "OFF", **fade})),)

    return {"turn_on": turn_on, "turn_off": turn_off}


def _declared_modes(config: Config) -> tuple[str, ...]:
    if modes := config.words("supported_color_modes"):
        return modes
    return ("brightness",) if config.flag("brightness") else ("onoff",)


def _color_object(rgb: tuple[int, int, int], modes: tuple[str, ...]) -> dict[str, float]:
    """A colour as the JSON schema writes it for the modes that the light supports."""
    if "hs" in modes and "rgb" not in modes:
        hue, saturation = rgb_to_hs(rgb)
        return {"h": hue, "s": saturation}
    if "xy" in modes and "rgb" not in modes:
        x, y = rgb_to_xy(rgb)
        return {"x": x, "y": y}
    return dict(zip("rgb", rgb, strict=True))


def _color_value(color: Mapping[str, float]) -> list[int]:
    """The RGB of a colour object: r, g, b, or h, s, or x, y. Raises ValueError."""
    if {"r", "g", "b"} <= color.keys():
        return [round(color["r"]), round(color["g"]), round(color["b"])]
    if {"h", "s"} <= color.keys():
        return list(hs_to_rgb(color["h"], color["s"]))
    if {"x", "y"} <= color.keys():
        return list(xy_to_rgb(color["x"], color["y"]))
    raise ValueError("expected a colour with r, g, b or h, s or x, y")


def _after_json(
    payload: Mapping[str, Any],
    state: EntityState,
    scale: float,
    kelvin: bool,
    modes: tuple[str, ...],
) -> EntityState:
    changes: dict[str, Any] = {}
    if payload.get("brightness") is not None:
        changes["brightness"] = _from_scale(float(payload["brightness"]), scale)
    if payload.get("color_mode") is not None:
        changes["color_mode"] = str(payload["color_mode"])
    elif len(modes) == 1 and payload.get("state") == "ON":
        changes["color_mode"] = modes[0]
    if isinstance(payload.get("color"), Mapping) and changes.get("color_mode") != "color_temp":
        changes["rgb_color"] = _color_value(payload["color"])
    if payload.get("color_temp") is not None:
        value = float(payload["color_temp"])
        changes["color_temp_kelvin"] = round(value) if kelvin else swap_kelvin_and_mired(value)
    if payload.get("effect") is not None:
        changes["effect"] = payload["effect"]
    switched = {"ON": "on", "OFF": "off", None: UNKNOWN}
    if "state" in payload:
        if payload["state"] not in switched:
            raise ValueError("expected the state ON or OFF")
        state = replace(state, state=switched[payload["state"]])
    return with_attributes(state, changes)


def _default_light(config: Config) -> Wiring:
    on, off = config.text("payload_on", "ON"), config.text("payload_off", "OFF")
    send = config.sender("command_topic")
    parts = _Parts(config)
    order = config.text("on_command_type", "last")
    return Wiring(
        (
            *config.reader("state_topic", "state_value_template", state_of({on: "on", off: "off"})),
            *parts.readers(),
        ),
        _default_commands(parts, send(on), send(off), order) if send else {},
        {"supported_color_modes": list(parts.modes())},
    )


def _default_commands(parts: _Parts, on: Message, off: Message, order: str) -> dict[str, Command]:
    """`order` says when "on" is sent: "first", "last", or not at all where "brightness" does it."""

    def turn_on(data: Data) -> tuple[Message, ...]:
        brightness = _brightness(data)
        if brightness == 0:
            return (off,)
        settings = parts.settings(data)
        if order == "first":
            return (on, *settings)
        if order == "brightness" and brightness is not None:
            return settings
        return (*settings, on)

    return {"turn_on": turn_on, "turn_off": lambda _: (off,)}


class _Parts:
    """The properties of a light in the default schema, each with its own pair of topics."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._scale = config.number("brightness_scale", FULL)
        self._kelvin = config.flag("color_temp_kelvin")
        self._send: Mapping[str, Send | None] = {
            name: config.sender(f"{name}_command_topic", f"{name}_command_template")
            for name in ("brightness", "rgb", "hs", "xy", "color_temp")
        }

    def modes(self) -> tuple[str, ...]:
        """The colour modes that the topics amount to, in Home Assistant's words."""
        color = tuple(name for name in ("rgb", "hs", "xy", "color_temp") if self._send[name])
        return color or (("brightness",) if self._send["brightness"] else ("onoff",))

    def settings(self, data: Data) -> tuple[Message, ...]:
        """The messages for everything that a turn_on sets besides being on."""
        messages = []
        brightness, rgb = _brightness(data), _rgb(data)
        if brightness is not None and (send := self._send["brightness"]):
            messages.append(send(_to_scale(brightness, self._scale)))
        if rgb is not None:
            messages += self._color(rgb)
        elif (kelvin := data.get("color_temp_kelvin")) and (send := self._send["color_temp"]):
            messages.append(send(round(kelvin) if self._kelvin else swap_kelvin_and_mired(kelvin)))
        return tuple(messages)

    def _color(self, rgb: tuple[int, int, int]) -> list[Message]:
        if send := self._send["rgb"]:
            return [
                send(
                    ",".join(map(str, rgb)), **dict(zip(("red", "green", "blue"), rgb, strict=True))
                )
            ]
        if send := self._send["hs"]:
            hue, saturation = rgb_to_hs(rgb)
            return [send(f"{hue},{saturation}", hue=hue, sat=saturation)]
        if send := self._send["xy"]:
            x, y = rgb_to_xy(rgb)
            return [send(f"{x},{y}", x=x, y=y)]
        return []

    def readers(self) -> tuple[Reader, ...]:
        """Readers of each property's state topic."""
        changes: Mapping[str, Change] = {
            "brightness": self._read_brightness,
            "rgb": _reads_color("rgb", lambda values: [round(value) for value in values]),
            "hs": _reads_color("hs", lambda values: list(hs_to_rgb(*values))),
            "xy": _reads_color("xy", lambda values: list(xy_to_rgb(*values))),
            "color_temp": self._read_temperature,
            "color_mode": lambda value, state: with_attributes(state, {"color_mode": value}),
        }
        return tuple(
            reader
            for name, change in changes.items()
            for reader in self._config.reader(
                f"{name}_state_topic", f"{name}_value_template", change
            )
        )

    def _read_brightness(self, value: str, state: EntityState) -> EntityState:
        return with_attributes(state, {"brightness": _from_scale(float(value), self._scale)})

    def _read_temperature(self, value: str, state: EntityState) -> EntityState:
        number = float(value)
        kelvin = round(number) if self._kelvin else swap_kelvin_and_mired(number)
        return with_attributes(state, {"color_temp_kelvin": kelvin, "color_mode": "color_temp"})


def _reads_color(mode: str, convert: Callable[[list[float]], list[int]]) -> Change:
    def change(value: str, state: EntityState) -> EntityState:
        rgb = convert([float(number) for number in value.split(",")])
        if len(rgb) != 3:
            raise ValueError("expected numbers with commas between them")
        return with_attributes(state, {"rgb_color": rgb, "color_mode": mode})

    return change
