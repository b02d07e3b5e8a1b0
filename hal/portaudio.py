"""The sound cards, as PortAudio knows them through the `sounddevice` package.

Microphone and speaker both ask here: is the library there, which devices are there, which one is
meant by a name or a number. PortAudio makes its list of devices once, when it starts, and ends
every stream when it is started anew; so the one `PortAudio` of this process counts the open streams
and looks again only while there is none.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from edge.types import LaresError

Direction = Literal["input", "output"]

_LISTER: dict[Direction, str] = {"input": "arecord -l", "output": "aplay -l"}
_SECTION: dict[Direction, str] = {"input": "microphone", "output": "speaker"}


class SoundCardError(LaresError):
    """PortAudio or the device that is wanted is not there."""


@dataclass(frozen=True, slots=True)
class Device:
    """One direction of a sound card."""

    index: int
    """PortAudio's number of it."""
    name: str
    channels: int
    """The most channels it has in this direction."""
    rate: int
    """Its own rate, in samples a second."""

    def __str__(self) -> str:
        return f"{self.index}: {self.name}"


class PortAudio:
    """The sound cards of this machine. module: the module `sounddevice`, or one like it."""

    def __init__(self, module: Any) -> None:
        self.module = module
        self._lock = threading.Lock()
        self._streams = 0

    def devices(self, direction: Direction) -> tuple[Device, ...]:
        """The devices that have this direction."""
        key = f"max_{direction}_channels"
        return tuple(
            Device(index, found["name"], found[key], round(found["default_samplerate"]))
            for index, found in enumerate(self.module.query_devices())
            if found[key] > 0
        )

    def find(self, wanted: str | int | None, direction: Direction) -> Device:
        """The device with this number, or whose name has `wanted` in it; None is the default one.

        Raises SoundCardError, which names the devices there are, when none is meant or several.
        """
        devices = self.devices(direction)
        if not devices:
            raise SoundCardError(
                f"Expected a sound card with {direction}, found none. Plug one in, see whether "
                f"`{_LISTER[direction]}` lists it, and that this user is in the group audio."
            )
        if wanted is None:
            default = self.module.default.device[0 if direction == "input" else 1]
            return next((d for d in devices if d.index == default), devices[0])
        number = int(wanted) if str(wanted).isdecimal() else None
        if number is not None:
            meant = [d for d in devices if d.index == number]
        else:
            meant = [d for d in devices if d.name.casefold() == str(wanted).casefold()] or [
                d for d in devices if str(wanted).casefold() in d.name.casefold()
            ]
        if len(meant) == 1:
            return meant[0]
        raise SoundCardError(
            f"Expected one {direction} device {wanted!r}, found {len(meant) or 'none'}. There are: "
            f"{'; '.join(map(str, devices))}. Set audio.{_SECTION[direction]} to one of these "
            "numbers or names."
        )

    @contextmanager
    def stream(self) -> Iterator[None]:
        """Counts a stream as open, for the time in which its owner holds it."""
        with self._lock:
            self._streams += 1
        try:
            yield
        finally:
            with self._lock:
                self._streams -= 1

    def look_again(self) -> None:
        """See devices that came or went; does nothing while a stream is open."""
        with self._lock:
            if not self._streams:
                self.module._terminate()
                self.module._initialize()


@cache
def portaudio() -> PortAudio:
    """The PortAudio of this process; it has one, however often it is asked for.

    Raises SoundCardError when the package or its library is not installed.
    """
    try:
        import sounddevice  # noqa: PLC0415 (loads a library that may be missing)
    except ImportError as error:
        raise SoundCardError(
            "Sound cards need the package sounddevice, which is not installed: "
            "pip install lares[voice]."
        ) from error
    except OSError as error:
        raise SoundCardError(
            "Sound cards need the PortAudio library, which is not installed: "
            "apt install libportaudio2."
        ) from error
    return PortAudio(sounddevice)
