"""What a Tasmota device says of itself in its discovery: its name, its topics, its options.

    {"dn": "Kitchen", "fn": ["Ceiling", "Counter", null], "t": "tasmota_8A1C2F",
     "ft": "%prefix%/%topic%/", "tp": ["cmnd", "stat", "tele"], "rl": [1, 1, 0], …}

Source: Tasmota's discovery message, version 1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edge.home.components.wiring import DiscoveryError, cleaned

RELAY, LIGHT, SHUTTER = 1, 2, 3
"""What `rl` says a relay is; 0: there is none."""
MOST_OF_A_KIND = 64
"""Relays, switches or shutters; Tasmota has at most 32."""
UNNAMED = "Tasmota"
"""The name of a device that its owner has not named."""
COMMAND, RESULT, TELEMETRY = 0, 1, 2
"""Places in `tp`."""
OFF, ON = 0, 1
"""Places in `state`."""
_MAC = re.compile(r"[A-Z0-9_-]{6,32}")


@dataclass(frozen=True, slots=True)
class Device:
    """The `config` message of a device."""

    origin: str
    """The discovery topic, for errors."""
    values: Mapping[str, Any]

    @property
    def mac(self) -> str:
        """What tells this device from all others."""
        mac = self._text("mac")
        if not _MAC.fullmatch(mac):
            raise self._wrong("mac", "a MAC address")
        return mac

    @property
    def name(self) -> str:
        """What its owner calls it: the device itself, or at least its first part."""
        name = cleaned(self._text("dn"))
        if name not in ("", UNNAMED):
            return name
        return next(iter(self.names("fn")), None) or UNNAMED

    def numbers(self, key: str) -> tuple[int, ...]:
        """A list of small whole numbers, such as the relays."""
        return tuple(item for item in self._list(key) if isinstance(item, int))

    def names(self, key: str) -> tuple[str | None, ...]:
        """A list of names, null where there is none."""
        return tuple(
            cleaned(item) or None if isinstance(item, str) else None for item in self._list(key)
        )

    def lists(self, key: str) -> tuple[tuple[int, ...], ...]:
        """A list of lists of numbers, such as the tilts of shutters."""
        inner = (item if isinstance(item, list) else [] for item in self._list(key))
        return tuple(tuple(one for one in item if isinstance(one, int)) for item in inner)

    def number(self, key: str) -> int:
        """A small whole number; 0 where there is none."""
        value = self.values.get(key)
        return value if isinstance(value, int) else 0

    def flag(self, key: str) -> bool:
        """Whether a key is 1."""
        return self.values.get(key) in (1, True)

    def option(self, number: int) -> bool:
        """Whether a SetOption is on."""
        options = self.values.get("so")
        return isinstance(options, Mapping) and options.get(str(number)) in (1, True)

    def word(self, place: int) -> str:
        """The word for OFF or ON."""
        words = self.names("state")
        return (words[place] if place < len(words) else None) or ("OFF", "ON")[place]

    def topic(self, place: int, ending: str) -> str:
        """A topic of the device: `topic(COMMAND, "POWER1")` → "cmnd/tasmota_8A1C2F/POWER1"."""
        prefixes = self.names("tp")
        if len(prefixes) <= place or not (prefix := prefixes[place]):
            raise self._wrong("tp", "three prefixes")
        topic = self._text("ft")
        for sign, value in (
            ("%hostname%", self._text("hn")),
            ("%id%", self.mac[-6:]),
            ("%prefix%", prefix),
            ("%topic%", self._text("t")),
        ):
            topic = topic.replace(sign, value)
        return topic + ending

    @property
    def device(self) -> dict[str, Any]:
        """The device as Home Assistant's discovery describes it."""
        return {
            "identifiers": [self.mac],
            "name": self.name,
            "model": self._text("md"),
            "manufacturer": "Tasmota",
            "sw_version": self._text("sw"),
        }

    def own_name(self, index: int, otherwise: str) -> str | None:
        """What the part with this index is called; None when that is the device's name."""
        names = self.names("fn")
        name = (names[index] if index < len(names) else None) or otherwise
        return None if index == 0 and name == self.name else name

    def availability(self) -> dict[str, Any]:
        """How it is told whether the device can be reached; nothing of one that sleeps."""
        if self.flag("dslp"):
            return {}
        return {
            "availability_topic": self.topic(TELEMETRY, "LWT"),
            "payload_available": self._text("onln") or "Online",
            "payload_not_available": self._text("ofln") or "Offline",
        }

    def _text(self, key: str) -> str:
        value = self.values.get(key)
        if value is not None and not isinstance(value, str):
            raise self._wrong(key, "text")
        return value or ""

    def _list(self, key: str) -> list[Any]:
        value = self.values.get(key) or []
        if not isinstance(value, list) or len(value) > MOST_OF_A_KIND:
            raise self._wrong(key, f"a list of at most {MOST_OF_A_KIND}")
        return value

    def _wrong(self, key: str, expected: str) -> DiscoveryError:
        found = str(self.values.get(key))[:60]
        return DiscoveryError(f"{self.origin}: expected {expected} for {key}, found {found!r}.")
